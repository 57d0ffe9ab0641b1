/** Alarms that go onto another ticket by a merge or a split (alarms.md B9, MERGED): from then on that ticket hears of them. */
import { describe, expect, test } from 'vitest';
import type { TicketId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, createTestPolicy } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

function toModel(policy: Parameters<typeof createTestPolicy>[0] = {}) {
  const toRule = (id: string) =>
    ({ id, type: 'state', points: [id], params: { point: id, in: [1] }, faultKind: id }) as const;
  const points = [{ name: 'pressure' }, { name: 'leak' }];
  const pump = { id: 'pump', points, rules: [toRule('pressure'), toRule('leak')] };
  return createTestModel({ equipment: [pump], policy });
}

const NORMAL = { pressure: 0, leak: 0 };

function createLoop(): TestLoop {
  const loop = createTestLoop(toModel());
  loop.feed(NORMAL);
  loop.feed({ ...NORMAL, pressure: 1 });
  loop.feed({ pressure: 1, leak: 1 });
  expect(loop.tickets()).toHaveLength(2);
  return loop;
}

function ticketOf(loop: TestLoop, at: number): Ticket {
  const ticket = loop.tickets()[at];
  if (ticket === undefined) throw new Error(`no ticket ${at}`);
  return ticket;
}

function merge(loop: TestLoop): TicketId {
  const into = ticketOf(loop, 1).id;
  loop.command(toTicketCommand(ticketOf(loop, 0), { type: 'merge', into, note: 'same leak' }));
  return into;
}

const activeOf = ({ alarms }: Ticket): readonly string[] =>
  alarms.filter(({ isActive }) => isActive).map(({ key }) => key.split('/')[2] ?? '');

describe('an alarm whose ticket was merged into another', () => {
  test('names the other as its ticket', () => {
    const loop = createLoop();
    const into = merge(loop);
    expect(loop.alarm('pressure')?.ticket).toBe(into);
  });

  test('tells the other of its return', () => {
    const loop = createLoop();
    merge(loop);
    expect(activeOf(ticketOf(loop, 1))).toEqual(['leak', 'pressure']);
    loop.feed({ pressure: 0, leak: 1 });
    expect(activeOf(ticketOf(loop, 1))).toEqual(['leak']);
    expect(activeOf(ticketOf(loop, 0))).toEqual([]);
  });

  test('that has returned comes back to the other, and to nobody else', () => {
    const loop = createLoop();
    loop.feed({ pressure: 0, leak: 1 });
    merge(loop);
    loop.feed({ pressure: 1, leak: 1 });
    expect(loop.tickets()).toHaveLength(2);
    expect(activeOf(ticketOf(loop, 1))).toEqual(['leak', 'pressure']);
    expect(loop.alarm('pressure')?.ticket).toBe(ticketOf(loop, 1).id);
  });
});

describe('an alarm that a split has moved', () => {
  test('names the new ticket, and tells it of its return', () => {
    const loop = createLoop();
    merge(loop);
    const occurrence = loop.alarm('pressure')?.id;
    if (occurrence === undefined) throw new Error('no alarm');
    const { id, version } = ticketOf(loop, 1);
    const { actor } = toTicketCommand({ id, version }, { type: 'take' });
    loop.command({
      type: 'split-ticket',
      ticket: id,
      version,
      actor,
      content: 'pump',
      occurrences: [occurrence],
      reason: 'another matter',
    });
    expect(loop.alarm('pressure')?.ticket).toBe(ticketOf(loop, 2).id);
    loop.feed({ pressure: 0, leak: 1 });
    expect(activeOf(ticketOf(loop, 2))).toEqual([]);
    expect(activeOf(ticketOf(loop, 1))).toEqual(['leak']);
  });
});

test('each ticket of a merge keeps the policy that it was opened under', () => {
  const long = toModel({ version: 'long' });
  const clocks = createTestPolicy().clocks.map((clock) => ({
    ...clock,
    limits: clock.limits.map((limit) => ({ ...limit, limitMs: limit.limitMs / 10 })),
  }));
  const loop = createTestLoop(long);
  loop.feed(NORMAL);
  loop.feed({ ...NORMAL, pressure: 1 });
  loop.replaceModel(toModel({ version: 'short', clocks }));
  loop.advance(1_000);
  loop.feed({ pressure: 1, leak: 1 });
  const limitsOf = ({ clocks: all }: Ticket) => all.map(({ id, limitMs }) => [id, limitMs]);
  const [from, into] = [ticketOf(loop, 0), ticketOf(loop, 1)];
  expect([from.policyVersion, into.policyVersion]).toEqual(['long', 'short']);
  const before = limitsOf(into);
  merge(loop);
  const merged = ticketOf(loop, 1);
  expect(merged.receivedAtMs).toBe(from.receivedAtMs);
  expect(limitsOf(merged)).toEqual(before);
});
