/**
 * What a rule would have said of readings that came too late to be live (alarms.md B8 no. 5): pure, with the same judgement and the
 * same delays as live, on the time of the source.
 *
 * Judged are rules of types that look at one point only and remember nothing: `threshold`, `state`, `deviation` from a fixed target.
 * Not judged:
 *
 *   guards, effects to be expected, set-points, expressions, discrepancy   what the other points were then is not asked
 *   count, rate-of-change, stuck, drift, running-hours, starts             windows have been counted without these readings, and keep that
 *   stale, offline, bad-data, power-loss, short-circuit                    that it came late says nothing of what was missing
 *
 * Between two readings the first one holds, up to the point's age.
 */
import type { RuleDef } from '../config/model.ts';
import type { Now } from '../core/clock.ts';
import { compareSeverity } from '../core/severity.ts';
import { passTime, takeCondition, toDueMonoMs } from './delay.ts';
import type { RuleEnvironment, Sample } from './rule.ts';
import {
  createRuleState,
  createSample,
  judge,
  LiveJudging,
  type LiveSample,
  type RuleOutput,
  type RuleState,
  toOutput,
} from './rule-state.ts';

/** A reading with the time of its source, UTC ms. */
export interface LateReading {
  readonly atMs: number;
  readonly value: number;
  readonly quality: number;
}

/** One stretch in which the alarm would have been active. Times are of the source, UTC ms. */
export interface LateStretch {
  /** The worst that it was. */
  readonly output: RuleOutput;
  readonly raisedAtMs: number;
  /** Where nothing normal was seen: the last reading. */
  readonly endedAtMs: number;
  readonly isSeenToReturn: boolean;
}

/** Stretches of one rule in one backfill; a device that chattered for an hour is not listed a thousand times. */
export const MAX_LATE_STRETCHES = 20;

export function isJudgedLate({ points }: RuleDef, { badInput, memory }: RuleState['type']): boolean {
  return points.length === 1 && badInput === 'unknown' && memory === undefined;
}

/**
 * @param def for which `isJudgedLate` holds
 * @param staleMs age from which a value says nothing any more; null = it stands until the next one
 * @param readings of its point, ascending, no two of one time
 * @returns at most `MAX_LATE_STRETCHES`, ascending
 */
export function judgeLate(
  def: RuleDef,
  staleMs: number | null,
  readings: readonly LateReading[],
  environment: RuleEnvironment,
): readonly LateStretch[] {
  const [first] = readings;
  if (first === undefined) return [];
  const replay = new LateReplay(def, toNow(first.atMs), environment);
  let lastMs = first.atMs;
  for (const reading of readings) {
    if (staleMs !== null && reading.atMs - lastMs > staleMs) replay.loseSight(lastMs + staleMs);
    replay.take(reading);
    lastMs = reading.atMs;
  }
  return replay.finish(lastMs);
}

interface OpenStretch {
  readonly raisedAtMs: number;
  output: RuleOutput;
}

class LateReplay {
  readonly #state: RuleState;
  readonly #sample: LiveSample = createSample();
  readonly #judging: LiveJudging;
  readonly #stretches: LateStretch[] = [];
  #open: OpenStretch | null = null;

  constructor(def: RuleDef, start: Now, environment: RuleEnvironment) {
    /** Sparse: by the point's index. */
    const samples: LiveSample[] = [];
    samples[def.points[0] ?? 0] = this.#sample;
    this.#state = createRuleState(def, samples, undefined, start);
    this.#judging = new LiveJudging(environment, start);
  }

  take({ atMs, value, quality }: LateReading): void {
    this.#pass(atMs);
    const state = this.#state;
    const now = toNow(atMs);
    Object.assign(this.#sample, { value, quality, receivedMs: atMs, sourceMs: atMs } satisfies Sample);
    this.#judging.begin(state, true, now);
    const verdict = judge(state, false, this.#judging);
    this.#judging.end(state);
    if (verdict.condition === 'false') state.lastFalseMs = atMs;
    state.delay = takeCondition(state.params, state.delay, verdict.condition, true, now);
    if (verdict.condition !== 'unknown') state.known = verdict;
    this.#note(atMs);
  }

  /** Nothing came for too long. */
  loseSight(atMs: number): void {
    this.#pass(atMs);
    const { params, delay } = this.#state;
    this.#state.delay = takeCondition(params, delay, 'unknown', false, toNow(atMs));
  }

  finish(atMs: number): readonly LateStretch[] {
    if (this.#open !== null) this.#close(this.#open, atMs, false);
    return this.#stretches;
  }

  /** Delays that end between two readings end at their time. */
  #pass(toMs: number): void {
    const state = this.#state;
    for (;;) {
      const dueMs = toDueMonoMs(state.params, state.delay);
      if (dueMs > toMs) return;
      const delay = passTime(state.params, state.delay, toNow(dueMs));
      // A hold is over only after its time.
      if (delay === state.delay) return;
      state.delay = delay;
      this.#note(dueMs);
    }
  }

  #note(atMs: number): void {
    const { isActive, condition } = this.#state.delay;
    const open = this.#open;
    if (!isActive) {
      if (open !== null) this.#close(open, atMs, true);
      return;
    }
    const output = toOutput(this.#state);
    if (open === null) this.#open = { raisedAtMs: atMs, output };
    else if (condition === 'true' && compareSeverity(output.severity, open.output.severity) > 0)
      open.output = { ...output, delay: open.output.delay };
  }

  #close({ raisedAtMs, output }: OpenStretch, endedAtMs: number, isSeen: boolean): void {
    this.#open = null;
    if (this.#stretches.length >= MAX_LATE_STRETCHES) return;
    this.#stretches.push({ output, raisedAtMs, endedAtMs, isSeenToReturn: isSeen });
  }
}

/** Durations of the past are those of the source's clock. */
function toNow(atMs: number): Now {
  return { wallMs: atMs, monoMs: atMs, bootId: 'late' };
}
