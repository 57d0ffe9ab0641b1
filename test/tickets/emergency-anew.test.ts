/**
 * An emergency that happens again on the ticket of an earlier one (service-workflow.md §3: each fire is confirmed, each time
 * people are in a lift has its sheet and its two clocks, each emergency is reported): nothing that was said of the first counts
 * for the second.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { ROLE_NAMES } from '../../src/core/roles.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Person, type Story } from './story-rig.ts';

const POLICIES = [
  ['the default policy', defaultPolicy, 'desk-li'],
  ['the policy of the hospital', hospitalPolicy, 'duty-he'],
] as const;
const SIGNED = { who: 'Mr Wu', firm: 'Lift Firm', phone: '8805', signedSlip: 'WB-7' };
const FALSE_ALARM = { type: 'confirm-fire', verdict: 'false-alarm', how: 'on-site', cause: 'steam' } as const;

/** How often the three of the policy have been told since; who they are is the policy's. */
const toldOf = (story: Story): number =>
  story.loop.ticketEvents.filter(({ type, detail }) => type === 'reporting' && detail['when'] === 'at-once')
    .length;
const clocksOf = (story: Story, ...ids: readonly string[]) =>
  story.ticket().clocks.filter(({ id }) => ids.includes(id));

const NONE = {
  type: 'confirm-fire',
  verdict: 'false-alarm',
  how: 'on-site',
  cause: 'smoke from the kitchen',
} as const;

/** Who may and what is asked is not what these stories are about. */
function unguarded(policy: Policy): Policy {
  const actors = Object.fromEntries(Object.keys(policy.actors).map((step) => [step, ROLE_NAMES]));
  return { ...policy, actors: actors as unknown as Policy['actors'], guards: [] };
}

/** People were in the lift, came out, and its ticket was closed. */
function closeEntrapment(story: Story, policy: Policy): void {
  story.to('10-04 10:00');
  story.feed({ trapped: 1, pressed: 1 });
  story.act('desk-li', { type: 'entrapment', people: 2, floor: '3' });
  for (const step of ['maintainer-called', 'maintainer-arrived', 'released'] as const)
    story.act('desk-li', { type: 'entrapment', step, who: 'Mr Wu' });
  story.feed({ trapped: 0, pressed: 0 });
  story.act('desk-li', { type: 'entrapment', step: 'back-in-service', ...SIGNED });
  story.act('desk-li', { type: 'dispatch', assignee: 'wang' });
  story.act('wang', { type: 'arrive', how: 'by-hand' });
  story.act('wang', { type: 'start' });
  story.act('wang', { type: 'done', result: 'freed' });
  story.act('desk-li', { type: 'accept', opinion: 'good' });
  const visit = { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true } as const;
  if (policy.paths[0]?.stages.some(({ stage }) => stage === 'visited')) story.act('desk-li', visit);
  story.act('desk-li', { type: 'close' });
}

describe.each(POLICIES)('under %s', (_name, policy, desk: Person) => {
  test('a fire that comes back after a false alarm is told, confirmed and counted anew', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ 'smoke-1': 1 });
    story.deliver();
    story.act('guard-feng', FALSE_ALARM);
    story.feed({ 'smoke-1': 0 });
    const [first] = story.incidents();
    expect(first).toMatchObject({ verdict: 'false-alarm' });
    story.to('10-04 03:10');
    story.feed({ 'smoke-1': 1 });
    const ticket = story.ticket();
    expect(story.incidents()).toHaveLength(2);
    expect(story.incidents()[1]).toMatchObject({ verdict: 'open', kind: 'fire', tickets: [ticket.id] });
    const second = story.incidents()[1];
    expect(second?.reportDueAtMs).toBe(story.loop.clock.now().wallMs + policy.incidents.reportMs);
    expect(ticket).toMatchObject({ fire: null, incident: second?.id });
    expect(ticket.reports.length).toBeGreaterThan(0);
    expect(ticket.reports.every(({ deliveredAtMs }) => deliveredAtMs === null)).toBe(true);
    expect(toldOf(story)).toBe(2);
    // The reports have their time again, and the record says what the first one was.
    expect(clocksOf(story, 'report', 'alert').map(({ stoppedAtMs }) => stoppedAtMs === null)).toEqual([
      false,
      true,
    ]);
    const aside = story.loop.ticketEvents.findLast(({ type }) => type === 'incident-set');
    expect(aside?.detail).toMatchObject({ from: first?.id, reason: 'came-again', verdict: 'false-alarm' });
  });

  test('a fire that was found to be false after its incident was ended, and is real after all, has an incident', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ 'smoke-1': 1 });
    story.deliver();
    story.act('guard-feng', FALSE_ALARM);
    story.incident({ type: 'end', note: '' });
    story.act('guard-feng', { type: 'confirm-fire', verdict: 'real', how: 'on-site' });
    expect(story.incidents()).toHaveLength(2);
    expect(story.incidents()[1]).toMatchObject({ verdict: 'confirmed', tickets: [story.ticket().id] });
    expect(story.ticket().incident).toBe(story.incidents()[1]?.id);
  });

  test('a fire that burns on is the same one, however often its detector calls', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ 'smoke-1': 1 });
    story.deliver();
    story.act('guard-feng', { type: 'confirm-fire', verdict: 'real', how: 'on-site' });
    story.feed({ 'smoke-1': 0 });
    story.to('10-04 03:10');
    story.feed({ 'smoke-1': 1 });
    expect(story.incidents()).toHaveLength(1);
    expect(story.ticket().fire).toMatchObject({ verdict: 'real' });
    expect(toldOf(story)).toBe(1);
  });

  test('people who are in the lift once more have a sheet, clocks and a report of their own', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ trapped: 1 });
    story.deliver();
    story.act(desk, { type: 'entrapment', people: 2, floor: '3' });
    story.act(desk, { type: 'entrapment', step: 'maintainer-arrived', who: 'firm' });
    story.to('10-04 03:05');
    story.act(desk, { type: 'entrapment', step: 'released' });
    story.feed({ trapped: 0 });
    story.to('10-04 03:30');
    story.feed({ trapped: 1 });
    const ids = ['entrapment-arrival', 'entrapment-release', 'lift-firm'];
    expect(story.ticket().entrapment).toMatchObject({ people: null, steps: {} });
    expect(toldOf(story)).toBe(2);
    const running = clocksOf(story, ...ids).filter(({ stoppedAtMs }) => stoppedAtMs === null);
    const known = policy.clocks.filter(({ id }) => ids.includes(id));
    expect(running.map(({ id }) => id)).toEqual(known.map(({ id }) => id));
    expect(running.every(({ startedAtMs }) => startedAtMs === story.loop.clock.now().wallMs)).toBe(true);
    expect(story.refusal('boss-wu', { type: 'cancel', reason: 'false-alarm', note: 'x' })).toContain(
      'released',
    );
  });

  test('people who are in the lift again hours later are an incident of their own, though nobody has ended the first', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ trapped: 1 });
    story.act(desk, { type: 'entrapment', people: 2, floor: '3' });
    story.act(desk, { type: 'entrapment', step: 'released' });
    story.feed({ trapped: 0 });
    story.to('10-04 06:00');
    story.feed({ trapped: 1 });
    const [first, second] = story.incidents();
    expect(first?.endedAtMs).toBeNull();
    expect(second).toMatchObject({ kind: 'entrapment', reports: [], reportWarnedAtMs: null });
    expect(second?.reportDueAtMs).toBe(story.loop.clock.now().wallMs + policy.incidents.reportMs);
    expect(story.ticket()).toMatchObject({ incident: second?.id, entrapment: { people: null } });
  });

  test('the button in the lift and the entrapment of the same second are one report, also on a closed ticket', () => {
    const story = createStory(unguarded(policy), '10-04 08:00');
    closeEntrapment(story, policy);
    story.to('10-04 10:40');
    expect(toldOf(story)).toBe(1);
    story.feed({ pressed: 1 });
    story.to('10-04 10:40:02');
    story.feed({ trapped: 1 });
    expect(toldOf(story)).toBe(2);
    // Nothing of the second is lost: it has its sheet and its two clocks, and stands on the record.
    expect(story.ticket()).toMatchObject({ priority: 'emergency', entrapment: { people: null, steps: {} } });
    const attached = story.loop.ticketEvents.filter(({ type }) => type === 'alarm-attached');
    expect(attached.slice(-2)).toHaveLength(2);
    const running = clocksOf(story, 'entrapment-arrival', 'entrapment-release', 'lift-firm');
    expect(running.filter(({ stoppedAtMs }) => stoppedAtMs === null).length).toBeGreaterThan(0);
  });

  test('who is shut in minutes after the button, or after somebody has freed the first, is told anew', () => {
    const story = createStory(unguarded(policy), '10-04 08:00');
    closeEntrapment(story, policy);
    story.to('10-04 10:40');
    story.feed({ pressed: 1, trapped: 1 });
    const told = toldOf(story);
    story.act('desk-li', { type: 'entrapment', people: 1 });
    story.act('desk-li', { type: 'entrapment', step: 'released' });
    story.feed({ trapped: 0 });
    story.to('10-04 10:40:10');
    story.feed({ trapped: 1 });
    expect(toldOf(story)).toBe(told + 1);
  });

  test('what was lowered and becomes an emergency again is reported again', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ 'smoke-1': 1 });
    story.deliver();
    story.act('guard-feng', NONE);
    const lowers: Person = policy === defaultPolicy ? 'desk-li' : 'boss-wu';
    const { length } = story.loop.messages;
    story.act(lowers, { type: 'reclassify', priority: 'urgent', reason: 'smoke from the kitchen' });
    expect(story.ticket().reports).toEqual([]);
    // Who was told of it may know better.
    const told = story.loop.messages.slice(length).filter(({ body }) => body.zh.includes('降级'));
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ body }) => body.en.includes('smoke from the kitchen'))).toBe(true);
    story.feed({ 'smoke-1': 0 });
    story.to('10-04 03:10');
    story.feed({ 'smoke-1': 1 });
    expect(story.ticket()).toMatchObject({ priority: 'emergency' });
    expect(story.ticket().reports.length).toBeGreaterThan(0);
    expect(toldOf(story)).toBe(2);
  });

  test('no lift is accepted whose maintainer has not signed', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ trapped: 1 });
    story.deliver();
    if (policy === defaultPolicy) story.act('desk-li', { type: 'dispatch', assignee: 'lift-ma' });
    story.act(desk, { type: 'entrapment', people: 1, floor: '3' });
    story.act(desk, { type: 'entrapment', step: 'maintainer-arrived', who: 'firm' });
    story.act(desk, { type: 'entrapment', step: 'released' });
    story.feed({ trapped: 0 });
    story.act('lift-ma', { type: 'arrive', how: 'by-hand' });
    story.act('lift-ma', { type: 'start' });
    story.act('lift-ma', { type: 'done', result: 'new lock', handler: 'firm', testResult: 'runs' });
    const accepts: Person = policy === defaultPolicy ? 'boss-wu' : 'area-gu';
    const accept = { type: 'accept', opinion: 'runs' } as const;
    expect(story.refusal(accepts, accept)).toContain('back-in-service');
    story.act('lift-ma', { type: 'entrapment', step: 'back-in-service', ...SIGNED });
    story.act(accepts, accept);
    expect(story.ticket().stage).toBe('accepted');
  });

  test('what waits for a part wakes when it becomes an emergency', () => {
    const story = createStory(policy, '10-04 02:00');
    story.to('10-04 03:00');
    story.feed({ 'smoke-1': 1 });
    story.act('guard-feng', NONE);
    story.act('boss-wu', { type: 'reclassify', priority: 'urgent', reason: 'smoke from the kitchen' });
    if (story.ticket().assignee !== 'guard-feng')
      story.act(desk, { type: 'dispatch', assignee: 'guard-feng' });
    if (policy === defaultPolicy) story.act('guard-feng', { type: 'take', readBack: 'smoke, kitchen' });
    story.act('guard-feng', { type: 'arrive', how: 'by-hand' });
    if (policy === defaultPolicy) story.act('guard-feng', { type: 'diagnose', diagnosis: 'a detector' });
    if (policy === defaultPolicy) story.act('guard-feng', { type: 'plan', plan: 'a new one' });
    story.act('guard-feng', { type: 'start' });
    const untilMs = story.loop.clock.now().wallMs + 7 * 86_400_000;
    const wait = { reason: 'part', note: 'n', approver: 'boss-wu', untilMs, estimatedAtMs: untilMs } as const;
    story.act('foreman-tan', { type: 'wait', ...wait });
    story.feed({ 'smoke-1': 0 });
    story.to('10-04 03:10');
    story.feed({ 'smoke-1': 1 });
    expect(story.ticket()).toMatchObject({ stage: 'handling', priority: 'emergency', waiting: null });
    expect(
      story.ticket().clocks.every(({ isPaused, stoppedAtMs }) => stoppedAtMs !== null || !isPaused),
    ).toBe(true);
  });
});

test('an old matter that a person raises has its two hours from then on', () => {
  const story = createStory(defaultPolicy, '10-04 02:00');
  story.to('10-04 03:00');
  story.report('desk-li', { class: 'security', priority: 'normal', content: '门禁失灵', place: '地下室' });
  story.to('10-05 03:00');
  const before = story.incidents().length;
  story.act('boss-wu', { type: 'reclassify', priority: 'emergency', reason: '有人闯入' });
  expect(story.incidents()).toHaveLength(before + 1);
  const incident = story.incidents().at(-1);
  expect(incident?.reportDueAtMs).toBe(story.loop.clock.now().wallMs + defaultPolicy.incidents.reportMs);
});
