/** Bounds of backtests. What is beyond them is refused or counted, never dropped silently. */
export const BACKTEST_LIMITS = {
  /** Backtests that wait behind the one that runs. */
  queued: 5,
  /** Backtests that are over and still known. */
  kept: 20,
  /** How long one that is over is kept. */
  keepMs: 24 * 3_600_000,
  /** Longest range: the quarter that a change of rules is usually judged by. */
  rangeMs: 92 * 86_400_000,
  /** Longest run; a journal that takes longer is on a disk that is failing. */
  runMs: 2 * 3_600_000,
  /** Changes of rules in one backtest. */
  overrides: 1000,
  /** Incidents or differences listed; the others are counted. */
  incidents: 2000,
  /** Gaps listed; the others are counted in a note. */
  gaps: 200,
  /** Between two messages of progress. */
  progressMs: 200,
  /** Heap of the thread beside the columns of readings: rules, alarms and stretches of a quarter. */
  maxOldMegabytes: 1024,
} as const;
