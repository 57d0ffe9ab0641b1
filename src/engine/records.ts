/**
 * What becomes of the words and files of a ticket after they were written: one part redacted, the whole kept from destruction,
 * or destroyed after its retention. The record shows who has done it; the chains stay as they are (store/words.ts).
 */
import { RiserError } from '../core/errors.ts';
import { toPastRepair } from '../core/past-repair.ts';
import { toPersonalIds, withoutPersonal } from '../core/personal-names.ts';
import type { Text } from '../core/text.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import {
  mapHandlers,
  mapHistoryOf,
  mapTicketWords,
  withoutFiles,
  withoutTicketWords,
} from '../core/ticket-words.ts';
import { type TypedValue, toReplacer } from '../core/typed-words.ts';
import type { DestroyedRecord } from '../store/store.ts';
import { type Happening, toStep } from '../tickets/change.ts';
import type { Command } from './commands.ts';
import type { DecisionContext } from './context.ts';
import type { Tentative } from './tentative.ts';
import { toSeen } from './ticket-commands.ts';

type Redaction = Command & { readonly type: 'redact-words' };
type Destruction = Command & { readonly type: 'destroy-records' };
type ToText = (text: string) => string;

const TICKET: Text = { zh: '工单', en: 'ticket' };

/**
 * Also where the ticket, its messages and later tickets repeat the words.
 * @throws RiserError `not-found`, `version-conflict`, `reason-required`, `value-not-allowed` where the replacement repeats the words
 */
export function redactWords(
  tx: Tentative,
  context: DecisionContext,
  command: Redaction,
  nowMs: number,
): Ticket {
  const { event, field, words, by } = command;
  const [reason, replacement] = [command.reason.trim(), command.replacement.trim()];
  const ticket = toSeen(tx, command);
  requireReason(reason);
  const toText = requireReplacer(words, replacement);
  const bare = mapTicketWords(ticket, toText);
  const isHandler = field.endsWith('handler');
  const happening: Happening = { type: 'redacted', detail: { event, field, reason, replacement } };
  const next = isHandler ? mapHandlers(bare, toText) : bare;
  const step = toStep(ticket, next, [happening], toMoment(by, nowMs), context.policyOf(ticket));
  tx.putTicket(step.ticket, step.events);
  reword(tx, step.ticket, toText);
  const { incident: id } = ticket;
  const incident = id === null ? null : tx.service.incident(id);
  if (incident !== null) {
    const { zh, en } = incident.place;
    tx.service.putIncident({ ...incident, place: { zh: toText(zh), en: toText(en) } }, []);
  }
  const detail = { event, field };
  tx.service.audit({ atMs: nowMs, actor: by, action: 'ticket-redact', object: ticket.number, detail });
  return step.ticket;
}

/** @throws RiserError `not-found`, `version-conflict`, `reason-required` */
export function decideHold(
  tx: Tentative,
  context: DecisionContext,
  command: Command & { readonly type: 'hold-ticket' },
  nowMs: number,
): Ticket {
  const { isHeld, by } = command;
  const reason = command.reason.trim();
  const ticket = toSeen(tx, command);
  requireReason(reason);
  if ((ticket.hold != null) === isHeld) return ticket;
  const hold = isHeld ? { by, atMs: nowMs, reason } : null;
  const happening: Happening = { type: isHeld ? 'hold-set' : 'hold-lifted', detail: { reason } };
  const step = toStep(ticket, { hold }, [happening], toMoment(by, nowMs), context.policyOf(ticket));
  tx.putTicket(step.ticket, step.events);
  const action = isHeld ? 'ticket-hold' : 'ticket-hold-lift';
  tx.service.audit({ atMs: nowMs, actor: by, action, object: ticket.number, detail: {} });
  return step.ticket;
}

/**
 * All of them or none, as one line of the audit log. With the words go the names and ways of contact of the ticket, unless an
 * open one still needs them.
 * @throws RiserError `reason-required`, `not-found`, `record-kept`
 */
export function destroyRecords(
  tx: Tentative,
  context: DecisionContext,
  { records, by, reason }: Destruction,
  nowMs: number,
): void {
  requireReason(reason);
  const tickets = records.map((record) => ({ record, ticket: toDestroyable(tx, record) }));
  const needed = new Set(tx.openTickets().flatMap(toPersonalIds));
  for (const { ticket, record } of tickets) {
    const personal = record.words ? toPersonalIds(ticket).filter((id) => !needed.has(id)) : [];
    for (const id of personal) tx.service.putPersonal({ id, atMs: nowMs, fields: null });
    const next = toBare(ticket, record, nowMs);
    const { words, files } = record;
    const happening: Happening = { type: 'destroyed', detail: { words, files } };
    const step = toStep(ticket, next, [happening], toMoment(by, nowMs), context.policyOf(ticket));
    tx.putTicket(step.ticket, step.events);
    if (words) reword(tx, step.ticket, () => '');
  }
  const numbers = tickets.map(({ ticket }) => ticket.number);
  const detail = { reason: reason.trim(), tickets: numbers };
  const object = `${numbers.length}`;
  tx.service.destroy({
    records,
    entry: { atMs: nowMs, actor: by, action: 'records-destroy', object, detail },
  });
}

function toBare(ticket: Ticket, { words, files }: DestroyedRecord, nowMs: number): Ticket {
  const bare = words ? withoutPersonal(withoutTicketWords(ticket, nowMs)) : ticket;
  return files ? withoutFiles(bare, nowMs) : bare;
}

/** @throws RiserError `not-found`, `record-kept` */
function toDestroyable(tx: Tentative, { ticket: id, files }: DestroyedRecord): Ticket {
  const ticket = tx.ticket(id);
  if (ticket === null) throw new RiserError('not-found', { what: TICKET });
  const why = findWhyKept(ticket, files);
  if (why !== null) throw new RiserError('record-kept', { number: ticket.number, why });
  return ticket;
}

function findWhyKept({ stage, incident, hold }: Ticket, files: boolean): Text | null {
  if (isTicketOpen({ stage }) || stage === 'closed') return WHY.open;
  if (incident !== null) return WHY.incident;
  if (hold != null) return WHY.held;
  return files && stage === 'merged' ? WHY.merged : null;
}

/** What is in memory and repeats words of the ticket; what is stored follows in the store. */
function reword(tx: Tentative, ticket: Ticket, toText: ToText): void {
  const { id, equipment } = ticket;
  for (const message of tx.service.messagesOf(id)) {
    const both = ({ zh, en }: Text): Text => ({ zh: toText(zh), en: toText(en) });
    const { subject, body, answer } = message;
    tx.service.putMessage({
      ...message,
      subject: both(subject),
      body: both(body),
      answer: answer && { ...answer, text: toText(answer.text) },
    });
  }
  if (equipment === null) return;
  tx.service.rewordRepair(equipment, toPastRepair(ticket));
  for (const other of tx.tickets())
    if (other.id !== id && other.history.some((repair) => repair.ticket === id))
      tx.putTicket(mapHistoryOf(other, id, toText), []);
}

/** @throws RiserError `value-not-allowed` where the replacement repeats the words */
export function requireReplacer(words: TypedValue, replacement: string): ToText {
  const toText = toReplacer(words, replacement);
  if (toText(replacement) !== replacement || isSame(words, replacement))
    throw new RiserError('value-not-allowed', { value: replacement, allowed: OTHER_WORDS });
  return toText;
}

/** @throws RiserError `reason-required` */
export function requireReason(reason: string): void {
  if (reason.trim() === '') throw new RiserError('reason-required');
}

function isSame(words: TypedValue, text: string): boolean {
  return typeof words === 'string' ? words === text : words.zh === text;
}

function toMoment(by: string, nowMs: number) {
  return { by, atMs: nowMs, nowMs, isLate: false };
}

const OTHER_WORDS: Text = {
  zh: '替换文字不得包含要隐去的内容',
  en: 'words that do not repeat what is redacted',
};
const WHY = {
  open: { zh: '尚未存档', en: 'it is not archived yet' },
  incident: { zh: '关联突发事件', en: 'it belongs to an incident' },
  held: { zh: '已保全', en: 'it is held' },
  merged: { zh: '附件已随合并转入另一工单', en: 'its files went onto the ticket that it was merged into' },
} as const satisfies Record<string, Text>;
