/**
 * Whose word ends the matter of a person that nobody has worked on (service-workflow.md §2: followed until the source agrees to
 * close). Withdrawn it is with who agreed, how and when; a complaint, and what has passed a limit, with the approval of somebody
 * who does not answer for that limit: whoever is late does not wipe it. Reporters who cancel their own need nobody's word.
 */
import type { Policy } from '../config/policy.ts';
import type { Cancellation } from '../core/cancellation.ts';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { isBlank, requireFields, toRule } from './fields.ts';
import { wasComplaint } from './once.ts';
import { toReceivedSinceMs } from './since.ts';
import type { TicketActor, Transition } from './transitions.ts';

type Cancel = Transition & { readonly type: 'cancel' };

/** What a cancellation keeps of it. */
export function toConsent({ agreedWith, how, agreedAtMs, approver }: Cancel): Partial<Cancellation> {
  return {
    ...(agreedWith !== undefined && { agreedWith }),
    ...(how !== undefined && { how }),
    ...(agreedAtMs !== undefined && { agreedAtMs }),
    ...(approver !== undefined && !isBlank(approver) && { approver: approver.trim() }),
  };
}

/** @throws RiserError `missing-fields`, `late-entry-order`, `own-approval`, `value-not-allowed` */
export function requireConsent(
  step: Cancel,
  ticket: Ticket,
  actor: TicketActor,
  policy: Pick<Policy, 'staff'>,
  nowMs: number,
): void {
  const { reason, agreedWith, how, agreedAtMs, approver } = step;
  if (ticket.isDrill || ticket.reporter === actor.username) return;
  const agreed = reason === 'withdrawn' ? { agreedWith, how, agreedAtMs } : {};
  const approved = owesApproval(ticket, reason) && !mayApprove(ticket, actor, policy) ? { approver } : {};
  const rules = [
    ...(Object.values(agreed).some(isBlank) ? [AGREED_RULE] : []),
    ...(Object.values(approved).some(isBlank) ? [APPROVED_RULE] : []),
  ];
  requireFields({ ...agreed, ...approved }, toRule(rules));
  if (agreedAtMs !== undefined) requireSince(agreedAtMs, ticket, nowMs);
  if (approver === undefined || isBlank(approver)) return;
  if (approver.trim() === actor.username) throw new RiserError('own-approval');
  if (answersFor(ticket, approver.trim()))
    throw new RiserError('value-not-allowed', { value: approver.trim(), allowed: NOT_LATE });
}

/** The rules that a cancellation of this ticket may be asked for, whatever its reason: for whoever fills it in. */
export function toConsentRules(ticket: Ticket): readonly Text[] {
  return owesApproval(ticket, 'withdrawn') ? [AGREED_RULE, APPROVED_RULE] : [AGREED_RULE];
}

/** A duplicate has its twin, on which it goes on. */
function owesApproval(ticket: Ticket, reason: Cancel['reason']): boolean {
  const { source, clocks } = ticket;
  if (reason === 'duplicate' || source === 'equipment-alarm') return false;
  return wasComplaint(ticket) || clocks.some(({ breachedAtMs }) => breachedAtMs !== null);
}

function mayApprove(
  ticket: Ticket,
  { username, roles }: TicketActor,
  { staff }: Pick<Policy, 'staff'>,
): boolean {
  return staff.approvers.some((role) => roles.includes(role)) && !answersFor(ticket, username);
}

function answersFor({ clocks }: Ticket, username: string): boolean {
  return clocks.some(({ breachedAtMs, responsible }) => breachedAtMs !== null && responsible === username);
}

/** @throws RiserError `late-entry-order` */
function requireSince(atMs: number, ticket: Ticket, nowMs: number): void {
  const afterMs = Math.min(toReceivedSinceMs(ticket), nowMs);
  if (!(atMs >= afterMs && atMs <= nowMs))
    throw new RiserError('late-entry-order', { after: new Date(afterMs).toISOString() });
}

const AGREED_RULE: Text = {
  zh: '报修人撤回须写明与谁商定、方式和时间',
  en: 'a withdrawal names who agreed, how and when',
};
const APPROVED_RULE: Text = {
  zh: '投诉或已有时限超时的，撤销须经批准人（主管、经理、领导）同意，且不是超时的责任人',
  en: 'a complaint, or what has passed a limit, is cancelled with an approver who does not answer for that limit',
};
const NOT_LATE: Text = {
  zh: '超时责任人以外的批准人',
  en: 'an approver who does not answer for the limit that was passed',
};
