/**
 * What a second call tells of that the first did not. Its words decide as those of a first call do: they make a fire, or people in a
 * lift, of a ticket that was neither; where it is another such matter already, which has its own sheet and incident, theirs is
 * a ticket of its own. So are the people of another lift.
 */
import { isSameLift, toLiftNames } from '../config/lift-names.ts';
import { liftsAt } from '../config/lift-places.ts';
import type { SiteModel } from '../config/model.ts';
import type { SaidEvent } from '../config/policy.ts';
import type { Incident } from '../core/incident.ts';
import type { Ticket } from '../core/ticket.ts';
import { toIncidentKind } from '../incidents/step.ts';
import type { NewTicket } from '../tickets/transitions.ts';
import type { DecisionContext } from './context.ts';

/** `same`: nothing else is told of; `turns`: the ticket becomes what is told of; `apart`: it cannot. */
export type SecondCall = 'same' | 'turns' | 'apart';

type Words = Pick<NewTicket, 'content'>;

/** The ticket that takes in what is said, and as what; null = none of them. @param tickets of the caller and the place, latest first */
export function toTaking(
  tickets: readonly Ticket[],
  report: Words,
  said: SaidEvent | null,
  { model }: Pick<DecisionContext, 'model'>,
): { readonly ticket: Ticket; readonly call: Exclude<SecondCall, 'apart'> } | null {
  const calls = tickets.map((ticket) => ({
    ticket,
    call: toSecondCall(ticket, report, said, model),
  }));
  // Whoever tells of three lifts and asks after one of them names it.
  const named = calls.find(({ ticket, call }) => call === 'same' && namesLift(ticket, report));
  for (const found of [named, calls.find(({ call }) => call === 'same'), ...calls])
    if (found !== undefined && found.call !== 'apart') return { ticket: found.ticket, call: found.call };
  return null;
}

/** @param said which emergency the words tell of; null = of none, or the class says it */
export function toSecondCall(
  ticket: Ticket,
  { content }: Words,
  said: SaidEvent | null,
  model: SiteModel,
): SecondCall {
  const kind = toKnownKind(ticket, model);
  if (isOfOtherLift(ticket, content, said, kind, model)) return 'apart';
  if (said === null || said === kind) return 'same';
  // What the gateway writes of an alarm is not what people have said.
  return kind === 'other' && ticket.source !== 'equipment-alarm' ? 'turns' : 'apart';
}

/**
 * People in another lift are not those of the ticket: nobody would look for them, and its release would be theirs. By the words
 * alone, where the register does not say which lift it is.
 */
function isOfOtherLift(
  ticket: Ticket,
  words: string,
  said: SaidEvent | null,
  kind: Incident['kind'],
  model: SiteModel,
): boolean {
  if ((said ?? kind) !== 'entrapment' || ticket.equipment !== null) return false;
  if (liftsAt(model, ticket.location).length === 1) return false;
  const known = toKnownWords(ticket);
  // What tells of nobody in a lift is about the one that is known, unless it names another.
  const isNamed = toLiftNames(words).size > 0;
  if (kind === 'entrapment') return (said !== null || isNamed) && !isSameLift(known, words);
  return isNamed && toLiftNames(known.join(' ')).size > 0 && !isSameLift(known, words);
}

/** Of many who leave no contact it takes more than other words: a lift that is not the ticket's. */
export function namesOtherLift(ticket: Ticket, { content }: Words): boolean {
  const isKnown = ticket.entrapment === null || ticket.equipment !== null;
  return !isKnown && toLiftNames(content).size > 0 && !namesLift(ticket, { content });
}

function namesLift(ticket: Ticket, { content }: Words): boolean {
  return toLiftNames(content).size > 0 && isSameLift(toKnownWords(ticket), content);
}

function toKnownWords({ content, place }: Ticket): readonly [words: string, place: string] {
  return [content.zh, place.zh];
}

/** A sheet that somebody has begun says more than the words. */
export function toKnownKind(ticket: Ticket, model: SiteModel): Incident['kind'] {
  if (ticket.entrapment !== null) return 'entrapment';
  return ticket.fire !== null ? 'fire' : toIncidentKind(ticket, model);
}
