/**
 * The ticket's stage machine for what people do. Pure: refuses with a RiserError (which fields are missing and which
 * rule asks for them), or returns the next ticket and its event. What alarms do to a ticket is in coupling.ts.
 */
import type { Policy } from '../config/policy.ts';
import { never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { STAGES, type Stage, type Ticket, type TicketEvent, type TicketEventType } from '../core/ticket.ts';
import { moveClocks, nextDueMs, startClock, stopClocks, sweepClocks } from './clocks.ts';
import { isTransitionAllowed } from './stages.ts';
import type { Transition } from './transitions.ts';

export interface TicketStep {
  readonly ticket: Ticket;
  readonly events: readonly TicketEvent[];
}

/** @throws RiserError `wrong-stage`, `missing-fields`, `alarm-active`, `alarm-blind`. */
export function stepTicket(
  ticket: Ticket,
  transition: Transition,
  by: string,
  policy: Policy,
  nowMs: number,
): TicketStep {
  if (!isTransitionAllowed(ticket.stage, transition.type) || !isArrivalAllowed(ticket, transition)) {
    throw new RiserError('wrong-stage', { stage: STAGES[ticket.stage], transition: transition.type });
  }
  const { change, event } = applyTransition(ticket, transition, by, policy, nowMs);
  const next: Ticket = { ...ticket, ...change, version: ticket.version + 1 };
  return {
    ticket: next,
    events: [{ type: event, atMs: nowMs, by, ticket: next, detail: toDetail(transition) }],
  };
}

/** An emergency may be signed after arrival (service-workflow.md §2 TAKEN); every other ticket is taken first. */
function isArrivalAllowed(ticket: Ticket, transition: Transition): boolean {
  return transition.type !== 'arrive' || ticket.stage !== 'dispatched' || ticket.priority === 'emergency';
}

interface Change {
  readonly change: Partial<Ticket>;
  readonly event: TicketEventType;
}

function applyTransition(
  ticket: Ticket,
  transition: Transition,
  by: string,
  policy: Policy,
  nowMs: number,
): Change {
  const stop = (...ids: Parameters<typeof stopClocks>[1]) => stopClocks(ticket.clocks, ids, nowMs);
  switch (transition.type) {
    case 'dispatch': {
      requireFields({ assignee: transition.assignee }, DISPATCH_RULE);
      const change = { assignee: transition.assignee, takenBy: null, ...to('dispatched', nowMs) };
      return { event: 'dispatched', change };
    }
    case 'take':
      return { event: 'taken', change: { takenBy: by, clocks: stop('dispatch'), ...to('taken', nowMs) } };
    case 'arrive': {
      const change = {
        takenBy: ticket.takenBy ?? by,
        clocks: stop('dispatch', 'arrival'),
        ...to('on-site', nowMs),
      };
      return { event: 'arrived', change };
    }
    case 'start': {
      const { diagnosis, plan } = transition;
      requireFields({ diagnosis, plan }, START_RULE);
      return { event: 'started', change: { diagnosis, plan, ...to('handling', nowMs) } };
    }
    case 'done':
      return applyDone(transition, stop('dispatch', 'arrival', 'repair'), nowMs);
    case 'accept':
      return applyAccept(ticket, transition, by, policy, nowMs);
    case 'reject':
      requireFields({ reason: transition.reason }, REJECT_RULE);
      return toRework(ticket, policy, nowMs);
    case 'visit':
      return applyVisit(ticket, transition, by, policy, nowMs);
    case 'close':
      return {
        event: 'closed',
        change: { closedAtMs: nowMs, clocks: stopAll(ticket, nowMs), ...to('closed', nowMs) },
      };
    case 'cancel':
      return applyCancel(ticket, transition, by, nowMs);
    case 'note':
      requireFields({ note: transition.note }, NOTE_RULE);
      return { event: 'noted', change: {} };
    default:
      return never(transition);
  }
}

function applyDone(
  transition: Transition & { type: 'done' },
  clocks: Ticket['clocks'],
  nowMs: number,
): Change {
  const { result, materials, amountYuan } = transition;
  requireFields({ result }, DONE_RULE);
  const change = {
    result,
    materials: materials ?? null,
    amountYuan: amountYuan ?? null,
    clocks,
    ...to('done', nowMs),
  };
  return { event: 'done', change };
}

function applyAccept(
  ticket: Ticket,
  transition: Transition & { type: 'accept' },
  by: string,
  policy: Policy,
  nowMs: number,
): Change {
  requireFields({ opinion: transition.opinion }, ACCEPT_RULE);
  const blind = ticket.alarms.filter((alarm) => alarm.blindSinceMs !== null);
  const active = ticket.alarms.filter((alarm) => alarm.isActive && alarm.blindSinceMs === null);
  if (active.length > 0) throw new RiserError('alarm-active', { alarms: listTexts(active) });
  if (blind.length > 0 && isBlank(transition.manualReading)) {
    throw new RiserError('alarm-blind', { alarms: listTexts(blind) });
  }
  const clocks = startClock(ticket.clocks, 'visit', nowMs, policy, ticket.priority);
  const acceptance = { by, opinion: transition.opinion, atMs: nowMs };
  return { event: 'accepted', change: { acceptance, clocks, ...to('accepted', nowMs) } };
}

function applyVisit(
  ticket: Ticket,
  transition: Transition & { type: 'visit' },
  by: string,
  policy: Policy,
  nowMs: number,
): Change {
  const note = transition.note ?? '';
  requireFields({ how: transition.how, isSatisfied: transition.isSatisfied }, VISIT_RULE);
  if (!transition.isSatisfied) requireFields({ note }, VISIT_RULE);
  const visit = { by, how: transition.how, isSatisfied: transition.isSatisfied, note, atMs: nowMs };
  const clocks = stopClocks(ticket.clocks, ['visit'], nowMs);
  if (transition.isSatisfied) return { event: 'visited', change: { visit, clocks, ...to('visited', nowMs) } };
  const rework = toRework({ ...ticket, clocks }, policy, nowMs);
  return { event: rework.event, change: { ...rework.change, visit } };
}

function applyCancel(
  ticket: Ticket,
  transition: Transition & { type: 'cancel' },
  by: string,
  nowMs: number,
): Change {
  const { reason, note } = transition;
  requireFields({ reason, note }, CANCEL_RULE);
  const change = {
    cancellation: { by, reason, note, atMs: nowMs },
    closedAtMs: nowMs,
    clocks: stopAll(ticket, nowMs),
    ...to('cancelled', nowMs),
  };
  return { event: 'cancelled', change };
}

/** Back to work on the same ticket: the first round stays in the history, arrival and repair are timed anew. */
export function toRework(ticket: Ticket, policy: Policy, nowMs: number): Change {
  let clocks = stopAll(ticket, nowMs);
  clocks = startClock(clocks, 'dispatch', nowMs, policy, ticket.priority);
  clocks = startClock(clocks, 'arrival', nowMs, policy, ticket.priority);
  clocks = startClock(clocks, 'repair', nowMs, policy, ticket.priority);
  const change = {
    reworkCount: ticket.reworkCount + 1,
    acceptance: null,
    visit: null,
    closedAtMs: null,
    takenBy: null,
    clocks,
    ...to('rework', nowMs),
  };
  return { event: 'reworked', change };
}

/** Marks due warnings and breaches; null when nothing is due. */
export function sweepTicket(ticket: Ticket, nowMs: number): TicketStep | null {
  if (nextDueMs(ticket.clocks) > nowMs) return null;
  const { clocks, warned, breached } = sweepClocks(ticket.clocks, nowMs);
  if (warned.length === 0 && breached.length === 0) return null;
  const next: Ticket = { ...ticket, clocks, version: ticket.version + 1 };
  const event = (type: TicketEventType, ids: readonly string[]): TicketEvent[] =>
    ids.length === 0
      ? []
      : [
          {
            type,
            atMs: nowMs,
            by: 'gateway',
            ticket: next,
            detail: { clocks: ids, responsible: next.takenBy ?? next.assignee },
          },
        ];
  return { ticket: next, events: [...event('clock-warned', warned), ...event('clock-breached', breached)] };
}

/** Keeps the time left on running clocks when the wall clock steps. */
export function moveTicketClocks(ticket: Ticket, stepMs: number, nowMs: number): TicketStep {
  const next: Ticket = { ...ticket, clocks: moveClocks(ticket.clocks, stepMs), version: ticket.version + 1 };
  return {
    ticket: next,
    events: [{ type: 'clocks-moved', atMs: nowMs, by: 'gateway', ticket: next, detail: { stepMs } }],
  };
}

function to(stage: Stage, nowMs: number): { stage: Stage; stageSinceMs: number } {
  return { stage, stageSinceMs: nowMs };
}

function stopAll(ticket: Ticket, nowMs: number): Ticket['clocks'] {
  return stopClocks(ticket.clocks, ['record', 'dispatch', 'arrival', 'repair', 'visit'], nowMs);
}

function listTexts(alarms: Ticket['alarms']): Text {
  return {
    zh: alarms.map((alarm) => alarm.text.zh).join('；'),
    en: alarms.map((alarm) => alarm.text.en).join('; '),
  };
}

function toDetail(transition: Transition): Record<string, unknown> {
  const { type: _type, ...fields } = transition;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function requireFields(fields: Readonly<Record<string, unknown>>, rule: Text): void {
  const missing = Object.keys(fields).filter((name) => isBlank(fields[name]));
  if (missing.length > 0) throw new RiserError('missing-fields', { fields: missing.join(', '), rule });
}

const DISPATCH_RULE: Text = { zh: '派单须有责任人', en: 'dispatch needs an assignee' };
const START_RULE: Text = { zh: '处理前须有诊断和初拟方案', en: 'handling needs a diagnosis and a plan' };
const DONE_RULE: Text = { zh: '处理完毕须填写处理结果', en: 'done needs the result' };
const ACCEPT_RULE: Text = { zh: '验收须有意见并签字', en: 'acceptance needs an opinion and a signature' };
const REJECT_RULE: Text = { zh: '退回须先记录不合格原因', en: 'rework needs the recorded failure first' };
const VISIT_RULE: Text = {
  zh: '回访须记录方式、是否满意；不满意须写明情况',
  en: 'the return visit needs how, satisfied or not, and what was wrong',
};
const CANCEL_RULE: Text = { zh: '撤销须写明原因', en: 'cancelling needs a reason and a note' };
const NOTE_RULE: Text = { zh: '备注不能为空', en: 'a note needs text' };
