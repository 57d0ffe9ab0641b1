/** A ticket for tests: name what matters, the rest is filled in. */
import type { SiteId, TicketId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';

export function createTestTicket(given: Partial<Ticket> = {}): Ticket {
  const nothing = { zh: '', en: '' };
  return {
    id: 'GC20261121-0001' as TicketId,
    number: 'GC20261121-0001',
    version: 1,
    site: 'test-site' as SiteId,
    source: 'equipment-alarm',
    channel: 'alarm',
    class: 'engineering',
    priority: 'normal',
    stage: 'dispatched',
    stageSinceMs: 1_000,
    policyVersion: 'test-policy',
    isDrill: false,
    receivedAtMs: 1_000,
    recordedAtMs: 1_000,
    closedAtMs: null,
    firstReceiver: 'gateway',
    place: nothing,
    location: null,
    equipment: null,
    equipmentName: null,
    faultKind: null,
    content: { zh: '内容', en: 'content' },
    guidance: null,
    contact: { id: null, name: nothing, method: '' },
    assignee: null,
    takenBy: null,
    diagnosis: null,
    plan: null,
    result: null,
    materials: null,
    amountYuan: null,
    acceptance: null,
    visit: null,
    cancellation: null,
    reworkCount: 0,
    alarms: [],
    evidence: null,
    clocks: [],
    ...given,
  };
}
