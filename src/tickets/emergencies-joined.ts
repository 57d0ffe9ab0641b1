/**
 * Two emergencies on one ticket, after a merge: what is graver stays (service-workflow.md §2, MERGED). A fire that is real, or that
 * nobody has looked at, does not become the false alarm that it is merged into; an incident that lasts is not left for one that is
 * over. What gives way stays on the record. Pure.
 */
import type { Policy } from '../config/policy.ts';
import type { Incident } from '../core/incident.ts';
import type { Ticket } from '../core/ticket.ts';
import { isFireOut } from '../core/ticket-sheets.ts';
import { owesReport } from '../incidents/reports.ts';
import { isIncidentDone } from './emergency-anew.ts';
import { isReportable } from './reporting.ts';

export interface JoinedEmergency {
  readonly change: Pick<Ticket, 'fire' | 'incident'>;
  /** For the record: what gave way; empty where nothing did. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** What the ticket takes over is another emergency than the one that it was, which was over or was none. */
  readonly isAnew: boolean;
}

/** @param incidents of the two tickets; null = none, or one that has been over for so long that the gateway has forgotten it */
export function joinEmergencies(
  from: Ticket,
  into: Ticket,
  incidents: { readonly from: Incident | null; readonly into: Incident | null },
  policy: Policy,
): JoinedEmergency {
  const fire = toFire(from, into, policy);
  const isOther = toWeight(incidents.from, policy) > toWeight(incidents.into, policy);
  const isOverruled = into.fire !== null && fire !== into.fire;
  const incident = isOther ? from.incident : (into.incident ?? from.incident);
  const isLeft = isOther && into.incident !== null && into.incident !== from.incident;
  const detail = {
    ...(isOverruled && { verdict: into.fire.verdict, judgedBy: into.fire.by }),
    ...(isLeft && { incident: from.incident, leftIncident: into.incident }),
  };
  const wasOver = incidents.into !== null && isIncidentDone(incidents.into);
  const isAnew = isReportable(from, policy) && (isOverruled || (isLeft && wasOver));
  return { change: { fire, incident }, detail, isAnew };
}

/** One that burns before one that is out, real before unknown, unknown before none. */
function toFire(from: Ticket, into: Ticket, policy: Policy): Ticket['fire'] {
  const reals = [into.fire, from.fire].filter((fire) => fire?.verdict === 'real');
  const real = reals.find((fire) => fire !== null && !isFireOut(fire)) ?? reals[0];
  if (real !== undefined) return real;
  return isUnseen(into, policy) || isUnseen(from, policy) ? null : (into.fire ?? from.fire);
}

/** A fire of which nobody has said yet what it is. */
function isUnseen(ticket: Ticket, policy: Policy): boolean {
  return ticket.class === 'fire' && ticket.fire === null && isReportable(ticket, policy);
}

/** The heavier it is, the less it may be left: it owes its report, it lasts, it is over or none. */
function toWeight(incident: Incident | null, policy: Policy): number {
  if (incident === null) return 0;
  if (owesReport(incident, policy)) return 4;
  if (isIncidentDone(incident)) return 1;
  return incident.verdict === 'confirmed' ? 3 : 2;
}
