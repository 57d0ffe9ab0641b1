/**
 * Stale rule: nothing has come for a point for too long although its link stands, also where values are sent on change
 * and have no age of their own. Any answer of the device about the point counts as an update, a bad value too; that the
 * device does not answer at all is its `offline` rule's business and UNKNOWN here.
 *
 * Only time in which the gateway listened counts: neither a restart nor the first seconds after one are silence. An alarm of
 * which nothing else is known returns when something comes.
 */
import Type from 'typebox';
import type { Now } from '../core/clock.ts';
import { LIMITS } from '../core/limits.ts';
import { QUALITIES } from '../core/quality.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type Past,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { type Saved, toNumber, toSaved } from './windows/saved.ts';
import { countTo, createStopwatch, type Stopwatch, toElapsedAt, toReachedAt } from './windows/stopwatch.ts';

interface StaleParams {
  readonly point: string;
  readonly afterMs: number;
}

interface StaleMemory {
  readonly silence: Stopwatch;
  readonly afterMs: number;
  /** Of the last sample that was seen; NaN before the first. */
  receivedMs: number;
  /** Nothing has come since nothing was known of how long it was silent. */
  isLost: boolean;
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };
const WEEK_MS = 604_800_000;
/** Samples that tell of no contact with the device. */
const LOST: readonly number[] = [QUALITIES['comm-loss'].code, QUALITIES.timeout.code];
/** Samples of the gateway's own making: nothing came. */
const NO_UPDATE: readonly number[] = [
  QUALITIES['no-data'].code,
  QUALITIES.stale.code,
  QUALITIES.missing.code,
];

export const stale: RuleType = {
  type: 'stale',
  badInput: 'remember',
  isAboutAbsence: true,
  properties: {
    point: Type.String(),
    afterMs: Type.Integer({
      minimum: 1_000,
      maximum: 5 * WEEK_MS,
      description: 'Longest silence that is in order',
    }),
  },
  pointRefs: (params) => [(params as unknown as StaleParams).point],
  check: () => [],
  memory: {
    key: (params) => (params as unknown as StaleParams).point,
    create: (params, start, past) => restore(null, params as unknown as StaleParams, start, past),
    dueAtMonoMs: (memory) => {
      const { silence, afterMs } = memory as StaleMemory;
      return toReachedAt(silence, afterMs);
    },
    save: (memory, now) => {
      const { silence, receivedMs, isLost } = memory as StaleMemory;
      const last = Number.isNaN(receivedMs) ? null : receivedMs;
      return { silentMs: toElapsedAt(silence, now.monoMs), receivedMs: last, isLost };
    },
    restore: (saved, params, start, past) =>
      restore(toSaved(saved), params as unknown as StaleParams, start, past),
  },
  judge: (_params, previous, samples, judging) => judge(previous, samples[0] as Sample, judging),
};

function restore(saved: Saved | null, { afterMs }: StaleParams, start: Now, past: Past): StaleMemory {
  // Until the links are up again nothing can come.
  const silence = createStopwatch(start.monoMs + LIMITS.bootGraceMs, toNumber(saved?.['silentMs'], 0) ?? 0);
  silence.isRunning = true;
  const receivedMs = toNumber(saved?.['receivedMs']) ?? Number.NaN;
  return { silence, afterMs, receivedMs, isLost: past !== 'whole' || saved?.['isLost'] === true };
}

function judge(previous: Verdict, { quality, receivedMs }: Sample, { memory: of, now }: Judging): Verdict {
  const memory = of as StaleMemory;
  const { silence } = memory;
  countTo(silence, now.monoMs);
  const isNew = !Object.is(receivedMs, memory.receivedMs);
  memory.receivedMs = receivedMs;
  silence.isRunning = !LOST.includes(quality);
  if (!silence.isRunning) return UNKNOWN_VERDICT;
  if (isNew && !NO_UPDATE.includes(quality)) {
    silence.elapsedMs = 0;
    silence.countedToMs = now.monoMs;
    memory.isLost = false;
  }
  if (silence.elapsedMs >= memory.afterMs) return TRUE_VERDICT;
  return memory.isLost && previous.condition === 'true' ? UNKNOWN_VERDICT : FALSE_VERDICT;
}
