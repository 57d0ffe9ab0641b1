/** What a ticket has been since it was opened: what was grave once is not wiped by calling it something else first. Pure. */
import type { Ticket } from '../core/ticket.ts';

/** Whether it is an emergency, or has been one. */
export function wasEmergency({ priority, marks }: Pick<Ticket, 'priority' | 'marks'>): boolean {
  return priority === 'emergency' || marks.some(({ settings }) => settings?.priority === 'emergency');
}

/** Whether it is a complaint, or has been one. */
export function wasComplaint({ class: name, marks }: Pick<Ticket, 'class' | 'marks'>): boolean {
  return name === 'complaint' || marks.some(({ settings }) => settings?.class === 'complaint');
}
