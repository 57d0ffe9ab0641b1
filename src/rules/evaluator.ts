/**
 * Evaluates all rules of a site model over the Reading feed: judges (pure, per type), delays (pure, delay.ts), and
 * remembers what the decision loop has not decided about yet. Its state follows the readings alone, whatever becomes
 * of a commit: `take` hands the changes out, `giveBack` takes them back when they could not be stored.
 */
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey } from '../core/ids.ts';
import type { ReadingBatch } from '../core/reading.ts';
import { type DelayState, passTime, takeCondition } from './delay.ts';
import type { Verdict } from './rule.ts';
import {
  createRuleState,
  createSample,
  fillSample,
  isDifferent,
  judge,
  type LiveSample,
  type RestoredRule,
  type RuleOutput,
  type RuleState,
  type RunningDelay,
  toOutput,
  toRunning,
  toWorse,
} from './rule-state.ts';

/** A rule whose output may differ from what was decided last. */
export interface RuleChange {
  /** Index in the site model. */
  readonly rule: number;
  /** The worst that it has been since: an alarm that came and went between two rounds is not lost. null = never active. */
  readonly peak: RuleOutput | null;
}

export class Evaluator {
  readonly #model: SiteModel;
  readonly #samples: readonly LiveSample[];
  readonly #states: readonly RuleState[];
  /** Indexes of the rules that read a point, by the point's index. */
  readonly #rulesOfPoint: readonly (readonly number[])[];
  readonly #changed = new Set<number>();
  /** Rules with a running delay or an unknown condition that is not blind yet: what time alone can change. */
  readonly #timed = new Set<number>();
  readonly #graceEndMonoMs: number;
  #isInGrace = true;

  /**
   * @param restored state of rules before the restart; a rule that was active stays so until fresh readings speak
   * (silent reconcile, design.md §5). Key: alarm key.
   * @param graceMs time after start in which rules about missing data hold still
   */
  constructor(model: SiteModel, restored: ReadonlyMap<AlarmKey, RestoredRule>, start: Now, graceMs: number) {
    this.#model = model;
    this.#samples = model.points.map(createSample);
    this.#states = model.rules.map((def) =>
      createRuleState(def, this.#samples, restored.get(def.key), start),
    );
    this.#rulesOfPoint = indexRules(model);
    this.#graceEndMonoMs = start.monoMs + graceMs;
    for (const [index, state] of this.#states.entries()) this.#set(index, state, state.delay, state.known);
  }

  /** Readings in order of reception; `now` of a batch is never before that of the call before. */
  apply(batch: ReadingBatch, now: Now): void {
    if (batch.epoch !== this.#model.epoch) return;
    const { point, count } = batch;
    // What was known until now counts first, then the new samples speak.
    for (let at = 0; at < count; at++) {
      for (const rule of this.#rulesOfPoint[point[at] as number] ?? []) this.#pass(rule, now);
    }
    const joint = new Set<number>();
    for (let at = 0; at < count; at++) {
      const index = point[at] as number;
      fillSample(this.#samples[index] as LiveSample, batch, at);
      for (const rule of this.#rulesOfPoint[index] ?? []) {
        if ((this.#states[rule] as RuleState).inputs.length === 1) this.#judge(rule, true, now);
        else joint.add(rule);
      }
    }
    for (const rule of joint) this.#judge(rule, true, now);
  }

  /** Ends delays that run out between samples. */
  sweep(now: Now): void {
    for (const index of this.#timed) this.#pass(index, now);
    if (!this.#isInGrace || now.monoMs < this.#graceEndMonoMs) return;
    this.#isInGrace = false;
    for (const index of this.#states.keys()) this.#judge(index, false, now);
  }

  hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** Hands out the rules that have changed since the last call. */
  take(): readonly RuleChange[] {
    const taken = [...this.#changed].map((rule) => ({ rule, peak: (this.#states[rule] as RuleState).peak }));
    for (const { rule } of taken) (this.#states[rule] as RuleState).peak = null;
    this.#changed.clear();
    return taken;
  }

  /** What was taken could not be stored. */
  giveBack(changes: readonly RuleChange[]): void {
    for (const { rule, peak } of changes) {
      this.#changed.add(rule);
      const state = this.#states[rule] as RuleState;
      state.peak = toWorse(peak, state.peak);
    }
  }

  isActive(rule: number): boolean {
    return defined(this.#states[rule], 'rule state').delay.isActive;
  }

  output(rule: number): RuleOutput {
    return toOutput(defined(this.#states[rule], 'rule state'));
  }

  /** Delays that run, for the snapshot. */
  running(now: Now): readonly RunningDelay[] {
    return [...this.#timed].flatMap((index) => toRunning(this.#states[index] as RuleState, now));
  }

  #pass(index: number, now: Now): void {
    const state = this.#states[index] as RuleState;
    const delay = passTime(state.params, state.delay, now);
    if (delay !== state.delay) this.#set(index, state, delay, state.known);
  }

  #judge(index: number, isSample: boolean, now: Now): void {
    const state = this.#states[index] as RuleState;
    const verdict = judge(state, this.#isInGrace);
    const delay = takeCondition(state.params, state.delay, verdict.condition, isSample, now);
    const known = verdict.condition === 'unknown' ? state.known : verdict;
    if (delay !== state.delay || known !== state.known) this.#set(index, state, delay, known);
  }

  #set(index: number, state: RuleState, delay: DelayState, known: Verdict): void {
    const isNews = isDifferent(state, delay, known);
    state.delay = delay;
    state.known = known;
    const isWaiting = delay.unknownSince !== null && delay.blindSinceMs === null;
    if (delay.timer !== null || isWaiting) this.#timed.add(index);
    else this.#timed.delete(index);
    if (!isNews) return;
    this.#changed.add(index);
    if (delay.isActive && delay.condition === 'true') state.peak = toWorse(state.peak, toOutput(state));
  }
}

function indexRules(model: SiteModel): readonly (readonly number[])[] {
  const index: number[][] = model.points.map(() => []);
  for (const rule of model.rules) {
    for (const point of rule.points) index[point]?.push(rule.index);
  }
  return index;
}
