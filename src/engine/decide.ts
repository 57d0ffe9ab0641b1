/**
 * Decisions of one round, made on tentative state: what rules say becomes alarm events, alarm events become tickets,
 * commands of people become either. Nothing here waits, stores or announces.
 */

import { type AlarmLevel, type AlarmStep, acknowledgeAlarm, stepAlarm } from '../alarms/step.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { AlarmKey, EquipmentId, OccurrenceId } from '../core/ids.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import { applyAlarmEvent, asksForWork, takesRaise } from '../tickets/coupling.ts';
import { toCounterName, toTicketNumber } from '../tickets/number.ts';
import { openAlarmTicket, openReportedTicket } from '../tickets/open.ts';
import { stepTicket, sweepTicket, type TicketStep } from '../tickets/step.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { TakeEvidence } from './evidence.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

export interface DecisionContext {
  readonly model: SiteModel;
  readonly evidence: TakeEvidence;
}

/** What a rule says now, carried through alarm and ticket. */
export function decideLevel(
  tx: Tentative,
  context: DecisionContext,
  rule: RuleDef,
  level: AlarmLevel,
  nowMs: number,
): void {
  const step = stepAlarm(tx.occurrence(rule.key), level, () => nextOccurrence(tx), nowMs);
  applyAlarmStep(tx, context, step, rule, nowMs);
}

/** @throws RiserError when the command is refused; the tentative state is then unchanged. */
export function decideCommand(
  tx: Tentative,
  context: DecisionContext,
  command: Command,
  nowMs: number,
): CommandOutcome {
  switch (command.type) {
    case 'acknowledge-alarm':
      return {
        occurrence: acknowledge(tx, context, command.occurrence, command.by, command.note, nowMs),
        ticket: null,
      };
    case 'open-ticket':
      return { occurrence: null, ticket: openReported(tx, context, command, nowMs) };
    case 'ticket-transition':
      return { occurrence: null, ticket: transit(tx, context, command, nowMs) };
    default:
      return command satisfies never;
  }
}

/** Ends an occurrence's life or changes it, and lets the ticket know. `rule` is null when the model no longer has it. */
export function applyAlarmStep(
  tx: Tentative,
  context: DecisionContext,
  step: AlarmStep,
  rule: RuleDef | null,
  nowMs: number,
): void {
  if (step.occurrence === null || step.occurrence === tx.occurrence(step.occurrence.key)) return;
  let occurrence = step.occurrence;
  for (const event of step.events) {
    const ticket = carry(
      tx,
      context,
      { ...event, occurrence: { ...event.occurrence, ticket: occurrence.ticket } },
      rule,
      nowMs,
    );
    if (ticket !== null) occurrence = { ...occurrence, ticket: ticket.id };
  }
  const { ticket } = occurrence;
  tx.putOccurrence(
    occurrence,
    step.events.map((event) => ({ ...event, occurrence: { ...event.occurrence, ticket } })),
  );
}

/** @returns the ticket that now carries the occurrence, null when none does. */
function carry(
  tx: Tentative,
  context: DecisionContext,
  event: AlarmEvent,
  rule: RuleDef | null,
  nowMs: number,
): Ticket | null {
  const { occurrence } = event;
  const { policy } = context.model;
  if (asksForWork(event) && rule?.opensTicket) {
    const chosen = chooseTicket(tx, context, occurrence, rule, nowMs);
    if (chosen === null) return openForAlarm(tx, context, occurrence, rule, nowMs);
    return put(tx, applyAlarmEvent(chosen, event, policy, nowMs)) ?? chosen;
  }
  const ticket = occurrence.ticket === null ? null : tx.ticket(occurrence.ticket);
  return ticket === null ? null : (put(tx, applyAlarmEvent(ticket, event, policy, nowMs)) ?? ticket);
}

/**
 * The ticket that a raise belongs to: the open one of this alarm, else the open one of this fault, else the one closed
 * last, unless another open ticket has taken over one of its alarms (one open ticket per alarm key). null = a new one.
 */
function chooseTicket(
  tx: Tentative,
  { model }: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): Ticket | null {
  const { key, equipment } = occurrence;
  const candidates = [...tx.ticketsWithKey(key), ...tx.ticketsWithFault(equipment, rule.faultKind)].filter(
    (ticket) => takesRaise(ticket, occurrence, rule.faultKind, model.policy, nowMs),
  );
  const open = candidates.find(isTicketOpen);
  if (open !== undefined) return open;
  const reopenable = candidates.filter(({ alarms }) =>
    alarms.every((alarm) => !tx.ticketsWithKey(alarm.key as AlarmKey).some(isTicketOpen)),
  );
  return reopenable.sort((a, b) => (b.closedAtMs ?? 0) - (a.closedAtMs ?? 0))[0] ?? null;
}

function openForAlarm(
  tx: Tentative,
  context: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): Ticket {
  const { model } = context;
  const step = openAlarmTicket(
    {
      number: nextNumber(tx, model, rule.class, nowMs),
      site: model.site.id,
      occurrence,
      class: rule.class,
      faultKind: rule.faultKind,
      guidance: rule.guidance,
      evidence: context.evidence(rule, occurrence, nowMs),
      subject: toSubject(model, occurrence.equipment),
    },
    model.policy,
    nowMs,
  );
  return put(tx, step) as Ticket;
}

function acknowledge(
  tx: Tentative,
  context: DecisionContext,
  id: OccurrenceId,
  by: string,
  note: string,
  nowMs: number,
): Occurrence {
  const occurrence = tx.occurrenceById(id);
  if (occurrence === null) throw new RiserError('alarm-ended');
  const step = acknowledgeAlarm(occurrence, by, note, nowMs);
  applyAlarmStep(tx, context, step, null, nowMs);
  return step.occurrence as Occurrence;
}

function openReported(
  tx: Tentative,
  context: DecisionContext,
  command: Command & { type: 'open-ticket' },
  nowMs: number,
): Ticket {
  const { model } = context;
  const { ticket: report, by } = command;
  requireKnown(model, report.equipment, report.location);
  const subject = toSubject(model, report.equipment, report.location);
  const number = nextNumber(tx, model, report.class, nowMs);
  return put(
    tx,
    openReportedTicket({ number, site: model.site.id, report, subject, by }, model.policy, nowMs),
  ) as Ticket;
}

function requireKnown(model: SiteModel, equipment: EquipmentId | null, location: string | null): void {
  if (equipment !== null && !model.equipment.has(equipment)) {
    throw new RiserError('not-found', { what: { zh: '设备', en: 'equipment' } });
  }
  if (location !== null && !model.locations.has(location as never)) {
    throw new RiserError('not-found', { what: { zh: '位置', en: 'location' } });
  }
}

/**
 * Taking a ticket acknowledges its alarms (alarms.md B9); closing one never touches them. What the gateway has noted
 * since the person looked (clocks, alarms come and gone) does not refuse the step.
 */
function transit(
  tx: Tentative,
  context: DecisionContext,
  command: Command & { type: 'ticket-transition' },
  nowMs: number,
): Ticket {
  const ticket = tx.ticket(command.ticket);
  if (ticket === null) throw new RiserError('not-found', { what: { zh: '未关闭的工单', en: 'open ticket' } });
  if (command.version > ticket.version || command.version < tx.decidedVersion(ticket))
    throw new RiserError('version-conflict', { current: ticket.version });
  // A clock that ran out unseen is told before the step that stops it.
  const swept = sweepTicket(ticket, nowMs);
  const { policy } = context.model;
  const step = stepTicket(swept?.ticket ?? ticket, command.transition, command.by, policy, nowMs);
  put(tx, swept);
  const next = put(tx, step) as Ticket;
  if (ticket.takenBy !== null || next.takenBy === null) return next;
  for (const alarm of next.alarms) {
    const occurrence = tx.occurrenceById(alarm.occurrence);
    if (occurrence === null || occurrence.acknowledged !== null) continue;
    acknowledge(tx, context, occurrence.id, command.by, `ticket ${next.number}`, nowMs);
  }
  return tx.ticket(next.id) as Ticket;
}

function put(tx: Tentative, step: TicketStep | null): Ticket | null {
  if (step === null) return null;
  tx.putTicket(step.ticket, step.events);
  return step.ticket;
}

function nextOccurrence(tx: Tentative): OccurrenceId {
  return `o-${tx.next('occurrence')}` as OccurrenceId;
}

function nextNumber(tx: Tentative, model: SiteModel, ticketClass: Ticket['class'], nowMs: number): string {
  const counter = toCounterName(ticketClass, nowMs, model.site.timeZone);
  return toTicketNumber(counter, tx.next(counter));
}
