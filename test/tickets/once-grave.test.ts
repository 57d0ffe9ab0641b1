/**
 * What was grave once stays so to the end: an emergency that is neither fire nor people in a lift is not made less of before
 * somebody has looked, and neither it nor a complaint is wiped by calling it something else first (service-workflow.md §2: followed
 * until the source agrees).
 */
import { describe, expect, test } from 'vitest';
import type { IncidentChange } from '../../src/incidents/changes.ts';
import type { NewTicket, Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Story, toMs } from './story-rig.ts';

const LOWER: Transition = {
  type: 'reclassify',
  priority: 'normal',
  attendance: 'next-working-day',
  reason: '忙',
};
const DUPLICATE: Transition = { type: 'cancel', reason: 'duplicate', note: 'x' };
const FALSE: Transition = { type: 'cancel', reason: 'false-alarm', note: '饭烧糊了' };
const WAIT: Transition = {
  type: 'wait',
  reason: 'part',
  note: 'x',
  approver: 'manager-sun',
  untilMs: toMs('09-23 10:00'),
};
const CALLS: readonly [string, Partial<NewTicket>][] = [
  ['gas', { content: '煤气泄漏，楼道都是味道' }],
  ['an electric shock', { content: '有人触电了' }],
  ['a knife', { content: '有人持刀打人伤了', class: 'security' }],
];

function withdrawn(minute: string): Transition {
  const agreed = { agreedWith: 'source', how: 'phone', agreedAtMs: toMs(`09-22 ${minute}`) } as const;
  return { type: 'cancel', reason: 'withdrawn', note: 'x', ...agreed };
}

/** The foreman may dispatch under both policies. */
function send(story: Story): void {
  story.act('foreman-tan', { type: 'dispatch', assignee: 'guard-feng' });
}

function visit(story: Story): void {
  send(story);
  if (story.loop.clock.now().wallMs < toMs('09-22 10:10')) story.to('09-22 10:10');
  story.act('guard-feng', { type: 'arrive', how: 'by-hand' });
}

describe.each([
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
])('%s policy', (_policy, policy) => {
  // The desk may cancel under both, so that what is asked of it is what differs.
  const actors = { ...policy.actors, cancel: ['desk', 'supervisor'] as const };
  const ring = (given: Partial<NewTicket>): Story => {
    const story = createStory(policy, '09-22 10:00');
    story.report('desk-li', { priority: null, ...given });
    expect(story.ticket().priority).toBe('emergency');
    return story;
  };

  test.each(CALLS)('%s that nobody has looked at is not lowered, put off or wiped', (_name, given) => {
    const story = ring(given);
    for (const step of [LOWER, { ...LOWER, priority: 'emergency' } as const, DUPLICATE, FALSE])
      expect([step, story.refusal('boss-wu', step)]).toEqual([step, 'value-not-allowed']);
    expect(story.refusal('boss-wu', withdrawn('10:00'))).toBe('value-not-allowed');
    send(story);
    expect(story.refusal('boss-wu', WAIT)).toBe('value-not-allowed');
  });

  test.each(CALLS)(
    '%s that somebody was sent to may be lowered, and is no duplicate of nothing',
    (_name, given) => {
      const story = ring(given);
      visit(story);
      story.act('boss-wu', LOWER);
      expect(story.ticket().priority).toBe('normal');
      expect(story.refusal('boss-wu', DUPLICATE)).toBe('value-not-allowed');
      if (story.ticket().incident !== null)
        expect(story.refusal('boss-wu', withdrawn('10:10'))).toBe('value-not-allowed');
    },
  );

  test('gas and a knife in one place: what is said of the one is not said of the other, and says how it is known', () => {
    const story = ring({ content: '煤气味很大', equipment: 'pump' as never });
    const gas = story.ticket();
    story.report('desk-li', {
      priority: null,
      class: 'security',
      content: '有人持刀打人伤了',
      equipment: 'pump' as never,
      place: '大堂',
    });
    const knife = story.ticket();
    expect(knife.id).not.toBe(gas.id);
    if (gas.incident === null) return;
    expect(knife.incident).not.toBe(gas.incident);
    const none: IncidentChange = { type: 'confirm', verdict: 'false-alarm', note: '饭烧糊了' };
    expect(() => story.incident(none)).toThrow(expect.objectContaining({ code: 'missing-fields' }));
    // Where people have put both into one, the knife is looked at by itself.
    story.incident({ type: 'join', ticket: gas.id });
    expect(() => story.incident({ ...none, how: 'phone' })).toThrow(
      expect.objectContaining({ code: 'value-not-allowed' }),
    );
    for (const ticket of [gas, knife]) {
      story.follow(ticket);
      visit(story);
    }
    expect(story.incident({ ...none, how: 'phone' }).verdict).toBe('false-alarm');
  });

  test('a complaint that is called an enquiry is cancelled with an approver all the same', () => {
    const story = createStory({ ...policy, actors }, '09-22 10:00');
    story.report('desk-li', { class: 'complaint', content: '投诉前台态度差', priority: null });
    story.act('boss-wu', { type: 'reclassify', class: 'enquiry', reason: '不是投诉' });
    expect(story.refusal('desk-li', withdrawn('10:00'))).toBe('missing-fields: approver');
    expect(story.refusal('desk-li', DUPLICATE)).toBe('value-not-allowed');
    story.act('desk-li', { ...withdrawn('10:00'), approver: 'manager-sun' } as Transition);
    expect(story.ticket().stage).toBe('cancelled');
  });
});
