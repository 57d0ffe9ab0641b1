/** Roster, who would be told, staff, handovers: what the pages on duty read and write. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import type { CertificateNotice, DutyNow, Gap, Handover, Page, Roster, WhoAnswer } from '../api/types.ts';
import { serverNow } from '../live/server-clock.ts';
import { useErrorText } from '../shared/use-error-text.ts';

const DAY_MS = 86_400_000;
/** How far ahead gaps are looked for. */
const GAP_DAYS = 14;
/** Shifts change while nobody sends an event. */
const RECHECK_MS = 60_000;
const HANDOVERS = 20;

export const dutyKeys = {
  roster: ['roster'],
  now: ['roster', 'now'],
  gaps: ['roster', 'gaps'],
  handovers: ['handovers'],
} as const;

export function useRoster() {
  return useQuery({
    queryKey: dutyKeys.roster,
    queryFn: ({ signal }) => request<Roster>('GET', '/roster', undefined, signal),
  });
}

export function useDutyNow() {
  return useQuery({
    queryKey: dutyKeys.now,
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) => request<Page<DutyNow>>('GET', '/roster/on', undefined, signal),
  });
}

export function useGaps() {
  return useQuery({
    queryKey: dutyKeys.gaps,
    queryFn: ({ signal }) => {
      const from = Math.floor(serverNow());
      return request<Page<Gap>>(
        'GET',
        `/roster/gaps?from=${from}&to=${from + GAP_DAYS * DAY_MS}`,
        undefined,
        signal,
      );
    },
  });
}

export function useCertificates() {
  return useQuery({
    queryKey: ['certificates'],
    queryFn: ({ signal }) =>
      request<Page<CertificateNotice>>('GET', '/staff/certificates', undefined, signal),
  });
}

export interface WhoQuestion {
  readonly atMs: number;
  readonly severity: string;
  readonly equipment: string | null;
  readonly class: string | null;
}

/** null = nothing was asked yet. */
export function useWho(question: WhoQuestion | null) {
  return useQuery({
    queryKey: ['who', question],
    enabled: question !== null,
    queryFn: ({ signal }) => {
      const { atMs, severity, equipment, class: ticketClass } = question as WhoQuestion;
      const search = new URLSearchParams({ at: String(Math.floor(atMs)), severity });
      if (equipment !== null) search.set('equipment', equipment);
      if (ticketClass !== null) search.set('class', ticketClass);
      return request<WhoAnswer>('GET', `/who?${search}`, undefined, signal);
    },
  });
}

export function useHandovers() {
  return useQuery({
    queryKey: dutyKeys.handovers,
    queryFn: ({ signal }) =>
      request<Page<Handover>>('GET', `/handovers?limit=${HANDOVERS}&offset=0`, undefined, signal),
  });
}

/**
 * A change of duty data: says what came of it and reads everything that hangs on it again.
 * @param tellsRefusal false where a form shows it itself
 */
export function useDutyChange(done: string, tellsRefusal = true) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  return useMutation({
    mutationFn: ({ method, path, body }: DutyRequest) => request<unknown>(method, path, body),
    onSuccess: async () => {
      void message.success(done);
      await Promise.all([
        client.invalidateQueries({ queryKey: dutyKeys.roster }),
        client.invalidateQueries({ queryKey: dutyKeys.handovers }),
      ]);
    },
    onError: (error) => {
      if (tellsRefusal) void message.error(toErrorText(error));
      // Somebody else may have been faster.
      void client.invalidateQueries({ queryKey: dutyKeys.roster });
    },
  });
}

export interface DutyRequest {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export function useSign() {
  const { t } = useTranslation();
  const change = useDutyChange(t('handover.signedDone'));
  return {
    isPending: change.isPending,
    sign: (id: string) => change.mutate({ method: 'POST', path: toPath`/handovers/${id}/sign`, body: {} }),
  };
}
