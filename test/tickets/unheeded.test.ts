/**
 * An emergency that somebody has reported and nobody acts on (service-workflow.md §2: each next rung follows by itself until a person
 * acts): it has no alarm that would call again, so the top of the ladder and who is on duty by then are told again and again.
 */
import { describe, expect, test } from 'vitest';
import { TOP_AGAIN_MS } from '../../src/tickets/escalation.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Story } from './story-rig.ts';

const CALL = { class: 'help', content: '电梯困人', priority: null, place: '大堂电梯厅' } as const;

describe.each([
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const)('an emergency that nobody acts on: %s', (_name, policy) => {
  const ring = (): Story => {
    const story = createStory(policy, '09-22 03:00');
    story.report('desk-li', CALL);
    story.deliver();
    return story;
  };
  const since = (story: Story, from: number) => story.loop.messages.slice(from);

  test('is told on and on, also on the next day, to the top and to who is on duty then', () => {
    const story = ring();
    story.to('09-23 12:00');
    const from = story.loop.messages.length;
    story.to('09-23 14:00');
    const told = since(story, from).filter(({ kind }) => kind === 'escalated');
    const top = policy.escalation.ladder.at(-1)?.role;
    expect(story.ticket().escalation.nextAtMs).not.toBeNull();
    expect(told.length).toBeGreaterThanOrEqual((3 * 2 * 60 * 60_000) / TOP_AGAIN_MS - 3);
    const names = new Set(told.map(({ recipient }) => recipient));
    expect(names).toContain('desk-chen');
    expect(names).toContain('duty-he');
    expect(top).toBeDefined();
  });

  test('is quiet once a person acts', () => {
    const story = ring();
    story.to('09-23 12:00');
    story.act(policy === defaultPolicy ? 'desk-li' : 'duty-he', { type: 'dispatch', assignee: 'lift-ma' });
    story.act('lift-ma', { type: 'arrive', how: 'by-hand' });
    const from = story.loop.messages.length;
    story.to('09-23 18:00');
    const again = since(story, from).filter(({ kind }) => kind === 'escalated');
    expect(again.filter(({ body }) => body.zh.includes('第 3 级')).length).toBeLessThanOrEqual(1);
  });
});
