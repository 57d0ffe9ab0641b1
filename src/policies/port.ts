/** What others may ask of the service policy's versions: list, compare, propose, review. Permissions are the API's business. */
import type { Policy } from '../config/policy.ts';
import type { Text } from '../core/text.ts';
import type { Page, PolicyVersionRow } from '../store/store.ts';
import type { PolicyDifference } from './differences.ts';

export interface PolicyProposal {
  /** The whole policy as YAML, as it would stand in the file. */
  readonly text: string;
  readonly reason: string;
  readonly by: string;
}

export interface PolicyReview {
  readonly by: string;
  readonly note: string;
}

export interface PolicyApproval extends PolicyReview {
  /** Version in force that the reviewer has compared it with. */
  readonly comparedWith: string;
}

/** A step that the policy demands and nobody of the house may take (people/held-steps.ts). */
export interface HeldStep {
  /** E.g. `accept`. */
  readonly step: string;
  /** That the policy lets take it. */
  readonly roles: readonly string[];
  readonly text: Text;
}

export interface PolicyCheck {
  /** At most `POLICY_LIMITS.differences`. */
  readonly differences: readonly PolicyDifference[];
  /** As the accounts stand now: its tickets would stand there. */
  readonly held: readonly HeldStep[];
}

export interface PolicyComparison extends PolicyCheck {
  readonly from: PolicyVersionRow;
  readonly to: PolicyVersionRow;
  readonly isTruncated: boolean;
}

export interface PoliciesPort {
  /** The version that new tickets are opened under. */
  inForce(): PolicyVersionRow;
  /** Newest first. */
  list(page: { readonly limit: number; readonly offset: number }): Promise<Page<PolicyVersionRow>>;
  /** @throws RiserError `not-found` */
  get(version: string): Promise<PolicyVersionRow>;
  /** Of a ticket that was opened under it. @throws RiserError `not-found` */
  policy(version: string): Promise<Policy>;
  /** What differs, by path. @throws RiserError `not-found` */
  compare(from: string, to: string): Promise<PolicyComparison>;
  /** The same against a text that nobody has proposed yet. @throws PolicyError `policy-invalid` */
  check(text: string): PolicyCheck;
  /**
   * Changes nothing yet.
   * @throws PolicyError `policy-invalid` with every problem; RiserError `reason-required`, `policy-unchanged` (in force, or
   * proposed already), `policies-full`, `store-failed`
   */
  propose(proposal: PolicyProposal): Promise<PolicyVersionRow>;
  /**
   * In force at once, for new tickets only; those that are open go on under their own.
   * @throws RiserError `not-found`, `policy-decided`, `another-approver-required`, `policy-changed`, `store-failed`
   */
  approve(version: string, approval: PolicyApproval): Promise<PolicyVersionRow>;
  /** @throws RiserError `not-found`, `policy-decided`, `another-approver-required`, `reason-required`, `store-failed` */
  refuse(version: string, review: PolicyReview): Promise<PolicyVersionRow>;
  /** By its author. @throws RiserError `not-found`, `policy-decided`, `change-of-another`, `store-failed` */
  withdraw(version: string, review: PolicyReview): Promise<PolicyVersionRow>;
}
