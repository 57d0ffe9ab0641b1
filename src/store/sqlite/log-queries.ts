/** The histories of alarms and tickets in the order of writing, for those who follow them (queries.ts answers the API). */
import type { Kysely } from 'kysely';
import type { AlarmEventType } from '../../core/alarm.ts';
import type { AlarmKey, OccurrenceId, TicketId } from '../../core/ids.ts';
import type { Stage, TicketEventType } from '../../core/ticket.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { AlarmLogRow, TicketLogRow } from '../store.ts';
import type { Database } from './database.ts';
import { openLines } from './read-record-words.ts';
import { openEvents } from './read-words.ts';

export async function readAlarmLog(
  database: Kysely<Database>,
  fromId: number,
  limit: number,
): Promise<readonly AlarmLogRow[]> {
  const rows = await database
    .selectFrom('alarm_event')
    .select(['id', 'occurrence', 'alarm_key', 'type', 'at_ms', 'actor', 'note', 'detail', 'hash'])
    .where('id', '>=', fromId)
    .orderBy('id')
    .limit(Math.max(0, Math.min(limit, STORE_LIMITS.historyRows)))
    .execute();
  const lines = rows.map(({ at_ms: atMs, actor: by, ...row }) => ({ ...row, atMs, by }));
  const opened = await openLines(database, 'alarm_event', lines);
  return rows.map((row, at) => ({
    id: row.id,
    hash: row.hash,
    occurrence: row.occurrence as OccurrenceId | null,
    key: row.alarm_key as AlarmKey,
    type: row.type as AlarmEventType,
    atMs: row.at_ms,
    by: row.actor,
    note: opened[at]?.note ?? '',
    detail: opened[at]?.detail ?? {},
  }));
}

export async function readTicketLog(
  database: Kysely<Database>,
  fromId: number,
  limit: number,
): Promise<readonly TicketLogRow[]> {
  const rows = await database
    .selectFrom('ticket_event')
    .innerJoin('ticket', 'ticket.id', 'ticket_event.ticket')
    .innerJoin('ticket_list', 'ticket_list.ticket', 'ticket_event.ticket')
    .select([
      'ticket_event.id as id',
      'ticket_event.ticket as ticket',
      'ticket_event.version as version',
      'ticket_event.type as type',
      'ticket_event.stage as stage',
      'ticket_event.at_ms as at_ms',
      'ticket_event.actor as actor',
      'ticket_event.detail as detail',
      'ticket_event.hash as hash',
      'ticket.number as number',
      'ticket_list.equipment as equipment',
      'ticket_list.class as class',
      'ticket_list.site as site',
    ])
    .where('ticket_event.id', '>=', fromId)
    .orderBy('ticket_event.id')
    .limit(Math.max(0, Math.min(limit, STORE_LIMITS.historyRows)))
    .execute();
  const events = rows.map(({ id, type, actor: by, detail }) => ({ id, type, by, detail }));
  const opened = await openEvents(database, events);
  return rows.map((row) => ({
    id: row.id,
    hash: row.hash,
    ticket: row.ticket as TicketId,
    number: row.number,
    site: row.site,
    equipment: row.equipment,
    class: row.class,
    version: row.version,
    type: row.type as TicketEventType,
    stage: row.stage as Stage,
    atMs: row.at_ms,
    by: row.actor,
    detail: opened.get(row.id)?.detail ?? {},
  }));
}
