/**
 * Who may decide about a version of the policy, and what becomes of it. Pure.
 *
 *   proposed ──approve (another person, who has compared it with the one in force)──▶ in-force ──another one──▶ superseded
 *      ├─────refuse (another person, with a reason)──▶ refused
 *      └─────withdraw (its author)──▶ withdrawn
 */
import { RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { PolicyVersionRow } from '../store/store.ts';
import type { PolicyApproval, PolicyReview } from './port.ts';

/** @param inForce version in force now @throws RiserError `another-approver-required`, `policy-changed` */
export function approveVersion(
  row: PolicyVersionRow,
  { by, note, comparedWith }: PolicyApproval,
  inForce: string,
  nowMs: number,
): PolicyVersionRow {
  if (by === row.by) throw new RiserError('another-approver-required');
  if (comparedWith !== inForce) throw new RiserError('policy-changed');
  return decide(row, 'in-force', { by, note }, nowMs);
}

/** @throws RiserError `another-approver-required`, `reason-required` */
export function refuseVersion(row: PolicyVersionRow, review: PolicyReview, nowMs: number): PolicyVersionRow {
  if (review.by === row.by) throw new RiserError('another-approver-required');
  requireReason(review.note);
  return decide(row, 'refused', review, nowMs);
}

/** @throws RiserError `change-of-another` */
export function withdrawVersion(
  row: PolicyVersionRow,
  review: PolicyReview,
  nowMs: number,
): PolicyVersionRow {
  if (review.by !== row.by) throw new RiserError('change-of-another');
  return decide(row, 'withdrawn', review, nowMs);
}

/** @throws RiserError `reason-required` */
export function requireReason(reason: string): void {
  const { length } = reason.trim();
  const { textChars: max } = LIMITS;
  if (length === 0 || length > max) throw new RiserError('reason-required', { max });
}

function decide(
  row: PolicyVersionRow,
  state: PolicyVersionRow['state'],
  { by, note }: PolicyReview,
  nowMs: number,
): PolicyVersionRow {
  return { ...row, state, reviewedBy: by, reviewedAtMs: nowMs, reviewNote: note };
}
