/**
 * The writer alone: batches of 5,000 points, four under way at once, into a real InfluxDB 1.x and a real VictoriaMetrics.
 * Baseline: `writePoints` of the `influx` package with the same points, in the same run, on the same server. The server
 * has one core, the writer the other.
 */
import { startInflux } from '../../test/support/influx.ts';
import { findTool, TOOLS } from '../../test/support/tools.ts';
import { startVictoria } from '../../test/support/victoria-metrics.ts';
import { FIELD_CORE, pin } from '../cores.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import type { OwnScene, RunOptions, Suite } from '../suite.ts';
import { type Figures, measureWindow } from '../window.ts';

const SERIES = 2_000;
const BATCH = 5_000;
const WRITES = 4;
const SUBJECT = 'influx-load';
const CLIENTS = ['sink', 'writePoints'] as const;

/** Goals of performance.md, section 4. */
const CHEAPER: Goal = { of: 'ratio', max: 0.5 };
const NO_BLOCK: Goal = { of: 'value', max: 10 };
const NONE: Goal = { of: 'value', max: 0 };

interface Server {
  readonly name: string;
  readonly tool: 'influxd' | 'victoria-metrics';
  readonly faster: Goal;
  readonly start: () => Promise<{ readonly url: string; readonly pid: number; stop(): Promise<void> }>;
}

const SERVERS: readonly Server[] = [
  { name: 'InfluxDB 1.x', tool: 'influxd', faster: { of: 'ratio', min: 1.15 }, start: startWithDatabase },
  {
    name: 'VictoriaMetrics',
    tool: 'victoria-metrics',
    faster: { of: 'ratio', min: 1.5 },
    start: () => startVictoria(),
  },
];
const DATABASE = 'bench';

/** Figures of all repetitions. Key: client. */
export type Measured = ReadonlyMap<string, readonly Figures[]>;

export const influx: Suite = {
  summary: 'the writer to InfluxDB and VictoriaMetrics against writePoints of the influx package',
  timing: {
    full: { warmUpMs: 2_000, windowMs: 10_000, alarmsMs: 0, repetitions: 3 },
    quick: { warmUpMs: 1_000, windowMs: 4_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale) => SERVERS.map((server) => toScene(server, scale)),
};

function toScene(server: Server, scale: number): OwnScene {
  const batch = Math.max(10, Math.round(BATCH * scale));
  const name = `${server.name}, ${batch.toLocaleString('en-US')} points a write`;
  return {
    name,
    async measure(_directory, options) {
      if (findTool(TOOLS[server.tool]) === null)
        return toInfluxRows(name, server.faster, new Map(), `${server.tool} is not installed`);
      const running = await server.start();
      try {
        pin(running.pid, FIELD_CORE);
        const setup = { url: running.url, series: Math.max(1, SERIES * scale), batch, writes: WRITES };
        return toInfluxRows(name, server.faster, await measureInTurns(name, setup, options));
      } finally {
        await running.stop();
      }
    },
  };
}

async function startWithDatabase(): ReturnType<Server['start']> {
  const server = await startInflux();
  await server.query('', `CREATE DATABASE ${DATABASE}`);
  return server;
}

/** One after another, in alternating order: what runs first finds another machine than what runs last. */
async function measureInTurns(
  scene: string,
  setup: object,
  { timing, onProgress }: RunOptions,
): Promise<Measured> {
  const measured = new Map<string, Figures[]>();
  for (let repetition = 0; repetition < timing.repetitions; repetition++) {
    for (const client of repetition % 2 === 0 ? CLIENTS : CLIENTS.toReversed()) {
      onProgress(`${scene}, ${repetition + 1} of ${timing.repetitions}: ${client}`);
      const figures = await measureWindow(SUBJECT, { ...setup, database: DATABASE, client }, timing);
      measured.set(client, [...(measured.get(client) ?? []), figures]);
    }
  }
  return measured;
}

/** @param missing why nothing could be measured */
export function toInfluxRows(
  scene: string,
  faster: Goal,
  measured: Measured,
  missing?: string,
): readonly Row[] {
  const all = (client: string, pick: (figures: Figures) => number): readonly number[] =>
    (measured.get(client) ?? []).map(pick);
  const row = (what: string, unit: string, pick: (figures: Figures) => number, goal?: Goal): Row =>
    toRow({
      suite: 'influx',
      scene,
      what,
      unit,
      values: all('sink', pick),
      baselines: all('writePoints', pick),
      missing,
      ...(goal !== undefined && { goal }),
    });
  return [
    row('CPU per point', 'µs', ({ perCpuS }) => 1e6 / perCpuS, CHEAPER),
    row('points a second', '', ({ perS }) => perS, faster),
    row('loop delay p99', 'ms', ({ loopDelayP99Ms }) => loopDelayP99Ms, NO_BLOCK),
    row('RSS', 'MB', ({ rssMb }) => rssMb),
    ...CLIENTS.map((client) =>
      toRow({
        suite: 'influx',
        scene,
        what: `failures: ${client}`,
        unit: '',
        values: all(client, ({ failures }) => failures),
        goal: NONE,
        missing,
      }),
    ),
  ];
}
