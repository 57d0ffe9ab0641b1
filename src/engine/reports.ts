/**
 * The report of an emergency where messages meet their ticket: deliveries that complete it are written on the ticket in the
 * transaction that records them, and the warning and the breach of a report name whom nobody has reached.
 */

import type { AlarmKey, TicketId } from '../core/ids.ts';
import { type Message, toSendableMs } from '../core/message.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import { toReached, toUnreached } from '../notify/reported.ts';
import { RETRIES, stepMessage } from '../notify/step-message.ts';
import { noteReported, reportAgain, toUndelivered } from '../tickets/reporting.ts';
import { sweepTicket, type TicketStep } from '../tickets/step.ts';
import type { DecisionContext } from './context.ts';
import { put, toCarrierOf } from './giving.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

/** A message of the report has gone out. @param id the ticket that it tells of, which may be part of another one by now */
export function followReport(
  tx: Tentative,
  { policyOf }: Pick<DecisionContext, 'policyOf'>,
  id: TicketId,
  nowMs: number,
): void {
  const ticket = toPresent(tx, id);
  if (ticket === null || toUndelivered(ticket).length === 0) return;
  put(tx, noteReported(ticket, toReached(messagesOf(tx, ticket)), policyOf(ticket), nowMs));
}

/** A report is not told anew sooner than this after it was made: a gateway that starts over and over must not ring as often. */
const RESEND_AFTER_MS = 5 * 60_000;

/**
 * At the start: an emergency on which nobody has acted is told anew to whom nobody has reached, where the messages were given up
 * or are so old that they would be. What is still on its way goes on as it is.
 */
export function resendReports(
  tx: Tentative,
  { policyOf }: Pick<DecisionContext, 'policyOf'>,
  nowMs: number,
): void {
  for (const ticket of tx.openTickets()) {
    const open = toUndelivered(ticket).filter(({ atMs }) => nowMs - atMs >= RESEND_AFTER_MS);
    if (open.length === 0) continue;
    const messages = messagesOf(tx, ticket);
    const due = toUnreached(open, messages)
      .map(({ to }) => to)
      .filter((to) => !messages.some((message) => isOf(message, [to]) && isUnderWay(message, nowMs)));
    const step = reportAgain(ticket, due, policyOf(ticket), nowMs);
    if (step === null) continue;
    put(tx, step);
    for (const message of messages)
      if (isOf(message, due) && message.state === 'queued')
        tx.service.putMessage(stepMessage(message, { type: 'dropped', answer: REPLACED, atMs: nowMs }));
  }
}

function isOf({ reportsTo = [] }: Message, names: readonly string[]): boolean {
  return reportsTo.some((name) => names.includes(name));
}

/** Queued, and not given up after the next few attempts. */
function isUnderWay(message: Message, nowMs: number): boolean {
  const { state, priority } = message;
  return state === 'queued' && nowMs - toSendableMs(message) < RETRIES[priority].maxAgeMs;
}

/** What is due of the ticket by time alone. */
export function sweepWithReport(
  tx: Tentative,
  { policyOf, people, model }: Pick<DecisionContext, 'policyOf' | 'people' | 'model'>,
  ticket: Ticket,
  nowMs: number,
): TicketStep | null {
  const policy = policyOf(ticket);
  const step = sweepTicket(ticket, policy, nowMs, {
    owner: ({ equipment, location }) => toSubject(model, equipment, location, nowMs).owner,
    onDuty: (name, { location }) => people.onDuty?.(name, nowMs, location) ?? null,
    elsewhere: (key, { id }) => toCarrierOf(tx, key as AlarmKey, id)?.id ?? null,
  });
  if (step === null) return null;
  const reports = new Set(policy.clocks.filter(({ stop }) => stop.includes('reported')).map(({ id }) => id));
  const events = step.events.map((event) => {
    const isOfClock = event.type === 'clock-breached' || event.type === 'clock-warned';
    if (!isOfClock || !toIds(event.detail['clocks']).some((id) => reports.has(id))) return event;
    const unreached = toUnreached(toUndelivered(event.ticket), messagesOf(tx, event.ticket));
    return unreached.length === 0 ? event : { ...event, detail: { ...event.detail, unreached } };
  });
  return { ...step, events };
}

/** The ticket that it has become part of, where it was merged; null = it is over. */
function toPresent(tx: Tentative, id: TicketId, seen: ReadonlySet<TicketId> = new Set()): Ticket | null {
  const ticket = tx.ticket(id);
  if (ticket === null || isTicketOpen(ticket)) return ticket;
  const into = ticket.links.findLast(({ kind }) => kind === 'merged-into')?.ticket;
  return into === undefined || seen.has(into) ? null : toPresent(tx, into, new Set([...seen, id]));
}

/** Also those of tickets that have become part of it: what they were reported as it has taken over. */
function messagesOf(tx: Tentative, ticket: Ticket): readonly Message[] {
  const ids = new Set<TicketId>([ticket.id]);
  // A set grows while it is walked; none is visited twice.
  for (const id of ids)
    for (const link of tx.ticket(id)?.links ?? []) if (link.kind === 'merged-from') ids.add(link.ticket);
  return [...ids].flatMap((id) => tx.service.messagesOf(id));
}

function toIds(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
}

const REPLACED = { code: 'replaced', text: '已重新报告 / reported anew' };
