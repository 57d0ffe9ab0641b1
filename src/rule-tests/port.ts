/** What the API asks of rule tests: the cases that stand beside a profile's rule, and what came of them when somebody ran them. */
import type { EquipmentId, RuleId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { CaseEvent, Expectation, Failure, SignalStep } from './case.ts';

export type { CaseEvent, Expectation, Expected, Failure, Happening, Signal, SignalStep } from './case.ts';

/** One case as it is written; times are ms since its beginning. */
export interface TestedCase {
  readonly name: Text;
  /** `point` is the name within the tested equipment: `outlet-pressure`, `pump-1/running`. */
  readonly points: readonly { readonly point: string; readonly steps: readonly SignalStep[] }[];
  readonly events: readonly CaseEvent[];
  readonly expect: readonly Expectation[];
  /** Other rules that the case raises, as `rule` or `part/rule`. */
  readonly also: readonly string[];
  /** How often every point is read in it; null = at the intervals of the profile. */
  readonly everyMs: number | null;
}

export interface CaseOutcome {
  /** Empty = passed. */
  readonly failures: readonly Failure[];
  /** What happened, one line each; at most RULE_TEST_LIMITS.lines. */
  readonly timeline: readonly string[];
}

export interface RuleTestRun {
  /** UTC ms. */
  readonly atMs: number;
  readonly tookMs: number;
  /** One for each case, in their order. */
  readonly outcomes: readonly CaseOutcome[];
}

export interface RuleTestReport {
  /** File name of the tests; null = the profile has none, and only the cases that every profile gets are listed. */
  readonly file: string | null;
  readonly cases: readonly TestedCase[];
  /** Since the gateway was started, and only while profile and tests have not been changed; null = not run. */
  readonly lastRun: RuleTestRun | null;
}

/** The profile's rule is tested on an equipment of its own: what one equipment of the site has changed is not in it. */
export interface RuleTestsPort {
  /**
   * The cases of a rule; none where the rule is not the profile's. null = the site has no such rule.
   * @throws RiserError `rule-tests-failed` when profile or tests cannot be read, `rule-tests-busy`
   */
  list(equipment: EquipmentId, rule: RuleId): Promise<RuleTestReport | null>;
  /** Plays them, in a thread of their own. Same errors; `rule-tests-failed` also when it takes too long. */
  run(equipment: EquipmentId, rule: RuleId): Promise<RuleTestReport | null>;
}
