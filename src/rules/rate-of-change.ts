/**
 * Rate-of-change rule: how fast a value rises or falls over a window, by least squares (windows/window.ts). End-to-end
 * would lean on two samples, so that one spike at either end doubles or hides the rate; the price is that a single step
 * shows its full slope half a window later. UNKNOWN until most of the window is known: a gap has no slope.
 */
import Type from 'typebox';
import type { RuleIssue } from '../config/catalog.ts';
import { oneOf } from '../config/words.ts';
import type { Now } from '../core/clock.ts';
import {
  FALSE_VERDICT,
  type Judging,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { MIN_KNOWN_RATIO, SampleWindow } from './windows/window.ts';

const PER_MS = { second: 1_000, minute: 60_000, hour: 3_600_000 } as const;

interface RateParams {
  readonly point: string;
  readonly limit: number;
  readonly per?: keyof typeof PER_MS;
  readonly overMs: number;
  readonly direction?: 'rising' | 'falling' | 'either';
  readonly deadband?: number;
}

interface RateMemory {
  readonly window: SampleWindow;
  dueMs: number;
}

const RISING: Verdict = { condition: 'true', level: 'rising', severity: null };
const FALLING: Verdict = { condition: 'true', level: 'falling', severity: null };
const DAY_MS = 86_400_000;

export const rateOfChange: RuleType = {
  type: 'rate-of-change',
  badInput: 'remember',
  properties: {
    point: Type.String(),
    limit: Type.Number({ exclusiveMinimum: 0, description: 'In the unit of the point, per `per`' }),
    per: Type.Optional(oneOf(['second', 'minute', 'hour'], { default: 'minute' })),
    overMs: Type.Integer({
      minimum: 1_000,
      maximum: DAY_MS,
      description: 'The window; five readings or more should fall into it',
    }),
    direction: Type.Optional(oneOf(['rising', 'falling', 'either'], { default: 'either' })),
    deadband: Type.Optional(Type.Number({ minimum: 0, default: 0, description: 'Measured as the limit is' })),
  },
  pointRefs: (params) => [(params as unknown as RateParams).point],
  check: (params) => checkRate(params as unknown as RateParams),
  memory: {
    key: (params) => [(params as unknown as RateParams).point, toOverMs(params)],
    create: (params, start) => toMemory(new SampleWindow(toOverMs(params), start.monoMs), start),
    dueAtMonoMs: (memory) => (memory as RateMemory).dueMs,
    save: (memory, now) => (memory as RateMemory).window.save(now),
    restore: (saved, params, start) => toMemory(SampleWindow.restore(saved, toOverMs(params), start), start),
  },
  judge: (params, previous, samples, judging) =>
    judge(params as unknown as RateParams, previous, samples[0] as Sample, judging),
};

function toOverMs(params: Readonly<Record<string, unknown>>): number {
  return (params as unknown as RateParams).overMs;
}

function toMemory(window: SampleWindow, { monoMs }: Now): RateMemory {
  return { window, dueMs: window.dueAtMonoMs(monoMs) };
}

function judge(params: RateParams, previous: Verdict, sample: Sample, judging: Judging): Verdict {
  const { now } = judging;
  const memory = judging.memory as RateMemory;
  const { window } = memory;
  const isUsable = judging.isUsable(0);
  window.push(now.monoMs, isUsable ? sample.value : Number.NaN);
  memory.dueMs = window.dueAtMonoMs(now.monoMs);
  if (!isUsable || window.read(now.monoMs).knownMs < params.overMs * MIN_KNOWN_RATIO) return UNKNOWN_VERDICT;
  const rate = window.slope(now.monoMs) * PER_MS[params.per ?? 'minute'];
  const { direction = 'either' } = params;
  if (direction !== 'falling' && isPassed(params, rate, previous.level === RISING.level)) return RISING;
  if (direction !== 'rising' && isPassed(params, -rate, previous.level === FALLING.level)) return FALLING;
  return FALSE_VERDICT;
}

function isPassed({ limit, deadband = 0 }: RateParams, rate: number, was: boolean): boolean {
  return rate > limit || (was && rate >= limit - deadband);
}

function checkRate({ limit, deadband = 0 }: RateParams): readonly RuleIssue[] {
  if (deadband < limit) return [];
  return [{ path: 'deadband', expected: `less than the limit (${limit})`, found: String(deadband) }];
}
