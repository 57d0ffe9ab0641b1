/** What belongs to one ticket, lists by filter, and what people do to a ticket. The list that is open is in queries.ts. */
import {
  keepPreviousData,
  type QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { App } from 'antd';
import { useTranslation } from 'react-i18next';
import { applyTicket } from '../live/cache.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { request, requestForm, toPath } from './client.ts';
import { keys } from './queries.ts';
import type { Message, Page, Text, Ticket } from './types.ts';

/** Rows of one page of a filtered list. */
export const FOUND_ROWS = 50;
/** Fewer signs than these find half of everything. */
const MIN_SEARCH_CHARS = 2;

export interface TicketSearch {
  readonly state: 'open' | 'closed' | 'all';
  readonly text?: string;
  readonly class?: string;
  readonly stage?: string;
  readonly priority?: string;
  readonly assignee?: string;
  readonly equipment?: string;
  /** Counts from 1. */
  readonly page?: number;
}

/** Query string without `?`; empty filters are left out. */
export function toSearch({ page = 1, ...filters }: TicketSearch): string {
  const given = Object.entries(filters).filter(([, value]) => value.trim() !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, value.trim()]));
  search.set('limit', String(FOUND_ROWS));
  search.set('offset', String((page - 1) * FOUND_ROWS));
  return search.toString();
}

/** @param search by `toSearch`; @param isAsked false = nothing is asked, nothing comes */
export function useFoundTickets(search: string, isAsked: boolean) {
  const text = new URLSearchParams(search).get('text');
  return useQuery({
    queryKey: ['tickets', 'found', search],
    enabled: isAsked && (text === null || text.length >= MIN_SEARCH_CHARS),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => request<Page<Ticket>>('GET', `/tickets?${search}`, undefined, signal),
  });
}

/** What does not change while a page is open, unless a rule does. */
const FAULT_KINDS_STALE_MS = 600_000;

/** Kinds of faults that rules know. @param equipment whose, with its parts; null = all of the site */
export function useFaultKinds(equipment: string | null) {
  const search = equipment === null ? '' : `?${new URLSearchParams({ equipment }).toString()}`;
  return useQuery({
    queryKey: ['fault-kinds', equipment],
    staleTime: FAULT_KINDS_STALE_MS,
    queryFn: ({ signal }) => request<Page<FaultKind>>('GET', `/fault-kinds${search}`, undefined, signal),
  });
}

export interface FaultKind {
  readonly id: string;
  readonly text: Text;
}

export function useTicketMessages(id: string) {
  return useQuery({
    queryKey: [...keys.ticket(id), 'messages'],
    queryFn: ({ signal }) =>
      request<Page<Message>>('GET', toPath`/tickets/${id}/messages`, undefined, signal),
  });
}

export interface TicketPersonal {
  readonly name: string;
  readonly method: string;
}

/** Name and way of whoever reported it; each reading is audited, so it is asked for by hand. */
export function usePersonalFields(id: string) {
  return useMutation({
    mutationFn: () => request<TicketPersonal>('GET', toPath`/tickets/${id}/personal`),
  });
}

/** The answer of a step stands on the page before the stream tells of it. */
export async function showTicket(client: QueryClient, ticket: Ticket): Promise<void> {
  client.setQueryData(keys.ticket(ticket.id), ticket);
  applyTicket(client, ticket);
  await client.invalidateQueries({ queryKey: keys.ticketHistory(ticket.id) });
}

export interface StepInput {
  /** Route below the ticket: `take`, or `forms` and its id. */
  readonly route: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  /** 补录: when it really happened; null = now. */
  readonly occurredAtMs: number | null;
  /** What the person is told was done. */
  readonly what: string;
}

/** Sends one step under the version that is on show; whatever comes back, the ticket is read again. */
export function useTicketStep(ticket: Pick<Ticket, 'id' | 'version'>) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: ({ route, body, occurredAtMs }: StepInput) =>
      request<Ticket>('POST', [toPath`/tickets/${ticket.id}`, ...route.map(encodeURIComponent)].join('/'), {
        version: ticket.version,
        ...(occurredAtMs !== null && { occurredAtMs }),
        ...body,
      }),
    onSuccess: async (changed, { what }) => {
      void message.success(t('tickets.saved', { what }));
      await showTicket(client, changed);
    },
    onError: () => client.invalidateQueries({ queryKey: keys.ticket(ticket.id) }),
  });
}

/** Photo or document as multipart body. */
export function useUpload(ticket: Pick<Ticket, 'id' | 'version'>) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const toErrorText = useErrorText();
  return useMutation({
    mutationFn: (file: File) => {
      const form = new FormData();
      form.set('version', String(ticket.version));
      form.set('file', file, file.name);
      return requestForm<Ticket>(toPath`/tickets/${ticket.id}/attachments`, form);
    },
    onSuccess: (changed) => showTicket(client, changed),
    onError: (error) => {
      void message.error(toErrorText(error));
      return client.invalidateQueries({ queryKey: keys.ticket(ticket.id) });
    },
  });
}

/** Address of the bytes of a photo or document. */
export function toFileAddress(ticket: string, attachment: string): string {
  return `/api/v1${toPath`/tickets/${ticket}/attachments/${attachment}`}`;
}
