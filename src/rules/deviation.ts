/**
 * Deviation rule: a value too far from its set-point, which is another point or a number of the profile. The band is in
 * the point's unit or in percent of the set-point; TRUE outside of it, with a dead-band towards its middle. The time that
 * a plant needs to follow a new set-point is the on-delay's business.
 */
import Type from 'typebox';
import type { RuleIssue } from '../config/catalog.ts';
import { oneOf } from '../config/words.ts';
import { FALSE_VERDICT, type RuleType, type Sample, UNKNOWN_VERDICT, type Verdict } from './rule.ts';

interface DeviationParams {
  readonly point: string;
  readonly setpoint?: string;
  readonly target?: number;
  readonly band?: number;
  readonly bandPercent?: number;
  readonly side?: 'both' | 'above' | 'below';
  readonly deadband?: number;
}

const ABOVE: Verdict = { condition: 'true', level: 'above', severity: null };
const BELOW: Verdict = { condition: 'true', level: 'below', severity: null };

export const deviation: RuleType = {
  type: 'deviation',
  badInput: 'unknown',
  properties: {
    point: Type.String(),
    setpoint: Type.Optional(Type.String({ description: 'The point that the value should follow' })),
    target: Type.Optional(Type.Number({ description: 'A fixed set-point, in the unit of the point' })),
    band: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: 'In the unit of the point' })),
    bandPercent: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: 1000,
        description: 'Of the set-point; 0 of it has no percent',
      }),
    ),
    side: Type.Optional(oneOf(['both', 'above', 'below'], { default: 'both' })),
    deadband: Type.Optional(
      Type.Number({ minimum: 0, default: 0, description: 'Measured as the band is: unit or percent' }),
    ),
  },
  pointRefs: (params) => toPoints(params as unknown as DeviationParams),
  check: (params) => checkDeviation(params as unknown as DeviationParams),
  judge: (params, previous, samples) => judge(params as unknown as DeviationParams, previous, samples),
};

function toPoints({ point, setpoint }: DeviationParams): readonly string[] {
  return setpoint === undefined ? [point] : [point, setpoint];
}

function judge(params: DeviationParams, previous: Verdict, samples: readonly Sample[]): Verdict {
  const target = params.target ?? (samples[1] as Sample).value;
  const offset = (samples[0] as Sample).value - target;
  // One of the unit, or one percent of the set-point.
  const measure = params.bandPercent === undefined ? 1 : Math.abs(target) / 100;
  if (measure === 0) return UNKNOWN_VERDICT;
  const { side = 'both' } = params;
  const band = (params.band ?? params.bandPercent ?? 0) * measure;
  const leave = band - (params.deadband ?? 0) * measure;
  const isPassed = (size: number, was: boolean) => size > band || (was && size >= leave);
  if (side !== 'below' && isPassed(offset, previous.level === ABOVE.level)) return ABOVE;
  if (side !== 'above' && isPassed(-offset, previous.level === BELOW.level)) return BELOW;
  return FALSE_VERDICT;
}

function checkDeviation(params: DeviationParams): readonly RuleIssue[] {
  const issues: RuleIssue[] = [];
  for (const [one, other] of [
    ['setpoint', 'target'],
    ['band', 'bandPercent'],
  ] as const) {
    if ((params[one] === undefined) !== (params[other] === undefined)) continue;
    const found = params[one] === undefined ? 'none' : 'both';
    issues.push({ path: '', expected: `exactly one of ${one}, ${other}`, found });
  }
  const { point, setpoint, target, bandPercent, deadband = 0 } = params;
  if (point === setpoint) issues.push({ path: 'setpoint', expected: 'another point', found: point });
  if (target === 0 && bandPercent !== undefined)
    issues.push({
      path: 'bandPercent',
      expected: 'band (a target of 0 has no percent)',
      found: String(bandPercent),
    });
  const band = params.band ?? bandPercent;
  if (band !== undefined && deadband >= band)
    issues.push({ path: 'deadband', expected: `less than the band (${band})`, found: String(deadband) });
  return issues;
}
