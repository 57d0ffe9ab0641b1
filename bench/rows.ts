/** The result of a benchmark as rows: what, value, baseline of the same run, ratio, goal, met. */
import { median } from './statistics.ts';

/** A bound of the value itself or of its ratio to the baseline. */
export interface Goal {
  readonly of: 'value' | 'ratio';
  readonly min?: number;
  readonly max?: number;
}

export interface Row {
  readonly suite: string;
  /** The load: `1,000 points/s`. */
  readonly scene: string;
  readonly what: string;
  readonly unit: string;
  /** Median of the repetitions. null = could not be measured. */
  readonly value: number | null;
  /** Smallest and largest of the repetitions. */
  readonly range: readonly [number, number] | null;
  readonly baseline: number | null;
  /** value / baseline. */
  readonly ratio: number | null;
  readonly goal: Goal | null;
  /** null = there is no goal. */
  readonly met: boolean | null;
  /** Why it could not be measured; null = it was. */
  readonly missing: string | null;
}

export interface RowOptions {
  readonly suite: string;
  readonly scene: string;
  readonly what: string;
  readonly unit: string;
  /** One of each repetition. */
  readonly values: readonly number[];
  readonly baselines?: readonly number[];
  readonly goal?: Goal;
  readonly missing?: string | undefined;
}

/** What could not be measured misses its goal. */
export function toRow(options: RowOptions): Row {
  const { suite, scene, what, unit, values, baselines = [], goal, missing = null } = options;
  const value = toFinite(median(values));
  const baseline = toFinite(median(baselines));
  const ratio = value === null || baseline === null || baseline === 0 ? null : value / baseline;
  const range = value === null ? null : ([Math.min(...values), Math.max(...values)] as const);
  const judged = goal?.of === 'ratio' ? ratio : value;
  const met = goal === undefined ? null : isWithin(judged, goal);
  return { suite, scene, what, unit, value, range, baseline, ratio, goal: goal ?? null, met, missing };
}

export function hasMissedGoal(rows: readonly Row[]): boolean {
  return rows.some(({ met }) => met === false);
}

/** Whether a value keeps a goal; what could not be measured does not. */
export function isWithin(
  value: number | null,
  { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: Goal,
): boolean {
  return value !== null && value >= min && value <= max;
}

function toFinite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
