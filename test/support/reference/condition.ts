/**
 * Reference of alarms.md B3: limits with dead-band, three-valued condition, on- and off-delay, minimum of good samples,
 * UNKNOWN and silent reconcile, as stopwatches that run or stand still. Alarms are model.ts.
 *
 * Choices where the text leaves one:
 * - reading of the text: UNKNOWN that lasts *longer than* unknownHold resets; exactly unknownHold only pauses.
 * - reading of the text: a long UNKNOWN resets a running off-delay like a running on-delay (the README says so; B3 names
 *   the on-delay alone).
 * - reading of the text: an evaluation error is UNKNOWN in every respect; it is counted besides.
 * - reading of the text: minGoodSamples counts TRUE samples since the pending began, across a pause; it is asked for with
 *   onDelay 0 too. The alarm raises as soon as both time and samples are reached.
 * - reading of the text: a delay of D is over when exactly D has passed; what is due at a moment comes before a sample
 *   that arrives at that moment.
 * - reading of the text: a paused delay keeps its onset; after a reset the next TRUE is the onset.
 * - reading of the text: from the stop until the first good sample the condition is not known: delays stand still, and
 *   unknownHold counts from the start. It is UNKNOWN, and goes blind after its time, from the first UNKNOWN sample or the end
 *   of bootGrace. What was blind before the stop stays so; a shorter gap is forgotten.
 * - reading of the text: minGoodSamples counted before the stop still count after it.
 * - reading of the text: an edit starts delays anew from the last good sample, which counts as one good sample; a dead-band
 *   keeps what the limit said before the edit, or the stop, of an alarm that is on. What the changed rule says goes through its delays. While UNKNOWN it only
 *   returns, and only where it has no off-delay; between a start and the first sample nobody knows what it would say.
 * - reading of the text: HiHi and Hi each have their own memory; the alarm is TRUE while any is passed, the highest
 *   severity of those passed counts.
 * - reading of the text: a graver severity has the on-delay too: it counts when TRUE has been at least as grave for so long,
 *   and so many good samples have said so. The first one of a pending counts at once, and so does a lower one, life safety,
 *   and what a changed rule says. A stop forgets how long; what people were told counts after it.
 */
import { compareSeverity, type Severity } from '../../../src/core/severity.ts';
import type { Condition } from '../../../src/rules/rule.ts';
import type { LevelName, ReferenceRule, ScriptInput } from './script.ts';

/** What the delays let through. */
export type Edge = 'raise' | 'return' | 'blind' | 'sighted' | 'graver';

export interface ConditionState {
  /** After the delays: raised and not returned. */
  isOn: boolean;
  lastGood: 'true' | 'false' | null;
  /** Severity that counts. */
  severity: Severity;
  /** `severity` is one to compare with; else the next TRUE counts as it is. */
  isGraded: boolean;
  /** For how long, and by how many samples, TRUE has been at least as grave as this; only what is graver than `severity`. */
  readonly graver: Map<Severity, { ms: number; goodSamples: number }>;
  /** How long TRUE has counted towards the on-delay; null = it is not pending. */
  pendingMs: number | null;
  goodSamples: number;
  onsetAtMs: number;
  onsetAfterMs: number | null;
  lastFalseAtMs: number | null;
  /** How long FALSE has counted towards the off-delay; null = it is not clearing. */
  clearingMs: number | null;
  /** How long it has not been known, for unknownHold; null = it is known. */
  pausedMs: number | null;
  /** How long it has been UNKNOWN, for blindAfter; null = it is known, or may not have been read since the start. */
  unknownMs: number | null;
  isBlind: boolean;
  /** There has been a good sample since the start. */
  isRead: boolean;
  /** Grace left of the silent reconcile; null = it is over. */
  graceMs: number | null;
  errors: number;
}

export function createCondition(rule: ReferenceRule, bootGraceMs: number): ConditionState {
  return {
    isOn: false,
    lastGood: null,
    severity: rule.severity,
    isGraded: false,
    graver: new Map(),
    pendingMs: null,
    goodSamples: 0,
    onsetAtMs: 0,
    onsetAfterMs: null,
    lastFalseAtMs: null,
    clearingMs: null,
    pausedMs: 0,
    unknownMs: null,
    isBlind: false,
    isRead: false,
    graceMs: bootGraceMs,
    errors: 0,
  };
}

/** Only then do the delays run, and only then may anything raise or return. */
export function isKnown(state: ConditionState): boolean {
  return state.pausedMs === null;
}

/** It is known to be FALSE, and no TRUE counts towards a raise. */
export function isFalse(state: ConditionState): boolean {
  return isKnown(state) && !state.isOn && state.pendingMs === null;
}

export function takeSample(
  state: ConditionState,
  rule: ReferenceRule,
  sample: { readonly truth: Condition | 'error'; readonly severity: Severity },
  wallMs: number,
): Edge[] {
  const { truth, severity } = sample;
  if (truth === 'error') state.errors++;
  if (truth === 'unknown' || truth === 'error') {
    loseSight(state);
    return [];
  }
  const edges = endUnknown(state, rule);
  state.isRead = true;
  state.lastGood = truth;
  if (truth === 'true') {
    state.clearingMs = null;
    if (!state.isOn) {
      if (state.pendingMs === null) beginPending(state, wallMs);
      state.goodSamples++;
    }
    grade(state, rule, severity);
  } else {
    state.lastFalseAtMs = wallMs;
    state.pendingMs = null;
    state.graver.clear();
    if (state.isOn) state.clearingMs ??= 0;
  }
  return [...edges, ...fire(state, rule)];
}

const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'life-safety'];

function grade(state: ConditionState, rule: ReferenceRule, severity: Severity): void {
  const isAtOnce = !state.isGraded || severity === 'life-safety' || rule.onDelayMs === 0;
  if (isAtOnce || compareSeverity(severity, state.severity) <= 0) {
    state.severity = severity;
    state.isGraded = true;
    state.graver.clear();
    return;
  }
  for (const each of SEVERITIES) {
    if (compareSeverity(each, severity) > 0) state.graver.delete(each);
    else if (compareSeverity(each, state.severity) > 0 && !state.graver.has(each))
      state.graver.set(each, { ms: 0, goodSamples: 0 });
  }
  for (const each of state.graver.values()) each.goodSamples++;
}

/** @returns whether a graver severity counts from now on */
function follow(state: ConditionState, rule: ReferenceRule): boolean {
  const done = SEVERITIES.filter((each) => graverIn(state, rule, each) <= 0).at(-1);
  if (done === undefined) return false;
  state.severity = done;
  for (const each of state.graver.keys()) if (compareSeverity(each, done) <= 0) state.graver.delete(each);
  return true;
}

function graverIn(
  { graver }: ConditionState,
  { onDelayMs, minGoodSamples }: ReferenceRule,
  of: Severity,
): number {
  const found = graver.get(of);
  return found === undefined || found.goodSamples < minGoodSamples ? Infinity : onDelayMs - found.ms;
}

/** What people were told counts from now on; null = the next TRUE counts as it is. */
export function setGrade(state: ConditionState, severity: Severity | null): void {
  state.graver.clear();
  state.isGraded = severity !== null;
  if (severity !== null) state.severity = severity;
}

function loseSight(state: ConditionState): void {
  state.pausedMs ??= 0;
  state.unknownMs ??= 0;
}

/** The gateway stops and starts again. */
export function reconcile(
  state: ConditionState,
  rule: ReferenceRule,
  downMs: number,
  bootGraceMs: number,
): void {
  forgetLong(state, rule);
  state.pausedMs = 0;
  state.isRead = false;
  state.graceMs = bootGraceMs;
  state.unknownMs = state.isBlind && state.unknownMs !== null ? state.unknownMs + downMs : null;
}

function endUnknown(state: ConditionState, rule: ReferenceRule): Edge[] {
  const wasBlind = state.isBlind;
  forgetLong(state, rule);
  state.pausedMs = null;
  state.unknownMs = null;
  state.graceMs = null;
  state.isBlind = false;
  return wasBlind ? ['sighted'] : [];
}

function forgetLong(state: ConditionState, rule: ReferenceRule): void {
  if (state.pausedMs === null || state.pausedMs <= rule.unknownHoldMs) return;
  state.pendingMs = null;
  state.clearingMs = null;
  state.graver.clear();
}

function beginPending(state: ConditionState, wallMs: number): void {
  setGrade(state, null);
  state.pendingMs = 0;
  state.goodSamples = 0;
  state.onsetAtMs = wallMs;
  state.onsetAfterMs = state.lastFalseAtMs;
}

/** Time passes while the gateway runs; downtime is not told to the condition. */
export function pass(state: ConditionState, ms: number): void {
  if (state.graceMs !== null) state.graceMs -= ms;
  if (state.unknownMs !== null) state.unknownMs += ms;
  if (state.pausedMs !== null) state.pausedMs += ms;
  else {
    if (state.pendingMs !== null) state.pendingMs += ms;
    if (state.clearingMs !== null) state.clearingMs += ms;
    for (const each of state.graver.values()) each.ms += ms;
  }
}

/** Time until `fire` has something to do. Infinity = never without a sample. */
export function dueIn(state: ConditionState, rule: ReferenceRule): number {
  if (state.pausedMs !== null) {
    const graceMs = state.graceMs ?? Infinity;
    const blindMs =
      state.isBlind || state.unknownMs === null ? Infinity : rule.blindAfterMs - state.unknownMs;
    return Math.max(0, Math.min(graceMs, blindMs));
  }
  return Math.max(0, Math.min(turnIn(state, rule), ...SEVERITIES.map((each) => graverIn(state, rule, each))));
}

/** Until it raises or returns. */
function turnIn(state: ConditionState, rule: ReferenceRule): number {
  if (state.pendingMs !== null)
    return state.goodSamples >= rule.minGoodSamples ? rule.onDelayMs - state.pendingMs : Infinity;
  return state.clearingMs === null ? Infinity : rule.offDelayMs - state.clearingMs;
}

/** Does what is due now. */
export function fire(state: ConditionState, rule: ReferenceRule): Edge[] {
  if (dueIn(state, rule) > 0) return [];
  if (state.graceMs !== null && state.graceMs <= 0) {
    state.graceMs = null;
    loseSight(state);
    return fire(state, rule);
  }
  if (state.pausedMs !== null) {
    state.isBlind = true;
    return ['blind'];
  }
  const isGraver = follow(state, rule);
  if (turnIn(state, rule) > 0) return isGraver && state.isOn ? ['graver'] : [];
  state.isOn = state.pendingMs !== null;
  state.pendingMs = null;
  state.clearingMs = null;
  return [state.isOn ? 'raise' : 'return'];
}

/** What the changed rule says of the last good sample; nothing where there has been none. */
export function reEvaluate(
  state: ConditionState,
  rule: ReferenceRule,
  truth: 'true' | 'false',
  wallMs: number,
): Edge[] {
  state.pendingMs = null;
  state.clearingMs = null;
  if (state.isRead) state.lastGood = truth;
  if (!isKnown(state)) {
    state.pausedMs = 0;
    if (!state.isBlind) state.unknownMs = 0;
    if (!state.isRead || !state.isOn || truth === 'true' || rule.offDelayMs > 0) return [];
    state.isOn = false;
    return ['return'];
  }
  if (state.isOn && truth === 'false') state.clearingMs = 0;
  if (!state.isOn && truth === 'true') {
    beginPending(state, wallMs);
    state.goodSamples = 1;
  }
  return fire(state, rule);
}

/** Limits that are passed. */
export type Passed = Set<LevelName>;

/** B3: UNKNOWN before limits; enter beyond the limit, leave beyond limit and dead-band, keep in between. */
export function judgeReading(
  rule: ReferenceRule,
  passed: Passed,
  { value, quality }: Pick<Extract<ScriptInput, { type: 'reading' }>, 'value' | 'quality'>,
): { readonly truth: Condition; readonly severity: Severity } {
  const unusable = quality === 'bad' || (quality === 'uncertain' && rule.uncertain === 'unknown');
  if (unusable || value === null) return { truth: 'unknown', severity: rule.severity };
  for (const [name, { limit, deadband }] of Object.entries(rule.limits) as Limits) {
    const beyond = name.startsWith('h') ? value - limit : limit - value;
    if (beyond > 0) passed.add(name);
    if (beyond < -deadband) passed.delete(name);
  }
  const severities = [...passed].map((name) => rule.limits[name]?.severity ?? rule.severity);
  const worst = severities.sort(compareSeverity).at(-1);
  return { truth: worst === undefined ? 'false' : 'true', severity: worst ?? rule.severity };
}

type Limits = [LevelName, { limit: number; deadband: number }][];
