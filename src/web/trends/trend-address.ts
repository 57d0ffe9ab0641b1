/**
 * What the page of trends shows, as the address of the page: points, range, pinned time, whole building. Who has the
 * address sees the same. Pure.
 *
 *   /trends?p=dws-1/outlet-pressure,dws-1/flow&range=8h
 *   /trends?p=…&from=1795276800000&to=1795280400000&at=1795278000000&building=1
 */

const HOUR_MS = 3_600_000;

export const LAST_RANGES = {
  '1h': HOUR_MS,
  '8h': 8 * HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 168 * HOUR_MS,
  '30d': 720 * HOUR_MS,
} as const satisfies Record<string, number>;
export type LastRange = keyof typeof LAST_RANGES;
export const LAST_RANGE_IDS = Object.keys(LAST_RANGES) as readonly LastRange[];

/** Curves that can be told apart by colour, dash and number. */
export const MAX_POINTS = 8;
/** Nothing is read more often than once a second; below this there is nothing more to see. */
export const MIN_RANGE_MS = 10_000;
/** As long as the export, a year and a day. */
export const MAX_RANGE_MS = 367 * 24 * HOUR_MS;
const DEFAULT_RANGE: LastRange = '1h';

export type TrendRange =
  /** Ends now and moves on. */
  | { readonly type: 'last'; readonly id: LastRange }
  /** UTC ms. */
  | { readonly type: 'between'; readonly fromMs: number; readonly toMs: number };

export interface TrendView {
  /** Ids, each once, at most MAX_POINTS; their order gives colours and numbers. */
  readonly points: readonly string[];
  readonly range: TrendRange;
  /** Pinned time, UTC ms; null = none. */
  readonly atMs: number | null;
  /** Whether everything that stood at `atMs` (null = now) is on show. */
  readonly isBuilding: boolean;
}

/** What cannot be understood is left out: an address from elsewhere must still show something. */
export function toTrendView(search: URLSearchParams): TrendView {
  const points = (search.get('p') ?? '').split(',').filter((id) => id.includes('/'));
  return {
    points: [...new Set(points)].slice(0, MAX_POINTS),
    range: toRange(search),
    atMs: toMs(search.get('at')),
    isBuilding: search.get('building') === '1',
  };
}

export function toTrendSearch({ points, range, atMs, isBuilding }: TrendView): Record<string, string> {
  return {
    ...(points.length > 0 && { p: points.join(',') }),
    ...(range.type === 'last'
      ? { range: range.id }
      : { from: String(Math.round(range.fromMs)), to: String(Math.round(range.toMs)) }),
    ...(atMs !== null && { at: String(Math.round(atMs)) }),
    ...(isBuilding && { building: '1' }),
  };
}

/** Address of the page with these points. */
export function toTrendPath(points: readonly string[], range: LastRange = DEFAULT_RANGE): string {
  const view: TrendView = { points, range: { type: 'last', id: range }, atMs: null, isBuilding: false };
  return `/trends?${new URLSearchParams(toTrendSearch(view))}`;
}

export function addPoint(points: readonly string[], id: string): readonly string[] {
  return points.includes(id) || points.length >= MAX_POINTS ? points : [...points, id];
}

function toRange(search: URLSearchParams): TrendRange {
  const [fromMs, toMsValue] = [toMs(search.get('from')), toMs(search.get('to'))];
  if (fromMs !== null && toMsValue !== null && toMsValue - fromMs >= MIN_RANGE_MS) {
    return { type: 'between', fromMs: Math.max(fromMs, toMsValue - MAX_RANGE_MS), toMs: toMsValue };
  }
  const id = LAST_RANGE_IDS.find((one) => one === search.get('range'));
  return { type: 'last', id: id ?? DEFAULT_RANGE };
}

function toMs(text: string | null): number | null {
  const ms = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= LAST_MS ? ms : null;
}

/** The last of JavaScript's dates. */
const LAST_MS = 8.64e15;
