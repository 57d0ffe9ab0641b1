/**
 * The way to InfluxDB, with a person at the switch: a proxy on a port of its own in front of the real server, which it
 * starts, kills in the middle of a write and starts again on the same data.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type RunningInflux, startInflux } from '../../support/influx.ts';
import { freePort } from '../../support/ports.ts';

/**
 * | mode         | what happens to a write                                                                   |
 * |--------------|-------------------------------------------------------------------------------------------|
 * | pass         | goes through                                                                              |
 * | slow         | is stored at once, the answer comes around the gateway's time-out, before or after it     |
 * | refuse       | 503, nothing is stored                                                                    |
 * | kill-half    | the server gets half of it and is killed                                                  |
 * | kill-stored  | the server stores it and is killed; nobody hears of it                                    |
 * | swallow      | 204, nothing is stored: a loss, for proving that the test sees it; once, then `pass`      |
 */
export type UplinkMode = 'pass' | 'slow' | 'refuse' | 'kill-half' | 'kill-stored' | 'swallow';

export interface Uplink extends AsyncDisposable {
  readonly url: string;
  /** The server behind it; null while it is down. */
  readonly server: RunningInflux | null;
  /** Writes that each mode has struck. */
  readonly struck: Readonly<Record<UplinkMode, number>>;
  set(mode: UplinkMode): void;
  /** Resolves when a write was struck by the present mode. */
  untilStruck(mode: UplinkMode, timeoutMs: number): Promise<void>;
  /** Again on its data and port. */
  startServer(): Promise<void>;
}

export interface UplinkOptions {
  readonly dataDirectory: string;
  readonly random: () => number;
  /** Slow answers take from 0 to this, ms. */
  readonly slowMs: number;
}

const LOOK_MS = 20;

export async function startUplink({ dataDirectory, random, slowMs }: UplinkOptions): Promise<Uplink> {
  const serverPort = await freePort();
  const start = (): Promise<RunningInflux> => startInflux({ dataDirectory, port: serverPort });
  let server: RunningInflux | null = await start();
  let mode: UplinkMode = 'pass';
  const struck = { pass: 0, slow: 0, refuse: 0, 'kill-half': 0, 'kill-stored': 0, swallow: 0 };
  const kill = async (): Promise<void> => {
    const killed = server;
    server = null;
    mode = 'pass';
    await killed?.stop('SIGKILL');
  };
  const pass = (incoming: IncomingMessage, body: Buffer): Promise<Passed> =>
    forward(incoming, body, serverPort);
  const strike = async (incoming: IncomingMessage, body: Buffer): Promise<Passed | null> => {
    const now = mode;
    struck[now]++;
    switch (now) {
      case 'pass':
        return await pass(incoming, body);
      case 'slow': {
        const passed = await pass(incoming, body);
        await delay(random() * slowMs);
        return passed;
      }
      case 'refuse':
        return { status: 503, body: Buffer.from('{"error":"busy"}') };
      case 'kill-half':
        await forwardHalf(incoming, body, serverPort);
        await kill();
        return null;
      case 'kill-stored':
        await pass(incoming, body);
        await kill();
        return null;
      case 'swallow':
        mode = 'pass';
        return { status: 204, body: Buffer.alloc(0) };
      default:
        return now satisfies never;
    }
  };
  const serve = async (incoming: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    const isWrite = incoming.url?.startsWith('/write') === true;
    const passed = await (isWrite ? strike(incoming, body) : pass(incoming, body));
    if (passed === null) incoming.socket.destroy();
    else answer.writeHead(passed.status, { 'content-type': 'application/json' }).end(passed.body);
  };
  const proxy = createServer((incoming, answer) => {
    // The gateway sees a broken connection, as it would without a proxy.
    serve(incoming, answer).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    get server() {
      return server;
    },
    struck,
    set(next) {
      mode = next;
    },
    async untilStruck(wanted, timeoutMs) {
      const from = struck[wanted];
      const deadline = performance.now() + timeoutMs;
      const isOver = (): boolean => struck[wanted] > from && (!wanted.startsWith('kill') || server === null);
      while (!isOver()) {
        if (performance.now() > deadline)
          throw new Error(`no write in ${timeoutMs} ms to be struck: ${wanted}`);
        await delay(LOOK_MS);
      }
    },
    async startServer() {
      server = await start();
    },
    async [Symbol.asyncDispose]() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await kill();
    },
  };
}

interface Passed {
  readonly status: number;
  readonly body: Buffer;
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function toOptions({ method, url, headers }: IncomingMessage, port: number): object {
  return { host: '127.0.0.1', port, method, path: url, headers, agent: false };
}

/** @throws Error when the server is down or goes away */
function forward(incoming: IncomingMessage, body: Buffer, port: number): Promise<Passed> {
  return new Promise((resolve, reject) => {
    const outgoing = request(toOptions(incoming, port), (answer) => {
      readAll(answer).then((content) => resolve({ status: answer.statusCode ?? 0, body: content }), reject);
    });
    outgoing.once('error', reject).end(body);
  });
}

/** Resolves when the first half is on its way; the rest never is. */
function forwardHalf(incoming: IncomingMessage, body: Buffer, port: number): Promise<void> {
  return new Promise((resolve) => {
    const outgoing = request(toOptions(incoming, port));
    outgoing.on('error', () => resolve());
    outgoing.write(body.subarray(0, Math.ceil(body.length / 2)), () => resolve());
  });
}
