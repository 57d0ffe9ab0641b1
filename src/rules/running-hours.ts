/**
 * Running-hours rule: maintenance is due after so many hours of running, read from the device's counter or added up while
 * a state holds. Hours add up only while the state is known; due stays due in a gap, since hours do not go back. What
 * ends it, and what a replaced counter means, stands in service.ts.
 */
import Type from 'typebox';
import type { Now } from '../core/clock.ts';
import {
  FALSE_VERDICT,
  type JsonValue,
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
import { toSaved } from './windows/saved.ts';
import { countTo, createStopwatch, type Stopwatch, toElapsedAt, toReachedAt } from './windows/stopwatch.ts';

interface HoursParams extends ServiceParams {
  readonly everyHours: number;
}

interface HoursMemory {
  /** `used` in hours, without those on `run`. */
  readonly service: Service;
  /** Running since `used` was counted last. */
  readonly run: Stopwatch;
  readonly everyHours: number;
}

const TRUE_VERDICT: Verdict = { condition: 'true', level: null, severity: null };
const HOUR_MS = 3_600_000;
/** An hour runs in an hour; counters in whole hours, and clocks of devices, are off by one at times. */
const HOURS_LIMITS = { perHour: 1, slack: 1 };

export const runningHours: RuleType = {
  type: 'running-hours',
  badInput: 'remember',
  properties: {
    ...toServiceProperties('hours'),
    everyHours: Type.Number({
      exclusiveMinimum: 0,
      maximum: 1_000_000,
      description: 'Hours between two maintenances',
    }),
  },
  pointRefs: toServicePoints,
  check: (params, points) => checkService(params as unknown as HoursParams, points ?? []),
  memory: {
    key: () => null,
    create: (params, start, past) => restore(null, params as unknown as HoursParams, start, past),
    dueAtMonoMs: (memory) => {
      const { service, run, everyHours } = memory as HoursMemory;
      return toReachedAt(run, (everyHours - service.used) * HOUR_MS);
    },
    save: (memory, now) => {
      const { service, run } = memory as HoursMemory;
      return { ...saveService(service, now), used: service.used + toElapsedAt(run, now.monoMs) / HOUR_MS };
    },
    restore: (saved, params, start, past) => restore(saved, params as unknown as HoursParams, start, past),
  },
  judge: (params, _previous, samples, judging) => judge(params as unknown as HoursParams, samples, judging),
};

function restore(saved: JsonValue, params: HoursParams, start: Now, past: Past): HoursMemory {
  const { everyHours } = params;
  const service = restoreService(toSaved(saved), params, start, past, everyHours);
  return { service, run: createStopwatch(start.monoMs), everyHours };
}

function judge(params: HoursParams, samples: readonly Sample[], judging: Judging): Verdict {
  const { service, run } = judging.memory as HoursMemory;
  const isKnown =
    params.counter === true
      ? takeHours(service, params, samples, judging)
      : watch(service, run, params, samples, judging);
  if (takeReset(service, params, samples, judging)) {
    service.used = 0;
    run.elapsedMs = 0;
  }
  if (service.used + run.elapsedMs / HOUR_MS >= params.everyHours) return TRUE_VERDICT;
  return isKnown ? FALSE_VERDICT : UNKNOWN_VERDICT;
}

function takeHours(
  service: Service,
  params: HoursParams,
  samples: readonly Sample[],
  judging: Judging,
): boolean {
  if (!judging.isUsable(0)) return false;
  takeCounter(service, params, (samples[0] as Sample).value, judging.now, HOURS_LIMITS);
  return true;
}

function watch(
  service: Service,
  run: Stopwatch,
  params: HoursParams,
  samples: readonly Sample[],
  judging: Judging,
): boolean {
  countTo(run, judging.now.monoMs);
  const inner = takeInner(service, params, samples[0] as Sample, judging);
  run.isRunning = inner === 'true';
  return inner !== 'unknown';
}
