/**
 * Offsets of IANA zones, as stretches of time in which the clock on the wall runs evenly. Days in which it is put on or
 * back have two stretches; both sides of the change are told apart. Hours and holidays are calendar.ts's business.
 */

/** Milliseconds from `fromMs` (included) to `toMs` (excluded) in which local time is UTC plus `offsetMs`. */
export interface ZoneStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly offsetMs: number;
}

export const DAY_MS = 86_400_000;
/** Zones changed at the full minute since 1972. */
const CHANGE_MS = 60_000;
/** Key: IANA zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Stretches of one UTC day, in order. @param day days since 1970-01-01 @throws RangeError for an unknown zone */
export function toStretches(timeZone: string, day: number): readonly ZoneStretch[] {
  const [fromMs, toMs] = [day * DAY_MS, (day + 1) * DAY_MS];
  const before = toOffsetMs(timeZone, fromMs);
  const after = toOffsetMs(timeZone, toMs);
  if (before === after) return [{ fromMs, toMs, offsetMs: before }];
  const changeMs = findChange(timeZone, fromMs, toMs, before);
  return [
    { fromMs, toMs: changeMs, offsetMs: before },
    { fromMs: changeMs, toMs, offsetMs: after },
  ].filter((stretch) => stretch.toMs > stretch.fromMs);
}

/** What the wall shows less UTC, in ms. */
export function toOffsetMs(timeZone: string, wallMs: number): number {
  const second = Math.floor(wallMs / 1000) * 1000;
  return toShownMs(timeZone, second) - second;
}

/** First whole minute with another offset than `before`. No zone changes twice within a day. */
function findChange(timeZone: string, fromMs: number, toMs: number, before: number): number {
  let [low, high] = [fromMs / CHANGE_MS, toMs / CHANGE_MS];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (toOffsetMs(timeZone, middle * CHANGE_MS) === before) low = middle;
    else high = middle;
  }
  return high * CHANGE_MS;
}

/** The clock on the wall, read as if it showed UTC. */
function toShownMs(timeZone: string, wallMs: number): number {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  formats.set(timeZone, format);
  return Date.parse(`${format.format(wallMs).replace(' ', 'T')}Z`);
}
