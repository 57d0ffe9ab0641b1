/**
 * What an emergency adds to the step of its ticket: the incident that it begins or belongs to, the sheet of a lift with people
 * in it, and what the confirmation of a fire says of its incident. Whoever made the step, an alarm or a person.
 */
import { GATEWAY } from '../core/gateway.ts';
import type { Incident } from '../core/incident.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { FireConfirmation } from '../core/ticket-sheets.ts';
import { beginEntrapment, toEntrapmentSheet, toEntrapmentSheetAt } from '../incidents/sheets.ts';
import { stepIncident } from '../incidents/step.ts';
import { follow } from '../tickets/change.ts';
import type { TicketStep } from '../tickets/step.ts';
import type { DecisionContext } from './context.ts';
import { toIncidentOf } from './incidents.ts';
import type { Tentative } from './tentative.ts';

/** The step with its incident, of which one fire has one; as it is where there is none. */
export function withEmergency(
  tx: Tentative,
  context: DecisionContext,
  step: TicketStep,
  nowMs: number,
): TicketStep {
  const { incident: known, equipment, location } = step.ticket;
  if (known !== null || !isTicketOpen(step.ticket)) return step;
  const incident = toIncidentOf(tx, context, step.ticket, nowMs, toBeganMs(step, nowMs));
  if (incident === null) return step;
  const mark = (it: Ticket): Ticket => ({ ...it, incident: incident.id });
  const marked: TicketStep = {
    ticket: mark(step.ticket),
    events: step.events.map((event) => ({ ...event, ticket: mark(event.ticket) })),
  };
  if (incident.kind !== 'entrapment') return marked;
  const { model } = context;
  const sheet =
    equipment === null ? toEntrapmentSheetAt(model, location) : toEntrapmentSheet(model, equipment);
  return follow(marked, (ticket) => beginEntrapment(ticket, sheet, context.policyOf(ticket), nowMs));
}

/** Where an alarm has made an emergency of a ticket that was there already, with the alarm: it was none before. */
function toBeganMs({ ticket, events }: TicketStep, nowMs: number): number {
  const isOpened = events.some(({ type }) => type === 'opened');
  const isRaised = events.some(({ type, by }) => type === 'priority-raised' && by === GATEWAY);
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
  if (!ticket?.incident || fire === null || fire.verdict === before.fire?.verdict) return;
  const incident = tx.service.incident(ticket.incident);
  if (incident === null || incident.endedAtMs !== null) return;
  const isAgreed = incident.tickets.every((id) => {
    const other = tx.ticket(id);
    return other === null || !isTicketOpen(other) || other.fire?.verdict === fire.verdict;
  });
  if (fire.verdict !== 'real' && !isAgreed) return;
  const note = `${ticket.number} ${fire.cause ?? ''}`.trim();
  const change = { type: 'confirm', verdict: VERDICTS[fire.verdict], note } as const;
  const step = stepIncident(incident, change, by, context.policyOf(ticket), nowMs);
  tx.service.putIncident(step.incident, step.events);
}

const VERDICTS: Readonly<Record<FireConfirmation['verdict'], Exclude<Incident['verdict'], 'open'>>> = {
  real: 'confirmed',
  'false-alarm': 'false-alarm',
  test: 'test',
};
