/** What each live event changes in the query cache. Refetches where the event does not carry the whole answer. */
import type { Query, QueryClient } from '@tanstack/react-query';
import { keys } from '../api/queries.ts';
import type {
  Alarm,
  AlarmControl,
  LinkStatus,
  LiveEventName,
  LiveEvents,
  Page,
  RuleChange,
  Storm,
  Ticket,
} from '../api/types.ts';
import { createGathering } from './gathering.ts';
import { announceMessage } from './message-feed.ts';
import { readings } from './readings.ts';
import { syncServerClock } from './server-clock.ts';

/** Stages that a ticket does not leave by itself: it is off the list of open ones. */
const ENDED: readonly Ticket['stage'][] = ['closed', 'archived', 'cancelled', 'merged'];
/** Refetches that events ask for are joined for this long, so that a storm of alarms is not a storm of requests. */
const JOIN_MS = 1_000;
/** Events of alarms, or of tickets, that follow each other so closely render the page once; the first of them at once. */
const GATHER_MS = 100;

/** @returns the handler of one stream's events. */
export function createEventHandler(client: QueryClient) {
  const refetch = createJoinedRefetch(client);
  const gather = createGathering<Alarm>(GATHER_MS, (alarms) => applyAlarms(client, alarms, refetch));
  const gatherTickets = createGathering<Ticket>(GATHER_MS, (tickets) =>
    applyTickets(client, tickets, refetch),
  );
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
        gather(typed.event.alarm);
        break;
      case 'control':
        applyControl(client, typed.event.control, refetch);
        break;
      case 'storm':
        applyStorm(client, typed.event.storm, refetch);
        break;
      case 'rule-change':
        applyRuleChange(client, typed.event, refetch);
        break;
      case 'ticket':
        gatherTickets(typed.event.ticket);
        break;
      case 'message':
        announceMessage(typed.event);
        refetch(keys.inbox);
        if (typed.event.message.ticket !== null) refetch(keys.ticket(typed.event.message.ticket));
        break;
      case 'incident':
        client.setQueryData(keys.incident(typed.event.incident.id), typed.event.incident);
        refetch(keys.incidents);
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
  applyAlarms(client, [alarm], refetch);
}

/** @param alarms oldest event first; of one alarm the last one counts */
function applyAlarms(
  client: QueryClient,
  alarms: readonly Alarm[],
  refetch: (key: readonly unknown[]) => void,
): void {
  client.setQueryData<Page<Alarm>>(keys.openAlarms, (page) => replaceAlarms(page, alarms));
  repairRace(client, keys.openAlarms, refetch);
  for (const alarm of alarms) {
    if (client.getQueryData(keys.alarm(alarm.id)) === undefined) continue;
    client.setQueryData(keys.alarm(alarm.id), alarm);
    refetch(keys.alarmHistory(alarm.id));
    refetch(keys.alarmExplanation(alarm.id));
  }
  // What a ticket explains stands on no event.
  if (alarms.some((alarm) => alarm.explainedBy !== null)) refetch(['ticket']);
  refetch(['alarms', 'all']);
}

/** Open ones, those that changed on top; those that have ended are gone. */
export function replaceAlarms(
  page: Page<Alarm> | undefined,
  alarms: readonly Alarm[],
): Page<Alarm> | undefined {
  if (page === undefined) return page;
  const changed = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const others = page.items.filter(({ id }) => !changed.has(id));
  const open = [...changed.values()].filter(({ endedAtMs }) => endedAtMs === null).reverse();
  const removed = page.items.length - others.length;
  return { total: page.total - removed + open.length, items: [...open, ...others] };
}

/** Also used with the answer of a command. Who listens to the alarm itself has its own event. */
export function applyControl(
  client: QueryClient,
  control: AlarmControl,
  refetch = createJoinedRefetch(client),
): void {
  const isMember = control.shelf !== null || control.outOfService !== null;
  client.setQueryData<Page<AlarmControl>>(keys.controls, (page) =>
    replaceRow(page, control, isMember, ({ key }) => key),
  );
  repairRace(client, keys.controls, refetch);
  refetch(keys.rule(control.equipment, control.rule));
}

function applyStorm(client: QueryClient, storm: Storm, refetch: (key: readonly unknown[]) => void): void {
  client.setQueryData<Page<Storm>>(keys.storms, (page) => replaceRow(page, storm, true, ({ id }) => id));
  repairRace(client, keys.storms, refetch);
  refetch(keys.stormMembers(storm.id));
}

/** Also used with the answer of a command: what a change makes of the rule is asked for again. */
export function applyRuleChange(
  client: QueryClient,
  { equipment, rule }: RuleChange,
  refetch = createJoinedRefetch(client),
): void {
  askAgain(client, keys.rule(equipment, rule));
  refetch(['rules']);
  refetch(['rule-changes']);
}

/** Also used with the answer of a command. */
export function applyTicket(
  client: QueryClient,
  ticket: Ticket,
  refetch = createJoinedRefetch(client),
): void {
  applyTickets(client, [ticket], refetch);
}

/**
 * The list rows come from the events; a ticket on show is asked for again, because an event is light and goes to everybody:
 * it cannot say what *this* person may do next.
 * @param tickets oldest event first; of one ticket the last one counts
 */
function applyTickets(
  client: QueryClient,
  tickets: readonly Ticket[],
  refetch: (key: readonly unknown[]) => void,
): void {
  const changed = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const open = keys.tickets('open', 1);
  client.setQueryData<Page<Ticket>>(open, (page) =>
    [...changed.values()].reduce(
      (rows, ticket) => replaceRow(rows, ticket, !ENDED.includes(ticket.stage), ({ id }) => id),
      page,
    ),
  );
  repairRace(client, open, refetch);
  for (const id of changed.keys()) askAgain(client, keys.ticket(id));
  refetch(['tickets', 'all']);
  refetch(['tickets', 'closed']);
  refetch(['tickets', 'found']);
}

/** An answer under way may be older than the event and would undo it: ask once more after it. */
function repairRace(
  client: QueryClient,
  queryKey: readonly unknown[],
  refetch: (key: readonly unknown[]) => void,
): void {
  if (client.isFetching({ queryKey }) > 0) refetch(queryKey);
}

/**
 * What is on show is asked for again. A first answer that is still under way may be older than what has happened, and asking
 * while it is would change nothing: it is shown, and asked for once more then.
 */
function askAgain(client: QueryClient, queryKey: readonly unknown[]): void {
  const isFirst = ({ state }: Query): boolean => state.data === undefined && state.fetchStatus !== 'idle';
  const firsts = client.getQueryCache().findAll({ queryKey, predicate: isFirst });
  void client.invalidateQueries({ queryKey });
  for (const query of firsts) {
    const again = (): void => void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    // Joins the question that is under way; one that fails is shown as what it is.
    query.fetch().then(again, () => undefined);
  }
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
      askAgain(client, queryKey);
    }, JOIN_MS);
  };
}
