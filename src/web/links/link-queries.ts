/** What the pages of links read beside the list of links (api/queries.ts): one link's figures and its poll plan. */
import { useQuery } from '@tanstack/react-query';
import type { PlanView } from '../../api/link-schema.ts';
import { request, toPath } from '../api/client.ts';
import type { LinkStatus } from '../api/types.ts';

export type LinkPlan = PlanView;
export type PlannedRequest = LinkPlan['requests'][number];

/** While somebody looks. Figures cover a minute, so that they do not move faster than people read. */
export const LINK_RECHECK_MS = 5_000;

export function useLink(id: string) {
  return useQuery({
    queryKey: ['link', id],
    refetchInterval: LINK_RECHECK_MS,
    queryFn: ({ signal }) => request<LinkStatus>('GET', toPath`/links/${id}`, undefined, signal),
  });
}

export function useLinkPlan(id: string) {
  return useQuery({
    queryKey: ['link', id, 'plan'],
    refetchInterval: LINK_RECHECK_MS,
    queryFn: ({ signal }) => request<LinkPlan>('GET', toPath`/links/${id}/plan`, undefined, signal),
  });
}
