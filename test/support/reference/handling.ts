/**
 * Reference of what people and the design decide about one alarm: shelf, out of service, suppression (alarms.md B1 rows 8 to
 * 12, B2, B7).
 *
 * Choices where the text leaves one:
 * - reading of the text: they are decisions about the alarm, with or without an occurrence, and may be on together. Each is
 *   taken in any state; taken again it is replaced.
 * - reading of the text: a manual unshelve acknowledges without an event of its own, and opens the ticket that the shelf held
 *   back if the alarm is still active. Where F or G lies above nobody has seen anything.
 * - reading of the text: a one-shot shelf ends with the return, after `ended`, as `unshelved`; a latched alarm then is B. Without
 *   an active alarm it awaits the next one.
 * - reading of the text: the reminder is told once, for shelves longer than the reminder time; of a new shelf it is due again. One that becomes
 *   due during downtime is told at boot.
 *   One that was due while the gateway was down is not told: at most once comes before at all.
 * - reading of the text: what ends at the same moment is released by severity, then in the order in which people began to decide.
 * - reading of the text: shelves and permits that end during downtime end at boot, before any sample.
 * - reading of the text: suppression of life safety changes nothing and says nothing.
 * - reading of the text: the longest shelf is that of the open occurrence's severity, else of the rule's; a shelf gets no longer
 *   than that when the severity rises.
 */

import { askForTicket } from './causes.ts';
import { end, endHidden, release } from './ending.ts';
import { keepReAlarm, lowerSeverity } from './life.ts';
import type { ScriptInput } from './script.ts';
import { type Alarm, isHidden, isLifeSafety, isSetAside, type Site } from './site.ts';
import { openDue, refuse, say } from './telling.ts';

export function shelve(site: Site, alarm: Alarm, input: Extract<ScriptInput, { type: 'shelve' }>): void {
  const { shelveMaxMs, shelfReminderMs } = site.policy.alarms;
  const maxMs = shelveMaxMs[alarm.occurrence?.severity ?? alarm.rule.severity];
  if (maxMs === 0 || isLifeSafety(alarm)) return refuse(site, 'shelve-not-allowed');
  if (input.forMs <= 0) return refuse(site, 'end-not-ahead');
  if (input.forMs > maxMs) return refuse(site, 'shelve-too-long');
  const isReminded = input.forMs <= shelfReminderMs;
  alarm.shelf = { untilMs: site.wallMs + input.forMs, isOneShot: input.isOneShot, isReminded };
  say(site, alarm, 'shelved');
  endHidden(site, alarm);
}

export function unshelve(site: Site, alarm: Alarm): void {
  if (alarm.shelf === null) return refuse(site, 'not-shelved');
  alarm.shelf = null;
  const { occurrence } = alarm;
  const isSeen = occurrence !== null && !isHidden(alarm);
  if (isSeen && (occurrence.isActive || occurrence.isLatched)) occurrence.isAcknowledged = true;
  say(site, alarm, 'unshelved');
  keepReAlarm(site, alarm);
  if (isSeen) lowerSeverity(site, alarm);
  if (occurrence === null || isSetAside(alarm)) return;
  if (occurrence.isActive) {
    askForTicket(site, alarm);
    openDue(site, alarm);
  } else if (!occurrence.isLatched) end(site, alarm, 'returned');
}

export function takeOutOfService(
  site: Site,
  alarm: Alarm,
  { forMs, permit, approver, by }: Extract<ScriptInput, { type: 'take-out-of-service' }>,
): void {
  if (permit === '' || approver === '' || approver === by) return refuse(site, 'approval-required');
  if (forMs <= 0) return refuse(site, 'end-not-ahead');
  alarm.outOfService = { untilMs: site.wallMs + forMs };
  say(site, alarm, 'out-of-service');
  endHidden(site, alarm);
}

export function endService(site: Site, alarm: Alarm, event: 'in-service' | 'service-expired'): void {
  if (alarm.outOfService === null) return refuse(site, 'not-out-of-service');
  alarm.outOfService = null;
  release(site, alarm, 'in-service', event);
}

export function expireShelf(site: Site, alarm: Alarm): void {
  alarm.shelf = null;
  release(site, alarm, 'shelf-expired', 'shelf-expired');
}

export function shortenShelf({ policy, wallMs }: Site, { shelf, occurrence, rule }: Alarm): void {
  const maxMs = policy.alarms.shelveMaxMs[occurrence?.severity ?? rule.severity];
  if (shelf !== null) shelf.untilMs = Math.min(shelf.untilMs, wallMs + maxMs);
}

export function suppress(site: Site, alarm: Alarm, input: Extract<ScriptInput, { type: 'suppress' }>): void {
  if (isLifeSafety(alarm)) return;
  const was = alarm.suppressedBy.size > 0;
  if (input.isOn) alarm.suppressedBy.add(input.reason);
  else alarm.suppressedBy.delete(input.reason);
  const is = alarm.suppressedBy.size > 0;
  if (alarm.isRemoved) return;
  if (is && !was) {
    say(site, alarm, 'suppressed');
    endHidden(site, alarm);
  }
  if (was && !is) release(site, alarm, 'unsuppressed', 'unsuppressed');
}
