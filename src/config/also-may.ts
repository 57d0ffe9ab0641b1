/** Whom the policy lets take a step on a ticket: those of `actors`, and of some tickets others besides (`alsoMay`). Pure. */
import type { Ticket } from '../core/ticket.ts';
import type { TransitionType } from '../tickets/transitions.ts';
import { matches, toSettings } from './match.ts';
import type { Actor, Policy } from './policy.ts';

/** Each once, those of `actors` first. */
export function actorsOf(
  ticket: Ticket,
  transition: TransitionType,
  policy: Pick<Policy, 'actors' | 'alsoMay'>,
): readonly Actor[] {
  return [...new Set([...(policy.actors[transition] ?? []), ...alsoOf(ticket, transition, policy)])];
}

/** Who may besides. */
export function alsoOf(
  ticket: Ticket,
  transition: TransitionType,
  { alsoMay = [] }: Pick<Policy, 'alsoMay'>,
): readonly Actor[] {
  const settings = toSettings(ticket);
  return alsoMay
    .filter(({ step, match }) => step === transition && matches(match, settings))
    .flatMap(({ actors }) => actors);
}
