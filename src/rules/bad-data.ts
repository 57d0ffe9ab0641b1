/**
 * Bad-data rule (数据异常), added by the loader to every point that a rule reads or that can be stuck: TRUE while the
 * device answers but the value cannot be used (sentinel, out of range, exception, a state without a declared meaning), or
 * cannot be relied on: the device itself marks it, it has not moved for longer than it should, or a rule that reads it
 * takes nothing uncertain (`isStrict`). While nobody answers it is UNKNOWN: the equipment's `offline` rule speaks then.
 */
import { isBad, isCommLoss, isGood, QUALITIES } from '../core/quality.ts';
import { FALSE_VERDICT, type RuleType, type Sample, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

export interface BadDataParams {
  /** Whether any quality but good is bad data. */
  readonly isStrict?: boolean;
}

/** Uncertain values that a rule may read, and that people must look into all the same. */
const DOUBTFUL: readonly number[] = [
  QUALITIES['unknown-state'].code,
  QUALITIES['source-uncertain'].code,
  QUALITIES.stuck.code,
];

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };

export const badData: RuleType = {
  type: 'bad-data',
  badInput: 'judge',
  properties: {},
  pointRefs: () => [],
  check: () => [],
  judge(params, _previous, samples) {
    const { quality } = samples[0] as Sample;
    if (isCommLoss(quality)) return UNKNOWN_VERDICT;
    const { isStrict = false } = params as BadDataParams;
    const isTrue = isStrict ? !isGood(quality) : isBad(quality) || DOUBTFUL.includes(quality);
    return isTrue ? TRUE_VERDICT : FALSE_VERDICT;
  },
};
