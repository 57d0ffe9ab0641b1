/**
 * Which of a ticket's events have to be told to whom: the desk, whoever has to act, those above. What is told once for a
 * whole round goes by the ticket as the round leaves it: one that the gateway has dispatched at once is nobody's to dispatch.
 */
import { isDesks } from '../config/desk-dispatch.ts';
import { firstMatch, toSettings } from '../config/match.ts';
import { toBarred } from '../config/own-acceptance.ts';
import type { Policy } from '../config/policy.ts';
import type { Calendar } from '../core/calendar.ts';
import type { MessageKind } from '../core/message.ts';
import type { Text } from '../core/text.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import {
  toCancelApproval,
  toCleared,
  toDifficultApproval,
  toEntryApproval,
  toResumed,
  toWaitApproval,
} from './approval-tellings.ts';
import { toClocks } from './clock-tellings.ts';
import { toExercise } from './drill-tellings.ts';
import { isDispatchedAnew, isOnPath, toFirstStep } from './path-stages.ts';
import { DESK, toActing, toActors, toFirm } from './people-of-ticket.ts';
import { toProposed, toRaise } from './raise-words.ts';
import { toEstimateTellings, toMovedTellings } from './source-tellings.ts';
import type { Addressee, Telling, TellingContext } from './telling.ts';
import { atDesk, toTelling, toText } from './telling-parts.ts';
import { toEnd, toLowered, toReturn } from './told-tellings.ts';
import { ASK, type Ask, joinTexts, same } from './wording.ts';

/** @param events of one ticket in one round, in their order */
export function toTicketTellings(
  events: readonly TicketEvent[],
  context: TellingContext,
): readonly Telling[] {
  const last = events.at(-1);
  if (last === undefined) return [];
  return [
    ...events.flatMap((event) => toEventTellings(event, context)),
    ...toTurn(events, last.ticket, context),
  ];
}

function toEventTellings(event: TicketEvent, context: TellingContext): readonly Telling[] {
  switch (event.type) {
    case 'reporting':
      return toReport(event, context);
    case 'clock-warned':
    case 'clock-breached':
      return toClocks(event, context);
    case 'escalated':
      return toEscalation(event, context);
    case 'urged':
      return tellActing(event, context, 'urged', 'hurry', toUrge(event, context));
    case 'priority-raised':
      return [
        ...tellActing(event, context, 'priority-raised', 'act', toRaise(event)),
        ...toDesk(event, context),
      ];
    case 'arrived':
      return toEarlyArrival(event, context);
    case 'alarm-attached':
      return toExercise(event, context);
    case 'emergency-began':
      // Of a raise the desk is told by the raise.
      return event.detail['isAgain'] === true ? toDesk(event, context, AGAIN) : [];
    case 'reclassified':
      return toLowered(event, context);
    case 'answered':
      return tellActing(event, context, 'information', 'none', toAnswer(event, context));
    case 'alarm-returned':
      return toReturn(event, context);
    case 'cancelled':
      return [...toEnd(event, context), ...toCancelApproval(event, context)];
    case 'merged':
      return toEnd(event, context);
    case 'estimated':
      return toEstimateTellings(event, context);
    case 'waited':
      return [...toEstimateTellings(event, context), ...toWaitApproval(event, context)];
    case 'resumed':
      return toResumed(event, context);
    case 'difficult-set':
      return toDifficultApproval(event, context);
    case 'dwelling-entered':
      return toEntryApproval(event, context);
    case 'difficult-cleared':
      return toCleared(event, context);
    case 'appointed':
      return toMovedTellings(event, context);
    case 'contractor-set':
      return toContractor(event, context);
    case 'noted':
      return toNoted(event, context);
    default:
      return [];
  }
}

/** An exercise that is none any more, and what a second caller says of an emergency; other notes are read where they stand. */
function toNoted(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail } = event;
  if (detail['isDrill'] === false) return tellActing(event, context, toGravest(ticket), 'act', NO_DRILL);
  if (detail['isHurry'] !== true) return [];
  const added = detail['added'];
  const fact =
    typeof added === 'number'
      ? toAdded(added)
      : joinTexts(CALLED_AGAIN, same(toText(detail['content']) ?? ''));
  return [...tellActing(event, context, 'urged', 'hurry', fact), ...toDesk(event, context, fact)];
}

/** Whose turn it is after the round. */
function toTurn(events: readonly TicketEvent[], ticket: Ticket, context: TellingContext): readonly Telling[] {
  const happened = (...types: readonly TicketEvent['type'][]): TicketEvent | undefined =>
    events.findLast(({ type }) => types.includes(type));
  if (!isTicketOpen(ticket)) return [];
  const back = happened('reworked', 'reopened');
  if (back !== undefined && ticket.stage === 'rework') return toRework(back, ticket, context);
  const given = happened('dispatched', 'transferred');
  if (given !== undefined && ticket.takenBy === null && ticket.stage !== 'recorded')
    return toAssigned(given, ticket, context);
  const came = happened('opened', 'recorded');
  if (came !== undefined && (ticket.stage === 'received' || ticket.stage === 'recorded')) {
    const next = toFirstStep(ticket, context.view.policyOf(ticket));
    const isBack = came.detail['reason'] === 'raised';
    const ask = isBack ? 'redirect' : next === 'done' ? 'hurry' : next;
    const names = toActors(ticket, next, context);
    const fact = isBack ? toProposed(ticket, context) : null;
    return atDesk(ticket, tell({ ...came, ticket }, context, 'to-dispatch', names, ask, fact));
  }
  const done = happened('done');
  const has = (stage: 'accepted' | 'visited'): boolean =>
    isOnPath(ticket, stage, context.view.policyOf(ticket));
  if (done !== undefined && ticket.stage === 'done' && has('accepted'))
    return toAccept(done, ticket, context);
  const accepted = happened('accepted');
  if (accepted !== undefined && ticket.stage === 'accepted' && has('visited'))
    return toVisit(accepted, ticket, context);
  return [];
}

/**
 * Each recipient of the policy is told by itself; whoever stands for several of them once (to-messages.ts). While nobody has
 * it the desk is told to dispatch it, which is no report to an assignee: that is made by the dispatch (`toAssigned`).
 */
function toReport(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail } = event;
  const when = detail['when'];
  const fact = typeof when === 'string' ? (REPORT_FACTS[when] ?? null) : null;
  const to = toNames(detail['to']).map((role): Addressee => {
    if (role !== 'assignee')
      return { anyOf: [role], ask: role === 'leader' ? ASK.know : ASK.direct, reportsTo: role };
    return ticket.assignee === null
      ? { anyOf: [DESK], ask: ASK.dispatch }
      : { anyOf: [ticket.assignee, DESK], ask: ASK.attend, reportsTo: role };
  });
  const told = { priority: 'emergency', to, event } as const;
  if (detail['isLate'] === true) {
    const time = context.timeOf(ticket.receivedAtMs);
    const late: Text = { zh: `补录：接报时间 ${time}`, en: `Entered late: received at ${time}` };
    const known = to.map((one): Addressee => ({ ...one, ask: ASK.know }));
    return [toTelling({ ...told, to: known, kind: 'information', fact: late }, context)];
  }
  return [toTelling({ ...told, kind: 'emergency', fact }, context)];
}

function toAssigned(event: TicketEvent, ticket: Ticket, context: TellingContext): readonly Telling[] {
  // Whoever is there already is not sent there.
  const isThere = ticket.stage === 'on-site';
  const ask = isThere ? 'go-on' : ticket.priority === 'emergency' ? 'attend' : 'sign';
  const isReport = ticket.reports.some(
    ({ to, deliveredAtMs }) => to === 'assignee' && deliveredAtMs === null,
  );
  const own = { anyOf: toActing(ticket), ask: ASK[ask], ...(isReport && { reportsTo: 'assignee' }) };
  const { priority } = ticket;
  const to = [own, ...toFirm(ticket, ask, context)];
  const told = { kind: 'assigned', priority, to, fact: toReason(event) } as const;
  return [toTelling({ ...told, event: { ...event, ticket } }, context)];
}

/** Back to dispatch: the desk dispatches it again, and who had it knows; where the policy asks for no dispatch it is theirs. */
function toRework(event: TicketEvent, ticket: Ticket, context: TellingContext): readonly Telling[] {
  const isSampled = event.detail['by'] === 'sample-visit';
  const reopened = isSampled ? joinTexts(SAMPLED, same(toText(event.detail['reason']) ?? '')) : REOPENED;
  const fact = event.type === 'reopened' ? reopened : toReason(event);
  const isDesks = isDispatchedAnew(ticket, context.view.policyOf(ticket));
  const ask = isDesks ? 'know' : 'rework';
  const had = [
    ...(ticket.assignee === null ? [] : [{ anyOf: toActing(ticket), ask: ASK[ask] }]),
    ...toFirm(ticket, ask, context),
  ];
  const told = { kind: 'reworked', priority: ticket.priority, fact, event: { ...event, ticket } } as const;
  const desk = { anyOf: toActors(ticket, 'dispatch', context), ask: ASK.dispatch };
  const above = isSampled
    ? [{ anyOf: [context.view.policyOf(ticket).escalation.breach], ask: ASK.know }]
    : [];
  return [
    toTelling({ ...told, to: [...(isDesks || had.length === 0 ? [desk, ...had] : had), ...above] }, context),
  ];
}

function toEscalation(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail } = event;
  const role = toText(detail['role']);
  if (role === null) return [];
  const level = Number(detail['level'] ?? ticket.escalation.level);
  const reason = toText(detail['reason']) ?? '';
  const clock = ticket.clocks.find(({ id }) => id === reason)?.name;
  const why: Text =
    clock !== undefined
      ? { zh: `“${clock.zh}”预警无人应答`, en: `the warning of “${clock.en}” is unanswered` }
      : reason === 're-alarm'
        ? { zh: '告警反复提醒，无人处理', en: 'the alarm keeps calling and nobody acts' }
        : same(reason);
  const fact: Text = { zh: `第 ${level} 级升级：${why.zh}`, en: `Level ${level}: ${why.en}` };
  // Whoever came on duty since then has not been told of it.
  const here = detail['isRepeat'] === true ? [DESK, 'duty'] : [];
  const more = here.map((name): Addressee => ({ anyOf: [name], ask: ASK.dispatch }));
  return tell(event, context, 'escalated', [role], 'support', fact, more);
}

/** Before the dispatch as well: the desk may have rung it already. */
function toContractor(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { priority } = event.ticket;
  const to = toFirm(event.ticket, priority === 'emergency' ? 'attend' : 'sign', context);
  return to.length === 0 ? [] : [toTelling({ kind: 'assigned', priority, to, fact: null, event }, context)];
}

/** Not to those who have done the work: somebody else accepts it. */
function toAccept(event: TicketEvent, ticket: Ticket, context: TellingContext): readonly Telling[] {
  const except = toBarred(ticket, context.view.policyOf(ticket));
  const anyOf = toActors(ticket, 'accept', context).filter((name) => !except.includes(name));
  const to = [{ anyOf, except, ask: ASK.accept }];
  const { priority } = ticket;
  return [toTelling({ kind: 'to-accept', priority, to, fact: null, event: { ...event, ticket } }, context)];
}

/** In the hours of the clock of the visit: nobody is rung at 03:00. */
function toVisit(event: TicketEvent, ticket: Ticket, context: TellingContext): readonly Telling[] {
  const hours = toVisitHours(ticket, context.view.policyOf(ticket));
  const names = toActors(ticket, 'visit', context);
  return tell({ ...event, ticket }, context, 'to-visit', names, 'visit').map((one) => ({
    ...one,
    hours: one.hours ?? hours,
  }));
}

function toVisitHours(ticket: Ticket, { calendars, clocks }: Policy): Calendar | null {
  const clock = clocks.find(({ start, stop }) => start.includes('accepted') && stop.includes('visited'));
  const id = clock === undefined ? null : (firstMatch(clock.limits, toSettings(ticket))?.calendar ?? null);
  return id === null ? null : (calendars.get(id) ?? null);
}

function tell(
  event: TicketEvent,
  context: TellingContext,
  kind: MessageKind,
  anyOf: readonly string[],
  ask: Ask,
  fact: Text | null = null,
  more: readonly Addressee[] = [],
): readonly Telling[] {
  const { priority } = event.ticket;
  const to = [{ anyOf, ask: ASK[ask] }, ...more];
  return [toTelling({ kind, priority, to, fact, event }, context)];
}

/** Whoever has it, and the firm that works on it. */
function tellActing(
  event: TicketEvent,
  context: TellingContext,
  kind: MessageKind,
  ask: Ask,
  fact: Text,
): readonly Telling[] {
  const { ticket } = event;
  return tell(event, context, kind, toActing(ticket), ask, fact, toFirm(ticket, ask, context));
}

function toUrge({ by, detail }: TicketEvent, { nameOf }: TellingContext): Text {
  const note = toText(detail['note']) ?? '';
  return { zh: `${nameOf(by).zh}督促：${note}`, en: `${nameOf(by).en} urges: ${note}` };
}

function toAnswer({ by, detail }: TicketEvent, { nameOf }: TellingContext): Text {
  const note = toText(detail['note']) ?? '';
  return { zh: `${nameOf(by).zh}答复：${note}`, en: `${nameOf(by).en} answers: ${note}` };
}

/** Somebody is there before the dispatch: the desk confirms, or redirects. */
function toEarlyArrival(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, by, atMs, detail } = event;
  if (detail['isBeforeDispatch'] !== true) return [];
  // Of a merge by which the emergency began: since before it.
  const sinceMs = typeof detail['atMs'] === 'number' ? detail['atMs'] : atMs;
  const [who, time] = [context.nameOf(by), context.timeOf(sinceMs)];
  const fact: Text = { zh: `${who.zh}已于 ${time} 到场`, en: `${who.en} has been on site since ${time}` };
  const names = toActors(ticket, 'dispatch', context);
  return atDesk(ticket, tell(event, context, 'to-dispatch', names, 'redirect', fact));
}

/** Somebody works on it already, and such a matter is the desk's to give: it confirms or redirects. */
function toDesk(
  event: TicketEvent,
  context: TellingContext,
  fact: Text | null = toRaise(event),
): readonly Telling[] {
  const { ticket } = event;
  const isGiven = ticket.stage !== 'received' && ticket.stage !== 'recorded';
  if (!isGiven || !isDesks(ticket, context.view.policyOf(ticket))) return [];
  return tell(event, context, 'priority-raised', [DESK], 'redirect', fact);
}

function toReason({ detail }: TicketEvent): Text | null {
  const reason = toText(detail['reason']);
  if (reason === 'closed-while-active') return STILL_ACTIVE;
  return reason === null ? null : joinTexts(REASON, same(reason));
}

function toGravest({ priority }: Ticket): MessageKind {
  return priority === 'emergency' ? 'emergency' : 'priority-raised';
}

function toNames(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

/** Key: `when` of the event `reporting`. */
const REPORT_FACTS: Readonly<Record<string, Text>> = {
  confirmed: { zh: '情况已核实属实', en: 'It is confirmed' },
  unanswered: { zh: '此前已报告，无人应答', en: 'Reported before; nobody has answered' },
  again: { zh: '此前的报告未送达，现重新报告', en: 'Told anew: it has not reached you before' },
};
const toAdded = (count: number): Text => ({
  zh: `未留电话者又补充${count}条，可能是另一处，请逐条查看工单记录`,
  en: `${count} more added by people who left no number, maybe of another place: read them on the record`,
});
const CALLED_AGAIN: Text = { zh: '再次来电：', en: 'Called again: ' };
const AGAIN: Text = { zh: '突发紧急再次发生', en: 'It has happened again' };
const REOPENED: Text = { zh: '工单已重新打开', en: 'The ticket is open again' };
const SAMPLED: Text = {
  zh: '抽样回访未修复或不满意，工单已重新打开：',
  en: 'A sampled visit found it not repaired or not satisfactory; the ticket is open again: ',
};
const STILL_ACTIVE: Text = { zh: '验收后告警仍未恢复', en: 'The alarm still stands after acceptance' };
const NO_DRILL: Text = {
  zh: '演练已结束，告警仍在：这不是演练',
  en: 'The drill is over and the alarm stands: no drill',
};
const REASON: Text = { zh: '原因：', en: 'Reason: ' };
