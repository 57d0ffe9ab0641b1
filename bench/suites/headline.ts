/**
 * The headline: 100,000 points at 1 s (1,000 devices × 100 registers) through quality, 1.5 rules a point, journal and forward
 * to a real InfluxDB: the command `run` as it is, seen from outside by the system. Then the same again in a process that
 * is profiled, for where its main thread spends the time.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startInflux } from '../../test/support/influx.ts';
import { freePort } from '../../test/support/ports.ts';
import { findTool, TOOLS } from '../../test/support/tools.ts';
import type { SelfTime } from '../children/self-times.ts';
import type { Counts, Window } from '../children/subject.ts';
import { type Child, startChild } from '../children.ts';
import { FIELD_CORE, pin } from '../cores.ts';
import { toGateway } from '../peers/gateway.ts';
import { measureProgram, type PeerFigures } from '../peers/program.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { writeModbusSite } from '../site.ts';
import { createMetricsWatch, type ForwardFigures } from '../storage/metrics-watch.ts';
import type { OwnScene, RunOptions, Suite } from '../suite.ts';

const DEVICES = 1_000;
const REGISTERS = 100;
const POLL_MS = 1_000;
const TIMEOUT_MS = 1_000;
const DATABASE = 'bench';
/** Functions of the profile that are told. */
const TOP = 10;
const IDLE = '(idle)';
const MAX_PROFILE_MS = 15_000;
/** Until a profiled gateway has read everything once. */
const FLOW_MS = 120_000;
const FLOW_LOOK_MS = 500;

/** Goals of performance.md, section 2. */
const ONE_CORE: Goal = { of: 'value', max: 1 };
const SMALL: Goal = { of: 'value', max: 500 };
const REACHED: Goal = { of: 'value', min: 0.99, max: 1.05 };
const NONE: Goal = { of: 'value', max: 0 };
/** Of what is journalled in the window, so much is confirmed in it: what waits does not grow. */
const KEEPS_UP: Goal = { of: 'value', min: 0.95 };

export const headline: Suite = {
  summary: '100,000 points at 1 s through quality, rules, journal and InfluxDB',
  timing: {
    full: { warmUpMs: 30_000, windowMs: 120_000, alarmsMs: 0, repetitions: 1 },
    quick: { warmUpMs: 15_000, windowMs: 30_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale) => [toScene(Math.max(1, Math.round(DEVICES * scale)))],
};

interface Job {
  readonly directory: string;
  readonly siteFile: string;
  readonly url: string;
  readonly field: Child;
  readonly points: number;
}

export interface Headline {
  readonly figures: PeerFigures | null;
  readonly forward: ForwardFigures | null;
  readonly profile: readonly SelfTime[];
}

function toScene(devices: number): OwnScene {
  const points = devices * REGISTERS;
  const name = `${points.toLocaleString('en-US')} points at 1 s to InfluxDB`;
  return {
    name,
    async measure(directory, options) {
      const nothing: Headline = { figures: null, forward: null, profile: [] };
      if (findTool(TOOLS.influxd) === null)
        return toHeadlineRows(name, points, nothing, 'influxd is not installed');
      const server = await startInflux();
      const field = await startChild('modbus-field', { devices, registers: REGISTERS, alarms: 0 });
      try {
        for (const pid of [server.pid, field.pid]) pin(pid, FIELD_CORE);
        const httpPort = await freePort();
        const { ports } = field.facts as { readonly ports: readonly number[] };
        const siteFile = writeHeadlineSite(directory, ports, httpPort, server.url);
        const job = { directory, siteFile, field, points, url: `http://127.0.0.1:${httpPort}` };
        return toHeadlineRows(name, points, await measure(name, job, options));
      } finally {
        await field.stop();
        await server.stop('SIGKILL');
      }
    },
  };
}

function writeHeadlineSite(
  directory: string,
  ports: readonly number[],
  httpPort: number,
  influxUrl: string,
): string {
  const file = writeModbusSite({
    directory,
    ports,
    values: REGISTERS,
    pollMs: POLL_MS,
    timeoutMs: TIMEOUT_MS,
    httpPort,
  });
  const site = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  const influx = { url: influxUrl, database: DATABASE };
  writeFileSync(file, JSON.stringify({ ...site, influx }, null, 1));
  return file;
}

async function measure(
  name: string,
  job: Job,
  { timing, isProfiled, onProgress }: RunOptions,
): Promise<Headline> {
  let figures: PeerFigures | null = null;
  let forward: ForwardFigures | null = null;
  if (!isProfiled) {
    onProgress(`${name}: gateway`);
    const watch = createMetricsWatch(job.url);
    try {
      const gateway = toGateway(job.directory, job.siteFile, 'data');
      figures = await measureProgram(gateway, job.field, timing);
    } finally {
      forward = await watch.stop(timing.windowMs);
    }
  }
  onProgress(`${name}: gateway, profiled`);
  return { figures, forward, profile: await takeProfile(job, timing) };
}

async function takeProfile(
  { directory, siteFile, points }: Job,
  { warmUpMs, windowMs }: RunOptions['timing'],
): Promise<readonly SelfTime[]> {
  const subject = await startChild('gateway', {
    siteFile,
    dataDirectory: join(directory, 'data-profiled'),
    counter: 'replies',
    readingsPerCount: REGISTERS,
    isProfiled: true,
  });
  try {
    const deadline = performance.now() + FLOW_MS;
    while (((await subject.ask('count')) as Counts).readings < points) {
      if (performance.now() > deadline) throw new Error(`not everything was read in ${FLOW_MS} ms`);
      await sleep(FLOW_LOOK_MS);
    }
    await sleep(Math.min(warmUpMs, MAX_PROFILE_MS));
    await subject.ask('begin');
    await sleep(Math.min(windowMs, MAX_PROFILE_MS));
    const { usage } = (await subject.ask('end')) as Window;
    return usage.profile.map(({ where, ms }) => ({ where, ms: (ms / usage.wallMs) * 1e3 }));
  } finally {
    await subject.stop();
  }
}

/** @param missing why nothing could be measured */
export function toHeadlineRows(
  scene: string,
  points: number,
  { figures, forward, profile }: Headline,
  missing?: string,
): readonly Row[] {
  const row = (what: string, unit: string, value: number | undefined, goal?: Goal): Row =>
    toRow({
      suite: 'headline',
      scene,
      what,
      unit,
      values: value === undefined ? [] : [value],
      missing: goal === undefined ? undefined : missing,
      ...(goal !== undefined && { goal }),
    });
  const top = profile
    .filter(({ where }) => where !== IDLE)
    .slice(0, TOP)
    .map(({ where, ms }) => row(`main thread: ${where}`, 'ms/s', ms));
  if (figures === null && missing === undefined) return top;
  return [
    row('CPU', 'cores', figures?.cores, ONE_CORE),
    row('RSS', 'MB', figures?.rssMb, SMALL),
    row('RSS max', 'MB', figures?.rssMaxMb, SMALL),
    row('reached', '', figures === null ? undefined : (figures.requestsPerS * REGISTERS) / points, REACHED),
    row(
      'CPU per reading',
      'µs',
      figures === null ? undefined : (figures.cores * 1e6) / (figures.requestsPerS * REGISTERS),
    ),
    row('first poll after', 'ms', figures?.firstPollMs),
    row('journalled after dead-bands', '1/s', forward?.journalledPerS),
    row('confirmed by InfluxDB of journalled', '', forward?.confirmedRatio, KEEPS_UP),
    row('waiting for InfluxDB at the end', 's of journalling', forward?.backlogS),
    row('dropped or refused', '', forward?.failures, NONE),
    ...top,
  ];
}
