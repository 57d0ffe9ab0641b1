/**
 * 200 connections that read 100 holding registers again and again, as fast as one core can. The same work on all
 * sides is 100 registers as numbers: that is our transport with its framing, modbus-serial and libmodbus. Our driver
 * does more: it decodes them to 100 samples with quality, as a profile says. The goals of speed hold for the same work;
 * the driver stands beside it, so that nobody takes the one for the other.
 */
import { type Goal, type Row, type RowOptions, toRow } from '../rows.ts';
import type { OwnScene, RunOptions } from '../suite.ts';
import { type Figures, measureWindow } from '../window.ts';
import { buildLibmodbus, runLibmodbus } from './libmodbus.ts';
import { type Server, startServer } from './server.ts';

const CONNECTIONS = 200;
const REGISTERS = 100;

const TRANSPORT = 'our transport';
const DRIVER = 'our driver';
const SERIAL = 'modbus-serial';
const LIBMODBUS = 'libmodbus';

/** Goals of performance.md, section 1. */
const FASTER: Goal = { of: 'ratio', min: 3 };
const AS_FAST_AS_C: Goal = { of: 'ratio', min: 1 };
const LESS_DELAY: Goal = { of: 'ratio', max: 0.25 };
const LESS_MEMORY: Goal = { of: 'ratio', max: 0.3 };
const NONE: Goal = { of: 'value', max: 0 };

/** Figures of all repetitions. Key: client. */
export type Measured = ReadonlyMap<string, readonly Figures[]>;

type Client = readonly [name: string, measure: () => Promise<Figures>];

export function toSaturatedScene(scale: number): OwnScene {
  const connections = Math.max(1, Math.round(CONNECTIONS * scale));
  const name = `${connections} connections × ${REGISTERS} registers, saturated`;
  return {
    name,
    async measure(directory, options) {
      const server = await startServer(directory, REGISTERS);
      try {
        const { clients, missing } = toClients(directory, server, connections, options);
        return toSaturatedRows(name, await measureInTurns(name, clients, options), missing);
      } finally {
        await server.stop();
      }
    },
  };
}

function toClients(
  directory: string,
  { port, kind }: Server,
  connections: number,
  { timing, onProgress }: RunOptions,
): { readonly clients: readonly Client[]; readonly missing: string | undefined } {
  onProgress(`server: ${kind}`);
  const common = { port, connections, depth: 1, registers: REGISTERS };
  const load = (client: string) => () => measureWindow('modbus-load', { ...common, client }, timing);
  const built = buildLibmodbus(directory);
  const clients: readonly Client[] = [
    [TRANSPORT, load('transport')],
    [SERIAL, load('modbus-serial')],
    [DRIVER, load('driver')],
  ];
  if ('missing' in built) return { clients, missing: built.missing };
  const { path } = built;
  return { clients: [...clients, [LIBMODBUS, () => runLibmodbus(path, common, timing)]], missing: undefined };
}

/** One after another, in alternating order: what runs first finds another machine than what runs last. */
async function measureInTurns(
  scene: string,
  clients: readonly Client[],
  { timing, onProgress }: RunOptions,
): Promise<Measured> {
  const measured = new Map<string, Figures[]>();
  for (let repetition = 0; repetition < timing.repetitions; repetition++) {
    for (const [name, measure] of repetition % 2 === 0 ? clients : clients.toReversed()) {
      onProgress(`${scene}, ${repetition + 1} of ${timing.repetitions}: ${name}`);
      measured.set(name, [...(measured.get(name) ?? []), await measure()]);
    }
  }
  return measured;
}

/** @param missing why there is no libmodbus */
export function toSaturatedRows(
  scene: string,
  measured: Measured,
  missing: string | undefined,
): readonly Row[] {
  const all = (client: string, pick: (figures: Figures) => number): readonly number[] =>
    (measured.get(client) ?? []).map(pick);
  const row = (
    [what, unit, pick]: readonly [string, string, (figures: Figures) => number],
    ours: string,
    theirs: string | null,
    extra: Pick<RowOptions, 'goal' | 'missing'> = {},
  ): Row =>
    toRow({
      suite: 'modbus',
      scene,
      what: theirs === null ? `${what}: ${ours}` : `${what}: ${ours} ÷ ${theirs}`,
      unit,
      values: all(ours, pick),
      ...(theirs !== null && { baselines: all(theirs, pick) }),
      ...extra,
    });
  return [
    row(SPEED, TRANSPORT, SERIAL, { goal: FASTER }),
    row(SPEED, TRANSPORT, LIBMODBUS, { goal: AS_FAST_AS_C, missing }),
    row(SPEED, DRIVER, SERIAL),
    row(SPEED, DRIVER, LIBMODBUS, { missing }),
    row(RATE, TRANSPORT, SERIAL),
    row(RATE, TRANSPORT, LIBMODBUS, { missing }),
    row(RATE, DRIVER, SERIAL),
    row(DELAY, TRANSPORT, SERIAL, { goal: LESS_DELAY }),
    row(DELAY, DRIVER, SERIAL, { goal: LESS_DELAY }),
    row(MEMORY, TRANSPORT, SERIAL, { goal: LESS_MEMORY }),
    row(MEMORY, DRIVER, SERIAL, { goal: LESS_MEMORY }),
    ...[TRANSPORT, DRIVER, SERIAL].map((client) => row(FAILED, client, null, { goal: NONE })),
  ];
}

const SPEED = ['requests a CPU second', '', ({ perCpuS }: Figures) => perCpuS] as const;
const RATE = ['requests a second', '', ({ perS }: Figures) => perS] as const;
const DELAY = ['loop delay p99', 'ms', ({ loopDelayP99Ms }: Figures) => loopDelayP99Ms] as const;
const MEMORY = ['RSS', 'MB', ({ rssMb }: Figures) => rssMb] as const;
const FAILED = ['failures', '', ({ failures }: Figures) => failures] as const;
