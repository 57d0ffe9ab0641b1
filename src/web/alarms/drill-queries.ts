/** Drills that are under way, their beginning and their end. No event tells of them: the list is read again now and then. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '../api/client.ts';
import { keys, useReadsSite } from '../api/queries.ts';
import type { Drill, Page } from '../api/types.ts';

const DRILLS = ['drills'];
/** Somebody else may have begun one. */
const RECHECK_MS = 15_000;

export interface DrillWish {
  readonly equipment: string;
  readonly reason: string;
  /** null ends it. */
  readonly untilMs: number | null;
  /** Also what depends on the equipment. */
  readonly isWhole?: boolean;
  /** Of the simulator. */
  readonly fault?: string;
}

export function useDrills() {
  return useQuery({
    queryKey: DRILLS,
    enabled: useReadsSite(),
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) => request<Page<Drill>>('GET', '/drills', undefined, signal),
  });
}

export function useSetDrill() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: DrillWish) => request<Page<Drill>>('POST', '/drills', wish),
    onSuccess: (drills) => client.setQueryData(DRILLS, drills),
    onError: () => void client.invalidateQueries({ queryKey: DRILLS }),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.openAlarms }),
  });
}
