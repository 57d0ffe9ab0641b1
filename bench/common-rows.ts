/** Rows that every suite has: cost, memory, loop delay, latency, and the sanity of the measurement itself. */
import { type Goal, isWithin, type Row, toRow } from './rows.ts';
import { percentile } from './statistics.ts';
import type { Results } from './suite.ts';
import type { Result } from './trial.ts';

export interface RowContext {
  readonly suite: string;
  readonly scene: string;
  /** Readings that the load makes in a second. */
  readonly expectedPerS: number;
  /** Polls that are due in a second; 0 where nothing is polled. */
  readonly pollsPerS: number;
  /** `µs per reading`: what one is called, and how many readings it has. */
  readonly item: { readonly name: string; readonly readings: number };
  readonly baseline: string;
  readonly windowMs: number;
}

/** Sanity: a measurement that does not hold these measured something else. */
const ALL_READ: Goal = { of: 'value', min: 0.99, max: 1.05 };
const FEW_SKIPPED: Goal = { of: 'value', max: 1 };
const NONE: Goal = { of: 'value', max: 0 };
const ALL: Goal = { of: 'value', min: 1 };

export function toCommonRows(results: Results, context: RowContext): readonly Row[] {
  const ours = results.get('gateway') ?? [];
  const theirs = results.get(context.baseline) ?? [];
  const { suite, scene } = context;
  const compare = (what: string, unit: string, pick: (result: Result) => number): Row =>
    toRow({ suite, scene, what, unit, values: ours.map(pick), baselines: theirs.map(pick) });
  const { name, readings } = context.item;
  return [
    compare(`CPU per ${name}`, 'µs', (result) => result.cpuUsPerReading * readings),
    compare('CPU', 'cores', (result) => result.cores),
    compare('of it main thread', 'cores', (result) => result.mainThreadCores),
    compare('RSS at the end', 'MB', (result) => result.rssEndMb),
    compare('RSS max', 'MB', (result) => result.rssMaxMb),
    compare('heap used', 'MB', (result) => result.heapUsedMb),
    compare('loop delay p50', 'ms', (result) => result.loopDelayP50Ms),
    compare('loop delay p99', 'ms', (result) => result.loopDelayP99Ms),
    compare('loop delay max', 'ms', (result) => result.loopDelayMaxMs),
    ...toLatencyRows('change to raise', ours, context, (result) => result.changeToRaiseMs),
    ...toLatencyRows('received to raise', ours, context, (result) => result.receivedToRaiseMs),
    ...toAlarmRows(ours, context),
    ...toJournalRows(ours, context),
    compare('machine busy, by everybody', '%', (result) => result.machineBusyRatio * 100),
    ...toSanityRows(ours, theirs, context),
  ];
}

/** All repetitions together: each alone has too few for a p99. */
function toLatencyRows(
  what: string,
  ours: readonly Result[],
  { suite, scene }: RowContext,
  pick: (result: Result) => readonly number[],
): readonly Row[] {
  const all = ours.flatMap(pick);
  return [50, 95, 99, 100].map((percent) =>
    toRow({
      suite,
      scene,
      what: `${what} ${percent === 100 ? 'max' : `p${percent}`}`,
      unit: 'ms',
      values: [percentile(all, percent)],
    }),
  );
}

function toAlarmRows(ours: readonly Result[], { suite, scene }: RowContext): readonly Row[] {
  const row = (what: string, pick: (result: Result) => number): Row =>
    toRow({ suite, scene, what, unit: 'ms', values: ours.map(pick) });
  return [
    row('CPU of an alarm with ticket', (result) => result.cpuMsPerAlarm),
    row('loop delay p99 while alarms rise', (result) => result.alarmLoopDelayP99Ms),
    row('loop delay max while alarms rise', (result) => result.alarmLoopDelayMaxMs),
  ];
}

function toJournalRows(ours: readonly Result[], { suite, scene, windowMs }: RowContext): readonly Row[] {
  const perS = (result: Result): number => ((result.more['journalled'] ?? 0) * 1e3) / windowMs;
  // Little's law: what is under way over what comes in a second is how long it takes.
  const lagMs = (result: Result): number => (result.inFlightReadings * 1e3) / perS(result);
  return [
    toRow({ suite, scene, what: 'journalled after dead-bands', unit: '1/s', values: ours.map(perS) }),
    toRow({ suite, scene, what: 'durable after', unit: 'ms', values: ours.map(lagMs) }),
  ];
}

function toSanityRows(
  ours: readonly Result[],
  theirs: readonly Result[],
  { suite, scene, expectedPerS, pollsPerS, windowMs }: RowContext,
): readonly Row[] {
  const row = (
    what: string,
    unit: string,
    goal: Goal,
    pick: (result: Result) => number,
    isBoth = true,
  ): Row => {
    const one = toRow({
      suite,
      scene,
      what,
      unit,
      goal,
      values: ours.map(pick),
      baselines: isBoth ? theirs.map(pick) : [],
    });
    // Beside a baseline that did not do its work a ratio says nothing.
    const isBaselineSound = theirs.length === 0 || !isBoth || isWithin(one.baseline, goal);
    return { ...one, ratio: null, met: one.met === true && isBaselineSound };
  };
  const polls = (pollsPerS * windowMs) / 1e3;
  return [
    row('read of what was due', '', ALL_READ, (result) => result.readingsPerS / expectedPerS),
    row('skipped polls', '%', FEW_SKIPPED, (result) => (polls === 0 ? 0 : (result.skipped / polls) * 100)),
    row('failures', '', NONE, (result) => result.failures),
    row('dropped by the journal', '', NONE, (result) => result.dropped, false),
    row(
      'alarms raised of values changed',
      '',
      ALL,
      (result) => result.changeToRaiseMs.length / result.changes,
      false,
    ),
  ];
}
