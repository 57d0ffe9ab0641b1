/**
 * Whoever rings again says what has become of it: words that tell of fire or of people in a lift make the ticket what a first call
 * with them would have made it. Where it is another such matter already, theirs is a ticket of its own (service-workflow.md §1, §3).
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory } from './story-rig.ts';

const BOTH = [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const;

const HERE = { place: '地下一层配电间', class: 'engineering' } as const;
const FLOODED = { content: '配电间进水，已跳闸', priority: 'emergency' } as const;
const FIRE = { content: '配电间着火了！', priority: null } as const;
const TRAPPED = { content: '有人困在电梯里了', priority: null } as const;

/** Two calls of the same person about the same place, five minutes apart. */
function ringTwice(
  policy: Policy,
  first: Partial<NewTicket>,
  second: Partial<NewTicket>,
  between: (story: ReturnType<typeof createStory>) => void = () => {},
) {
  const story = createStory(policy, '09-22 10:00');
  const { id } = story.report('desk-li', { ...HERE, ...first });
  between(story);
  story.to('09-22 10:05');
  const told = story.loop.messages.length;
  story.report('desk-li', { ...HERE, ...second });
  const tickets = story.loop.tickets();
  const now = tickets.find((ticket) => ticket.id === id) as Ticket;
  const own = tickets.find((ticket) => ticket.id !== id) ?? null;
  const kindOf = ({ incident }: Ticket) => story.incidents().find((it) => it.id === incident)?.kind ?? null;
  return { story, now, own, kindOf, messages: story.loop.messages.slice(told) };
}

describe.each(BOTH)('the second call: %s', (_name, policy) => {
  test('tells of fire where the first told of something else: the ticket is a fire, reported anew', () => {
    const { now, own, kindOf, messages } = ringTwice(policy, FLOODED, FIRE);
    expect(own).toBeNull();
    expect(now.content.zh).toBe('配电间着火了！；配电间进水，已跳闸');
    expect(kindOf(now)).toBe('fire');
    const rung = messages.filter(({ kind }) => kind === 'emergency');
    expect(rung.length).toBeGreaterThan(0);
    for (const { subject, body } of rung) expect(subject.zh + body.zh).toContain('着火');
  });

  test('has its fire confirmed on the ticket as that of a first call', () => {
    const { story, now } = ringTwice(policy, FLOODED, FIRE);
    story.follow(now);
    story.act('guard-feng', { type: 'confirm-fire', verdict: 'real', how: 'on-site' });
    expect(story.ticket().fire).toMatchObject({ verdict: 'real' });
    expect(story.incidents().find(({ id }) => id === story.ticket().incident)).toMatchObject({
      kind: 'fire',
      verdict: 'confirmed',
    });
  });

  test('tells of people in a lift: their sheet and its clocks begin', () => {
    const { now, own, kindOf } = ringTwice(policy, FLOODED, TRAPPED);
    expect(own).toBeNull();
    expect(now.entrapment).toMatchObject({ people: null });
    expect(kindOf(now)).toBe('entrapment');
    const ids = now.clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null).map(({ id }) => id);
    expect(ids).toContain(policy === defaultPolicy ? 'entrapment-release' : 'lift-firm');
  });

  test('raises what was none as such', () => {
    const { now, kindOf } = ringTwice(policy, { content: '配电间有异响', priority: 'normal' }, FIRE);
    expect(now).toMatchObject({ priority: 'emergency', content: { zh: '配电间着火了！；配电间有异响' } });
    expect(kindOf(now)).toBe('fire');
  });

  test('tells of fire while people are in the lift: a ticket of its own, each names the other', () => {
    const { now, own, kindOf, messages } = ringTwice(policy, TRAPPED, FIRE);
    expect(now).toMatchObject({
      content: { zh: TRAPPED.content },
      links: [{ ticket: own?.id, kind: 'related' }],
    });
    expect(own).toMatchObject({ priority: 'emergency', links: [{ ticket: now.id, kind: 'related' }] });
    expect([now, own as Ticket].map(kindOf)).toEqual(['entrapment', 'fire']);
    expect(own?.entrapment).toBeNull();
    expect(messages.some(({ kind, ticket }) => kind === 'emergency' && ticket === own?.id)).toBe(true);
  });

  test('of another class about the same place is a ticket of its own, linked where it is an emergency', () => {
    const { now, own } = ringTwice(policy, FLOODED, { ...FIRE, class: 'fire' });
    expect(own?.links).toEqual([{ ticket: now.id, kind: 'related' }]);
    expect(now.links).toEqual([{ ticket: own?.id, kind: 'related' }]);
    const cleaning = { class: 'cleaning', content: '地上有水', priority: 'normal' } as const;
    expect(ringTwice(policy, FLOODED, cleaning).own?.links).toEqual([]);
  });

  test('of the same emergency is read where the ticket is read, once', () => {
    const gas = { content: '闻到煤气味', priority: null } as const;
    const { story, now } = ringTwice(policy, FLOODED, gas);
    expect(now.content.zh).toBe('闻到煤气味；配电间进水，已跳闸');
    story.report('desk-li', { ...HERE, ...gas });
    expect(story.loop.tickets()).toHaveLength(1);
    expect(story.loop.tickets()[0]?.content.zh).toBe(now.content.zh);
  });

  test('that asks where somebody stays tells whoever has it, and changes nothing', () => {
    const { now, messages } = ringTwice(policy, FLOODED, { content: '怎么还没人来', priority: 'normal' });
    const urged = messages.filter(({ kind }) => kind === 'urged');
    expect(urged.map(({ body }) => body.zh).join()).toContain('怎么还没人来');
    expect(now.content.zh).toBe(FLOODED.content);
  });
});
