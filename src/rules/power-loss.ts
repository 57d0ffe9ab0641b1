/**
 * Power-loss rule (掉电): the device says it itself (a mains-failure contact, a last message), or every device of a supply
 * has fallen silent while a point of the supply says that it is dead. Silence alone is no proof: one answer of any of
 * them, or a live supply, is FALSE; a supply that cannot be judged leaves it UNKNOWN.
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import { isUnanswered, QUALITIES } from '../core/quality.ts';
import {
  checkInner,
  hasInner,
  type Inner,
  type InnerOfPoint,
  InnerOfPointSchema,
  innerProperties,
  judgeInner,
} from './inner.ts';
import {
  type Condition,
  FALSE_VERDICT,
  type Judging,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';

interface PowerLossParams extends Inner {
  readonly point?: string;
  readonly silent?: readonly string[];
  readonly supply?: InnerOfPoint;
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };

export const powerLoss: RuleType = {
  type: 'power-loss',
  badInput: 'remember',
  properties: {
    point: Type.Optional(Type.String({ description: 'By which the device says it itself' })),
    ...innerProperties,
    silent: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        maxItems: 100,
        description: 'One point of each device on the supply',
      }),
    ),
    supply: Type.Optional(InnerOfPointSchema),
  },
  pointRefs: (params) => {
    const { point, silent = [], supply } = params as unknown as PowerLossParams;
    return point === undefined ? [...silent, ...(supply === undefined ? [] : [supply.point])] : [point];
  },
  check: (params, points) => checkPowerLoss(params, points ?? []),
  judge: (params, previous, samples, judging) =>
    judge(params, previous.condition === 'true', samples, judging),
};

function judge(params: PowerLossParams, was: boolean, samples: readonly Sample[], judging: Judging): Verdict {
  const { supply } = params;
  if (supply === undefined)
    return toVerdict(judgeInner(params, samples[0] as Sample, judging.isUsable(0), was));
  const at = samples.length - 1;
  const dead = judgeInner(supply, samples[at] as Sample, judging.isUsable(at), was);
  const devices = samples.slice(0, at);
  if (dead === 'false' || devices.some(({ quality }) => !isUnanswered(quality))) return FALSE_VERDICT;
  const isAsked = devices.every(({ quality }) => quality !== QUALITIES['no-data'].code);
  return isAsked ? toVerdict(dead) : UNKNOWN_VERDICT;
}

function toVerdict(condition: Condition): Verdict {
  if (condition === 'unknown') return UNKNOWN_VERDICT;
  return condition === 'true' ? TRUE_VERDICT : FALSE_VERDICT;
}

function checkPowerLoss(params: PowerLossParams, points: readonly RulePoint[]): readonly RuleIssue[] {
  const { point, silent, supply } = params;
  const isWhole = (silent === undefined) === (supply === undefined);
  if (!isWhole || (point === undefined) === (silent === undefined)) {
    const found = (['point', 'silent', 'supply'] as const)
      .filter((key) => params[key] !== undefined)
      .join(', ');
    return [
      { path: '', expected: 'either point with a condition, or silent and supply', found: found || 'none' },
    ];
  }
  if (supply === undefined) return checkInner(params, points[0]);
  const issues = checkInner(supply, points.at(-1), 'supply.');
  if (hasInner(params))
    issues.push({ path: '', expected: 'the condition inside supply', found: 'beside it' });
  if (silent?.includes(supply.point) === true)
    issues.push({ path: 'supply.point', expected: 'a point that is not in silent', found: supply.point });
  return issues;
}
