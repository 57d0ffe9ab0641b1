/**
 * Opening a ticket from an alarm while the gateway polls: the whole program over real sockets, values that pass into alarm one
 * after another, people who have to be told. Each opening is timed from the beginning of its round to the answer of the store:
 * ticket, evidence, due times, history and messages are one transaction.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Counts, nowMs, type Window } from '../children/subject.ts';
import type { Opening } from '../children/ticket-opening.ts';
import { type Child, startChild } from '../children.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { writeModbusSite } from '../site.ts';
import { percentile } from '../statistics.ts';
import type { OwnScene, RunOptions } from '../suite.ts';

const POINTS_PER_S = 10_000;
const REGISTERS = 100;
/** Registers of a device that can raise an alarm: of 100 devices enough for minutes. */
const ALARMS = 20;
const POLL_MS = 1_000;
const TIMEOUT_MS = 1_000;
/** Until all points have come. */
const FLOW_MS = 60_000;
const LOOK_MS = 500;
/** Until the compiler has seen the loop: a building does not start with its first alarm. */
const WARM_UP_MS = 8_000;
/** Five alarms a second: of one window a 99th percentile would be its worst. */
const WINDOWS = 3;
/** After the last change: two polls and a commit. */
const SETTLE_MS = 3_000;
const POLICY = fileURLToPath(new URL('../../config/policy.yaml', import.meta.url));

/** Nobody waits for it, and nothing else does. */
const SOON: Goal = { of: 'value', max: 20 };
const REACHED: Goal = { of: 'value', min: 0.99, max: 1.05 };
const ALL: Goal = { of: 'value', min: 1, max: 1 };

export function toOpeningScene(scale: number): OwnScene {
  const devices = Math.max(2, Math.round((POINTS_PER_S / REGISTERS) * scale));
  const name = `tickets from alarms at ${(devices * REGISTERS).toLocaleString('en-US')} points/s`;
  return {
    name,
    async measure(directory, options) {
      const field = await startChild('modbus-field', { devices, registers: REGISTERS, alarms: ALARMS });
      try {
        const { ports } = field.facts as { readonly ports: readonly number[] };
        const siteFile = writeOpeningSite(directory, devices, ports);
        return await measureOpenings(name, devices, { field, siteFile, directory, options });
      } finally {
        await field.stop();
      }
    },
  };
}

function writeOpeningSite(directory: string, devices: number, ports: readonly number[]): string {
  // A storm would share one ticket among all of them.
  const flood = '\nalarms: { flood: { enter: 1000, leave: 1 } }\n';
  writeFileSync(join(directory, 'policy.yaml'), readFileSync(POLICY, 'utf8') + flood);
  return writeModbusSite({
    directory,
    ports,
    devices,
    values: REGISTERS,
    pollMs: POLL_MS,
    timeoutMs: TIMEOUT_MS,
    severity: 'high',
    policy: 'policy.yaml',
  });
}

interface Load {
  readonly field: Child;
  readonly siteFile: string;
  readonly directory: string;
  readonly options: RunOptions;
}

async function measureOpenings(
  scene: string,
  devices: number,
  { field, siteFile, directory, options }: Load,
): Promise<readonly Row[]> {
  const { timing, isProfiled, onProgress } = options;
  const setup = { siteFile, dataDirectory: join(directory, 'data'), isProfiled };
  const gateway = await startChild('ticket-opening', setup);
  try {
    await untilFlowing(gateway, devices * REGISTERS);
    onProgress(`${scene}: ${(timing.windowMs * WINDOWS) / 1e3} s of alarms`);
    await field.ask('begin');
    await sleep(WARM_UP_MS);
    await gateway.ask('begin');
    const fromMs = nowMs();
    await sleep(timing.windowMs * WINDOWS);
    const changes = (await field.ask('end')) as Readonly<Record<string, number>>;
    const window = (await gateway.ask('end')) as Window;
    await sleep(SETTLE_MS);
    const all = (await gateway.ask('openings')) as readonly Opening[];
    return toOpeningRows(scene, {
      openings: all.filter(({ changedBy }) => (changes[changedBy] ?? 0) >= fromMs),
      changes: Object.values(changes).filter((atMs) => atMs >= fromMs).length,
      readings: toRate(window) / (devices * REGISTERS),
    });
  } finally {
    await gateway.stop();
  }
}

function toRate({ from, to }: Window): number {
  return ((to.readings - from.readings) / (to.atMs - from.atMs)) * 1e3;
}

async function untilFlowing(gateway: Child, readings: number): Promise<void> {
  const deadline = performance.now() + FLOW_MS;
  while (((await gateway.ask('count')) as Counts).readings < readings) {
    if (performance.now() > deadline) throw new Error(`not all points were read in ${FLOW_MS} ms`);
    await sleep(LOOK_MS);
  }
}

export interface Openings {
  readonly openings: readonly Opening[];
  /** Values that passed into alarm. */
  readonly changes: number;
  /** Readings of those that were due, 0–1. */
  readonly readings: number;
}

export function toOpeningRows(scene: string, { openings, changes, readings }: Openings): readonly Row[] {
  const row = (what: string, unit: string, value: number, goal: Goal | null = null): Row =>
    toRow({ suite: 'tickets', scene, what, unit, values: [value], ...(goal !== null && { goal }) });
  const of = (percent: number, pick: (opening: Opening) => number): number =>
    percentile(openings.map(pick), percent);
  return [
    row(
      'opening, from the decision to the commit, p99',
      'ms',
      of(99, ({ storedMs }) => storedMs),
      SOON,
    ),
    row(
      'the same, p50',
      'ms',
      of(50, ({ storedMs }) => storedMs),
    ),
    row(
      'of it the decision, p99',
      'ms',
      of(99, ({ decidedMs }) => decidedMs),
    ),
    row(
      'of it CPU of the main thread, p99',
      'ms',
      of(99, ({ cpuMs }) => cpuMs),
    ),
    row(
      'the same, p50',
      'ms',
      of(50, ({ cpuMs }) => cpuMs),
    ),
    row(
      'rows in the transaction, p50',
      'rows',
      of(50, ({ rows }) => rows),
    ),
    row(
      'messages in the transaction, p50',
      'messages',
      of(50, ({ messages }) => messages),
    ),
    row('openings for each value that passed into alarm', '', openings.length / changes, ALL),
    row('readings of those that were due', '', readings, REACHED),
  ];
}
