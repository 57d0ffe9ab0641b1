/**
 * What carries an alarm: a ticket of its own, the ticket of a cause upstream, or for a while nothing (alarms/explain.ts).
 * Every change of an occurrence goes through `applyAlarmStep`, every wait ends in `sweepHolds`.
 */
import { isAnnunciation, isSetAside } from '../alarms/annunciation.ts';
import { DRILL_OVER } from '../alarms/drill.ts';
import { beginHold, endHold, type HoldStep, stepHold } from '../alarms/explain.ts';
import { ESCALATE, toReAlarmMs, withReAlarm } from '../alarms/re-alarm.ts';
import type { AlarmStep } from '../alarms/step.ts';
import type { RuleDef } from '../config/model.ts';
import { type AlarmEvent, isHeld, type Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import { isBad } from '../core/quality.ts';
import { compareSeverity } from '../core/severity.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import {
  applyAlarmEvent,
  asksForWork,
  isRelease,
  noteDrillOver,
  noteExplanation,
  noteReAlarms,
  stoodOnShelf,
} from '../tickets/coupling.ts';
import type { TicketStep } from '../tickets/step.ts';
import { defer, settleCall } from './calls.ts';
import type { DecisionContext } from './context.ts';
import { withEmergency } from './emergency.ts';
import { toOpenTicket, toStandingTicket, toVerdict } from './explain.ts';
import { giveTicket, outgrows, put } from './giving.ts';
import { opensTicket } from './register.ts';
import type { Tentative } from './tentative.ts';

/** Ends an occurrence's life or changes it, lets the ticket know, and keeps its re-alarm timer. */
export function applyAlarmStep(
  tx: Tentative,
  context: DecisionContext,
  step: AlarmStep,
  nowMs: number,
): void {
  if (step.occurrence === null) return;
  const isSame = step.occurrence === tx.occurrence(step.occurrence.key);
  if (isSame && step.events.length === 0) return;
  const settled = settleCall(tx, context, step.occurrence.key, nowMs);
  // The model may no longer have it.
  const rule = context.causes.rule(step.occurrence.key);
  let occurrence = settled === null ? step.occurrence : withCarrier(step.occurrence, settled);
  const told: AlarmEvent[] = [];
  for (const event of step.events) {
    const carried = carry(
      tx,
      context,
      { ...event, occurrence: withCarrier(event.occurrence, occurrence) },
      rule,
      nowMs,
    );
    occurrence = withCarrier(occurrence, carried.occurrence);
    told.push(withDigest({ ...event, occurrence: carried.occurrence }, carried), ...toEvents(carried, nowMs));
  }
  tx.putOccurrence(withTimer(context, rule, occurrence, told, nowMs), told);
  if (rule !== null && step.events.some(({ type }) => type === 'raised'))
    noteEffects(tx, context, rule, occurrence, nowMs);
}

/**
 * Active alarms without a ticket, causes before effects, the graver first: what has changed upstream, whose time is over,
 * what is hidden no more, and which rule opens tickets since the last start.
 * @param mayEnd false while points may not have been read since the start: no wait ends then
 */
export function sweepHolds(tx: Tentative, context: DecisionContext, mayEnd: boolean, nowMs: number): void {
  const { causes } = context;
  const due = tx.uncarried().flatMap((occurrence) => {
    const rule = causes.rule(occurrence.key);
    const asks = rule !== null && (isHeld(occurrence) || isWanting(context, occurrence, rule));
    return asks ? [{ occurrence, rule }] : [];
  });
  due.sort(
    (a, b) =>
      causes.rank(a.rule) - causes.rank(b.rule) ||
      compareSeverity(b.occurrence.severity, a.occurrence.severity),
  );
  for (const {
    occurrence: { key },
    rule,
  } of due) {
    // A flood that another one has begun may have taken it in.
    const occurrence = defined(tx.occurrence(key), 'an alarm that waits');
    const isReady = mayEnd && hasFreshSample(context, occurrence, rule);
    const step = toHold(tx, context, occurrence, rule, isReady, nowMs);
    if (step.occurrence === occurrence) continue;
    const raised: AlarmEvent = { type: 'raised', atMs: nowMs, occurrence: step.occurrence };
    const carried = applyHold(tx, context, step, raised, rule, nowMs);
    const told = toEvents(carried, nowMs);
    tx.putOccurrence(withTimer(context, rule, carried.occurrence, told, nowMs), told);
  }
}

/** Its rule did not open tickets when it was raised, and does now, having judged it; or it was hidden and is no more. */
function isWanting(context: DecisionContext, occurrence: Occurrence, rule: RuleDef): boolean {
  const isJudged = opensTicket(context, rule, occurrence) && occurrence.ruleVersion === rule.version;
  return isJudged && !isSetAside(occurrence);
}

/**
 * Whether the alarm has been seen since its cause went (alarms.md B7, hold-off): a reading from before may be what the cause
 * had made of it. Points without an age send when they change: what they said last is what is. A blind alarm says so itself.
 */
function hasFreshSample({ model, rules }: DecisionContext, occurrence: Occurrence, rule: RuleDef): boolean {
  const { explainedBy, ticketDueAtMs, blindSinceMs } = occurrence;
  if (explainedBy === null || ticketDueAtMs === null || blindSinceMs !== null) return true;
  const goneAtMs = ticketDueAtMs - model.policy.explain.settleMs;
  const { own, def, type } = rules.state(rule.index);
  // Where bad readings are the matter itself, there may never be a good one again.
  if (type.badInput !== 'unknown') return true;
  return own.every((sample, at) => {
    const point = model.points[def.points[at] ?? 0];
    return point?.staleMs === null || (!isBad(sample.quality) && sample.receivedMs >= goneAtMs);
  });
}

function withTimer(
  { model }: DecisionContext,
  rule: RuleDef | null,
  occurrence: Occurrence,
  told: readonly AlarmEvent[],
  nowMs: number,
): Occurrence {
  const ms = toReAlarmMs(rule?.reAlarmMs ?? null, occurrence.severity, model.policy.alarms);
  return withReAlarm(occurrence, told, rule === null ? null : ms, nowMs);
}

/** The occurrence with what carries it now, and what is to be told beside the event itself. */
interface Carried extends Pick<HoldStep, 'occurrence' | 'types'> {
  /** What of it calls people is told with a storm's digest. */
  readonly isDigest: boolean;
}

function carry(
  tx: Tentative,
  context: DecisionContext,
  event: AlarmEvent,
  rule: RuleDef | null,
  nowMs: number,
): Carried {
  const { occurrence } = event;
  const isCall = asksForWork(event) || event.note === DRILL_OVER;
  const isTicketed = rule !== null && opensTicket(context, rule, occurrence);
  if (isCall && isTicketed && !isSetAside(occurrence) && !isCarriedOn(tx, context, event, rule)) {
    const isAnew = event.type !== 'severity-changed';
    const step = toHold(tx, context, isAnew ? beginHold(occurrence) : occurrence, rule, false, nowMs);
    const admitted = admit(tx, context, event, step);
    return applyHold(tx, context, { ...step, ...admitted }, event, rule, nowMs);
  }
  const ticket = occurrence.ticket === null ? null : tx.ticket(occurrence.ticket);
  // What has become too grave for its storm's ticket while it is hidden has its own once it is not.
  const isTooGrave =
    isCall && ticket !== null && rule !== null && outgrows(ticket, occurrence, rule, context.model.policy);
  if (ticket !== null && !isTooGrave) {
    const step = toNoted(ticket, event, context, nowMs);
    // What was practised is no part of what is real.
    const isReal = event.note === DRILL_OVER || (ticket.isDrill && step?.ticket.isDrill === false);
    put(tx, step !== null && isReal ? withEmergency(tx, context, step, nowMs, true) : step);
  }
  return admit(tx, context, event, { occurrence, types: [] });
}

/** The flood governor has counted the event, as far as it is one that people are told, and may group the alarm. */
function admit(
  tx: Tentative,
  context: DecisionContext,
  event: AlarmEvent,
  { occurrence, types }: Pick<HoldStep, 'occurrence' | 'types'>,
): Carried {
  const { storm, isDigest } = context.governor.admit(tx, context, { ...event, occurrence });
  if (storm === occurrence.storm) return { occurrence, types, isDigest };
  const grouped = storm === null ? types : [...types, 'grouped' as const];
  return { occurrence: { ...occurrence, storm }, types: grouped, isDigest };
}

/** What was hidden went on on its ticket meanwhile, and so does what was a drill, unless it has become too grave for it. */
function isCarriedOn(tx: Tentative, { model }: DecisionContext, event: AlarmEvent, rule: RuleDef): boolean {
  if (!isRelease(event) && event.note !== DRILL_OVER) return false;
  const ticket = toOpenTicket(tx, event.occurrence);
  return ticket !== null && !outgrows(ticket, event.occurrence, rule, model.policy);
}

/** What an event that asks for no work of its own writes on the alarm's ticket; null = nothing. */
function toNoted(
  ticket: Ticket,
  event: AlarmEvent,
  { policyOf }: DecisionContext,
  nowMs: number,
): TicketStep | null {
  const { type, note, occurrence } = event;
  const policy = policyOf(ticket);
  // What hid it has gone; only that is written on the ticket on which its acceptance may have stood.
  const isPermit = type === 'in-service' || type === 'service-expired';
  if (isRelease(event) && !isPermit && !stoodOnShelf(ticket, occurrence)) return null;
  if (type === 're-alarmed' && isTicketOpen(ticket)) {
    if (note === ESCALATE) return noteReAlarms(ticket, occurrence, policy, nowMs);
    if (note === DRILL_OVER && ticket.isDrill) return noteDrillOver(ticket, occurrence, policy, nowMs);
    // It was noted as an exercise on a ticket of what is real, and stands.
    if (note === DRILL_OVER) return applyAlarmEvent(ticket, { ...event, type: 'raised' }, policy, nowMs);
  }
  // What latches under a shelf does not say that it has returned.
  const isQuietReturn = type === 'latched' && isSetAside(occurrence);
  const noted: AlarmEvent = isQuietReturn ? { ...event, type: 'returned' } : event;
  return applyAlarmEvent(ticket, noted, policy, nowMs);
}

/** What nothing can explain, or what is on an open ticket already, waits for nothing. */
function toHold(
  tx: Tentative,
  context: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  mayEnd: boolean,
  nowMs: number,
): HoldStep {
  const { model, causes } = context;
  const isFree = occurrence.explainedBy === null && causes.of(rule).length === 0;
  if (isFree || !opensTicket(context, rule, occurrence) || toOpenTicket(tx, occurrence) !== null)
    return endHold(occurrence);
  const { settleMs } = model.policy.explain;
  const verdict = toVerdict(tx, causes, rule, occurrence, settleMs, nowMs);
  return stepHold(occurrence, verdict, model.policy.explain, mayEnd, nowMs);
}

/** @param event the raise that asked for work: the ticket's record is made from it */
function applyHold(
  tx: Tentative,
  context: DecisionContext,
  step: HoldStep & { readonly isDigest?: boolean },
  event: AlarmEvent,
  rule: RuleDef,
  nowMs: number,
): Carried {
  const carried = toReleased(tx, context, step, nowMs);
  const { occurrence, types } = carried;
  if (step.asksForTicket && opensTicket(context, rule, occurrence) && !isSetAside(occurrence)) {
    const call = { event: { ...event, occurrence }, rule, from: tx.alarmEvents.length };
    if (defer(tx, context, call)) return carried;
    const ticket = giveTicket(tx, context, call.event, rule, nowMs);
    return { ...carried, occurrence: { ...occurrence, ticket: ticket.id } };
  }
  if (types.includes('explained')) {
    const cause = occurrence.explainedBy && tx.occurrenceById(occurrence.explainedBy.occurrence);
    const standing = cause && toStandingTicket(tx, cause);
    if (standing)
      put(tx, noteExplanation(standing, 'alarm-explained', occurrence, context.policyOf(standing), nowMs));
  }
  return carried;
}

/** What is explained no more is told, and counts for a flood. */
function toReleased(
  tx: Tentative,
  context: DecisionContext,
  step: HoldStep & { readonly isDigest?: boolean },
  nowMs: number,
): Carried {
  const { occurrence, types, isDigest = false } = step;
  if (!types.includes('released')) return { occurrence, types, isDigest };
  const released: AlarmEvent = { type: 'released', atMs: nowMs, occurrence };
  return admit(tx, context, released, { occurrence, types });
}

/** Alarms downstream that had a ticket before this cause appeared keep it; whoever works on it should know. */
function noteEffects(
  tx: Tentative,
  { causes, policyOf }: DecisionContext,
  rule: RuleDef,
  cause: Occurrence,
  nowMs: number,
): void {
  for (const { key } of causes.effects(rule)) {
    const occurrence = tx.occurrence(key);
    const ticket = occurrence?.isActive ? toOpenTicket(tx, occurrence) : null;
    if (ticket !== null) put(tx, noteExplanation(ticket, 'explained-by', cause, policyOf(ticket), nowMs));
  }
}

/** @param carrier the same alarm as far as its ticket is decided */
function withCarrier(occurrence: Occurrence, carrier: Occurrence): Occurrence {
  const { ticket, explainedBy, ticketDueAtMs, storm } = carrier;
  return { ...occurrence, ticket, explainedBy, ticketDueAtMs, storm };
}

function toEvents(carried: Carried, atMs: number): AlarmEvent[] {
  const { occurrence, types } = carried;
  return types.map((type) => withDigest({ type, atMs, occurrence }, carried));
}

function withDigest(event: AlarmEvent, { isDigest }: Carried): AlarmEvent {
  return isDigest && isAnnunciation(event) ? { ...event, isDigest } : event;
}
