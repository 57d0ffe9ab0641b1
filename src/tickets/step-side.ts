/**
 * The side ways of every path: waiting, rework, reopening, cancelling, merging, and whose turn it is. What a merge does to
 * the other ticket is merge.ts.
 */
import { never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { requirePromise } from './ahead.ts';
import { requireConsent, toConsent } from './cancel-consent.ts';
import { enter } from './change.ts';
import { requireCertificates } from './competence.ts';
import { takeOver } from './contractors.ts';
import { requireNoDangerToWait } from './danger.ts';
import { requireCancellable } from './emergency-end.ts';
import { callForHelp, toEscalated } from './escalation.ts';
import { requireFields } from './fields.ts';
import { countUrge } from './rates.ts';
import { toRework } from './rework.ts';
import { toClosedSinceMs } from './since.ts';
import type { Transition } from './transitions.ts';
import { MAX_NAMED_ALARMS, type Outcome, toDetail, type Work } from './work.ts';

export type SideStep = Transition & {
  readonly type:
    | 'wait'
    | 'resume'
    | 'reject'
    | 'reopen'
    | 'cancel'
    | 'merge'
    | 'transfer'
    | 'urge'
    | 'escalate'
    | 'answer';
};

export function applySideStep(step: SideStep, work: Work): Outcome {
  const { ticket, context, moment } = work;
  const { atMs, nowMs } = moment;
  switch (step.type) {
    case 'wait':
      return applyWait(step, work);
    case 'resume':
      return applyResume(work);
    case 'reject':
      requireFields({ reason: step.reason }, REJECT_RULE);
      return { type: 'reworked', change: toRework(ticket, atMs), detail: { from: ticket.stage } };
    case 'reopen':
      return applyReopen(step, work);
    case 'cancel':
      return applyCancel(step, work);
    case 'merge':
      return applyMerge(step, work);
    case 'transfer':
      return applyTransfer(step, work);
    case 'urge':
      requireFields({ note: step.note }, NOTE_RULE);
      return {
        type: 'urged',
        change: {
          urges: ticket.urges + 1,
          recentUrges: countUrge(ticket, moment.by, context.policy, nowMs),
        },
      };
    case 'escalate': {
      requireFields({ reason: step.reason }, ESCALATE_RULE);
      const escalation = callForHelp(ticket, step.reason, context.policy, nowMs);
      return { ...toEscalated(escalation, context.policy), change: { escalation } };
    }
    case 'answer':
      requireFields({ note: step.note }, NOTE_RULE);
      return { type: 'answered', change: {} };
    default:
      return never(step);
  }
}

function applyTransfer(step: SideStep & { type: 'transfer' }, { ticket, context, moment }: Work): Outcome {
  const { assignee, reason } = step;
  requireFields({ assignee, reason }, TRANSFER_RULE);
  const { policy, competence } = context;
  const { banners, detail } = requireCertificates(ticket, assignee, policy, competence, moment.nowMs);
  const { change, happenings } = takeOver(ticket, assignee, context);
  const transferred = {
    type: 'transferred' as const,
    detail: { ...toDetail(step), from: ticket.takenBy ?? ticket.assignee, ...detail },
  };
  return {
    ...transferred,
    change: { assignee, takenBy: null, readBack: null, banners, ...change },
    happenings: [transferred, ...happenings],
  };
}

/** By whoever is named as its approver: the approval is withdrawn with it, which the record says. */
function applyResume({ ticket, moment }: Work): Outcome {
  const resumed = { type: 'resumed' as const, change: toResumed(ticket, moment.atMs) };
  const approver = ticket.waiting?.approver.trim() ?? null;
  if (approver !== moment.by) return resumed;
  return { ...resumed, detail: { approver, revokedBy: moment.by } };
}

/** Back where it waited; the time it waited stays on the record. */
export function toResumed({ waiting, stage }: Ticket, atMs: number): Partial<Ticket> {
  return { waiting: null, ...enter(waiting?.from ?? stage, atMs) };
}

/**
 * Clocks may stand still for it: who lets them is named, and is not who asks. It ends when that was given, else when the work was
 * said to be done: none goes on for ever.
 */
function applyWait(step: SideStep & { type: 'wait' }, { ticket, moment, context }: Work): Outcome {
  const { reason, note, approver, untilMs = null } = step;
  requireFields({ reason, note, approver }, WAIT_RULE);
  requireOther(approver, moment.by);
  requireNoDangerToWait(ticket, context.incident);
  if (untilMs !== null) requirePromise(untilMs, moment.nowMs);
  const estimatedAtMs = toEstimate(step, ticket, moment.nowMs);
  requireFields({ estimatedAtMs }, WAIT_END_RULE);
  const endMs = untilMs ?? estimatedAtMs;
  const waiting = { reason, note, approver, sinceMs: moment.atMs, untilMs: endMs, from: ticket.stage };
  const change = { waiting, estimatedAtMs, ...enter('waiting', moment.atMs) };
  return { type: 'waited', change, detail: { estimatedAtMs } };
}

/**
 * When it will be done, for whoever waits for it: as said now, else as estimated before while that still lies ahead, else when the
 * wait ends. null = nobody knows. @throws RiserError `end-not-ahead`
 */
function toEstimate(step: SideStep & { type: 'wait' }, ticket: Ticket, nowMs: number): number | null {
  const { estimatedAtMs, untilMs = null } = step;
  if (estimatedAtMs === undefined) {
    const known = ticket.estimatedAtMs ?? nowMs;
    return known > Math.max(nowMs, untilMs ?? nowMs) ? known : untilMs;
  }
  requirePromise(estimatedAtMs, nowMs);
  if (untilMs !== null && estimatedAtMs < untilMs) throw new RiserError('end-not-ahead');
  return estimatedAtMs;
}

/** @throws RiserError `own-approval` */
export function requireOther(approver: string, by: string): void {
  if (approver.trim() === by) throw new RiserError('own-approval');
}

function applyReopen({ reason }: SideStep & { type: 'reopen' }, { ticket, context, moment }: Work): Outcome {
  requireFields({ reason }, REOPEN_RULE);
  const untilMs = (toClosedSinceMs(ticket) ?? moment.atMs) + context.policy.reopenMs;
  if (moment.atMs > untilMs)
    throw new RiserError('reopen-too-late', { until: new Date(untilMs).toISOString() });
  return { type: 'reopened', change: toRework(ticket, moment.atMs) };
}

/** The alarm is not cleared by it: its condition stays to be seen. */
function applyCancel(step: SideStep & { type: 'cancel' }, work: Work): Outcome {
  const { ticket, actor, context, moment } = work;
  const { reason, note } = step;
  requireFields({ reason, note }, CANCEL_RULE);
  requireCancellable(ticket, reason, context, moment.nowMs);
  requireConsent(step, ticket, actor, context.policy, moment.nowMs);
  const { by, atMs } = moment;
  const keys = [...new Set(ticket.alarms.map(({ key }) => key))].slice(0, MAX_NAMED_ALARMS);
  const change: Partial<Ticket> = {
    cancellation: { by, reason, note, atMs, ...toConsent(step) },
    closedAtMs: atMs,
    waiting: null,
    ...enter('cancelled', atMs),
  };
  return { type: 'cancelled', change, detail: keys.length === 0 ? {} : { keys } };
}

/** Its alarms go onto the other ticket; the record names them. */
function applyMerge(step: SideStep & { type: 'merge' }, { ticket, moment }: Work): Outcome {
  requireFields({ into: step.into, note: step.note }, MERGE_RULE);
  const change: Partial<Ticket> = {
    alarms: [],
    links: [...ticket.links, { ticket: step.into, kind: 'merged-into' }],
    closedAtMs: moment.atMs,
    waiting: null,
    ...enter('merged', moment.atMs),
  };
  const occurrences = ticket.alarms.slice(0, MAX_NAMED_ALARMS).map(({ occurrence }) => occurrence);
  const happening = { type: 'merged' as const, detail: { ...toDetail(step), occurrences } };
  return { type: 'merged', change, happenings: [happening] };
}

const WAIT_RULE: Text = {
  zh: '等待须写明原因、说明和批准人',
  en: 'waiting needs a reason, a note and who approved it',
};
const WAIT_END_RULE: Text = {
  zh: '等待须有期限：填写预计完成时间或等待至何时',
  en: 'a wait has an end: say until when, or when it is expected to be done',
};
const REJECT_RULE: Text = { zh: '退回须先记录不合格原因', en: 'rework needs the recorded failure first' };
const REOPEN_RULE: Text = { zh: '重新打开须写明原因', en: 'reopening needs a reason' };
const CANCEL_RULE: Text = { zh: '撤销须写明原因', en: 'cancelling needs a reason and a note' };
const MERGE_RULE: Text = {
  zh: '合并须写明并入的工单和原因',
  en: 'merging needs the other ticket and a note',
};
const TRANSFER_RULE: Text = { zh: '转派须写明责任人和原因', en: 'a transfer needs an assignee and a reason' };
const ESCALATE_RULE: Text = { zh: '升级须写明无法处理的原因', en: 'say why it cannot be handled' };
const NOTE_RULE: Text = { zh: '内容不能为空', en: 'a note needs text' };
