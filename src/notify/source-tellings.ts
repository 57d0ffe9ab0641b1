/**
 * What the source of a ticket is told while it waits: when it will be done, and that its appointment is another. By its account;
 * somebody without one is rung up by the desk. Equipment waits for no news.
 */
import type { Text } from '../core/text.ts';
import type { TicketEvent } from '../core/ticket.ts';
import { DESK } from './people-of-ticket.ts';
import type { Telling, TellingContext } from './telling.ts';
import { toTelling } from './telling-parts.ts';
import { ASK, type Ask } from './wording.ts';

/** A ticket that cannot be done now carries an estimated time, told to the source (service-workflow.md §2). */
export function toEstimateTellings(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { estimatedAtMs } = event.ticket;
  if (estimatedAtMs === null) return [];
  const at = context.timeOf(estimatedAtMs);
  return tellSource(event, context, { zh: `预计 ${at} 完成`, en: `Expected to be done at ${at}` });
}

/** An appointment that stood: whom it was made with, and whoever is to keep it. The first one is told by nothing. */
export function toMovedTellings(event: TicketEvent, context: TellingContext): readonly Telling[] {
  const { ticket, detail } = event;
  if (ticket.appointment === null || detail['from'] === undefined) return [];
  const at = context.timeOf(ticket.appointment.fromMs);
  const fact: Text = { zh: `预约改至 ${at}`, en: `The appointment is moved to ${at}` };
  const own = ticket.takenBy === null ? [] : tell(event, context, ticket.takenBy, 'none', fact);
  // Who has agreed to it knows.
  const ask = detail['agreedWith'] === 'source' ? 'know' : 'ring';
  return [...tellSource(event, context, fact, ask), ...own];
}

/** @param ask of the desk, where it stands in for the source */
function tellSource(
  event: TicketEvent,
  context: TellingContext,
  fact: Text,
  ask: Ask = 'ring',
): readonly Telling[] {
  const { reporter, contact } = event.ticket;
  if (reporter !== null) return tell(event, context, reporter, 'none', fact);
  const isPerson = contact.id === null && contact.method !== '';
  return isPerson ? tell(event, context, DESK, ask, fact) : [];
}

function tell(
  event: TicketEvent,
  context: TellingContext,
  name: string,
  ask: Ask,
  fact: Text,
): readonly Telling[] {
  const { priority } = event.ticket;
  const to = [{ anyOf: [name], ask: ASK[ask] }];
  return [toTelling({ kind: 'information', priority, to, fact, event }, context)];
}
