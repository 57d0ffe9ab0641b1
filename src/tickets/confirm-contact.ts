/**
 * Whether the way that somebody left without an account really reaches them: confirmed by a call back, face to face, or by a
 * code that was read to them over that way. No stage waits for it; the ticket shows it. Pure.
 */
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import { isTicketOpen, STAGES, type Ticket } from '../core/ticket.ts';
import { type TicketStep, toStep } from './change.ts';

export const CONFIRMATIONS = ['call-back', 'in-person', 'code'] as const;
export type Confirmation = (typeof CONFIRMATIONS)[number];

/** @throws RiserError `wrong-stage`, `contact-missing` */
export function requireUnconfirmed({ stage, contact }: Pick<Ticket, 'stage' | 'contact'>): void {
  if (!isTicketOpen({ stage }))
    throw new RiserError('wrong-stage', { stage: STAGES[stage], transition: 'confirm-contact' });
  if (contact.personal === null || contact.isConfirmed === null) throw new RiserError('contact-missing');
}

/**
 * @returns null = it is confirmed already
 * @throws RiserError `wrong-stage`, `contact-missing`
 */
export function confirmContact(
  ticket: Ticket,
  { how, note }: { readonly how: Confirmation; readonly note: string },
  by: string,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  requireUnconfirmed(ticket);
  const { contact } = ticket;
  if (contact.isConfirmed === true) return null;
  const moment = { by, atMs: nowMs, nowMs, isLate: false };
  const detail = { how, personal: contact.personal, ...(note === '' ? {} : { note }) };
  const change = { contact: { ...contact, isConfirmed: true } };
  return toStep(ticket, change, [{ type: 'contact-confirmed', detail }], moment, policy);
}
