/**
 * Offline rule (设备离线), added by the loader to every equipment on a link: TRUE when none of its points can be
 * read because nobody answers. One answering point is enough for FALSE. Before the first answer or failure: UNKNOWN.
 */
import { isUnanswered, QUALITIES } from '../core/quality.ts';
import { FALSE_VERDICT, type RuleType, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };

export const offline: RuleType = {
  type: 'offline',
  badInput: 'judge',
  properties: {},
  pointRefs: () => [],
  check: () => [],
  judge(_params, _previous, samples) {
    if (samples.some((sample) => !isUnanswered(sample.quality))) return FALSE_VERDICT;
    const isAsked = samples.some((sample) => sample.quality !== QUALITIES['no-data'].code);
    return isAsked ? TRUE_VERDICT : UNKNOWN_VERDICT;
  },
};
