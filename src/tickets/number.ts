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

/** Making one costs 100 times more than using it. Key: time zone; a process has one site. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Local date as in numbers: `20261121`. */
export function toSiteDate(atMs: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(new Date(atMs)).replaceAll('-', '');
}
