/** Order statistics of a few measurements. */

/** @returns NaN of nothing */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Nearest rank. @param percent 0–100 @returns NaN of nothing */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}
