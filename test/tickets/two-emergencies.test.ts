/**
 * One call tells of a fire in a lift with people in it: two tickets in one transaction, each with its sheet, its incident and all who
 * are told of it, each naming the other (service-workflow.md §3).
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

const HERE = { class: 'help', place: '3号楼', priority: null, faultKind: null } as const;
const SAID = '电梯里着火了，三个人困在里面';

function ring(policy: Policy, ...calls: readonly Partial<NewTicket>[]): Story {
  const story = createStory(policy, '09-22 10:00');
  for (const call of calls) story.report('desk-li', { ...HERE, ...call });
  return story;
}

const kindsOf = (story: Story) =>
  story.loop.tickets().map(({ incident }) => story.incidents().find(({ id }) => id === incident)?.kind);
const rungOf = ({ loop }: Story, { id }: Ticket) =>
  loop.messages.filter(({ kind, ticket }) => kind === 'emergency' && ticket === id).length;

describe.each(BOTH)('a fire in a lift with people in it: %s', (_name, policy) => {
  test.each(['help', 'engineering', 'security', 'fire'] as const)(
    'is two tickets, reported as %s',
    (name) => {
      const story = ring(policy, { class: name, content: SAID });
      const [main, other] = story.loop.tickets() as [Ticket, Ticket];
      expect(story.loop.tickets()).toHaveLength(2);
      const kinds = name === 'fire' ? ['fire', 'entrapment'] : ['entrapment', 'fire'];
      expect(kindsOf(story)).toEqual(kinds);
      expect([main.class, other.class]).toEqual([name, name === 'fire' ? 'help' : 'fire']);
      expect(main.links).toEqual([{ ticket: other.id, kind: 'related' }]);
      expect(other.links).toEqual([{ ticket: main.id, kind: 'related' }]);
      for (const ticket of [main, other]) {
        expect(ticket).toMatchObject({
          priority: 'emergency',
          content: { zh: SAID },
          place: { zh: '3号楼' },
        });
        expect(rungOf(story, ticket)).toBeGreaterThan(0);
      }
      expect([main, other].map(mayHavePeople)).toEqual(kinds.map((kind) => kind === 'entrapment'));
    },
  );

  test('the fire is confirmed on the one, the people are freed on the other', () => {
    const story = ring(policy, { content: SAID });
    const [people, fire] = story.loop.tickets() as [Ticket, Ticket];
    story.follow(fire);
    story.act('guard-feng', { type: 'confirm-fire', verdict: 'real', how: 'on-site' });
    story.follow(people);
    story.act('duty-he', { type: 'entrapment', people: 3, step: 'released' });
    story.follow(fire);
    expect(story.ticket()).toMatchObject({ fire: { verdict: 'real' }, priority: 'emergency' });
    expect(story.refusal('boss-wu', { type: 'reclassify', priority: 'normal', reason: 'x' } as never)).toBe(
      'value-not-allowed',
    );
  });

  test('told again, each goes onto its own', () => {
    const story = ring(policy, { content: SAID }, { content: SAID }, { content: `${SAID}，快来` });
    expect(story.loop.tickets()).toHaveLength(2);
  });

  test.each([
    ['people', '电梯困人', ['entrapment', 'fire']],
    ['fire', '电梯着火了', ['fire', 'entrapment']],
  ])('where the %s is known, the call adds to it and opens the other', (_what, first, kinds) => {
    const story = ring(policy, { content: first }, { content: '我们还困在电梯里，电梯着火了' });
    expect(kindsOf(story)).toEqual(kinds);
    const [a, b] = story.loop.tickets() as [Ticket, Ticket];
    expect(a.links).toEqual([{ ticket: b.id, kind: 'related' }]);
    expect(b.links).toEqual([{ ticket: a.id, kind: 'related' }]);
  });

  test('whoever is kept in a room by a fire is one matter with it', () => {
    const story = ring(policy, { content: '5楼着火了，有人被困' });
    expect(kindsOf(story)).toEqual(['fire']);
    expect(story.ticket().entrapment).toBeNull();
  });

  test('a fire at a lift of the register is a fire', () => {
    const story = ring(policy, { class: 'fire', content: '机房冒烟', equipment: 'lift' as never });
    expect(kindsOf(story)).toEqual(['fire']);
  });
});
