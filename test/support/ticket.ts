/** A ticket for tests: name what matters, the rest is filled in. */
import type { SiteId, TicketId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { NO_ESCALATION } from '../../src/tickets/escalation.ts';
import { toSettings } from '../../src/tickets/match.ts';
import { NOTHING_YET } from '../../src/tickets/new-ticket.ts';

/** Received, recorded and dispatched at 1,000 ms unless it says otherwise; its first mark is there, its clocks are not. */
export function createTestTicket(given: Partial<Ticket> = {}): Ticket {
  const nothing = { zh: '', en: '' };
  const ticket: Ticket = {
    ...NOTHING_YET,
    id: 'GC20261121-0001' as TicketId,
    number: 'GC20261121-0001',
    version: 1,
    site: 'test-site' as SiteId,
    source: 'equipment-alarm',
    channel: 'alarm',
    class: 'engineering',
    flow: 'public-area',
    priority: 'normal',
    attendance: 'next-working-day',
    stage: 'dispatched',
    stageSinceMs: 1_000,
    policyVersion: 'test-policy',
    receivedAtMs: 1_000,
    recordedAtMs: 1_000,
    firstReceiver: 'gateway',
    place: nothing,
    location: null,
    equipment: null,
    equipmentName: null,
    faultKind: null,
    content: { zh: '内容', en: 'content' },
    contact: { id: null, name: nothing, method: '', personal: null, isConfirmed: null },
    assignee: null,
    escalation: { ...NO_ESCALATION, sinceMs: 1_000 },
    ...given,
  };
  if (given.marks !== undefined) return ticket;
  const { receivedAtMs, stage, stageSinceMs } = ticket;
  const settings = toSettings(ticket);
  return {
    ...ticket,
    marks: [
      { atMs: receivedAtMs, type: 'received', stage: 'received', settings },
      // However it came there: a mark that no clock goes by.
      ...(stage === 'received' ? [] : [{ atMs: stageSinceMs, type: 'linked' as const, stage }]),
    ],
  };
}
