/** Reference of how an occurrence ends, and what follows when nothing hides it any more (alarms.md B1 rows 9, 10, 12). */
import type { AlarmEventType, EndReason } from '../../../src/core/alarm.ts';
import { defined } from '../../../src/core/assert.ts';
import { askForTicket } from './causes.ts';
import type { AnnunciationReason } from './script.ts';
import { type Alarm, isHidden, isSetAside, type Site } from './site.ts';
import { annunciate, openDue, say } from './telling.ts';

/** Rows 10 and 12: B if true, else A; still hidden if something else hides it. */
export function release(site: Site, alarm: Alarm, why: AnnunciationReason, event?: AlarmEventType): void {
  const { occurrence } = alarm;
  const isTrue = occurrence !== null && (occurrence.isActive || occurrence.isLatched);
  if (isTrue && !isHidden(alarm)) occurrence.isAcknowledged = false;
  if (event !== undefined) say(site, alarm, event);
  if (isTrue) {
    askForTicket(site, alarm);
    annunciate(site, alarm, why);
    openDue(site, alarm);
  } else if (occurrence !== null && !isHidden(alarm)) end(site, alarm, 'returned');
}

export function end(site: Site, alarm: Alarm, reason: EndReason): void {
  const occurrence = defined(alarm.occurrence, 'occurrence');
  if (reason === 'returned') alarm.past = { occurrence, isSetAside: isSetAside(alarm) };
  alarm.occurrence = null;
  alarm.chatter = null;
  say(site, alarm, 'ended', { occurrence: occurrence.id, endReason: reason });
}

/** What waits for an acknowledgement alone, and is hidden, waits for nobody. */
export function endHidden(site: Site, alarm: Alarm): void {
  const { occurrence } = alarm;
  if (occurrence !== null && !occurrence.isActive && !occurrence.isLatched) end(site, alarm, 'returned');
}

export function endOneShot(site: Site, alarm: Alarm): void {
  if (alarm.shelf?.isOneShot !== true) return;
  alarm.shelf = null;
  say(site, alarm, 'unshelved');
  release(site, alarm, 'shelf-expired');
}
