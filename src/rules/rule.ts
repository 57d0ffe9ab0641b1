/**
 * The contract of rule types: a pure judgement of samples in three-valued logic (alarms.md B3).
 * Delays, minimum samples and holds are the same for every type and live in delay.ts.
 *
 * A type that looks back (windows, counts, running hours) has a memory: one object per rule, made and restored by the
 * type, kept by the evaluator, changed in place by `judge` alone and a function of what `judge` was given: live, replay
 * and backtest end with the same one.
 */
import type { RuleTypeSchema } from '../config/catalog.ts';
import type { Now } from '../core/clock.ts';
import type { CalendarId } from '../core/ids.ts';
import type { Severity } from '../core/severity.ts';

/** FALSE, TRUE or cannot be judged (Kleene). UNKNOWN freezes the alarm: no raise, no return. */
export type Condition = 'true' | 'false' | 'unknown';

/** Latest sample of one point as a rule sees it. */
export interface Sample {
  /** NaN when there is no usable value. */
  readonly value: number;
  readonly quality: number;
  readonly receivedMs: number;
  /** NaN when the device gives no time. */
  readonly sourceMs: number;
}

export interface Verdict {
  readonly condition: Condition;
  /** Limit that is passed (`lo`, `hihi` …); null where the type has none. */
  readonly level: string | null;
  /** Severity of that level when it differs from the rule's. */
  readonly severity: Severity | null;
}

export const UNKNOWN_VERDICT: Verdict = { condition: 'unknown', level: null, severity: null };
export const FALSE_VERDICT: Verdict = { condition: 'false', level: null, severity: null };

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What a rule may ask beside samples. Fixed for a configuration epoch. */
export interface RuleEnvironment {
  readonly timeZone: string;
  /** Whether the hours of a calendar of the site run at that moment. @throws AssertionFailure for an unknown one. */
  isWithin(calendar: CalendarId, wallMs: number): boolean;
}

/** What the condition is judged with beside the samples. */
export interface Judging {
  readonly now: Now;
  /** A fresh sample of one of the rule's own points is in; else time or a guard asks. */
  readonly isSample: boolean;
  /** Whether a sample of this place can be used (quality, finite, the rule's wish about uncertain ones). */
  isUsable(at: number): boolean;
  readonly memory: unknown;
  readonly environment: RuleEnvironment;
  /**
   * The condition could not be worked out (an expression that throws): UNKNOWN, and counted; a rule that goes on failing
   * is itself an alarm. An error is never FALSE.
   */
  fail(reason: string): Verdict;
}

/**
 * What a memory knows of its past when it begins. Where something is missing, emptiness is no evidence: an alarm that is on
 * stays UNKNOWN until its window has been seen again, or what it counts stays at what was announced.
 *
 *   whole   all there is: nothing has happened before, or it was saved when the gateway stopped in order
 *   torn    the gateway was killed: what has happened since the save is missing
 *   lost    there is an alarm, and nothing that is known of what made it
 */
export type Past = 'whole' | 'torn' | 'lost';

export interface RuleMemory {
  /**
   * What a memory is of: points, conditions, the length of a window. Under an equal one it is kept over a change of the rule
   * (severity, delays, texts, limits). A new one begins anew, as `lost` where the alarm is on.
   */
  key(params: Readonly<Record<string, unknown>>): JsonValue;
  create(params: Readonly<Record<string, unknown>>, start: Now, past: Past): unknown;
  /** Monotonic time at which `judge` wants to be asked though no sample has come; Infinity = never. */
  dueAtMonoMs(memory: unknown): number;
  /** What survives a restart; null = nothing. Monotonic times of this boot mean nothing to the next: save ages. */
  save(memory: unknown, now: Now): JsonValue | null;
  /** @param saved what `save` gave under an equal key; anything else is to be taken as nothing saved. */
  restore(saved: JsonValue, params: Readonly<Record<string, unknown>>, start: Now, past: Past): unknown;
}

export interface RuleType extends RuleTypeSchema {
  readonly type: string;
  /**
   * How bad samples are met: `unknown` = any bad input makes the condition UNKNOWN before `judge` is called;
   * `judge` = the type decides itself (it is about quality); `remember` = `judge` is called, so that the memory sees the
   * gap (`Judging.isUsable`), and the type itself answers UNKNOWN where it cannot tell.
   */
  readonly badInput: 'unknown' | 'judge' | 'remember';
  readonly memory?: RuleMemory;
  /**
   * With these parameters the latest samples alone decide, though the type has a memory: a change of such a rule can be judged by
   * the last good ones (alarms.md B3). Left out: types with a memory look back.
   */
  isMomentary?(params: Readonly<Record<string, unknown>>): boolean;
  /** The condition is that nothing comes: there are no good samples to wait for (`minGoodSamples`). */
  readonly isAboutAbsence?: boolean;
  /**
   * @param previous last verdict that was TRUE or FALSE (dead-band keeps it in between)
   * @param samples latest sample of each point of `pointRefs`, same order
   */
  judge(
    params: Readonly<Record<string, unknown>>,
    previous: Verdict,
    samples: readonly Sample[],
    judging: Judging,
  ): Verdict;
}
