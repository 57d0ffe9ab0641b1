/**
 * What an alarm does to a ticket (alarms.md B9). One fault, one open ticket: a raise attaches to the open ticket of
 * the same alarm key or the same fault, brings a finished one back to work, reopens a recently closed one.
 *
 * | alarm    | open, before DONE        | DONE to VISITED | CLOSED in its window | CLOSED, older | cancelled: false alarm |
 * | raise    | attach, count, tighten   | REWORK          | reopened as REWORK   | new ticket    | reviewed, then new     |
 * | return   | noted; may propose DONE  | proof begins    | proof goes on        | –             | –                      |
 * | blind    | banner                   | proof waits     | proof waits          | –             | –                      |
 * | rule     | banner, people decide    | the same        | –                    | –             | –                      |
 *
 * Acknowledging an alarm stops no clock. A machine never closes a ticket: nothing here does. Which ticket a raise goes to,
 * and that one key has one open ticket, is the engine's.
 */

import type { Policy } from '../config/policy.ts';
import type { AlarmEvent, AlarmEventType, Occurrence } from '../core/alarm.ts';
import { GATEWAY } from '../core/gateway.ts';
import { compareSeverity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';
import {
  isTicketOpen,
  PRIORITIES,
  type Ticket,
  type TicketEvent,
  type TicketEventType,
} from '../core/ticket.ts';
import { withBanner, withoutBanner } from './banners.ts';
import { byGateway, follow, type Happening, type TicketStep, toStep } from './change.ts';
import { withBeginning } from './emergency-anew.ts';
import { escalate, holdCall } from './escalation.ts';
import { judgeFalseAlarm, review } from './false-alarm.ts';
import { isBeforeDone } from './path.ts';
import { failProof, followAlarms, isProving } from './proof.ts';
import { RE_ALARM } from './re-alarm-hours.ts';
import { toRework } from './rework.ts';
import { withPriority } from './routing.ts';
import { toSightBanners } from './sights.ts';
import { toClosedSinceMs } from './since.ts';
import { mergeAlarm, toGravestSeverity } from './ticket-alarms.ts';

/** What brings back an alarm that was hidden: while it stands it asks for work, unless its ticket is open all the time. */
const RELEASES: readonly AlarmEventType[] = [
  'unshelved',
  'shelf-expired',
  'in-service',
  'service-expired',
  'unsuppressed',
];

/** Whether the event asks for work; a level that falls after the acknowledgement only changes what is shown. */
export function asksForWork(event: Pick<AlarmEvent, 'type' | 'occurrence'>): boolean {
  const { type, occurrence } = event;
  if (type === 'severity-changed') return occurrence.acknowledged === null;
  return type === 'raised' || type === 're-raised' || isRelease(event);
}

/** Whether an active alarm is back among what people look at. */
export function isRelease({ type, occurrence }: Pick<AlarmEvent, 'type' | 'occurrence'>): boolean {
  return RELEASES.includes(type) && occurrence.isActive;
}

/**
 * Whether what came between leaves a person's decision as it was: the gateway has noted times, clocks or the state of
 * alarms that the person knew of. Nobody loses a form to such notes.
 */
export function isNote(before: Ticket, events: readonly TicketEvent[]): boolean {
  return events.every(
    ({ by, ticket }) =>
      by === GATEWAY &&
      ticket.stage === before.stage &&
      ticket.priority === before.priority &&
      ticket.assignee === before.assignee &&
      ticket.alarms.length === before.alarms.length,
  );
}

/** What a raise of an alarm means to a ticket of its key or its fault; `none` = it belongs on another one. */
export type RaiseVerdict = 'attach' | 'rework' | 'reopen' | 'review' | 'none';

export function judgeRaise(
  ticket: Ticket,
  occurrence: Occurrence,
  faultKind: string,
  policy: Policy,
  nowMs: number,
): RaiseVerdict {
  const isSameFault =
    ticket.alarms.some((alarm) => alarm.key === occurrence.key) ||
    (ticket.equipment === occurrence.equipment && ticket.faultKind === faultKind);
  return isSameFault ? toVerdict(ticket, occurrence, policy, nowMs) : 'none';
}

/** Whether a raise of `occurrence` belongs on this ticket rather than on a new one. */
export function takesRaise(
  ticket: Ticket,
  occurrence: Occurrence,
  faultKind: string,
  policy: Policy,
  nowMs: number,
): boolean {
  return judgeRaise(ticket, occurrence, faultKind, policy, nowMs) !== 'none';
}

/**
 * Applies an alarm's event to the ticket that carries it.
 * @param guidance of the alarm's rule; the ticket takes it over with the alarm's text when the alarm is graver
 * @returns null where the ticket says nothing of it
 */
export function applyAlarmEvent(
  ticket: Ticket,
  event: AlarmEvent,
  policy: Policy,
  nowMs: number,
  guidance: Text | null = null,
): TicketStep | null {
  switch (event.type) {
    case 'raised':
    case 're-raised':
    case 'severity-changed':
    case 'unsuppressed':
      return asksForWork(event) ? raise(ticket, event.occurrence, policy, nowMs, guidance) : null;
    case 'unshelved':
    case 'shelf-expired':
      if (asksForWork(event)) return raise(ticket, event.occurrence, policy, nowMs, guidance);
      return stoodOnShelf(ticket, event.occurrence) ? mirror(ticket, event, 'noted', policy, nowMs) : null;
    case 'shelved': {
      const isTold = event.occurrence.shelf?.approver !== undefined || stoodOnShelf(ticket, event.occurrence);
      return isTold ? mirror(ticket, event, 'noted', policy, nowMs) : null;
    }
    case 'in-service':
    case 'service-expired':
      return asksForWork(event)
        ? raise(ticket, event.occurrence, policy, nowMs, guidance)
        : mirror(ticket, event, 'noted', policy, nowMs);
    case 'out-of-service':
      return mirror(ticket, event, 'noted', policy, nowMs);
    case 'returned':
      return mirror(ticket, event, 'alarm-returned', policy, nowMs);
    case 'ended':
      return end(ticket, event, policy, nowMs);
    case 'blind':
      return mirror(ticket, event, 'alarm-blind', policy, nowMs);
    case 'sighted':
      return mirror(ticket, event, 'alarm-sighted', policy, nowMs);
    case 'rule-changed':
      return mirror(ticket, event, 'rule-changed', policy, nowMs);
    case 'acknowledged':
    case 'explained':
    case 'released':
    case 're-alarmed':
    case 'latched':
    case 'reset':
    case 'shelf-reminder':
    case 'suppressed':
    case 'chattering':
    case 'chatter-ended':
    case 'grouped':
    case 'commented':
      return null;
    default:
      return event.type satisfies never;
  }
}

/**
 * The same fault has come back on a ticket of its own, because this one was closed too long ago: what is still being proven
 * of it has failed. null = nothing is.
 */
export function noteRecurrence(
  ticket: Ticket,
  { id }: Pick<Occurrence, 'id'>,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  return failProof(ticket, { occurrence: id }, policy, nowMs);
}

/**
 * Writes on the ticket of a cause that it explains another alarm (`alarm-explained`), or on the ticket of an alarm that
 * a cause has appeared (`explained-by`). Nothing else of the ticket changes. @param other the alarm on the other side
 */
export function noteExplanation(
  ticket: Ticket,
  type: 'alarm-explained' | 'explained-by',
  other: Pick<Occurrence, 'id' | 'key' | 'text' | 'equipmentName'>,
  policy: Policy,
  nowMs: number,
): TicketStep {
  const { id, key, text, equipmentName } = other;
  const detail = { occurrence: id, key, text, equipmentName };
  return toStep(ticket, {}, [{ type, detail }], byGateway(nowMs), policy);
}

/** The alarm on the ticket has called so often in vain that somebody above has to be told (policy.alarms). */
export function noteReAlarms(
  ticket: Ticket,
  { id, reAlarms }: Pick<Occurrence, 'id' | 'reAlarms'>,
  policy: Policy,
  nowMs: number,
): TicketStep {
  const held = holdCall(ticket, policy, nowMs);
  const detail = { occurrence: id, reAlarms, ...(held !== null && { isHeld: true }) };
  const change = held === null ? {} : { escalation: held };
  const noted = toStep(ticket, change, [{ type: 'noted', detail }], byGateway(nowMs), policy);
  return held === null ? follow(noted, (next) => escalate(next, RE_ALARM, policy, nowMs)) : noted;
}

/** The drill is over and its alarm still stands: what the ticket is about is no exercise. */
export function noteDrillOver(
  ticket: Ticket,
  { id }: Pick<Occurrence, 'id'>,
  policy: Policy,
  nowMs: number,
): TicketStep {
  const happening: Happening = { type: 'noted', detail: { occurrence: id, isDrill: false } };
  // Who was told of the exercise has not been told of this.
  const real = toStep(ticket, { isDrill: false, reports: [] }, [happening], byGateway(nowMs), policy);
  return withBeginning(real, ticket, policy, nowMs, { isAgain: true });
}

/** Whether the ticket was told of a shelf that somebody answers for: its acceptance may stand on it. */
export function stoodOnShelf({ alarms }: Pick<Ticket, 'alarms'>, { id }: Pick<Occurrence, 'id'>): boolean {
  return alarms.some(
    ({ occurrence, shelvedUntilMs }) => occurrence === id && (shelvedUntilMs ?? null) !== null,
  );
}

/** What a ticket that takes a raise becomes; also of one that a storm's alarms go onto. */
export function toRecurrence(
  ticket: Ticket,
  nowMs: number,
): { readonly change: Partial<Ticket>; readonly happenings: readonly Happening[] } {
  if (isBeforeDone(ticket)) return { change: {}, happenings: [] };
  const isClosed = ticket.stage === 'closed';
  const change = {
    ...toRework(ticket, nowMs),
    // It is reported anew: an emergency that comes back is one.
    reports: [],
    banners: withBanner(ticket, 'came-back', nowMs),
  };
  const type = isClosed ? ('reopened' as const) : ('reworked' as const);
  const failed: Happening = { type: 'proof-ended', detail: { state: 'failed' } };
  return {
    change,
    happenings: [{ type, detail: { from: ticket.stage } }, ...(isProving(ticket) ? [failed] : [])],
  };
}

function toVerdict(ticket: Ticket, occurrence: Occurrence, policy: Policy, nowMs: number): RaiseVerdict {
  const { stage } = ticket;
  if (isTicketOpen(ticket)) return isBeforeDone(ticket) ? 'attach' : 'rework';
  if (stage === 'closed')
    return nowMs - (toClosedSinceMs(ticket) ?? nowMs) <= policy.reopenMs ? 'reopen' : 'none';
  return judgeFalseAlarm(ticket, occurrence, policy, nowMs) ? 'review' : 'none';
}

function raise(
  ticket: Ticket,
  occurrence: Occurrence,
  policy: Policy,
  nowMs: number,
  guidance: Text | null,
): TicketStep | null {
  const verdict = toVerdict(ticket, occurrence, policy, nowMs);
  if (verdict === 'none') return null;
  if (verdict === 'review') return review(ticket, occurrence, policy, nowMs);
  if (occurrence.isDrill && !ticket.isDrill) return attachExercise(ticket, occurrence, policy, nowMs);
  const priority = policy.priorityOf[occurrence.severity];
  const isRaise = PRIORITIES[priority].rank > PRIORITIES[ticket.priority].rank;
  // Two severities may have one priority: a pre-alarm that becomes a fire is news all the same.
  const isGraver = isRaise || isGravest(ticket, occurrence);
  const back = toRecurrence(ticket, nowMs);
  const banners = withoutBanner({ banners: back.change.banners ?? ticket.banners }, 'proposed-done');
  // What is real is no part of an exercise whose ticket is still open.
  const isReal = ticket.isDrill && !occurrence.isDrill;
  const change: Partial<Ticket> = {
    ...back.change,
    ...(isReal && { isDrill: false }),
    ...(isGraver && isOfAlarm(ticket) ? { content: occurrence.text, guidance } : {}),
    ...(isRaise ? withPriority(ticket, priority, policy) : {}),
    alarms: mergeAlarm(ticket.alarms, occurrence, nowMs),
    banners,
  };
  const detail = { occurrence: occurrence.id, count: occurrence.count };
  const raised: Happening = {
    type: 'priority-raised',
    detail: {
      ...detail,
      from: ticket.priority,
      to: isRaise ? priority : ticket.priority,
      ...(!isRaise && { severity: occurrence.severity }),
    },
  };
  const happenings: readonly Happening[] = [
    { type: 'alarm-attached', detail },
    ...back.happenings.map((it) => ({ ...it, detail: { ...detail, ...it.detail } })),
    ...(isReal ? [{ type: 'noted' as const, detail: { occurrence: occurrence.id, isDrill: false } }] : []),
    ...(isGraver ? [raised] : []),
  ];
  const step = toStep(ticket, change, happenings, byGateway(nowMs), policy);
  return withBeginning(step, ticket, policy, nowMs, { isAgain: isReal || (isGraver && !isRaise) });
}

/** What is practised on the equipment of a real matter is written on its ticket, of which there is one, and changes nothing of it. */
function attachExercise(ticket: Ticket, occurrence: Occurrence, policy: Policy, nowMs: number): TicketStep {
  const { id, count } = occurrence;
  const attached: Happening = { type: 'alarm-attached', detail: { occurrence: id, count, isDrill: true } };
  const change = { alarms: mergeAlarm(ticket.alarms, occurrence, nowMs) };
  return toStep(ticket, change, [attached], byGateway(nowMs), policy);
}

/** A return that was told has been noted already; a rule that was changed or removed leaves the decision to people. */
function end(ticket: Ticket, event: AlarmEvent, policy: Policy, nowMs: number): TicketStep | null {
  const { id, endReason } = event.occurrence;
  if (endReason !== 'returned') return mirror(ticket, event, 'rule-changed', policy, nowMs);
  const isNoted = !ticket.alarms.some((alarm) => alarm.occurrence === id && alarm.isActive);
  return isNoted ? null : mirror(ticket, event, 'alarm-returned', policy, nowMs);
}

/** Graver than whatever alarm the ticket has had. */
function isGravest({ alarms }: Pick<Ticket, 'alarms'>, { severity }: Occurrence): boolean {
  const known = toGravestSeverity(alarms);
  return known !== null && compareSeverity(severity, known) > 0;
}

/** What the gateway wrote, the graver alarm may rewrite: a fire must not be headed "pre-alarm". A person's words stay. */
function isOfAlarm({ source }: Ticket): boolean {
  return source === 'equipment-alarm';
}

/** Brings the alarm's row up to date, and what hangs on it: banners, the proof of the repair. */
function mirror(
  ticket: Ticket,
  event: AlarmEvent,
  type: TicketEventType,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const { occurrence } = event;
  const isCarried = ticket.alarms.some((alarm) => alarm.occurrence === occurrence.id);
  if (!isTicketOpen(ticket) && !(ticket.stage === 'closed' && isCarried)) return null;
  const alarms = mergeAlarm(ticket.alarms, occurrence);
  const seen = toSightBanners(ticket, alarms, nowMs);
  const banners = type === 'rule-changed' ? withBanner({ banners: seen }, 'rule-changed', nowMs) : seen;
  const changed: Ticket = { ...ticket, alarms, banners };
  const proof = followAlarms(changed, policy, nowMs);
  const { id, endReason, outOfService, shelf } = occurrence;
  const detail =
    type === 'noted'
      ? { occurrence: id, alarm: event.type, outOfServiceUntilMs: (outOfService ?? shelf)?.untilMs ?? null }
      : { occurrence: id, endReason };
  const change = { alarms, banners, ...(proof === null ? {} : { proof: proof.proof }) };
  const happenings = [{ type, detail }, ...(proof?.happenings ?? [])];
  return toStep(ticket, change, happenings, byGateway(nowMs), policy);
}
