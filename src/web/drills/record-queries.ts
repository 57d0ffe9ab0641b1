/** Records of drills: what was held, what is due, one more by hand, and its evaluation. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import { PAGE_ROWS } from '../api/queries.ts';
import type { Page, Text } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';

const RECORDS = ['drill-records'];

export const DRILL_KIND_NAMES = [
  'lift-fault',
  'power-failure',
  'fire',
  'flood',
  'notification',
  'other',
] as const;
export type DrillKindName = (typeof DRILL_KIND_NAMES)[number];

export interface DrillRecord {
  readonly id: string;
  /** Named with every change. */
  readonly revision: number;
  readonly kind: DrillKindName;
  readonly kindText: Text;
  readonly equipment: string | null;
  readonly content: string;
  readonly place: Text;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly begunBy: string;
  readonly tickets: readonly { readonly id: string; readonly number: string }[];
  readonly participants: readonly string[];
  readonly flow: readonly { readonly atMs: number; readonly text: Text }[];
  /** null = not written yet. */
  readonly evaluation: string | null;
  readonly writtenBy: string;
  readonly writtenAtMs: number;
}

export interface DueDrill {
  readonly kind: DrillKindName;
  readonly kindText: Text;
  /** null = never. */
  readonly lastAtMs: number | null;
}

/** @param page counts from 1 */
export function useDrillRecords(page: number) {
  return useQuery({
    queryKey: [...RECORDS, page],
    queryFn: ({ signal }) =>
      request<Page<DrillRecord>>(
        'GET',
        `/drill-records?state=all&limit=${PAGE_ROWS}&offset=${(page - 1) * PAGE_ROWS}`,
        undefined,
        signal,
      ),
  });
}

export function useDueDrills() {
  return useQuery({
    queryKey: [...RECORDS, 'due'],
    queryFn: ({ signal }) => request<Page<DueDrill>>('GET', '/drill-records/due', undefined, signal),
  });
}

/** All revisions, the oldest first. */
export function useRevisions(id: string, isAsked: boolean) {
  return useQuery({
    queryKey: [...RECORDS, 'one', id],
    enabled: isAsked,
    queryFn: ({ signal }) =>
      request<Page<DrillRecord>>('GET', toPath`/drill-records/${id}`, undefined, signal),
  });
}

/** @param id null = a new record; else that one is evaluated */
export function useWriteRecord(id: string | null) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  return useMutation({
    mutationFn: (body: Readonly<Record<string, unknown>>) =>
      request<DrillRecord>(
        'POST',
        id === null ? '/drill-records' : toPath`/drill-records/${id}/evaluate`,
        body,
      ),
    onSuccess: () => {
      void message.success(t('drillRecord.saved'));
      return client.invalidateQueries({ queryKey: RECORDS });
    },
    onError: (error) => {
      void message.error(toErrorText(error));
      return client.invalidateQueries({ queryKey: RECORDS });
    },
  });
}
