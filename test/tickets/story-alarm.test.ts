/**
 * An alarm ticket from receipt to archive (service-workflow.md §2), under both shipped policies: every stage, every clock,
 * every message. Over the holidays of October 2026 (1st to 7th; Saturday the 10th is a working day), a step of the wall clock
 * and a week without the gateway.
 */
import { expect, test } from 'vitest';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, expectAge, run, type Story, stagesOf, toMs } from './story-rig.ts';

const REPAIR = [
  { type: 'diagnose', diagnosis: 'seal worn' },
  { type: 'plan', plan: 'new seal' },
  { type: 'start' },
  { type: 'done', handler: 'zhao', result: 'new seal' },
] as const;
const ASKED = { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true } as const;
const CALLED = ['boss-wu', 'foreman-tan', 'wang', 'zhao'].map((who) => `information ${who}`);
const SIGNED = [{ type: 'accept', opinion: 'good' }, ASKED] as const;

test('under the default policy an alarm of medium severity goes through every stage', () => {
  const story = createStory(defaultPolicy, '09-30 16:00');
  // Wednesday before the holidays; 20 minutes of working time are left.
  story.to('09-30 16:40');
  story.feed({ 'pump-fault': 1 });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'record-alarm/1': run('09-30 16:40', '16:40:48', '16:41', { stop: '16:40' }),
      // 30 min: 20 on the day, 10 on Thursday 8 October; the warning at 24.
      'dispatch/1': run('09-30 16:40', '10-08 09:04', '10-08 09:10'),
      // 8 h: 20 min on the day, 7:40 on the 8th; the warning at 6:24.
      'arrival/1': run('09-30 16:40', '10-08 15:04', '10-08 16:40'),
      'repair/1': run('09-30 16:40', '10-08 15:04', '10-08 16:40'),
    },
    told: ['assigned wang', 'assigned zhao'],
  });
  // It goes by itself: the ticket stays, and so do its clocks.
  story.to('09-30 16:50');
  story.feed({ 'pump-fault': 0 });
  story.to('10-08 09:03:59');
  story.expect({ stage: 'dispatched' });
  story.to('10-08 09:04');
  story.expect({
    stage: 'dispatched',
    clocks: { 'dispatch/1': { warned: '10-08 09:04' } },
    told: ['clock-warned wang', 'clock-warned zhao'],
  });
  story.to('10-08 09:06');
  expect(story.refusal('wang', { type: 'take' })).toBe('missing-fields: readBack');
  expect(story.refusal('wang', { type: 'diagnose', diagnosis: 'seal' })).toBe('wrong-stage');
  expect(story.refusal('desk-li', { type: 'take', readBack: 'pump' })).toBe('not-your-step');
  story.act('wang', { type: 'take', readBack: 'pump room, pump' });
  story.expect({ stage: 'taken', clocks: { 'dispatch/1': { stop: '10-08 09:06' } } });
  story.to('10-08 09:20');
  story.act('wang', { type: 'arrive', how: 'qr-code', code: 'pump' });
  story.expect({ stage: 'on-site', clocks: { 'arrival/1': { stop: '10-08 09:20' } } });
  story.to('10-08 09:25');
  story.act('wang', { type: 'diagnose', diagnosis: 'seal worn' });
  story.expect({
    stage: 'diagnosed',
    clocks: { 'plan/1': run('10-08 09:25', '09:27:24', '09:28') },
  });
  story.to('10-08 09:26');
  story.act('wang', { type: 'escalate', reason: 'no key to the cabinet' });
  story.expect({
    stage: 'diagnosed',
    clocks: { 'support/1': run('10-08 09:26', '09:30', '09:31') },
    told: ['escalated boss-wu'],
  });
  story.to('10-08 09:27:24');
  story.expect({
    stage: 'diagnosed',
    clocks: { 'plan/1': { warned: '10-08 09:27:24' } },
    told: ['clock-warned wang'],
  });
  story.to('10-08 09:28');
  story.expect({
    stage: 'diagnosed',
    clocks: { 'plan/1': { breach: '10-08 09:28', by: 'wang' } },
    told: ['clock-breached boss-wu'],
  });
  story.to('10-08 09:29');
  story.act('boss-wu', { type: 'answer', note: 'the desk has one' });
  story.expect({
    stage: 'diagnosed',
    clocks: { 'support/1': { stop: '10-08 09:29' } },
    told: ['information wang'],
  });
  story.to('10-08 09:29:30');
  story.act('wang', { type: 'plan', plan: 'new seal' });
  story.expect({ stage: 'planned', clocks: { 'plan/1': { stop: '10-08 09:29:30' } } });
  story.to('10-08 09:30');
  story.act('wang', { type: 'start' });
  story.expect({ stage: 'handling' });
  story.to('10-08 10:00');
  const wait = {
    type: 'wait',
    reason: 'part',
    note: 'seal ordered',
    estimatedAtMs: toMs('12-31 12:00'),
  } as const;
  expect(story.refusal('wang', { ...wait, approver: '' })).toBe('missing-fields: approver');
  expect(story.refusal('wang', { ...wait, approver: 'wang' })).toBe('own-approval');
  story.act('wang', { ...wait, approver: 'boss-wu' });
  story.expect({
    stage: 'waiting',
    // 20 minutes of September and one hour of today have counted.
    clocks: { 'repair/1': { isPaused: true, warn: null, due: null, minutes: 80 } },
    told: ['information boss-wu'],
  });
  // Saturday, on which people work.
  story.to('10-10 10:00');
  story.expect({ stage: 'waiting', clocks: { 'repair/1': { minutes: 80 } } });
  story.act('boss-wu', { type: 'resume' });
  story.expect({
    stage: 'handling',
    clocks: { 'repair/1': { isPaused: null, warn: '10-10 15:04', due: '10-10 16:40', minutes: 80 } },
    told: ['information wang'],
  });
  story.to('10-10 11:00');
  story.setWall('10-10 12:00');
  story.expect({
    stage: 'handling',
    // 140 minutes have counted: 340 are left, 300 of them on this Saturday, 40 on Monday; to the warning 244.
    clocks: {
      'repair/1': { from: '09-30 17:40', warn: '10-10 16:04', due: '10-12 09:40', minutes: 140 },
    },
  });
  story.to('10-10 16:00');
  expect(story.refusal('wang', { type: 'done', result: ' ' })).toBe('missing-fields: result');
  story.act('wang', { type: 'done', result: 'new seal' });
  story.expect({
    stage: 'done',
    clocks: {
      'repair/1': { stop: '10-10 16:00' },
      // 8 h: one today, seven on Monday; the warning at 6:24.
      'acceptance/1': run('10-10 16:00', '10-12 14:24', '10-12 16:00'),
    },
    told: ['to-accept service-qian'],
  });
  comeBack(story);
  beOffline(story);
  beRefused(story);
  beUnsatisfied(story);
  reopenAndFile(story);
});

/** On Sunday the alarm is there again, before the repair has held for 24 h. */
function comeBack(story: Story): void {
  story.to('10-11 10:00');
  story.feed({ 'pump-fault': 1 });
  story.expect({
    stage: 'rework',
    clocks: {
      'acceptance/1': { stop: '10-11 10:00' },
      'dispatch/2': run('10-11 10:00', '10-12 09:24', '10-12 09:30'),
      'arrival/2': run('10-11 10:00', '10-12 15:24', '10-12 17:00'),
      'repair/2': run('10-11 10:00', '10-12 15:24', '10-12 17:00'),
    },
    told: ['reworked desk-chen', 'reworked desk-li', 'reworked wang', 'reworked zhao'],
  });
  // Nobody is woken on a Sunday for it.
  expect(story.loop.messages.at(-1)?.notBeforeMs).toBe(toMs('10-12 09:00'));
  story.to('10-11 12:00');
  story.feed({ 'pump-fault': 0 });
  story.to('10-12 09:24');
  story.expect({
    stage: 'rework',
    clocks: { 'dispatch/2': { warned: '10-12 09:24' } },
    told: ['clock-warned wang', 'clock-warned zhao'],
  });
  // Nobody answers for 5 minutes: the supervisor, who has 5 minutes to support them.
  story.to('10-12 09:29');
  story.expect({
    stage: 'rework',
    clocks: { 'support/2': run('10-12 09:29', '09:33', '09:34') },
    told: ['escalated boss-wu'],
  });
  story.to('10-12 09:30');
  story.expect({
    stage: 'rework',
    clocks: { 'dispatch/2': { breach: '10-12 09:30', by: 'wang' } },
    told: ['clock-breached boss-wu'],
  });
  story.to('10-12 09:32');
  story.act('desk-li', { type: 'dispatch', assignee: 'zhao' });
  story.expect({ stage: 'dispatched', told: ['assigned zhao'] });
  story.to('10-12 09:32:30');
  story.act('boss-wu', { type: 'answer', note: 'zhao is on his way' });
  story.expect({
    stage: 'dispatched',
    clocks: { 'support/2': { stop: '10-12 09:32:30' } },
    told: ['information zhao'],
  });
  story.to('10-12 09:40');
  story.act('zhao', { type: 'take', readBack: 'pump' });
  story.expect({ stage: 'taken', clocks: { 'dispatch/2': { stop: '10-12 09:40' } } });
  story.to('10-12 10:10');
  story.act('zhao', { type: 'arrive', how: 'by-hand' });
  story.expect({ stage: 'on-site', clocks: { 'arrival/2': { stop: '10-12 10:10' } } });
}

/** A limit that passed meanwhile passed when it did; its warning is not told after it. */
function beOffline(story: Story): void {
  story.restartAt('10-19 10:10');
  story.expect({
    stage: 'on-site',
    clocks: { 'repair/2': { warned: '10-19 10:10', breach: '10-12 17:00', by: 'zhao' } },
    told: ['clock-breached boss-wu'],
  });
  story.to('10-19 10:12');
  story.actForm('repair', 'zhao', ...REPAIR);
  story.expect({
    stage: 'done',
    clocks: {
      'plan/2': run('10-19 10:12', '10:14:24', '10:15', { stop: '10:12' }),
      'repair/2': { stop: '10-19 10:12' },
      // 6:48 on this Monday, 1:12 on Tuesday; the warning at 6:24.
      'acceptance/2': run('10-19 10:12', '16:36', '10-20 10:12'),
    },
    told: ['to-accept service-qian'],
  });
}

function beRefused(story: Story): void {
  story.to('10-19 16:36');
  story.expect({
    stage: 'done',
    clocks: { 'acceptance/2': { warned: '10-19 16:36' } },
    // From DONE on it is the first receiver's again.
    told: ['clock-warned area-gu'],
  });
  story.to('10-19 16:40');
  expect(story.refusal('area-gu', { type: 'reject', reason: '' })).toBe('missing-fields: reason');
  story.act('area-gu', { type: 'reject', reason: 'still dripping' });
  story.expect({
    stage: 'rework',
    clocks: {
      'acceptance/2': { stop: '10-19 16:40' },
      'dispatch/3': run('10-19 16:40', '10-20 09:04', '10-20 09:10'),
      'arrival/3': run('10-19 16:40', '10-20 15:04', '10-20 16:40'),
      'repair/3': run('10-19 16:40', '10-20 15:04', '10-20 16:40'),
    },
    told: ['reworked desk-chen', 'reworked desk-li', 'reworked zhao'],
  });
  story.to('10-20 09:00');
  story.act('desk-li', { type: 'dispatch', assignee: 'zhao' });
  story.act('zhao', { type: 'take', readBack: 'pump' });
  story.to('10-20 09:03');
  story.act('zhao', { type: 'arrive', how: 'by-hand' });
  story.to('10-20 14:00');
  story.actForm('repair', 'zhao', ...REPAIR);
  story.expect({
    stage: 'done',
    clocks: {
      'dispatch/3': { stop: '10-20 09:00' },
      'arrival/3': { stop: '10-20 09:03' },
      'plan/3': run('10-20 14:00', '14:02:24', '14:03', { stop: '14:00' }),
      'repair/3': { stop: '10-20 14:00' },
      'acceptance/3': run('10-20 14:00', '10-21 12:24', '10-21 14:00'),
    },
    told: ['assigned zhao', 'to-accept service-qian'],
  });
}

/** Accepted a minute before the desk stops ringing people: the other minute counts in the morning. */
function beUnsatisfied(story: Story): void {
  story.to('10-20 19:59');
  story.act('service-qian', { type: 'accept', opinion: 'good' });
  story.expect({
    stage: 'accepted',
    clocks: {
      'acceptance/3': { stop: '10-20 19:59' },
      'visit/3': run('10-20 19:59', '10-21 09:00:36', '10-21 09:01'),
    },
    told: ['to-visit desk-chen', 'to-visit desk-li'],
  });
  expect(story.loop.messages.at(-1)?.notBeforeMs).toBe(toMs('10-21 09:00'));
  story.to('10-21 09:00:20');
  const visit = { ...ASKED, isSatisfied: false };
  expect(story.refusal('desk-li', visit)).toBe('missing-fields: note');
  story.act('desk-li', { ...visit, note: 'a puddle is left' });
  story.expect({
    stage: 'rework',
    clocks: {
      'visit/3': { stop: '10-21 09:00:20' },
      'dispatch/4': run('10-21 09:00:20', '09:24:20', '09:30:20'),
      'arrival/4': run('10-21 09:00:20', '15:24:20', '10-22 09:00:20'),
      'repair/4': run('10-21 09:00:20', '15:24:20', '10-22 09:00:20'),
    },
    told: ['reworked desk-chen', 'reworked zhao'],
  });
  story.to('10-21 09:10');
  story.act('desk-li', { type: 'dispatch', assignee: 'zhao' });
  story.act('zhao', { type: 'take', readBack: 'pump' }, { type: 'arrive', how: 'by-hand' });
  story.to('10-21 10:00');
  story.actForm('repair', 'zhao', ...REPAIR);
  story.to('10-21 11:00');
  story.actForm('acceptance', 'service-qian', ...SIGNED);
  story.expect({
    stage: 'visited',
    clocks: {
      'dispatch/4': { stop: '10-21 09:10' },
      'arrival/4': { stop: '10-21 09:10' },
      'plan/4': run('10-21 10:00', '10:02:24', '10:03', { stop: '10:00' }),
      'repair/4': { stop: '10-21 10:00' },
      'acceptance/4': run('10-21 10:00', '16:24', '10-22 10:00', { stop: '11:00' }),
      'visit/4': run('10-21 11:00', '11:01:36', '11:02', { stop: '11:00' }),
    },
    told: ['assigned zhao', 'to-accept service-qian'],
  });
}

function reopenAndFile(story: Story): void {
  story.to('10-21 11:01');
  story.act('desk-li', { type: 'close' });
  story.expect({
    stage: 'closed',
    // 3 days; the warning at 57:36.
    clocks: { 'filing/4': run('10-21 11:01', '10-23 20:37', '10-24 11:01') },
  });
  story.to('10-22 11:00');
  expect(story.refusal('file-xu', { type: 'archive' })).toBe('archive-too-early');
  story.act('desk-li', { type: 'reopen', reason: 'dripping again' });
  story.expect({
    stage: 'rework',
    clocks: {
      'filing/4': { stop: '10-22 11:00' },
      'dispatch/5': run('10-22 11:00', '11:24', '11:30'),
      'arrival/5': run('10-22 11:00', '10-23 09:24', '10-23 11:00'),
      'repair/5': run('10-22 11:00', '10-23 09:24', '10-23 11:00'),
    },
    told: ['reworked desk-chen', 'reworked zhao'],
  });
  story.to('10-22 11:10');
  story.act('desk-li', { type: 'dispatch', assignee: 'zhao' });
  story.act('zhao', { type: 'take', readBack: 'pump' }, { type: 'arrive', how: 'by-hand' });
  story.to('10-22 12:00');
  story.actForm('repair', 'zhao', ...REPAIR);
  story.to('10-22 12:30');
  story.actForm('acceptance', 'service-qian', ...SIGNED);
  story.to('10-22 12:31');
  story.act('desk-li', { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: {
      'dispatch/5': { stop: '10-22 11:10' },
      'arrival/5': { stop: '10-22 11:10' },
      'plan/5': run('10-22 12:00', '12:02:24', '12:03', { stop: '12:00' }),
      'repair/5': { stop: '10-22 12:00' },
      'acceptance/5': run('10-22 12:00', '10-23 10:24', '10-23 12:00', { stop: '12:30' }),
      'visit/5': run('10-22 12:30', '12:31:36', '12:32', { stop: '12:30' }),
      'filing/5': run('10-22 12:31', '10-24 22:07', '10-25 12:31'),
    },
    told: ['assigned zhao', 'to-accept service-qian'],
  });
  story.to('10-23 12:31');
  expect(story.refusal('file-xu', { type: 'archive' })).toBe('archive-too-early');
  story.to('10-23 12:32');
  expect(story.refusal('desk-li', { type: 'reopen', reason: 'late' })).toBe('reopen-too-late');
  story.act('file-xu', { type: 'archive' });
  story.expect({ stage: 'archived', clocks: { 'filing/5': { stop: '10-23 12:32' } } });
  expect(story.refusal('desk-li', { type: 'reopen', reason: 'late' })).toBe('wrong-stage');
  expect(story.ticket()).toMatchObject({ round: 5, reworkCount: 4, isFirstFix: false });
  // Every stage of the path, one after the other; what is on one form has its time in each.
  const work = 'diagnosed planned handling';
  const again = `rework dispatched taken on-site ${work} done accepted`;
  expect(stagesOf(story)).toBe(
    [
      `received recorded dispatched taken on-site ${work} waiting handling done`,
      `rework dispatched taken on-site ${work} done rework dispatched taken on-site ${work} done accepted`,
      `${again} visited closed ${again} visited closed archived`,
    ].join(' '),
  );
  expectAge(story, '09-30 17:40', '10-23 12:32');
}

test('under the policy of the hospital the same alarm is urgent, and goes another way by other clocks', () => {
  const story = createStory(hospitalPolicy, '09-30 16:00');
  story.to('09-30 16:40');
  story.feed({ 'pump-fault': 1 });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'assign/1': run('09-30 16:40', '16:44', '16:45', { stop: '16:40' }),
      // 20 min at any hour, the warning at three quarters.
      'presence/1': run('09-30 16:40', '16:55', '17:00'),
      // 12 h at any hour, the warning at 9:36.
      'completion/1': run('09-30 16:40', '10-01 02:16', '10-01 04:40'),
    },
    told: ['assigned wang', 'assigned zhao'],
  });
  climb(story);
  story.to('09-30 17:10');
  expect(story.refusal('wang', { type: 'take', readBack: 'pump' })).toBe('wrong-stage');
  expect(story.refusal('desk-li', { type: 'arrive', how: 'by-hand' })).toBe('not-your-step');
  story.act('wang', { type: 'arrive', how: 'qr-code', code: 'pump' });
  story.expect({ stage: 'on-site', clocks: { 'presence/1': { stop: '09-30 17:10' } } });
  story.to('09-30 17:12');
  story.act('boss-wu', { type: 'answer', note: 'go on' });
  story.expect({
    stage: 'on-site',
    clocks: { 'backup/1': { stop: '09-30 17:12' } },
    told: ['information wang', 'information zhao'],
  });
  story.to('09-30 17:20');
  story.act('wang', { type: 'start' });
  story.feed({ 'pump-fault': 0 });
  story.expect({ stage: 'handling', told: CALLED });
  story.to('09-30 17:30');
  const wait = {
    type: 'wait',
    reason: 'vendor',
    note: 'firm is shut',
    approver: 'boss-wu',
    estimatedAtMs: toMs('12-31 12:00'),
  } as const;
  expect(story.refusal('wang', wait)).toBe('not-your-step');
  story.act('foreman-tan', wait);
  story.expect({
    stage: 'waiting',
    clocks: { 'completion/1': { isPaused: true, warn: null, due: null, minutes: 50 } },
    told: ['information boss-wu'],
  });
  story.restartAt('10-07 17:30');
  story.expect({ stage: 'waiting', clocks: { 'completion/1': { minutes: 50 } } });
  story.to('10-08 08:00');
  story.act('wang', { type: 'resume' });
  story.expect({
    stage: 'handling',
    // 670 of 720 minutes are left, 526 to the warning.
    clocks: { 'completion/1': { isPaused: null, warn: '10-08 16:46', due: '10-08 19:10' } },
  });
  story.to('10-08 09:00');
  story.setWall('10-08 10:00');
  story.expect({
    stage: 'handling',
    clocks: { 'completion/1': { from: '09-30 17:40', warn: '10-08 17:46', due: '10-08 20:10' } },
  });
  beRefusedByTheWard(story);
  comeBackAfterTheClose(story);
});

/** Nobody comes: after three minutes the foreman, ten later the supervisor. */
function climb(story: Story): void {
  story.to('09-30 16:55');
  story.expect({
    stage: 'dispatched',
    clocks: { 'presence/1': { warned: '09-30 16:55' } },
    told: ['clock-warned wang', 'clock-warned zhao'],
  });
  story.to('09-30 16:58');
  story.expect({
    stage: 'dispatched',
    clocks: { 'backup/1': run('09-30 16:58', '17:06', '17:08') },
    told: ['escalated foreman-tan'],
  });
  story.to('09-30 17:00');
  story.expect({
    stage: 'dispatched',
    clocks: { 'presence/1': { breach: '09-30 17:00', by: 'wang' } },
    told: ['clock-breached foreman-tan'],
  });
  story.to('09-30 17:06');
  story.expect({
    stage: 'dispatched',
    clocks: { 'backup/1': { warned: '09-30 17:06' } },
    told: ['clock-warned boss-wu'],
  });
  story.to('09-30 17:08');
  story.expect({
    stage: 'dispatched',
    clocks: { 'backup/1': { breach: '09-30 17:08', by: 'boss-wu' } },
    told: ['clock-breached foreman-tan', 'escalated boss-wu'],
  });
}

/** The ward signs in outpatient hours: 7:30 to 12:00 and 13:30 to 17:30. Dispatched anew after its refusal, the work has its limit again. */
function beRefusedByTheWard(story: Story): void {
  story.to('10-08 10:30');
  expect(story.refusal('wang', { type: 'done', result: 'new seal', handler: 'wang' })).toBe(
    'missing-fields: testResult',
  );
  story.act('wang', { type: 'done', result: 'new seal', handler: 'wang', testResult: '0.4 MPa' });
  story.expect({
    stage: 'done',
    clocks: {
      'completion/1': { stop: '10-08 10:30' },
      // 4 h: 1:30 to noon, 2:30 from 13:30; the warning at 3:12.
      'sign-off/1': run('10-08 10:30', '15:12', '16:00'),
    },
    told: ['to-accept area-gu'],
  });
  story.to('10-08 11:00');
  story.act('area-gu', { type: 'reject', reason: 'still dripping' });
  story.expect({
    stage: 'rework',
    clocks: { 'sign-off/1': { stop: '10-08 11:00' }, 'assign/2': run('10-08 11:00', '11:04', '11:05') },
    told: ['reworked duty-he', 'reworked wang', 'reworked zhao'],
  });
  story.to('10-08 11:02');
  story.act('foreman-tan', { type: 'dispatch', assignee: 'zhao' });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'assign/2': { stop: '10-08 11:02' },
      'presence/2': run('10-08 11:02', '11:17', '11:22'),
      'completion/2': run('10-08 11:02', '20:38', '23:02'),
    },
    told: ['assigned zhao'],
  });
  story.to('10-08 11:10');
  story.act('zhao', { type: 'arrive', how: 'qr-code', code: 'pump' }, { type: 'start' });
  story.to('10-08 11:30');
  story.act('zhao', { type: 'done', result: 'new pump', handler: 'zhao', testResult: '0.4 MPa' });
  story.expect({
    stage: 'done',
    clocks: {
      'presence/2': { stop: '10-08 11:10' },
      'completion/2': { stop: '10-08 11:30' },
      'sign-off/2': run('10-08 11:30', '16:12', '17:00'),
    },
    told: ['to-accept area-gu'],
  });
  story.to('10-08 13:40');
  expect(story.refusal('boss-wu', { type: 'accept', opinion: 'good' })).toBe('not-your-step');
  story.act('area-gu', { type: 'accept', opinion: 'good' });
  // No return visit on this path: nobody is asked to make one.
  story.expect({ stage: 'accepted', clocks: { 'sign-off/2': { stop: '10-08 13:40' } } });
  expect(story.refusal('service-qian', ASKED)).toBe('wrong-stage');
}

/** Within the 72 h of the hospital, on the Saturday that has the hours of a Monday. */
function comeBackAfterTheClose(story: Story): void {
  story.to('10-08 13:45');
  story.act('duty-he', { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: { 'archive/2': run('10-08 13:45', '11-01 13:45', '11-07 13:45') },
  });
  story.to('10-10 10:00');
  story.feed({ 'pump-fault': 1 });
  story.expect({
    stage: 'rework',
    clocks: {
      'archive/2': { stop: '10-10 10:00' },
      'assign/3': run('10-10 10:00', '10:04', '10:05'),
    },
    told: ['reworked duty-he', 'reworked zhao'],
  });
  story.to('10-10 10:03');
  story.act('foreman-tan', { type: 'dispatch', assignee: 'wang' });
  story.to('10-10 10:10');
  story.act('wang', { type: 'arrive', how: 'qr-code', code: 'pump' }, { type: 'start' });
  expect(story.loop.tickets()).toHaveLength(1);
  story.feed({ 'pump-fault': 0 });
  story.to('10-10 10:15');
  story.act('wang', { type: 'done', result: 'new pump', handler: 'wang', testResult: '0.4 MPa' });
  story.expect({
    stage: 'done',
    clocks: {
      'assign/3': { stop: '10-10 10:03' },
      'presence/3': run('10-10 10:03', '10:18', '10:23', { stop: '10:10' }),
      'completion/3': run('10-10 10:03', '19:39', '22:03', { stop: '10:15' }),
      // 1:45 to noon, 2:15 from 13:30.
      'sign-off/3': run('10-10 10:15', '14:57', '15:45'),
    },
    // Whoever was called is told that it is over: the duty person too, to whom the rework went.
    told: ['assigned wang', 'to-accept area-gu', 'information duty-he', ...CALLED],
  });
  story.to('10-10 14:00');
  story.act('area-gu', { type: 'accept', opinion: 'good' });
  story.to('10-10 14:05');
  story.act('boss-wu', { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: {
      'sign-off/3': { stop: '10-10 14:00' },
      'archive/3': run('10-10 14:05', '11-03 14:05', '11-09 14:05'),
    },
  });
  story.to('10-13 14:06');
  expect(story.refusal('desk-li', { type: 'archive' })).toBe('not-your-step');
  story.act('file-xu', { type: 'archive' });
  story.expect({ stage: 'archived', clocks: { 'archive/3': { stop: '10-13 14:06' } } });
  expect(story.ticket()).toMatchObject({ round: 3, reworkCount: 2, isFirstFix: false });
  const again = 'rework dispatched on-site handling done accepted closed';
  expect(stagesOf(story)).toBe(
    `received recorded dispatched on-site handling waiting handling done rework dispatched on-site handling done accepted closed ${again} archived`,
  );
  expectAge(story, '09-30 17:40', '10-13 14:06');
}
