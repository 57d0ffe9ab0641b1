/** Records of writes as queries, and the commands of this folder. Each command is sent once: nothing here tries again. */
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query';
import { request, toPath } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { LockOut, Page, PointDefinition, PointWrite } from '../api/types.ts';
import { type Asked, isUnderWay } from './write-answer.ts';

/** Writes of one equipment that the page looks at; older ones are in the audit log. */
export const HISTORY_ROWS = 50;
/** No event tells of writes by others. */
const RECHECK_MS = 10_000;
/** While one is under way. */
const FOLLOW_MS = 1_500;
/** The gateway answers after 15 s (writing/limits.ts) or gives up after 20 s (api/options.ts); then nothing comes any more. */
const WRITE_TIMEOUT_MS = 25_000;

const ROOT_KEY = ['writes'] as const;
const NO_ROWS: readonly PointWrite[] = [];

export interface WriteRecords {
  /** Newest first. */
  readonly rows: readonly PointWrite[];
  /** Why they could not be read; null = they were, or are under way. */
  readonly error: Error | null;
  readonly refetch: () => void;
}

/**
 * @param equipment ids; each is asked for by itself
 * @param isFollowing somebody waits for the end of one
 */
export function useWriteRecords(equipment: readonly string[], isFollowing = false): WriteRecords {
  return useQueries({
    queries: equipment.map((id) => ({
      queryKey: [...ROOT_KEY, id],
      refetchInterval: (query: { readonly state: { readonly data?: Page<PointWrite> | undefined } }) =>
        isFollowing || (query.state.data?.items ?? NO_ROWS).some(isUnderWay) ? FOLLOW_MS : RECHECK_MS,
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        request<Page<PointWrite>>(
          'GET',
          `/writes?equipment=${encodeURIComponent(id)}&limit=${HISTORY_ROWS}`,
          undefined,
          signal,
        ),
    })),
    combine: (results) => ({
      rows: results.flatMap(({ data }) => data?.items ?? NO_ROWS).toSorted((a, b) => b.atMs - a.atMs),
      error: results.find(({ error }) => error !== null)?.error ?? null,
      refetch: () => void Promise.all(results.map((result) => result.refetch())),
    }),
  });
}

export function useWritePoint(point: PointDefinition) {
  const client = useQueryClient();
  return useMutation({
    retry: false,
    mutationFn: ({ value, reason }: Asked) =>
      request<PointWrite>(
        'POST',
        toPath`/points/${point.equipment}/${point.name}/write`,
        { value, reason: reason.trim() },
        undefined,
        WRITE_TIMEOUT_MS,
      ),
    // The next readings tell what stands now; until they come the records do. Not waited for: a gateway that has not
    // answered will be slow with these too, and somebody is waiting to be told.
    onSettled: (_, error) => {
      void client.invalidateQueries({ queryKey: [...ROOT_KEY, point.equipment] });
      void client.invalidateQueries({ queryKey: keys.points });
      // A tag may be why: it stands on the page before the next attempt.
      if (error !== null) void client.invalidateQueries({ queryKey: keys.equipment });
    },
  });
}

export function useHangTag(equipment: string) {
  const client = useQueryClient();
  return useMutation({
    retry: false,
    mutationFn: (reason: string) =>
      request<LockOut>('POST', toPath`/equipment/${equipment}/lock-out`, { reason: reason.trim() }),
    // Also after a refusal: somebody else may have hung one.
    onSettled: () => client.invalidateQueries({ queryKey: keys.equipment }),
  });
}

export function useTakeTagOff(equipment: string) {
  const client = useQueryClient();
  return useMutation({
    retry: false,
    mutationFn: () => request<undefined>('POST', toPath`/equipment/${equipment}/unlock`, {}),
    onSettled: () => client.invalidateQueries({ queryKey: keys.equipment }),
  });
}
