/**
 * What begins anew on the same ticket: each call for help is answered for itself, and an appointment that is owed or stands has its
 * clocks in every round (service-workflow.md §2). Limits as the comments of the shipped policies give them.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Person, type Story, toLocal, toMs } from './story-rig.ts';

const HELP: Transition = { type: 'escalate', reason: '无法处理' };
const ANSWER: Transition = { type: 'answer', note: '就来' };

/** Runs of one clock as `from – due` and when it was stopped; `-` = it runs. */
function runsOf(story: Story, id: string): readonly string[] {
  return story
    .ticket()
    .clocks.filter((clock) => clock.id === id)
    .map(({ round, startedAtMs, dueAtMs, stoppedAtMs }) => {
      const [from, due, stop] = [startedAtMs, dueAtMs, stoppedAtMs].map((ms) =>
        ms === null ? '-' : toLocal(ms),
      );
      return `${round}: ${from} due ${due} stopped ${stop}`;
    });
}

/** Urgent work that somebody has arrived at, under the policy. */
function atWork(policy: Policy): Story {
  const story = createStory(policy, '09-22 10:00');
  story.report('duty-he', { priority: 'urgent', source: 'internal-need' });
  if (story.ticket().stage === 'received') story.act('duty-he', { type: 'record' });
  if (policy === defaultPolicy) story.act('wang', { type: 'take', readBack: 'x' });
  story.act('wang', { type: 'arrive', how: 'by-hand' });
  return story;
}

describe.each([
  ['default', defaultPolicy, 'support', 5],
  ['hospital', hospitalPolicy, 'backup', 10],
] as const)('a call for help: %s', (_name, policy, id, minutes) => {
  const due = (minute: number): string => toLocal(toMs('09-22 10:00') + (minute + minutes) * 60_000);

  test('that comes after the first was answered is owed an answer of its own', () => {
    const story = atWork(policy);
    story.to('09-22 10:01');
    story.act('wang', HELP);
    story.to('09-22 10:02');
    story.act('boss-wu', ANSWER);
    story.to('09-22 10:03');
    story.act('wang', HELP);
    expect(runsOf(story, id)).toEqual([
      `1: 09-22 10:01 due ${due(1)} stopped 09-22 10:02`,
      `2: 09-22 10:03 due ${due(3)} stopped -`,
    ]);
    story.to('09-22 10:30');
    const breached = story.ticket().clocks.filter((clock) => clock.id === id && clock.breachedAtMs !== null);
    expect(breached.map(({ round, responsible }) => [round, responsible])).toEqual([[2, 'boss-wu']]);
  });

  test('that is repeated before it is answered makes it no later', () => {
    const story = atWork(policy);
    story.to('09-22 10:01');
    story.act('wang', HELP);
    story.to('09-22 10:03');
    story.act('wang', HELP);
    expect(runsOf(story, id)).toEqual([`1: 09-22 10:01 due ${due(1)} stopped -`]);
  });

  test('is not answered by a note of whoever called', () => {
    const story = atWork(policy);
    story.act('wang', HELP);
    story.to('09-22 10:01');
    story.act('wang', { type: 'note', note: '在等主管' });
    expect(runsOf(story, id)).toEqual([`1: 09-22 10:00 due ${due(0)} stopped -`]);
  });
});

/** An owner's tap, reported with its appointment or without. */
function reported(by: Person, policy: Policy, appointment: { fromMs: number; toMs: number } | null): Story {
  const story = createStory(policy, '09-22 10:00');
  const recorded = policy === defaultPolicy ? {} : { contactName: '' };
  story.report(by, { class: 'engineering', attendance: 'appointment', appointment, ...recorded });
  return story;
}

const slot = (from: string, to: string) => ({ fromMs: toMs(from), toMs: toMs(to) });
const TOMORROW = slot('09-23 10:00', '09-23 11:00');

describe('a ticket that is opened with its appointment', () => {
  test('owes no appointment, whoever records it and when', () => {
    const story = reported('desk-li', defaultPolicy, TOMORROW);
    expect(runsOf(story, 'appointing')).toEqual([]);
    expect(runsOf(story, 'arrival-appointment')).toEqual(['1: 09-23 09:27 due 09-23 09:57 stopped -']);
    const late = createStory(defaultPolicy, '09-22 10:00');
    late.report('desk-li', { appointment: TOMORROW, contactName: '', contactMethod: '' });
    expect(late.ticket().stage).toBe('received');
    late.to('09-22 11:00');
    late.act('desk-li', { type: 'record', contactName: '陈女士', contactMethod: '139' });
    expect(late.ticket().stage).toBe('dispatched');
    expect(runsOf(late, 'appointing')).toEqual([]);
  });

  test('owes one where none was agreed on', () => {
    const story = reported('desk-li', defaultPolicy, null);
    expect(runsOf(story, 'appointing')).toEqual(['1: 09-22 10:00 due 09-22 10:30 stopped -']);
  });
});

const AGREED: Transition = {
  type: 'agree',
  agreedBy: '陈女士',
  workingTime: 'x',
  impact: 'x',
  protection: 'x',
  cooperation: 'x',
  feesYuan: 0,
};
const DONE: Transition = {
  type: 'done',
  result: 'x',
  handler: 'wang',
  handlingMinutes: 1,
  testResult: 'x',
  amountYuan: 0,
  materials: [],
};

/** Done at that time, whoever had to be asked on the way, and refused by its source. */
function fail(story: Story, policy: Policy, at: string): void {
  if (policy === hospitalPolicy && story.ticket().stage === 'received')
    story.act('duty-he', { type: 'record', contactName: '陈女士', contactMethod: '139' });
  story.act('wang', { type: 'take', readBack: 'x' });
  story.to(at);
  story.act('wang', { type: 'arrive', how: 'by-hand' });
  if (policy === defaultPolicy) story.act('wang', { type: 'diagnose', diagnosis: 'x' });
  const planner = policy === defaultPolicy ? 'wang' : 'foreman-tan';
  story.act(planner, { type: 'plan', plan: 'x', workInstruction: 'WI-1' });
  story.act('service-qian', AGREED);
  story.act('wang', { type: 'start' }, DONE);
  const by = policy === defaultPolicy ? 'service-qian' : 'area-gu';
  story.act(by, { type: 'reject', reason: '仍滴水' });
}

describe('after a rework', () => {
  test('an appointment that is over is made anew, and that has its clock', () => {
    const story = reported('desk-li', defaultPolicy, TOMORROW);
    fail(story, defaultPolicy, '09-23 10:05');
    expect(story.ticket()).toMatchObject({ stage: 'rework', round: 2, appointment: null });
    expect(runsOf(story, 'appointing')).toEqual(['2: 09-23 10:05 due 09-23 10:35 stopped -']);
    story.act('desk-li', { type: 'appoint', ...slot('09-24 10:00', '09-24 11:00') });
    expect(runsOf(story, 'appointing')).toEqual(['2: 09-23 10:05 due 09-23 10:35 stopped 09-23 10:05']);
    expect(runsOf(story, 'arrival-appointment').at(-1)).toBe('2: 09-24 09:27 due 09-24 09:57 stopped -');
    expect(runsOf(story, 'appointment-call').at(-1)).toBe('2: 09-24 09:15 due 09-24 09:45 stopped -');
  });

  test.each([
    ['default', defaultPolicy, 'arrival-appointment', '2: 09-23 09:27 due 09-23 09:57 stopped -'],
    ['hospital', hospitalPolicy, 'presence-appointed', '2: 09-23 09:40 due 09-23 09:55 stopped -'],
  ] as const)(
    'one that lies ahead stands, and somebody has to be there: %s',
    (_name, policy, id, expected) => {
      const story = reported(policy === defaultPolicy ? 'desk-li' : 'duty-he', policy, TOMORROW);
      fail(story, policy, '09-22 15:00');
      expect(story.ticket()).toMatchObject({ stage: 'rework', round: 2, appointment: TOMORROW });
      expect(runsOf(story, 'appointing')).toEqual([]);
      expect(runsOf(story, id).at(-1)).toBe(expected);
    },
  );
});
