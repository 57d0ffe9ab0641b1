/** What the pages read of the data-quality figures. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Only, PointQualityList, PointQualityRow, QualitySummary } from '../../api/quality-schema.ts';
import { request } from '../api/client.ts';
import { PAGE_ROWS } from '../api/queries.ts';

export type { Only, PointQualityList, PointQualityRow, QualitySummary };
export type LinkQuality = QualitySummary['links'][number];

/** Shares and times that people look at for minutes. */
const RECHECK_MS = 10_000;

export interface QualityFilter {
  readonly only: Only;
  /** null = all. */
  readonly link: string | null;
  readonly equipment: string | null;
}

/** @param page counts from 1. */
export function usePointQuality({ only, link, equipment }: QualityFilter, page: number) {
  return useQuery({
    queryKey: ['point-quality', only, link, equipment, page],
    refetchInterval: RECHECK_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const query = new URLSearchParams({
        only,
        limit: String(PAGE_ROWS),
        offset: String((page - 1) * PAGE_ROWS),
        ...(link !== null && { link }),
        ...(equipment !== null && { equipment }),
      });
      return request<PointQualityList>('GET', `/points/quality?${query}`, undefined, signal);
    },
  });
}

/** How many points are good, of the site and of each link. */
export function useQualitySummary() {
  return useQuery({
    queryKey: ['point-quality', 'summary'],
    refetchInterval: RECHECK_MS,
    queryFn: async ({ signal }): Promise<QualitySummary> =>
      (await request<PointQualityList>('GET', '/points/quality?limit=1', undefined, signal)).summary,
  });
}
