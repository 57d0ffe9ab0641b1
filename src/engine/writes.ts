/** What one round has decided, as rows of one WriteBatch. Pure; which rows there are is tentative.ts's business. */
import type { AlarmEvent } from '../core/alarm.ts';
import type { AlarmKey, OccurrenceId } from '../core/ids.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import type { Write } from '../store/store.ts';

export function toAlarmEventWrite(event: AlarmEvent): Write {
  const { id, key, severity, level, evidence, count, endReason, blindSinceMs, explainedBy } =
    event.occurrence;
  return {
    type: 'alarm-event',
    event: {
      occurrence: id,
      key,
      type: event.type,
      atMs: event.atMs,
      by: event.by ?? 'gateway',
      note: event.note ?? '',
      detail: {
        severity,
        level,
        value: evidence.value,
        quality: evidence.quality,
        count,
        endReason,
        blindSinceMs,
        ...(explainedBy !== null && { explainedBy }),
      },
    },
  };
}

export function toTicketEventWrite(event: TicketEvent): Write {
  const { id, version, stage } = event.ticket;
  return {
    type: 'ticket-event',
    event: {
      ticket: id,
      version,
      type: event.type,
      stage,
      atMs: event.atMs,
      by: event.by,
      detail: event.detail,
    },
  };
}

/** The ticket's row and its links to alarms: of each key only the latest occurrence is open, and only on an open ticket. */
export function toTicketWrites(ticket: Ticket, before: Ticket | null): Write[] {
  const was = toLinks(before);
  const is = toLinks(ticket);
  const links = [...is]
    .filter(([occurrence, link]) => was.get(occurrence)?.isOpen !== link.isOpen)
    .map(([occurrence, link]): Write & { type: 'ticket-alarm' } => ({
      type: 'ticket-alarm',
      ticket: ticket.id,
      occurrence,
      ...link,
    }));
  // Closing first: the unique index over open keys is checked row by row.
  links.sort((a, b) => Number(a.isOpen) - Number(b.isOpen));
  return [{ type: 'ticket', ticket, expectedVersion: before?.version ?? null }, ...links];
}

function toLinks(ticket: Ticket | null): Map<OccurrenceId, { key: AlarmKey; isOpen: boolean }> {
  const links = new Map<OccurrenceId, { key: AlarmKey; isOpen: boolean }>();
  if (ticket === null) return links;
  const latest = new Map(ticket.alarms.map((alarm) => [alarm.key, alarm.occurrence]));
  for (const alarm of ticket.alarms) {
    const isOpen = isTicketOpen(ticket) && latest.get(alarm.key) === alarm.occurrence;
    links.set(alarm.occurrence, { key: alarm.key as AlarmKey, isOpen });
  }
  return links;
}
