/** A telling of a ticket's event put together: the matter in its first line, and in which hours it may be told. */
import { toQuietHours } from '../config/alarm-start.ts';
import type { Text } from '../core/text.ts';
import type { Ticket, TicketEvent } from '../core/ticket.ts';
import type { About, Telling, TellingContext } from './telling.ts';

export type TellingInput = Pick<Telling, 'kind' | 'priority' | 'to' | 'fact'> & {
  readonly event: TicketEvent;
};

export function toTelling({ event, ...told }: TellingInput, { view }: TellingContext): Telling {
  const { ticket, by } = event;
  const hours = toQuietHours(ticket, view.policyOf(ticket));
  return { ...told, about: toAbout(ticket), version: ticket.version, by, hours };
}

export function toAbout(ticket: Ticket): About {
  const { id, incident, alarms, location, isDrill, number, content } = ticket;
  return {
    ticket: id,
    incident,
    occurrence: alarms.at(-1)?.occurrence ?? null,
    location,
    isDrill,
    number,
    where: toWhere(ticket),
    what: content,
  };
}

function toWhere({ place, equipmentName }: Ticket): Text {
  const join = (a: string, b: string): string => (b === '' || a.endsWith(b) ? a : a === '' ? b : `${a} ${b}`);
  const name = equipmentName ?? { zh: '', en: '' };
  return { zh: join(place.zh, name.zh), en: join(place.en, name.en) };
}

/**
 * The desk is there day and night: what people have reported is told to it at once until it has been given to somebody.
 * Quiet hours are for those who would have to come, and for low alarms.
 */
export function atDesk(
  { source, stage }: Pick<Ticket, 'source' | 'stage'>,
  tellings: readonly Telling[],
): readonly Telling[] {
  const isDesks = source !== 'equipment-alarm' && (stage === 'received' || stage === 'recorded');
  return isDesks ? tellings.map((telling) => ({ ...telling, hours: null })) : tellings;
}

/** A field of a record's detail that is text; null = it is none, or empty. */
export function toText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
