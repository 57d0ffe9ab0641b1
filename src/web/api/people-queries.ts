/** Staff and contacts as lists to choose from. */
import { useQuery } from '@tanstack/react-query';
import { request, toPath } from './client.ts';
import type { Assignees, Contact, Page, StaffMember, Text } from './types.ts';

/** They change with a hire, not with a shift. */
const STALE_MS = 300_000;

export function useStaff(isAsked = true) {
  return useQuery({
    queryKey: ['staff'],
    enabled: isAsked,
    staleTime: STALE_MS,
    queryFn: ({ signal }) => request<Page<StaffMember>>('GET', '/staff', undefined, signal),
  });
}

export function useContacts(isAsked = true) {
  return useQuery({
    queryKey: ['contacts'],
    enabled: isAsked,
    staleTime: STALE_MS,
    queryFn: ({ signal }) => request<Page<Contact>>('GET', '/contacts', undefined, signal),
  });
}

export interface Place {
  readonly id: string;
  readonly parent: string | null;
  /** Names from the top down. */
  readonly path: Text;
}

export function useLocations() {
  return useQuery({
    queryKey: ['locations'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) => request<Page<Place>>('GET', '/locations', undefined, signal),
  });
}

/** Whom a ticket could go to at this moment: duty and load change by the minute. */
export function useAssignees(ticket: string) {
  return useQuery({
    queryKey: ['ticket', ticket, 'assignees'],
    queryFn: ({ signal }) =>
      request<Assignees>('GET', toPath`/tickets/${ticket}/assignees`, undefined, signal),
  });
}
