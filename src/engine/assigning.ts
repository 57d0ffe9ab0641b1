/**
 * Whom tickets go to, and whether those may have them, where the engine asks the people (people/assignee.ts): what is known of
 * the ticket is handed over, what comes back is a name or a fact. Look-ups only.
 */
import { toWorkMs } from '../config/alarm-start.ts';
import type { AlarmKey } from '../core/ids.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { Competence } from '../tickets/competence.ts';
import { toSettings } from '../tickets/match.ts';
import { type Propose, routeTicket } from '../tickets/routing.ts';
import type { DecisionContext } from './context.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

/** @param isGrave known to be of life safety @returns undefined = nobody is asked: as the register and the table say */
export function toPropose(
  tx: Tentative,
  context: DecisionContext,
  nowMs: number,
  isGrave = false,
): Propose | undefined {
  const { model, people, policyOf } = context;
  const { propose } = people;
  if (propose === undefined) return undefined;
  return (ticket) => {
    const policy = policyOf(ticket);
    const subject = toSubject(model, ticket.equipment, ticket.location, nowMs);
    return propose({
      // What waits for its hours goes to whoever is on duty then.
      atMs: toWorkMs(ticket, policy, nowMs),
      policy,
      settings: toSettings(ticket),
      kind: subject.kind,
      location: subject.location,
      isLifeSafety: isGrave || isLifeSafety(tx, context, ticket),
      routed: routeTicket(subject, ticket.class, policy),
      openLoad: toOpenLoad(tx.tickets()),
    });
  };
}

export function toCompetence(
  tx: Tentative,
  context: DecisionContext,
  ticket: Ticket,
  nowMs: number,
): Competence | undefined {
  const { model, people } = context;
  const { certificateState } = people;
  if (certificateState === undefined) return undefined;
  const equipment = ticket.equipment === null ? undefined : model.equipment.get(ticket.equipment);
  return {
    kind: equipment?.kind ?? null,
    isLifeSafety: isLifeSafety(tx, context, ticket),
    stateOf: (username, certificate) => certificateState(username, certificate, nowMs),
  };
}

/** Open tickets by whoever has taken them, or is to. Key: user name, group or role. */
export function toOpenLoad(tickets: Iterable<Ticket>): ReadonlyMap<string, number> {
  const load = new Map<string, number>();
  for (const ticket of tickets) {
    const holder = ticket.takenBy ?? ticket.assignee;
    if (holder !== null && isTicketOpen(ticket)) load.set(holder, (load.get(holder) ?? 0) + 1);
  }
  return load;
}

/** Also of an alarm that has ended meanwhile, and of one that has risen above its rule. */
function isLifeSafety(tx: Tentative, { causes }: DecisionContext, { alarms }: Ticket): boolean {
  return alarms.some(
    ({ key, occurrence }) =>
      tx.occurrenceById(occurrence)?.severity === 'life-safety' ||
      causes.rule(key as AlarmKey)?.severity === 'life-safety',
  );
}
