/**
 * Stuck rule: a value that does not move while another point says that it should: no flow although the pump runs. A
 * change is one by more than `band` from where the value began to rest. Time counts only while both are known and the
 * condition holds; a gap stops the count, and a value that has moved meanwhile starts it anew. An alarm of which nothing
 * else is known returns when the value is seen to move, not because the count begins anew.
 *
 * That a value is bit-identical for too long whatever the plant does is the point's own `stuckAfter` (quality `stuck`).
 */
import Type from 'typebox';
import type { Now } from '../core/clock.ts';
import { checkInner, type InnerOfPoint, InnerOfPointSchema, judgeInner, toInnerKey } from './inner.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type Past,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { type Saved, toBoolean, toKey, toNumber, toSaved } from './windows/saved.ts';
import { countTo, createStopwatch, type Stopwatch, toElapsedAt, toReachedAt } from './windows/stopwatch.ts';

interface StuckParams {
  readonly point: string;
  readonly while: InnerOfPoint;
  readonly afterMs: number;
  readonly band?: number;
}

interface StuckMemory {
  readonly rest: Stopwatch;
  readonly afterMs: number;
  /** Value at which the rest began; NaN = none since the condition holds. */
  anchor: number;
  /** Whether it should move, as known last (dead-band). */
  isHeld: boolean;
  /** It has not been seen to move, nor to be allowed to rest, since nothing was known of how long it rested. */
  isLost: boolean;
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };
const WEEK_MS = 604_800_000;

export const stuck: RuleType = {
  type: 'stuck',
  badInput: 'remember',
  properties: {
    point: Type.String(),
    while: InnerOfPointSchema,
    afterMs: Type.Integer({ minimum: 1_000, maximum: WEEK_MS, description: 'Longest rest that is in order' }),
    band: Type.Optional(
      Type.Number({
        minimum: 0,
        default: 0,
        description: 'A change by more than this is one; unit of the point',
      }),
    ),
  },
  pointRefs: (params) => {
    const { point, while: condition } = params as unknown as StuckParams;
    return [point, condition.point];
  },
  check: (params, points) => checkInner((params as unknown as StuckParams).while, points?.[1], 'while.'),
  memory: {
    key: (params) => {
      const { point, while: condition, band } = params as unknown as StuckParams;
      return toKey([point, toInnerKey(condition), band]);
    },
    create: (params, start, past) => restore(null, params as unknown as StuckParams, start, past),
    dueAtMonoMs: (memory) => {
      const { rest, afterMs } = memory as StuckMemory;
      return toReachedAt(rest, afterMs);
    },
    save: (memory, now) => {
      const { rest, anchor, isHeld, isLost } = memory as StuckMemory;
      const isNone = Number.isNaN(anchor);
      const restMs = isNone ? 0 : toElapsedAt(rest, now.monoMs);
      return { anchor: isNone ? null : anchor, restMs, isHeld, isLost };
    },
    restore: (saved, params, start, past) =>
      restore(toSaved(saved), params as unknown as StuckParams, start, past),
  },
  judge: (params, previous, samples, judging) =>
    judge(params as unknown as StuckParams, previous, samples, judging),
};

function restore(saved: Saved | null, { afterMs }: StuckParams, { monoMs }: Now, past: Past): StuckMemory {
  const anchor = toNumber(saved?.['anchor']) ?? Number.NaN;
  const restMs = Number.isNaN(anchor) ? 0 : (toNumber(saved?.['restMs'], 0) ?? 0);
  const isHeld = toBoolean(saved?.['isHeld']) ?? false;
  const isLost = past !== 'whole' || saved?.['isLost'] === true;
  return { rest: createStopwatch(monoMs, restMs), afterMs, anchor, isHeld, isLost };
}

function judge(
  params: StuckParams,
  previous: Verdict,
  samples: readonly Sample[],
  judging: Judging,
): Verdict {
  const memory = judging.memory as StuckMemory;
  const { rest } = memory;
  countTo(rest, judging.now.monoMs);
  const held = judgeInner(params.while, samples[1] as Sample, judging.isUsable(1), memory.isHeld);
  if (held !== 'unknown') memory.isHeld = held === 'true';
  rest.isRunning = held === 'true' && judging.isUsable(0);
  if (held === 'false') {
    memory.anchor = Number.NaN;
    memory.isLost = false;
    return FALSE_VERDICT;
  }
  if (!rest.isRunning) return UNKNOWN_VERDICT;
  const { value } = samples[0] as Sample;
  if (!(Math.abs(value - memory.anchor) <= (params.band ?? 0))) {
    if (!Number.isNaN(memory.anchor)) memory.isLost = false;
    memory.anchor = value;
    rest.elapsedMs = 0;
  }
  if (rest.elapsedMs >= params.afterMs) return TRUE_VERDICT;
  return memory.isLost && previous.condition === 'true' ? UNKNOWN_VERDICT : FALSE_VERDICT;
}
