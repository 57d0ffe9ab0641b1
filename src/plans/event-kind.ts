/** Which kind of emergency a matter is, from its words, the equipment that it is about and its class. Pure look-ups. */
import { toWhole } from '../config/dependence.ts';
import { liftsAt } from '../config/lift-places.ts';
import type { SiteModel } from '../config/model.ts';
import type { SaidEvent } from '../config/policy.ts';
import { toSaidEventsOf } from '../config/said-events.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Incident } from '../core/incident.ts';
import { KINDS, type System } from '../core/kinds.ts';
import type { Ticket } from '../core/ticket.ts';

/** What it is told by; of a ticket or of anything that knows as much. */
export type EventSubject = Pick<Ticket, 'class' | 'equipment'> &
  Partial<Pick<Ticket, 'location' | 'source' | 'alarms' | 'content' | 'place'>>;

export function toEventKind(subject: EventSubject, model: SiteModel): Incident['kind'] {
  const said = toSaid(subject, model);
  if (said !== null) return said;
  const system = toSystemOf(subject, model);
  if (system === 'lift') return isMachineOnly(subject) ? 'other' : 'entrapment';
  return subject.class === 'fire' || system === 'fire' ? 'fire' : 'other';
}

/** Whoever is in danger chooses no class. A ticket that tells of both is that of the people: the fire has one of its class. */
function toSaid(subject: EventSubject, model: SiteModel): SaidEvent | null {
  const events = toSaidEventsOf(subject, model);
  const [said = null] = events.size === 2 && subject.class !== 'fire' ? ['entrapment' as const] : events;
  return events.has('fire') && subject.class === 'fire' ? 'fire' : said;
}

/**
 * A lift's own alarms, none of which is about life: its drive is too hot, nobody is in it as far as anybody knows. Whatever a
 * person reports of a lift may be people in it.
 */
function isMachineOnly({ source, alarms = [] }: EventSubject): boolean {
  const isKnown = alarms.length > 0 && alarms.every(({ severity }) => severity !== undefined);
  return (
    source === 'equipment-alarm' && isKnown && alarms.every(({ severity }) => severity !== 'life-safety')
  );
}

/** Of its equipment; whoever asks for help where only lifts are is about a lift without naming one. */
export function toSystemOf(
  { class: name, equipment, location = null }: EventSubject,
  model: SiteModel,
): System | null {
  const isAtLift = equipment === null && name === 'help' && liftsAt(model, location).length > 0;
  return isAtLift ? 'lift' : toSystem(equipment, model);
}

/** null where no equipment is named. */
export function toSystem(id: EquipmentId | null, model: SiteModel): System | null {
  const equipment = id === null ? null : toWhole(model, id);
  return equipment === null ? null : KINDS[equipment.kind].system;
}
