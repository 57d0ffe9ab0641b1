/**
 * Times of a ticket that are easily told wrongly: since when an alarm's ticket counts, windows and graces over a step of the
 * wall clock, what an emergency that comes back owes, what only a person's step answers.
 */
import { describe, expect, test } from 'vitest';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { MINUTE_MS, PHOTO } from './fixtures.ts';
import { createStory, type Story, toLocal, toMs } from './story-rig.ts';

const SECOND_MS = 1_000;

describe('the ticket of an alarm that a cause may explain', () => {
  function begin() {
    const model = createTestModel({
      policy: defaultPolicy,
      equipment: [
        {
          id: 'mains',
          points: [{ name: 'm', staleMs: null }],
          rules: [
            {
              id: 'lost',
              type: 'state',
              params: { in: [1] },
              points: ['m'],
              severity: 'high',
              explains: 'power',
            },
          ],
        },
        {
          id: 'pump',
          upstream: { power: toId<EquipmentId>('mains') },
          points: [{ name: 'p', staleMs: null }],
          rules: [
            {
              id: 'off',
              type: 'state',
              params: { in: [1] },
              points: ['p'],
              severity: 'high',
              explainedBy: ['power'],
            },
          ],
        },
      ],
    });
    const loop = createTestLoop(model);
    loop.feed({ m: 0, p: 0 });
    loop.advance(MINUTE_MS);
    const ticket = () => loop.tickets().find(({ equipment }) => equipment === 'pump');
    const arrival = () => ticket()?.clocks.find(({ id }) => id === 'arrival');
    return { loop, ticket, arrival, raisedAtMs: loop.clock.now().wallMs };
  }

  test('counts from the raise where it only waited for a cause that was none', () => {
    const { loop, ticket, arrival, raisedAtMs } = begin();
    loop.feed({ p: 1 });
    loop.advance(10 * SECOND_MS);
    expect(ticket()).toMatchObject({ receivedAtMs: raisedAtMs, raisedAtMs });
    expect(ticket()?.openedAtMs).toBeGreaterThan(raisedAtMs);
    expect(arrival()?.dueAtMs).toBe(raisedAtMs + 30 * MINUTE_MS);
    expect(ticket()?.clocks.filter(({ breachedAtMs }) => breachedAtMs !== null)).toEqual([]);
  });

  test('counts from when it is opened where a cause stood for it, and is not born breached', () => {
    const { loop, ticket, arrival, raisedAtMs } = begin();
    loop.feed({ m: 1 });
    loop.feed({ p: 1 });
    loop.advance(40 * MINUTE_MS);
    expect(ticket()).toBeUndefined();
    loop.feed({ m: 0 });
    loop.advance(2 * MINUTE_MS);
    const { openedAtMs, receivedAtMs } = ticket() as Ticket;
    expect(ticket()?.raisedAtMs).toBe(raisedAtMs);
    expect(openedAtMs).toBeGreaterThan(raisedAtMs + 40 * MINUTE_MS);
    expect(receivedAtMs).toBe(openedAtMs);
    expect(arrival()).toMatchObject({ dueAtMs: receivedAtMs + 30 * MINUTE_MS, breachedAtMs: null });
  });
});

const END = [
  { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true },
  { type: 'close' },
] as const;

/** A pump's fault, done at 10:01. */
function repair(): Story {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.feed({ 'pump-fault': 1 });
  story.to('09-22 10:01');
  if (story.ticket().stage === 'received')
    story.act('desk-li', { type: 'record', contactName: '值班', contactMethod: '8000' });
  story.act('wang', { type: 'take', readBack: 'x' }, { type: 'arrive', how: 'by-hand' });
  story.actForm(
    'repair',
    'wang',
    { type: 'diagnose', diagnosis: 'x' },
    { type: 'plan', plan: 'x' },
    { type: 'start' },
    { type: 'done', result: 'ok', materials: [] },
  );
  return story;
}

describe('over a step of the wall clock', () => {
  function close(): Story {
    const story = repair();
    story.feed({ 'pump-fault': 0 });
    story.to('09-22 10:30');
    story.act('service-qian', { type: 'accept', opinion: 'ok' });
    story.act('desk-li', ...END);
    return story;
  }

  test('a closed ticket stays in its reopen window for as long as that is', () => {
    const story = close();
    const { id } = story.ticket();
    story.setWall('09-24 10:31');
    expect(story.refusal('desk-li', { type: 'archive' })).toBe('archive-too-early');
    story.to('09-24 10:33');
    story.feed({ 'pump-fault': 1 });
    story.to('09-24 10:34');
    expect(story.ticket()).toMatchObject({ id, stage: 'rework', round: 2 });
  });

  test('and back: it is filed a day later by how long it has stood, not by the stamps', () => {
    const story = close();
    story.setWall('09-22 08:30');
    story.to('09-23 08:29');
    expect(story.refusal('desk-li', { type: 'archive' })).toBe('archive-too-early');
    expect(story.refusal('desk-li', { type: 'reopen', reason: ' ' })).toBe('missing-fields: reason');
    story.to('09-23 08:31');
    expect(story.refusal('desk-li', { type: 'reopen', reason: 'drips' })).toBe('reopen-too-late');
  });

  test('the grace of an acceptance over a standing alarm is no longer and no shorter', () => {
    for (const wall of ['09-22 08:12', '09-24 10:12']) {
      const story = repair();
      story.to('09-22 10:02');
      story.act('boss-wu', { type: 'attach', attachment: PHOTO });
      const override = { overrideReason: 'r', overridePhoto: PHOTO.id } as const;
      story.act('service-qian', { type: 'accept', opinion: 'ok', ...override });
      story.act('desk-li', ...END);
      story.to('09-22 10:12');
      story.setWall(wall);
      const leftMs = 20 * MINUTE_MS;
      story.to(toLocal(toMs(wall) + leftMs - MINUTE_MS));
      expect(story.ticket().stage).toBe('closed');
      story.to(toLocal(toMs(wall) + leftMs + MINUTE_MS));
      expect(story.ticket()).toMatchObject({ stage: 'rework', round: 2 });
    }
  });
});

test('an emergency that comes back is reported anew within 90 seconds', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.feed({ 'smoke-1': 1 });
  story.deliver();
  story.to('09-22 10:01');
  story.act('desk-li', { type: 'dispatch', assignee: 'guard-feng' });
  story.act('guard-feng', { type: 'take', readBack: 'x' }, { type: 'arrive', how: 'by-hand' });
  story.act('guard-feng', { type: 'confirm-fire', verdict: 'false-alarm', how: 'on-site', cause: 'steam' });
  story.act('guard-feng', { type: 'start' });
  story.feed({ 'smoke-1': 0 });
  story.to('09-22 10:05');
  story.deliver();
  story.act('guard-feng', { type: 'done', result: 'out', materials: [] });
  const reports = () => story.ticket().clocks.filter(({ id }) => id === 'report');
  expect(reports()).toHaveLength(1);
  story.to('09-22 12:00');
  story.feed({ 'smoke-1': 1 });
  expect(reports().at(-1)).toMatchObject({ round: 2, startedAtMs: toMs('09-22 12:00'), stoppedAtMs: null });
  story.to('09-22 12:02');
  expect(reports().at(-1)?.breachedAtMs).toBe(toMs('09-22 12:01:30'));
});

describe('an owner’s complaint at three in the morning', () => {
  const begin = (): Story => {
    const story = createStory(defaultPolicy, '09-22 02:00');
    story.to('09-22 03:00');
    story.report('desk-li', { class: 'complaint' });
    return story;
  };
  const reply = (story: Story) => story.ticket().clocks.find(({ id }) => id === 'reply');

  test('is not answered by the gateway’s own dispatch, nor by what is noted', () => {
    const story = begin();
    expect(story.ticket().stage).toBe('dispatched');
    story.act('desk-li', { type: 'note', note: 'noisy' });
    // What is not urgent is answered in the first quarter of an hour of the next working day.
    story.to('09-22 09:14');
    expect(reply(story)).toMatchObject({ stoppedAtMs: null, breachedAtMs: null });
    story.to('09-22 09:16');
    expect(reply(story)).toMatchObject({ stoppedAtMs: null, breachedAtMs: toMs('09-22 09:15') });
  });

  test('is answered by whoever speaks to the owner', () => {
    const story = begin();
    expect(story.refusal('desk-li', { type: 'contact', how: 'phone', note: ' ' })).toBe(
      'missing-fields: note',
    );
    story.to('09-22 03:04');
    story.act('desk-li', { type: 'contact', how: 'phone', note: '已安排保安查看' });
    expect(reply(story)).toMatchObject({ stoppedAtMs: toMs('09-22 03:04'), breachedAtMs: null });
    expect(story.ticket().clocks.find(({ id }) => id === 'complaint-contact')?.stoppedAtMs).toBe(
      toMs('09-22 03:04'),
    );
  });
});

test('whom a ticket is transferred to has his own two minutes to read it back, each time', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.report('desk-li', { priority: 'urgent' });
  story.to('09-22 10:01');
  story.act('wang', { type: 'take', readBack: 'x' });
  const runs = () =>
    story
      .ticket()
      .clocks.filter(({ id }) => id === 'read-back')
      .map(({ round, dueAtMs, stoppedAtMs }) => [round, toLocal(dueAtMs ?? 0), stoppedAtMs !== null]);
  story.to('09-22 10:05');
  story.act('wang', { type: 'transfer', assignee: 'zhao', reason: 'leave' });
  expect(runs()).toEqual([[1, '09-22 10:07', false]]);
  story.to('09-22 10:06');
  story.act('zhao', { type: 'take', readBack: 'y' });
  story.to('09-22 10:20');
  story.act('zhao', { type: 'transfer', assignee: 'wang', reason: 'back' });
  expect(runs()).toEqual([
    [1, '09-22 10:07', true],
    [2, '09-22 10:22', false],
  ]);
});
