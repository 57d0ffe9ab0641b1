/**
 * The contract of rule types: a pure judgement of samples in three-valued logic (alarms.md B3).
 * Delays, minimum samples and holds are the same for every type and live in delay.ts.
 */
import type { RuleTypeSchema } from '../config/catalog.ts';
import type { Severity } from '../core/severity.ts';

/** FALSE, TRUE or cannot be judged (Kleene). UNKNOWN freezes the alarm: no raise, no return. */
export type Condition = 'true' | 'false' | 'unknown';

/** Latest sample of one point as a rule sees it. */
export interface Sample {
  /** NaN when there is no usable value. */
  readonly value: number;
  readonly quality: number;
  readonly receivedMs: number;
  /** NaN when the device gives no time. */
  readonly sourceMs: number;
}

export interface Verdict {
  readonly condition: Condition;
  /** Limit that is passed (`lo`, `hihi` …); null where the type has none. */
  readonly level: string | null;
  /** Severity of that level when it differs from the rule's. */
  readonly severity: Severity | null;
}

export const UNKNOWN_VERDICT: Verdict = { condition: 'unknown', level: null, severity: null };
export const FALSE_VERDICT: Verdict = { condition: 'false', level: null, severity: null };

export interface RuleType extends RuleTypeSchema {
  readonly type: string;
  /**
   * How bad samples are met: `unknown` = any bad input makes the condition UNKNOWN before `judge` is called;
   * `judge` = the type decides itself (it is about quality).
   */
  readonly badInput: 'unknown' | 'judge';
  /**
   * @param previous last verdict that was TRUE or FALSE (dead-band keeps it in between)
   * @param samples latest sample of each point of `pointRefs`, same order
   */
  judge(params: Readonly<Record<string, unknown>>, previous: Verdict, samples: readonly Sample[]): Verdict;
}
