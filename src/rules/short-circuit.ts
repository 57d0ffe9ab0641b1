/**
 * Short-circuit rule (短路): the supervision of a wire says that its cores touch. A 4–20 mA loop says it by a current above
 * its range (quality `loop-high`), other inputs by a reading beyond theirs, by the value that means "not available", or by
 * a value of a supervised contact. A broken wire is no short circuit (FALSE, and the point's bad data); a device that does
 * not answer, and any other fault, say nothing of the wire.
 */
import Type from 'typebox';
import { oneOf } from '../config/words.ts';
import { QUALITIES } from '../core/quality.ts';
import { checkInner, hasInner, type InnerOfPoint, innerProperties, judgeInner } from './inner.ts';
import { FALSE_VERDICT, type RuleType, type Sample, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

const SIGNS = ['loop-high', 'out-of-range', 'sentinel'] as const;
type Sign = (typeof SIGNS)[number];

interface ShortCircuitParams extends InnerOfPoint {
  readonly quality?: readonly Sign[];
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };
/** NAMUR NE 43: above 21 mA the loop is shorted or the transmitter reports a failure. */
const DEFAULT_SIGNS: readonly Sign[] = ['loop-high'];

export const shortCircuit: RuleType = {
  type: 'short-circuit',
  badInput: 'remember',
  properties: {
    point: Type.String(),
    ...innerProperties,
    quality: Type.Optional(
      Type.Array(oneOf(SIGNS), {
        minItems: 1,
        maxItems: SIGNS.length,
        description: 'Qualities that mean a short circuit',
      }),
    ),
  },
  pointRefs: (params) => [(params as unknown as ShortCircuitParams).point],
  check: (params, points) => {
    const rule = params as unknown as ShortCircuitParams;
    return hasInner(rule) ? checkInner(rule, points?.[0]) : [];
  },
  judge: (params, previous, samples, judging) => {
    const was = previous.condition === 'true';
    return judge(params as unknown as ShortCircuitParams, samples[0] as Sample, judging.isUsable(0), was);
  },
};

function judge(params: ShortCircuitParams, sample: Sample, isUsable: boolean, was: boolean): Verdict {
  const signs = params.quality ?? (hasInner(params) ? [] : DEFAULT_SIGNS);
  if (signs.some((sign) => QUALITIES[sign].code === sample.quality)) return TRUE_VERDICT;
  if (sample.quality === QUALITIES['wire-break'].code) return FALSE_VERDICT;
  if (!isUsable) return UNKNOWN_VERDICT;
  if (!hasInner(params)) return FALSE_VERDICT;
  const inner = judgeInner(params, sample, true, was);
  if (inner === 'unknown') return UNKNOWN_VERDICT;
  return inner === 'true' ? TRUE_VERDICT : FALSE_VERDICT;
}
