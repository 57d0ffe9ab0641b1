/** The end of the day (service-workflow.md §2): what is still open goes to the supervisor's list with a new deadline. */
import { expect, test } from 'vitest';
import type { CalendarId } from '../../src/core/ids.ts';
import { isCarriedOver } from '../../src/core/ticket-carried.ts';
import { toDayEndDueMs } from '../../src/tickets/day-end.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createFull } from './fixtures.ts';
import { createStory, type Story, toLocal, toMs } from './story-rig.ts';

/** 10:00 on Thursday, 24 September 2026; Friday to Sunday are the Mid-Autumn holidays. */
function begin(policy = defaultPolicy): Story {
  const story = createStory(policy, '09-24 09:00');
  story.to('09-24 10:00');
  story.report('desk-li', { priority: 'urgent' });
  story.to('09-24 10:01');
  story.act('wang', { type: 'take', readBack: 'x' });
  return story;
}

const daysOf = (story: Story) =>
  story.loop.ticketEvents
    .filter(({ type }) => type === 'carried-over')
    .map(({ atMs, detail }) => [toLocal(atMs), detail['days'], toLocal(Number(detail['deadlineAtMs']))]);

test('an open ticket is listed when the working day ends, due one working day later, over the holidays', () => {
  const story = begin();
  story.to('09-24 16:59');
  expect(isCarriedOver(story.ticket())).toBe(false);
  const due = story.ticket().clocks.map(({ id, dueAtMs }) => [id, dueAtMs]);
  story.to('09-24 17:01');
  expect(isCarriedOver(story.ticket())).toBe(true);
  expect(story.ticket()).toMatchObject({
    carriedOver: { atMs: toMs('09-24 17:00'), days: 1, deadlineAtMs: toMs('09-28 17:00'), by: null },
    banners: [{ kind: 'carried-over' }],
  });
  // It loosens no clock.
  expect(story.ticket().clocks.filter(({ id }) => due.some(([known]) => known === id))).toMatchObject(
    due.map(([id, dueAtMs]) => ({ id, dueAtMs })),
  );
});

test('the supervisor sets the deadline by saying when it will be done; whoever works on it only estimates', () => {
  const story = begin();
  story.to('09-24 17:01');
  story.act('wang', { type: 'estimate', atMs: toMs('10-08 12:00') });
  expect(story.ticket().carriedOver).toMatchObject({ deadlineAtMs: toMs('09-28 17:00'), by: null });
  story.act('boss-wu', { type: 'estimate', atMs: toMs('09-28 12:00') });
  expect(story.ticket()).toMatchObject({
    carriedOver: { deadlineAtMs: toMs('09-28 12:00'), by: 'boss-wu' },
    estimatedAtMs: toMs('09-28 12:00'),
  });
  story.to('09-28 17:01');
  expect(story.ticket().carriedOver).toMatchObject({ days: 2, deadlineAtMs: toMs('09-29 17:00'), by: null });
});

test('a week without the gateway lists it for every day that ended, by the time of each', () => {
  const story = begin();
  story.restartAt('09-30 10:00');
  story.to('09-30 10:30');
  expect(daysOf(story)).toEqual([
    ['09-24 17:00', 1, '09-28 17:00'],
    ['09-28 17:00', 2, '09-29 17:00'],
    ['09-29 17:00', 3, '09-30 17:00'],
  ]);
});

test('what is done is off the list, and a policy without it lists nothing', () => {
  const story = begin();
  story.act('wang', { type: 'arrive', how: 'by-hand' });
  story.to('09-24 17:01');
  const agreed = { agreedWith: 'source', how: 'phone', agreedAtMs: Date.UTC(2026, 8, 24, 8) } as const;
  const approver = 'manager-he';
  story.act('desk-li', { type: 'cancel', reason: 'withdrawn', note: 'fixed himself', ...agreed, approver });
  expect(isCarriedOver(story.ticket())).toBe(false);
  story.to('09-30 10:00');
  expect(daysOf(story)).toHaveLength(1);
  expect(toDayEndDueMs(createFull({ stage: 'handling' }), hospitalPolicy)).toBe(Infinity);
});

test('a break at noon does not end the day, and a calendar that never closes has no end of one', () => {
  const working = [...defaultPolicy.calendars.values()].find(({ id }) => id === 'working');
  if (working === undefined) throw new Error('no calendar');
  const toPolicy = (hours: readonly { from: number; to: number }[]) => {
    const calendar = { ...working, days: null, week: Array.from({ length: 7 }, () => hours) };
    const calendars = new Map([[working.id, calendar]]);
    const dayEnd = {
      match: {},
      calendar: 'working' as CalendarId,
      limitMs: 3_600_000,
      to: 'supervisor',
    } as const;
    return { ...defaultPolicy, calendars, dayEnd };
  };
  const ticket = createFull({ stage: 'handling', openedAtMs: toMs('09-24 10:00') });
  const split = toPolicy([
    { from: 480, to: 720 },
    { from: 810, to: 1050 },
  ]);
  expect(toLocal(toDayEndDueMs(ticket, split))).toBe('09-24 17:30');
  expect(toDayEndDueMs(ticket, toPolicy([{ from: 0, to: 1440 }]))).toBe(Infinity);
});
