/** What the page of the stores reads and asks for: journal and forwarder, quarantine, backups. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Static } from 'typebox';
import type { BackupsViewSchema } from '../../api/backup-schema.ts';
import type { DiscardResult, QuarantineView, ResendResult, StorageView } from '../../api/storage-schema.ts';
import { request } from '../api/client.ts';

export type { QuarantineView, ResendResult, StorageView };
export type Backups = Static<typeof BackupsViewSchema>;
export type QuarantinedRow = QuarantineView['items'][number];

export const STORAGE_RECHECK_MS = 5_000;
/** While a backup runs its progress is worth looking at. */
const RUNNING_RECHECK_MS = 1_000;
/** The reasons are counted above; a page of readings must not bury what stands below it on a phone. */
const QUARANTINE_ROWS = 10;
/** 150,000 readings to a slow server. */
const RESEND_TIMEOUT_MS = 10 * 60_000;

const keys = { storage: ['storage'], quarantine: ['quarantine'], backups: ['backups'] } as const;

export function useStorage() {
  return useQuery({
    queryKey: keys.storage,
    refetchInterval: STORAGE_RECHECK_MS,
    queryFn: ({ signal }) => request<StorageView>('GET', '/storage', undefined, signal),
  });
}

/** @param beforeId only older ones; null = the newest */
export function useQuarantine(beforeId: number | null, isEnabled: boolean) {
  return useQuery({
    queryKey: [...keys.quarantine, beforeId],
    enabled: isEnabled,
    refetchInterval: STORAGE_RECHECK_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const before = beforeId === null ? '' : `&beforeId=${beforeId}`;
      const path = `/quarantine?limit=${QUARANTINE_ROWS}${before}`;
      return request<QuarantineView>('GET', path, undefined, signal);
    },
  });
}

export function useBackups() {
  return useQuery<Backups>({
    queryKey: keys.backups,
    refetchInterval: ({ state }) =>
      state.data?.status.isRunning === true ? RUNNING_RECHECK_MS : STORAGE_RECHECK_MS,
    queryFn: ({ signal }) => request<Backups>('GET', '/backups', undefined, signal),
  });
}

export function useRunBackup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<Backups>('POST', '/backups', {}),
    onSuccess: (backups) => client.setQueryData(keys.backups, backups),
  });
}

export function useAcknowledgeLoss() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<StorageView>('POST', '/storage/loss/acknowledge', {}),
    onSuccess: (storage) => client.setQueryData(keys.storage, storage),
  });
}

/** Ids; null = all. */
export type Selection = readonly number[] | null;

export function useResend() {
  const settle = useSettled();
  return useMutation({
    mutationFn: (ids: Selection) =>
      request<ResendResult>('POST', '/quarantine/resend', { ids }, undefined, RESEND_TIMEOUT_MS),
    onSettled: settle,
  });
}

export function useDiscard() {
  const settle = useSettled();
  return useMutation({
    mutationFn: (ids: Selection) =>
      request<DiscardResult>('POST', '/quarantine/discard', { ids }, undefined, RESEND_TIMEOUT_MS),
    onSettled: settle,
  });
}

function useSettled(): () => void {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: keys.quarantine });
    void client.invalidateQueries({ queryKey: keys.storage });
  };
}
