/**
 * Emergencies from receipt to archive (service-workflow.md §2 and §3), under both shipped policies: people in a lift, and a
 * fire. At night, on a holiday, with every clock and every message; what is merged keeps the earlier start.
 */
import { expect, test } from 'vitest';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, expectAge, run, type Story, stagesOf, toMs } from './story-rig.ts';

const REPORT = {
  type: '困人',
  time: '03:00',
  place: 'A 座',
  nature: 'facility-failure',
  scope: '1#电梯',
  casualties: '无',
  propertyLoss: '无',
  cause: { people: '', equipment: '门锁', management: '', environment: '' },
  process: '经过',
  prevention: '更换门锁',
} as const;
const SENT = { type: 'report-sent', to: '业委会', how: '邮件', evidence: '回执' } as const;
const VISIT = { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true } as const;

test('under the default policy people are freed from a lift on a night of the holidays', () => {
  const story = createStory(defaultPolicy, '10-04 02:00');
  story.to('10-04 03:00');
  story.feed({ trapped: 1 });
  story.expect({
    stage: 'recorded',
    clocks: {
      'record-alarm/1': run('10-04 03:00', '03:00:48', '03:01', { stop: '03:00' }),
      'report/1': run('10-04 03:00', '03:01:12', '03:01:30'),
      'dispatch-emergency/1': run('10-04 03:00', '03:01:36', '03:02'),
      'arrival/1': run('10-04 03:00', '03:08', '03:10'),
      // 8 h at any hour, the warning at 6:24.
      'repair/1': run('10-04 03:00', '09:24', '11:00'),
      'entrapment-arrival/1': run('10-04 03:00', '03:24', '03:30'),
      'entrapment-release/1': run('10-04 03:00', '03:48', '04:00'),
    },
    // Reported by the gateway, dispatched by the desk.
    told: [
      'emergency wang',
      'emergency zhao',
      'emergency boss-wu',
      'emergency leader-zhou',
      'to-dispatch desk-chen',
      'to-dispatch desk-li',
    ],
  });
  expect(story.incidents()).toMatchObject([{ kind: 'entrapment', reportDueAtMs: toMs('10-04 05:00') }]);
  story.to('10-04 03:00:20');
  story.deliver();
  story.expect({ stage: 'recorded', clocks: { 'report/1': { stop: '10-04 03:00:20' } } });
  story.to('10-04 03:01');
  story.act('desk-li', { type: 'dispatch', assignee: 'lift-ma' });
  story.expect({
    stage: 'dispatched',
    clocks: { 'dispatch-emergency/1': { stop: '10-04 03:01' } },
    told: ['assigned lift-ma'],
  });
  story.to('10-04 03:02');
  story.act('desk-li', { type: 'entrapment', step: 'maintainer-called', who: 'firm', people: 2, floor: '7' });
  story.to('10-04 03:07');
  // Signed for after the arrival.
  story.act('lift-ma', { type: 'arrive', how: 'by-hand' });
  story.expect({ stage: 'on-site', clocks: { 'arrival/1': { stop: '10-04 03:07' } } });
  story.act('lift-ma', { type: 'take' });
  story.to('10-04 03:15');
  story.act('desk-li', { type: 'entrapment', step: 'maintainer-arrived', who: 'firm' });
  story.expect({ stage: 'on-site', clocks: { 'entrapment-arrival/1': { stop: '10-04 03:15' } } });
  // The alarm stands and calls every ten minutes; the third call goes up to the supervisor.
  story.to('10-04 03:30');
  story.expect({
    stage: 'on-site',
    clocks: { 'support/1': run('10-04 03:30', '03:34', '03:35') },
    told: ['escalated boss-wu'],
  });
  story.to('10-04 03:31');
  story.act('boss-wu', { type: 'answer', note: 'the firm is there' });
  story.expect({
    stage: 'on-site',
    clocks: { 'support/1': { stop: '10-04 03:31' } },
    told: ['information lift-ma'],
  });
  story.to('10-04 03:48');
  story.expect({
    stage: 'on-site',
    clocks: { 'entrapment-release/1': { warned: '10-04 03:48' } },
    told: ['clock-warned lift-ma'],
  });
  story.to('10-04 03:49');
  expect(story.refusal('lift-ma', { type: 'done', result: 'out', handler: 'lift-ma' })).toBe('wrong-stage');
  story.act('lift-ma', { type: 'start' });
  expect(story.refusal('lift-ma', { type: 'done', result: 'out', handler: 'lift-ma' })).toBe(
    'missing-fields: released',
  );
  story.to('10-04 03:52');
  story.act('lift-ma', { type: 'entrapment', step: 'released' });
  story.expect({ stage: 'handling', clocks: { 'entrapment-release/1': { stop: '10-04 03:52' } } });
  repairLift(story);
  fileLift(story);
});

function repairLift(story: Story): void {
  story.feed({ trapped: 0 });
  // Everybody who was called knows that the alarm is over, and that somebody still has to look.
  const called = ['wang', 'zhao', 'boss-wu', 'leader-zhou', 'lift-ma'];
  story.expect({ stage: 'handling', told: called.map((who) => `information ${who}`) });
  story.to('10-04 04:10');
  story.act('lift-ma', {
    type: 'wait',
    reason: 'vendor',
    note: 'lock',
    approver: 'boss-wu',
    estimatedAtMs: toMs('12-31 12:00'),
  });
  story.expect({
    stage: 'waiting',
    clocks: { 'repair/1': { isPaused: true, warn: null, due: null, minutes: 70 } },
    told: ['information boss-wu'],
  });
  // Two hours for the report to the owners' committee: warned about at 80 %.
  story.to('10-04 04:35:59');
  story.expect({ stage: 'waiting' });
  story.to('10-04 04:36');
  story.expect({ stage: 'waiting', told: ['report-due duty-he'] });
  story.to('10-04 04:40');
  story.incident({ type: 'confirm', verdict: 'confirmed', note: '' });
  story.incident({
    type: 'grade',
    grade: 'major',
    nature: 'facility-failure',
    commander: 'manager-sun',
    reason: '受困 50 分钟',
  });
  story.incident({ type: 'report', report: { ...REPORT, kind: 'first' } });
  story.incident({ ...SENT, kind: 'first', atMs: toMs('10-04 04:40') });
  story.expect({ stage: 'waiting', told: ['information manager-sun', 'report-due duty-he'] });
  story.to('10-04 09:00');
  expect(story.incidents()).toMatchObject([{ reportBreachedAtMs: null }]);
  story.act('lift-ma', { type: 'resume' });
  story.expect({
    stage: 'handling',
    // 410 of 480 minutes are left, 314 to the warning.
    clocks: { 'repair/1': { isPaused: null, warn: '10-04 14:14', due: '10-04 15:50' } },
  });
  story.to('10-04 10:30');
  story.act('lift-ma', {
    type: 'entrapment',
    step: 'back-in-service',
    who: 'Mr Wu',
    firm: 'Lift Firm',
    phone: '8805',
    signedSlip: 'WB-7',
  });
  story.act('lift-ma', { type: 'done', result: 'new lock', handler: 'firm' });
  story.expect({
    stage: 'done',
    clocks: {
      'repair/1': { stop: '10-04 10:30' },
      // 8 h of working time: all of Thursday 8 October, the first day after the holidays.
      'acceptance/1': run('10-04 10:30', '10-08 15:24', '10-08 17:00'),
    },
    told: ['to-accept service-qian'],
  });
}

/** Not before the reopen window is over, and not without the final report of a major event. */
function fileLift(story: Story): void {
  story.to('10-08 09:30');
  story.act('service-qian', { type: 'accept', opinion: 'runs' });
  story.expect({
    stage: 'accepted',
    clocks: { 'acceptance/1': { stop: '10-08 09:30' }, 'visit/1': run('10-08 09:30', '09:31:36', '09:32') },
    told: ['to-visit desk-chen', 'to-visit desk-li'],
  });
  story.to('10-08 09:31');
  story.act('desk-li', VISIT);
  story.expect({ stage: 'visited', clocks: { 'visit/1': { stop: '10-08 09:31' } } });
  story.to('10-08 09:33');
  story.act('desk-li', { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: { 'filing/1': run('10-08 09:33', '10-10 19:09', '10-11 09:33') },
  });
  story.to('10-09 09:34');
  expect(story.refusal('file-xu', { type: 'archive' })).toBe('report-missing');
  story.incident({ type: 'report', report: { ...REPORT, kind: 'final' } });
  story.incident({ ...SENT, kind: 'final', atMs: toMs('10-09 09:34') });
  expect(story.refusal('file-xu', { type: 'archive' })).toBe('incident-lasts');
  story.incident({ type: 'end', note: '' });
  story.act('file-xu', { type: 'archive' });
  story.expect({
    stage: 'archived',
    clocks: { 'filing/1': { stop: '10-09 09:34' } },
    told: ['boss-wu', 'leader-zhou', 'lift-ma', 'wang', 'zhao'].map((it) => `information ${it}`),
  });
  expect(story.ticket()).toMatchObject({ round: 1, isFirstFix: true, isLateEntry: false });
  expect(stagesOf(story)).toBe(
    'received recorded dispatched on-site handling waiting handling done accepted visited closed archived',
  );
  expectAge(story, '10-04 03:00', '10-09 09:34');
}

test('a report that does not reach the leader breaches the 90 seconds, and says whom it did not reach', () => {
  const story = createStory(defaultPolicy, '10-04 02:00');
  story.to('10-04 03:00');
  story.feed({ trapped: 1 });
  story.to('10-04 03:00:10');
  story.act('desk-li', { type: 'dispatch', assignee: 'lift-ma' });
  story.deliver((recipient) => recipient !== 'leader-zhou');
  story.to('10-04 03:01:29');
  expect(find(story, 'report')).toMatchObject({ stoppedAtMs: null, breachedAtMs: null });
  story.to('10-04 03:01:30');
  expect(find(story, 'report')).toMatchObject({ stoppedAtMs: null, breachedAtMs: toMs('10-04 03:01:30') });
  expect(story.loop.messages.at(-1)).toMatchObject({ kind: 'clock-breached', recipient: 'boss-wu' });
});

test('under the policy of the hospital the gateway sends its own lift manager, and others are told later', () => {
  const story = createStory(hospitalPolicy, '10-04 02:00');
  story.to('10-04 03:00');
  story.feed({ trapped: 1 });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'assign/1': run('10-04 03:00', '03:00:30', '03:01', { stop: '03:00' }),
      'alert/1': run('10-04 03:00', '03:00:48', '03:01'),
      'presence/1': run('10-04 03:00', '03:04', '03:05'),
      'completion-emergency/1': run('10-04 03:00', '05:00', '07:00'),
      // 24 h of the day shift, 8:00 to 17:00 on holidays: 9 h, 9 h and 6 h; the warning at 19:12.
      'completion/1': run('10-04 03:00', '10-06 09:12', '10-06 14:00'),
      'lift-firm/1': run('10-04 03:00', '03:16', '03:20'),
    },
    told: ['emergency duty-he', 'emergency lift-ma'],
  });
  story.to('10-04 03:00:20');
  story.deliver();
  story.expect({ stage: 'dispatched', clocks: { 'alert/1': { stop: '10-04 03:00:20' } } });
  // Two minutes without an answer: the supervisor.
  story.to('10-04 03:02:00');
  story.expect({ stage: 'dispatched', told: ['emergency boss-wu'] });
  story.to('10-04 03:03');
  expect(story.refusal('lift-ma', { type: 'start' })).toBe('wrong-stage');
  expect(story.refusal('desk-li', { type: 'arrive', how: 'by-hand' })).toBe('not-your-step');
  story.act('lift-ma', { type: 'arrive', how: 'by-hand' });
  story.expect({ stage: 'on-site', clocks: { 'presence/1': { stop: '10-04 03:03' } } });
  story.act('duty-he', { type: 'entrapment', people: 1, floor: '3' });
  // The leader of the hospital is told once it is confirmed.
  story.to('10-04 03:05');
  story.incident({ type: 'confirm', verdict: 'confirmed', note: '' });
  story.expect({ stage: 'on-site', told: ['emergency leader-zhou', 'report-due foreman-tan'] });
  // The alarm calls every five minutes; the second call goes up.
  story.to('10-04 03:10');
  story.expect({
    stage: 'on-site',
    clocks: { 'backup/1': run('10-04 03:10', '03:18', '03:20') },
    told: ['escalated foreman-tan'],
  });
  story.to('10-04 03:12');
  story.act('boss-wu', { type: 'answer', note: 'the firm is on its way' });
  story.expect({
    stage: 'on-site',
    clocks: { 'backup/1': { stop: '10-04 03:12' } },
    told: ['information lift-ma'],
  });
  story.to('10-04 03:15');
  story.act('duty-he', { type: 'entrapment', step: 'maintainer-arrived', who: 'firm' });
  story.to('10-04 03:19');
  story.act('duty-he', { type: 'entrapment', step: 'released' });
  story.feed({ trapped: 0 });
  story.to('10-04 03:30');
  story.incident({ type: 'report', report: { ...REPORT, kind: 'first' } });
  story.incident({ ...SENT, kind: 'first', atMs: toMs('10-04 03:30') });
  story.act('lift-ma', { type: 'start' });
  const called = ['duty-he', 'lift-ma', 'boss-wu', 'leader-zhou', 'foreman-tan'];
  story.expect({
    stage: 'handling',
    clocks: { 'lift-firm/1': { stop: '10-04 03:15' } },
    told: called.map((who) => `information ${who}`),
  });
  finishInTheHospital(story);
});

function finishInTheHospital(story: Story): void {
  story.to('10-04 04:00');
  story.act('foreman-tan', {
    type: 'wait',
    reason: 'part',
    note: 'lock',
    approver: 'boss-wu',
    estimatedAtMs: toMs('12-31 12:00'),
  });
  story.expect({
    stage: 'waiting',
    // An emergency has four hours whatever it waits for; the day shift has not begun yet.
    clocks: { 'completion/1': { isPaused: true, warn: null, due: null, minutes: 0 } },
    told: ['information boss-wu'],
  });
  story.to('10-04 05:00');
  story.expect({
    stage: 'waiting',
    clocks: { 'completion-emergency/1': { warned: '10-04 05:00' } },
    told: ['clock-warned lift-ma'],
  });
  story.to('10-04 05:02');
  story.act('foreman-tan', { type: 'resume' });
  story.expect({
    stage: 'handling',
    clocks: { 'completion/1': { isPaused: null, warn: '10-06 09:12', due: '10-06 14:00' } },
  });
  story.to('10-04 08:30');
  story.expect({
    stage: 'handling',
    // Nobody signs on this path: it is recorded with whom it was given to.
    clocks: { 'completion-emergency/1': { breach: '10-04 07:00', by: 'lift-ma' } },
    told: ['clock-breached foreman-tan'],
  });
  const signed = { who: 'Mr Wu', firm: 'Lift Firm', phone: '8805', signedSlip: 'WB-8' };
  story.act('lift-ma', { type: 'entrapment', step: 'back-in-service', ...signed });
  story.act('lift-ma', { type: 'done', result: 'new lock', handler: 'firm', testResult: 'runs' });
  story.expect({
    stage: 'done',
    clocks: {
      'completion-emergency/1': { stop: '10-04 08:30' },
      'completion/1': { stop: '10-04 08:30', minutes: 30 },
      // Outpatients are not seen on holidays: 4 h of Thursday the 8th, 7:30 to 11:30.
      'sign-off/1': run('10-04 08:30', '10-08 10:42', '10-08 11:30'),
    },
    told: ['to-accept area-gu'],
  });
  story.to('10-08 08:00');
  story.act('area-gu', { type: 'accept', opinion: 'runs' });
  story.expect({ stage: 'accepted', clocks: { 'sign-off/1': { stop: '10-08 08:00' } } });
  story.act('duty-he', { type: 'close' });
  story.expect({
    stage: 'closed',
    clocks: { 'archive/1': run('10-08 08:00', '11-01 08:00', '11-07 08:00') },
  });
  // An ordinary event owes no final report.
  story.to('10-11 08:00');
  expect(story.refusal('file-xu', { type: 'archive' })).toBe('archive-too-early');
  story.to('10-11 08:01');
  expect(story.refusal('file-xu', { type: 'archive' })).toBe('incident-lasts');
  story.incident({ type: 'end', note: '' });
  story.act('file-xu', { type: 'archive' });
  story.expect({
    stage: 'archived',
    clocks: { 'archive/1': { stop: '10-11 08:01' } },
    told: ['boss-wu', 'duty-he', 'foreman-tan', 'leader-zhou', 'lift-ma'].map((it) => `information ${it}`),
  });
  expect(stagesOf(story)).toBe(
    'received dispatched on-site handling waiting handling done accepted closed archived',
  );
  expectAge(story, '10-04 03:00', '10-11 08:01');
}

test('under the default policy two zones of one fire are one incident, and one ticket that keeps the earlier start', () => {
  const story = createStory(defaultPolicy, '10-04 02:00');
  story.to('10-04 03:00');
  story.feed({ 'smoke-1': 1 });
  const first = story.ticket();
  story.to('10-04 03:02:30');
  story.feed({ 'smoke-2': 1 });
  const second = story.ticket();
  expect(story.incidents()).toMatchObject([{ kind: 'fire', tickets: [first.id, second.id] }]);
  story.follow(second);
  story.expect({
    stage: 'recorded',
    clocks: {
      'record-alarm/1': run('10-04 03:02:30', '03:03:18', '03:03:30', { stop: '03:02:30' }),
      'report/1': run('10-04 03:02:30', '03:03:42', '03:04'),
      'dispatch-emergency/1': run('10-04 03:02:30', '03:04:06', '03:04:30'),
      'arrival/1': run('10-04 03:02:30', '03:10:30', '03:12:30'),
      'repair/1': run('10-04 03:02:30', '09:26:30', '11:02:30'),
    },
  });
  story.to('10-04 03:03');
  story.deliver();
  story.act('desk-li', { type: 'dispatch', assignee: 'guard-feng' });
  story.follow(first);
  story.act('desk-li', { type: 'merge', into: second.id, note: 'the same smoke' });
  // Nothing of it runs any more; what it had missed by then stays on its record.
  expect(story.ticket()).toMatchObject({ stage: 'merged', alarms: [] });
  expect(story.ticket().clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null)).toEqual([]);
  expect(find(story, 'dispatch-emergency')).toMatchObject({ breachedAtMs: toMs('10-04 03:02') });
  story.follow(second);
  story.expect({
    stage: 'dispatched',
    clocks: {
      // Every clock counts from the earlier of the two; what was breached there is not told once more.
      'record-alarm/1': run('10-04 03:00', '03:00:48', '03:01', { stop: '03:00' }),
      'report/1': run('10-04 03:00', '03:01:12', '03:01:30', {
        stop: '03:03',
        breach: '03:01:30',
        by: 'gateway',
        warned: '03:01:12',
      }),
      'dispatch-emergency/1': run('10-04 03:00', '03:01:36', '03:02', {
        stop: '03:03',
        breach: '03:02',
        by: 'desk-li',
        warned: '03:01:36',
      }),
      'arrival/1': run('10-04 03:00', '03:08', '03:10'),
      'repair/1': run('10-04 03:00', '09:24', '11:00'),
    },
  });
  workTheFire(story);
});

function workTheFire(story: Story): void {
  story.to('10-04 03:04');
  expect(story.refusal('guard-feng', { type: 'fire-step', step: 'called-119' })).toBe('wrong-stage');
  story.act('guard-feng', { type: 'confirm-fire', verdict: 'real', how: 'on-site' });
  story.act('guard-feng', { type: 'fire-step', step: 'called-119' });
  expect(story.incidents()).toMatchObject([{ verdict: 'confirmed' }]);
  story.to('10-04 03:06');
  story.act('guard-feng', { type: 'arrive', how: 'by-hand' }, { type: 'start' });
  story.to('10-04 03:20');
  story.feed({ 'smoke-1': 0, 'smoke-2': 0 });
  // He signs for it when the interim work is behind him.
  story.act('guard-feng', { type: 'take', readBack: 'two zones' });
  story.act('guard-feng', { type: 'done', result: 'put out', handler: 'guard-feng' });
  // A fire's repair is watched for 72 hours.
  expect(story.ticket().proof).toMatchObject({ state: 'watching', endsAtMs: toMs('10-07 03:20') });
  story.to('10-08 10:00');
  story.act('service-qian', { type: 'accept', opinion: 'good' });
  story.act('desk-li', VISIT, { type: 'close' });
  expect(story.ticket()).toMatchObject({ stage: 'closed', proof: { state: 'proven' }, isFirstFix: true });
}

test('under the policy of the hospital a fire is dispatched by its duty person, and its leader told when it is real', () => {
  const story = createStory(hospitalPolicy, '10-04 02:00');
  story.to('10-04 03:00');
  story.feed({ 'smoke-1': 1 });
  story.expect({
    stage: 'received',
    clocks: {
      'assign/1': run('10-04 03:00', '03:00:30', '03:01'),
      'alert/1': run('10-04 03:00', '03:00:48', '03:01'),
      'completion-emergency/1': run('10-04 03:00', '05:00', '07:00'),
    },
    told: ['emergency duty-he', 'emergency guard-feng'],
  });
  story.deliver();
  story.to('10-04 03:00:25');
  expect(story.refusal('desk-li', { type: 'dispatch', assignee: 'guard-feng' })).toBe('not-your-step');
  story.act('duty-he', { type: 'dispatch', assignee: 'guard-feng' });
  story.expect({
    stage: 'dispatched',
    clocks: {
      'assign/1': { stop: '10-04 03:00:25' },
      'alert/1': { stop: '10-04 03:00' },
      'presence/1': run('10-04 03:00:25', '03:04:25', '03:05:25'),
      'completion/1': run('10-04 03:00:25', '10-06 09:12', '10-06 14:00'),
    },
    told: ['assigned guard-feng'],
  });
  story.act('guard-feng', { type: 'confirm-fire', verdict: 'real', how: 'on-site' });
  story.expect({ stage: 'dispatched', told: ['emergency leader-zhou', 'report-due foreman-tan'] });
});

test('the hospital counts the dispatch of another emergency as its confirmation, wherever its path begins', () => {
  const story = createStory(hospitalPolicy, '10-04 02:00');
  story.to('10-04 03:00');
  story.report('duty-he', { class: 'security', priority: 'emergency', content: '闯入', place: '药房' });
  expect(story.ticket().stage).toBe('received');
  story.act('duty-he', { type: 'dispatch', assignee: 'guard-feng' });
  expect(story.ticket().reports.map(({ to }) => to)).toContain('leader');
});

function find(story: Story, id: string) {
  return story.ticket().clocks.find((clock) => clock.id === id);
}
