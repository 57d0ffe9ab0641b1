/**
 * Which ticket begins an incident (the policy's `incidents.from`), and which belongs to one that lasts: alarms of one fire are
 * one incident (service-workflow.md §3). Pure. Where it is not certain that two are the same, they are two: a fire that is
 * hidden in another one is worse than a second line on the list, and people can join them.
 */

import { toWhole } from '../config/dependence.ts';
import { liftsAt } from '../config/lift-places.ts';
import type { SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import { toSaidEvents } from '../config/said.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { EquipmentId, IncidentId, LocationId } from '../core/ids.ts';
import type { Incident, Nature } from '../core/incident.ts';
import type { Ticket, TicketClass } from '../core/ticket.ts';
import { toEventKind } from '../plans/event-kind.ts';
import { planFor } from '../plans/plans.ts';
import { matches, toSettings } from '../tickets/match.ts';
import { toSiteDate } from '../tickets/number.ts';
import { type IncidentStep, tell, toIncidentStep } from './incident-step.ts';

export interface OpeningContext {
  readonly model: SiteModel;
  readonly policy: Policy;
  /** Next serial, from 1. @param day e.g. `SJ20261121`: each day begins anew */
  readonly nextNumber: (day: string) => number;
  /** When it began; left out = when the ticket was received. */
  readonly beganAtMs?: number | undefined;
}

/**
 * When what the ticket tells of happened: what is entered later (补录) is not of now, and what is of now no part of it; UTC ms.
 */
export function toHappenedMs({ marks, receivedAtMs }: Ticket, nowMs: number): number {
  return marks[0]?.enteredAtMs === undefined ? nowMs : receivedAtMs;
}

/** What kind of emergency it is, as far as its ticket tells. */
export function toIncidentKind(ticket: Ticket, model: SiteModel): Incident['kind'] {
  return toEventKind(ticket, model);
}

/** Whether the policy makes an incident of the ticket from its beginning: by what it is, or by what was said of it. */
export function isIncident(ticket: Ticket, policy: Policy): boolean {
  const settings = toSettings(ticket);
  if (policy.incidents.from.some((match) => matches(match, settings))) return true;
  const { priority, source, content } = ticket;
  if (priority !== 'emergency' || source === 'equipment-alarm') return false;
  return toSaidEvents(content.zh, ticket.class, policy).size > 0;
}

/**
 * The incident that the ticket belongs to: one that lasts, of the same kind and place, not older than the policy joins. A fire
 * that is real is one incident until somebody has ended it, however long it burns.
 * @param holdsPeople whether people are still in the lift of an incident: then it is the same one however long that lasts
 * @param ticketsOf of an incident, as far as they are known: of what is neither fire nor entrapment the place alone says nothing
 */
export function findIncident(
  open: readonly Incident[],
  ticket: Ticket,
  model: SiteModel,
  policy: Policy,
  nowMs: number,
  holdsPeople: (incident: Incident) => boolean = () => false,
  ticketsOf: (incident: Incident) => readonly Ticket[] = () => [],
): Incident | null {
  if (!isIncident(ticket, policy)) return null;
  const kind = toEventKind(ticket, model);
  const atMs = toHappenedMs(ticket, nowMs);
  const isSame = (incident: Incident): boolean =>
    incident.endedAtMs === null &&
    incident.kind === kind &&
    incident.isDrill === ticket.isDrill &&
    // What was found to be none may not hide one that is.
    (incident.isDrill || incident.verdict === 'open' || incident.verdict === 'confirmed') &&
    isSamePlace(incident, ticket, model, ticketsOf) &&
    (atMs === nowMs || atMs >= incident.beganAtMs - policy.incidents.joinMs) &&
    (atMs - incident.lastAtMs <= policy.incidents.joinMs ||
      (incident.kind === 'fire' && incident.verdict === 'confirmed') ||
      (incident.kind === 'entrapment' && holdsPeople(incident)));
  return open.find(isSame) ?? null;
}

/**
 * A fire has its building; people in another lift are another matter, also in the same shaft. Of anything else two are one where
 * they may be one matter: gas and a man with a knife in the same hall are two.
 */
function isSamePlace(
  incident: Incident,
  ticket: Ticket,
  model: SiteModel,
  ticketsOf: (incident: Incident) => readonly Ticket[],
): boolean {
  const known = toWholeId(ticket, model);
  const isSameEquipment = known !== null && known === toWholeId(incident, model);
  const isSameLocation = ticket.location !== null && ticket.location === incident.location;
  switch (incident.kind) {
    case 'fire': {
      const building = toBuilding(ticket.location, model);
      return building !== null && building === toBuilding(incident.location, model);
    }
    case 'entrapment':
      return isSameEquipment;
    default: {
      const known = isSameEquipment || isSameLocation ? ticketsOf(incident) : [];
      // An alarm of the place bears out what somebody has told of it.
      const isBorneOut = isSameLocation && ticket.source === 'equipment-alarm';
      return (
        known.length > 0 &&
        known.every((other) => other.class === ticket.class) &&
        (isBorneOut || known.every((other) => isSameMatter(other, ticket, model)))
      );
    }
  }
}

/**
 * Whether two emergencies that are neither fire nor people in a lift may be one: of one class and equipment, or alarms of one class
 * and place. What a person tells of a place only is one by itself: nobody has said that it is the same.
 */
export function isSameMatter(one: Ticket, other: Ticket, model: SiteModel): boolean {
  if (one.class !== other.class) return false;
  const known = toWholeId(one, model);
  if (known !== null && known === toWholeId(other, model)) return true;
  const areAlarms = [one, other].every(({ source }) => source === 'equipment-alarm');
  return areAlarms && one.location !== null && one.location === other.location;
}

/** @returns null where the ticket begins none */
export function openIncident(
  ticket: Ticket,
  { model, policy, nextNumber, beganAtMs = ticket.receivedAtMs }: OpeningContext,
  nowMs: number,
): IncidentStep | null {
  if (!isIncident(ticket, policy)) return null;
  const kind = toEventKind(ticket, model);
  const plan = planFor(ticket, model);
  const day = `SJ${toSiteDate(nowMs, model.site.timeZone)}`;
  const number = `${day}-${String(nextNumber(day)).padStart(2, '0')}`;
  const incident: Incident = {
    id: number as IncidentId,
    number,
    version: 1,
    policyVersion: policy.version,
    site: ticket.site,
    kind,
    nature: plan?.nature ?? toNature(kind, ticket.class),
    grade: 'ordinary',
    verdict: ticket.isDrill ? 'test' : 'open',
    phase: 'first-handling',
    commander: null,
    isDrill: ticket.isDrill,
    beganAtMs,
    lastAtMs: toHappenedMs(ticket, nowMs),
    endedAtMs: null,
    location: ticket.location,
    ...(ticket.equipment !== null && { equipment: ticket.equipment }),
    place: ticket.place,
    tickets: [ticket.id],
    reportDueAtMs: toReportDueMs(ticket, policy, beganAtMs, nowMs),
    reportWarnedAtMs: null,
    reportBreachedAtMs: null,
    reports: [],
    plan: plan?.id ?? null,
  };
  return tell(incident, { type: 'opened', atMs: nowMs, by: GATEWAY, detail: { ticket: ticket.id } });
}

/**
 * Two hours from its beginning; of what is entered later (补录) not before whoever types it in has had the time to enter its
 * report as well: it may have gone out long ago.
 */
function toReportDueMs(ticket: Ticket, policy: Policy, beganAtMs: number, nowMs: number): number {
  const dueAtMs = beganAtMs + policy.incidents.reportMs;
  const isLate = toHappenedMs(ticket, nowMs) < nowMs;
  return isLate ? Math.max(dueAtMs, nowMs + policy.lateEntry.withinMs) : dueAtMs;
}

/** The same incident where it has the ticket already. @param happenedAtMs when what the ticket tells of happened */
export function joinIncident(
  incident: Incident,
  ticket: Pick<Ticket, 'id'>,
  _policy: Policy,
  nowMs: number,
  by = GATEWAY,
  happenedAtMs = nowMs,
): IncidentStep {
  if (incident.tickets.includes(ticket.id)) return { incident, events: [] };
  const lastAtMs = Math.max(incident.lastAtMs, happenedAtMs);
  const change = { tickets: [...incident.tickets, ticket.id], lastAtMs };
  return toIncidentStep(incident, change, {
    type: 'joined',
    atMs: nowMs,
    by,
    detail: { ticket: ticket.id },
  });
}

/** Until somebody grades it; a plan says it better. */
function toNature(kind: Incident['kind'], ticketClass: TicketClass): Nature {
  return kind === 'fire' || ticketClass === 'security' ? 'safety-accident' : 'facility-failure';
}

/** Without an equipment, the lift that stands alone in that place. */
function toWholeId(
  {
    equipment: id = null,
    location,
  }: Pick<Incident, 'equipment' | 'location'> | Pick<Ticket, 'equipment' | 'location'>,
  model: SiteModel,
): EquipmentId | null {
  if (id !== null) return toWhole(model, id)?.id ?? id;
  const lifts = liftsAt(model, location);
  return lifts.length === 1 ? (lifts[0]?.id ?? null) : null;
}

/** The topmost location: one fire has one building. */
function toBuilding(location: LocationId | null, model: SiteModel): LocationId | null {
  const parent = location === null ? null : (model.locations.get(location)?.parent ?? null);
  return parent === null ? location : toBuilding(parent, model);
}
