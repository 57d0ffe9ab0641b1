/**
 * Drift rule: the mean of an hour is unusual for that hour of the week (robust, against median and median absolute
 * deviation of past weeks). It speaks once an hour, when the hour is over, and keeps that verdict through the next one.
 * Statistics know no cause and no danger: only severity low. What lasts for half of the weeks kept becomes the usual.
 *
 * UNKNOWN until enough weeks have been seen, after an hour that was not seen for the most part, and while the value is bad.
 */
import Type from 'typebox';
import type { RuleIssue } from '../config/catalog.ts';
import type { Now } from '../core/clock.ts';
import {
  FALSE_VERDICT,
  type JsonValue,
  type Judging,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { toLocalHour } from './windows/local-hour.ts';
import { toNumber, toSaved } from './windows/saved.ts';
import { MAX_WEEKS, type Usual, Weeks } from './windows/weeks.ts';
import { MIN_KNOWN_RATIO, SampleWindow } from './windows/window.ts';

interface DriftParams {
  readonly point: string;
  readonly least: number;
  readonly factor?: number;
  readonly weeks?: number;
  readonly minWeeks?: number;
}

interface DriftMemory {
  readonly window: SampleWindow;
  readonly weeks: Weeks;
  /** Local hour that runs; null before the first judgement. */
  localHour: number | null;
  /** Quarter of an hour that `localHour` was looked up in; zones differ by quarters. */
  quarter: number;
  /** What the last hour said. */
  verdict: Verdict;
  dueMs: number;
}

const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
const DEFAULT_FACTOR = 6;
const DEFAULT_WEEKS = 8;
const DEFAULT_MIN_WEEKS = 4;
/** Makes the median absolute deviation of normal noise its standard deviation. */
const SIGMAS_PER_SPREAD = 1.4826;
const VERDICTS: Readonly<Record<'above' | 'below', Verdict>> = {
  above: { condition: 'true', level: 'above', severity: null },
  below: { condition: 'true', level: 'below', severity: null },
};

export const drift: RuleType = {
  type: 'drift',
  badInput: 'remember',
  onlySeverity: 'low',
  properties: {
    point: Type.String(),
    least: Type.Number({
      exclusiveMinimum: 0,
      description:
        'Smallest deviation that is worth telling, in the unit of the point: quiet weeks have no spread',
    }),
    factor: Type.Optional(
      Type.Number({
        minimum: 3,
        maximum: 100,
        default: DEFAULT_FACTOR,
        description: 'Standard deviations, robust',
      }),
    ),
    weeks: Type.Optional(
      Type.Integer({
        minimum: 3,
        maximum: MAX_WEEKS,
        default: DEFAULT_WEEKS,
        description: 'Weeks that are remembered',
      }),
    ),
    minWeeks: Type.Optional(
      Type.Integer({
        minimum: 3,
        maximum: MAX_WEEKS,
        default: DEFAULT_MIN_WEEKS,
        description: 'Weeks to be seen first',
      }),
    ),
  },
  pointRefs: (params) => [(params as unknown as DriftParams).point],
  check: (params) => checkDrift(params as unknown as DriftParams),
  memory: {
    key: (params) => {
      const { point, weeks = DEFAULT_WEEKS } = params as unknown as DriftParams;
      return [point, weeks];
    },
    create: (params, start) => restore(null, params as unknown as DriftParams, start),
    dueAtMonoMs: (memory) => (memory as DriftMemory).dueMs,
    save: (memory, now) => {
      const { window, weeks, localHour } = memory as DriftMemory;
      return { window: window.save(now), weeks: weeks.save(), localHour };
    },
    restore: (saved, params, start) => restore(saved, params as unknown as DriftParams, start),
  },
  judge: (params, _previous, samples, judging) =>
    judge(params as unknown as DriftParams, samples[0] as Sample, judging),
};

function restore(saved: JsonValue, params: DriftParams, start: Now): DriftMemory {
  const object = toSaved(saved);
  return {
    window: SampleWindow.restore(object?.['window'], HOUR_MS, start),
    weeks: Weeks.restore(object?.['weeks'], params.weeks ?? DEFAULT_WEEKS),
    localHour: toNumber(object?.['localHour']),
    quarter: Number.NaN,
    verdict: UNKNOWN_VERDICT,
    dueMs: Number.POSITIVE_INFINITY,
  };
}

function judge(params: DriftParams, sample: Sample, judging: Judging): Verdict {
  const { now } = judging;
  const memory = judging.memory as DriftMemory;
  passQuarter(memory, params, judging);
  const isUsable = judging.isUsable(0);
  memory.window.push(now.monoMs, isUsable ? sample.value : Number.NaN);
  return isUsable ? memory.verdict : UNKNOWN_VERDICT;
}

/** Looks whether an hour is over; the sample that comes with it belongs to the next one. */
function passQuarter(memory: DriftMemory, params: DriftParams, { now, environment }: Judging): void {
  const quarter = Math.floor(now.wallMs / QUARTER_MS);
  memory.dueMs = now.monoMs + (quarter + 1) * QUARTER_MS - now.wallMs;
  if (quarter === memory.quarter) return;
  memory.quarter = quarter;
  const localHour = toLocalHour(environment.timeZone, now.wallMs);
  const ended = memory.localHour;
  memory.localHour = localHour;
  if (ended === null || ended === localHour) return;
  // After a stop or a step of the clock the window is not the hour that it should be.
  memory.verdict = localHour === ended + 1 ? endHour(memory, params, ended, now) : UNKNOWN_VERDICT;
}

function endHour({ window, weeks }: DriftMemory, params: DriftParams, ended: number, now: Now): Verdict {
  const { knownMs, mean } = window.read(now.monoMs);
  if (knownMs < HOUR_MS * MIN_KNOWN_RATIO) return UNKNOWN_VERDICT;
  const usual = weeks.usual(ended);
  weeks.put(ended, mean);
  return usual.weeks < (params.minWeeks ?? DEFAULT_MIN_WEEKS)
    ? UNKNOWN_VERDICT
    : compare(params, mean, usual);
}

function compare({ least, factor = DEFAULT_FACTOR }: DriftParams, mean: number, usual: Usual): Verdict {
  const limit = Math.max(least, factor * SIGMAS_PER_SPREAD * usual.spread);
  if (Math.abs(mean - usual.median) <= limit) return FALSE_VERDICT;
  return mean > usual.median ? VERDICTS.above : VERDICTS.below;
}

function checkDrift({
  weeks = DEFAULT_WEEKS,
  minWeeks = DEFAULT_MIN_WEEKS,
}: DriftParams): readonly RuleIssue[] {
  if (minWeeks <= weeks) return [];
  return [{ path: 'minWeeks', expected: `at most weeks (${weeks})`, found: String(minWeeks) }];
}
