/**
 * Who a ticket's people are at the moment of a telling: whoever has to act, whom the policy lets take a step, the firm that
 * repairs it. Names and firms only; who of a role is on duty is to-messages.ts.
 */
import { actorsOf } from '../config/also-may.ts';
import type { Actor } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Addressee, TellingContext } from './telling.ts';
import { ASK, type Ask } from './wording.ts';

export const DESK = 'desk';

/** Who has to act on it now; the desk where nobody has it. */
export function toActing({ takenBy, assignee }: Pick<Ticket, 'takenBy' | 'assignee'>): readonly string[] {
  const named = [takenBy, assignee].filter((name) => name !== null);
  return [...named, DESK];
}

/**
 * The firm that was given it: the account that was named, else those of its people, and its contact of the register as the
 * further way. Empty = no firm has it.
 */
export function toFirm(
  { contractor }: Pick<Ticket, 'contractor'>,
  ask: Ask,
  { accountsOf }: Pick<TellingContext, 'accountsOf'>,
): readonly Addressee[] {
  if (contractor === null) return [];
  const { user, contact } = contractor;
  const users = user !== null ? [user] : contact === null ? [] : accountsOf(contact);
  return [
    ...users.map((name): Addressee => ({ anyOf: [name], ask: ASK[ask] })),
    ...(contact === null ? [] : [{ contact, ask: ASK[ask] }]),
  ];
}

/** Whether the name with which a clock is recorded is that firm, not a person of ours. */
export function isItsFirm({ contractor }: Pick<Ticket, 'contractor'>, name: string | null): boolean {
  return name !== null && contractor?.contact === name;
}

/** Whom the policy lets take the step, in its order. */
export function toActors(
  ticket: Ticket,
  transition: 'record' | 'dispatch' | 'done' | 'accept' | 'visit',
  { view, ownerOf }: TellingContext,
): readonly string[] {
  const toName = (actor: Actor): string | null => {
    switch (actor) {
      case 'assignee':
        return ticket.assignee;
      case 'taker':
        return ticket.takenBy;
      case 'first-receiver':
        return ticket.firstReceiver;
      case 'owner':
        return ownerOf(ticket);
      case 'its-contractor':
        return ticket.contractor?.user ?? null;
      case 'reporter':
        return ticket.reporter;
      default:
        return actor;
    }
  };
  const actors = actorsOf(ticket, transition, view.policyOf(ticket));
  // Whoever reported it knows best whether it is done.
  const ordered = ticket.reporter === null ? actors : actors.toSorted((a) => (a === 'reporter' ? -1 : 0));
  return ordered.map(toName).filter((name) => name !== null);
}
