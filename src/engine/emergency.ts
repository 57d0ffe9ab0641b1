/**
 * What an emergency adds to the step of its ticket: the incident that it begins or belongs to, the sheet of a lift with people
 * in it, and what the confirmation of a fire says of its incident. Whoever made the step, an alarm or a person.
 */
import type { Policy } from '../config/policy.ts';
import type { Incident } from '../core/incident.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import { arePeopleOut, type FireConfirmation } from '../core/ticket-sheets.ts';
import {
  beginEntrapment,
  toEntrapmentSheet,
  toEntrapmentSheetAt,
  toUnknownLiftSheet,
} from '../incidents/sheets.ts';
import { owesReport, stepIncident, toIncidentKind } from '../incidents/step.ts';
import { byGateway, follow, type TicketStep, toStep } from '../tickets/change.ts';
import { isIncidentDone, toLaidAside, withBeginning } from '../tickets/emergency-anew.ts';
import type { DecisionContext } from './context.ts';
import { toIncidentOf, toPolicyOf } from './incidents.ts';
import type { Tentative } from './tentative.ts';

/**
 * The step with its incident, of which one fire has one; as it is where there is none.
 * @param isAnew what was put to the ticket is an emergency by itself: of an earlier one on the same ticket nothing counts that
 *   is over
 */
export function withEmergency(
  tx: Tentative,
  context: DecisionContext,
  step: TicketStep,
  nowMs: number,
  isAnew = false,
): TicketStep {
  if (!isTicketOpen(step.ticket)) return step;
  const begun = isAnew ? layAside(tx, context, step, nowMs) : step;
  const beganAtMs = begun === step ? toBeganMs(step, nowMs) : nowMs;
  const { incident: known } = begun.ticket;
  if (known !== null) return isAnew ? withSheet(tx.service.incident(known), context, begun, nowMs) : begun;
  const incident = toIncidentOf(tx, context, begun.ticket, nowMs, beganAtMs);
  if (incident === null) return begun;
  const mark = (it: Ticket): Ticket => ({ ...it, incident: incident.id });
  // What is laid aside names the incident that it was part of: only what comes after belongs to the new one.
  const kept = begun === step ? 0 : step.events.length;
  const marked: TicketStep = {
    ticket: mark(begun.ticket),
    events: begun.events.map((event, at) => (at < kept ? event : { ...event, ticket: mark(event.ticket) })),
  };
  return withSheet(incident, context, marked, nowMs);
}

/** The earlier emergency of the ticket, as far as it is over; who was told of it is told anew. */
function layAside(tx: Tentative, context: DecisionContext, step: TicketStep, nowMs: number): TicketStep {
  const { ticket, events } = step;
  const known = ticket.incident === null ? null : tx.service.incident(ticket.incident);
  const policy = context.policyOf(ticket);
  const kind = toIncidentKind(ticket, context.model);
  const aside = toLaidAside(ticket, known, kind, isLongOver(ticket, known, policy, nowMs));
  if (aside === null && ticket.stage !== 'waiting') return step;
  const isToldNow = events.some(({ type }) => type === 'reporting' || type === 'emergency-began');
  const isTold = isToldNow || (known?.kind === kind && isJustBegun(ticket, known, nowMs));
  const { change, happening } = aside ?? {};
  const laid = follow(step, (it) =>
    happening === undefined ? null : toStep(it, change ?? {}, [happening], byGateway(nowMs), policy),
  );
  return isTold ? laid : withBeginning(laid, ticket, policy, nowMs, { isAgain: true });
}

/** Two alarms of one matter: the button in the lift and the entrapment, two heads of one room (ours). */
const SAME_MATTER_MS = 30_000;

/**
 * Whether the emergency that is there now began on the ticket seconds ago, and was told then: by another alarm of the same matter. What is
 * laid aside is of before; what people have said since is an answer to the first, and what comes after it is told.
 */
function isJustBegun(
  { stage, marks, fire, entrapment }: Ticket,
  { endedAtMs, verdict }: Incident,
  nowMs: number,
): boolean {
  const beganAtMs = marks.findLast(({ type }) => type === 'emergency-began')?.atMs ?? null;
  if (beganAtMs === null || stage === 'waiting') return false;
  // Of an incident that was said to be none it is not known when; a fire's own verdict has its time.
  if (verdict !== 'open' && verdict !== 'confirmed' && fire === null) return false;
  const saidAtMs = [endedAtMs, fire?.atMs, entrapment?.steps.released?.atMs];
  const isOfBefore = saidAtMs.every((atMs) => (atMs ?? Number.NEGATIVE_INFINITY) < beganAtMs);
  return isOfBefore && nowMs >= beganAtMs && nowMs - beganAtMs <= SAME_MATTER_MS;
}

/** Whoever is in the lift now is not who came out of it before (service-workflow.md §3: its own report within its own time). */
function isLongOver({ entrapment }: Ticket, known: Incident | null, policy: Policy, nowMs: number): boolean {
  if (known?.kind !== 'entrapment' || entrapment === null || !arePeopleOut(entrapment)) return false;
  return nowMs - known.lastAtMs > policy.incidents.joinMs;
}

/** The sheet of a lift with people in it begins with its incident. */
function withSheet(
  incident: Incident | null,
  { model, policyOf }: DecisionContext,
  step: TicketStep,
  nowMs: number,
): TicketStep {
  if (incident?.kind !== 'entrapment') return step;
  const { equipment, location } = step.ticket;
  const known =
    equipment === null ? toEntrapmentSheetAt(model, location) : toEntrapmentSheet(model, equipment);
  // Which lift it is stays to be asked; its clocks run meanwhile.
  const sheet = known ?? toUnknownLiftSheet(model);
  return follow(step, (ticket) => beginEntrapment(ticket, sheet, policyOf(ticket), nowMs));
}

/** Where somebody, or an alarm, has made an emergency of a ticket that was there already, it began then: it was none before. */
function toBeganMs({ ticket, events }: TicketStep, nowMs: number): number {
  const isOpened = events.some(({ type }) => type === 'opened');
  const isRaised = events.some(({ type }) => type === 'priority-raised');
  return isRaised && !isOpened ? nowMs : ticket.receivedAtMs;
}

/**
 * A fire that its ticket confirms is confirmed; a false alarm or a test is one only when no other ticket of the incident says
 * otherwise, or says nothing yet.
 */
export function followFire(
  tx: Tentative,
  context: DecisionContext,
  before: Ticket,
  by: string,
  nowMs: number,
): void {
  const ticket = tx.ticket(before.id);
  const fire = ticket?.fire ?? null;
  if (!ticket?.incident || fire === null) return;
  // One that burns again after its incident has ended has an incident of its own.
  if (fire.verdict === before.fire?.verdict && fire.voided === before.fire.voided) return;
  const known = tx.service.incident(ticket.incident);
  const isOver = known === null || known.endedAtMs !== null;
  const incident = isOver && fire.verdict === 'real' ? beginAgain(tx, context, ticket, nowMs) : known;
  if (incident === null || incident.endedAtMs !== null) return;
  const isAgreed = incident.tickets.every((id) => {
    const other = tx.ticket(id);
    return other === null || !isTicketOpen(other) || other.fire?.verdict === fire.verdict;
  });
  if (fire.verdict !== 'real' && !isAgreed) return;
  const policy = toPolicyOf(context, incident);
  // What owes its final report becomes none by two people, on the incident itself.
  if (fire.verdict !== 'real' && owesReport(incident, policy)) return;
  const note = `${ticket.number} ${fire.cause ?? ''}`.trim();
  const change = { type: 'confirm', verdict: VERDICTS[fire.verdict], note, how: fire.how } as const;
  const step = stepIncident(incident, change, by, policy, nowMs);
  tx.service.putIncident(step.incident, step.events);
}

/** People who are found to be in a lift after its incident was ended, or was none: they have one of their own. */
export function followPeople(tx: Tentative, context: DecisionContext, before: Ticket, nowMs: number): void {
  const ticket = tx.ticket(before.id);
  const people = ticket?.entrapment?.people ?? 0;
  if (!ticket?.incident || !ticket.entrapment || ticket.isDrill || !isTicketOpen(ticket)) return;
  if (people === 0 || people === before.entrapment?.people || arePeopleOut(ticket.entrapment)) return;
  const known = tx.service.incident(ticket.incident);
  if (known === null || isIncidentDone(known)) beginAgain(tx, context, ticket, nowMs);
}

/** What is found to be real after its incident was ended: it has an incident of its own from now on. */
function beginAgain(tx: Tentative, context: DecisionContext, ticket: Ticket, nowMs: number): Incident | null {
  const incident = toIncidentOf(tx, context, { ...ticket, incident: null }, nowMs, nowMs);
  if (incident === null) return null;
  const detail = { incident: incident.id, from: ticket.incident, reason: 'came-again' };
  const happening = { type: 'incident-set', detail } as const;
  const change = { incident: incident.id };
  const step = toStep(ticket, change, [happening], byGateway(nowMs), context.policyOf(ticket));
  tx.putTicket(step.ticket, step.events);
  return incident;
}

const VERDICTS: Readonly<Record<FireConfirmation['verdict'], Exclude<Incident['verdict'], 'open'>>> = {
  real: 'confirmed',
  'false-alarm': 'false-alarm',
  test: 'test',
};
