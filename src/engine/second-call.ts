/**
 * What a second call tells of that the first did not. Its words decide as those of a first call do: they make a fire, or people in a
 * lift, of a ticket that was neither; where it is another such matter already, which has its own sheet and incident, theirs is
 * a ticket of its own. So are the people of another lift.
 */
import { isSameLift, toLiftNames } from '../config/lift-names.ts';
import { liftsAt } from '../config/lift-places.ts';
import type { SiteModel } from '../config/model.ts';
import type { Policy, SaidEvent } from '../config/policy.ts';
import { toSaidEvent } from '../config/said.ts';
import type { Incident } from '../core/incident.ts';
import type { Ticket } from '../core/ticket.ts';
import { toIncidentKind } from '../incidents/step.ts';
import type { NewTicket } from '../tickets/transitions.ts';
import type { DecisionContext } from './context.ts';

/** `same`: nothing else is told of; `turns`: the ticket becomes what is told of; `apart`: it cannot. */
export type SecondCall = 'same' | 'turns' | 'apart';

type Words = Pick<NewTicket, 'class' | 'content'>;

/** The ticket that takes in what is said, and as what; null = none of them. @param tickets of the caller and the place, latest first */
export function toTaking(
  tickets: readonly Ticket[],
  report: Words,
  { model, policyOf }: Pick<DecisionContext, 'model' | 'policyOf'>,
): { readonly ticket: Ticket; readonly call: Exclude<SecondCall, 'apart'> } | null {
  const calls = tickets.map((ticket) => ({
    ticket,
    call: toSecondCall(ticket, report, model, policyOf(ticket)),
  }));
  // Whoever tells of three lifts and asks after one of them names it.
  const named = calls.find(({ ticket, call }) => call === 'same' && namesLift(ticket, report));
  for (const found of [named, calls.find(({ call }) => call === 'same'), ...calls])
    if (found !== undefined && found.call !== 'apart') return { ticket: found.ticket, call: found.call };
  return null;
}

/** @param policy of the ticket */
export function toSecondCall(ticket: Ticket, report: Words, model: SiteModel, policy: Policy): SecondCall {
  const { class: name, content } = report;
  // Whoever reports a fire as one has said what it is.
  const said = name === 'fire' ? null : toSaidEvent(content, name, policy);
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
  return isNamed && toLiftNames(known).size > 0 && !isSameLift(known, words);
}

/** Of many who leave no contact it takes more than other words: a lift that is not the ticket's. */
export function namesOtherLift(ticket: Ticket, { content }: Pick<Words, 'content'>): boolean {
  const isKnown = ticket.entrapment === null || ticket.equipment !== null;
  return !isKnown && toLiftNames(content).size > 0 && !namesLift(ticket, { content });
}

function namesLift(ticket: Ticket, { content }: Pick<Words, 'content'>): boolean {
  return toLiftNames(content).size > 0 && isSameLift(toKnownWords(ticket), content);
}

function toKnownWords({ content, place }: Ticket): string {
  return `${content.zh} ${place.zh}`;
}

/** A sheet that somebody has begun says more than the words. */
function toKnownKind(ticket: Ticket, model: SiteModel): Incident['kind'] {
  if (ticket.entrapment !== null) return 'entrapment';
  return ticket.fire !== null ? 'fire' : toIncidentKind(ticket, model);
}
