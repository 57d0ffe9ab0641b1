/**
 * State of the reference model: one site, its alarms, at most one open occurrence each; and the derived letter (alarms.md
 * B1, B7). What changes it is in life.ts, handling.ts, causes.ts, telling.ts, edits.ts; model.ts says what is in the model.
 */

import type { IsaState } from '../../../src/core/alarm.ts';
import { assert } from '../../../src/core/assert.ts';
import type { Severity } from '../../../src/core/severity.ts';
import type { Condition } from '../../../src/rules/rule.ts';
import * as condition from './condition.ts';
import type { FloodState } from './flood.ts';
import type { Observed, ReferencePolicy, ReferenceRule, ScriptInput } from './script.ts';

export interface Occurrence {
  readonly id: number;
  /** Place in the order in which the site's occurrences began. */
  readonly place: number;
  severity: Severity;
  isActive: boolean;
  /** How long ago its condition went; null = it has not. */
  returnedMs: number | null;
  isAcknowledged: boolean;
  isLatched: boolean;
  /** Why its ticket waits; null = for nothing. `by` is the parent's occurrence. */
  hold:
    | { readonly type: 'waiting'; ms: number }
    | { readonly type: 'explained'; readonly by: number }
    | { readonly type: 'settling'; readonly by: number; ms: number }
    | null;
  isBlind: boolean;
  /** People were told of its raise: they may be told of its return. */
  isTold: boolean;
  isGrouped: boolean;
  /** Nothing keeps its ticket back any more. */
  isDue: boolean;
  /** Its rule has been changed and has not been TRUE since. */
  isOutdated: boolean;
  isTicketed: boolean;
  count: number;
  reAlarms: number;
  reAlarmMs: number | null;
}

export interface Alarm {
  readonly index: number;
  rule: ReferenceRule;
  readonly condition: condition.ConditionState;
  readonly passed: condition.Passed;
  lastReading: Extract<ScriptInput, { type: 'reading' }> | null;
  occurrence: Occurrence | null;
  occurrences: number;
  shelf: { untilMs: number; readonly isOneShot: boolean; isReminded: boolean } | null;
  outOfService: { untilMs: number } | null;
  /** Place in the order in which people began to decide about alarms; null = nothing is decided about this one. */
  controlPlace: number | null;
  readonly suppressedBy: Set<string>;
  /** How long ago it raised, for chatter. */
  raises: number[];
  /** `quietMs` null = it is raised; else how long its return is held. */
  chatter: { holdMs: number; quietMs: number | null } | null;
  /** `settleMs` = how long all causes have been gone; null = they do not linger. */
  /** Its last occurrence that has ended as returned. */
  past: { readonly occurrence: Occurrence; readonly isSetAside: boolean } | null;
  /** Its last sample, and how long ago. */
  sample: { readonly isUsable: boolean; ageMs: number } | null;
  isRemoved: boolean;
}

export interface Site {
  readonly policy: ReferencePolicy;
  readonly alarms: readonly Alarm[];
  readonly flood: FloodState;
  wallMs: number;
  /** Until every point must have been read. */
  readInMs: number;
  /** By how much the wall clock has moved against the monotonic one since the appointments were last anchored. */
  driftMs: number;
  places: number;
  seen: Observed[];
}

/** What tests and the hit counter look at between inputs. */
export interface AlarmView {
  readonly letter: IsaState;
  /** Normal, and an on-delay is running or paused. */
  readonly isPending: boolean;
  readonly isActive: boolean;
  readonly isLatched: boolean;
  readonly isAcknowledged: boolean;
  readonly isBlind: boolean;
  /** A cause upstream is on and visible. */
  readonly hasCause: boolean;
  readonly hasTicket: boolean;
  readonly isOpen: boolean;
  /** Its rule has been removed: it takes nothing but an edit that brings it back. */
  readonly isRemoved: boolean;
  /** Raises within the open occurrence; 0 = none is open. */
  readonly count: number;
  readonly reAlarms: number;
  /** Off-delay in force while it chatters, else null. */
  readonly chatterHoldMs: number | null;
  readonly errors: number;
  /** What the last good sample, or the last edit, said; null = there has been none. */
  readonly lastGood: 'true' | 'false' | null;
  /** The condition now; `unknown` during reconcile as well. */
  readonly truth: Condition;
}

/** B7: life safety has no delay and no dead-band, and nothing explains it away. */
export function checkRule(rule: ReferenceRule, index: number): void {
  assert(rule.parent === null || rule.parent < index, 'a cause stands before what it explains');
  if (rule.severity !== 'life-safety') return;
  const waits = [
    rule.onDelayMs,
    rule.offDelayMs,
    ...Object.values(rule.limits).map(({ deadband }) => deadband),
  ];
  assert(waits.every((wait) => wait === 0) && rule.parent === null, 'life safety does not wait');
}

export function createAlarm(rule: ReferenceRule, index: number, policy: ReferencePolicy): Alarm {
  return {
    index,
    rule,
    condition: condition.createCondition(rule, policy.bootGraceMs),
    passed: new Set(),
    lastReading: null,
    occurrence: null,
    occurrences: 0,
    shelf: null,
    outOfService: null,
    controlPlace: null,
    suppressedBy: new Set(),
    raises: [],
    chatter: null,
    past: null,
    sample: null,
    isRemoved: false,
  };
}

export function createOccurrence(site: Site, alarm: Alarm): Occurrence {
  alarm.occurrences++;
  site.places++;
  return {
    id: alarm.occurrences,
    place: site.places,
    severity: alarm.condition.severity,
    isActive: true,
    returnedMs: null,
    isAcknowledged: false,
    isLatched: false,
    hold: null,
    isBlind: false,
    isTold: false,
    isGrouped: false,
    isDue: false,
    isOutdated: false,
    isTicketed: false,
    count: 0,
    reAlarms: 0,
    reAlarmMs: null,
  };
}

/** B7, derived label. */
export function toLetter({ outOfService, suppressedBy, shelf, occurrence }: Alarm): IsaState {
  if (outOfService !== null) return 'G';
  if (suppressedBy.size > 0 || (occurrence?.isActive === true && isExplained(occurrence))) return 'F';
  if (shelf !== null) return 'E';
  if (occurrence === null) return 'A';
  if (occurrence.isActive || occurrence.isLatched) return occurrence.isAcknowledged ? 'C' : 'B';
  return occurrence.isAcknowledged ? 'A' : 'D';
}

function isExplained({ hold }: Occurrence): boolean {
  return hold !== null && hold.type !== 'waiting';
}

/** By people, or by design. */
export function isSetAside({ outOfService, suppressedBy, shelf }: Alarm): boolean {
  return outOfService !== null || suppressedBy.size > 0 || shelf !== null;
}

export function isHidden(alarm: Alarm): boolean {
  return ['E', 'F', 'G'].includes(toLetter(alarm));
}

export function isLifeSafety({ rule }: Alarm): boolean {
  return rule.severity === 'life-safety';
}

export function toSeverity({ occurrence, rule }: Alarm): Severity {
  return occurrence?.severity ?? rule.severity;
}

export function toView(alarm: Alarm, hasCause: boolean): AlarmView {
  const { occurrence } = alarm;
  const letter = toLetter(alarm);
  return {
    letter,
    isPending: letter === 'A' && alarm.condition.pendingMs !== null,
    isActive: occurrence?.isActive ?? false,
    isLatched: occurrence?.isLatched ?? false,
    isAcknowledged: occurrence?.isAcknowledged ?? false,
    isBlind: occurrence?.isBlind ?? false,
    hasCause,
    hasTicket: occurrence?.isTicketed ?? false,
    isOpen: occurrence !== null,
    isRemoved: alarm.isRemoved,
    count: occurrence?.count ?? 0,
    reAlarms: occurrence?.reAlarms ?? 0,
    chatterHoldMs: alarm.chatter?.holdMs ?? null,
    errors: alarm.condition.errors,
    lastGood: alarm.condition.lastGood,
    truth: condition.isKnown(alarm.condition) ? (alarm.condition.lastGood ?? 'unknown') : 'unknown',
  };
}
