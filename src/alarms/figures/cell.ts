/** What one alarm did on one local day, and sums of such cells. Counts and times only: nothing grows with the events. */
import { SEVERITY_NAMES, type Severity } from '../../core/severity.ts';

/** Pairs of number and count, ascending by the number. */
export type Counts = readonly (readonly [at: number, count: number])[];

export interface Cell {
  /** Annunciations. */
  readonly n: number;
  /** Of them by severity, in the order of SEVERITY_NAMES. */
  readonly bySeverity: readonly number[];
  /** Of them by interval of 10 minutes since the day began. */
  readonly intervals: Counts;
  /** Run lengths between successive annunciations that end on this day, and the sum of 1/r in 1/s (r at least 1 s). */
  readonly runs: number;
  readonly inverseRunsHz: number;
  /** Annunciations that are the third within a minute. */
  readonly bursts: number;
  readonly fleeting: number;
  /** Times that it began to wait for an acknowledgement on this day; of these: acknowledged by people, while active. */
  readonly waits: number;
  readonly acknowledged: number;
  readonly acknowledgedActive: number;
  readonly acknowledgeMs: number;
  readonly acknowledgeMaxMs: number;
  /** Times to acknowledge by `toBin`. */
  readonly acknowledgeBins: Counts;
  readonly shelves: number;
  readonly shelvedMs: number;
  readonly outOfServiceMs: number;
  readonly blindMs: number;
  /** Raised while suppressed by design or explained by a cause. */
  readonly suppressed: number;
  /** Raised while shelved. */
  readonly raisedShelved: number;
  readonly falseAlarms: number;
  /** 1 = stale at some time of the day. */
  readonly stale: 0 | 1;
  /** Longest active stretch and longest wait for an acknowledgement that began on this day. */
  readonly activeMaxMs: number;
  readonly waitMaxMs: number;
  /** Most re-alarms of one stretch that it had reached on this day. */
  readonly reAlarmsMax: number;
}

export const EMPTY_CELL: Cell = {
  n: 0,
  bySeverity: SEVERITY_NAMES.map(() => 0),
  intervals: [],
  runs: 0,
  inverseRunsHz: 0,
  bursts: 0,
  fleeting: 0,
  waits: 0,
  acknowledged: 0,
  acknowledgedActive: 0,
  acknowledgeMs: 0,
  acknowledgeMaxMs: 0,
  acknowledgeBins: [],
  shelves: 0,
  shelvedMs: 0,
  outOfServiceMs: 0,
  blindMs: 0,
  suppressed: 0,
  raisedShelved: 0,
  falseAlarms: 0,
  stale: 0,
  activeMaxMs: 0,
  waitMaxMs: 0,
  reAlarmsMax: 0,
};

/** Bins of times: eight to a doubling from 1 s on, so that the middle of a bin is within 4.5 % of what is in it. */
const BINS_PER_DOUBLING = 8;

/** 0 = less than a second. */
export function toBin(ms: number): number {
  return ms < 1_000 ? 0 : 1 + Math.floor(Math.log2(ms / 1_000) * BINS_PER_DOUBLING);
}

/** Middle of a bin (geometric), ms. */
export function toBinMs(bin: number): number {
  return bin === 0 ? 500 : 1_000 * 2 ** ((bin - 0.5) / BINS_PER_DOUBLING);
}

/** One more at that number. */
export function countAt(counts: Counts, at: number): Counts {
  const index = counts.findLastIndex(([number]) => number <= at);
  const found = counts[index];
  if (found?.[0] === at) return counts.with(index, [at, found[1] + 1]);
  return counts.toSpliced(index + 1, 0, [at, 1]);
}

export function countSeverity(counts: readonly number[], severity: Severity): readonly number[] {
  const index = SEVERITY_NAMES.indexOf(severity);
  return counts.with(index, (counts[index] ?? 0) + 1);
}

/** A sum of cells while it grows: the same numbers, of "longest" and "most" the greatest. */
export interface CellSum extends Omit<Mutable<Cell>, 'bySeverity' | 'intervals' | 'acknowledgeBins'> {
  readonly bySeverity: number[];
  /** Key: bin. Numbers of intervals mean something within one day only: views add them up with their days. */
  readonly acknowledgeBins: Map<number, number>;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

export function createSum(): CellSum {
  const { intervals: _intervals, ...zeros } = EMPTY_CELL;
  return { ...zeros, bySeverity: [...EMPTY_CELL.bySeverity], acknowledgeBins: new Map<number, number>() };
}

/** Adds in place: a year of a busy site is 200,000 cells. `stale` is 1 where it is in any. */
export function addToSum(sum: CellSum, cell: Cell | CellSum): void {
  for (let at = 0; at < sum.bySeverity.length; at++) {
    sum.bySeverity[at] = (sum.bySeverity[at] ?? 0) + (cell.bySeverity[at] ?? 0);
  }
  for (const [bin, count] of cell.acknowledgeBins) {
    sum.acknowledgeBins.set(bin, (sum.acknowledgeBins.get(bin) ?? 0) + count);
  }
  sum.n += cell.n;
  sum.runs += cell.runs;
  sum.inverseRunsHz += cell.inverseRunsHz;
  sum.bursts += cell.bursts;
  sum.fleeting += cell.fleeting;
  sum.waits += cell.waits;
  sum.acknowledged += cell.acknowledged;
  sum.acknowledgedActive += cell.acknowledgedActive;
  sum.acknowledgeMs += cell.acknowledgeMs;
  sum.acknowledgeMaxMs = Math.max(sum.acknowledgeMaxMs, cell.acknowledgeMaxMs);
  sum.shelves += cell.shelves;
  sum.shelvedMs += cell.shelvedMs;
  sum.outOfServiceMs += cell.outOfServiceMs;
  sum.blindMs += cell.blindMs;
  sum.suppressed += cell.suppressed;
  sum.raisedShelved += cell.raisedShelved;
  sum.falseAlarms += cell.falseAlarms;
  if (cell.stale === 1) sum.stale = 1;
  sum.activeMaxMs = Math.max(sum.activeMaxMs, cell.activeMaxMs);
  sum.waitMaxMs = Math.max(sum.waitMaxMs, cell.waitMaxMs);
  sum.reAlarmsMax = Math.max(sum.reAlarmsMax, cell.reAlarmsMax);
}
