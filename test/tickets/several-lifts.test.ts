/**
 * One caller tells of several lifts (the guard's telephone, a mains failure): the people of each have a sheet, clocks and a report of
 * their own (service-workflow.md §3). What is said of the same lift again goes onto its ticket.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { mayHavePeople } from '../../src/tickets/danger.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Story } from './story-rig.ts';

const BOTH = [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const;

const HALL = { class: 'help', place: '大堂电梯厅', priority: null, faultKind: null } as const;

const CALL: NewTicket = {
  source: 'owner-call',
  channel: 'phone',
  class: 'help',
  priority: null,
  impact: null,
  attendance: null,
  flow: null,
  content: '',
  faultKind: null,
  equipment: null,
  location: null,
  place: '',
  contactName: '',
  contactMethod: '',
  appointment: null,
  slip: null,
  receivedAtMs: null,
};

/** Calls of one person about one place, a minute apart. @returns the ticket that each of them is on, by number of the call */
function ring(policy: Policy, calls: readonly (string | Partial<NewTicket>)[]) {
  const story = createStory(policy, '09-22 10:00');
  const on = calls.map((call, at) => {
    if (at > 0) story.to(`09-22 10:${String(at).padStart(2, '0')}`);
    const given = typeof call === 'string' ? { content: call } : call;
    const before = story.loop.ticketEvents.length;
    story.report('desk-li', { ...HALL, ...given });
    const id = story.loop.ticketEvents[before]?.ticket.id;
    return story.loop.tickets().findIndex((ticket) => ticket.id === id);
  });
  return { story, on, tickets: story.loop.tickets() };
}

const recipientsOf = (story: Story, { id }: Ticket) =>
  story.loop.messages
    .filter(({ kind, ticket }) => kind === 'emergency' && ticket === id)
    .map(({ recipient }) => recipient)
    .toSorted();

describe.each(BOTH)('people in several lifts: %s', (_name, policy) => {
  test('three lifts of one call each have a ticket, a sheet with its clocks, an incident and all who are told', () => {
    const { story, on, tickets } = ring(policy, ['1号梯困人', '2号梯也困人，里面有小孩', '3号梯也困人']);
    expect(on).toEqual([0, 1, 2]);
    // One of the policies tells the supervisor when nobody has answered.
    story.to('09-22 10:20');
    const [first, ...others] = tickets as [Ticket, ...Ticket[]];
    expect(new Set(tickets.map(({ incident }) => incident)).size).toBe(3);
    for (const { entrapment, clocks } of tickets) {
      expect(entrapment).toMatchObject({ people: null });
      expect(clocks.map(({ id }) => id)).toContain(
        policy === defaultPolicy ? 'entrapment-release' : 'lift-firm',
      );
    }
    expect(recipientsOf(story, first).length).toBeGreaterThan(1);
    for (const other of others) expect(recipientsOf(story, other)).toEqual(recipientsOf(story, first));
    expect(others.map(({ links }) => links.length > 0)).toEqual([true, true]);
  });

  test('those of one lift are out: those of the other are not', () => {
    const { story, tickets } = ring(policy, ['1号梯困人', '2号梯困人']);
    story.follow(tickets[0] as Ticket);
    story.act('duty-he', { type: 'entrapment', people: 2 });
    story.act('duty-he', { type: 'entrapment', step: 'released' });
    expect(story.loop.tickets().map(mayHavePeople)).toEqual([false, true]);
  });

  test.each<[string, readonly (string | Partial<NewTicket>)[], readonly number[]]>([
    [
      'by the number of the lift',
      ['1号梯困人', '2号梯困人', '1号梯里面的人还被困着', '2号电梯怎么还没人来'],
      [0, 1, 0, 1],
    ],
    ['in other signs', ['１号梯困人', '一号梯被困的人有心脏病', '1#梯被困', '二号梯被困'], [0, 0, 0, 1]],
    [
      'by its letter',
      ['Lift A: two people trapped', 'Trapped in lift B', 'lift A, still trapped'],
      [0, 1, 0],
    ],
    [
      'by its number in English',
      ['People trapped in lift 1', 'People trapped in lift no. 2', 'elevator #1 trapped'],
      [0, 1, 0],
    ],
    ['by its kind', ['客梯困人', '货梯困人', '货梯被困的人喘不上气'], [0, 1, 1]],
    ['by the house', ['1号楼电梯困人', '2号楼电梯困人'], [0, 1]],
    ['by the unit', ['A单元电梯困人', 'B单元电梯困人'], [0, 1]],
    ['as another one', ['电梯困人', '另一部电梯也困人'], [0, 1]],
    ['without saying that it is the same', ['电梯困人', '电梯里有两个孩子被困'], [0, 1]],
    ['in the same words', ['电梯困人', '电梯困人'], [0, 0]],
    ['that waits for somebody', ['电梯困人', '怎么还没人来，我们还被困着'], [0, 0]],
    ['that asks', ['1号梯困人', '什么时候到'], [0, 0]],
    [
      'where it only made a noise before',
      [{ content: '1号梯有异响', priority: 'normal' }, '2号梯困人'],
      [0, 1],
    ],
    [
      'of the register',
      [
        { content: '困人', equipment: 'lift' as never },
        { content: '里面有小孩被困', equipment: 'lift' as never },
      ],
      [0, 0],
    ],
  ])('a further call is put where it belongs: %s', (_how, calls, expected) => {
    expect(ring(policy, calls).on).toEqual(expected);
  });

  test('of many who leave no contact at one place, another lift that is named has a ticket of its own', () => {
    const story = createStory(policy, '09-22 10:00');
    const add = (at: number, content: string) =>
      story.loop.command({
        type: 'open-ticket',
        actor: { username: `visitor-${at}`, roles: ['occupant'], groups: [] },
        ticket: { ...CALL, ...HALL, channel: 'form', content },
        personal: null,
        together: at === 0 ? [] : ['visitor-0', 'visitor-2'],
      }).ticket?.id;
    const [first, more, other, again] = ['1号梯困人', '电梯里有人被困', '2号梯困人', '2号梯困人，快来'].map(
      (it, at) => add(at, it),
    );
    expect(more).toBe(first);
    expect(other).not.toBe(first);
    expect(again).toBe(other);
  });
});
