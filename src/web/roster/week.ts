/** Weeks of the roster: local dates as `YYYY-MM-DD`, Monday first. Pure. */

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Monday of the week that the date lies in. */
export function toMonday(date: string): string {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return addDays(date, -((day + WEEK_DAYS - 1) % WEEK_DAYS));
}

export function toWeek(monday: string): readonly string[] {
  return Array.from({ length: WEEK_DAYS }, (_, day) => addDays(monday, day));
}
