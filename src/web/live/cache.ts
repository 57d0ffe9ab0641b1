/** What each live event changes in the query cache. Refetches where the event does not carry the whole answer. */
import type { QueryClient } from '@tanstack/react-query';
import { keys } from '../api/queries.ts';
import type { Alarm, LinkStatus, LiveEventName, LiveEvents, Page, Ticket } from '../api/types.ts';
import { readings } from './readings.ts';
import { syncServerClock } from './server-clock.ts';

/** Refetches that events ask for are joined for this long, so that a storm of alarms is not a storm of requests. */
const JOIN_MS = 1_000;

/** @returns the handler of one stream's events. */
export function createEventHandler(client: QueryClient) {
  const refetch = createJoinedRefetch(client);
  return <N extends LiveEventName>(name: N, event: LiveEvents[N]): void => {
    const typed = { name, event } as {
      [K in LiveEventName]: { name: K; event: LiveEvents[K] };
    }[LiveEventName];
    switch (typed.name) {
      case 'hello':
        syncServerClock(typed.event.serverMs);
        readings.beginEpoch();
        void readAgain(client);
        break;
      case 'heartbeat':
        syncServerClock(typed.event.serverMs);
        break;
      case 'readings':
        if (readings.applyReadings(typed.event)) refetch(keys.points);
        break;
      case 'link':
        client.setQueryData<Page<LinkStatus>>(keys.links, (page) => replaceLink(page, typed.event));
        repairRace(client, keys.links, refetch);
        break;
      case 'alarm':
        applyAlarm(client, typed.event.alarm, refetch);
        break;
      case 'ticket':
        applyTicket(client, typed.event.ticket, refetch);
        break;
      default:
        typed satisfies never;
    }
  };
}

/**
 * A stream tells of what happens after its beginning, so everything is read again after it. Answers still under way
 * may be older than that and are given up: invalidating alone would let a first answer stand.
 */
async function readAgain(client: QueryClient): Promise<void> {
  const predicate = (query: { readonly queryKey: readonly unknown[] }) => query.queryKey[0] !== 'session';
  await client.cancelQueries({ predicate });
  await client.invalidateQueries({ predicate });
}

/** Also used with the answer of a command, so that the page does not wait for the stream. */
export function applyAlarm(client: QueryClient, alarm: Alarm, refetch = createJoinedRefetch(client)): void {
  client.setQueryData<Page<Alarm>>(keys.openAlarms, (page) =>
    replaceRow(page, alarm, alarm.endedAtMs === null, (row) => row.id),
  );
  repairRace(client, keys.openAlarms, refetch);
  if (client.getQueryData(keys.alarm(alarm.id)) !== undefined)
    client.setQueryData(keys.alarm(alarm.id), alarm);
  refetch(keys.alarmHistory(alarm.id));
  // What a ticket explains stands on no event.
  if (alarm.explainedBy !== null) refetch(['ticket']);
  refetch(['alarms', 'all']);
}

/**
 * The list rows come from the event; the ticket on show is asked for again, because an event goes to everybody and
 * cannot say what *this* person may do next.
 */
export function applyTicket(
  client: QueryClient,
  ticket: Ticket,
  refetch = createJoinedRefetch(client),
): void {
  const isOpen = ticket.stage !== 'closed' && ticket.stage !== 'cancelled';
  client.setQueryData<Page<Ticket>>(keys.tickets('open', 1), (page) =>
    replaceRow(page, ticket, isOpen, (row) => row.id),
  );
  repairRace(client, keys.tickets('open', 1), refetch);
  void client.invalidateQueries({ queryKey: keys.ticket(ticket.id) });
  refetch(['tickets', 'all']);
  refetch(['tickets', 'closed']);
}

/** An answer under way may be older than the event and would undo it: ask once more after it. */
function repairRace(
  client: QueryClient,
  queryKey: readonly unknown[],
  refetch: (key: readonly unknown[]) => void,
): void {
  if (client.isFetching({ queryKey }) > 0) refetch(queryKey);
}

function replaceLink(page: Page<LinkStatus> | undefined, link: LinkStatus): Page<LinkStatus> | undefined {
  return page && { ...page, items: page.items.map((row) => (row.link === link.link ? link : row)) };
}

function replaceRow<T>(
  page: Page<T> | undefined,
  row: T,
  isMember: boolean,
  idOf: (row: T) => string,
): Page<T> | undefined {
  if (page === undefined) return page;
  const others = page.items.filter((other) => idOf(other) !== idOf(row));
  const wasMember = others.length < page.items.length;
  const total = page.total + Number(isMember) - Number(wasMember);
  return { total, items: isMember ? [row, ...others] : others };
}

function createJoinedRefetch(client: QueryClient) {
  /** Key: the query key as JSON. */
  const waiting = new Set<string>();
  return (queryKey: readonly unknown[]): void => {
    const name = JSON.stringify(queryKey);
    if (waiting.has(name)) return;
    waiting.add(name);
    setTimeout(() => {
      waiting.delete(name);
      void client.invalidateQueries({ queryKey });
    }, JOIN_MS);
  };
}
