/**
 * Instants as the clocks of the site show them. What the zone's offset is, is asked once for each quarter of an hour: no
 * zone changes it at other times, and asking costs more than writing a whole row.
 */

const QUARTER_MS = 15 * 60_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;
/** Days from Excel's zero (1899-12-30) to 1970. */
const EXCEL_DAYS = 25_569;
/** Quarters remembered; a year has 35,040. */
const MAX_QUARTERS = 40_000;

export interface LocalTime {
  /** `2026-11-21T10:00:00.000+08:00` */
  toIso(atMs: number): string;
  /** `2026-11-21 10:00:00` */
  toClock(atMs: number): string;
  /** Days since Excel's zero on the clocks of the site. */
  toExcel(atMs: number): number;
  /** `20261121T1000`, for names of files. */
  toCompact(atMs: number): string;
}

/** @param timeZone IANA name */
export function createLocalTime(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  /** Key: quarters since 1970; value: ms east of UTC. */
  const offsets = new Map<number, number>();
  const toOffset = (atMs: number): number => {
    const quarter = Math.floor(atMs / QUARTER_MS);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    if (offsets.size >= MAX_QUARTERS) offsets.clear();
    const offset = parseOffset(format.format(quarter * QUARTER_MS));
    offsets.set(quarter, offset);
    return offset;
  };
  return {
    toIso(atMs) {
      const offset = toOffset(atMs);
      return new Date(atMs + offset).toISOString().replace('Z', toSuffix(offset));
    },
    toClock: (atMs) => new Date(atMs + toOffset(atMs)).toISOString().slice(0, 19).replace('T', ' '),
    toExcel: (atMs) => (atMs + toOffset(atMs)) / DAY_MS + EXCEL_DAYS,
    toCompact: (atMs) => new Date(atMs + toOffset(atMs)).toISOString().slice(0, 16).replaceAll(/[-:]/g, ''),
  };
}

/** `11/21/2026, GMT+08:00`; `GMT` alone is UTC. */
function parseOffset(text: string): number {
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(text);
  if (match === null) return 0;
  const [, sign, hours, minutes] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function toSuffix(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / MINUTE_MS;
  const two = (part: number): string => String(Math.floor(part)).padStart(2, '0');
  return `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}
