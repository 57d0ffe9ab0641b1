/** State rule: TRUE on any of the listed values (`in`), or while any bit of `mask` is set in an integer value. */
import Type from 'typebox';
import type { RuleIssue } from '../config/catalog.ts';
import { FALSE_VERDICT, type RuleType, type Sample, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

interface StateParams {
  readonly point: string;
  readonly in?: readonly number[];
  readonly mask?: number;
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };

export const state: RuleType = {
  type: 'state',
  badInput: 'unknown',
  properties: {
    point: Type.String(),
    in: Type.Optional(Type.Array(Type.Number(), { minItems: 1, maxItems: 256 })),
    mask: Type.Optional(Type.Integer({ minimum: 1, maximum: 0xffff_ffff })),
  },
  pointRefs: (params) => [(params as unknown as StateParams).point],
  check: (params) => checkState(params as unknown as StateParams),
  judge: (params, _previous, samples) => judge(params as unknown as StateParams, samples[0] as Sample),
};

function judge(params: StateParams, sample: Sample): Verdict {
  if (params.in !== undefined) return params.in.includes(sample.value) ? TRUE_VERDICT : FALSE_VERDICT;
  if (!Number.isSafeInteger(sample.value)) return UNKNOWN_VERDICT;
  // BigInt: a mask may use bit 31, which is the sign in 32-bit operators.
  const isSet = (BigInt(sample.value) & BigInt(params.mask ?? 0)) !== 0n;
  return isSet ? TRUE_VERDICT : FALSE_VERDICT;
}

function checkState(params: StateParams): RuleIssue[] {
  const given = [params.in, params.mask].filter((value) => value !== undefined).length;
  return given === 1
    ? []
    : [{ path: '', expected: 'exactly one of in, mask', found: given === 0 ? 'none' : 'both' }];
}
