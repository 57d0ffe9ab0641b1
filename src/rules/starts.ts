/**
 * Starts rule: maintenance is due after so many starts (`every`), or a machine starts too often (`perHour`: more than so
 * many within the last hour). Starts are read from the device's counter, or are entries to a state that were seen. What
 * ends a due maintenance, and what a replaced counter means, stands in service.ts.
 *
 * Starts in a gap count for the maintenance as far as a counter shows them, and for the last hour only if the gap was
 * shorter than that. Too often ends when an hour that was seen had fewer starts: a gap is not quiet.
 */
import Type from 'typebox';
import type { RuleIssue, RulePoint } from '../config/catalog.ts';
import type { Now } from '../core/clock.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type Past,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import {
  checkService,
  restoreService,
  type Service,
  type ServiceParams,
  saveService,
  takeCounter,
  takeInner,
  takeReset,
  toServicePoints,
  toServiceProperties,
} from './service.ts';
import { Entries } from './windows/entries.ts';
import { type Saved, toSaved } from './windows/saved.ts';

interface StartsParams extends ServiceParams {
  readonly every?: number;
  readonly perHour?: number;
}

interface StartsMemory {
  readonly service: Service;
  /** Of the last hour; null without `perHour`. */
  readonly entries: Entries | null;
  /** Nothing is known of the starts before: what was announced as due is due. */
  isLost: boolean;
  dueMs: number;
}

const DUE: Verdict = { condition: 'true', level: 'due', severity: null };
const FREQUENT: Verdict = { condition: 'true', level: 'frequent', severity: null };
const HOUR_MS = 3_600_000;
/** Nothing that is maintained starts every six seconds for long; a burst of contact bounce may look so. */
const STARTS_LIMITS = { perHour: 600, slack: 60 };

export const starts: RuleType = {
  type: 'starts',
  badInput: 'remember',
  properties: {
    ...toServiceProperties('starts'),
    every: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'Starts between two maintenances' }),
    ),
    perHour: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 600, description: 'Most starts within an hour' }),
    ),
  },
  pointRefs: toServicePoints,
  check: (params, points) => checkStarts(params as unknown as StartsParams, points ?? []),
  memory: {
    key: () => null,
    create: (params, start, past) => restore(null, params as unknown as StartsParams, start, past),
    dueAtMonoMs: (memory) => (memory as StartsMemory).dueMs,
    save: (memory, now) => {
      const { service, entries, isLost } = memory as StartsMemory;
      return { ...saveService(service, now), entries: entries?.save(now) ?? null, isLost };
    },
    restore: (saved, params, start, past) =>
      restore(toSaved(saved), params as unknown as StartsParams, start, past),
  },
  judge: (params, previous, samples, judging) =>
    judge(params as unknown as StartsParams, previous, samples, judging),
};

function restore(saved: Saved | null, params: StartsParams, start: Now, past: Past): StartsMemory {
  const { perHour } = params;
  const entries =
    perHour === undefined ? null : Entries.restore(saved?.['entries'], perHour + 1, HOUR_MS, start, past);
  const service = restoreService(saved, params, start, past, 0);
  const isLost = past === 'lost' || saved?.['isLost'] === true;
  return { service, entries, isLost, dueMs: Number.POSITIVE_INFINITY };
}

function judge(
  params: StartsParams,
  previous: Verdict,
  samples: readonly Sample[],
  judging: Judging,
): Verdict {
  const { monoMs } = judging.now;
  const memory = judging.memory as StartsMemory;
  const { service, entries } = memory;
  const wasIn = service.isIn;
  const inner = params.counter === true ? null : takeInner(service, params, samples[0] as Sample, judging);
  const isKnown = inner === null ? judging.isUsable(0) : inner !== 'unknown';
  entries?.pass(monoMs, isKnown);
  const started =
    inner === null
      ? takeStarts(service, params, samples, judging)
      : Number(inner === 'true' && wasIn === false);
  if (inner !== null) service.used += started;
  for (let at = 0; at < Math.min(started, (params.perHour ?? 0) + 1); at++) entries?.add(monoMs);
  memory.dueMs = entries?.dueAtMonoMs(monoMs) ?? Number.POSITIVE_INFINITY;
  if (memory.isLost && previous.level === DUE.level) service.used = Math.max(service.used, params.every ?? 0);
  memory.isLost = false;
  if (takeReset(service, params, samples, judging)) service.used = 0;
  if (entries?.isFull(monoMs) === true) return FREQUENT;
  if (params.every !== undefined && service.used >= params.every) return DUE;
  if (!isKnown) return UNKNOWN_VERDICT;
  const wasFrequent = previous.level === FREQUENT.level;
  return wasFrequent && entries?.mayBeFull() === true ? UNKNOWN_VERDICT : FALSE_VERDICT;
}

function takeStarts(
  service: Service,
  params: StartsParams,
  samples: readonly Sample[],
  judging: Judging,
): number {
  if (!judging.isUsable(0)) return 0;
  return takeCounter(service, params, (samples[0] as Sample).value, judging.now, STARTS_LIMITS);
}

function checkStarts(params: StartsParams, points: readonly RulePoint[]): readonly RuleIssue[] {
  const issues = checkService(params, points);
  if (params.every === undefined && params.perHour === undefined)
    issues.push({ path: '', expected: 'at least one of every, perHour', found: 'none' });
  return issues;
}
