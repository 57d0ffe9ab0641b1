/** Feedback: lists, one entry, its history, whoever gave it, and what people do about it. */
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FeedbackView } from '../../api/feedback-schemas.ts';
import { request, toPath } from '../api/client.ts';
import { PAGE_ROWS } from '../api/queries.ts';
import type { Page } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';

export type Feedback = FeedbackView;
export type FeedbackChangeName = Feedback['changes'][number];

const FEEDBACK = ['feedback'];
/** Warnings and breaches come without anybody's doing. */
const RECHECK_MS = 30_000;

export interface FeedbackFilters {
  readonly state: 'open' | 'over' | 'all';
  /** '' = all, here and below. */
  readonly text: string;
  readonly source: string;
  readonly subject: string;
  readonly isBreached: boolean;
}

export const NO_FILTER: FeedbackFilters = {
  state: 'open',
  text: '',
  source: '',
  subject: '',
  isBreached: false,
};

export function toSearch({ state, text, source, subject, isBreached }: FeedbackFilters): URLSearchParams {
  const search = new URLSearchParams({ state });
  if (text.trim() !== '') search.set('text', text.trim());
  if (source !== '') search.set('source', source);
  if (subject !== '') search.set('subject', subject);
  if (isBreached) search.set('breached', 'yes');
  return search;
}

/** @param page counts from 1 */
export function useFeedbackList(filters: FeedbackFilters, page: number) {
  const search = toSearch(filters);
  search.set('limit', String(PAGE_ROWS));
  search.set('offset', String((page - 1) * PAGE_ROWS));
  return useQuery({
    queryKey: [...FEEDBACK, 'list', search.toString()],
    refetchInterval: RECHECK_MS,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      request<Page<Feedback>>('GET', `/feedback?${search.toString()}`, undefined, signal),
  });
}

/** That which a ticket is part of. */
export function useFeedbackOfTicket(ticket: string, isAsked: boolean) {
  return useQuery({
    queryKey: [...FEEDBACK, 'ticket', ticket],
    enabled: isAsked,
    queryFn: ({ signal }) => {
      const search = new URLSearchParams({ state: 'all', ticket });
      return request<Page<Feedback>>('GET', `/feedback?${search.toString()}`, undefined, signal);
    },
  });
}

export function useFeedback(id: string) {
  return useQuery({
    queryKey: [...FEEDBACK, 'one', id],
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) => request<Feedback>('GET', toPath`/feedback/${id}`, undefined, signal),
  });
}

export interface FeedbackHistoryEntry {
  readonly atMs: number;
  readonly type: string;
  readonly by: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** @param version read again with each */
export function useFeedbackHistory(id: string, version: number) {
  return useQuery({
    queryKey: [...FEEDBACK, 'history', id, version],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      request<Page<FeedbackHistoryEntry>>('GET', toPath`/feedback/${id}/history`, undefined, signal),
  });
}

/** By hand only: each reading is audited. */
export function useFeedbackPersonal(id: string) {
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  return useMutation({
    mutationFn: () =>
      request<{ readonly name: string; readonly method: string }>('GET', toPath`/feedback/${id}/personal`),
    onError: (error) => void message.error(toErrorText(error)),
  });
}

export function useOpenFeedback() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Readonly<Record<string, unknown>>) => request<Feedback>('POST', '/feedback', body),
    onSuccess: () => client.invalidateQueries({ queryKey: FEEDBACK }),
  });
}

/** Under the version that is on show; a refusal is told, and the entry read again. */
export function useFeedbackChange({ id, version }: Pick<Feedback, 'id' | 'version'>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  return useMutation({
    mutationFn: ({
      name,
      body,
    }: {
      readonly name: FeedbackChangeName;
      readonly body: Readonly<Record<string, unknown>>;
    }) => request<Feedback>('POST', toPath`/feedback/${id}/${name}`, { version, ...body }),
    onSuccess: (feedback) => {
      void message.success(t('feedback.saved'));
      client.setQueryData([...FEEDBACK, 'one', id], feedback);
      return client.invalidateQueries({ queryKey: FEEDBACK });
    },
    onError: (error) => {
      void message.error(toErrorText(error));
      return client.invalidateQueries({ queryKey: [...FEEDBACK, 'one', id] });
    },
  });
}
