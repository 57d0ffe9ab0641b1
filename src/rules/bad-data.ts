/**
 * Bad-data rule (数据异常), added by the loader to every point that a rule reads: TRUE while the device answers but
 * the value cannot be used (sentinel, out of range, exception, a state without a declared meaning). While nobody
 * answers it is UNKNOWN: the equipment's `offline` rule speaks then.
 */
import { isBad, isCommLoss, QUALITIES } from '../core/quality.ts';
import { FALSE_VERDICT, type RuleType, type Sample, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };

export const badData: RuleType = {
  type: 'bad-data',
  badInput: 'judge',
  properties: {},
  pointRefs: () => [],
  check: () => [],
  judge(_params, _previous, samples) {
    const { quality } = samples[0] as Sample;
    if (isCommLoss(quality)) return UNKNOWN_VERDICT;
    return isBad(quality) || quality === QUALITIES['unknown-state'].code ? TRUE_VERDICT : FALSE_VERDICT;
  },
};
