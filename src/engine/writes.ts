/** What one round has decided, as rows of one WriteBatch. Pure; which rows there are is tentative.ts's business. */
import { toFigureDetail } from '../alarms/figures/event.ts';
import type { Policy } from '../config/policy.ts';
import type { AlarmControlEvent, AlarmEvent, Occurrence } from '../core/alarm.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { AlarmKey, OccurrenceId } from '../core/ids.ts';
import { toRecordName, toReportDetail } from '../core/record-words.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { RedactionEventRow, Write } from '../store/store.ts';
import { toDues } from '../tickets/dues.ts';

export function toAlarmEventWrite(event: AlarmEvent): Write & { readonly type: 'alarm-event' } {
  const { id, key, severity, level, evidence, count, endReason, blindSinceMs, explainedBy } =
    event.occurrence;
  const { reAlarms, storm } = event.occurrence;
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
        // Whether people were told: E, F and G are recorded only.
        ...toFigureDetail(event.occurrence),
        ...(explainedBy !== null && { explainedBy }),
        ...(reAlarms > 0 && { reAlarms }),
        ...(storm !== null && { storm }),
        ...(event.isDigest && { isDigest: true }),
        ...toHiding(event.occurrence),
      },
    },
  };
}

/** One row, that it was recorded: neither a raise nor a return, which people and figures go by. */
export function toBackfillWrite(occurrence: Occurrence, nowMs: number): Write {
  const event: AlarmEvent = { type: 'commented', atMs: nowMs, occurrence, note: 'retroactive' };
  const { raisedAtMs, endedAtMs } = occurrence;
  const write = toAlarmEventWrite(event);
  const detail = { ...write.event.detail, isRetroactive: true, raisedAtMs, endedAtMs };
  return { ...write, event: { ...write.event, detail } };
}

/** Of an alarm that has no open occurrence: the row belongs to the alarm alone. */
export function toControlEventWrite(event: AlarmControlEvent): Write {
  const { type, atMs, by = 'gateway', note = '', control } = event;
  return {
    type: 'alarm-event',
    event: { occurrence: null, key: control.key, type, atMs, by, note, detail: toHiding(control) },
  };
}

/** What the alarm is hidden by, with everything that somebody has to answer for. */
function toHiding(hidden: {
  readonly shelf: Occurrence['shelf'];
  readonly outOfService: Occurrence['outOfService'];
  readonly suppression?: Occurrence['suppression'];
}): Readonly<Record<string, unknown>> {
  const { shelf, outOfService, suppression = null } = hidden;
  return {
    ...(shelf !== null && { shelf }),
    ...(outOfService !== null && { outOfService }),
    ...(suppression !== null && { suppression }),
  };
}

/** What a person has said about an incident, as a line of the audit: its words lie beside the chain. The gateway's steps are on it. */
export function toIncidentWrite({ type, atMs, by, incident, detail }: IncidentEvent): readonly Write[] {
  if (by === GATEWAY) return [];
  const { id, number, reports } = incident;
  const report = type === 'reported' ? reports.at(-1) : undefined;
  const entry = {
    atMs,
    actor: by,
    action: `incident-${type}`,
    object: number,
    detail: { ...detail, ...(report !== undefined && toReportDetail(report)) },
    record: toRecordName('incident', id),
  };
  return [{ type: 'audit', entry }];
}

export function toTicketEventWrite(event: TicketEvent): Write {
  const write = toPlainWrite(event);
  // Its detail names the words that go with it (records.ts).
  return event.type === 'redacted' ? { type: 'redaction', event: write.event as RedactionEventRow } : write;
}

function toPlainWrite(event: TicketEvent): Write & { readonly type: 'ticket-event' } {
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
      detail:
        event.enteredAtMs === undefined ? event.detail : { ...event.detail, enteredAtMs: event.enteredAtMs },
    },
  };
}

/** What the sweep will do about the ticket, and when. */
export function toDuesWrite(ticket: Ticket, policy: Policy): Write {
  return { type: 'ticket-dues', ticket: ticket.id, dues: toDues(ticket, policy) };
}

/**
 * Rows of tickets, then their links to alarms, then their new files. Of the links closing comes first: the unique index over open keys is checked row by row, and an
 * alarm may leave one ticket for another.
 * @param tickets each as it is, and as it was stored
 */
export function toTicketWrites(tickets: Iterable<readonly [Ticket, Ticket | null]>): Write[] {
  const rows: Write[] = [];
  const links: LinkWrite[] = [];
  const files: Write[] = [];
  for (const [ticket, before] of tickets) {
    rows.push({ type: 'ticket', ticket, expectedVersion: before?.version ?? null });
    links.push(...toLinkWrites(ticket, before));
    files.push(...toAttachmentWrites(ticket, before));
  }
  links.sort((a, b) => Number(a.isOpen) - Number(b.isOpen));
  return [...rows, ...links, ...files];
}

/** What has come to the ticket: without its row a file beside the database is an orphan, and nothing proves it. */
function toAttachmentWrites({ id, attachments }: Ticket, before: Ticket | null): Write[] {
  const known = new Set(before?.attachments.map((attachment) => attachment.id));
  return attachments
    .filter((attachment) => !known.has(attachment.id))
    .map((attachment) => ({ type: 'attachment', ticket: id, attachment }));
}

type LinkWrite = Write & { type: 'ticket-alarm' };

/** Of each key only the latest occurrence is open, and only on an open ticket that still has it. */
function toLinkWrites(ticket: Ticket, before: Ticket | null): LinkWrite[] {
  const was = toLinks(before);
  const is = toLinks(ticket);
  const left = [...was].flatMap(([occurrence, link]) =>
    link.isOpen && !is.has(occurrence) ? [[occurrence, { ...link, isOpen: false }] as const] : [],
  );
  return [...is, ...left]
    .filter(([occurrence, link]) => was.get(occurrence)?.isOpen !== link.isOpen)
    .map(([occurrence, link]) => ({ type: 'ticket-alarm', ticket: ticket.id, occurrence, ...link }));
}

function toLinks(ticket: Ticket | null): Map<OccurrenceId, { key: AlarmKey; isOpen: boolean }> {
  const links = new Map<OccurrenceId, { key: AlarmKey; isOpen: boolean }>();
  if (ticket === null) return links;
  const latest = new Map(ticket.alarms.map((alarm) => [alarm.key, alarm.occurrence]));
  for (const alarm of ticket.alarms) {
    const isLatest = latest.get(alarm.key) === alarm.occurrence && alarm.movedTo === undefined;
    const isOpen = isTicketOpen(ticket) && isLatest;
    links.set(alarm.occurrence, { key: alarm.key as AlarmKey, isOpen });
  }
  return links;
}
