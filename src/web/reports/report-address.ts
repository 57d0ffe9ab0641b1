/**
 * What the page of alarm figures shows, as its address: days and scope. Who has the address sees the same. Pure.
 *
 *   /reports?period=30d        /reports?from=2026-11-01&to=2026-11-20&equipment=dws-1&rule=pressure-low
 */

export const PERIODS = ['today', '7d', '30d', 'month', 'last-month'] as const;
export type Period = (typeof PERIODS)[number];

/** Local dates `YYYY-MM-DD`, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

export interface ReportView {
  /** `own` = the days say which. */
  readonly period: Period | 'own';
  /** null unless `own`. */
  readonly days: Days | null;
  /** null = the whole site. */
  readonly equipment: string | null;
  /** Only together with an equipment; null = all its rules. */
  readonly rule: string | null;
}

const DAY_MS = 86_400_000;
/** As the API takes it: a year and the month to compare it with. */
const MAX_DAYS = 400;
const DEFAULT_PERIOD: Period = '7d';

/** What cannot be understood is left out: an address from elsewhere must still show something. */
export function toReportView(search: URLSearchParams): ReportView {
  const own = { from: search.get('from') ?? '', to: search.get('to') ?? '' };
  const isOwn = toDaysProblem(own) === null;
  const equipment = search.get('equipment') || null;
  return {
    period: isOwn ? 'own' : (PERIODS.find((period) => period === search.get('period')) ?? DEFAULT_PERIOD),
    days: isOwn ? own : null,
    equipment,
    rule: equipment === null ? null : search.get('rule') || null,
  };
}

export function toReportSearch({ period, days, equipment, rule }: ReportView): Record<string, string> {
  return {
    ...(period === 'own' && days !== null && { ...days }),
    ...(period !== 'own' && period !== DEFAULT_PERIOD && { period }),
    ...(equipment !== null && { equipment }),
    ...(equipment !== null && rule !== null && { rule }),
  };
}

/** @param today local date of the site */
export function toDays({ period, days }: Pick<ReportView, 'period' | 'days'>, today: string): Days {
  const monthBegin = `${today.slice(0, 8)}01`;
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case 'month':
      return { from: monthBegin, to: today };
    case 'last-month': {
      const to = addDays(monthBegin, -1);
      return { from: `${to.slice(0, 8)}01`, to };
    }
    default:
      return days ?? { from: today, to: today };
  }
}

/** null = a stretch of days that the API answers. */
export function toDaysProblem({ from, to }: Days): 'unfinished' | 'order' | 'long' | null {
  const fromMs = toMidnight(from);
  const toMs = toMidnight(to);
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return 'unfinished';
  if (fromMs > toMs) return 'order';
  return toMs - fromMs >= MAX_DAYS * DAY_MS ? 'long' : null;
}

function addDays(date: string, days: number): string {
  return new Date(toMidnight(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Of the date taken as one of UTC, for counting days; NaN for what is no date. */
function toMidnight(date: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return Number.NaN;
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? Number.NaN : ms;
}
