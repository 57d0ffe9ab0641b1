/**
 * One change of feedback by a person. Pure: who it is, what the engine has found out and the policy are handed in.
 *
 *   change      from       to         who                      must say
 *   handle      received   handled    handler, or who manages  what was arranged, by whom
 *   tell        handled    told       handler, or who manages  the result, and how it was told
 *   analyse     told       analysed   handler, or who manages  cause, measure, opinion
 *   file        analysed   filed      who files
 *   void        received,  voided     an approver who is not   a reason; not once its result was told; what is overdue is broken
 *               handled               its handler
 *   assign, link, complaint, correct: any open stage; who manages (a link and a correction also the handler)
 *
 * "Who manages" and "who files" are permissions of the API; the engine is told by `canManage`. Approvers are `staff.approvers`.
 */
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import {
  FEEDBACK_CLOCKS,
  FEEDBACK_STAGES,
  type Feedback,
  type FeedbackClockName,
  type FeedbackEventType,
  type FeedbackStage,
} from '../core/feedback.ts';
import type { Text } from '../core/text.ts';
import type { TicketActor } from '../tickets/transitions.ts';
import type { FeedbackChange, FeedbackChangeType, StepFindings } from './changes.ts';
import { stopClock, stopOverdue, undoBreach } from './clocks.ts';
import { correctFeedback } from './corrections.ts';
import { type FeedbackStep, type Moment, requireText, toFeedbackStep } from './feedback-step.ts';
import { FEEDBACK_LIMITS } from './limits.ts';

export interface StepContext {
  readonly actor: TicketActor;
  /** Of the desk's work with feedback; without it only the handler acts. */
  readonly canManage: boolean;
  readonly findings: StepFindings;
  readonly nowMs: number;
}

/**
 * @param policy the version that the entry was opened under
 * @throws RiserError `wrong-stage`, `not-your-step`, `missing-fields`, `late-entry-order`, `breach-stands`, `value-not-allowed`,
 * `nothing-to-correct`
 */
export function stepFeedback(
  feedback: Feedback,
  change: FeedbackChange,
  context: StepContext,
  policy: Policy,
): FeedbackStep {
  requireStage(feedback, change.type);
  requireActor(feedback, change.type, context);
  if (change.type === 'void' && !mayVoid(feedback, context.actor, policy))
    throw new RiserError('not-your-step', { transition: CHANGES.void, who: VOIDERS });
  const moment = toMoment(context);
  switch (change.type) {
    case 'handle':
    case 'tell':
    case 'analyse':
      return advance(feedback, change, context, policy);
    case 'assign': {
      requireText({ handler: change.handler }, HANDLER_RULE);
      const { handler, note } = change;
      const detail = { from: feedback.handler, to: handler, ...(note !== '' && { note }) };
      return toFeedbackStep(feedback, { handler }, [{ type: 'assigned', detail }], moment);
    }
    case 'file': {
      const filed = { by: moment.by, atMs: moment.atMs };
      return toFeedbackStep(feedback, { stage: 'filed', filed }, [{ type: 'filed' }], moment);
    }
    case 'void': {
      requireText({ reason: change.reason }, VOID_RULE);
      const { reason } = change;
      const voided = { by: moment.by, atMs: moment.atMs, reason };
      const { clocks, happenings } = stopOverdue(feedback, moment.atMs);
      const all = [...happenings, { type: 'voided', detail: { reason } } as const];
      return toFeedbackStep(feedback, { stage: 'voided', clocks, voided }, all, moment);
    }
    case 'link':
    case 'complaint':
      return addTicket(feedback, change.type, context);
    case 'correct':
      return correctFeedback(feedback, change, context.findings, moment);
    default:
      return change satisfies never;
  }
}

const OPEN: readonly FeedbackStage[] = ['received', 'handled', 'told', 'analysed'];

/** Stages in which a change is possible. */
export const POSSIBLE_IN: Readonly<Record<FeedbackChangeType, readonly FeedbackStage[]>> = {
  handle: ['received'],
  tell: ['handled'],
  analyse: ['told'],
  file: ['analysed'],
  // What was told to somebody is not a mistake of the desk any more.
  void: ['received', 'handled'],
  assign: OPEN,
  link: OPEN,
  complaint: OPEN,
  correct: OPEN,
};

/** Changes that the handler makes without being one of the desk. */
export const OF_HANDLER: readonly FeedbackChangeType[] = ['handle', 'tell', 'analyse', 'link', 'correct'];

/** Whether it is in somebody's hands: by name, by role or by group. */
export function isHandler({ handler }: Pick<Feedback, 'handler'>, actor: TicketActor): boolean {
  const { username, roles, groups } = actor;
  return handler === username || roles.includes(handler) || groups.includes(handler);
}

/** What is said of somebody is not wiped by him: an approver does it who does not answer for it. */
export function mayVoid(
  feedback: Pick<Feedback, 'handler'>,
  actor: TicketActor,
  { staff }: Pick<Policy, 'staff'>,
): boolean {
  return staff.approvers.some((role) => actor.roles.includes(role)) && !isHandler(feedback, actor);
}

/** @throws RiserError `wrong-stage` */
export function requireStage({ stage }: Feedback, type: FeedbackChangeType): void {
  if (POSSIBLE_IN[type].includes(stage)) return;
  throw new RiserError('wrong-stage', { stage: FEEDBACK_STAGES[stage], transition: CHANGES[type] });
}

/** @throws RiserError `not-your-step` */
function requireActor(feedback: Feedback, type: FeedbackChangeType, { actor, canManage }: StepContext): void {
  // Filing and voiding have permissions of their own at the edge.
  if (canManage || type === 'file' || type === 'void') return;
  if (OF_HANDLER.includes(type) && isHandler(feedback, actor)) return;
  throw new RiserError('not-your-step', { transition: CHANGES[type], who: feedback.handler });
}

type Advance = Extract<FeedbackChange, { type: 'handle' | 'tell' | 'analyse' }>;

const STEPS = {
  handle: { stage: 'handled', event: 'handled', clock: 'handling' },
  tell: { stage: 'told', event: 'told', clock: 'result' },
  analyse: { stage: 'analysed', event: 'analysed', clock: 'analysis' },
} as const satisfies Record<
  Advance['type'],
  { stage: FeedbackStage; event: FeedbackEventType; clock: FeedbackClockName }
>;

/** The next stage, with what it asks for; its clock stops when it happened. */
function advance(feedback: Feedback, change: Advance, context: StepContext, policy: Policy): FeedbackStep {
  const moment = toOccurred(feedback, change.occurredAtMs, context);
  const { stage, event, clock } = STEPS[change.type];
  const { type: _type, occurredAtMs: _at, ...said } = change;
  const own = { by: moment.by, atMs: moment.atMs };
  const stopped = stopClock(feedback, clock, moment.atMs);
  const isUndone = isBreachUndone(feedback, clock, moment, context, policy);
  const clocks = isUndone ? undoBreach(stopped.clocks, clock) : stopped.clocks;
  const happenings = [
    ...stopped.happenings,
    { type: event, detail: said },
    ...(isUndone ? [{ type: 'breach-undone', detail: { clock } } as const] : []),
  ];
  return toFeedbackStep(feedback, { stage, clocks, ...toSaid(change, own) }, happenings, moment);
}

function toSaid(change: Advance, own: { readonly by: string; readonly atMs: number }): Partial<Feedback> {
  switch (change.type) {
    case 'handle': {
      const { arranged, arrangedBy } = change;
      requireText({ arranged }, HANDLING_RULE);
      return { handling: { arranged, arrangedBy: arrangedBy.trim() === '' ? own.by : arrangedBy, ...own } };
    }
    case 'tell': {
      const { result, how, isSatisfied } = change;
      requireText({ result }, RESULT_RULE);
      return { answer: { result, how, isSatisfied, ...own } };
    }
    case 'analyse': {
      const { cause, measure, opinion } = change;
      requireText({ cause, measure, opinion }, ANALYSIS_RULE);
      return { analysis: { cause, measure, opinion, ...own } };
    }
    default:
      return change satisfies never;
  }
}

/**
 * A breach that has been told, and a step that was in time after all: whom the policy names may write it down so.
 * @throws RiserError `breach-stands`
 */
function isBreachUndone(
  { clocks }: Feedback,
  id: FeedbackClockName,
  { atMs, nowMs }: Moment,
  { actor }: StepContext,
  { staff }: Policy,
): boolean {
  const clock = clocks.find((one) => one.id === id);
  const isTold = clock !== undefined && clock.breachedAtMs !== null;
  if (!isTold || atMs === nowMs || atMs >= clock.dueAtMs) return false;
  if (!staff.undoBreaches.some((role) => actor.roles.includes(role)))
    throw new RiserError('breach-stands', { clocks: FEEDBACK_CLOCKS[id] });
  return true;
}

/** @throws RiserError `value-not-allowed` when it has as many tickets as it can, `not-found` is the engine's */
function addTicket(feedback: Feedback, type: 'link' | 'complaint', context: StepContext): FeedbackStep {
  const moment = toMoment(context);
  const { ticket } = context.findings;
  if (ticket === null) throw new RiserError('bad-request');
  const known = feedback.tickets.filter(({ id }) => id !== ticket.id);
  if (known.length >= FEEDBACK_LIMITS.tickets)
    throw new RiserError('value-not-allowed', { value: ticket.number, allowed: FULL });
  const detail = { ticket: ticket.id, number: ticket.number };
  if (type === 'link')
    return toFeedbackStep(feedback, { tickets: [...known, ticket] }, [{ type: 'linked', detail }], moment);
  if (feedback.complaint !== null)
    throw new RiserError('value-not-allowed', { value: feedback.complaint.number, allowed: ONE_COMPLAINT });
  const change = { complaint: ticket, tickets: [...known, ticket] };
  return toFeedbackStep(feedback, change, [{ type: 'complaint-opened', detail }], moment);
}

function toMoment({ actor, nowMs }: StepContext): Moment {
  return { by: actor.username, atMs: nowMs, nowMs };
}

/** @throws RiserError `late-entry-order` when it lies ahead, or before the step before it */
function toOccurred(feedback: Feedback, occurredAtMs: number | null, context: StepContext): Moment {
  const { nowMs } = context;
  const atMs = occurredAtMs ?? nowMs;
  const { receivedAtMs, handling, answer } = feedback;
  const afterMs = answer?.atMs ?? handling?.atMs ?? receivedAtMs;
  // A wall clock that was set back in between must not keep anybody from going on.
  if (occurredAtMs !== null && (atMs > nowMs || atMs < afterMs)) {
    const bound = atMs > nowMs ? nowMs : afterMs;
    throw new RiserError('late-entry-order', { after: new Date(bound).toISOString() });
  }
  return { ...toMoment(context), atMs };
}

const CHANGES: Readonly<Record<FeedbackChangeType, Text>> = {
  assign: { zh: '指派', en: 'assign' },
  handle: { zh: '登记处理', en: 'handle' },
  tell: { zh: '告知结果', en: 'tell the result' },
  analyse: { zh: '分析', en: 'analyse' },
  file: { zh: '归档', en: 'file' },
  void: { zh: '作废', en: 'void' },
  link: { zh: '关联工单', en: 'link' },
  complaint: { zh: '转投诉', en: 'open a complaint' },
  correct: { zh: '更正', en: 'correct' },
};
const HANDLER_RULE: Text = { zh: '指派须写明责任人', en: 'somebody has to see to it' };
const VOIDERS: Text = { zh: '非该反馈责任人的批准人', en: 'an approver who is not its handler' };
const VOID_RULE: Text = { zh: '作废须写明原因', en: 'an entry is voided with a reason' };
const HANDLING_RULE: Text = { zh: '须写明处理安排', en: 'say what was arranged' };
const RESULT_RULE: Text = { zh: '须写明告知反馈人的结果', en: 'say what result was told' };
const ANALYSIS_RULE: Text = {
  zh: '分析须写明原因、措施和意见',
  en: 'an analysis has cause, measure, opinion',
};
const FULL: Text = {
  zh: `一条反馈最多关联 ${FEEDBACK_LIMITS.tickets} 张工单`,
  en: `one entry is about ${FEEDBACK_LIMITS.tickets} tickets at most`,
};
const ONE_COMPLAINT: Text = { zh: '该反馈已转投诉', en: 'it has become a complaint already' };
