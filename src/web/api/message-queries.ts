/** The person's own messages: list, read, answer. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request, toPath } from './client.ts';
import { keys, PAGE_ROWS } from './queries.ts';
import type { Message, Page } from './types.ts';

/** Safety net under the live stream. */
const RECHECK_MS = 60_000;

/** The newest first. */
export function useInbox() {
  return useQuery({
    queryKey: keys.inbox,
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) =>
      request<Page<Message>>('GET', `/messages?limit=${PAGE_ROWS}&offset=0`, undefined, signal),
  });
}

/** What notify/inbox.ts says of the report of an emergency that no page has shown. */
const NO_PAGE = 'no-page';

/** Lies in the inbox and nobody has looked at it, be it that no page was open to show it. */
export function isUnread({ readAtMs, state, answer }: Message): boolean {
  if (readAtMs !== null) return false;
  const isUnshown = (state === 'queued' || state === 'failed') && answer?.code === NO_PAGE;
  return state === 'sent' || state === 'delivered' || isUnshown;
}

export function useReadMessage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<Message>('POST', toPath`/messages/${id}/read`),
    onSettled: () => client.invalidateQueries({ queryKey: keys.inbox }),
  });
}

export function useAnswerMessage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, text }: { readonly id: string; readonly text: string }) =>
      request<Message>('POST', toPath`/messages/${id}/answer`, { text }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.inbox }),
  });
}
