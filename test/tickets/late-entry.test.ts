/** Late entries (补录) and the clocks: what a slip that is typed in holds back, for how long, and what no other ticket gets by one. */
import { describe, expect, test } from 'vitest';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import { createActor, DESK, MINUTE_MS, refusalOf } from './fixtures.ts';
import { createStory, type Story, toLocal, toMs } from './story-rig.ts';

const WANG = createActor('wang', ['engineer']);

/** Entered now with the time of so many minutes ago. */
function enterLate(story: Story, transition: Transition, minutes: number, actor = WANG): void {
  const { id, version } = story.ticket();
  story.loop.command({
    type: 'ticket-transition',
    ticket: id,
    version,
    transitions: [transition],
    form: null,
    actor,
    occurredAtMs: story.loop.clock.now().wallMs - minutes * MINUTE_MS,
    personal: null,
  });
}

const breachesOf = (story: Story, clock: string) =>
  story.loop.ticketEvents
    .filter(
      ({ type, detail }) => type === 'clock-breached' && JSON.stringify(detail['clocks']).includes(clock),
    )
    .map(({ atMs }) => toLocal(atMs));

function begin(): Story {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.report('desk-li', { priority: 'urgent' });
  story.to('09-22 10:01');
  story.act('wang', { type: 'take', readBack: 'x' });
  return story;
}

describe('on an ordinary ticket', () => {
  test('late remarks put off neither the warning nor the breach', () => {
    const story = begin();
    for (const at of ['10:20', '10:29:59']) {
      story.to(`09-22 ${at}`);
      enterLate(story, { type: 'note', note: 'x' }, 1 / MINUTE_MS);
    }
    story.to('09-22 10:50');
    expect(breachesOf(story, 'arrival')).toEqual(['09-22 10:30']);
    expect(story.ticket().clocks.find(({ id }) => id === 'arrival')?.warnedAtMs).toBe(toMs('09-22 10:24'));
  });

  test('an arrival that is entered afterwards as in time leaves the breach, unless the supervisor says so', () => {
    const story = begin();
    story.to('09-22 11:10');
    const arrive: Transition = { type: 'arrive', how: 'by-hand' };
    expect(refusalOf(() => enterLate(story, arrive, 41)).code).toBe('breach-stands');
    enterLate(story, arrive, 39);
    const [arrival] = story.ticket().clocks.filter(({ id }) => id === 'arrival');
    expect(arrival).toMatchObject({ breachedAtMs: toMs('09-22 10:30'), stoppedAtMs: toMs('09-22 10:31') });
  });
});

describe('a ticket that is typed in from a slip', () => {
  function type(): Story {
    const story = createStory(defaultPolicy, '09-22 10:00');
    story.to('09-22 14:00');
    story.report('desk-li', {
      priority: 'urgent',
      channel: 'slip',
      slip: 'A-1',
      receivedAtMs: toMs('09-22 10:00'),
    });
    return story;
  }

  test('says nothing for a while after each late step', () => {
    const story = type();
    expect(story.ticket().clocks.find(({ id }) => id === 'arrival')).toMatchObject({
      breachedAtMs: null,
      heldUntilMs: toMs('09-22 14:15'),
    });
    story.to('09-22 14:14');
    expect(breachesOf(story, 'arrival')).toEqual([]);
    story.to('09-22 14:16');
    expect(breachesOf(story, 'arrival')).toEqual(['09-22 14:15']);
  });

  test('cannot be held back for ever by typing on', () => {
    const story = type();
    for (const at of ['14:10', '14:20', '14:30', '14:40', '14:50', '14:59']) {
      story.to(`09-22 ${at}`);
      enterLate(story, { type: 'contact', how: 'phone', note: 'x' }, 1, DESK);
    }
    story.to('09-22 14:59:59');
    expect(breachesOf(story, 'arrival')).toEqual([]);
    story.to('09-22 15:20');
    expect(breachesOf(story, 'arrival')).toEqual(['09-22 15:00']);
  });

  test('is held back no longer once somebody has gone on with it in real time', () => {
    const story = type();
    story.to('09-22 14:05');
    story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
    expect(story.ticket().clocks.find(({ id }) => id === 'arrival')).toMatchObject({
      breachedAtMs: toMs('09-22 10:30'),
      responsible: 'desk-li',
    });
    story.to('09-22 14:06');
    expect(breachesOf(story, 'arrival')).not.toEqual([]);
  });

  test('is held back while its owner is rung or given a time, which is done now', () => {
    const story = type();
    story.to('09-22 14:05');
    story.act('desk-li', { type: 'contact', how: 'phone', note: '已告知业主' });
    story.act('desk-li', { type: 'estimate', atMs: toMs('09-22 15:30') });
    story.to('09-22 14:06');
    expect(breachesOf(story, 'arrival')).toEqual([]);
    enterLate(story, { type: 'dispatch', assignee: 'wang' }, 240, DESK);
    enterLate(story, { type: 'take', readBack: 'x' }, 238);
    enterLate(story, { type: 'arrive', how: 'by-hand' }, 230);
    story.to('09-22 16:00');
    expect(breachesOf(story, 'arrival')).toEqual([]);
  });
});
