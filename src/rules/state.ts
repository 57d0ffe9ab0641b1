/**
 * State rule: TRUE on any of the listed values (`in`), on any other than those (`notIn`: a fault code that no table
 * lists is a fault all the same), or while any bit of `mask` is set in an integer value. With `in`, a value without a
 * declared meaning that is not listed cannot be judged: it neither raises nor clears.
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import { checkDeclared } from '../config/declared.ts';
import { QUALITIES } from '../core/quality.ts';
import { FALSE_VERDICT, type RuleType, type Sample, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

interface StateParams {
  readonly point: string;
  readonly in?: readonly number[];
  readonly notIn?: readonly number[];
  readonly mask?: number;
}

const Values = Type.Array(Type.Number(), { minItems: 1, maxItems: 256 });
const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };

export const state: RuleType = {
  type: 'state',
  badInput: 'unknown',
  properties: {
    point: Type.String(),
    in: Type.Optional(Values),
    notIn: Type.Optional(Values),
    mask: Type.Optional(Type.Integer({ minimum: 1, maximum: 0xffff_ffff })),
  },
  pointRefs: (params) => [(params as unknown as StateParams).point],
  check: (params, points) => checkState(params as unknown as StateParams, points?.[0]),
  judge: (params, _previous, samples) => judge(params as unknown as StateParams, samples[0] as Sample),
};

function judge(params: StateParams, sample: Sample): Verdict {
  if (params.in !== undefined) {
    if (params.in.includes(sample.value)) return TRUE_VERDICT;
    return sample.quality === QUALITIES['unknown-state'].code ? UNKNOWN_VERDICT : FALSE_VERDICT;
  }
  if (params.notIn !== undefined) return params.notIn.includes(sample.value) ? FALSE_VERDICT : TRUE_VERDICT;
  if (!Number.isSafeInteger(sample.value)) return UNKNOWN_VERDICT;
  // BigInt: a mask may use bit 31, which is the sign in 32-bit operators.
  const isSet = (BigInt(sample.value) & BigInt(params.mask ?? 0)) !== 0n;
  return isSet ? TRUE_VERDICT : FALSE_VERDICT;
}

function checkState(params: StateParams, point: RulePoint | undefined): RuleIssue[] {
  const given = (['in', 'notIn', 'mask'] as const).filter((key) => params[key] !== undefined);
  if (given.length !== 1) {
    return [{ path: '', expected: 'exactly one of in, notIn, mask', found: given.join(', ') || 'none' }];
  }
  const key = params.in === undefined ? 'notIn' : 'in';
  return checkDeclared(key, params[key] ?? [], point);
}
