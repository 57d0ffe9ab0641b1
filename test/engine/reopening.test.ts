/** Opening a ticket again whose alarm is being worked on elsewhere: one open ticket per alarm key (alarms.md B9). */
import { expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import type { TicketId } from '../../src/core/ids.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, type Rig, refused } from './alarm-rig.ts';

const [NORMAL, BAD] = [5, 11];

function work(rig: Rig, id: TicketId, ...transitions: readonly Transition[]) {
  for (const transition of transitions) {
    const ticket = defined(
      rig.loop.tickets().find((it) => it.id === id),
      'the ticket',
    );
    rig.loop.command(toTicketCommand(ticket, transition));
  }
}

const REPAIR: readonly Transition[] = [
  { type: 'take' },
  { type: 'arrive', how: 'by-hand' },
  { type: 'start' },
  { type: 'done', result: 'new seal' },
  { type: 'accept', opinion: 'good' },
  { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true },
  { type: 'close' },
];
const reopen: Transition = { type: 'reopen', reason: 'drips again' };

/** A closed ticket of the alarm, and an open one of a drill of the same alarm, which never shares a real one. */
function start() {
  const rig = createRig();
  rig.feed(NORMAL);
  rig.feed(BAD);
  rig.feed(NORMAL);
  const closed = defined(rig.loop.tickets()[0], 'the ticket').id;
  work(rig, closed, ...REPAIR);
  rig.drill(30);
  rig.feed(BAD);
  const other = defined(
    rig.loop.tickets().find(({ id }) => id !== closed),
    'the ticket of the drill',
  );
  return { rig, closed, other };
}

test('is refused with the number of that ticket, and changes nothing', () => {
  const { rig, closed, other } = start();
  const before = rig.loop.tickets().find(({ id }) => id === closed);
  expect(() => work(rig, closed, reopen)).toThrow(
    expect.objectContaining({ code: 'alarm-has-ticket', params: { number: other.number } }),
  );
  expect(rig.loop.tickets().find(({ id }) => id === closed)).toEqual(before);
});

test('is possible again as soon as that ticket is over', () => {
  const { rig, closed, other } = start();
  work(rig, other.id, { type: 'cancel', reason: 'duplicate', note: 'same' });
  work(rig, closed, reopen);
  expect(rig.loop.tickets().find(({ id }) => id === closed)).toMatchObject({ stage: 'rework' });
  expect(() => work(rig, closed, reopen)).toThrow(refused('wrong-stage'));
});
