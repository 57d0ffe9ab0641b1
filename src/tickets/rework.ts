/** Back to work on the same ticket: the first round stays on the record, the next one is signed, accepted and asked anew. */
import type { Ticket } from '../core/ticket.ts';
import { withoutBanner } from './banners.ts';
import { enter } from './change.ts';
import { NO_ESCALATION } from './escalation.ts';

/**
 * What a new round begins with, after a rework or a reopening. Diagnosis and result stay until they are written anew. An
 * appointment whose time has come is none any more: the next one is made, not moved. One that lies ahead stands.
 */
export function toRework(ticket: Ticket, atMs: number): Partial<Ticket> {
  const { proof } = ticket;
  const { appointment } = ticket;
  const isAhead = appointment !== null && appointment.fromMs > atMs;
  const isWatched = proof?.state === 'watching' || proof?.state === 'paused';
  return {
    ...enter('rework', atMs),
    round: ticket.round + 1,
    reworkCount: ticket.reworkCount + 1,
    isFirstFix: false,
    takenBy: null,
    earlyArrival: null,
    workedBy: [],
    readBack: null,
    ...(!isAhead && { appointment: null }),
    acceptance: null,
    banners: withoutBanner(ticket, 'own-acceptance'),
    visit: null,
    waiting: null,
    closedAtMs: null,
    escalation: { ...NO_ESCALATION, sinceMs: atMs },
    ...(proof !== null && isWatched ? { proof: { ...proof, state: 'failed', endsAtMs: null } } : {}),
  };
}
