/**
 * A whole day at 2,000 readings/s through journal and forwarder to a real InfluxDB, with a clock of its own: InfluxDB away
 * for hours, killed in the middle of a write, slow, refusing; the process killed at random moments; the clock set back and
 * coarse. What InfluxDB holds at the end is compared by count and sum. Half an hour: runs only when it is asked for by name.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startUplink, type Uplink } from '../../test/e2e/day/uplink.ts';
import { findTool, TOOLS } from '../../test/support/tools.ts';
import type { DayProgress, DaySetup } from '../children/day-load.ts';
import { createRandom } from '../children/field.ts';
import { type Child, startChild } from '../children.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { checkDay, type DayCheck } from '../storage/day-check.ts';
import { type DayPlan, type Gap, KILL_SPANS, STRIKES } from '../storage/day-plan.ts';
import type { OwnScene, RunOptions, Suite } from '../suite.ts';

const POINTS = 2_000;
/** 24 h in half an hour. */
const SPEED = 48;
const DATABASE = 'day';
const SEED = 1;
/** Slow answers lie around the time-out. */
const TIMEOUT_MS = 5_000;
const SLOW_MS = 8_000;
/** How often the child is allowed to go on, and told how far: what a kill may take, in seconds of life. */
const ALLOW_MS = 500;
/** A server that is to be killed in a write waits so long for one. */
const STRIKE_MS = 120_000;
const NONE: Goal = { of: 'value', max: 0 };
const ALL: Goal = { of: 'value', min: 1, max: 1 };

export const day: Suite = {
  summary: '24 h × 2,000 readings/s to InfluxDB with outages, kills and clock steps: count and checksum',
  isOnRequest: true,
  timing: {
    full: { warmUpMs: 0, windowMs: 1_800_000, alarmsMs: 0, repetitions: 1 },
    quick: { warmUpMs: 0, windowMs: 60_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale, { windowMs }) => [
    toScene({
      points: Math.max(1, Math.round(POINTS * scale)),
      seconds: Math.round((windowMs / 1e3) * SPEED),
      speed: SPEED,
    }),
  ],
};

export interface DayOutcome {
  readonly gaps: readonly Gap[];
  readonly progress: DayProgress;
  /** From the last reading fed to the last one confirmed. */
  readonly drainMs: number;
  readonly wallMs: number;
  readonly check: DayCheck;
}

function toScene(plan: DayPlan): OwnScene {
  const { points, seconds } = plan;
  const name = `${(seconds / 3_600).toFixed(1)} h × ${points.toLocaleString('en-US')} readings/s`;
  return {
    name,
    async measure(directory, options) {
      if (findTool(TOOLS.influxd) === null) return toDayRows(name, plan, null, 'influxd is not installed');
      const dataDirectory = join(directory, 'influx');
      mkdirSync(dataDirectory);
      const uplink = await startUplink({ dataDirectory, random: createRandom(SEED), slowMs: SLOW_MS });
      try {
        return toDayRows(name, plan, await tellDay(plan, directory, uplink, options));
      } finally {
        await uplink[Symbol.asyncDispose]();
      }
    },
  };
}

async function tellDay(
  plan: DayPlan,
  directory: string,
  uplink: Uplink,
  { timing, onProgress }: RunOptions,
): Promise<DayOutcome> {
  const startMs = performance.now();
  const striking = strike(plan, uplink, startMs, onProgress);
  const fed = await feed(plan, join(directory, 'journal'), uplink.url, onProgress);
  try {
    await striking;
    const fedMs = performance.now();
    const progress = await drain(fed.child, plan, fedMs + timing.windowMs + STRIKE_MS);
    const drainMs = performance.now() - fedMs;
    onProgress('day: comparing');
    const { server } = uplink;
    if (server === null) throw new Error('InfluxDB is down at the end of the day');
    const check = await checkDay(server, DATABASE, plan, fed.gaps);
    for (const problem of check.problems) onProgress(`day: ${problem}`);
    return { gaps: fed.gaps, progress, drainMs, wallMs: performance.now() - startMs, check };
  } finally {
    await fed.child.stop();
  }
}

/** Follows the time of life that the plan reckons with; kills of the gateway only make what follows later. */
async function strike(
  { seconds, speed }: DayPlan,
  uplink: Uplink,
  startMs: number,
  onProgress: (text: string) => void,
): Promise<void> {
  const until = (share: number): Promise<unknown> =>
    sleep(Math.max(0, startMs + ((share * seconds) / speed) * 1_000 - performance.now()));
  for (const { mode, from, to } of STRIKES) {
    await until(from);
    onProgress(`day: InfluxDB ${mode} from ${from} to ${to}`);
    uplink.set(mode);
    const isKilled = mode === 'kill-half' || mode === 'kill-stored';
    if (isKilled) await uplink.untilStruck(mode, STRIKE_MS);
    await until(to);
    if (isKilled) await uplink.startServer();
    uplink.set('pass');
  }
}

interface Fed {
  /** The last one; it has fed the end of the day. */
  readonly child: Child;
  readonly gaps: readonly Gap[];
}

async function feed(
  plan: DayPlan,
  directory: string,
  url: string,
  onProgress: (text: string) => void,
): Promise<Fed> {
  const random = createRandom(SEED + 1);
  const kills = KILL_SPANS.map(([from, to]) => Math.round((from + random() * (to - from)) * plan.seconds));
  const gaps: Gap[] = [];
  let fromSecond = 0;
  for (;;) {
    const setup: DaySetup = { plan, directory, url, database: DATABASE, timeoutMs: TIMEOUT_MS, fromSecond };
    const child = await startChild('day-load', setup);
    const killAt = kills[gaps.length];
    const reached = await allowUntil(
      child,
      plan,
      fromSecond,
      killAt ?? plan.seconds - 1,
      killAt === undefined,
    );
    if (killAt === undefined) return { child, gaps };
    process.kill(child.pid, 'SIGKILL');
    await child.stop();
    onProgress(`day: killed at second ${reached.allowed}, durable until ${reached.durable}`);
    gaps.push({ from: reached.durable + 1, to: reached.allowed });
    fromSecond = reached.allowed + 1;
  }
}

/** Lets the child go on, a little at a time. @param isEnd whether all of it must have been fed */
async function allowUntil(
  child: Child,
  { seconds, speed }: DayPlan,
  fromSecond: number,
  lastSecond: number,
  isEnd: boolean,
): Promise<{ readonly allowed: number; readonly durable: number }> {
  const step = Math.max(1, Math.round((2 * ALLOW_MS * speed) / 1e3));
  let allowed = fromSecond - 1;
  for (;;) {
    const progress = (await child.ask('allow', allowed)) as DayProgress;
    const isThere = isEnd ? progress.durableSecond >= lastSecond : progress.fedSecond >= lastSecond;
    if (isThere) return { allowed, durable: progress.durableSecond };
    allowed = Math.min(progress.fedSecond + step, seconds - 1);
    await child.ask('allow', allowed);
    await sleep(ALLOW_MS);
  }
}

async function drain(child: Child, { seconds }: DayPlan, deadlineMs: number): Promise<DayProgress> {
  for (;;) {
    const progress = (await child.ask('allow', seconds - 1)) as DayProgress;
    if (progress.backlogReadings === 0 && progress.durableSecond >= seconds - 1) return progress;
    if (performance.now() > deadlineMs) throw new Error(`${progress.backlogReadings} readings still wait`);
    await sleep(ALLOW_MS);
  }
}

/** @param missing why nothing could be measured */
export function toDayRows(
  scene: string,
  { points, seconds }: DayPlan,
  outcome: DayOutcome | null,
  missing?: string,
): readonly Row[] {
  const row = (what: string, unit: string, pick: (outcome: DayOutcome) => number, goal?: Goal): Row =>
    toRow({
      suite: 'day',
      scene,
      what,
      unit,
      values: outcome === null ? [] : [pick(outcome)],
      missing,
      ...(goal !== undefined && { goal }),
    });
  const fed = points * seconds;
  return [
    row('due', '', () => fed),
    row('stored', '', ({ check }) => check.stored),
    row('not stored, in the gaps that kills have left', '', ({ check }) => check.lostInGaps),
    row('kills of the gateway', '', ({ gaps }) => gaps.length),
    row('stored and in gaps, of due', '', ({ check }) => (check.stored + check.lostInGaps) / fed, ALL),
    row('points with a wrong count or checksum', '', ({ check }) => check.problemCount, NONE),
    row('refused by InfluxDB', '', ({ progress }) => progress.rejectedReadings, NONE),
    row('lost to retention', '', ({ progress }) => progress.lostReadings, NONE),
    row('waited for InfluxDB at the end', 's', ({ drainMs }) => drainMs / 1e3),
    row('took', 's', ({ wallMs }) => wallMs / 1e3),
  ];
}
