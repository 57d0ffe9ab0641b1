/**
 * What an owner or a ward reports by telephone, from receipt to archive (service-workflow.md §2), under both shipped policies:
 * appointment, agreement, a wait, a return visit that does not satisfy. Over the Mid-Autumn holidays of 2026 (Friday 25 to
 * Sunday 27 September) and those of October; a step of the wall clock and a week without the gateway. And the side exits.
 */
import { expect, test } from 'vitest';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { PHOTO } from './fixtures.ts';
import { createStory, expectAge, run, type Story, stagesOf, toMs } from './story-rig.ts';

const CONTACT = { contactName: '陈女士', contactMethod: '139' } as const;
const NO_CONTACT = { contactName: '', contactMethod: '' } as const;
const AGREED = {
  type: 'agree',
  agreedBy: '陈女士',
  workingTime: '10:00–11:00',
  impact: '停水',
  protection: '铺垫',
  cooperation: '家中有人',
} as const;
const VISIT = {
  type: 'visit',
  how: 'phone',
  isRepaired: true,
  isSatisfied: true,
  isChargeAgreed: true,
} as const;
const DONE = {
  type: 'done',
  result: '更换阀芯',
  handler: 'wang',
  amountYuan: 30,
  testResult: '不漏',
} as const;

const appoint = (from: string) =>
  ({ type: 'appoint', fromMs: toMs(from), toMs: toMs(from) + 3_600_000 }) as const;

test('under the default policy a tap is repaired by appointment, and again after an unsatisfied return visit', () => {
  const story = createStory(defaultPolicy, '09-24 16:00');
  story.to('09-24 16:50');
  story.report('desk-li', NO_CONTACT);
  story.expect({
    stage: 'received',
    clocks: { 'record/1': run('09-24 16:50', '16:50:48', '16:51') },
    told: ['to-dispatch desk-chen'],
  });
  story.to('09-24 16:50:30');
  expect(story.refusal('desk-li', { type: 'record' })).toBe('missing-fields: contactName, contactMethod');
  story.act('desk-li', { type: 'record', ...CONTACT });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'record/1': { stop: '09-24 16:50:30' },
      'dispatch/1': run('09-24 16:50:30', '16:52:06', '16:52:30'),
      // 24 h at any hour, the warning at 19:12.
      'repair/1': run('09-24 16:50:30', '09-25 12:02:30', '09-25 16:50:30'),
      'appointing/1': run('09-24 16:50:30', '17:14:30', '17:20:30'),
    },
    told: ['assigned wang', 'assigned zhao'],
  });
  story.to('09-24 16:51');
  story.act('desk-li', appoint('09-25 10:00'));
  story.expect({
    stage: 'dispatched',
    clocks: {
      'appointing/1': { stop: '09-24 16:51' },
      // A call 15 minutes before at the latest, arrival 3 minutes before.
      'appointment-call/1': run('09-25 09:15', '09:39', '09:45'),
      'arrival-appointment/1': run('09-25 09:27', '09:51', '09:57'),
    },
  });
  story.to('09-24 16:52');
  story.act('wang', { type: 'take', readBack: '3-1201' });
  story.expect({ stage: 'taken', clocks: { 'dispatch/1': { stop: '09-24 16:52' } } });
  story.to('09-24 17:00');
  expect(story.refusal('wang', appoint('09-26 10:00'))).toBe('missing-fields: agreedWith, reason');
  story.act('desk-li', { ...appoint('09-26 10:00'), agreedWith: 'source', reason: '业主临时外出' });
  expect(story.refusal('wang', { type: 'set-difficult', approver: 'boss-wu', reason: '无配件' })).toBe(
    'not-your-step',
  );
  story.act('boss-wu', { type: 'set-difficult', approver: 'manager-sun', reason: '无配件' });
  story.expect({
    stage: 'taken',
    clocks: {
      'appointment-call/1': run('09-26 09:15', '09:39', '09:45'),
      'arrival-appointment/1': run('09-26 09:27', '09:51', '09:57'),
      // A week, the warning at 134:24.
      'repair/1': { warn: '09-30 07:14:30', due: '10-01 16:50:30' },
    },
    told: ['information desk-chen', 'information manager-sun', 'information wang'],
  });
  visitAtHome(story);
  waitAndFinish(story);
  disappoint(story);
});

function visitAtHome(story: Story): void {
  story.to('09-26 09:30');
  // What he notes for himself is no call.
  story.act('wang', { type: 'note', note: '阀芯已备' });
  story.expect({ stage: 'taken' });
  story.act('wang', { type: 'contact', how: 'phone', note: '十点前到' });
  story.expect({ stage: 'taken', clocks: { 'appointment-call/1': { stop: '09-26 09:30' } } });
  story.to('09-26 09:50');
  story.act('wang', { type: 'arrive', how: 'by-hand' });
  story.expect({ stage: 'on-site', clocks: { 'arrival-appointment/1': { stop: '09-26 09:50' } } });
  story.to('09-26 09:55');
  story.act('wang', { type: 'diagnose', diagnosis: '阀芯坏' });
  story.expect({ stage: 'diagnosed', clocks: { 'plan/1': run('09-26 09:55', '09:57:24', '09:58') } });
  story.to('09-26 09:57');
  expect(story.refusal('wang', { type: 'plan', plan: '换阀芯' })).toBe('missing-fields: workInstruction');
  story.act('wang', { type: 'plan', plan: '换阀芯', workInstruction: 'WI-12' });
  story.expect({ stage: 'planned', clocks: { 'plan/1': { stop: '09-26 09:57' } } });
  expect(story.refusal('wang', { type: 'start' })).toBe('wrong-stage');
  expect(story.refusal('wang', { ...AGREED, feesYuan: 30 })).toBe('not-your-step');
  expect(story.refusal('service-qian', AGREED)).toBe('missing-fields: feesYuan');
  story.act('service-qian', { ...AGREED, feesYuan: 30 });
  story.expect({ stage: 'agreed' });
  story.to('09-26 10:00');
  story.act('wang', { type: 'start' });
  story.to('09-26 10:10:30');
  story.act('wang', {
    type: 'wait',
    reason: 'part',
    note: '阀芯',
    approver: 'boss-wu',
    estimatedAtMs: toMs('12-31 12:00'),
  });
  story.expect({
    stage: 'waiting',
    // 41:20 have counted.
    clocks: { 'repair/1': { isPaused: true, warn: null, due: null, minutes: 2_480 } },
    told: ['information boss-wu', 'information desk-chen', 'information desk-li'],
  });
}

function waitAndFinish(story: Story): void {
  story.restartAt('10-03 10:10');
  story.expect({ stage: 'waiting', clocks: { 'repair/1': { minutes: 2_480 } } });
  story.to('10-08 09:00');
  story.act('wang', { type: 'resume' });
  story.expect({
    stage: 'handling',
    // 126:40 of 168 h are left, 93:04 to the warning.
    clocks: { 'repair/1': { isPaused: null, warn: '10-12 06:04', due: '10-13 15:40' } },
  });
  story.to('10-08 10:00');
  story.setWall('10-08 11:00');
  story.expect({
    stage: 'handling',
    clocks: { 'repair/1': { from: '09-24 17:50:30', warn: '10-12 07:04', due: '10-13 16:40' } },
  });
  story.to('10-08 12:00');
  expect(story.refusal('wang', { type: 'done', result: '好了', handler: 'wang' })).toBe(
    'missing-fields: amountYuan',
  );
  story.act('wang', DONE);
  story.expect({
    stage: 'done',
    clocks: {
      'repair/1': { stop: '10-08 12:00' },
      // 8 h of working time: 5 today, 3 tomorrow; the warning at 6:24.
      'acceptance/1': run('10-08 12:00', '10-09 10:24', '10-09 12:00'),
    },
    told: ['to-accept service-qian'],
  });
}

function disappoint(story: Story): void {
  story.to('10-08 14:00');
  story.act('service-qian', { type: 'accept', opinion: '可' });
  story.expect({
    stage: 'accepted',
    clocks: { 'acceptance/1': { stop: '10-08 14:00' }, 'visit/1': run('10-08 14:00', '14:01:36', '14:02') },
    told: ['to-visit desk-chen', 'to-visit desk-li'],
  });
  story.to('10-08 14:01');
  story.act('desk-li', { ...VISIT, isSatisfied: false, note: '仍滴水' });
  story.expect({
    stage: 'rework',
    clocks: {
      'visit/1': { stop: '10-08 14:01' },
      'dispatch/2': run('10-08 14:01', '14:02:36', '14:03'),
      // Still difficult: a week.
      'repair/2': run('10-08 14:01', '10-14 04:25', '10-15 14:01'),
      // The appointment of the first round is over: the next one is the desk's to make.
      'appointing/2': run('10-08 14:01', '14:25', '14:31'),
    },
    told: ['reworked desk-chen', 'reworked wang', 'reworked zhao'],
  });
  story.to('10-08 14:02');
  story.act('desk-li', { type: 'dispatch', assignee: 'zhao' });
  story.act('zhao', { type: 'take', readBack: '3-1201' });
  story.act('desk-li', appoint('10-08 16:00'));
  story.expect({
    stage: 'taken',
    clocks: {
      'dispatch/2': { stop: '10-08 14:02' },
      'appointing/2': { stop: '10-08 14:02' },
      // Two hours before: its call is due by 15:45.
      'appointment-call/2': run('10-08 15:15', '15:39', '15:45'),
      'arrival-appointment/2': run('10-08 15:27', '15:51', '15:57'),
    },
    told: ['assigned zhao'],
  });
  story.to('10-08 15:30');
  story.act('zhao', { type: 'contact', how: 'phone', note: '四点前到' });
  story.expect({ stage: 'taken', clocks: { 'appointment-call/2': { stop: '10-08 15:30' } } });
  // He comes two minutes late.
  story.to('10-08 15:51');
  story.to('10-08 15:56');
  story.to('10-08 15:57');
  story.to('10-08 15:59');
  story.act('zhao', { type: 'arrive', how: 'by-hand' });
  story.expect({
    stage: 'on-site',
    clocks: {
      'arrival-appointment/2': {
        warned: '10-08 15:51',
        breach: '10-08 15:57',
        by: 'zhao',
        stop: '10-08 15:59',
      },
      // The warning stayed unanswered for five minutes: the supervisor has five to support him.
      'support/1': run('10-08 15:56', '16:00', '16:01'),
    },
    told: ['clock-warned zhao', 'escalated boss-wu', 'clock-breached boss-wu'],
  });
  story.act('boss-wu', { type: 'answer', note: '好' });
  story.actForm(
    'proposal',
    'zhao',
    { type: 'diagnose', diagnosis: '垫片' },
    {
      type: 'plan',
      plan: '换垫片',
      workInstruction: 'WI-12',
    },
  );
  story.act('service-qian', { ...AGREED, feesYuan: 0 });
  story.act('zhao', { type: 'start' }, { ...DONE, amountYuan: 0 });
  story.expect({
    stage: 'done',
    clocks: {
      'support/1': { stop: '10-08 15:59' },
      'plan/2': run('10-08 15:59', '16:01:24', '16:02', { stop: '15:59' }),
      'repair/2': { stop: '10-08 15:59' },
      'acceptance/2': run('10-08 15:59', '10-09 14:23', '10-09 15:59'),
    },
    told: ['information zhao', 'to-accept service-qian'],
  });
  story.to('10-08 16:10');
  story.act('service-qian', { type: 'accept', opinion: '好' });
  story.to('10-08 16:11');
  story.act('desk-li', VISIT);
  story.to('10-08 16:12');
  story.act('desk-li', { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: {
      'acceptance/2': { stop: '10-08 16:10' },
      'visit/2': run('10-08 16:10', '16:11:36', '16:12', { stop: '16:11' }),
      'filing/2': run('10-08 16:12', '10-11 01:48', '10-11 16:12'),
    },
    told: ['to-visit desk-chen', 'to-visit desk-li'],
  });
  story.to('10-09 16:13');
  story.act('desk-li', { type: 'archive' });
  story.expect({ stage: 'archived', clocks: { 'filing/2': { stop: '10-09 16:13' } } });
  const work = 'dispatched taken on-site diagnosed planned agreed handling';
  expect(stagesOf(story)).toBe(
    `received recorded ${work} waiting handling done accepted rework ${work} done accepted visited closed archived`,
  );
  expectAge(story, '09-24 17:50', '10-09 16:13');
}

test('under the policy of the hospital a ward agrees on it, and the work is done at night', () => {
  const story = createStory(hospitalPolicy, '09-24 16:00');
  story.to('09-24 18:50');
  story.report('duty-he', { ...NO_CONTACT, place: '5 病区' });
  story.expect({
    stage: 'received',
    // 15 min of the day shift: ten until 19:00, five from 8:00 on the holiday; the warning at 12.
    clocks: { 'assign/1': run('09-24 18:50', '09-25 08:02', '09-25 08:05') },
  });
  story.to('09-24 18:55');
  story.act('duty-he', { type: 'record', ...CONTACT });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'assign/1': { stop: '09-24 18:55' },
      // 16 h of the night window, 21:00 to 05:00: two nights; the warning at 12:48.
      'completion/1': run('09-24 18:55', '09-26 01:48', '09-26 05:00'),
    },
    told: ['assigned wang', 'assigned zhao'],
  });
  story.act('duty-he', appoint('09-25 09:00'));
  story.expect({
    stage: 'dispatched',
    // 20 minutes before, for 15; the warning at half of it.
    clocks: { 'presence-appointed/1': run('09-25 08:40', '08:47:30', '08:55') },
  });
  story.to('09-24 19:10');
  story.act('wang', { type: 'take' });
  story.to('09-25 08:46');
  expect(story.refusal('wang', { type: 'diagnose', diagnosis: '阀芯' })).toBe('wrong-stage');
  story.act('wang', { type: 'arrive', how: 'by-hand' });
  // 8 h of the night have counted.
  story.expect({
    stage: 'on-site',
    clocks: { 'presence-appointed/1': { stop: '09-25 08:46' }, 'completion/1': { minutes: 480 } },
  });
  agreeInTheWard(story);
  signInTheWard(story);
});

/** Completion stands still while infection control is asked; outpatients come from Monday the 28th on. */
function agreeInTheWard(story: Story): void {
  expect(story.refusal('wang', { type: 'plan', plan: '夜间换阀' })).toBe('not-your-step');
  story.act('foreman-tan', { type: 'plan', plan: '夜间换阀' });
  story.expect({
    stage: 'planned',
    clocks: {
      'completion/1': { isPaused: true, warn: null, due: null },
      // 8 h: 4:30 and 3:30 of Monday 28 September, to 17:00; the warning at 6:24.
      'agreement/1': run('09-25 08:46', '09-28 15:24', '09-28 17:00'),
    },
  });
  story.restartAt('10-02 08:46');
  story.expect({
    stage: 'planned',
    clocks: { 'agreement/1': { warned: '10-02 08:46', breach: '09-28 17:00', by: 'wang' } },
    told: ['clock-breached foreman-tan'],
  });
  expect(story.refusal('area-gu', { ...AGREED, protection: '' })).toBe('missing-fields: protection');
  story.act('area-gu', AGREED);
  story.expect({
    stage: 'agreed',
    clocks: {
      'agreement/1': { stop: '10-02 08:46' },
      'completion/1': { isPaused: null, warn: '10-03 01:48', due: '10-03 05:00', minutes: 480 },
    },
  });
  story.to('10-02 21:30');
  story.act('wang', { type: 'start' });
  story.to('10-02 22:00');
  story.act('foreman-tan', {
    type: 'wait',
    reason: 'access',
    note: '手术中',
    approver: 'boss-wu',
    estimatedAtMs: toMs('12-31 12:00'),
  });
  story.expect({
    stage: 'waiting',
    clocks: { 'completion/1': { isPaused: true, warn: null, due: null, minutes: 540 } },
    told: ['information boss-wu', 'information desk-chen', 'information desk-li'],
  });
  story.to('10-03 21:00');
  story.act('wang', { type: 'resume' });
  story.expect({
    stage: 'handling',
    clocks: { 'completion/1': { isPaused: null, warn: '10-04 00:48', due: '10-04 04:00' } },
  });
  story.to('10-03 22:00');
  story.setWall('10-03 23:00');
  story.expect({
    stage: 'handling',
    // 6 h are left, 2:48 to the warning.
    clocks: {
      'completion/1': { from: '09-24 19:55', warn: '10-04 01:48', due: '10-04 05:00', minutes: 600 },
    },
  });
}

function signInTheWard(story: Story): void {
  story.to('10-04 01:00');
  story.act('wang', DONE);
  story.expect({
    stage: 'done',
    clocks: {
      'completion/1': { stop: '10-04 01:00' },
      'sign-off/1': run('10-04 01:00', '10-08 10:42', '10-08 11:30'),
    },
    told: ['to-accept area-gu'],
  });
  story.to('10-08 08:00');
  expect(story.refusal('area-gu', { type: 'accept', opinion: '可' })).toBe('missing-fields: attachments');
  story.act('wang', { type: 'attach', attachment: PHOTO });
  story.act('area-gu', { type: 'accept', opinion: '可' });
  story.expect({
    stage: 'accepted',
    clocks: {
      'sign-off/1': { stop: '10-08 08:00' },
      // 2 days at any hour, the warning at 38:24.
      'follow-up/1': run('10-08 08:00', '10-09 22:24', '10-10 08:00'),
    },
    told: ['to-visit service-qian'],
  });
  story.to('10-08 09:00');
  story.act('service-qian', { ...VISIT, isRepaired: false, note: '仍滴水' });
  story.expect({
    stage: 'rework',
    clocks: {
      'follow-up/1': { stop: '10-08 09:00' },
      'assign/2': run('10-08 09:00', '09:12', '09:15'),
    },
    told: ['reworked duty-he', 'reworked wang', 'reworked zhao'],
  });
  story.to('10-08 09:05');
  story.act('foreman-tan', { type: 'dispatch', assignee: 'wang' });
  story.act('wang', { type: 'take' }, { type: 'arrive', how: 'by-hand' });
  story.to('10-08 09:15');
  story.act('foreman-tan', { type: 'plan', plan: '换龙头' });
  story.expect({
    stage: 'planned',
    clocks: {
      'assign/2': { stop: '10-08 09:05' },
      // 2:45 to noon, 4 h in the afternoon, 1:15 on Friday.
      'agreement/2': run('10-08 09:15', '17:09', '10-09 08:45'),
      // Of its 16 h at night none has gone yet.
      'completion/2': { from: '10-08 09:05', isPaused: true },
    },
    told: ['assigned wang'],
  });
  story.act('area-gu', AGREED);
  story.act('wang', { type: 'start' });
  story.to('10-08 09:40');
  story.act('wang', DONE);
  story.to('10-08 10:00');
  story.act('area-gu', { type: 'accept', opinion: '好' });
  story.act('service-qian', VISIT);
  expect(story.refusal('desk-li', { type: 'close' })).toBe('not-your-step');
  story.act('duty-he', { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: {
      'agreement/2': { stop: '10-08 09:15' },
      // 8 h to Friday morning, 4:48 of the next night to the warning.
      'completion/2': { isPaused: null, warn: '10-10 01:48', due: '10-10 05:00', stop: '10-08 09:40' },
      'sign-off/2': run('10-08 09:40', '14:22', '15:10', { stop: '10:00' }),
      'follow-up/2': run('10-08 10:00', '10-10 00:24', '10-10 10:00', { stop: '10:00' }),
      'archive/2': run('10-08 10:00', '11-01 10:00', '11-07 10:00'),
    },
    told: ['to-accept area-gu', 'to-visit service-qian'],
  });
  story.to('10-11 10:01');
  story.act('file-xu', { type: 'archive' });
  story.expect({ stage: 'archived', clocks: { 'archive/2': { stop: '10-11 10:01' } } });
  const work = 'dispatched taken on-site planned agreed handling';
  expect(stagesOf(story)).toBe(
    `received recorded ${work} waiting handling done accepted rework ${work} done accepted visited closed archived`,
  );
  expectAge(story, '09-24 19:50', '10-11 10:01');
}

test('what turns out to be urgent is due sooner, and no later when it turns out not to be', () => {
  const story = createStory(defaultPolicy, '09-24 08:00');
  story.to('09-24 09:00');
  story.report('desk-li', {});
  story.expect({
    stage: 'dispatched',
    clocks: {
      'record/1': run('09-24 09:00', '09:00:48', '09:01', { stop: '09:00' }),
      'dispatch/1': run('09-24 09:00', '09:01:36', '09:02'),
      'repair/1': run('09-24 09:00', '09-25 04:12', '09-25 09:00'),
      'appointing/1': run('09-24 09:00', '09:24', '09:30'),
    },
    told: ['assigned wang', 'assigned zhao'],
  });
  story.to('09-24 09:01');
  story.act('wang', { type: 'take', readBack: '3-1201' });
  story.to('09-24 09:20');
  story.act('desk-li', appoint('09-25 09:00'));
  story.expect({
    stage: 'taken',
    clocks: {
      'dispatch/1': { stop: '09-24 09:01' },
      'appointing/1': { stop: '09-24 09:20' },
      'appointment-call/1': run('09-25 08:15', '08:39', '08:45'),
      'arrival-appointment/1': run('09-25 08:27', '08:51', '08:57'),
    },
  });
  story.to('09-24 10:00');
  story.act('desk-li', { type: 'reclassify', priority: 'urgent', reason: '水漫到走廊' });
  expect(story.ticket()).toMatchObject({ priority: 'urgent', attendance: 'urgent' });
  story.expect({
    stage: 'taken',
    clocks: {
      // 8 h from the beginning; the half hour of the arrival begins where it came to hold.
      'repair/1': { warn: '09-24 15:24', due: '09-24 17:00' },
      'arrival/1': run('09-24 10:00', '10:24', '10:30'),
    },
    told: ['priority-raised wang'],
  });
  story.to('09-24 10:05');
  story.act('desk-li', {
    type: 'reclassify',
    priority: 'normal',
    attendance: 'appointment',
    reason: '阀已关',
  });
  story.expect({ stage: 'taken' });
});

test('a complaint is answered in 15 minutes, spoken about in a day and settled in two', () => {
  const story = createStory(defaultPolicy, '09-24 08:00');
  story.to('09-24 09:00');
  story.report('desk-li', { class: 'complaint', content: '噪声' });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'record/1': run('09-24 09:00', '09:00:48', '09:01', { stop: '09:00' }),
      'dispatch/1': run('09-24 09:00', '09:01:36', '09:02'),
      // That the gateway gave it to somebody is no answer.
      'reply/1': run('09-24 09:00', '09:12', '09:15'),
      'repair/1': run('09-24 09:00', '09-25 04:12', '09-25 09:00'),
      'complaint-contact/1': run('09-24 09:00', '09-25 04:12', '09-25 09:00'),
      'complaint-result/1': run('09-24 09:00', '09-25 23:24', '09-26 09:00'),
    },
    told: ['assigned service-qian'],
  });
  story.to('09-24 09:01');
  story.act('service-qian', { type: 'take', readBack: '噪声' });
  story.expect({
    stage: 'taken',
    clocks: {
      'dispatch/1': { stop: '09-24 09:01' },
      'reply/1': { stop: '09-24 09:01' },
      // Immediate service: ten minutes from the read-back.
      'arrival-immediate/1': run('09-24 09:01', '09:09', '09:11'),
    },
  });
  story.to('09-24 09:08');
  story.act('service-qian', { type: 'arrive', how: 'by-hand' });
  story.expect({
    stage: 'on-site',
    clocks: {
      'arrival-immediate/1': { stop: '09-24 09:08' },
      'complaint-contact/1': { stop: '09-24 09:08' },
    },
  });
  story.to('09-24 09:30');
  expect(story.refusal('desk-li', { type: 'cancel', reason: 'withdrawn', note: ' ' })).toBe(
    'missing-fields: note',
  );
  const agreed = { agreedWith: 'source', how: 'phone', agreedAtMs: Date.UTC(2026, 8, 24, 1, 20) } as const;
  const withdrawal = { type: 'cancel', reason: 'withdrawn', note: '已撤回', ...agreed } as const;
  expect(story.refusal('service-qian', withdrawal)).toBe('not-your-step');
  expect(story.refusal('desk-li', withdrawal)).toBe('missing-fields: approver');
  story.act('desk-li', { ...withdrawal, approver: 'boss-wu' });
  story.expect({
    stage: 'cancelled',
    clocks: { 'repair/1': { stop: '09-24 09:30' }, 'complaint-result/1': { stop: '09-24 09:30' } },
    told: ['information boss-wu', 'information service-qian'],
  });
  expect(story.refusal('boss-wu', { type: 'reopen', reason: 'no' })).toBe('wrong-stage');
});

test('what nobody files is told of, also when the gateway was off for the week in which it was due', () => {
  const story = createStory(hospitalPolicy, '09-24 08:00');
  story.to('09-24 09:00');
  story.report('duty-he', { class: 'enquiry', content: '探视时间' });
  story.act('duty-he', { type: 'done', result: '15 点' }, { type: 'close' });
  // 30 days; by then its reopen window of 72 h is long over.
  story.restartAt('10-12 09:00');
  story.expect({
    stage: 'closed',
    clocks: {
      'assign/1': run('09-24 09:00', '09:12', '09:15', { stop: '09:00' }),
      'sign-off/1': run('09-24 09:00', '13:42', '14:30', { stop: '09:00' }),
      'archive/1': run('09-24 09:00', '10-18 09:00', '10-24 09:00'),
    },
  });
  story.restartAt('10-25 09:00');
  story.expect({
    stage: 'closed',
    clocks: { 'archive/1': { warned: '10-25 09:00', breach: '10-24 09:00', by: 'file-xu' } },
    told: ['clock-breached foreman-tan'],
  });
});

test('an enquiry is answered on the spot at the hospital, and nobody is asked to accept the answer', () => {
  const story = createStory(hospitalPolicy, '09-24 08:00');
  story.to('09-24 09:00');
  story.report('duty-he', { class: 'enquiry', content: '探视时间' });
  story.expect({ stage: 'received', clocks: { 'assign/1': run('09-24 09:00', '09:12', '09:15') } });
  story.to('09-24 09:02');
  story.actForm('answer', 'duty-he', { type: 'done', result: '15 点' }, { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: {
      'assign/1': { stop: '09-24 09:02' },
      // 4 h of outpatient hours: 2:58 to noon, 1:02 from 13:30; the warning at 3:12.
      'sign-off/1': run('09-24 09:02', '13:44', '14:32', { stop: '09:02' }),
      'archive/1': run('09-24 09:02', '10-18 09:02', '10-24 09:02'),
    },
  });
});
