/** What tests of one rule type hand to `judge`: everything usable, no memory, a clock that stands. */
import type { Judging } from '../../src/rules/rule.ts';
import { UNKNOWN_VERDICT } from '../../src/rules/rule.ts';

export function createJudging(given: Partial<Judging> = {}): Judging {
  return {
    now: { wallMs: 0, monoMs: 0, bootId: 'test' },
    isSample: true,
    isUsable: () => true,
    memory: null,
    environment: { timeZone: 'Asia/Shanghai', isWithin: () => true },
    fail: () => UNKNOWN_VERDICT,
    ...given,
  };
}
