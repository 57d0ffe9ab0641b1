/**
 * Words of rule tests: a tiny time line of one rule, and what must come of it. Times are ms since the beginning of the
 * case; by then the gateway has run for long enough to have read everything once. How a case is written: read.ts.
 */
import type { AlarmEventType, IsaState } from '../core/alarm.ts';
import type { QualityReason } from '../core/quality.ts';
import type { Severity } from '../core/severity.ts';
import type { Priority, TicketClass } from '../core/ticket.ts';

/** What a point gives from some time on. */
export type Signal =
  /** Nobody answers: no reading comes, and the last one becomes too old in its time. */
  | { readonly type: 'silent' }
  | {
      readonly type: 'held';
      /** null = what was given before. */
      readonly value: number | null;
      /** null = good, unless the point's range or states say otherwise. */
      readonly quality: QualityReason | null;
      /** How long each value is under way; the device stamps it when it leaves. */
      readonly lateMs: number;
    }
  | { readonly type: 'ramp'; readonly from: number; readonly to: number; readonly overMs: number }
  | { readonly type: 'alternate'; readonly values: readonly number[]; readonly everyMs: number };

export interface SignalStep {
  readonly atMs: number;
  readonly signal: Signal;
}

export type Happening =
  /** The process is killed, and is back after `downMs`. */
  | { readonly type: 'restart'; readonly downMs: number }
  /** The wall clock jumps. */
  | { readonly type: 'clock'; readonly byMs: number }
  | { readonly type: 'acknowledge' | 'reset' | 'unshelve' | 'in-service' }
  | { readonly type: 'shelve'; readonly forMs: number; readonly isOneShot: boolean }
  | { readonly type: 'out-of-service'; readonly forMs: number }
  | { readonly type: 'drill'; readonly forMs: number };

export interface CaseEvent {
  readonly atMs: number;
  readonly happening: Happening;
  /** Code of the error that the command must be refused with; null = it must be done. */
  readonly refused: string | null;
}

/** What is not given is not looked at. */
export interface Expected {
  /** Nothing is open, and nothing has been announced since the expectation before. */
  readonly isNothing?: boolean;
  readonly state?: IsaState;
  readonly level?: string;
  readonly severity?: Severity;
  readonly isBlind?: boolean;
  /** Of the newest ticket that the alarm stands on; `none` = it stands on none, `opened` = on any. */
  readonly ticket?: 'none' | 'opened' | { readonly class: TicketClass; readonly priority: Priority };
  /** What has been announced of the alarm since the expectation before, in order. */
  readonly messages?: readonly AlarmEventType[];
}

export interface Expectation {
  readonly atMs: number;
  readonly expected: Expected;
}

export interface RuleCase {
  /** `pressure-low`, `pump-1/tripped`. */
  readonly rule: string;
  /** Index of the rule in the model. */
  readonly index: number;
  /** In English. */
  readonly name: string;
  /** In Chinese, where the file says it. */
  readonly nameZh?: string;
  /** Key: index of the point. In order of time; before the first step the normal value. */
  readonly points: ReadonlyMap<number, readonly SignalStep[]>;
  /** In order of time, like `expect`. */
  readonly events: readonly CaseEvent[];
  readonly expect: readonly Expectation[];
  /** Other rules, as in `rule`, that this must raise as well. Any that is not named must stay quiet. */
  readonly also: readonly string[];
  /** In place of the poll interval of every point; null = as the profile has it. */
  readonly everyMs: number | null;
}

/** The tests of one profile. */
export interface RuleTests {
  /** Key: index of the point. What it gives while nothing is wrong. */
  readonly normal: ReadonlyMap<number, number>;
  readonly cases: readonly RuleCase[];
}

/** `time` is that of the case; null = at its end. */
export interface Failure {
  readonly atMs: number | null;
  readonly expected: string;
  readonly found: string;
}

export interface CaseResult {
  readonly rule: string;
  readonly name: string;
  /** Empty = passed. */
  readonly failures: readonly Failure[];
  /** What happened, one line each. */
  readonly timeline: readonly string[];
  /** Other rules that were raised. */
  readonly others: readonly string[];
}
