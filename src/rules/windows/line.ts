/** The straight line through values that hold for a while: least squares weighted by time. Sums only; pure. */

/** Values are taken relative to the first one, times to a moment of the caller's: small numbers keep their digits. */
export interface Line {
  base: number;
  weight: number;
  time: number;
  square: number;
  value: number;
  product: number;
}

export function createLine(): Line {
  return { base: Number.NaN, weight: 0, time: 0, square: 0, value: 0, product: 0 };
}

/** @param weight time for which the value was known, at most `end - from` (milliseconds) */
export function addToLine(line: Line, from: number, end: number, weight: number, value: number): void {
  if (weight === 0) return;
  if (Number.isNaN(line.base)) line.base = value;
  const middle = (from + end) / 2;
  const length = end - from;
  const height = value - line.base;
  line.weight += weight;
  line.time += weight * middle;
  // ∫t²dt over the stretch.
  line.square += weight * (middle * middle + (length * length) / 12);
  line.value += weight * height;
  line.product += weight * middle * height;
}

/** Per unit of the times; NaN where nothing was added. */
export function toSlope({ weight, time, square, value, product }: Line): number {
  const spread = square - (time * time) / weight;
  return (product - (time * value) / weight) / spread;
}
