/**
 * What the page reads, as TanStack queries. Live events patch the same cache (live/cache.ts); readings do not pass
 * through it, because a value a second must not render a page a second.
 */
import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { readings } from '../live/readings.ts';
import { serverNow } from '../live/server-clock.ts';
import { ProblemError, request, toPath } from './client.ts';
import type {
  Alarm,
  AlarmControl,
  Equipment,
  HistoryEntry,
  LinkStatus,
  Page,
  Person,
  Point,
  PointDefinition,
  PointHistory,
  Rule,
  SimulatedFault,
  Site,
  Storm,
  Ticket,
} from './types.ts';

export type TicketFilter = 'open' | 'closed' | 'all';

/** Largest page that the gateway gives; what lies beyond is announced, never hidden. */
export const MAX_ROWS = 500;
export const PAGE_ROWS = 50;
/** Open alarms that the page holds: a storm of 1,000 with room to spare. */
const MAX_OPEN_ALARMS = 2_000;
/** Safety net under the live stream: lists that people rely on are read again at least this often. */
const RECHECK_MS = 60_000;
/** As many as a curve has pixels; a quarter of an hour of readings every second still comes as it was read. */
const CURVE_POINTS = 1_000;

export const keys = {
  session: ['session'],
  site: ['site'],
  equipment: ['equipment'],
  points: ['points'],
  links: ['links'],
  openAlarms: ['alarms', 'open'],
  alarmRecords: (search: string, page: number) => ['alarms', 'all', search, page],
  controls: ['alarm-controls'],
  storms: ['storms'],
  stormMembers: (id: string) => ['storm-members', id],
  alarm: (id: string) => ['alarm', id],
  alarmHistory: (id: string) => ['alarm', id, 'history'],
  alarmExplanation: (id: string) => ['alarm', id, 'explain'],
  tickets: (filter: TicketFilter, page: number) => ['tickets', filter, page],
  ticket: (id: string) => ['ticket', id],
  ticketHistory: (id: string) => ['ticket', id, 'history'],
  inbox: ['inbox'],
  incidents: ['incidents'],
  incident: (id: string) => ['incident', id],
  rule: (equipment: string, rule: string) => ['rule', equipment, rule],
  pointHistory: (point: string, rangeMs: number) => ['point-history', point, rangeMs],
  faults: ['faults'],
} as const;

/** The person who is logged in; null when nobody is. */
export function useSession() {
  return useQuery({
    queryKey: keys.session,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Person | null> => {
      try {
        return toPerson(await request<Person | { person: Person }>('GET', '/session', undefined, signal));
      } catch (error) {
        if (error instanceof ProblemError && error.status === 401) return null;
        throw error;
      }
    },
  });
}

export async function login(client: QueryClient, username: string, password: string): Promise<void> {
  const answer = await request<Person | { person: Person }>('POST', '/session', { username, password });
  forget(client);
  client.setQueryData(keys.session, toPerson(answer));
}

/**
 * Ends the session at the gateway, then forgets everything that the person could read.
 * @throws when the gateway could not be told: the session is still open and the page must not pretend otherwise.
 */
export async function logout(client: QueryClient): Promise<void> {
  try {
    await request<undefined>('DELETE', '/session');
  } catch (error) {
    if (!(error instanceof ProblemError && error.status === 401)) throw error;
  }
  client.setQueryData(keys.session, null);
  forget(client);
}

/** What one person could read is not for the next. */
function forget(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
  readings.clear();
}

/** Whether the house itself is open to the person: not to reporters, nor to people from outside with an account. */
export function useReadsSite(): boolean {
  return useSession().data?.permissions.includes('site.read') ?? false;
}

/** Zone in which times are told, also to people from outside; undefined = the browser's, where nobody is logged in. */
export function useTimeZone(): string | undefined {
  return useSession().data?.site.timeZone;
}

export function useSite() {
  return useQuery({
    queryKey: keys.site,
    enabled: useReadsSite(),
    queryFn: ({ signal }) => request<Site>('GET', '/site', undefined, signal),
  });
}

/** @param recheckMs ask again so often: no event tells of tags that are hung or taken off */
export function useEquipment(recheckMs: number = RECHECK_MS) {
  return useQuery({
    queryKey: keys.equipment,
    refetchInterval: recheckMs,
    queryFn: ({ signal }) => request<Page<Equipment>>('GET', '/equipment', undefined, signal),
  });
}

/**
 * Definitions of all points; their values go to the readings store.
 * @param recheckMs ask again so often: only an answer tells that an unchanged value was read again; false = by events
 */
export function usePoints(recheckMs: number | false = false) {
  return useQuery({
    queryKey: keys.points,
    refetchInterval: recheckMs,
    queryFn: async ({ signal }): Promise<Page<PointDefinition>> => {
      const epoch = readings.epoch;
      const page = await request<Page<Point>>('GET', '/points', undefined, signal);
      readings.applySnapshot(page.items, epoch);
      return { total: page.total, items: page.items.map(toDefinition) };
    },
  });
}

/** @param recheckMs ask again so often, for the counters; false = the state, which comes by events, is enough */
export function useLinks(recheckMs: number | false = false) {
  return useQuery({
    queryKey: keys.links,
    refetchInterval: recheckMs,
    queryFn: ({ signal }) => request<Page<LinkStatus>>('GET', '/links', undefined, signal),
  });
}

export function useOpenAlarms() {
  return useQuery({
    queryKey: keys.openAlarms,
    enabled: useReadsSite(),
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) => requestOpenAlarms(signal),
  });
}

/** Page by page; what is raised meanwhile moves the pages, so that nothing is taken twice. */
async function requestOpenAlarms(signal: AbortSignal): Promise<Page<Alarm>> {
  /** Key: id of the occurrence. */
  const alarms = new Map<string, Alarm>();
  for (let offset = 0; ; offset += MAX_ROWS) {
    const path = `/alarms?state=open&limit=${MAX_ROWS}&offset=${offset}`;
    const { items, total } = await request<Page<Alarm>>('GET', path, undefined, signal);
    for (const alarm of items) alarms.set(alarm.id, alarm);
    const isLast = items.length < MAX_ROWS || offset + MAX_ROWS >= Math.min(total, MAX_OPEN_ALARMS);
    if (isLast) return { items: [...alarms.values()], total: Math.max(total, alarms.size) };
  }
}

/** @param search further filters, as a query string without `?`; @param page counts from 1 */
export function useAlarmRecords(search: string, page: number) {
  return useQuery({
    queryKey: keys.alarmRecords(search, page),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const paging = `state=all&limit=${PAGE_ROWS}&offset=${(page - 1) * PAGE_ROWS}`;
      const path = `/alarms?${[paging, search].filter((part) => part !== '').join('&')}`;
      return request<Page<Alarm>>('GET', path, undefined, signal);
    },
  });
}

/** Alarms that are shelved or out of service, with or without an open occurrence. */
export function useAlarmControls() {
  return useQuery({
    queryKey: keys.controls,
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) => request<Page<AlarmControl>>('GET', '/alarms/controls', undefined, signal),
  });
}

/** The newest storms; those that last are among them. */
export function useStorms() {
  return useQuery({
    queryKey: keys.storms,
    enabled: useReadsSite(),
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) =>
      request<Page<Storm>>('GET', `/storms?limit=${PAGE_ROWS}&offset=0`, undefined, signal),
  });
}

/** At first as the list of open alarms has it: who opens one of them does not wait. */
export function useAlarm(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: keys.alarm(id),
    placeholderData: () =>
      client.getQueryData<Page<Alarm>>(keys.openAlarms)?.items.find((alarm) => alarm.id === id),
    queryFn: ({ signal }) => request<Alarm>('GET', toPath`/alarms/${id}`, undefined, signal),
  });
}

export function useAlarmHistory(id: string) {
  return useQuery({
    queryKey: keys.alarmHistory(id),
    queryFn: ({ signal }) => requestHistory(toPath`/alarms/${id}/history`, signal),
  });
}

/** Open tickets come in one page of MAX_ROWS; the other lists are paged. @param page counts from 1. */
export function useTickets(filter: TicketFilter, page = 1) {
  const limit = filter === 'open' ? MAX_ROWS : PAGE_ROWS;
  return useQuery({
    queryKey: keys.tickets(filter, page),
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) =>
      request<Page<Ticket>>(
        'GET',
        `/tickets?state=${filter}&limit=${limit}&offset=${(page - 1) * limit}`,
        undefined,
        signal,
      ),
  });
}

export function useTicket(id: string) {
  return useQuery({
    queryKey: keys.ticket(id),
    queryFn: ({ signal }) => request<Ticket>('GET', toPath`/tickets/${id}`, undefined, signal),
    // No event tells its reporter what becomes of the ticket that his went into.
    refetchInterval: ({ state }) => (state.data?.together?.isOver === false ? RECHECK_MS : false),
  });
}

export function useTicketHistory(id: string) {
  return useQuery({
    queryKey: keys.ticketHistory(id),
    queryFn: ({ signal }) => requestHistory(toPath`/tickets/${id}/history`, signal),
  });
}

/** Definition behind an alarm; a rule that the configuration no longer has is an error `not-found`. */
export function useRule(equipment: string, rule: string) {
  return useQuery({
    queryKey: keys.rule(equipment, rule),
    queryFn: ({ signal }) => request<Rule>('GET', toPath`/rules/${equipment}/${rule}`, undefined, signal),
  });
}

/** What was read of a point up to now. @param point id; @param rangeMs how far back. */
export function usePointHistory(point: string, rangeMs: number) {
  return useQuery({
    queryKey: keys.pointHistory(point, rangeMs),
    refetchInterval: RECHECK_MS,
    queryFn: ({ signal }) => {
      const [equipment = '', name = ''] = point.split('/');
      const path = toPath`/points/${equipment}/${name}/history`;
      const from = Math.floor(serverNow() - rangeMs);
      return request<PointHistory>(
        'GET',
        `${path}?from=${from}&maxPoints=${CURVE_POINTS}`,
        undefined,
        signal,
      );
    },
  });
}

export function useFaults() {
  return useQuery({
    queryKey: keys.faults,
    queryFn: ({ signal }) => request<Page<SimulatedFault>>('GET', '/simulation/faults', undefined, signal),
  });
}

async function requestHistory(path: string, signal: AbortSignal): Promise<readonly HistoryEntry[]> {
  return (await request<Page<HistoryEntry>>('GET', path, undefined, signal)).items;
}

function toPerson(answer: Person | { person: Person }): Person {
  return 'person' in answer ? answer.person : answer;
}

function toDefinition(point: Point): PointDefinition {
  const { id, equipment, name, text, unit, type, isKey, decimals, states, write } = point;
  return { id, equipment, name, text, unit, type, isKey, decimals, states, write };
}
