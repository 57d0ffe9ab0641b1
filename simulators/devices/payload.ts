/** Physical values → numbers of a JSON payload. A sensor sends its own resolution, not a physicist's real numbers. */

/** @param decimals 0–6. */
export function toDecimals(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** A sensor that has failed stays null. */
export function toNullable(value: number | null, decimals: number): number | null {
  return value === null ? null : toDecimals(value, decimals);
}
