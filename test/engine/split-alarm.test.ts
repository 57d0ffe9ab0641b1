/** An alarm that was merged into a phone ticket and leaves it again is what it was: of its equipment, from its raise on. */
import { expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const MINUTE_MS = 60_000;
const DESK = { username: 'desk-li', roles: ['desk'], groups: [] } as const;
const CALL: NewTicket = {
  source: 'owner-call',
  channel: 'phone',
  class: 'engineering',
  priority: null,
  impact: null,
  attendance: null,
  flow: null,
  content: '没有水',
  faultKind: null,
  equipment: null,
  location: null,
  place: '3-1201',
  contactName: 'Ms Chen',
  contactMethod: '139',
  appointment: null,
  slip: null,
  receivedAtMs: null,
};

test('it is an alarm of its equipment again, and its clocks have gone on all the time', () => {
  const rule = { type: 'state', params: { in: [1] }, severity: 'high', class: 'engineering' } as const;
  const model = createTestModel({
    equipment: [{ id: 'pump', points: [{ name: 'p' }], rules: [{ id: 'stopped', points: ['p'], ...rule }] }],
    overrides: { policy: defaultPolicy },
  });
  const loop = createTestLoop(model);
  loop.feed({ p: 0 });
  loop.feed({ p: 1 });
  const raisedAtMs = loop.clock.now().wallMs;
  loop.advance(10_000);
  const own = defined(loop.tickets()[0], 'the ticket of the alarm');
  loop.advance(4 * MINUTE_MS);
  const called = loop.command({ type: 'open-ticket', actor: DESK, personal: null, ticket: CALL }).ticket;
  const phone = defined(called, 'the ticket of the call');
  expect(phone).toMatchObject({ flow: 'daily', source: 'owner-call' });
  const ownNow = defined(
    loop.tickets().find(({ id }) => id === own.id),
    'the ticket of the alarm',
  );
  loop.command(toTicketCommand(ownNow, { type: 'merge', into: phone.id, note: 'one matter' }, 'desk-li'));
  const merged = defined(
    loop.tickets().find(({ id }) => id === phone.id),
    'the ticket that goes on',
  );
  expect(merged.receivedAtMs).toBe(own.receivedAtMs);
  expect(startOf(merged, 'repair')).toBe(startOf(own, 'repair'));

  loop.advance(MINUTE_MS);
  const { opened } = loop.command({
    type: 'split-ticket',
    ticket: phone.id,
    version: defined(
      loop.tickets().find(({ id }) => id === phone.id),
      'it',
    ).version,
    content: '水泵停机',
    occurrences: merged.alarms.map(({ occurrence }) => occurrence),
    reason: 'two matters',
    actor: DESK,
  });
  expect(opened).toMatchObject({
    source: 'equipment-alarm',
    channel: 'alarm',
    flow: 'public-area',
    equipment: 'pump',
    priority: 'urgent',
    contact: { personal: null },
    reporter: null,
    receivedAtMs: raisedAtMs,
  });
  const ticket = defined(opened, 'the ticket of the split');
  for (const id of ['dispatch', 'arrival', 'repair']) expect(startOf(ticket, id)).toBe(startOf(own, id));
  // Nothing of it is told once more by the next looks at the time.
  const told = loop.ticketEvents.length;
  loop.advance(MINUTE_MS);
  const breached = loop.ticketEvents.slice(told).filter(({ type }) => type === 'clock-breached');
  expect(breached.filter(({ ticket: of }) => of.id === ticket.id)).toEqual([]);
});

function startOf({ clocks }: Ticket, id: string): number | null {
  return clocks.find((clock) => clock.id === id)?.startedAtMs ?? null;
}
