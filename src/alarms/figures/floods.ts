/** Floods of a period: on fixed intervals of 10 minutes, and as the sliding window has found them (sliding.ts). */
import type { Flood } from './figures.ts';
import { FIGURE_RULES } from './limits.ts';
import { type Summary, summarise } from './summary.ts';

/** Annunciations of one interval of 10 minutes; those without any are left out. */
export interface Interval {
  readonly atMs: number;
  readonly endMs: number;
  readonly count: number;
}

export interface Period {
  readonly fromMs: number;
  /** Excluded. */
  readonly toMs: number;
}

export interface FloodFigures {
  /** Floods that began in the period. */
  readonly n: number;
  readonly perDay: number;
  /** Share of the period in flood, also of floods that began before it. */
  readonly timeRatio: number | null;
  readonly durationMs: Summary;
  /** Annunciations inside. */
  readonly alarms: Summary;
  /** Most within 10 minutes; null where there was no flood. */
  readonly peak: number | null;
  /** The latest, newest first. */
  readonly latest: readonly Flood[];
}

/**
 * From an interval with more than 10 to the first with fewer than 5. One that is not over yet can begin a flood, not end it.
 * @param intervals ascending; also of before the period
 */
export function findFixedFloods(intervals: readonly Interval[], nowMs: number): readonly Flood[] {
  const found: Flood[] = [];
  let flood: Flood | null = null;
  let lastEndMs = Number.NEGATIVE_INFINITY;
  for (const { atMs, endMs, count } of intervals) {
    // What is left out between two intervals had none.
    const isQuiet = atMs > lastEndMs || (count < FIGURE_RULES.floodLeave && endMs <= nowMs);
    if (flood !== null && isQuiet) {
      found.push({ ...flood, endedAtMs: lastEndMs });
      flood = null;
    }
    flood = stepFixed(flood, atMs, count);
    lastEndMs = endMs;
  }
  if (flood === null) return found;
  const isOver = lastEndMs + FIGURE_RULES.intervalMs <= nowMs;
  return [...found, { ...flood, endedAtMs: isOver ? lastEndMs : null }];
}

function stepFixed(flood: Flood | null, atMs: number, count: number): Flood | null {
  if (flood !== null) return { ...flood, alarms: flood.alarms + count, peak: Math.max(flood.peak, count) };
  if (count <= FIGURE_RULES.floodEnter) return null;
  return { beganAtMs: atMs, endedAtMs: null, alarms: count, peak: count };
}

/** @param floods ascending, also of before the period @param nowMs end of a flood that lasts */
export function toFloodFigures(
  floods: readonly Flood[],
  { fromMs, toMs }: Period,
  nowMs: number,
  listed: number,
): FloodFigures {
  const periodMs = Math.max(0, toMs - fromMs);
  const endOf = ({ endedAtMs }: Flood): number => endedAtMs ?? nowMs;
  const inside = floods.filter(({ beganAtMs }) => beganAtMs >= fromMs && beganAtMs < toMs);
  const floodMs = floods.reduce(
    (sum, flood) => sum + Math.max(0, Math.min(endOf(flood), toMs) - Math.max(flood.beganAtMs, fromMs)),
    0,
  );
  return {
    n: inside.length,
    perDay: periodMs === 0 ? 0 : (inside.length * 86_400_000) / periodMs,
    timeRatio: periodMs === 0 ? null : floodMs / periodMs,
    durationMs: summarise(inside.map((flood) => Math.max(0, endOf(flood) - flood.beganAtMs))),
    alarms: summarise(inside.map(({ alarms }) => alarms)),
    peak: inside.length === 0 ? null : Math.max(...inside.map(({ peak }) => peak)),
    latest: inside.slice(-listed).toReversed(),
  };
}
