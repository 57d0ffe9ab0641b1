/**
 * "An enquiry is answered at the desk where it can be" (service-workflow.md §1, §2), under both shipped policies: whoever has taken
 * it down answers it, without dispatching it to himself; who it was is on the record, and what is not answered is late.
 */
import { expect, test } from 'vitest';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, run } from './story-rig.ts';

const ASKED = {
  class: 'enquiry',
  content: '停车月卡怎么办理',
  contactName: '陈女士',
  contactMethod: '139',
} as const;
const ANSWER = { type: 'done', result: '凭行驶证到前台办理' } as const;
const VISIT = {
  type: 'visit',
  how: 'phone',
  isRepaired: true,
  isSatisfied: true,
  isChargeAgreed: true,
} as const;

test('the desk that has recorded it answers, visits and closes it; nobody is warned, nothing is read back', () => {
  const story = createStory(defaultPolicy, '09-24 09:00');
  story.to('09-24 10:00');
  story.report('desk-li', ASKED);
  story.expect({
    stage: 'recorded',
    clocks: {
      'record/1': run('09-24 10:00', '10:00:48', '10:01', { stop: '10:00' }),
      'dispatch/1': run('09-24 10:00', '10:12', '10:15'),
      'reply/1': run('09-24 10:00', '10:12', '10:15'),
      'repair/1': run('09-24 10:00', '09-25 05:12', '09-25 10:00'),
    },
    told: ['to-dispatch desk-chen'],
  });
  // Longer than a dispatch may take.
  story.to('09-24 10:06');
  const answered = story.act('desk-li', ANSWER);
  expect(answered).toMatchObject({
    stage: 'done',
    handler: 'desk-li',
    workedBy: ['desk-li'],
    assignee: null,
    takenBy: null,
  });
  story.act('desk-li', VISIT);
  story.act('desk-li', { type: 'close' });
  expect(story.ticket().clocks.filter(({ breachedAtMs, warnedAtMs }) => breachedAtMs ?? warnedAtMs)).toEqual(
    [],
  );
  expect(story.ticket().stage).toBe('closed');
});

test('whoever answers it for the person who has it is the one on the record', () => {
  const story = createStory(defaultPolicy, '09-24 09:00');
  story.to('09-24 10:00');
  story.report('desk-li', ASKED);
  story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
  story.act('wang', { type: 'take', readBack: '月卡' });
  expect(story.act('desk-chen', ANSWER)).toMatchObject({ stage: 'done', handler: 'desk-chen' });
});

test('others answer none, a complaint and an urgent repair go their way, and one that nobody answers is late', () => {
  const story = createStory(defaultPolicy, '09-24 09:00');
  story.to('09-24 10:00');
  story.report('desk-li', ASKED);
  expect(story.refusal('guard-feng', ANSWER)).toBe('not-your-step');
  story.to('09-24 10:16');
  expect(
    story.ticket().clocks.flatMap(({ id, breachedAtMs }) => (breachedAtMs === null ? [] : [id])),
  ).toEqual(['dispatch', 'reply']);
  story.report('desk-li', { ...ASKED, class: 'complaint', content: '保安态度不好' });
  expect(story.refusal('desk-li', ANSWER)).toBe('wrong-stage');
});

test('at the hospital the desk that was asked answers and closes on one form', () => {
  const story = createStory(hospitalPolicy, '09-24 08:00');
  story.to('09-24 09:00');
  story.report('desk-li', { class: 'enquiry', content: '探视时间' });
  story.actForm('answer', 'desk-li', { type: 'done', result: '15 点' }, { type: 'close' });
  expect(story.ticket()).toMatchObject({ stage: 'closed', handler: 'desk-li' });
  story.report('desk-li', { class: 'help', content: '借轮椅' });
  expect(story.refusal('desk-li', ANSWER)).toBe('not-your-step');
});
