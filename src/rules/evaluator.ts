/**
 * Evaluates all rules of a site model over the Reading feed: judges (pure, per type), delays (pure, delay.ts), and
 * remembers what the decision loop has not decided about yet. Its state follows the readings alone, whatever becomes
 * of a commit: `take` hands the changes out, `giveBack` takes them back when they could not be stored.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import { assert, defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { AlarmKey } from '../core/ids.ts';
import type { ReadingBatch } from '../core/reading.ts';
import { type DelayState, passTime, takeCondition, toDueMonoMs } from './delay.ts';
import { createRuleEnvironment } from './environment.ts';
import { isKept, toLastJudgement, toReplaced } from './replace.ts';
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

/** What a rule's type remembers, to be saved. */
export interface SavedMemory {
  readonly rule: RuleDef;
  readonly memory: JsonValue;
}

export class Evaluator {
  readonly #samples: readonly LiveSample[];
  #model: SiteModel;
  #states: readonly RuleState[];
  #readers: Readers;
  readonly #changed = new Set<number>();
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
    for (const [index, state] of this.#states.entries()) this.#set(index, state, state.delay, state.known);
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
      const isOwn = this.#jointOf[rule] === OWN;
      this.#jointOf[rule] = NOT_READ;
      this.#judge(rule, isOwn || this.#isFirstOfDelay(rule), now);
    }
    this.#joint.length = 0;
  }

  /** Ends delays that run out between samples. */
  sweep(now: Now): void {
    for (const index of this.#timed) {
      this.#pass(index, now);
      const isDue = (this.#states[index] as RuleState).dueAtMonoMs <= now.monoMs;
      if (isDue) this.#judge(index, this.#isFirstOfDelay(index), now);
    }
    if (!this.#isInGrace || now.monoMs < this.#graceEndMonoMs) return;
    this.#isInGrace = false;
    for (const [index, { isDisabled }] of this.#states.entries())
      if (!isDisabled) this.#judge(index, this.#isFirstOfDelay(index), now);
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

  /** Rules that have changed since they were taken, without taking them. Not to be kept. */
  get changed(): ReadonlySet<number> {
    return this.#changed;
  }

  /** Monotonic time before which a sweep changes nothing unless readings come; Infinity = never. */
  nextDueMonoMs(): number {
    let dueMonoMs = this.#isInGrace ? this.#graceEndMonoMs : Number.POSITIVE_INFINITY;
    for (const index of this.#timed) {
      const { params, delay, dueAtMonoMs } = this.#states[index] as RuleState;
      dueMonoMs = Math.min(dueMonoMs, dueAtMonoMs, toDueMonoMs(params, delay));
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

  /** Delays that run, for the snapshot. */
  running(now: Now): readonly RunningDelay[] {
    return [...this.#timed].flatMap((index) => toRunning(this.#states[index] as RuleState, now));
  }

  /** Memories of rule types that may have changed since they were handed out last. */
  takeMemories(now: Now): readonly SavedMemory[] {
    return this.#states.flatMap((state) => {
      const { type, def, memory, isMemoryDirty, dueAtMonoMs } = state;
      // What is due at some time runs on without samples.
      const isChanged = isMemoryDirty || dueAtMonoMs !== Number.POSITIVE_INFINITY;
      if (type.memory === undefined || !isChanged) return [];
      state.isMemoryDirty = false;
      const saved = type.memory.save(memory, now);
      return saved === null ? [] : [{ rule: def, memory: saved }];
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
    for (const index of changed) this.#judgeAnew(index, lastGood, now);
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
    this.#set(index, state, state.delay, state.known);
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
      if (known === NOT_READ) this.#joint.push(rule);
      this.#jointOf[rule] = Math.max(known, at < guardedAt ? OWN : GUARD);
    }
  }

  #setTimed(index: number, is: boolean): void {
    this.#isTimed[index] = is ? 1 : 0;
    if (is) this.#timed.add(index);
    else this.#timed.delete(index);
  }

  #pass(index: number, now: Now): void {
    const state = this.#states[index] as RuleState;
    const delay = passTime(state.params, state.delay, now);
    if (delay !== state.delay) this.#set(index, state, delay, state.known);
  }

  /**
   * A guard's sample, the end of the grace, or a time that is up lets the rule's own sample speak, once: where that comes by change only
   * there may be no other for hours. While the delay runs a guard's samples say nothing new of the rule's own point and do not count.
   */
  #isFirstOfDelay(index: number): boolean {
    return (this.#states[index] as RuleState).delay.timer?.direction !== 'on';
  }

  #judge(index: number, isSample: boolean, now: Now): void {
    const state = this.#states[index] as RuleState;
    this.#judging.begin(state, isSample, now);
    const verdict = judge(state, this.#isInGrace, this.#judging);
    this.#judging.end(state);
    if (state.memory !== null && state.type.memory !== undefined) {
      state.isMemoryDirty = true;
      state.dueAtMonoMs = state.type.memory.dueAtMonoMs(state.memory);
    }
    if (verdict.condition === 'false' && isSample) state.lastFalseMs = now.wallMs;
    const delay = takeCondition(state.params, state.delay, verdict.condition, isSample, now);
    const known = verdict.condition === 'unknown' ? state.known : verdict;
    if (delay !== state.delay || known !== state.known) this.#set(index, state, delay, known);
    else if (state.memory !== null && state.dueAtMonoMs !== Number.POSITIVE_INFINITY)
      this.#setTimed(index, true);
  }

  #set(index: number, state: RuleState, delay: DelayState, known: Verdict): void {
    const isNews = isDifferent(state, delay, known);
    state.delay = delay;
    state.known = known;
    const isWaiting = delay.unknownSince !== null && delay.blindSinceMs === null;
    const isDue = state.dueAtMonoMs !== Number.POSITIVE_INFINITY;
    this.#setTimed(index, delay.timer !== null || isWaiting || isDue);
    if (!isNews) return;
    this.#changed.add(index);
    if (delay.isActive && delay.condition === 'true') state.peak = toWorse(state.peak, toOutput(state));
  }
}

/**
 * The rules that read each point, in one piece of memory: an object and two lists a point would take ten times as much.
 *
 *   starts   three places in `rules` for each point, then the end: 3p its first rule that reads nothing else,
 *            3p + 1 its first that judges other points too, 3p + 2 its first that has it as a guard
 *   rules    indexes
 */
interface Readers {
  readonly starts: Uint32Array;
  readonly rules: Uint32Array;
}

/** How a rule reads a point: alone, among others, as a guard. */
const KINDS = 3;
/** What a batch has brought for a rule: the higher one counts. */
const [NOT_READ, GUARD, OWN] = [0, 1, 2];

function indexRules(model: SiteModel, states: readonly RuleState[]): Readers {
  // Counted one place behind, the counts add up to the starts.
  const starts = new Uint32Array(KINDS * model.points.length + 1);
  forEachReader(model, states, (place) => void (starts[place + 1] = (starts[place + 1] as number) + 1));
  for (let place = 1; place < starts.length; place++)
    starts[place] = (starts[place] as number) + (starts[place - 1] as number);
  const rules = new Uint32Array(starts.at(-1) as number);
  const next = starts.slice();
  forEachReader(model, states, (place, rule) => {
    rules[next[place] as number] = rule;
    next[place] = (next[place] as number) + 1;
  });
  return { starts, rules };
}

/** Each rule once for each point and way of reading it, rules in their order. */
function forEachReader(
  model: SiteModel,
  states: readonly RuleState[],
  visit: (place: number, rule: number) => void,
): void {
  /** Last rule that was visited at a place: a rule may name a point twice. */
  const last = new Int32Array(KINDS * model.points.length).fill(-1);
  for (const rule of model.rules) {
    if (states[rule.index]?.isDisabled) continue;
    const ownCount = toOwnCount(rule);
    const ownKind = rule.points.length === 1 ? 0 : 1;
    // Behind the guards stand those of `expectedWhen`: they say what is told of an alarm, not whether there is one.
    const readCount = ownCount + rule.when.length;
    for (let at = 0; at < readCount; at++) {
      const place = KINDS * (rule.points[at] as number) + (at < ownCount ? ownKind : KINDS - 1);
      if (last[place] === rule.index) continue;
      last[place] = rule.index;
      visit(place, rule.index);
    }
  }
}

function toLonger(column: Uint8Array, length: number): Uint8Array {
  const longer = new Uint8Array(length);
  longer.set(column);
  return longer;
}
