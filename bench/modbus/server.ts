/** The field of saturated clients: a server in C where it can be built, else the bench's own of Node. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Child, startChild } from '../children.ts';
import { FIELD_CORE, pin } from '../cores.ts';
import { buildNative } from '../native.ts';

export interface Server {
  readonly port: number;
  /** `C`, or why not. */
  readonly kind: string;
  stop(): Promise<void>;
}

/** Until it has told its port. */
const START_MS = 10_000;

export async function startServer(directory: string, registers: number): Promise<Server> {
  const built = buildNative('modbus-server', directory);
  return 'path' in built ? startNative(built.path) : startOwn(registers, built.missing);
}

async function startNative(path: string): Promise<Server> {
  // Its input is our end of a pipe: it ends with us, however we end.
  const server = spawn(path, { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(server, 'exit');
  const [line] = (await once(server.stdout, 'data', { signal: AbortSignal.timeout(START_MS) })) as [Buffer];
  pin(server.pid ?? 0, FIELD_CORE);
  return {
    port: Number(line.toString()),
    kind: 'C',
    async stop() {
      server.stdin.end();
      await exited;
    },
  };
}

async function startOwn(registers: number, why: string): Promise<Server> {
  const child: Child = await startChild('modbus-field', { devices: 1, registers, alarms: 0 });
  pin(child.pid, FIELD_CORE);
  const { ports } = child.facts as { readonly ports: readonly number[] };
  return { port: ports[0] ?? 0, kind: `Node (${why})`, stop: () => child.stop() };
}
