/** Pre-numbered paper slips: those that are there, a new block, one that is spoiled, and many that are entered together. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request, toPath } from '../api/client.ts';
import { PAGE_ROWS } from '../api/queries.ts';
import type { Page, Problem } from '../api/types.ts';

/** Slips of one pad: as many as the gateway makes and prints at once. */
export const BLOCK_SLIPS = 100;
const SLIPS = ['slips'];

export interface Slip {
  readonly number: string;
  readonly printedAtMs: number;
  readonly printedBy: string;
  /** null = not used yet. */
  readonly ticket: string | null;
  /** Why it is spoiled; null = it is not. */
  readonly voided: string | null;
}

/** What the code on the label of an equipment says, below the gateway's address. */
export interface EquipmentLabel {
  readonly equipment: string;
  readonly path: string;
}

/** Whoever reads them is on the audit log: asked once, and only by the page that prints them. */
export function useLabels() {
  return useQuery({
    queryKey: ['labels'],
    staleTime: Infinity,
    gcTime: 0,
    queryFn: ({ signal }) => request<Page<EquipmentLabel>>('GET', '/labels', undefined, signal),
  });
}

export type SlipState = 'unused' | 'all';

/** @param page counts from 1 */
export function useSlips(state: SlipState, page: number, rows = PAGE_ROWS) {
  return useQuery({
    queryKey: [...SLIPS, state, page, rows],
    queryFn: ({ signal }) =>
      request<Page<Slip>>(
        'GET',
        `/slips?state=${state}&limit=${rows}&offset=${(page - 1) * rows}`,
        undefined,
        signal,
      ),
  });
}

export function useMakeSlips() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (count: number) => request<Page<Slip>>('POST', '/slips', { count }),
    onSuccess: () => client.invalidateQueries({ queryKey: SLIPS }),
  });
}

export function useVoidSlip() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ number, reason }: { readonly number: string; readonly reason: string }) =>
      request<Slip>('POST', toPath`/slips/${number}/void`, { reason }),
    onSuccess: () => client.invalidateQueries({ queryKey: SLIPS }),
  });
}

/** What came of one slip: its ticket, or why it was refused. */
export interface LateOutcome {
  readonly slip: string;
  readonly ticket: { readonly id: string; readonly number: string; readonly isMerged: boolean } | null;
  readonly problem: Problem | null;
}

/** A pad of slips goes through the engine one after the other. */
const ENTRY_TIMEOUT_MS = 60_000;

export function useEnterSlips() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (entries: readonly Readonly<Record<string, unknown>>[]) =>
      request<{ readonly items: readonly LateOutcome[] }>(
        'POST',
        '/tickets/late-entries',
        { entries },
        undefined,
        ENTRY_TIMEOUT_MS,
      ),
    // Also after a time-out: some may have been entered.
    onSettled: () => client.invalidateQueries({ queryKey: SLIPS }),
  });
}
