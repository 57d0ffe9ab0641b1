/**
 * Evaluates all rules of a site model over the Reading feed: judges (pure, per type), delays (pure, delay.ts), and
 * remembers what the decision loop has not decided about yet. Its state follows the readings alone, whatever becomes
 * of a commit: `take` hands the changes out, `giveBack` takes them back when they could not be stored.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import { assert, defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type { ReadingBatch } from '../core/reading.ts';
import { type DelayState, passTime, takeCondition, toDueMonoMs } from './delay.ts';
import { createRuleEnvironment } from './environment.ts';
import { type Grade, NO_GRADE, passGrade, takeGrade, toGradeDueMonoMs } from './grade.ts';
import { indexRules, KINDS, READ_AS, type Readers } from './readers.ts';
import { isKept, toLastJudgement, toMemoryKey, toReplaced } from './replace.ts';
import type { JsonValue, Verdict } from './rule.ts';
import {
  createRuleState,
  createSample,
  fillSample,
  isDifferent,
  isExpected,
  judge,
  LiveJudging,
  type LiveSample,
  type RestoredRule,
  type RuleOutput,
  type RuleState,
  type RunningDelay,
  toOutput,
  toRunning,
} from './rule-state.ts';
import { addActive, addNormal, joinTrails, NO_TRAIL, type Trail } from './trail.ts';

/** A rule whose output may differ from what was decided last. */
export interface RuleChange {
  /** Index in the site model. */
  readonly rule: number;
  /** What it has been since: an alarm that came and went, or went and came, between two rounds is not lost. */
  readonly trail: Trail;
}

/** A rule whose condition could not be worked out, time after time. */
export interface FailingRule {
  readonly rule: RuleDef;
  /** Why the last judgement failed. */
  readonly failure: string;
}

/** What a rule's type remembers, to be saved. */
export interface SavedMemory {
  readonly rule: RuleDef;
  /** What the memory is of (`RuleMemory.key`). */
  readonly of: string;
  readonly memory: JsonValue;
}

export class Evaluator {
  readonly #samples: readonly LiveSample[];
  #model: SiteModel;
  #states: readonly RuleState[];
  #readers: Readers;
  readonly #changed = new Set<number>();
  /** Rules that have failed more than `LIMITS.failingJudgements` times in a row and have not been worked out since. */
  readonly #failing = new Set<number>();
  /** Rules with a running delay or an unknown condition that is not blind yet: what time alone can change. */
  readonly #timed = new Set<number>();
  /** By rule: 1 = it is in `#timed`. Asked for every reading, where a look into the set would cost more than the rest. */
  #isTimed: Uint8Array;
  /** Rules over several points that the present batch has brought samples for, and by rule: what of. */
  readonly #joint: number[] = [];
  #jointOf: Uint8Array;
  readonly #graceEndMonoMs: number;
  #judging: LiveJudging;
  #isInGrace = true;

  /**
   * @param restored state of rules before the restart; a rule that was active stays so until fresh readings speak
   * (silent reconcile, design.md §5). Key: alarm key.
   * @param graceMs time after start in which rules about missing data hold still
   */
  constructor(model: SiteModel, restored: ReadonlyMap<AlarmKey, RestoredRule>, start: Now, graceMs: number) {
    this.#model = model;
    this.#judging = new LiveJudging(createRuleEnvironment(model), start);
    this.#samples = model.points.map(createSample);
    this.#states = model.rules.map((def) =>
      createRuleState(def, this.#samples, restored.get(def.key), start),
    );
    this.#readers = indexRules(model, this.#states);
    this.#isTimed = new Uint8Array(this.#states.length);
    this.#jointOf = new Uint8Array(this.#states.length);
    this.#graceEndMonoMs = start.monoMs + graceMs;
    for (const [index, { delay, known, grade }] of this.#states.entries())
      this.#set(index, delay, known, grade);
  }

  /** Readings in order of reception; `now` of a batch is never before that of the call before. */
  apply(batch: ReadingBatch, now: Now): void {
    if (batch.epoch !== this.#model.epoch) return;
    const { count } = batch;
    // What was known until now counts first, then the new samples speak.
    if (this.#timed.size > 0)
      for (let at = 0; at < count; at++) this.#passReaders(batch.point[at] as number, now);
    for (let at = 0; at < count; at++) {
      const index = batch.point[at] as number;
      fillSample(this.#samples[index] as LiveSample, batch, at);
      this.#judgeReaders(index, now);
    }
    for (const rule of this.#joint) {
      const isOwn = this.#jointOf[rule] === READ_AS.own;
      this.#jointOf[rule] = READ_AS.nothing;
      this.#judge(rule, isOwn, now);
    }
    this.#joint.length = 0;
  }

  /** Ends delays that run out between samples. */
  sweep(now: Now): void {
    for (const index of this.#timed) {
      this.#pass(index, now);
      const isDue = (this.#states[index] as RuleState).dueAtMonoMs <= now.monoMs;
      if (isDue) this.#judge(index, false, now);
    }
    if (!this.#isInGrace || now.monoMs < this.#graceEndMonoMs) return;
    this.#isInGrace = false;
    for (const [index, { isDisabled }] of this.#states.entries())
      if (!isDisabled) this.#judge(index, false, now);
  }

  /**
   * The wall clock was stepped (alarms.md B8 no. 3): since when a condition that has not been told yet has held is a time ago, not
   * a time of day. What was announced keeps the time that it was announced with.
   */
  moveClock(stepMs: number): void {
    for (const [index, state] of this.#states.entries()) {
      const { delay } = state;
      state.lastFalseMs += stepMs;
      const isUntold = delay.timer?.direction === 'on' || this.#changed.has(index);
      if (delay.onsetAtMs !== null && isUntold)
        state.delay = { ...delay, onsetAtMs: delay.onsetAtMs + stepMs };
    }
  }

  hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** Hands out the rules that have changed since the last call. */
  take(): readonly RuleChange[] {
    const taken = [...this.#changed].map((rule) => ({
      rule,
      trail: (this.#states[rule] as RuleState).trail,
    }));
    for (const { rule } of taken) (this.#states[rule] as RuleState).trail = NO_TRAIL;
    this.#changed.clear();
    return taken;
  }

  /** What was taken could not be stored. */
  giveBack(changes: readonly RuleChange[]): void {
    for (const { rule, trail } of changes) {
      this.#changed.add(rule);
      const state = this.#states[rule] as RuleState;
      state.trail = joinTrails(trail, state.trail);
    }
  }

  /** Rules that have changed since they were taken, without taking them. Not to be kept. */
  get changed(): ReadonlySet<number> {
    return this.#changed;
  }

  /** Monotonic time before which a sweep changes nothing unless readings come; Infinity = never. */
  nextDueMonoMs(): number {
    let dueMonoMs = this.#isInGrace ? this.#graceEndMonoMs : Number.POSITIVE_INFINITY;
    for (const index of this.#timed) {
      const { params, delay, grade, dueAtMonoMs } = this.#states[index] as RuleState;
      const gradeMonoMs = toGradeDueMonoMs(params, grade);
      dueMonoMs = Math.min(dueMonoMs, dueAtMonoMs, toDueMonoMs(params, delay), gradeMonoMs);
    }
    return dueMonoMs;
  }

  isActive(rule: number): boolean {
    return defined(this.#states[rule], 'rule state').delay.isActive;
  }

  output(rule: number): RuleOutput {
    return toOutput(defined(this.#states[rule], 'rule state'));
  }

  /** What is known of a rule, to be read only. */
  state(rule: number): Readonly<RuleState> {
    return defined(this.#states[rule], 'rule state');
  }

  /** Whether the rule's effects are to be expected now (`expectedWhen`). */
  isExpected(rule: number): boolean {
    return isExpected(this.state(rule));
  }

  /**
   * Rules that go on failing, in their order: an error is never FALSE, so their alarms stay as they were (alarms.md B3). One
   * whose readings are bad since has not shown that it works.
   */
  failing(): readonly FailingRule[] {
    return [...this.#failing]
      .toSorted((a, b) => a - b)
      .map((index) => this.#states[index] as RuleState)
      .map(({ def, failure }) => ({ rule: def, failure: failure ?? '' }));
  }

  /** Delays that run, for the snapshot. */
  running(now: Now): readonly RunningDelay[] {
    return [...this.#timed].flatMap((index) => toRunning(this.#states[index] as RuleState, now));
  }

  /**
   * Memories of rule types that may have changed since they were handed out last.
   * @param only indexes of rules; left out = all
   */
  takeMemories(now: Now, only?: readonly number[]): readonly SavedMemory[] {
    const asked = only?.map((index) => this.#states[index] as RuleState) ?? this.#states;
    return asked.flatMap((state) => {
      const { type, def, memory, isMemoryDirty, dueAtMonoMs } = state;
      // What is due at some time runs on without samples.
      const isChanged = isMemoryDirty || dueAtMonoMs !== Number.POSITIVE_INFINITY;
      if (type.memory === undefined || !isChanged) return [];
      state.isMemoryDirty = false;
      const saved = type.memory.save(memory, now);
      return saved === null ? [] : [{ rule: def, of: toMemoryKey(def), memory: saved }];
    });
  }

  /** What was handed out could not be stored. */
  giveBackMemories(saved: readonly SavedMemory[]): void {
    for (const { rule } of saved) (this.#states[rule.index] as RuleState).isMemoryDirty = true;
  }

  /**
   * Other rules over the same points. Unchanged rules stay as they are; a changed one is judged anew by the last good
   * samples of its points, its running delay begins anew, what it said of its alarm stays until then (alarms.md B3).
   * @param model same epoch; the rule at an index stays the rule at that index, new ones come behind
   * @param disabled rules that are judged no more
   * @param lastGood sample of a point that could be used last; null = none yet
   * @returns indexes of the rules that are another version than before, or judged again
   */
  replaceModel(
    model: SiteModel,
    disabled: ReadonlySet<AlarmKey>,
    lastGood: (point: number) => LiveSample | null,
    now: Now,
  ): readonly number[] {
    assert(model.epoch === this.#model.epoch, 'a live change of rules keeps the points');
    assert(model.rules.length >= this.#states.length, 'a live change of rules keeps the rules');
    this.#model = model;
    this.#judging = new LiveJudging(createRuleEnvironment(model), now);
    const before = this.#states;
    this.#states = model.rules.map((def) => {
      const state = before[def.index];
      assert(state === undefined || state.def.key === def.key, `${def.key} stays at its index`);
      return toReplaced(def, state, disabled.has(def.key), this.#samples, now);
    });
    this.#readers = indexRules(model, this.#states);
    this.#isTimed = toLonger(this.#isTimed, this.#states.length);
    this.#jointOf = new Uint8Array(this.#states.length);
    const changed = this.#states.flatMap((state, index) => (isKept(before[index], state) ? [] : [index]));
    for (const index of changed) {
      this.#failing.delete(index);
      this.#judgeAnew(index, lastGood, now);
    }
    return changed;
  }

  #judgeAnew(index: number, lastGood: (point: number) => LiveSample | null, now: Now): void {
    const state = this.#states[index] as RuleState;
    this.#setTimed(index, false);
    // Whatever it says: the alarm stage has to see the new version.
    this.#changed.add(index);
    if (state.isDisabled) return;
    const last = toLastJudgement(state, lastGood, this.#judging, now);
    if (last !== null && last.condition === 'false' && state.params.offDelayMs === 0) {
      state.known = last;
      state.delay = { ...state.delay, isActive: false, condition: 'false', onsetAtMs: null };
    }
    this.#judge(index, true, now);
    this.#set(index, state.delay, state.known, state.grade);
  }

  #passReaders(point: number, now: Now): void {
    const { starts, rules } = this.#readers;
    const end = starts[KINDS * (point + 1)] as number;
    for (let at = starts[KINDS * point] as number; at < end; at++) {
      const rule = rules[at] as number;
      if (this.#isTimed[rule] === 1) this.#pass(rule, now);
    }
  }

  /** Rules that read several points wait until the batch is in. */
  #judgeReaders(point: number, now: Now): void {
    const { starts, rules } = this.#readers;
    const from = KINDS * point;
    const jointAt = starts[from + 1] as number;
    const guardedAt = starts[from + 2] as number;
    const end = starts[from + KINDS] as number;
    for (let at = starts[from] as number; at < jointAt; at++) this.#judge(rules[at] as number, true, now);
    for (let at = jointAt; at < end; at++) {
      const rule = rules[at] as number;
      const known = this.#jointOf[rule] as number;
      if (known === READ_AS.nothing) this.#joint.push(rule);
      this.#jointOf[rule] = Math.max(known, at < guardedAt ? READ_AS.own : READ_AS.guard);
    }
  }

  #setTimed(index: number, is: boolean): void {
    this.#isTimed[index] = is ? 1 : 0;
    if (is) this.#timed.add(index);
    else this.#timed.delete(index);
  }

  #pass(index: number, now: Now): void {
    const state = this.#states[index] as RuleState;
    const { params } = state;
    const delay = passTime(params, state.delay, now);
    const grade = passGrade(params, state.grade, now.monoMs);
    if (delay !== state.delay || grade !== state.grade) this.#set(index, delay, state.known, grade);
  }

  /**
   * A guard's sample, the end of the grace, or a time that is up lets the rule's own sample speak, once: where that comes by change only
   * there may be no other for hours. While the delay runs a guard's samples say nothing new of the rule's own point and do not count.
   */
  #isFirstOfDelay(index: number): boolean {
    return (this.#states[index] as RuleState).delay.timer?.direction !== 'on';
  }

  /** @param isOwn a sample of one of the points that the type judges has come */
  #judge(index: number, isOwn: boolean, now: Now): void {
    const state = this.#states[index] as RuleState;
    const isSample = isOwn || this.#isFirstOfDelay(index);
    this.#judging.begin(state, isSample, now);
    const verdict = judge(state, this.#isInGrace, this.#judging);
    this.#judging.end(state);
    if (state.failures > LIMITS.failingJudgements) this.#failing.add(index);
    else if (this.#failing.size > 0 && verdict.condition !== 'unknown') this.#failing.delete(index);
    if (state.memory !== null && state.type.memory !== undefined) {
      state.isMemoryDirty = true;
      state.dueAtMonoMs = state.type.memory.dueAtMonoMs(state.memory);
    }
    if (verdict.condition === 'false' && isSample) state.lastFalseMs = now.wallMs;
    const delay = takeCondition(state.params, state.delay, verdict.condition, isSample, now);
    const known = verdict.condition === 'unknown' ? state.known : verdict;
    const grade =
      verdict.condition === 'true' || state.grade.rising !== null
        ? takeGrade(state.params, state.def.severity, state.grade, verdict, isOwn, now.monoMs)
        : state.grade;
    if (delay !== state.delay || known !== state.known || grade !== state.grade)
      this.#set(index, delay, known, grade);
    else if (state.memory !== null && state.dueAtMonoMs !== Number.POSITIVE_INFINITY)
      this.#setTimed(index, true);
  }

  #set(index: number, delay: DelayState, known: Verdict, given: Grade): void {
    const state = this.#states[index] as RuleState;
    // Neither on nor on its way.
    const grade = delay.isActive || known.condition === 'true' ? given : NO_GRADE;
    const isNews = isDifferent(state, delay, known, grade);
    const wasActive = state.delay.isActive;
    state.delay = delay;
    state.known = known;
    state.grade = grade;
    const isWaiting = delay.unknownSince !== null && delay.blindSinceMs === null;
    const isDue = state.dueAtMonoMs !== Number.POSITIVE_INFINITY;
    this.#setTimed(index, delay.timer !== null || grade.rising !== null || isWaiting || isDue);
    if (!isNews) return;
    this.#changed.add(index);
    if (delay.isActive && delay.condition === 'true') state.trail = addActive(state.trail, toOutput(state));
    else if (wasActive && !delay.isActive) state.trail = addNormal(state.trail, toOutput(state));
  }
}

function toLonger(column: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length);
  longer.set(column);
  return longer;
}
