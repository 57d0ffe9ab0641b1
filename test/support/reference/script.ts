/**
 * Words of the comparison between the reference model and the engine: rules, inputs and what comes of them, as plain
 * data (JSON). What they mean is in model.ts; an adapter plays the same script against the engine.
 */

import type { AlarmTimes, ExplainTimes } from '../../../src/config/policy.ts';
import type { AlarmEventType, EndReason, IsaState } from '../../../src/core/alarm.ts';
import { never } from '../../../src/core/assert.ts';
import type { Severity } from '../../../src/core/severity.ts';
import type { Condition } from '../../../src/rules/rule.ts';

export type LevelName = 'lolo' | 'lo' | 'hi' | 'hihi';

export interface ReferenceLimit {
  readonly limit: number;
  readonly deadband: number;
  readonly severity?: Severity;
}

export interface ReferenceRule {
  readonly severity: Severity;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly minGoodSamples: number;
  readonly unknownHoldMs: number;
  readonly blindAfterMs: number;
  readonly isLatching: boolean;
  /** null = the policy's for the severity. */
  readonly reAlarmMs: number | null;
  /** What an uncertain reading is to this rule. */
  readonly uncertain: 'use' | 'unknown';
  /** For `reading` inputs; a rule without is driven by `sample` inputs alone. */
  readonly limits: Readonly<Partial<Record<LevelName, ReferenceLimit>>>;
  /** Index of the alarm upstream that explains this one; less than its own index. null = nothing explains it. */
  readonly parent: number | null;
}

export interface ReferencePolicy {
  readonly alarms: AlarmTimes;
  readonly explain: ExplainTimes;
  readonly bootGraceMs: number;
  /** The wall clock is taken as stepped when it has moved by more than this against the monotonic one. */
  readonly clockStepMs: number;
  /** B3: a level that falls is followed, or the highest stays until somebody acknowledges. */
  readonly severityDown: 'track' | 'latch-max';
}

/** `alarm` is an index into the script's rules. */
export type ScriptInput =
  | { readonly type: 'wait'; readonly ms: number }
  | {
      readonly type: 'sample';
      readonly alarm: number;
      readonly truth: Condition | 'error';
      /** Severity of the level that is passed; the rule's when left out. */
      readonly severity?: Severity;
    }
  | {
      readonly type: 'reading';
      readonly alarm: number;
      /** null = no usable value (NaN is no JSON). */
      readonly value: number | null;
      readonly quality: 'good' | 'uncertain' | 'bad';
    }
  | {
      readonly type: 'acknowledge' | 'unshelve' | 'return-to-service' | 'reset' | 'comment';
      readonly alarm: number;
      readonly by: string;
    }
  | {
      readonly type: 'shelve';
      readonly alarm: number;
      readonly by: string;
      readonly forMs: number;
      readonly isOneShot: boolean;
    }
  | {
      readonly type: 'take-out-of-service';
      readonly alarm: number;
      readonly by: string;
      readonly permit: string;
      readonly approver: string;
      readonly forMs: number;
    }
  | {
      readonly type: 'suppress';
      readonly alarm: number;
      readonly reason: 'schedule' | 'expected';
      readonly isOn: boolean;
    }
  /** All running delays stand still for `downMs`; the state is stored to the last moment. */
  | { readonly type: 'restart'; readonly downMs: number }
  | { readonly type: 'step-wall'; readonly byMs: number }
  /** What the changed rule says of the last good sample; for a removed rule, `true` and `false` bring it back. */
  | {
      readonly type: 'edit';
      readonly alarm: number;
      readonly to: 'true' | 'false' | 'removed' | 'source-removed';
    }
  /** All limits move by `by`; judged again with the last good reading. */
  | { readonly type: 'edit-limits'; readonly alarm: number; readonly by: number };

export interface Script {
  readonly policy: ReferencePolicy;
  readonly rules: readonly ReferenceRule[];
  readonly inputs: readonly ScriptInput[];
}

export type AnnunciationReason =
  | 'raised'
  | 're-raised'
  | 're-alarmed'
  | 'severity'
  | 'shelf-expired'
  | 'released'
  | 'unsuppressed'
  | 'in-service';

/** `atMs` is wall time. `occurrence` counts the occurrences of one alarm from 1; null = none is open. */
export type Observed =
  | {
      readonly kind: 'event';
      readonly atMs: number;
      readonly alarm: number;
      readonly occurrence: number | null;
      readonly event: AlarmEventType;
      /**
       * After the event; of the last event of a moment it is the letter of B1, between two of one moment it may be another.
       * Of `ended`: the letter of the alarm without an open occurrence.
       */
      readonly letter: IsaState;
      readonly endReason?: EndReason;
      readonly severity?: Severity;
      /** Of `raised`: when the condition was first seen, and when it was last seen to be normal. */
      readonly onset?: { readonly afterMs: number | null; readonly atMs: number };
    }
  /** It sounds and is listed as new. */
  | {
      readonly kind: 'annunciated';
      readonly atMs: number;
      readonly alarm: number;
      readonly occurrence: number;
      readonly why: AnnunciationReason;
    }
  /** A message about one occurrence. */
  | {
      readonly kind: 'told';
      readonly atMs: number;
      readonly alarm: number;
      readonly occurrence: number | null;
      readonly what: AnnunciationReason | 'recovered' | 'escalate' | 'shelf-reminder';
    }
  | {
      readonly kind: 'ticket';
      readonly atMs: number;
      readonly alarm: number;
      readonly occurrence: number;
      readonly isStorm: boolean;
    }
  | { readonly kind: 'storm'; readonly atMs: number; readonly what: 'began' | 'ended' }
  | { readonly kind: 'digest'; readonly atMs: number; readonly raised: number; readonly returned: number }
  /** `code` as in core/errors. */
  | { readonly kind: 'refused'; readonly atMs: number; readonly code: string };

export interface AlarmSubject {
  /** Takes one input and does all that it makes due, in order. */
  apply(input: ScriptInput): readonly Observed[];
}

/** One line for people and for expectations; times are counted from `startMs`. */
export function toLine(seen: Observed, startMs: number): string {
  const at = String(seen.atMs - startMs);
  switch (seen.kind) {
    case 'event':
      return [at, toName(seen), seen.event, seen.letter, seen.endReason ?? seen.severity]
        .filter((word) => word !== undefined)
        .join(' ');
    case 'annunciated':
      return `${at} ${toName(seen)} ! ${seen.why}`;
    case 'told':
      return `${at} ${toName(seen)} > ${seen.what}`;
    case 'ticket':
      return `${at} ${toName(seen)} ${seen.isStorm ? 'storm ticket' : 'ticket'}`;
    case 'storm':
      return `${at} storm ${seen.what}`;
    case 'digest':
      return `${at} > digest ${seen.raised} raised, ${seen.returned} returned`;
    case 'refused':
      return `${at} refused ${seen.code}`;
    default:
      return never(seen);
  }
}

function toName({
  alarm,
  occurrence,
}: {
  readonly alarm: number;
  readonly occurrence: number | null;
}): string {
  return `${alarm}#${occurrence ?? '-'}`;
}
