/**
 * Growth of a counter that a device keeps (hours, starts). A counter that falls, or grows faster than the world can, is
 * another one: the device was replaced, or the counter began again. That sample is the new base and counts for nothing
 * (alarms.md B8 no. 26). Where the largest reading is known, a fall may be the roll-over of one and the same.
 */

export interface CounterBase {
  /** Last reading that was used; NaN before the first. */
  value: number;
  /** When it came, monotonic milliseconds; of a time before the restart as far as wall clocks can tell. */
  monoMs: number;
}

export interface CounterLimits {
  /** What it can grow by in an hour. */
  readonly perHour: number;
  /** Growth that is believed however short the time: coarse steps, late updates. */
  readonly slack: number;
  /** First value that the counter cannot show; null = it never begins again. */
  readonly rollsOverAt: number | null;
}

const HOUR_MS = 3_600_000;

/** @returns growth since the last reading; 0 for the first one and for one that is the base of another counter */
export function takeReading(base: CounterBase, value: number, monoMs: number, limits: CounterLimits): number {
  const most = limits.slack + (limits.perHour * Math.max(0, monoMs - base.monoMs)) / HOUR_MS;
  const before = base.value;
  base.value = value;
  base.monoMs = monoMs;
  if (Number.isNaN(before)) return 0;
  const isRolled = value < before && limits.rollsOverAt !== null && before < limits.rollsOverAt;
  const growth = value - before + (isRolled ? (limits.rollsOverAt ?? 0) : 0);
  return growth >= 0 && growth <= most ? growth : 0;
}
