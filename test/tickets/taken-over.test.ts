/**
 * An alarm that stands when its ticket is closed by name, and goes onto another open ticket before the grace of that is over:
 * one open ticket per alarm key (alarms.md B9), whichever of the two time calls up.
 */
import { expect, test } from 'vitest';
import type { Attachment } from '../../src/core/ticket.ts';
import { carries } from '../../src/tickets/ticket-alarms.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { PHOTO } from './fixtures.ts';
import { createStory, type Story, toMs } from './story-rig.ts';

const photo: Attachment = PHOTO;
const BOTH = [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const;

/** Done, accepted over the standing alarm and closed, by whatever the policy asks for. */
function closeOverStanding(story: Story, closer: 'desk-li' | 'boss-wu' = 'desk-li'): void {
  const wang = { type: 'take', readBack: 'x' } as const;
  if (story.ticket().stage === 'recorded') story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
  const { assignee } = story.ticket();
  const by = assignee === 'zhao' ? 'zhao' : 'wang';
  const stages = [
    wang,
    { type: 'arrive', how: 'by-hand' },
    { type: 'diagnose', diagnosis: 'x' },
    { type: 'plan', plan: 'x' },
    { type: 'start' },
    { type: 'done', result: 'x', testResult: 'x' },
  ] as const;
  for (const step of stages) tryAct(story, by, step);
  story.act(by, { type: 'attach', attachment: photo });
  story.act('area-gu', {
    type: 'accept',
    opinion: 'as agreed',
    overrideReason: 'valve is on order',
    overridePhoto: photo.id,
  });
  tryAct(story, 'desk-li', { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true });
  story.act(closer, { type: 'close' });
}

/** Stages that the policy does not have are passed over. */
function tryAct(story: Story, ...args: Parameters<Story['act']>): void {
  try {
    story.act(...args);
  } catch (error) {
    if ((error as { code?: string }).code !== 'wrong-stage') throw error;
  }
}

/** T1 closed over its alarm, hidden by a shelf; T2 by telephone about the same fault; the shelf ends and the alarm joins T2. */
function takeOver(policy: (typeof BOTH)[number][1]) {
  const story = createStory(policy, '09-22 10:00');
  story.feed({ 'pump-fault': 1 });
  story.to('09-22 10:01');
  closeOverStanding(story, policy === hospitalPolicy ? 'boss-wu' : 'desk-li');
  const first = story.ticket();
  story.loop.command({
    type: 'shelve-alarm',
    key: 'test-site/pump/fault' as never,
    untilMs: toMs('09-22 10:10'),
    isOneShot: false,
    by: 'boss-wu',
    reason: 'noise',
  });
  story.to('09-22 10:05');
  story.report('desk-li', {
    class: 'engineering',
    equipment: 'pump' as never,
    faultKind: first.faultKind,
    source: 'internal-need',
  });
  story.to('09-22 10:12');
  return { story, first, second: story.ticket() };
}

const toState = ({ loop }: Story, id: string) => loop.tickets().find((ticket) => ticket.id === id);

test.each(BOTH)('the grace of an override passes while another ticket has the alarm: %s', (_name, policy) => {
  const { story, first, second } = takeOver(policy);
  expect(carries(second, 'test-site/pump/fault')).toBe(true);
  story.to('09-22 11:00');
  expect(toState(story, first.id)?.stage).toBe('closed');
  const noted = story.loop.ticketEvents.filter(({ detail }) => detail['reason'] === 'carried-elsewhere');
  expect(noted).toMatchObject([{ ticket: { id: first.id }, detail: { tickets: [second.id] } }]);
  expect(carries(toState(story, first.id) ?? first, 'test-site/pump/fault')).toBe(false);
});

test('the ticket that has lost its alarm is out of memory in time, and not opened again by it', () => {
  const { story, first, second } = takeOver(defaultPolicy);
  story.to('09-22 11:00');
  story.feed({ 'pump-fault': 0 });
  story.to('09-22 11:10');
  story.feed({ 'pump-fault': 1 });
  story.to('09-22 11:12');
  const open = story.loop.tickets().filter((ticket) => carries(ticket, 'test-site/pump/fault'));
  expect(open.map(({ id }) => id)).toEqual([second.id]);
  story.feed({ 'pump-fault': 0 });
  story.to('09-25 11:12');
  expect(toState(story, first.id)).toBeUndefined();
});

test('what still stands of it alone opens it again, without the alarm that another ticket has', () => {
  const story = createStory(defaultPolicy, '09-22 10:00');
  story.feed({ 'pump-fault': 1 });
  story.to('09-22 10:01');
  const first = story.ticket();
  // The leak is on the same ticket, as after a merge.
  story.feed({ 'pump-leak': 1 });
  story.to('09-22 10:02');
  const leak = story.ticket();
  story.act('desk-li', { type: 'merge', into: first.id, note: 'the same pump' });
  story.follow(first);
  closeOverStanding(story);
  story.loop.command({
    type: 'shelve-alarm',
    key: 'test-site/pump/fault' as never,
    untilMs: toMs('09-22 10:10'),
    isOneShot: false,
    by: 'boss-wu',
    reason: 'noise',
  });
  story.report('desk-li', {
    class: 'engineering',
    equipment: 'pump' as never,
    faultKind: first.faultKind,
    source: 'internal-need',
  });
  story.to('09-22 11:00');
  const again = toState(story, first.id) ?? first;
  expect(leak.id).not.toBe(first.id);
  expect(again).toMatchObject({ stage: 'rework', round: 2 });
  expect([carries(again, 'test-site/pump/leak'), carries(again, 'test-site/pump/fault')]).toEqual([
    true,
    false,
  ]);
});

test('a gateway that was off when the grace passed starts, and watches on', () => {
  const { story, first, second } = takeOver(defaultPolicy);
  story.restartAt('09-22 12:00');
  story.to('09-22 12:05');
  expect(toState(story, first.id)?.stage).toBe('closed');
  expect(carries(toState(story, second.id) ?? first, 'test-site/pump/fault')).toBe(true);
  story.feed({ 'smoke-1': 1 });
  expect(story.ticket()).toMatchObject({ class: 'fire', priority: 'emergency' });
});
