/**
 * Feedback of a round: entered and worked on by people, swept for its limits, made into a complaint. The ticket of a complaint and
 * the entry that it comes from are one transaction, each with the other's name.
 */
import type { ClockStep } from '../core/clock-step.ts';
import { RiserError } from '../core/errors.ts';
import type { Feedback, TicketLine } from '../core/feedback.ts';
import type { TicketId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import type { FeedbackChange, StepFindings } from '../feedback/changes.ts';
import {
  auditFeedback,
  moveFeedback,
  sweepFeedback,
  toFeedbackDueMs,
  toFeedbackDues,
} from '../feedback/clocks.ts';
import { FEEDBACK_LIMITS } from '../feedback/limits.ts';
import { openFeedback } from '../feedback/open.ts';
import { requireStage, stepFeedback } from '../feedback/step.ts';
import type { FeedbackDueRow } from '../store/store.ts';
import { toStep } from '../tickets/change.ts';
import { toSiteDate } from '../tickets/number.ts';
import type { NewTicket } from '../tickets/transitions.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { requireHandler } from './naming.ts';
import { openReported } from './reported.ts';
import type { Tentative } from './tentative.ts';

type OpenCommand = Command & { readonly type: 'open-feedback' };
type FeedbackCommand = Command & { readonly type: 'feedback' };

const FEEDBACK: Text = { zh: '未归档的反馈', en: 'open feedback' };
const TICKET: Text = { zh: '工单', en: 'ticket' };

/** @throws RiserError `feedback-full`, `not-found`, `unknown-person`, and what the opening throws */
export function openFeedbackEntry(
  tx: Tentative,
  context: DecisionContext,
  { entry, personal, actor }: OpenCommand,
  nowMs: number,
): Feedback {
  if (tx.service.feedbacks().length >= FEEDBACK_LIMITS.open)
    throw new RiserError('feedback-full', { max: FEEDBACK_LIMITS.open });
  if (entry.handler !== null) requireHandler(context, entry.handler, nowMs);
  const { site, policy } = context.model;
  const day = `FK${toSiteDate(nowMs, site.timeZone)}`;
  const number = `${day}-${String(tx.next(`feedback:${day}`)).padStart(4, '0')}`;
  const tickets = [...new Set(entry.tickets)].map((id) => toLine(tx, id));
  const input = { number, site: site.id, entry, tickets, personal, by: actor.username };
  const { feedback, events } = openFeedback(input, policy, nowMs);
  if (personal !== null && feedback.personal !== null)
    tx.service.putPersonal({ id: feedback.personal, atMs: nowMs, fields: personal });
  tx.service.putFeedback(feedback, events);
  return feedback;
}

/**
 * What the gateway has noted since the person looked (warnings, breaches) does not refuse the change.
 * @throws RiserError `not-found`, `version-conflict`, `unknown-person`, what the step throws, and of a complaint what opening throws
 */
export function decideFeedback(
  tx: Tentative,
  context: DecisionContext,
  command: FeedbackCommand,
  nowMs: number,
): CommandOutcome {
  const { change, actor, canManage, personal } = command;
  const seen = toSeen(tx, command);
  const policy = context.policyOf(seen);
  if (change.type === 'assign') requireHandler(context, change.handler, nowMs);
  // A limit that ran out unseen is told before the step that would stop its clock.
  const swept = sweepFeedback(seen, nowMs);
  const before = swept?.feedback ?? seen;
  const findings = toFindings(tx, before, command);
  // What the step refuses must not have opened a ticket, nor noted a breach: the refused command leaves no trace.
  const dry = { ...findings, ticket: findings.ticket ?? NO_TICKET };
  const stepContext = { actor, canManage, nowMs };
  if (change.type === 'complaint') stepFeedback(before, change, { ...stepContext, findings: dry }, policy);
  const found =
    change.type === 'complaint'
      ? { ...findings, ticket: openComplaint(tx, context, before, change, command, nowMs) }
      : findings;
  const step = stepFeedback(before, change, { ...stepContext, findings: found }, policy);
  if (swept !== null) tx.service.putFeedback(swept.feedback, swept.events);
  tx.service.putFeedback(step.feedback, step.events);
  if (change.type === 'correct' && found.personal !== null)
    tx.service.putPersonal({ id: found.personal.id, atMs: nowMs, fields: personal });
  const ticket = change.type === 'complaint' && found.ticket !== null ? tx.ticket(found.ticket.id) : null;
  return { occurrence: null, ticket, feedback: step.feedback };
}

/** Stands for a ticket that is opened only when nothing else refuses the change. */
const NO_TICKET: TicketLine = { id: '' as TicketId, number: '' };

/** The entry that the person saw. */
function toSeen(tx: Tentative, { feedback: id, version, change }: FeedbackCommand): Feedback {
  const feedback = tx.service.feedback(id);
  if (feedback === null) throw new RiserError('not-found', { what: FEEDBACK });
  // Of one that has just ended the stage says more than its version.
  requireStage(feedback, change.type);
  if (version > feedback.version || version < feedback.decidedVersion)
    throw new RiserError('version-conflict', { current: feedback.version });
  return feedback;
}

function toFindings(tx: Tentative, feedback: Feedback, { change, personal }: FeedbackCommand): StepFindings {
  const ticket = change.type === 'link' ? toLine(tx, change.ticket) : null;
  if (change.type !== 'correct' || personal === null) return { ticket, personal: null };
  const id = `${feedback.number}/${feedback.version + 1}`;
  return { ticket, personal: { id, digest: personal.digest } };
}

/** @throws RiserError `not-found` */
function toLine(tx: Tentative, id: TicketId): TicketLine {
  const ticket = tx.ticket(id);
  if (ticket === null) throw new RiserError('not-found', { what: TICKET });
  return { id: ticket.id, number: ticket.number };
}

/** A complaint of the same place that is open already takes it up, as it would any report. */
function openComplaint(
  tx: Tentative,
  context: DecisionContext,
  feedback: Feedback,
  change: Extract<FeedbackChange, { type: 'complaint' }>,
  { actor, personal }: FeedbackCommand,
  nowMs: number,
): TicketLine {
  const report = toReport(feedback, change, personal);
  const command = { type: 'open-ticket', actor, ticket: report, personal } as const;
  const opened = openReported(tx, context, command, nowMs).ticket;
  const ticket = tx.ticket(opened.id) as Ticket;
  const feedbacks = [...(ticket.feedbacks ?? []), feedback.id];
  const detail = { feedback: feedback.id, note: feedback.number };
  const moment = { by: actor.username, atMs: nowMs, nowMs, isLate: false };
  const policy = context.policyOf(ticket);
  const step = toStep(ticket, { feedbacks }, [{ type: 'linked', detail }], moment, policy);
  tx.putTicket(step.ticket, step.events);
  return { id: ticket.id, number: ticket.number };
}

/** Who has said it stays the contact; whoever writes it down is not its reporter. */
function toReport(
  { channel, content, place }: Feedback,
  change: Extract<FeedbackChange, { type: 'complaint' }>,
  personal: FeedbackCommand['personal'],
): NewTicket {
  const isCall = channel === 'phone';
  return {
    source: isCall ? 'owner-call' : 'desk-relay',
    channel: isCall ? 'phone' : 'counter',
    class: 'complaint',
    priority: change.priority,
    impact: null,
    attendance: null,
    flow: null,
    content: change.content ?? content,
    faultKind: null,
    equipment: change.equipment,
    location: change.location,
    place: change.place ?? place,
    contactName: personal?.name ?? '',
    contactMethod: personal?.method ?? '',
    appointment: null,
    slip: null,
    receivedAtMs: null,
  };
}

/** Warnings and breaches; after a start each entry's due times are first held against its policy, and its rows against both. */
export function sweepFeedbacks(tx: Tentative, { policyOf }: DecisionContext, nowMs: number): void {
  for (const feedback of tx.service.feedbacks()) {
    const rows = tx.service.takeUnaudited(feedback.id);
    const audited = rows === null ? null : auditFeedback(feedback, policyOf(feedback), nowMs);
    if (audited !== null) tx.service.putFeedback(audited.feedback, audited.events);
    // Rows that are wrong are written anew with the entry, which stays as it is.
    else if (rows !== null && !isSame(rows, feedback)) tx.service.putFeedback(feedback, []);
    const current = audited?.feedback ?? feedback;
    if (toFeedbackDueMs(current) > nowMs) continue;
    const step = sweepFeedback(current, nowMs);
    if (step !== null) tx.service.putFeedback(step.feedback, step.events);
  }
}

/** After a step of the wall clock: what runs keeps its time left. */
export function moveFeedbacks(
  tx: Tentative,
  { policyOf }: DecisionContext,
  step: ClockStep,
  nowMs: number,
): void {
  if (step.stepMs === 0) return;
  for (const feedback of tx.service.feedbacks()) {
    const moved = moveFeedback(feedback, step, policyOf(feedback), nowMs);
    if (moved !== null) tx.service.putFeedback(moved.feedback, moved.events);
  }
}

function isSame(rows: readonly FeedbackDueRow[], feedback: Feedback): boolean {
  const toText = (dues: readonly Omit<FeedbackDueRow, 'feedback'>[]): string =>
    dues
      .map(({ clock, what, dueAtMs }) => `${clock} ${what} ${dueAtMs}`)
      .toSorted()
      .join();
  return toText(rows) === toText(toFeedbackDues(feedback));
}
