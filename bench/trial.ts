/**
 * One trial: one subject on one field, from its start to its end. Warm-up first, then the quiet window in which cost
 * is measured and nothing rises; then, for the gateway, the window of alarms: values pass into alarm one by one,
 * which gives latency and what an alarm costs; then a short rest in which the last of them may still rise.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Changes } from './children/field.ts';
import type { Raise } from './children/gateway.ts';
import type { SelfTime } from './children/self-times.ts';
import type { Counts, Window } from './children/subject.ts';
import { type Child, startChild } from './children.ts';
import { type CoreTimes, readCoreTimes } from './machine.ts';

export interface Timing {
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly alarmsMs: number;
  readonly repetitions: number;
}

export interface Trial {
  /** A file of bench/children. */
  readonly subject: string;
  readonly setup: Readonly<Record<string, unknown>>;
  readonly field: Child;
  readonly timing: Timing;
  /** Readings that must have come before the warm-up begins. */
  readonly firstReadings: number;
  readonly isProfiled: boolean;
}

/** Raw figures of one trial; `…PerS` are means over the window. */
export interface Result {
  readonly subject: string;
  readonly readingsPerS: number;
  readonly cpuUsPerReading: number;
  readonly cores: number;
  readonly mainThreadCores: number;
  readonly rssEndMb: number;
  readonly rssMaxMb: number;
  readonly heapUsedMb: number;
  readonly loopDelayP50Ms: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  readonly skipped: number;
  readonly failures: number;
  readonly dropped: number;
  /** The following are of the window of alarms: values that the field has changed in it. */
  readonly changes: number;
  /** ms from the change on the field's side to the raise; one of each alarm that rose. */
  readonly changeToRaiseMs: readonly number[];
  /** ms from the reception of the value to the raise. */
  readonly receivedToRaiseMs: readonly number[];
  /** CPU of one alarm with its ticket: what the window of alarms cost more than the quiet one. NaN without alarms. */
  readonly cpuMsPerAlarm: number;
  readonly alarmLoopDelayP99Ms: number;
  readonly alarmLoopDelayMaxMs: number;
  /** Readings taken over by the journal and not durable yet: mean of a few looks. */
  readonly inFlightReadings: number;
  /** Difference over the quiet window of the subject's own figures. */
  readonly more: Readonly<Record<string, number>>;
  /** How busy all cores were in the window, by everybody: 0–1. */
  readonly machineBusyRatio: number;
  readonly profile: readonly SelfTime[];
}

const TRIAL_LIMITS = {
  /** Until the subject reads everything. */
  flowMs: 60_000,
  flowPollMs: 500,
  /** Rest after the window of alarms, two poll intervals and a commit, with looks at the journal in between. */
  looks: 5,
  lookMs: 530,
} as const;
const MB = 1024 * 1024;

/** @throws Error when the subject does not start, does not read, or ends by itself */
export async function runTrial(trial: Trial): Promise<Result> {
  const { field, timing } = trial;
  const subject = await startChild(trial.subject, { ...trial.setup, isProfiled: trial.isProfiled });
  try {
    await untilFlowing(subject, trial);
    await sleep(timing.warmUpMs);
    const before = readCoreTimes();
    const quiet = await runWindow(subject, timing.windowMs);
    const machineBusyRatio = toBusyRatio(before, readCoreTimes());
    const alarms = trial.subject === 'gateway' ? await runAlarms(subject, field, timing) : null;
    return toResult(trial, quiet, alarms, machineBusyRatio);
  } finally {
    await subject.stop();
    await field.ask('reset');
  }
}

async function untilFlowing(subject: Child, { firstReadings }: Trial): Promise<void> {
  const deadline = performance.now() + TRIAL_LIMITS.flowMs;
  for (;;) {
    const { readings } = (await subject.ask('count')) as Counts;
    if (readings >= firstReadings) return;
    if (performance.now() > deadline)
      throw new Error(`only ${readings} of the first ${firstReadings} readings in ${TRIAL_LIMITS.flowMs} ms`);
    await sleep(TRIAL_LIMITS.flowPollMs);
  }
}

async function runWindow(subject: Child, windowMs: number): Promise<Window> {
  await subject.ask('begin');
  await sleep(windowMs);
  return (await subject.ask('end')) as Window;
}

interface Alarms {
  readonly window: Window;
  readonly changes: Changes;
  readonly raises: readonly Raise[];
  readonly inFlight: readonly number[];
}

async function runAlarms(subject: Child, field: Child, { alarmsMs }: Timing): Promise<Alarms> {
  await field.ask('begin');
  const window = await runWindow(subject, alarmsMs);
  const changes = (await field.ask('end')) as Changes;
  const inFlight: number[] = [];
  for (let look = 0; look < TRIAL_LIMITS.looks; look++) {
    await sleep(TRIAL_LIMITS.lookMs);
    const { more } = (await subject.ask('count')) as Counts;
    inFlight.push(more['inFlight'] ?? 0);
  }
  return { window, changes, raises: (await subject.ask('raises')) as readonly Raise[], inFlight };
}

function toBusyRatio(before: CoreTimes, after: CoreTimes): number {
  return (after.busyMs - before.busyMs) / (after.totalMs - before.totalMs);
}

function toResult(
  { subject }: Trial,
  { usage, from, to }: Window,
  alarms: Alarms | null,
  machineBusyRatio: number,
): Result {
  // The counts are taken just outside of the measured time: rates are over their own time.
  const readingsPerS = ((to.readings - from.readings) / (to.atMs - from.atMs)) * 1e3;
  const last = alarms?.window.to ?? to;
  const cores = usage.cpuMs / usage.wallMs;
  return {
    subject,
    readingsPerS,
    cpuUsPerReading: (cores * 1e6) / readingsPerS,
    cores,
    mainThreadCores: usage.mainThreadCpuMs / usage.wallMs,
    rssEndMb: usage.rssEndBytes / MB,
    rssMaxMb: usage.rssMaxBytes / MB,
    heapUsedMb: usage.heapUsedBytes / MB,
    loopDelayP50Ms: usage.loopDelayMs.p50,
    loopDelayP99Ms: usage.loopDelayMs.p99,
    loopDelayMaxMs: usage.loopDelayMs.max,
    skipped: to.skipped - from.skipped,
    failures: last.failures - from.failures,
    dropped: last.dropped - from.dropped,
    ...toAlarmFigures(alarms, cores),
    more: toDifferences(from.more, to.more),
    machineBusyRatio,
    profile: usage.profile,
  };
}

type AlarmFigures = Pick<
  Result,
  | 'changes'
  | 'changeToRaiseMs'
  | 'receivedToRaiseMs'
  | 'cpuMsPerAlarm'
  | 'alarmLoopDelayP99Ms'
  | 'alarmLoopDelayMaxMs'
  | 'inFlightReadings'
>;

/** @param quietCores what the subject costs without alarms */
function toAlarmFigures(alarms: Alarms | null, quietCores: number): AlarmFigures {
  const { changes = {}, raises = [], inFlight = [], window } = alarms ?? {};
  const risen = raises.flatMap((raise) => {
    const changedAtMs = changes[toValueKey(raise.key)];
    return changedAtMs === undefined ? [] : [{ ...raise, changedAtMs }];
  });
  const extraMs = window === undefined ? Number.NaN : window.usage.cpuMs - quietCores * window.usage.wallMs;
  return {
    changes: Object.keys(changes).length,
    changeToRaiseMs: risen.map(({ raisedAtMs, changedAtMs }) => raisedAtMs - changedAtMs),
    receivedToRaiseMs: risen.map(({ raisedAtMs, receivedMs }) => raisedAtMs - receivedMs),
    cpuMsPerAlarm: extraMs / Object.keys(changes).length,
    alarmLoopDelayP99Ms: window?.usage.loopDelayMs.p99 ?? Number.NaN,
    alarmLoopDelayMaxMs: window?.usage.loopDelayMs.max ?? Number.NaN,
    inFlightReadings: inFlight.reduce((sum, count) => sum + count, 0) / inFlight.length,
  };
}

/** The rule `device-1/state-3` reads the point `device-1/value-3`. */
function toValueKey(ruleKey: string): string {
  return ruleKey.replace('/state-', '/value-');
}

function toDifferences(from: Counts['more'], to: Counts['more']): Counts['more'] {
  return Object.fromEntries(Object.entries(to).map(([name, value]) => [name, value - (from[name] ?? 0)]));
}
