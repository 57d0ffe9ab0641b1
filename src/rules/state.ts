/**
 * State rule: TRUE on any of the listed values (`in`), or while any bit of `mask` is set in an integer value. A value
 * without a declared meaning that is not listed cannot be judged: it neither raises nor clears.
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import { QUALITIES } from '../core/quality.ts';
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
  check: (params, points) => checkState(params as unknown as StateParams, points?.[0]),
  judge: (params, _previous, samples) => judge(params as unknown as StateParams, samples[0] as Sample),
};

function judge(params: StateParams, sample: Sample): Verdict {
  if (params.in !== undefined) {
    if (params.in.includes(sample.value)) return TRUE_VERDICT;
    return sample.quality === QUALITIES['unknown-state'].code ? UNKNOWN_VERDICT : FALSE_VERDICT;
  }
  if (!Number.isSafeInteger(sample.value)) return UNKNOWN_VERDICT;
  // BigInt: a mask may use bit 31, which is the sign in 32-bit operators.
  const isSet = (BigInt(sample.value) & BigInt(params.mask ?? 0)) !== 0n;
  return isSet ? TRUE_VERDICT : FALSE_VERDICT;
}

function checkState(params: StateParams, point: RulePoint | undefined): RuleIssue[] {
  const given = [params.in, params.mask].filter((value) => value !== undefined).length;
  if (given !== 1) {
    return [{ path: '', expected: 'exactly one of in, mask', found: given === 0 ? 'none' : 'both' }];
  }
  const declared = toDeclared(point);
  if (declared === null) return [];
  return (params.in ?? []).flatMap((value, at) =>
    declared.includes(value)
      ? []
      : [
          {
            path: `in[${at}]`,
            expected: `a value of the point (${declared.join(', ')})`,
            found: String(value),
          },
        ],
  );
}

/** Values that the point can have; null = any number. */
function toDeclared(point: RulePoint | undefined): readonly number[] | null {
  if (point === undefined) return null;
  if (point.states.size > 0) return [...point.states.keys()];
  return point.type === 'boolean' ? [0, 1] : null;
}
