/**
 * The emergency branch (service-workflow.md §2): the gateway reports by itself to whom the policy names, the desk dispatches.
 * Some are told at once, some once it is confirmed, some when those before them do not answer. Which message goes through
 * which channel, and whether it arrived, is notify/.
 *
 *   reporting ──▶ messages under way ──all of those told by then have been reached──▶ reported (what clocks stop at)
 */

import type { Policy, ReportRecipient } from '../config/policy.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { Incident } from '../core/incident.ts';
import { type EmergencyReport, isTicketOpen, type Ticket } from '../core/ticket.ts';
import { byGateway, type Moment, type TicketStep, toStep } from './change.ts';
import { matches, toSettings } from './match.ts';
import type { Transition } from './transitions.ts';

/**
 * Those who are told at once, when it is an emergency and nobody has been told yet; null = nobody is to be.
 * @param isLate it is of then (late-entry.ts): they are told of it, nothing rings
 */
export function reportAtOnce(
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
  isLate = false,
): TicketStep | null {
  if (!isReportable(ticket, policy) || ticket.reports.length > 0) return null;
  return report(ticket, policy, nowMs, 'at-once', ({ when }) => when === 'at-once', isLate);
}

/**
 * Those who are told only of what is confirmed; also when the ticket's incident is confirmed.
 * @param isLate it was confirmed then; of what was told as of now already nothing is said more quietly
 */
export function reportConfirmed(
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
  isLate = false,
): TicketStep | null {
  if (!isReportable(ticket, policy)) return null;
  const isThen = isLate && isToldLate(ticket);
  return report(ticket, policy, nowMs, 'confirmed', ({ when }) => when === 'confirmed', isThen);
}

/** Whether all who have been told of it were told as of then. */
export function isToldLate({ reports }: Pick<Ticket, 'reports'>): boolean {
  return reports.length > 0 && reports.every(({ isLate }) => isLate === true);
}

/**
 * The deliveries to all who were told together are on record; null = somebody of them is still to be reached. Those who were
 * told later (confirmed, or because nobody answered) come after those before them.
 * @param delivered when the first message to each arrived. Key: `EmergencyReport.to`
 */
export function noteReported(
  ticket: Ticket,
  delivered: ReadonlyMap<string, number>,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  if (!isTicketOpen(ticket)) return null;
  const open = toUndelivered(ticket).toSorted((a, b) => a.atMs - b.atMs);
  const missing = open.find(({ to }) => !delivered.has(to));
  const done = open.filter(({ atMs }) => missing === undefined || atMs < missing.atMs);
  if (done.length === 0) return null;
  const reports = ticket.reports.map((report) =>
    done.includes(report) ? { ...report, deliveredAtMs: delivered.get(report.to) ?? nowMs } : report,
  );
  const detail = { to: done.map(({ to }) => to) };
  return toStep(ticket, { reports }, [{ type: 'reported', detail }], byGateway(nowMs), policy);
}

/**
 * What another ticket was reported as stands for this one, which has taken it over: who was reached there is not told again. Who
 * was not is told anew, of this ticket: the messages of the other one are not sent any more. So is the assignee, where it is
 * another one than was told.
 * @param ticket with its own reports only
 */
export function takeReports(
  ticket: Ticket,
  from: Pick<Ticket, 'reports' | 'assignee'>,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const isSameAssignee = ticket.assignee === from.assignee;
  const others = from.reports.filter(({ to }) => !ticket.reports.some((own) => own.to === to));
  const reached = from.reports.filter(
    ({ to, deliveredAtMs }) => deliveredAtMs !== null && (to !== ASSIGNEE || isSameAssignee),
  );
  const known = ticket.reports.map((own) =>
    own.deliveredAtMs === null ? (reached.find(({ to }) => to === own.to) ?? own) : own,
  );
  const reports = [...known, ...reached.filter((one) => others.includes(one))];
  const missing = new Set(others.filter((one) => !reached.includes(one)).map(({ to }) => to));
  const taken: Ticket = { ...ticket, reports };
  if (reports.length === 0 && missing.size === 0 && isReportable(taken, policy))
    for (const { role, when } of policy.report.recipients) if (when === 'at-once') missing.add(role);
  const detail = { to: [...missing], when: 'at-once', merged: true };
  if (missing.size > 0) {
    const anew = [...missing].map((to): EmergencyReport => toReport(to, nowMs));
    const change = { reports: [...reports, ...anew] };
    return toStep(ticket, change, [{ type: 'reporting', detail }], byGateway(nowMs), policy);
  }
  const isNew = ticket.reports.length === 0 || toUndelivered(ticket).length > 0;
  if (reports.length === 0 || !isNew || toUndelivered(taken).length > 0) return null;
  const told = { to: reports.map(({ to }) => to) };
  return toStep(ticket, { reports }, [{ type: 'reported', detail: told }], byGateway(nowMs), policy);
}

/** 补录: people reported it when it happened; how fast the gateway tells it now judges nobody. */
export function noteReportedThen(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  if (!ticket.isLateEntry || !isReportable(ticket, policy)) return null;
  const moment: Moment = { by: GATEWAY, atMs: ticket.receivedAtMs, nowMs, isLate: true };
  return toStep(ticket, {}, [{ type: 'reported', detail: { isLate: true } }], moment, policy);
}

/**
 * Who of them has never been reached is told anew, as long as nobody has acted on it. @param to of the ticket's reports
 * @returns null when it is no emergency any more, or somebody has answered
 */
export function reportAgain(
  ticket: Ticket,
  to: readonly string[],
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const isAnswered = ticket.reports.some(({ answeredAtMs }) => answeredAtMs !== null);
  if (to.length === 0 || isAnswered || !isReportable(ticket, policy)) return null;
  const isLate = isToldLate(ticket);
  const reports = ticket.reports.map((one) => (to.includes(one.to) ? toReport(one.to, nowMs, isLate) : one));
  const detail = { to, when: 'again', ...(isLate && { isLate }) };
  const happening = { type: 'reporting' as const, detail };
  return toStep(ticket, { reports }, [happening], byGateway(nowMs), policy);
}

/** Those who were told and are not known to have been reached. */
export function toUndelivered({ reports }: Pick<Ticket, 'reports'>): readonly EmergencyReport[] {
  return reports.filter(({ deliveredAtMs }) => deliveredAtMs === null);
}

/** Those who are told because nobody has answered so far. */
export function sweepReports(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  if (toReportDueMs(ticket, policy) > nowMs) return null;
  const next = toWaiting(ticket, policy);
  return report(ticket, policy, nowMs, 'unanswered', (recipient) => recipient === next);
}

/** When the next one is told unless somebody acts; Infinity = nobody: of what was then nobody is asked in turn. */
export function toReportDueMs(ticket: Ticket, policy: Policy): number {
  if (isToldLate(ticket)) return Number.POSITIVE_INFINITY;
  const isUnanswered = ticket.reports.every(({ answeredAtMs }) => answeredAtMs === null);
  const next = isUnanswered && isReportable(ticket, policy) ? toWaiting(ticket, policy) : undefined;
  if (next === undefined || typeof next.when !== 'object') return Number.POSITIVE_INFINITY;
  return (ticket.reports.at(-1)?.atMs ?? ticket.receivedAtMs) + next.when.unansweredMs;
}

/**
 * Whether the step says that the emergency is real: a fire is confirmed as one; of anything else the desk says so by
 * dispatching it.
 */
export function isConfirmation(
  transition: Transition,
  before: Ticket,
  incident: Pick<Incident, 'kind'> | null,
): boolean {
  if (transition.type === 'confirm-fire') return transition.verdict === 'real';
  const isFirst = before.stage === 'received' || before.stage === 'recorded';
  return transition.type === 'dispatch' && isFirst && incident?.kind !== 'fire';
}

/** Whether the policy has it reported: an open emergency, as a rule. */
export function isReportable(ticket: Ticket, policy: Policy): boolean {
  return isTicketOpen(ticket) && matches(policy.report.match, toSettings(ticket));
}

function isTold({ reports }: Ticket, { role }: ReportRecipient): boolean {
  return reports.some(({ to }) => to === role);
}

/** In the order of the policy: the first who waits for an answer of those before. */
function toWaiting(ticket: Ticket, policy: Policy): ReportRecipient | undefined {
  return policy.report.recipients.find(
    (recipient) => typeof recipient.when === 'object' && !isTold(ticket, recipient),
  );
}

function report(
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
  when: 'at-once' | 'confirmed' | 'unanswered',
  isDue: (recipient: ReportRecipient) => boolean,
  isLate = false,
): TicketStep | null {
  const due = policy.report.recipients.filter((recipient) => isDue(recipient) && !isTold(ticket, recipient));
  if (due.length === 0) return null;
  const told = due.map(({ role }) => toReport(role, nowMs, isLate));
  const detail = { to: due.map(({ role }) => role), when, ...(isLate && { isLate }) };
  const change = { reports: [...ticket.reports, ...told] };
  return toStep(ticket, change, [{ type: 'reporting', detail }], byGateway(nowMs), policy);
}

function toReport(to: string, nowMs: number, isLate = false): EmergencyReport {
  return { to, atMs: nowMs, deliveredAtMs: null, answeredAtMs: null, ...(isLate && { isLate }) };
}

/** The recipient whose person is the ticket's. */
const ASSIGNEE = 'assignee';
