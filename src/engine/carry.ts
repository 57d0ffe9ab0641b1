/**
 * What carries an alarm: a ticket of its own, the ticket of a cause upstream, or for a while nothing (alarms/explain.ts).
 * Every change of an occurrence goes through `applyAlarmStep`, every wait ends in `sweepHolds`.
 */
import { beginHold, endHold, type HoldStep, moveHold, stepHold } from '../alarms/explain.ts';
import type { AlarmStep } from '../alarms/step.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import { type AlarmEvent, isHeld, type Occurrence } from '../core/alarm.ts';
import type { AlarmKey } from '../core/ids.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import { applyAlarmEvent, asksForWork, noteExplanation, takesRaise } from '../tickets/coupling.ts';
import { toCounterName, toTicketNumber } from '../tickets/number.ts';
import { openAlarmTicket } from '../tickets/open.ts';
import type { TicketStep } from '../tickets/step.ts';
import type { DecisionContext } from './context.ts';
import { toOpenTicket, toStandingTicket, toVerdict } from './explain.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

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
  const told: AlarmEvent[] = [];
  for (const event of step.events) {
    const { ticket, explainedBy, ticketDueAtMs } = occurrence;
    const seen = { ...event, occurrence: { ...event.occurrence, ticket, explainedBy, ticketDueAtMs } };
    const carried = carry(tx, context, seen, rule, nowMs);
    occurrence = withCarrier(occurrence, carried.occurrence);
    told.push({ ...event, occurrence: carried.occurrence }, ...toEvents(carried, nowMs));
  }
  tx.putOccurrence(occurrence, told);
  if (rule !== null && step.events.some(({ type }) => type === 'raised'))
    noteEffects(tx, context, rule, occurrence, nowMs);
}

/**
 * Active alarms without a ticket, causes before effects: what has changed upstream, whose time is over, and which rule
 * opens tickets since the last start.
 * @param mayEnd false while points may not have been read since the start: no wait ends then
 */
export function sweepHolds(tx: Tentative, context: DecisionContext, mayEnd: boolean, nowMs: number): void {
  const { causes } = context;
  const due = tx.uncarried().flatMap((occurrence) => {
    const rule = causes.rule(occurrence.key);
    return rule !== null && (isHeld(occurrence) || isWanting(occurrence, rule)) ? [{ occurrence, rule }] : [];
  });
  due.sort((a, b) => causes.rank(a.rule) - causes.rank(b.rule));
  for (const { occurrence, rule } of due) {
    const step = toHold(tx, context, occurrence, rule, mayEnd, nowMs);
    if (step.occurrence === occurrence) continue;
    const raised: AlarmEvent = { type: 'raised', atMs: nowMs, occurrence: step.occurrence };
    const carried = applyHold(tx, context, step, raised, rule, nowMs);
    tx.putOccurrence(carried.occurrence, toEvents(carried, nowMs));
  }
}

/** Its rule did not open tickets when it was raised, and does now; it has been judged by that rule. */
function isWanting({ ruleVersion }: Occurrence, rule: RuleDef): boolean {
  return rule.opensTicket && ruleVersion === rule.version;
}

/** After a step of the wall clock, like the clocks of tickets. */
export function moveHolds(tx: Tentative, clockStepMs: number): void {
  if (clockStepMs === 0) return;
  for (const occurrence of tx.uncarried()) {
    if (occurrence.ticketDueAtMs !== null) tx.putOccurrence(moveHold(occurrence, clockStepMs), []);
  }
}

export function put(tx: Tentative, step: TicketStep | null): Ticket | null {
  if (step === null) return null;
  tx.putTicket(step.ticket, step.events);
  return step.ticket;
}

export function nextNumber(
  tx: Tentative,
  model: SiteModel,
  ticketClass: Ticket['class'],
  nowMs: number,
): string {
  const counter = toCounterName(ticketClass, nowMs, model.site.timeZone);
  return toTicketNumber(counter, tx.next(counter));
}

/** The occurrence with what carries it now, and what is to be told beside the event itself. */
type Carried = Pick<HoldStep, 'occurrence' | 'types'>;

function carry(
  tx: Tentative,
  context: DecisionContext,
  event: AlarmEvent,
  rule: RuleDef | null,
  nowMs: number,
): Carried {
  const { occurrence } = event;
  if (asksForWork(event) && rule?.opensTicket) {
    const isAnew = event.type !== 'severity-changed';
    const step = toHold(tx, context, isAnew ? beginHold(occurrence) : occurrence, rule, false, nowMs);
    return applyHold(tx, context, step, event, rule, nowMs);
  }
  const ticket = occurrence.ticket === null ? null : tx.ticket(occurrence.ticket);
  if (ticket !== null) put(tx, applyAlarmEvent(ticket, event, context.model.policy, nowMs));
  return { occurrence, types: [] };
}

/** What nothing can explain, or what is on an open ticket already, waits for nothing. */
function toHold(
  tx: Tentative,
  { model, causes }: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  mayEnd: boolean,
  nowMs: number,
): HoldStep {
  const isFree = occurrence.explainedBy === null && causes.of(rule).length === 0;
  if (isFree || !rule.opensTicket || toOpenTicket(tx, occurrence) !== null) return endHold(occurrence);
  const { settleMs } = model.policy.explain;
  const verdict = toVerdict(tx, causes, rule, occurrence, settleMs, nowMs);
  return stepHold(occurrence, verdict, model.policy.explain, mayEnd, nowMs);
}

/** @param event the raise that asked for work: the ticket's record is made from it */
function applyHold(
  tx: Tentative,
  context: DecisionContext,
  step: HoldStep,
  event: AlarmEvent,
  rule: RuleDef,
  nowMs: number,
): Carried {
  const { occurrence, types } = step;
  if (step.asksForTicket && rule.opensTicket) {
    const ticket = giveTicket(tx, context, { ...event, occurrence }, rule, nowMs);
    return { occurrence: { ...occurrence, ticket: ticket.id }, types };
  }
  if (types.includes('explained')) {
    const cause = occurrence.explainedBy && tx.occurrenceById(occurrence.explainedBy.occurrence);
    const standing = cause && toStandingTicket(tx, cause);
    if (standing) put(tx, noteExplanation(standing, 'alarm-explained', occurrence, nowMs));
  }
  return { occurrence, types };
}

/** Alarms downstream that had a ticket before this cause appeared keep it; whoever works on it should know. */
function noteEffects(
  tx: Tentative,
  { causes }: DecisionContext,
  rule: RuleDef,
  cause: Occurrence,
  nowMs: number,
): void {
  for (const { key } of causes.effects(rule)) {
    const occurrence = tx.occurrence(key);
    const ticket = occurrence?.isActive ? toOpenTicket(tx, occurrence) : null;
    if (ticket !== null) put(tx, noteExplanation(ticket, 'explained-by', cause, nowMs));
  }
}

/** The ticket that carries the alarm from now on. */
function giveTicket(
  tx: Tentative,
  context: DecisionContext,
  event: AlarmEvent,
  rule: RuleDef,
  nowMs: number,
): Ticket {
  const chosen = chooseTicket(tx, context, event.occurrence, rule, nowMs);
  if (chosen === null) return openForAlarm(tx, context, event.occurrence, rule, nowMs);
  const { policy } = context.model;
  return put(tx, applyAlarmEvent(chosen, event, policy, nowMs, rule.guidance)) ?? chosen;
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

function withCarrier(occurrence: Occurrence, { ticket, explainedBy, ticketDueAtMs }: Occurrence): Occurrence {
  return { ...occurrence, ticket, explainedBy, ticketDueAtMs };
}

function toEvents({ occurrence, types }: Carried, atMs: number): AlarmEvent[] {
  return types.map((type) => ({ type, atMs, occurrence }));
}
