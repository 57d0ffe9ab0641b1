/** Which emergencies people tell of, by words, class and what the register has there. Pure look-ups. */
import { KINDS } from '../core/kinds.ts';
import type { Ticket } from '../core/ticket.ts';
import { toWhole } from './dependence.ts';
import { namesLift } from './lift-names.ts';
import { liftsAt } from './lift-places.ts';
import type { SiteModel } from './model.ts';
import type { SaidEvent } from './policy.ts';
import { toSaidEvents } from './said.ts';

type Told = Pick<Ticket, 'class' | 'equipment'> &
  Partial<Pick<Ticket, 'location' | 'source' | 'content' | 'place'>>;

/**
 * What the gateway writes of an alarm are no words of a person. Whoever is kept by a fire is one matter with it; where a lift is named
 * as well, there are two: a fire, and people in the lift.
 */
export function toSaidEventsOf(told: Told, model: SiteModel): ReadonlySet<SaidEvent> {
  const { class: name, source, content } = told;
  if (source === 'equipment-alarm' || content === undefined) return new Set();
  const events = new Set(toSaidEvents(content.zh, name, model.policy));
  if (name === 'fire') events.add('fire');
  if (events.has('fire') && !isAtLift(told, model)) events.delete('entrapment');
  return events;
}

function isAtLift({ equipment: id, location = null, content, place }: Told, model: SiteModel): boolean {
  const equipment = id === null ? null : toWhole(model, id);
  const isLift =
    equipment === null ? liftsAt(model, location).length > 0 : KINDS[equipment.kind].system === 'lift';
  return isLift || namesLift(`${content?.zh ?? ''} ${place?.zh ?? ''}`);
}
