/**
 * Count rule: TRUE when an inner condition (a side of a limit, or listed values) was entered at least `count` times
 * within a window, or has held for `forMs` without a break (alarms.md B3, after the Phoebus alarm server: "delay" or
 * "count"). It catches what an on-delay hides: a contact that chatters, a pump that starts again and again.
 *
 * Entries that were seen are evidence, whatever became of the input since. Quiet has to be seen too: the return waits
 * until the window has passed in time that was known; until then, and while the input is bad, it is UNKNOWN. After a kill
 * the whole window has to be seen: the last entries may not have been saved.
 */
import Type from 'typebox';
import type { Now } from '../core/clock.ts';
import { checkInner, type InnerOfPoint, innerProperties, judgeInner, toInnerKey } from './inner.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type Past,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { Entries } from './windows/entries.ts';
import { toBoolean, toNumber, toSaved } from './windows/saved.ts';
import { countTo, createStopwatch, type Stopwatch, toElapsedAt, toReachedAt } from './windows/stopwatch.ts';

interface CountParams extends InnerOfPoint {
  readonly count: number;
  readonly withinMs: number;
  readonly forMs?: number;
}

interface CountMemory {
  readonly entries: Entries;
  /** How long the inner condition has held; stands still in a gap. */
  readonly held: Stopwatch;
  /** Last known inner condition; null before the first. */
  isIn: boolean | null;
  dueMs: number;
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };
const DAY_MS = 86_400_000;

export const count: RuleType = {
  type: 'count',
  badInput: 'remember',
  properties: {
    point: Type.String(),
    ...innerProperties,
    count: Type.Integer({ minimum: 2, maximum: 1000, description: 'Entries that make the alarm' }),
    withinMs: Type.Integer({
      minimum: 1_000,
      maximum: 7 * DAY_MS,
      description: 'The window that they must fall into',
    }),
    forMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 7 * DAY_MS,
        description: 'The condition alone, held for so long, makes it too',
      }),
    ),
  },
  pointRefs: (params) => [(params as unknown as CountParams).point],
  check: (params, points) => checkInner(params, points?.[0]),
  memory: {
    key: (params) => toInnerKey(params),
    create: (params, start, past) => restore(null, params as unknown as CountParams, start, past),
    dueAtMonoMs: (memory) => (memory as CountMemory).dueMs,
    save: (memory, now) => {
      const { entries, held, isIn } = memory as CountMemory;
      return { entries: entries.save(now), heldMs: toElapsedAt(held, now.monoMs), isIn };
    },
    restore: (saved, params, start, past) =>
      restore(toSaved(saved), params as unknown as CountParams, start, past),
  },
  judge: (params, previous, samples, judging) =>
    judge(params as unknown as CountParams, previous, samples[0] as Sample, judging),
};

function restore(
  saved: ReturnType<typeof toSaved>,
  params: CountParams,
  start: Now,
  past: Past,
): CountMemory {
  return {
    entries: Entries.restore(saved?.['entries'], params.count, params.withinMs, start, past),
    held: createStopwatch(start.monoMs, toNumber(saved?.['heldMs'], 0) ?? 0),
    isIn: toBoolean(saved?.['isIn']),
    dueMs: Number.POSITIVE_INFINITY,
  };
}

function judge(params: CountParams, previous: Verdict, sample: Sample, judging: Judging): Verdict {
  const { monoMs } = judging.now;
  const memory = judging.memory as CountMemory;
  const { entries, held } = memory;
  const { forMs = Number.POSITIVE_INFINITY } = params;
  const inner = judgeInner(params, sample, judging.isUsable(0), memory.isIn === true);
  countTo(held, monoMs);
  held.isRunning = inner === 'true';
  entries.pass(monoMs, inner !== 'unknown');
  if (inner === 'true' && memory.isIn === false) entries.add(monoMs);
  if (inner === 'false') held.elapsedMs = 0;
  if (inner !== 'unknown') memory.isIn = inner === 'true';
  memory.dueMs = Math.min(toReachedAt(held, forMs), entries.dueAtMonoMs(monoMs));
  if (entries.isFull(monoMs)) return TRUE_VERDICT;
  if (inner === 'unknown') return UNKNOWN_VERDICT;
  if (inner === 'true' && held.elapsedMs >= forMs) return TRUE_VERDICT;
  return previous.condition === 'true' && entries.mayBeFull() ? UNKNOWN_VERDICT : FALSE_VERDICT;
}
