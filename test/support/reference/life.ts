/**
 * Reference of the life cycle: raise, return, latch, acknowledge, re-alarm, severity, chatter hold (alarms.md B1 rows 1 to 7,
 * B2, B7).
 *
 * Choices where the text leaves one:
 * - reading of the text: a return in E, F or G ends the occurrence at once, without waiting for an acknowledgement (rows 9,
 *   10 and 12 all lead to A); so does hiding one in D.
 * - reading of the text: a latching alarm that returns in F ends as well (nobody is to do anything about it); in E and G it
 *   stays latched.
 * - reading of the text: `latched` is said when a latching alarm returns, after `returned`; of what is hidden only its end, or that it latched. A latched alarm counts as "true"
 *   in rows 9, 10 and 12. When its condition holds again it is re-raised: B, count + 1.
 * - reading of the text: reset is possible while the condition is UNKNOWN or pending, if it was seen to return.
 * - reading of the text: an acknowledgement is taken in E, F and G too; rows 10 and 12 take it back on release.
 * - reading of the text: nobody is told "recovered" of an alarm that returns while hidden.
 * - reading of the text: blind and sighted are said of every open occurrence, active or not.
 *
 * - reading of the text: re-alarm counts from the last annunciation, not from the acknowledgement; it strikes in B as in C, and
 *   again after as long. What comes out of E, F or G counts anew. It runs during downtime (one strike afterwards).
 * - reading of the text: a strike that is due while blind, or for medium and low in a flood ("low priority" is what is not told
 *   individually), waits until that is over. Escalation is asked for at count N, once.
 *
 * - reading of the text: of a level that changes while the alarm is on its severity alone counts (condition.ts says when). B3 leaves open what a
 *   lower level does (`severityDown`); `latch-max` lowers at the first TRUE after an acknowledgement.
 *
 * - reading of the text: the third raise that is annunciated (B1: chattering annunciates) within (half open) `withinMs` begins chatter;
 *   re-raises count. The first hold is the longer of off-delay and withinMs, counted from the return after the off-delay; a
 *   raise inside (after the on-delay) multiplies it, is counted and is neither an event nor annunciated. Nothing is held while
 *   hidden. Raises before a stop count, downtime is time. The hold stands still while blind, begins anew (with its length) at the
 *   first good sample after a stop, and ends only while the condition is known to be FALSE: a TRUE that is pending (on-delay,
 *   good samples) keeps it, as it would keep an off-delay from ending. Life safety is never held.
 */
import { defined } from '../../../src/core/assert.ts';
import { compareSeverity, type Severity } from '../../../src/core/severity.ts';
import { askForTicket } from './causes.ts';
import { type Edge, isKnown } from './condition.ts';
import { end, endOneShot } from './ending.ts';
import {
  type Alarm,
  createOccurrence,
  isHidden,
  isLifeSafety,
  type Occurrence,
  type Site,
  toLetter,
} from './site.ts';
import { annunciate, isToldAlone, openDue, refuse, say, tell } from './telling.ts';

export function onEdges(site: Site, alarm: Alarm, edges: readonly Edge[]): void {
  for (const edge of edges) {
    if (edge === 'raise') raise(site, alarm);
    else if (edge === 'return') holdOrReturn(site, alarm);
    else if (edge === 'graver') followSeverity(site, alarm, alarm.condition.severity);
    else if (alarm.occurrence !== null && alarm.occurrence.isBlind !== (edge === 'blind')) {
      alarm.occurrence.isBlind = edge === 'blind';
      say(site, alarm, edge);
    }
  }
}

/** B3: still TRUE under the changed rule. */
export function takeOver(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  occurrence.isOutdated = false;
  say(site, alarm, 'rule-changed');
}

/** B3: now FALSE. */
export function endOutdated(site: Site, alarm: Alarm): void {
  defined(alarm.occurrence, 'occurrence').isActive = false;
  end(site, alarm, 'rule-changed');
  endOneShot(site, alarm);
}

export function raise(site: Site, alarm: Alarm): void {
  if (alarm.chatter !== null && alarm.chatter.quietMs !== null)
    return raiseInHold(site, alarm, alarm.chatter);
  const isAgain = alarm.occurrence !== null;
  alarm.occurrence ??= createOccurrence(site, alarm);
  const { occurrence } = alarm;
  const { severity } = alarm.condition;
  occurrence.returnedMs = null;
  occurrence.isActive = true;
  if (!isKept(site, occurrence, severity)) occurrence.severity = severity;
  occurrence.isAcknowledged = false;
  occurrence.isLatched = false;
  occurrence.count++;
  const { onsetAfterMs, onsetAtMs } = alarm.condition;
  if (isAgain) say(site, alarm, 're-raised');
  else say(site, alarm, 'raised', { onset: { afterMs: onsetAfterMs, atMs: onsetAtMs } });
  if (toLetter(alarm) === 'B') beginChatter(site, alarm);
  askForTicket(site, alarm);
  annunciate(site, alarm, isAgain ? 're-raised' : 'raised');
  openDue(site, alarm);
}

export function doReturn(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  const letter = toLetter(alarm);
  const quietMs = alarm.chatter?.quietMs ?? 0;
  alarm.chatter = null;
  occurrence.isActive = false;
  occurrence.reAlarms = 0;
  occurrence.reAlarmMs = null;
  occurrence.returnedMs = quietMs;
  if (!['E', 'F', 'G'].includes(letter)) say(site, alarm, 'returned');
  if ((letter === 'B' || letter === 'C') && occurrence.isTold) tell(site, alarm, 'recovered');
  if (alarm.rule.isLatching && letter !== 'F') {
    occurrence.isLatched = true;
    say(site, alarm, 'latched');
  } else if (letter !== 'B') end(site, alarm, 'returned');
  endOneShot(site, alarm);
}

export function acknowledge(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  if (occurrence.isAcknowledged) return refuse(site, 'already-acknowledged');
  occurrence.isAcknowledged = true;
  say(site, alarm, 'acknowledged');
  lowerSeverity(site, alarm);
  if (!occurrence.isActive && !occurrence.isLatched) end(site, alarm, 'returned');
}

/** The level that the condition has now counts, once somebody has seen the highest. */
export function lowerSeverity(site: Site, alarm: Alarm): void {
  const { condition: state } = alarm;
  if (isKnown(state) && state.isOn && state.lastGood === 'true') followSeverity(site, alarm, state.severity);
}

/** B2: legal once it has returned and is acknowledged. */
export function reset(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  const { isActive, isLatched, isAcknowledged } = occurrence;
  if (!isLatched || isActive || !isAcknowledged) return refuse(site, 'reset-not-allowed');
  occurrence.isLatched = false;
  say(site, alarm, 'reset');
  end(site, alarm, 'returned');
}

/** B1 row 7, first half. */
export function followSeverity(site: Site, alarm: Alarm, severity: Severity): void {
  const { occurrence } = alarm;
  if (occurrence === null || !occurrence.isActive) return;
  const change = compareSeverity(severity, occurrence.severity);
  if (change === 0 || isKept(site, occurrence, severity)) return;
  occurrence.severity = severity;
  if (change > 0) occurrence.isAcknowledged = false;
  say(site, alarm, 'severity-changed', { severity });
  if (change > 0) annunciate(site, alarm, 'severity');
}

/** The highest stays until somebody acknowledges. */
function isKept(site: Site, { severity, isAcknowledged }: Occurrence, next: Severity): boolean {
  const isLower = compareSeverity(next, severity) < 0;
  return isLower && site.policy.severityDown === 'latch-max' && !isAcknowledged;
}

/** B1 row 7, second half. */
export function reAlarm(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  occurrence.reAlarmMs = toReAlarmMs(site, alarm, occurrence);
  occurrence.reAlarms++;
  occurrence.isAcknowledged = false;
  say(site, alarm, 're-alarmed');
  annunciate(site, alarm, 're-alarmed');
  if (occurrence.reAlarms === site.policy.alarms.reAlarmEscalateAt) tell(site, alarm, 'escalate');
}

function toReAlarmMs(site: Site, { rule }: Alarm, { severity }: Occurrence): number | null {
  return rule.reAlarmMs ?? site.policy.alarms.reAlarmMs[severity];
}

/** It runs while people can see the alarm, from when they were called last. */
export function keepReAlarm(site: Site, alarm: Alarm): void {
  const { occurrence } = alarm;
  if (occurrence === null) return;
  const ms = toReAlarmMs(site, alarm, occurrence);
  const isRunning = ms !== null && occurrence.isActive && !isHidden(alarm);
  occurrence.reAlarmMs = isRunning ? Math.min(occurrence.reAlarmMs ?? ms, ms) : null;
}

/** Whether it strikes once it is due. */
export function isReAlarmFree(site: Site, { occurrence }: Alarm): boolean {
  if (occurrence === null || occurrence.isBlind) return false;
  return !site.flood.isOn || isToldAlone(occurrence);
}

export function beginChatter(site: Site, alarm: Alarm): void {
  const { raises, withinMs } = site.policy.alarms.chatter;
  alarm.raises = [...alarm.raises.filter((ageMs) => ageMs < withinMs), 0];
  if (alarm.chatter !== null || isLifeSafety(alarm) || alarm.raises.length < raises) return;
  alarm.chatter = { holdMs: Math.max(alarm.rule.offDelayMs, withinMs), quietMs: null };
  say(site, alarm, 'chattering');
}

export function raiseInHold(site: Site, alarm: Alarm, chatter: NonNullable<Alarm['chatter']>): void {
  const { factor, capMs } = site.policy.alarms.chatter;
  chatter.holdMs = Math.min(capMs, chatter.holdMs * factor);
  chatter.quietMs = null;
  defined(alarm.occurrence, 'occurrence').count++;
  followSeverity(site, alarm, alarm.condition.severity);
}

export function holdOrReturn(site: Site, alarm: Alarm): void {
  if (alarm.occurrence?.isOutdated === true) endOutdated(site, alarm);
  else if (alarm.chatter !== null && !isHidden(alarm)) alarm.chatter.quietMs = 0;
  else if (alarm.occurrence !== null) doReturn(site, alarm, alarm.occurrence);
}

export function endHold(site: Site, alarm: Alarm): void {
  say(site, alarm, 'chatter-ended');
  doReturn(site, alarm, defined(alarm.occurrence, 'occurrence'));
}
