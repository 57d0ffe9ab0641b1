/** Incidents of a round: opened with the ticket of an emergency, joined by those of the same one, changed by people. */

import type { Policy } from '../config/policy.ts';
import { type ClockStep, toMoveMs } from '../core/clock-step.ts';
import { RiserError } from '../core/errors.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { TicketId } from '../core/ids.ts';
import type { Incident } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import { isTicketOpen, STAGES, type Ticket } from '../core/ticket.ts';
import type { IncidentChange } from '../incidents/changes.ts';
import {
  findIncident,
  isSameMatter,
  joinIncident,
  moveIncident,
  openIncident,
  owesReport,
  stepIncident,
  sweepIncident,
  toHappenedMs,
} from '../incidents/step.ts';
import { toStep } from '../tickets/change.ts';
import { isBurning, isLookedAt, mayHavePeople } from '../tickets/danger.ts';
import { saysReal } from '../tickets/emergency-end.ts';
import { requireFields } from '../tickets/fields.ts';
import { wasEmergency } from '../tickets/once.ts';
import { isBeforeDone } from '../tickets/path.ts';
import { reportConfirmed } from '../tickets/reporting.ts';
import type { Command } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { requireCommander } from './naming.ts';
import type { Tentative } from './tentative.ts';

/** @throws RiserError `not-found`, `version-conflict`, `unknown-person`, and what the step throws */
export function decideIncident(
  tx: Tentative,
  context: DecisionContext,
  { incident: id, version, change, by }: Command & { readonly type: 'incident' },
  nowMs: number,
): Incident {
  const incident = tx.service.incident(id);
  if (incident === null) throw new RiserError('not-found', { what: { zh: '突发事件', en: 'incident' } });
  if (version !== incident.version) throw new RiserError('version-conflict', { current: incident.version });
  if (change.type === 'join') setIncident(tx, context, incident, change.ticket, by, nowMs);
  if (!incident.isDrill && incident.endedAtMs === null) requireAnswered(tx, context, incident, change);
  const policy = toPolicyOf(context, incident);
  const step = stepIncident(incident, change, by, policy, nowMs);
  requireCommander(context, change, policy, nowMs);
  tx.service.putIncident(step.incident, step.events);
  if (change.type === 'confirm' && change.verdict === 'confirmed')
    reportIncident(tx, context, step.incident, nowMs);
  return step.incident;
}

/**
 * What its tickets say is real does not become a test by a word, and it does not end while people are in a lift or a fire alarm
 * of it has not been looked at. @throws RiserError `value-not-allowed`
 */
function requireAnswered(
  tx: Tentative,
  context: DecisionContext,
  incident: Incident,
  change: IncidentChange,
): void {
  const tickets = incident.tickets.flatMap((id) => tx.ticket(id) ?? []);
  if (change.type === 'confirm' && change.verdict !== 'confirmed') {
    const real = tickets.find(saysReal);
    if (real !== undefined)
      throw new RiserError('value-not-allowed', { value: real.number, allowed: NOT_REAL });
    requireOneMatter(context, incident, tickets);
    requireFields({ how: change.how }, HOW_RULE);
  }
  // Of what somebody has said to be none nothing more is asked.
  const mayLast = incident.verdict === 'open' || incident.verdict === 'confirmed';
  const isFire = incident.kind === 'fire' && incident.verdict === 'confirmed';
  const unanswered = tickets
    .filter(isTicketOpen)
    .find(
      (ticket) =>
        (mayLast && mayHavePeople(ticket)) ||
        (isFire && (isUnseenFire(ticket) || isBurning(ticket, incident))),
    );
  if (change.type === 'end' && unanswered !== undefined)
    throw new RiserError('value-not-allowed', { value: unanswered.number, allowed: ANSWERED });
}

/**
 * One word does not speak for two matters: of unlike ones in one incident each is looked at before it is called none.
 * @throws RiserError `value-not-allowed`
 */
function requireOneMatter({ model }: DecisionContext, incident: Incident, tickets: readonly Ticket[]): void {
  const open = tickets.filter(isTicketOpen);
  const [first] = open;
  if (incident.kind !== 'other' || first === undefined) return;
  if (open.every((ticket) => isSameMatter(first, ticket, model))) return;
  const unseen = open.find((ticket) => wasEmergency(ticket) && !isLookedAt(ticket, null));
  if (unseen !== undefined)
    throw new RiserError('value-not-allowed', { value: unseen.number, allowed: EACH_SEEN });
}

/** A fire alarm that stands and that nobody has confirmed as anything. */
function isUnseenFire({ class: name, fire, alarms }: Ticket): boolean {
  return name === 'fire' && fire === null && alarms.some(({ isActive }) => isActive);
}

/** Those who are told only of what is confirmed, once for the whole incident: on the first of its tickets that asks for it. */
function reportIncident(
  tx: Tentative,
  { policyOf }: DecisionContext,
  { tickets }: Incident,
  nowMs: number,
): void {
  const known = tickets.flatMap((id) => tx.ticket(id) ?? []);
  const isTold = known.some((ticket) =>
    policyOf(ticket).report.recipients.some(
      ({ role, when }) => when === 'confirmed' && ticket.reports.some(({ to }) => to === role),
    ),
  );
  if (isTold) return;
  for (const ticket of known) {
    const step = reportConfirmed(ticket, policyOf(ticket), nowMs);
    if (step === null) continue;
    tx.putTicket(step.ticket, step.events);
    return;
  }
}

/**
 * A person says that the ticket belongs to it, whatever it belonged to before. No edit after archiving; and what has to be
 * answered for where it was is not left behind by it.
 * @throws RiserError `not-found`, `bad-request`, `wrong-stage`, `report-missing`, `value-not-allowed`
 */
function setIncident(
  tx: Tentative,
  { policyOf }: DecisionContext,
  incident: Incident,
  id: TicketId,
  by: string,
  nowMs: number,
): void {
  const ticket = tx.ticket(id);
  if (ticket === null) throw new RiserError('not-found', { what: { zh: '未关闭的工单', en: 'open ticket' } });
  // What is real and what is practised never mix.
  if (incident.endedAtMs === null && ticket.isDrill !== incident.isDrill) throw new RiserError('bad-request');
  if (incident.endedAtMs !== null || ticket.incident === incident.id) return;
  if (!isTicketOpen(ticket) && ticket.stage !== 'closed')
    throw new RiserError('wrong-stage', { stage: STAGES[ticket.stage], transition: 'join' });
  requireNoEscape(tx, { policyOf }, ticket, incident);
  const detail = { incident: incident.id, from: ticket.incident };
  const moment = { by, atMs: nowMs, nowMs, isLate: false };
  const step = toStep(
    ticket,
    { incident: incident.id },
    [{ type: 'incident-set', detail }],
    moment,
    policyOf(ticket),
  );
  tx.putTicket(step.ticket, step.events);
}

/** @throws RiserError `report-missing`, `value-not-allowed` */
function requireNoEscape(tx: Tentative, context: PolicyContext, ticket: Ticket, to: Incident): void {
  const from = ticket.incident === null ? null : tx.service.incident(ticket.incident);
  if (from === null || ticket.isDrill) return;
  if (owesReport(from, toPolicyOf(context, from)) && !owesReport(to, toPolicyOf(context, to)))
    throw new RiserError('report-missing', { incident: from.number });
  const isReal = ({ verdict }: Incident): boolean => verdict === 'open' || verdict === 'confirmed';
  if (isReal(from) && !isReal(to))
    throw new RiserError('value-not-allowed', { value: to.number, allowed: NOT_NONE });
}

/** The incident of a ticket that begins one, or that belongs to one that lasts (one fire is one incident); null = neither. */
export function toIncidentOf(
  tx: Tentative,
  { model, policyOf }: DecisionContext,
  ticket: Ticket,
  nowMs: number,
  beganAtMs: number,
): Incident | null {
  const policy = policyOf(ticket);
  const open = tx.service.openIncidents();
  const holdsPeople = ({ tickets }: Incident): boolean => tickets.some((id) => isTrapped(tx.ticket(id)));
  const ticketsOf = ({ tickets }: Incident): readonly Ticket[] =>
    tickets.flatMap((id) => tx.ticket(id) ?? []);
  const found = findIncident(open, ticket, model, policy, nowMs, holdsPeople, ticketsOf);
  if (found !== null) {
    const step = joinIncident(found, ticket, policy, nowMs, GATEWAY, toHappenedMs(ticket, nowMs));
    tx.service.putIncident(step.incident, step.events);
    return step.incident;
  }
  const opened = openIncident(
    ticket,
    { model, policy, nextNumber: (day) => tx.next(`incident:${day}`), beganAtMs },
    nowMs,
  );
  if (opened === null) return null;
  tx.service.putIncident(opened.incident, opened.events);
  return opened.incident;
}

/** A ticket that has taken another one over belongs to its incident, which knows of it from then on. */
export function followMerge(
  tx: Tentative,
  { policyOf }: DecisionContext,
  into: TicketId,
  by: string,
  nowMs: number,
): void {
  const ticket = tx.ticket(into);
  const incident = ticket?.incident ? tx.service.incident(ticket.incident) : null;
  if (ticket === null || incident === null || incident.endedAtMs !== null) return;
  const step = joinIncident(incident, ticket, policyOf(ticket), nowMs, by);
  if (step.events.length > 0) tx.service.putIncident(step.incident, step.events);
}

/** Nobody has written down that the people are out, and the work goes on. */
function isTrapped(ticket: Ticket | null): boolean {
  const sheet = ticket?.entrapment ?? null;
  return ticket !== null && sheet !== null && sheet.steps.released === undefined && isBeforeDone(ticket);
}

/** Countdowns of reports: told, escalated and recorded with whoever is responsible by the roster. */
export function sweepIncidents(tx: Tentative, context: DecisionContext, nowMs: number): void {
  const { people } = context;
  for (const incident of tx.service.incidents()) {
    const onDuty = (role: string, atMs: number): string | null =>
      people.onDuty?.(role, atMs, incident.location) ?? null;
    const step = sweepIncident(incident, toPolicyOf(context, incident), nowMs, onDuty);
    if (step !== null) tx.service.putIncident(step.incident, step.events);
  }
}

type PolicyContext = Pick<DecisionContext, 'policyOf'>;

/** The version that it was opened under: it is driven by that one to its end. */
export function toPolicyOf({ policyOf }: PolicyContext, { policyVersion = '' }: Incident): Policy {
  return policyOf({ policyVersion });
}

/** After a step of the wall clock: a countdown keeps its time left. */
export function moveIncidents(tx: Tentative, step: ClockStep): void {
  for (const incident of tx.service.incidents()) {
    // Its beginning stays as it was shown then.
    const sinceMs = incident.beganAtMs + (incident.clockStepMs ?? 0);
    const moved = moveIncident(incident, toMoveMs(step, sinceMs));
    if (moved !== incident) tx.service.putIncident(moved, []);
  }
}

const HOW_RULE: Text = {
  zh: '误报、测试须写明如何核实：到场、监控、电话或对讲',
  en: 'of what was none say how it is known: on site, by camera, telephone or intercom',
};
const EACH_SEEN: Text = {
  zh: '本事件含不同事项：此工单须先有人到场，或归入另一起突发事件',
  en: 'unlike matters are in this incident: somebody is there for this ticket first, or it is put into another incident',
};
const NOT_REAL: Text = {
  zh: '其工单已确认属实（真实火警或有人被困）：先在工单上更正',
  en: 'none of its tickets says that it is real: correct the ticket first',
};
const ANSWERED: Text = {
  zh: '须先在其工单上登记被困人员已解救、明火已扑灭、未恢复的火警已确认',
  en: 'only once its tickets say that the people are out, the fire is out, and what each standing fire alarm is',
};
const NOT_NONE: Text = {
  zh: '不能并入误报或测试事件',
  en: 'not an incident that was found to be a false alarm or a test',
};
