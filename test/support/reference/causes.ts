/**
 * Reference of suppression by a parent alarm and of "no silent chain" (alarms.md B7): hold-on, hold-off, and the ticket that
 * waits meanwhile.
 *
 * Choices where the text leaves one:
 * - reading of the text: one level explains: the parent while its own condition is live (after its delays, not held for
 *   chatter, not blind) and somebody can see it: a ticket (its own or the storm's), an acknowledgement, or a parent of its own of
 *   which that is true. What stands between and is well shields; what is in E, F by design or G is seen only by its ticket.
 * - reading of the text: a parent that itself waits for its ticket does not explain yet; what follows from it waits as long.
 * - reading of the text: what raises within the settle time after the parent's return is explained by it; counted from that
 *   return, over a restart as well.
 * - reading of the text: whatever ends the explanation, the settle time runs, and one good sample since then is asked for; of a
 *   blind alarm none can be had.
 * - reading of the text: no wait ends before bootGrace is over. Both times go on during downtime.
 * - reading of the text: an occurrence that has its ticket is not explained any more; one that is hidden by people or by design
 *   when it raises asks for its cause when that is over.
 */
import type { Alarm, Occurrence, Site } from './site.ts';
import { isSetAside } from './site.ts';
import { annunciate, openDue, say } from './telling.ts';

type Verdict =
  | { readonly type: 'explained' | 'aftermath'; readonly by: number; readonly ageMs: number }
  | 'undecided'
  | null;

/** A raise, or an end of hiding. */
export function askForTicket(site: Site, alarm: Alarm): void {
  const { occurrence } = alarm;
  if (occurrence?.isActive !== true || occurrence.isTicketed || isSetAside(alarm)) return;
  occurrence.hold = null;
  look(site, alarm, occurrence, false);
}

/** What has changed upstream, and which wait is over. */
export function followCause(site: Site, alarm: Alarm): void {
  const { occurrence } = alarm;
  if (occurrence?.isActive !== true || occurrence.isTicketed) return;
  if (occurrence.hold?.type === 'waiting' && isSetAside(alarm)) occurrence.hold = null;
  if (occurrence.hold !== null)
    look(site, alarm, occurrence, site.readInMs <= 0 && isFresh(alarm, occurrence));
  openDue(site, alarm);
}

/** Time until a wait is over. Infinity = none runs. */
export function holdDueIn({ policy }: Site, { occurrence }: Alarm): number {
  const leftMs = occurrence === null ? 0 : toLeftMs(policy.explain, occurrence.hold);
  return leftMs > 0 ? leftMs : Infinity;
}

/** The parent is active, and people can see it. */
export function hasVisibleParent(site: Site, alarm: Alarm): boolean {
  const parent = toParent(site, alarm);
  return parent !== null && isVisible(site, parent);
}

/** How many stand above it. */
export function toDepth(site: Site, alarm: Alarm): number {
  const parent = toParent(site, alarm);
  return parent === null ? 0 : 1 + toDepth(site, parent);
}

function look(site: Site, alarm: Alarm, occurrence: Occurrence, mayEnd: boolean): void {
  const { hold } = occurrence;
  const by = hold === null || hold.type === 'waiting' ? null : hold.by;
  const verdict = toVerdict(site, alarm);
  if (alarm.rule.parent === null) return end(site, alarm, occurrence);
  if (verdict !== null && verdict !== 'undecided' && (verdict.type === 'explained' || by === null)) {
    const { type, ageMs } = verdict;
    occurrence.hold =
      type === 'explained' ? { type, by: verdict.by } : { type: 'settling', by: verdict.by, ms: ageMs };
    if (by === null) say(site, alarm, 'explained');
    return;
  }
  if (hold === null) occurrence.hold = { type: 'waiting', ms: 0 };
  else if (hold.type === 'explained') occurrence.hold = { type: 'settling', by: hold.by, ms: 0 };
  if (mayEnd && verdict !== 'undecided' && toLeftMs(site.policy.explain, occurrence.hold) <= 0)
    end(site, alarm, occurrence);
}

/** Only what was explained is released and told. */
function end(site: Site, alarm: Alarm, occurrence: Occurrence): void {
  const wasExplained = occurrence.hold !== null && occurrence.hold.type !== 'waiting';
  occurrence.hold = null;
  occurrence.isDue = true;
  if (!wasExplained) return;
  occurrence.isAcknowledged = false;
  say(site, alarm, 'released');
  annunciate(site, alarm, 'released');
}

function toVerdict(site: Site, alarm: Alarm): Verdict {
  const parent = toParent(site, alarm);
  if (parent === null) return null;
  if (parent.occurrence !== null && isVisible(site, parent))
    return { type: 'explained', by: parent.occurrence.id, ageMs: 0 };
  if (isUndecided(site, parent)) return 'undecided';
  const gone = toGone(parent);
  const ageMs = gone?.occurrence.returnedMs ?? Infinity;
  if (gone === null || ageMs >= site.policy.explain.settleMs) return null;
  const isSeen = isKnown(site, parent, gone.occurrence, gone.isSetAside);
  return isSeen ? { type: 'aftermath', by: gone.occurrence.id, ageMs } : null;
}

/** Its last occurrence, if that has returned. */
function toGone(alarm: Alarm): Alarm['past'] {
  const { occurrence, past } = alarm;
  if (occurrence === null) return past;
  return occurrence.isActive ? null : { occurrence, isSetAside: isSetAside(alarm) };
}

function isVisible(site: Site, alarm: Alarm): boolean {
  const { occurrence } = alarm;
  return occurrence !== null && isLive(alarm) && isKnown(site, alarm, occurrence, isSetAside(alarm));
}

function isLive({ occurrence, chatter }: Alarm): boolean {
  if (occurrence === null || !occurrence.isActive || occurrence.isBlind) return false;
  return chatter === null || chatter.quietMs === null;
}

function isKnown(site: Site, alarm: Alarm, occurrence: Occurrence, isAside: boolean): boolean {
  if (occurrence.isTicketed) return true;
  if (isAside) return false;
  if (occurrence.isAcknowledged) return true;
  const parent = toParent(site, alarm);
  const { hold } = occurrence;
  if (parent === null || hold === null || hold.type === 'waiting') return false;
  return parent.occurrence?.id === hold.by && isVisible(site, parent);
}

/** It waits itself, or for one that does. */
function isUndecided(site: Site, alarm: Alarm): boolean {
  const { occurrence } = alarm;
  if (occurrence === null || !isLive(alarm) || occurrence.hold === null) return false;
  if (toLeftMs(site.policy.explain, occurrence.hold) > 0) return true;
  const parent = toParent(site, alarm);
  return parent !== null && isUndecided(site, parent);
}

/** 0 or less: it is over. */
function toLeftMs({ waitMs, settleMs }: Site['policy']['explain'], hold: Occurrence['hold']): number {
  if (hold === null || hold.type === 'explained') return 0;
  return (hold.type === 'waiting' ? waitMs : settleMs) - hold.ms;
}

function isFresh({ sample }: Alarm, { hold, isBlind }: Occurrence): boolean {
  if (hold?.type !== 'settling' || isBlind) return true;
  return sample !== null && sample.isUsable && sample.ageMs <= hold.ms;
}

function toParent(site: Site, { rule }: Alarm): Alarm | null {
  return rule.parent === null ? null : (site.alarms[rule.parent] ?? null);
}
