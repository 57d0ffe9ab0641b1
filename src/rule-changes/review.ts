/**
 * Who may decide about a change of a rule, and what becomes of it. Pure.
 *
 *   proposed ──approve (another person; a second one where the backtest missed a confirmed incident)──▶ approved
 *      ├─────refuse (another person, with a reason)──▶ refused
 *      └─────withdraw (its author)──▶ withdrawn
 */
import { RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { RuleApproval, RuleChangeRow } from '../store/store.ts';
import type { Approval, Review } from './port.ts';

/**
 * @param version of the rule as it is now (`toBaseVersion`)
 * @returns approved, or still proposed because another person has to approve it as well
 * @throws RiserError `another-approver-required`, `rule-changed`, `backtest-required`
 */
export function approveChange(
  change: RuleChangeRow,
  { by, note, isUntested }: Approval,
  version: string,
  nowMs: number,
): RuleChangeRow {
  const before = change.approvals ?? [];
  if (by === change.by || before.some((one) => one.by === by))
    throw new RiserError('another-approver-required');
  if (change.baseVersion !== version) throw new RiserError('rule-changed');
  const verdict = change.backtest?.verdict ?? null;
  if (verdict === null && !isUntested) throw new RiserError('backtest-required');
  const approval: RuleApproval = { by, atMs: nowMs, note, isUntested: verdict === null };
  const approvals = [...before, approval];
  const needed = verdict?.needsSecondApprover === true ? 2 : 1;
  return approvals.length < needed
    ? { ...change, approvals }
    : { ...decide(change, 'approved', { by, note }, nowMs), approvals };
}

/** @throws RiserError `another-approver-required`, `reason-required` */
export function refuseChange(change: RuleChangeRow, review: Review, nowMs: number): RuleChangeRow {
  if (review.by === change.by) throw new RiserError('another-approver-required');
  requireReason(review.note);
  return decide(change, 'refused', review, nowMs);
}

/** @throws RiserError `change-of-another` */
export function withdrawChange(change: RuleChangeRow, review: Review, nowMs: number): RuleChangeRow {
  if (review.by !== change.by) throw new RiserError('change-of-another');
  return decide(change, 'withdrawn', review, nowMs);
}

/** @throws RiserError `reason-required` */
export function requireReason(reason: string): void {
  const { length } = reason.trim();
  const { textChars: max } = LIMITS;
  if (length === 0 || length > max) throw new RiserError('reason-required', { max });
}

function decide(
  change: RuleChangeRow,
  state: RuleChangeRow['state'],
  { by, note }: Review,
  nowMs: number,
): RuleChangeRow {
  return { ...change, state, reviewedBy: by, reviewedAtMs: nowMs, reviewNote: note };
}
