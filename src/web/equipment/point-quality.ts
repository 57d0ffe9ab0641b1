/** How good the data of points was: the query, and what of it is worth a mark in a list. */
import { useQuery } from '@tanstack/react-query';
import type { PointQualityList, PointQualityRow } from '../../api/quality-schema.ts';
import { request } from '../api/client.ts';
import { MAX_ROWS } from '../api/queries.ts';

/** Shares of an hour move slowly. */
const RECHECK_MS = 30_000;
/** A point that was good for less of the last hour is marked: 36 s of it were not. */
const MARKED_BELOW_RATIO = 0.99;

export type { PointQualityRow } from '../../api/quality-schema.ts';

/** Figures of an equipment's own points. Key: point id; empty until they have come. */
export function useEquipmentQuality(equipment: string): ReadonlyMap<string, PointQualityRow> {
  const { data } = useQuery({
    queryKey: ['point-quality', 'equipment', equipment],
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) =>
      request<PointQualityList>(
        'GET',
        `/points/quality?equipment=${encodeURIComponent(equipment)}&limit=${MAX_ROWS}`,
        undefined,
        signal,
      ),
    select: toRows,
  });
  return data ?? NO_ROWS;
}

const NO_ROWS: ReadonlyMap<string, PointQualityRow> = new Map();

function toRows({ items }: PointQualityList): ReadonlyMap<string, PointQualityRow> {
  return new Map(items.map((row) => [row.point, row]));
}

export type QualityMark =
  | { readonly type: 'never-good' }
  | { readonly type: 'stuck' }
  | { readonly type: 'share'; readonly ratio: number };

/** What a list says of a point whose data is not simply good; null = nothing. */
export function toMark(row: PointQualityRow | undefined): QualityMark | null {
  if (row === undefined) return null;
  if (row.isNeverGood) return { type: 'never-good' };
  if (row.isStuck) return { type: 'stuck' };
  if (row.goodRatioHour === null || row.goodRatioHour >= MARKED_BELOW_RATIO) return null;
  return { type: 'share', ratio: row.goodRatioHour };
}

export interface QualityReasonCount {
  /** Quality reason, as in core/quality.ts. */
  readonly reason: string;
  readonly count: number;
}

/** What was met since start, the most frequent first. */
export function toReasons({ sentinels, reasons }: PointQualityRow): readonly QualityReasonCount[] {
  const counted = Object.entries(reasons).map(([reason, count]) => ({ reason, count }));
  if (sentinels > 0) counted.push({ reason: 'sentinel', count: sentinels });
  return counted.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}
