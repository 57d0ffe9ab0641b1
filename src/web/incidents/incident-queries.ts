/** Incidents, plans, and what people do to an incident. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { request, toPath } from '../api/client.ts';
import { keys, PAGE_ROWS } from '../api/queries.ts';
import type { Incident, Page, Text } from '../api/types.ts';
import { useErrorText } from '../shared/use-error-text.ts';

const RECHECK_MS = 60_000;

export function useIncidents(page: number) {
  return useQuery({
    queryKey: [...keys.incidents, page],
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) =>
      request<Page<Incident>>(
        'GET',
        `/incidents?state=all&limit=${PAGE_ROWS}&offset=${(page - 1) * PAGE_ROWS}`,
        undefined,
        signal,
      ),
  });
}

export function useIncident(id: string) {
  return useQuery({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) => request<Incident>('GET', toPath`/incidents/${id}`, undefined, signal),
  });
}

/** 应急预案 as the site file has it. */
export interface Plan {
  readonly id: string;
  readonly name: Text;
  readonly steps: readonly { readonly text: Text; readonly role: string }[];
  readonly contacts: readonly string[];
  readonly reviewBy: string;
}

export function usePlans() {
  return useQuery({
    queryKey: ['plans'],
    queryFn: ({ signal }) => request<Page<Plan>>('GET', '/plans', undefined, signal),
  });
}

export type IncidentChangeName = 'confirm' | 'grade' | 'phase' | 'report' | 'report-sent' | 'end';

/** Under the version that is on show; a refusal is told, and the incident read again. */
export function useIncidentChange({ id, version }: Incident) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  return useMutation({
    mutationFn: ({
      name,
      body,
    }: {
      readonly name: IncidentChangeName;
      readonly body: Readonly<Record<string, unknown>>;
    }) => request<Incident>('POST', toPath`/incidents/${id}/${name}`, { version, ...body }),
    onSuccess: (incident) => {
      void message.success(t('incident.saved'));
      client.setQueryData(keys.incident(id), incident);
      return client.invalidateQueries({ queryKey: keys.incidents });
    },
    onError: (error) => {
      void message.error(toErrorText(error));
      return client.invalidateQueries({ queryKey: keys.incident(id) });
    },
  });
}
