/**
 * The same person rings again about the same place: nothing of what is said the second time is swallowed. A graver matter is
 * raised and reported, and a call after the work was said to be done brings it back to work (service-workflow.md §2).
 */
import { describe, expect, test } from 'vitest';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Story, toMs } from './story-rig.ts';

const BOTH = [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const;

const GRAVE = { urgency: 3, complexity: 1, scope: 3 } as const;

const told = (story: Story, from: number) => new Set(story.loop.messages.slice(from).map(({ kind }) => kind));

describe.each(BOTH)('a second call that is an emergency: %s', (_name, policy) => {
  const ring = (second: Parameters<Story['report']>[1]) => {
    const story = createStory(policy, '09-22 10:00');
    const first = story.report('desk-li', { class: 'security', priority: 'normal', content: '有异味' });
    story.to('09-22 10:10');
    const before = story.loop.messages.length;
    story.report('desk-li', { class: 'security', content: '气味很浓，有人晕倒', ...second });
    return { story, first, before, now: story.ticket() };
  };

  test.each([
    ['by its priority', { priority: 'emergency', impact: GRAVE } as const],
    ['by its impact alone', { priority: null, impact: GRAVE } as const],
  ])('raises the open ticket, is reported, and begins an incident: %s', (_how, second) => {
    const { story, first, before, now } = ring(second);
    expect(now).toMatchObject({
      id: first.id,
      priority: 'emergency',
      attendance: 'emergency',
      impact: GRAVE,
    });
    expect(now.reports.length).toBeGreaterThan(0);
    // Of the second policy gas is no incident.
    const numbers = policy === defaultPolicy ? [now.incident] : [];
    expect(story.incidents().map(({ id }) => id)).toEqual(numbers);
    expect(told(story, before)).toContain('emergency');
  });

  test('heads the ticket with what was said the second time, and keeps the first words', () => {
    const { now } = ring({ priority: 'emergency' });
    expect(now.content.zh).toBe('气味很浓，有人晕倒；有异味');
  });

  test('a second call that is no graver is a line of the record', () => {
    const { story, first, now } = ring({ priority: 'normal', content: '今天还有异味' });
    expect(now).toMatchObject({ priority: 'normal', content: first.content, reports: [], incident: null });
    const last = story.loop.ticketEvents.findLast(({ ticket }) => ticket.id === first.id);
    expect(last).toMatchObject({
      type: 'noted',
      detail: { content: '今天还有异味', isDuplicate: true },
    });
  });
});

test('two people trapped in a lift that only made a noise have their sheet and its clocks', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.report('desk-li', {
    class: 'help',
    priority: 'normal',
    content: '电梯有异响',
    equipment: 'lift' as never,
  });
  story.to('09-22 10:10');
  story.report('desk-li', {
    class: 'help',
    priority: 'emergency',
    content: '两人被困',
    equipment: 'lift' as never,
  });
  expect(story.ticket()).toMatchObject({ priority: 'emergency', entrapment: { people: null } });
  expect(story.incidents()).toMatchObject([{ kind: 'entrapment', tickets: [story.ticket().id] }]);
  expect(story.loop.tickets()).toHaveLength(1);
});

test('a call that asks for somebody sooner is not left to the appointment', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.report('desk-li', { class: 'engineering', priority: 'normal' });
  expect(story.ticket().attendance).toBe('appointment');
  story.report('desk-li', { class: 'engineering', priority: 'normal', attendance: 'immediate' });
  expect(story.ticket().attendance).toBe('immediate');
  story.report('desk-li', { class: 'engineering', priority: 'normal', attendance: 'next-working-day' });
  expect(story.ticket().attendance).toBe('immediate');
});

describe('a call after the work was said to be done', () => {
  const solved = (): Story => {
    const story = createStory(defaultPolicy, '09-22 10:00');
    story.report('desk-li', { class: 'enquiry', priority: 'normal' });
    story.to('09-22 10:05');
    story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
    story.act('wang', { type: 'take', readBack: 'x' }, { type: 'done', result: 'answered' });
    story.to('09-22 10:20');
    return story;
  };

  test('is the recorded failure: the same ticket goes back to work, and who had it is told', () => {
    const story = solved();
    const before = story.loop.messages.length;
    story.report('desk-li', { class: 'enquiry', priority: 'normal', content: '还是没解决' });
    expect(story.ticket()).toMatchObject({ stage: 'rework', round: 2, reworkCount: 1, isFirstFix: false });
    const reworked = story.loop.ticketEvents.findLast(({ type }) => type === 'reworked');
    expect(reworked).toMatchObject({ by: 'desk-li', detail: { reason: '还是没解决', from: 'done' } });
    expect(told(story, before)).toContain('reworked');
  });

  test('entered from a slip with a time before that, it is only a line of the record', () => {
    const story = solved();
    story.report('desk-li', {
      class: 'enquiry',
      priority: 'normal',
      channel: 'slip',
      slip: 'Z-7',
      content: '水龙头漏水',
      receivedAtMs: toMs('09-22 10:02'),
    });
    expect(story.ticket().stage).toBe('done');
  });
});
