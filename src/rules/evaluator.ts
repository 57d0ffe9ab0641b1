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
  toOwnCount,
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
  /** By the point's index. */
  readonly #readers: readonly Readers[];
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
    this.#readers = indexRules(model);
    this.#graceEndMonoMs = start.monoMs + graceMs;
    for (const [index, state] of this.#states.entries()) this.#set(index, state, state.delay, state.known);
  }

  /** Readings in order of reception; `now` of a batch is never before that of the call before. */
  apply(batch: ReadingBatch, now: Now): void {
    if (batch.epoch !== this.#model.epoch) return;
    const { point, count } = batch;
    // What was known until now counts first, then the new samples speak.
    for (let at = 0; at < count; at++) {
      const { own, guarded } = this.#readers[point[at] as number] as Readers;
      for (const rule of own) this.#pass(rule, now);
      for (const rule of guarded) this.#pass(rule, now);
    }
    /** Rules that read several points, judged when the batch is in. Value: whether a point of their own is in it. */
    const joint = new Map<number, boolean>();
    for (let at = 0; at < count; at++) {
      const index = point[at] as number;
      fillSample(this.#samples[index] as LiveSample, batch, at);
      const { own, guarded } = this.#readers[index] as Readers;
      for (const rule of own) {
        if ((this.#states[rule] as RuleState).inputs.length === 1) this.#judge(rule, true, now);
        else joint.set(rule, true);
      }
      for (const rule of guarded) if (!joint.has(rule)) joint.set(rule, false);
    }
    for (const [rule, isOwn] of joint) this.#judge(rule, isOwn || this.#isFirstOfDelay(rule), now);
  }

  /** Ends delays that run out between samples. */
  sweep(now: Now): void {
    for (const index of this.#timed) this.#pass(index, now);
    if (!this.#isInGrace || now.monoMs < this.#graceEndMonoMs) return;
    this.#isInGrace = false;
    for (const index of this.#states.keys()) this.#judge(index, this.#isFirstOfDelay(index), now);
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

  /**
   * A guard's sample, or the end of the grace, lets the rule's own sample speak, once: where that comes by change only
   * there may be no other for hours. While the delay runs a guard's samples say nothing new of the rule's own point and do not count.
   */
  #isFirstOfDelay(index: number): boolean {
    return (this.#states[index] as RuleState).delay.timer?.direction !== 'on';
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

/** Indexes of the rules that read a point: as what they judge, and as a guard. */
interface Readers {
  readonly own: number[];
  readonly guarded: number[];
}

function indexRules(model: SiteModel): readonly Readers[] {
  const readers = model.points.map((): Readers => ({ own: [], guarded: [] }));
  for (const rule of model.rules) {
    const ownCount = toOwnCount(rule);
    rule.points.forEach((point, at) => {
      const { own, guarded } = defined(readers[point], 'point of a rule');
      const list = at < ownCount ? own : guarded;
      if (list.at(-1) !== rule.index) list.push(rule.index);
    });
  }
  return readers;
}
