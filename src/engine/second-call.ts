/**
 * What a second call tells of that the first did not. Its words decide as those of a first call do: they make a fire, or people in a
 * lift, of a ticket that was neither; where it is another such matter already, which has its own sheet and incident, theirs is
 * a ticket of its own.
 */
import type { SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import { toSaidEvent } from '../config/said.ts';
import type { Ticket } from '../core/ticket.ts';
import { toIncidentKind } from '../incidents/step.ts';
import type { NewTicket } from '../tickets/transitions.ts';

/** `same`: nothing else is told of; `turns`: the ticket becomes what is told of; `apart`: it cannot. */
export type SecondCall = 'same' | 'turns' | 'apart';

/** @param policy of the ticket */
export function toSecondCall(
  ticket: Ticket,
  { class: name, content }: Pick<NewTicket, 'class' | 'content'>,
  model: SiteModel,
  policy: Policy,
): SecondCall {
  // Whoever reports a fire as one has said what it is.
  const said = name === 'fire' ? null : toSaidEvent(content, name, policy);
  const kind = toKnownKind(ticket, model);
  if (said === null || said === kind) return 'same';
  // What the gateway writes of an alarm is not what people have said.
  return kind === 'other' && ticket.source !== 'equipment-alarm' ? 'turns' : 'apart';
}

/** A sheet that somebody has begun says more than the words. */
function toKnownKind(ticket: Ticket, model: SiteModel): ReturnType<typeof toIncidentKind> {
  if (ticket.entrapment !== null) return 'entrapment';
  return ticket.fire !== null ? 'fire' : toIncidentKind(ticket, model);
}
