/** What came first among the alarms of one ticket, for its record and for explain (alarms/first-out.ts). Reads only. */
import { type FirstOut, toFirstOut, toFirstOutGroup } from '../alarms/first-out.ts';
import type { OccurrenceId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';

/** Alarms that "one of these" names; of more nobody can make anything. */
const MAX_NAMED = 10;

/**
 * Among the alarms on the ticket that were raised with this one; null where it is alone. When one of them was over is not
 * on the ticket: the matter ends with the window.
 * @param windowMs policy.alarms.firstOutMs
 */
export function toTicketFirstOut(
  { alarms }: Ticket,
  id: OccurrenceId,
  windowMs: number,
): FirstOut<OccurrenceId> | null {
  const members = alarms.map(({ occurrence, firstAtMs, onsetAtMs, onsetAfterMs }) => ({
    id: occurrence,
    raisedAtMs: firstAtMs,
    overAtMs: null,
    afterMs: onsetAfterMs ?? null,
    atMs: onsetAtMs ?? firstAtMs,
  }));
  const group = toFirstOutGroup(members, id, windowMs);
  if (group.length < 2) return null;
  const verdict = toFirstOut(group);
  if (verdict === 'cannot tell' || 'certain' in verdict) return verdict;
  return verdict.oneOf.length > MAX_NAMED ? 'cannot tell' : verdict;
}
