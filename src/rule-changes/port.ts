/** What others may ask of the changes of rules: propose, review, withdraw, and which rules hold now. Permissions are the API's business. */
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Problem } from '../core/errors.ts';
import type { EquipmentId, RuleId } from '../core/ids.ts';
import type { RuleChangeRow } from '../store/store.ts';

export type RuleOverrideProperties = RuleChangeRow['override'];

export interface RuleProposal {
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  /** Properties as in a profile, merged by property; `enabled: false` switches the rule off; null = what the files say. */
  readonly override: RuleOverrideProperties;
  readonly reason: string;
  readonly by: string;
}

export interface Review {
  readonly by: string;
  readonly note: string;
}

export interface Approval extends Review {
  /** Approved although no backtest of this change has been made. */
  readonly isUntested: boolean;
}

/** A change with what it makes of the rule. */
export interface CheckedChange {
  readonly change: RuleChangeRow;
  /** The rule as it would be; null = switched off. */
  readonly rule: RuleDef | null;
}

/** A rule of the site, judged or not. */
export interface RuleInForce {
  readonly rule: RuleDef;
  /** false = an approved change has switched it off. */
  readonly isEnabled: boolean;
  /** The approved change that it comes from; null = the files. */
  readonly change: RuleChangeRow | null;
}

export interface RuleChangesPort {
  /** The model that runs: the files with every approved change. Points keep their indexes for its epoch. */
  model(): SiteModel;
  /** Every rule in the order of the model, then those that were switched off before the start. */
  rules(): Iterable<RuleInForce>;
  /** null when the site has no such rule. */
  rule(equipment: EquipmentId, rule: RuleId): RuleInForce | null;
  /** Approved changes that do not fit the files any more, and are not in force. Key: id of the change. */
  unfit(): ReadonlyMap<string, readonly Problem[]>;
  /**
   * What the change would make of the rule; changes nothing.
   * @throws RuleChangeError `rule-change-invalid` with every problem; RiserError `not-found`
   */
  check(equipment: EquipmentId, rule: RuleId, override: RuleOverrideProperties): RuleDef | null;
  /** @throws RuleChangeError `rule-change-invalid`; RiserError `not-found`, `reason-required`, `rule-changes-full`, `store-failed` */
  propose(proposal: RuleProposal): Promise<CheckedChange>;
  /** One that waits for a review. @throws RiserError `not-found`, `rule-change-decided` */
  proposed(id: string): Promise<RuleChangeRow>;
  /**
   * In force at once when nobody else has to approve it; else it waits for the second one (`state` stays `proposed`).
   * @throws RiserError `not-found`, `rule-change-decided`, `another-approver-required`, `rule-changed`, `backtest-required`,
   * `store-failed`; RuleChangeError `rule-change-invalid` when it does not fit any more
   */
  approve(id: string, approval: Approval): Promise<RuleChangeRow>;
  /** @throws RiserError `not-found`, `rule-change-decided`, `another-approver-required`, `reason-required`, `store-failed` */
  refuse(id: string, review: Review): Promise<RuleChangeRow>;
  /** By its author. @throws RiserError `not-found`, `rule-change-decided`, `change-of-another`, `store-failed` */
  withdraw(id: string, review: Review): Promise<RuleChangeRow>;
  /** A backtest of the change has been asked for: its result will count for the approval. Same errors as `proposed`. */
  tested(id: string, backtest: string): Promise<void>;
  /** Notes results of backtests that are done meanwhile; to be called when somebody looks at one. @throws RiserError `store-failed` */
  noteResult(backtest: string): Promise<void>;
}
