/**
 * Local days of an IANA zone as stretches of time: [start, end) without gaps or overlaps, 23 or 25 hours long where the
 * clocks are changed. Pure look-ups; hours that count are core/calendar.ts's business.
 */

export interface LocalDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly startMs: number;
  /** Excluded. */
  readonly endMs: number;
}

/** Keeps at most this many days that it has looked up: a look-up asks the zone's rules some 30 times. */
const KNOWN_DAYS = 1_000;
/** A local midnight is at most this far from the UTC midnight of the same date (UTC−12 to UTC+14, and some). */
const REACH_MS = 16 * 3_600_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Key: date. */
  readonly days: Map<string, LocalDay>;
  last: LocalDay | null;
}

/** Key: IANA zone. */
const zones = new Map<string, Zone>();

/** The day that the moment belongs to. @throws RangeError for an unknown zone. */
export function toLocalDay(timeZone: string, atMs: number): LocalDay {
  const zone = toZone(timeZone);
  if (zone.last !== null && isWithin(zone.last, atMs)) return zone.last;
  const date = zone.format.format(atMs);
  const day = findDay(zone, date);
  // Where clocks go back over midnight the same date comes twice: the first of the two midnights divides.
  const found = atMs < day.startMs ? findDay(zone, addDay(date, -1)) : day;
  zone.last = atMs < found.endMs ? found : findDay(zone, addDay(found.date, 1));
  return zone.last;
}

/** @param date `YYYY-MM-DD` @throws RangeError for what is no date */
export function toDayOfDate(timeZone: string, date: string): LocalDay {
  return findDay(toZone(timeZone), date);
}

function isWithin({ startMs, endMs }: LocalDay, atMs: number): boolean {
  return atMs >= startMs && atMs < endMs;
}

function toZone(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const zone: Zone = { format, days: new Map(), last: null };
  zones.set(timeZone, zone);
  return zone;
}

function findDay(zone: Zone, date: string): LocalDay {
  const known = zone.days.get(date);
  if (known !== undefined) return known;
  const day = { date, startMs: findStart(zone, date), endMs: findStart(zone, addDay(date, 1)) };
  if (zone.days.size >= KNOWN_DAYS) zone.days.clear();
  zone.days.set(date, day);
  return day;
}

/** The first millisecond whose local date is that date or a later one. */
function findStart({ format }: Zone, date: string): number {
  const middle = Date.parse(`${date}T00:00:00Z`);
  let [before, at] = [middle - REACH_MS, middle + REACH_MS];
  while (at - before > 1) {
    const probe = Math.floor((before + at) / 2);
    if (format.format(probe) >= date) at = probe;
    else before = probe;
  }
  return at;
}

function addDay(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
