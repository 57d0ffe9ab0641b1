/**
 * Threshold rule: one alarm with up to four levels (LoLo, Lo, Hi, HiHi), a dead-band per limit.
 *
 * High: enters when v > limit, leaves when v < limit − dead-band, in between keeps what it was (alarms.md B3);
 * low mirrored. The worst passed limit is the level; its severity may differ from the rule's.
 */
import Type, { type Static } from 'typebox';
import type { RuleIssue } from '../config/catalog.ts';
import { SEVERITY_NAMES, type Severity } from '../core/severity.ts';
import { FALSE_VERDICT, type RuleType, type Sample, type Verdict } from './rule.ts';

const LimitSchema = Type.Object(
  {
    limit: Type.Number({ description: 'In the unit of the point' }),
    deadband: Type.Optional(Type.Number({ minimum: 0, default: 0, description: 'In the unit of the point' })),
    severity: Type.Optional(Type.Unsafe<Severity>({ type: 'string', enum: [...SEVERITY_NAMES] })),
  },
  { additionalProperties: false },
);
type Limit = Static<typeof LimitSchema>;

interface ThresholdParams {
  readonly point: string;
  readonly lolo?: Limit;
  readonly lo?: Limit;
  readonly hi?: Limit;
  readonly hihi?: Limit;
}

type Level = 'lolo' | 'lo' | 'hi' | 'hihi';
/** Worst first. */
const LEVELS: readonly Level[] = ['hihi', 'lolo', 'hi', 'lo'];

export const threshold: RuleType = {
  type: 'threshold',
  badInput: 'unknown',
  properties: {
    point: Type.String(),
    lolo: Type.Optional(LimitSchema),
    lo: Type.Optional(LimitSchema),
    hi: Type.Optional(LimitSchema),
    hihi: Type.Optional(LimitSchema),
  },
  pointRefs: (params) => [(params as unknown as ThresholdParams).point],
  check: (params) => checkLimits(params as unknown as ThresholdParams),
  judge: (params, previous, samples) =>
    judge(params as unknown as ThresholdParams, previous, samples[0] as Sample),
};

function judge(params: ThresholdParams, previous: Verdict, sample: Sample): Verdict {
  for (const level of LEVELS) {
    const limit = params[level];
    if (limit !== undefined && isPassed(level, limit, sample.value, wasPassed(previous, level))) {
      return { condition: 'true', level, severity: limit.severity ?? null };
    }
  }
  return FALSE_VERDICT;
}

/** HiHi passed implies Hi passed, so that falling back between the two keeps Hi. */
function wasPassed(previous: Verdict, level: Level): boolean {
  if (previous.condition !== 'true') return false;
  return previous.level === level || previous.level === `${level}${level}`;
}

function isPassed(level: Level, limit: Limit, value: number, was: boolean): boolean {
  const leave = toLeave(level, limit);
  if (isHigh(level)) return value > limit.limit || (was && value >= leave);
  return value < limit.limit || (was && value <= leave);
}

/** The last value that keeps a passed limit. */
function toLeave(level: Level, { limit, deadband = 0 }: Limit): number {
  return isHigh(level) ? limit - deadband : limit + deadband;
}

function isHigh(level: Level): boolean {
  return level === 'hi' || level === 'hihi';
}

function checkLimits(params: ThresholdParams): RuleIssue[] {
  const issues: RuleIssue[] = [];
  const order: readonly Level[] = ['lolo', 'lo', 'hi', 'hihi'];
  const present = order.filter((level) => params[level] !== undefined);
  if (present.length === 0)
    issues.push({ path: '', expected: 'at least one of lolo, lo, hi, hihi', found: 'none' });
  for (let at = 1; at < present.length; at++) {
    const below = present[at - 1] as Level;
    const above = present[at] as Level;
    const low = params[below] as Limit;
    const high = params[above] as Limit;
    if (low.limit >= high.limit) {
      issues.push({
        path: `${above}.limit`,
        expected: `more than ${below} (${low.limit})`,
        found: String(high.limit),
      });
    }
  }
  return [...issues, ...checkDeadbands(params)];
}

/** A value between the limits must not be able to keep both sides: H − db > L + db (alarms.md B3), for every pair. */
function checkDeadbands(params: ThresholdParams): RuleIssue[] {
  const issues: RuleIssue[] = [];
  for (const below of ['lolo', 'lo'] as const) {
    for (const above of ['hi', 'hihi'] as const) {
      const [low, high] = [params[below], params[above]];
      if (low === undefined || high === undefined || toLeave(above, high) > toLeave(below, low)) continue;
      const expected = `dead-bands of ${below} and ${above} that do not meet`;
      issues.push({ path: `${above}.deadband`, expected, found: String(high.deadband ?? 0) });
    }
  }
  return issues;
}
