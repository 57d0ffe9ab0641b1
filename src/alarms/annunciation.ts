/**
 * Whether people are told of an alarm, and what follows when that changes (alarms.md B1 rows 8–12, B7): pure. What hides an
 * alarm hides it from lists, sound and tickets; it is judged and recorded as always.
 *
 *   | hidden by              | letter | ends by                      | then, while it stands | else  |
 *   | suppression, a cause   | F      | hours, effect or cause over  | B                     | ended |
 *   | a shelf                | E      | its time                     | B                     | ended |
 *   |                        |        | a person                     | C                     | ended |
 *   | out of service         | G      | its time, a person           | B                     | ended |
 *
 * What is hidden waits for nobody: it ends with its return, unacknowledged, and says nothing of it.
 */
import type { Acknowledgement, AlarmEvent, AlarmEventType, Occurrence } from '../core/alarm.ts';
import { toEnded } from './ending.ts';
import type { AlarmStep } from './step.ts';

/** What people or the rule's design hide an alarm by; a cause upstream is explain.ts's business. */
export type Hiding = Pick<Occurrence, 'shelf' | 'outOfService' | 'suppression'>;

/** Events that tell people of an alarm when nothing hides it. */
const CALLS: ReadonlySet<AlarmEventType> = new Set([
  'raised',
  're-raised',
  're-alarmed',
  'severity-changed',
  'shelf-expired',
  'in-service',
  'service-expired',
  'unsuppressed',
  'released',
]);

/** Whether events of this type call people, if nothing hides their alarm. */
export function isCall(type: AlarmEventType): boolean {
  return CALLS.has(type);
}

/** Hidden by a shelf, out of service or by design (E, G, and F without a cause): it opens no ticket. */
export function isSetAside({ shelf, outOfService, suppression }: Hiding): boolean {
  return shelf !== null || outOfService !== null || suppression !== null;
}

/** E, F or G. */
export function isHidden(occurrence: Hiding & Pick<Occurrence, 'isActive' | 'explainedBy'>): boolean {
  return isSetAside(occurrence) || (occurrence.isActive && occurrence.explainedBy !== null);
}

/** Something is wrong, or was and waits for its reset. */
export function isStanding({ isActive, isLatched }: Pick<Occurrence, 'isActive' | 'isLatched'>): boolean {
  return isActive || isLatched;
}

/** B or C. */
export function isAnnunciated(occurrence: Occurrence): boolean {
  return occurrence.endedAtMs === null && isStanding(occurrence) && !isHidden(occurrence);
}

/** Whether the event calls people: the alarm is in B by it. One figure of alarm load is one of these. */
export function isAnnunciation({ type, occurrence }: Pick<AlarmEvent, 'type' | 'occurrence'>): boolean {
  return isCall(type) && occurrence.acknowledged === null && isAnnunciated(occurrence);
}

/**
 * One change of what hides an alarm.
 * @param seenBy the person who brought it back by hand: he has seen it (row 9); null = whoever is there must be told
 */
export function changeHiding(
  occurrence: Occurrence,
  change: Partial<Hiding>,
  event: Pick<AlarmEvent, 'type' | 'by' | 'note'>,
  nowMs: number,
  seenBy: Acknowledgement | null = null,
): AlarmStep {
  const changed: Occurrence = { ...occurrence, ...change };
  const isRevealed = isHidden(occurrence) && !isHidden(changed);
  const acknowledged = seenBy === null ? null : (changed.acknowledged ?? seenBy);
  const next = isRevealed ? { ...changed, acknowledged } : toHidden(changed);
  const told: AlarmEvent = { ...event, atMs: nowMs, occurrence: next };
  if (isStanding(next)) return { occurrence: next, events: [told] };
  const ended = toEnded(next, 'returned', nowMs);
  return { occurrence: ended, events: [told, { type: 'ended', atMs: nowMs, occurrence: ended }] };
}

/** A wait for a cause is a wait for a ticket; what is set aside waits for none. */
function toHidden(occurrence: Occurrence): Occurrence {
  const isWaiting = isSetAside(occurrence) && occurrence.explainedBy === null;
  return isWaiting ? { ...occurrence, ticketDueAtMs: null } : occurrence;
}
