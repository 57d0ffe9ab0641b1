/** What is known of one rule: its last verdict and its delay; how it is judged, restored and read. Used by evaluator.ts. */
import type { Guard, RuleDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import { LIMITS } from '../core/limits.ts';
import { isBad, isGood, QUALITIES } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Severity } from '../core/severity.ts';
import { type DelayParams, type DelayState, IDLE_DELAY, toElapsedMs } from './delay.ts';
import { type Grade, NO_GRADE } from './grade.ts';
import { RULE_TYPES } from './index.ts';
import {
  type Condition,
  FALSE_VERDICT,
  type JsonValue,
  type Judging,
  type Past,
  type RuleEnvironment,
  type RuleMemory,
  type RuleType,
  type Sample,
  UNKNOWN_VERDICT,
  type Verdict,
} from './rule.ts';
import { NO_TRAIL, type Trail } from './trail.ts';

/** A rule as the alarm stage needs it. */
export interface RuleOutput {
  readonly rule: RuleDef;
  readonly delay: DelayState;
  /** Level and severity that count (grade.ts) of the last verdict that was not UNKNOWN; null and the rule's own where it was FALSE. */
  readonly level: string | null;
  readonly severity: Severity;
  /** The sample that decided: the first point of the rule that is bad, else the first. */
  readonly point: number;
  readonly sample: Sample;
  /** Received time of the last sample that was FALSE; null before the first. */
  readonly lastFalseMs: number | null;
}

/** A running delay, for the snapshot. */
export interface RunningDelay {
  readonly rule: RuleDef;
  readonly direction: 'on' | 'off';
  readonly elapsedMs: number;
  readonly goodSamples: number;
  readonly onsetAtMs: number | null;
  /** Level that an on-delay counts for. */
  readonly level: string | null;
}

export interface RestoredRule {
  readonly isActive: boolean;
  /** Level of the dead-band's memory, null when the condition was FALSE. */
  readonly level: string | null;
  /** Of the level that people were told; null or left out = not known: the first one counts at once. */
  readonly severity?: Severity | null;
  readonly onsetAtMs: number | null;
  readonly blindSinceMs: number | null;
  readonly timer: Pick<RunningDelay, 'direction' | 'elapsedMs' | 'goodSamples'> | null;
  /** What the rule's type had saved under the same key. */
  readonly memory?: JsonValue | null;
  /** What is missing from it; left out = nothing. */
  readonly past?: Past;
}

export interface GuardInput extends Guard {
  readonly sample: LiveSample;
}

/** Latest sample of a point, changed in place. */
export type LiveSample = { -readonly [Key in keyof Sample]: Sample[Key] };

export interface RuleState {
  readonly def: RuleDef;
  readonly type: RuleType;
  readonly params: DelayParams;
  /** Latest samples of the rule's points, in its order. */
  readonly inputs: readonly LiveSample[];
  /** Those of them that the rule type judges. */
  readonly own: readonly LiveSample[];
  /** The conditions beside its own, each with the sample that it reads. */
  readonly guards: readonly GuardInput[];
  /** Effects that are to be expected while all of these hold (`expectedWhen`); none = never. */
  readonly expected: readonly GuardInput[];
  /** Taken out of service by a live change of the rules: it is not judged. */
  readonly isDisabled: boolean;
  /** Last verdict that was TRUE or FALSE; dead-bands lean on it. */
  known: Verdict;
  delay: DelayState;
  /** Which level counts. */
  grade: Grade;
  /** What it has been since it was taken last. */
  trail: Trail;
  /** What the type remembers; null for types that do not. Changed in place by the type. */
  memory: unknown;
  /** Whether the memory may differ from what was saved last. */
  isMemoryDirty: boolean;
  /** When the type wants to be asked again without a sample, monotonic. */
  dueAtMonoMs: number;
  /** Received time of the last sample that was FALSE; NaN before the first. */
  lastFalseMs: number;
  /** Judgements in a row that failed, and why the last one did. */
  failures: number;
  failure: string | null;
}

/** What the evaluator hands to `judge`: one object, set before each call, so that a judgement allocates nothing. */
export class LiveJudging implements Judging {
  readonly environment: RuleEnvironment;
  now: Now;
  isSample = false;
  #state: RuleState | null = null;
  #reason: string | null = null;

  constructor(environment: RuleEnvironment, start: Now) {
    this.environment = environment;
    this.now = start;
  }

  get memory(): unknown {
    return this.#state?.memory ?? null;
  }

  isUsable(at: number): boolean {
    const state = defined(this.#state, 'a rule that is judged');
    return isUsable(state.def, defined(state.own[at], 'a sample of the rule'));
  }

  fail(reason: string): Verdict {
    this.#reason = reason;
    return UNKNOWN_VERDICT;
  }

  begin(state: RuleState, isSample: boolean, now: Now): void {
    this.#state = state;
    this.#reason = null;
    this.isSample = isSample;
    this.now = now;
  }

  end(state: RuleState): void {
    if (this.#reason === null) {
      if (state.failures !== 0) state.failures = 0;
      return;
    }
    state.failures += 1;
    state.failure = this.#reason;
  }
}

export function createSample(): LiveSample {
  const quality = QUALITIES['no-data'].code;
  return { value: Number.NaN, quality, receivedMs: Number.NaN, sourceMs: Number.NaN };
}

export function fillSample(sample: LiveSample, batch: ReadingBatch, at: number): void {
  sample.value = batch.value[at] as number;
  sample.quality = batch.quality[at] as number;
  sample.receivedMs = batch.receivedMs[at] as number;
  sample.sourceMs = batch.sourceMs[at] as number;
}

/** Shared by all rules without guards. */
const NO_GUARDS: readonly GuardInput[] = [];

export function createRuleState(
  def: RuleDef,
  samples: readonly LiveSample[],
  restored: RestoredRule | undefined,
  start: Now,
  isDisabled = false,
): RuleState {
  const type = defined(RULE_TYPES[def.type], `rule type ${def.type}`);
  const memory = type.memory === undefined ? null : toMemory(type.memory, def, restored, start);
  const inputs = def.points.map((point) => defined(samples[point], 'point of a rule'));
  const ownCount = toOwnCount(def);
  const toInputs = (guards: readonly Guard[], from: number): readonly GuardInput[] =>
    guards.length === 0
      ? NO_GUARDS
      : guards.map((guard, at) => ({ ...guard, sample: defined(inputs[from + at], 'a sample of a guard') }));
  return {
    def,
    type,
    params: toDelayParams(def, type),
    inputs,
    own: ownCount === inputs.length ? inputs : inputs.slice(0, ownCount),
    guards: toInputs(def.when, ownCount),
    expected: toInputs(def.expectedWhen?.guards ?? [], ownCount + def.when.length),
    isDisabled,
    known: restored === undefined ? FALSE_VERDICT : toKnown(restored),
    delay: restored === undefined ? IDLE_DELAY : toDelay(restored, start),
    grade: restored === undefined ? NO_GRADE : toGrade(restored),
    trail: NO_TRAIL,
    memory,
    // What is missing from it is no part of what was saved.
    isMemoryDirty: (restored?.past ?? 'whole') !== 'whole',
    dueAtMonoMs: type.memory?.dueAtMonoMs(memory) ?? Number.POSITIVE_INFINITY,
    lastFalseMs: Number.NaN,
    failures: 0,
    failure: null,
  };
}

/** Rules of one site have few kinds of delays, so they share them. Key: all of them. */
const delayParams = new Map<string, DelayParams>();
/** A full map is emptied; rules that run keep theirs. */
const MAX_DELAY_PARAMS = 1_000;

function toDelayParams(def: RuleDef, { badInput, isAboutAbsence = false }: RuleType): DelayParams {
  const { onDelayMs, offDelayMs, unknownHoldMs } = def;
  // Rules about quality are fed by changes of state, not by a stream of samples.
  const minGoodSamples = badInput === 'judge' || isAboutAbsence ? 0 : def.minGoodSamples;
  const key = `${onDelayMs} ${offDelayMs} ${unknownHoldMs} ${minGoodSamples}`;
  const known = delayParams.get(key);
  if (known !== undefined) return known;
  if (delayParams.size >= MAX_DELAY_PARAMS) delayParams.clear();
  const { blindAfterMs } = LIMITS;
  const made = { onDelayMs, offDelayMs, unknownHoldMs, minGoodSamples, blindAfterMs };
  delayParams.set(key, made);
  return made;
}

function toMemory(
  memory: RuleMemory,
  { params }: RuleDef,
  restored: RestoredRule | undefined,
  start: Now,
): unknown {
  const saved = restored?.memory ?? null;
  const past = restored?.past ?? 'whole';
  return saved === null ? memory.create(params, start, past) : memory.restore(saved, params, start, past);
}

function toGrade({ isActive, level, severity = null }: RestoredRule): Grade {
  if (!isActive || severity === null) return NO_GRADE;
  return { said: { condition: 'true', level, severity }, rising: null };
}

/** A running delay leads away from the state that it would end. */
function toKnown({ isActive, level, timer }: RestoredRule): Verdict {
  const wasTrue = timer === null ? isActive : timer.direction === 'on';
  return wasTrue ? { condition: 'true', level, severity: null } : FALSE_VERDICT;
}

function toDelay({ isActive, onsetAtMs, blindSinceMs, timer }: RestoredRule, start: Now): DelayState {
  return {
    ...IDLE_DELAY,
    isActive,
    onsetAtMs,
    blindSinceMs,
    unknownSince: blindSinceMs === null ? null : { monoMs: start.monoMs, wallMs: blindSinceMs },
    timer: timer && { ...timer, countedToMonoMs: start.monoMs },
  };
}

/** Whether the alarm stage can see a difference. */
export function isDifferent(
  { delay: before, known: knownBefore, grade: gradeBefore }: RuleState,
  delay: DelayState,
  known: Verdict,
  grade: Grade,
): boolean {
  return (
    delay.isActive !== before.isActive ||
    delay.condition !== before.condition ||
    delay.blindSinceMs !== before.blindSinceMs ||
    (delay.isActive && toCounted(known, grade).level !== toCounted(knownBefore, gradeBefore).level)
  );
}

/** What counts of what was judged last. */
function toCounted(known: Verdict, { said }: Grade): Verdict {
  return known.condition === 'true' && said.condition === 'true' ? said : known;
}

/** How many of the rule's points its type judges; the rest are those of its guards and of the effects to be expected. */
export function toOwnCount({ points, when, expectedWhen }: RuleDef): number {
  return points.length - when.length - (expectedWhen?.guards.length ?? 0);
}

/** @param isInGrace rules about missing data hold still until somebody has answered, others until guards have been read */
export function judge(state: RuleState, isInGrace: boolean, judging: Judging): Verdict {
  const { def, type, known, own, guards, delay } = state;
  if (type.badInput === 'judge') {
    const isSilent = isInGrace && !own.some((sample) => !isBad(sample.quality));
    if (!isSilent) return type.judge(def.params, known, own, judging);
    // An alarm about silence that was active before the restart is not blind while the silence goes on.
    return delay.isActive && delay.timer === null ? known : UNKNOWN_VERDICT;
  }
  const isJudged = type.badInput === 'remember' || areUsable(def, own);
  const verdict = isJudged ? type.judge(def.params, known, own, judging) : UNKNOWN_VERDICT;
  return guards.length === 0 ? verdict : withGuards(verdict, def, guards, isInGrace);
}

function areUsable(def: RuleDef, samples: readonly Sample[]): boolean {
  for (const sample of samples) if (!isUsable(def, sample)) return false;
  return true;
}

function isUsable({ uncertain }: RuleDef, { quality, value }: Sample): boolean {
  return (isGood(quality) || (!isBad(quality) && uncertain === 'use')) && Number.isFinite(value);
}

/**
 * Three-valued AND (Kleene): one FALSE decides, else one UNKNOWN does. A guard only says when an alarm would be wrong:
 * one that cannot be judged never hides life safety, except after a start for as long as it may not have been read yet.
 */
function withGuards(
  verdict: Verdict,
  def: RuleDef,
  guards: readonly GuardInput[],
  isInGrace: boolean,
): Verdict {
  if (verdict.condition === 'false') return verdict;
  const isLifeSafety = (verdict.severity ?? def.severity) === 'life-safety';
  let isOpen = false;
  for (const guard of guards) {
    const held = judgeGuard(guard, def);
    if (held === 'false') return FALSE_VERDICT;
    const isUnread = isInGrace && guard.sample.quality === QUALITIES['no-data'].code;
    if (held === 'unknown' && (isUnread || !isLifeSafety)) isOpen = true;
  }
  return isOpen ? UNKNOWN_VERDICT : verdict;
}

/** Whether the effects of the rule are to be expected now; a guard that cannot be judged never hides an alarm. */
export function isExpected({ def, expected }: RuleState): boolean {
  if (expected.length === 0) return false;
  for (const guard of expected) if (judgeGuard(guard, def) !== 'true') return false;
  return true;
}

/** A value without a declared meaning is none of those that it must not be; whether it is one that it must be is open. */
export function judgeGuard(guard: GuardInput, def: RuleDef): Condition {
  const { value, quality } = guard.sample;
  if (!isUsable(def, guard.sample)) return 'unknown';
  if (guard.notIn !== null) return guard.notIn.includes(value) ? 'false' : 'true';
  if (guard.in?.includes(value)) return 'true';
  return quality === QUALITIES['unknown-state'].code ? 'unknown' : 'false';
}

export function toOutput({ def, delay, known, grade, inputs, lastFalseMs }: RuleState): RuleOutput {
  const counted = toCounted(known, grade);
  const at = Math.max(
    0,
    inputs.findIndex(({ quality }) => isBad(quality)),
  );
  return {
    rule: def,
    delay,
    level: counted.condition === 'true' ? counted.level : null,
    severity: (counted.condition === 'true' ? counted.severity : null) ?? def.severity,
    point: defined(def.points[at], 'a point'),
    sample: { ...defined(inputs[at], 'a sample') },
    lastFalseMs: Number.isNaN(lastFalseMs) ? null : lastFalseMs,
  };
}

export function toRunning({ def, delay, known }: RuleState, now: Now): RunningDelay[] {
  const { timer, onsetAtMs } = delay;
  if (timer === null) return [];
  const { direction, goodSamples } = timer;
  const elapsedMs = toElapsedMs(delay, now) ?? 0;
  return [{ rule: def, direction, elapsedMs, goodSamples, onsetAtMs, level: known.level }];
}
