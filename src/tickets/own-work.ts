/**
 * Who has done the work of a round: nobody of them accepts it, neither do their firm's people, unless the policy lists the matter
 * (`ownAcceptance`); then the acceptance says so. Who else may accept is actors.ts.
 */
import { mayAcceptOwn } from '../config/own-acceptance.ts';
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import type { Ticket } from '../core/ticket.ts';
import { isContractorOf, isForSelf, isNamed, listActors, standsForContractor } from './actors.ts';
import type { TicketActor, Transition, TransitionType } from './transitions.ts';
import type { Work } from './work.ts';

/** Steps that are work on the matter itself: who signs one is a handler of the round. */
const WORK: readonly TransitionType[] = ['take', 'arrive', 'diagnose', 'plan', 'start', 'done'];
/** People whom one round names; who joins after so many is in the record of events only. */
const MAX_WORKERS = 50;

/** Handlers of the round with those of this step. The desk that writes down what a firm has done is none of them. */
export function withWorkers(step: Transition, { ticket, actor, context }: Work): readonly string[] {
  if (!WORK.includes(step.type)) return ticket.workedBy;
  const named = step.type === 'done' && step.handler !== undefined ? [step.handler.trim()] : [];
  const signed = writesForFirm(ticket, actor, context.policy) ? [] : [actor.username];
  const workers = new Set([...ticket.workedBy, ...signed, ...named.filter((name) => name !== '')]);
  return workers.size === ticket.workedBy.length ? ticket.workedBy : [...workers].slice(0, MAX_WORKERS);
}

/**
 * Who did it, where nobody says so: whoever answers it himself, whoever signed for it, else whoever enters it and has it. null where the desk writes down for
 * a firm: it must be said.
 */
export function toHandler(ticket: Ticket, actor: TicketActor, policy: Policy): string | null {
  const { takenBy, workedBy, contractor } = ticket;
  if (contractor === null && isForSelf(ticket, 'done', actor, policy)) return actor.username;
  const isWrittenDown = contractor !== null && contractor.user === null;
  if (takenBy !== null && (!isWrittenDown || workedBy.includes(takenBy))) return takenBy;
  return isNamed(ticket.assignee, actor) || isContractorOf(ticket, actor) ? actor.username : null;
}

/** @throws RiserError `own-work` */
export function requireOthersWork(ticket: Ticket, actor: TicketActor, policy: Policy): void {
  if (isBarred(ticket, actor, policy))
    throw new RiserError('own-work', { who: listActors(ticket, 'accept', policy) });
}

/** Whether acceptance has to be somebody else's. */
export function isBarred(ticket: Ticket, actor: TicketActor, policy: Policy): boolean {
  return isOwnWork(ticket, actor, policy) && !mayAcceptOwn(ticket, policy);
}

/** Whether the person has worked on it in this round, or belongs to the firm that was given it. */
export function isOwnWork(ticket: Ticket, actor: TicketActor, policy: Pick<Policy, 'staff'>): boolean {
  const { workedBy, takenBy } = ticket;
  if (workedBy.includes(actor.username) || isContractorOf(ticket, actor)) return true;
  return takenBy === actor.username && !writesForFirm(ticket, actor, policy);
}

function writesForFirm(ticket: Ticket, actor: TicketActor, policy: Pick<Policy, 'staff'>): boolean {
  if (isContractorOf(ticket, actor) || isNamed(ticket.assignee, actor)) return false;
  return standsForContractor(ticket, actor, policy);
}
