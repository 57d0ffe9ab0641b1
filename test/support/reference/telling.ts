/**
 * Reference of who is told what: events, annunciation, tickets, messages, storms (alarms.md B7). When a flood begins and ends
 * is flood.ts.
 *
 * Choices where the text leaves one:
 * - reading of the text: the annunciation that begins a storm is told by its first digest, not by itself.
 * - reading of the text: a ticket waits where a parent could explain the alarm (causes.ts), else it opens at once. What is
 *   hidden when its ticket is due gets none, and waits until that is over. Each occurrence has a ticket of its own (or the
 *   storm's) and keeps it.
 * - reading of the text: "recovered" of medium and low in a storm goes to the digest; requests to escalate and reminders never.
 */
import { type AlarmEventType } from '../../../src/core/alarm.ts';
import { defined } from '../../../src/core/assert.ts';
import { compareSeverity } from '../../../src/core/severity.ts';
import { type FloodState, isInWindow } from './flood.ts';
import type { AnnunciationReason, Observed } from './script.ts';
import { type Alarm, isHidden, isLifeSafety, type Occurrence, type Site, toLetter } from './site.ts';

export function say(
  site: Site,
  alarm: Alarm,
  event: AlarmEventType,
  more: Partial<Omit<Extract<Observed, { kind: 'event' }>, 'kind' | 'event'>> = {},
): void {
  const { index, occurrence } = alarm;
  const letter = toLetter(alarm);
  const at = { atMs: site.wallMs, alarm: index, occurrence: occurrence?.id ?? null };
  site.seen.push({ kind: 'event', ...at, event, letter, ...more });
}

export function refuse(site: Site, code: string): void {
  site.seen.push({ kind: 'refused', atMs: site.wallMs, code });
}

/** Only what is B is annunciated: E, F and G are recorded. */
export function annunciate(site: Site, alarm: Alarm, why: AnnunciationReason): void {
  const occurrence = defined(alarm.occurrence, 'occurrence');
  if (toLetter(alarm) !== 'B') return;
  site.seen.push({
    kind: 'annunciated',
    atMs: site.wallMs,
    alarm: alarm.index,
    occurrence: occurrence.id,
    why,
  });
  govern(site, alarm, occurrence);
  tell(site, alarm, why);
  occurrence.isTold = true;
  occurrence.reAlarmMs = null;
}

export function tell(site: Site, alarm: Alarm, what: Extract<Observed, { kind: 'told' }>['what']): void {
  const { isOn, digest } = site.flood;
  const { occurrence } = alarm;
  const isDigested = what !== 'shelf-reminder' && what !== 'escalate';
  if (isOn && occurrence !== null && isDigested && !isToldAlone(occurrence)) {
    if (what === 'recovered') digest.returned++;
    else digest.raised++;
    return;
  }
  const of = { alarm: alarm.index, occurrence: occurrence?.id ?? null };
  site.seen.push({ kind: 'told', atMs: site.wallMs, ...of, what });
}

export function isToldAlone({ severity }: Occurrence): boolean {
  return compareSeverity(severity, 'high') >= 0;
}

export function openDue(site: Site, alarm: Alarm): void {
  const { occurrence } = alarm;
  if (occurrence?.isDue !== true) return;
  occurrence.isDue = false;
  if (occurrence.isTicketed || isHidden(alarm)) return;
  occurrence.isTicketed = true;
  const isStorm = occurrence.isGrouped && !isToldAlone(occurrence);
  const of = { alarm: alarm.index, occurrence: occurrence.id };
  site.seen.push({ kind: 'ticket', atMs: site.wallMs, ...of, isStorm });
}

export function govern(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  const { flood } = site;
  const limits = site.policy.alarms.flood;
  const before = flood.recent.filter(isInWindow(limits));
  flood.recent = [...before, { alarm: alarm.index, occurrence: occurrence.id, ageMs: 0 }];
  if (flood.recent.length > limits.enter) flood.isOn = true;
  if (!flood.isOn) return;
  if (flood.storm === null) for (const each of before.slice(-limits.enter)) groupRecent(site, each);
  group(site, alarm, occurrence);
}

function groupRecent(site: Site, member: FloodState['recent'][number]): void {
  const alarm = defined(site.alarms[member.alarm], 'alarm');
  const { occurrence } = alarm;
  if (occurrence?.id === member.occurrence && !isHidden(alarm)) group(site, alarm, occurrence);
}

function group(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  if (isLifeSafety(alarm) || occurrence.isGrouped) return;
  if (site.flood.storm === null) {
    site.flood.storm = { ageMs: 0 };
    site.seen.push({ kind: 'storm', atMs: site.wallMs, what: 'began' });
  }
  occurrence.isGrouped = true;
  say(site, alarm, 'grouped');
}

export function tellDigest({ flood, seen, wallMs }: Site): void {
  const { raised, returned } = flood.digest;
  flood.digest = { sinceMs: 0, raised: 0, returned: 0 };
  if (raised + returned > 0) seen.push({ kind: 'digest', atMs: wallMs, raised, returned });
}

export function endStorm({ flood, seen, wallMs }: Site): void {
  if (flood.storm === null) return;
  flood.storm = null;
  seen.push({ kind: 'storm', atMs: wallMs, what: 'ended' });
}
