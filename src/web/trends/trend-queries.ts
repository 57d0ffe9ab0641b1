/** What the page of trends reads: the past of the chosen points, and what stood at one instant in the whole building. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { InstantPointView } from '../../api/history-schema.ts';
import { request } from '../api/client.ts';
import type { PointHistory } from '../api/types.ts';
import { serverNow } from '../live/server-clock.ts';
import type { TrendRange } from './trend-address.ts';
import { toWindow } from './window.ts';

export type InstantPoint = InstantPointView;
export interface Instant {
  readonly atMs: number;
  /** Why a later reading may be missing although it may exist; empty = none is. */
  readonly missingReasons: PointHistory['missingReasons'];
  readonly items: readonly InstantPoint[];
}

/** As many as a curve has pixels. */
const DESK_SAMPLES = 1_000;
const PHONE_SAMPLES = 400;
/** The stream brings what comes in between. */
const RECHECK_MS = 60_000;
/** Joined readings out of journal and InfluxDB over a month may take their time. */
const TIMEOUT_MS = 30_000;

export interface Histories {
  readonly items: readonly PointHistory[];
}

/** In the order asked; the last answer stays on show while the next is under way. */
export function useHistories(points: readonly string[], range: TrendRange, isPhone: boolean) {
  const maxPoints = isPhone ? PHONE_SAMPLES : DESK_SAMPLES;
  return useQuery({
    queryKey: ['histories', points, range, maxPoints],
    enabled: points.length > 0,
    refetchInterval: range.type === 'last' ? RECHECK_MS : false,
    // What is over may still be completed by late readings, but not while somebody looks.
    staleTime: range.type === 'last' ? 0 : RECHECK_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const { fromMs, toMs } = toWindow(range, serverNow());
      const query = new URLSearchParams({
        points: points.join(','),
        from: String(Math.max(0, Math.floor(fromMs))),
        ...(range.type === 'between' && { to: String(Math.ceil(toMs)) }),
        maxPoints: String(maxPoints),
      });
      return request<Histories>('GET', `/history?${query}`, undefined, signal, TIMEOUT_MS);
    },
  });
}

/** @param atMs UTC ms; null = now, asked again every few seconds */
export function useInstant(atMs: number | null) {
  return useQuery({
    queryKey: ['instant', atMs],
    refetchInterval: atMs === null ? NOW_RECHECK_MS : false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      request<Instant>(
        'GET',
        atMs === null ? '/history/instant' : `/history/instant?at=${Math.round(atMs)}`,
        undefined,
        signal,
        TIMEOUT_MS,
      ),
  });
}

const NOW_RECHECK_MS = 10_000;
