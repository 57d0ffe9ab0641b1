/** Ticket numbers: class prefix, date in the site's zone, number of that day: `GC20261121-0001`. */
import { TICKET_CLASSES, type TicketClass } from '../core/ticket.ts';

/** Name of the counter that the next number comes from, e.g. `ticket:GC20261121`. */
export function toCounterName(ticketClass: TicketClass, atMs: number, timeZone: string): string {
  return `ticket:${TICKET_CLASSES[ticketClass].prefix}${toSiteDate(atMs, timeZone)}`;
}

/** @param serial from 1; more than 9999 a day only makes the number longer. */
export function toTicketNumber(counterName: string, serial: number): string {
  return `${counterName.slice('ticket:'.length)}-${String(serial).padStart(4, '0')}`;
}

function toSiteDate(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return parts.format(new Date(atMs)).replaceAll('-', '');
}
