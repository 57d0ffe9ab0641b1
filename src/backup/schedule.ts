/**
 * When the next daily backup begins. Pure: the time and its zone come as arguments.
 *
 * Each calendar day of the site has exactly one such instant, also where clocks change:
 *
 *   ordinary day      the instant at which clocks show `at`
 *   clocks go forward over `at`   as long after midnight as on an ordinary day: 02:30 becomes 03:30 of the new time
 *   clocks go back over `at`      the first of the two
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * First instant after `nowMs`.
 * @param at `HH:MM`, local time of the site
 * @param timeZone name of the IANA data base
 * @returns UTC ms
 */
export function nextRun(nowMs: number, at: string, timeZone: string): number {
  const toLocal = createLocalTime(timeZone);
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  const midnight = Math.floor(toLocal(nowMs) / DAY_MS) * DAY_MS;
  for (let day = -1; ; day++) {
    const atMs = toInstant(midnight + day * DAY_MS + hour * HOUR_MS + minute * 60_000, toLocal);
    if (atMs > nowMs) return atMs;
  }
}

/** Whether a run was missed: there is no backup, or the last one is older than a day. */
export function isOverdue(lastMs: number | null, nowMs: number, afterMs: number): boolean {
  return lastMs === null || nowMs - lastMs > afterMs;
}

/** Local times are told as UTC ms that show the same digits. */
type LocalTime = (utcMs: number) => number;

/** @param wantedMs local time */
function toInstant(wantedMs: number, toLocal: LocalTime): number {
  const before = wantedMs - offsetAt(wantedMs - DAY_MS, toLocal);
  const after = wantedMs - offsetAt(wantedMs + DAY_MS, toLocal);
  const shown = [before, after].filter((utcMs) => toLocal(utcMs) === wantedMs);
  return shown.length === 0 ? before : Math.min(...shown);
}

function offsetAt(utcMs: number, toLocal: LocalTime): number {
  return toLocal(utcMs) - utcMs;
}

function createLocalTime(timeZone: string): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (utcMs) => {
    const parts = Object.fromEntries(
      format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (utcMs % 1_000);
  };
}
