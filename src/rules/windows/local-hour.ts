/** Which hour of which week a moment is by the clock on the wall. */

const HOUR_MS = 3_600_000;
export const HOURS_PER_WEEK = 168;
/** 1970-01-01 was a Thursday: weeks are counted from the Monday before. */
const THURSDAY_HOURS = 72;

/** Key: IANA zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * Hours since 1970 as a local clock counts them: an hour that the change to winter time repeats is one. Looked up in the
 * zone's table: about a microsecond, so ask once a quarter of an hour, not at each sample.
 * @param timeZone IANA zone
 */
export function toLocalHour(timeZone: string, wallMs: number): number {
  const format = formats.get(timeZone) ?? createFormat(timeZone);
  formats.set(timeZone, format);
  const part = Object.fromEntries(
    format.formatToParts(wallMs).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0 } = part;
  return Date.UTC(year, month - 1, day, hour) / HOUR_MS;
}

/** 0 = Monday 00:00 – 167 = Sunday 23:00. */
export function toHourOfWeek(localHour: number): number {
  return (localHour + THURSDAY_HOURS) % HOURS_PER_WEEK;
}

/** Counts weeks, each from its Monday. */
export function toWeek(localHour: number): number {
  return Math.floor((localHour + THURSDAY_HOURS) / HOURS_PER_WEEK);
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  const date = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric' } as const;
  return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...date });
}
