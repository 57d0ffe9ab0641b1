/**
 * A fire flares up after it was written down as out, or was not out at all: it is an emergency that begins (service-workflow.md §3),
 * whoever finds it. What is an emergency is attended to as one, whatever was entered on its form or approved for the matter before (§1, §2).
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createStory, type Story } from './story-rig.ts';

const POLICIES = [
  ['the default policy', defaultPolicy],
  ['the policy of the hospital', hospitalPolicy],
] as const;
const REAL = { type: 'confirm-fire', verdict: 'real', how: 'on-site' } as const;
const OUT = { type: 'fire-step', step: 'extinguished', who: '', note: '' } as const;
const CALL = { class: 'fire', content: '八层厨房着火了', place: '八层厨房' } as const;

/** Where the policy's path has no waiting at that stage, it is the stage that refuses. */
const REFUSED = /value-not-allowed|wrong-stage/;

const toldOf = (story: Story): number =>
  story.loop.ticketEvents.filter(({ type, detail }) => type === 'reporting' && detail['when'] === 'at-once')
    .length;
const begunOf = (story: Story): number =>
  story.loop.ticketEvents.filter(({ type }) => type === 'emergency-began').length;

/** Somebody rings about a fire, it is real, and it is written down as out; nobody has ended its incident. */
function putOut(policy: Policy): Story {
  const story = createStory(policy, '09-22 10:00');
  story.follow(story.report('desk-li', { ...CALL }));
  story.deliver();
  story.to('09-22 10:02');
  story.act('guard-feng', REAL);
  story.to('09-22 10:05');
  story.act('guard-feng', OUT);
  return story;
}

function waitFor(story: Story): string {
  const untilMs = story.loop.clock.now().wallMs + 86_400_000;
  const wait = { reason: 'part', note: 'n', approver: 'boss-wu', untilMs, estimatedAtMs: untilMs } as const;
  return story.refusal('foreman-tan', { type: 'wait', ...wait });
}

describe.each(POLICIES)('under %s', (_name, policy) => {
  test('a fire that is found to burn again is reported anew, and asks for its end again', () => {
    const story = putOut(policy);
    const [told, begun] = [toldOf(story), begunOf(story)];
    const first = story.ticket().fire?.steps.extinguished;
    story.to('09-22 10:40');
    story.act('guard-feng', REAL);
    expect([toldOf(story), begunOf(story)]).toEqual([told + 1, begun + 1]);
    expect(story.ticket().fire).toMatchObject({ verdict: 'real', voided: [first] });
    expect(story.ticket().fire?.steps.extinguished).toBeUndefined();
    expect(waitFor(story)).toMatch(REFUSED);
    expect(() => story.incident({ type: 'end', note: '' })).toThrow(
      expect.objectContaining({ code: 'value-not-allowed' }),
    );
    const filled = story.loop.ticketEvents.findLast(({ type }) => type === 'sheet-filled');
    expect(filled?.detail).toMatchObject({ sheet: 'fire', voided: 'extinguished' });
    story.to('09-22 10:50');
    story.act('guard-feng', OUT);
    story.incident({ type: 'end', note: '' });
    expect(story.incidents()).toHaveLength(1);
  });

  test('a fire that burns again after its incident was ended has one of its own', () => {
    const story = putOut(policy);
    story.incident({ type: 'end', note: '' });
    story.to('09-22 10:40');
    story.act('guard-feng', REAL);
    expect(story.incidents()).toHaveLength(2);
    expect(story.incidents()[1]).toMatchObject({
      kind: 'fire',
      verdict: 'confirmed',
      endedAtMs: null,
      tickets: [story.ticket().id],
    });
  });

  test('what is said twice of a fire that burns begins nothing', () => {
    const story = createStory(policy, '09-22 10:00');
    story.follow(story.report('desk-li', { ...CALL }));
    story.act('guard-feng', REAL);
    const before = [toldOf(story), begunOf(story)];
    story.to('09-22 10:05');
    story.act('guard-feng', REAL);
    expect([toldOf(story), begunOf(story)]).toEqual(before);
    expect(story.ticket().fire?.voided).toBeUndefined();
  });

  test('a caller who reports it again is an emergency that begins, not an urge', () => {
    const story = putOut(policy);
    const told = toldOf(story);
    story.to('09-22 10:08');
    story.report('desk-li', { ...CALL, content: '又着火了，复燃' });
    expect(story.loop.tickets()).toHaveLength(1);
    expect(toldOf(story)).toBe(told + 1);
    expect(story.ticket()).toMatchObject({ fire: null, priority: 'emergency' });
    expect(waitFor(story)).toMatch(REFUSED);
    const aside = story.loop.ticketEvents.findLast(({ type }) => type === 'incident-set');
    expect(aside?.detail).toMatchObject({ reason: 'came-again', verdict: 'real', judgedBy: 'guard-feng' });
  });

  test('its panel is reset: a real fire is neither lowered, put off nor ended before somebody says that it is out', () => {
    const story = createStory(policy, '09-22 10:00');
    story.feed({ 'smoke-1': 1 });
    story.deliver();
    story.act('guard-feng', REAL);
    story.feed({ 'smoke-1': 0 });
    story.to('09-22 10:10');
    expect(story.refusal('boss-wu', { type: 'reclassify', priority: 'normal', reason: 'reset' })).toContain(
      'value-not-allowed',
    );
    expect(() => story.incident({ type: 'end', note: '' })).toThrow(
      expect.objectContaining({ code: 'value-not-allowed' }),
    );
    story.act('guard-feng', OUT);
    story.act('boss-wu', { type: 'reclassify', priority: 'normal', reason: 'the fire is out' });
    expect(story.ticket().priority).toBe('normal');
  });

  test.each([
    ['next-working-day', null],
    ['appointment', { fromMs: 86_400_000, toMs: 90_000_000 }],
  ] as const)('nobody comes to an emergency later: opened as %s', (attendance, ahead) => {
    const story = createStory(policy, '09-22 10:00');
    const { wallMs } = story.loop.clock.now();
    const appointment = ahead && { fromMs: wallMs + ahead.fromMs, toMs: wallMs + ahead.toMs };
    const plain = createStory(policy, '09-22 10:00');
    const opened = story.report('desk-li', { ...CALL, attendance, appointment });
    const usual = plain.report('desk-li', { ...CALL });
    const limits = ({ clocks }: typeof opened) =>
      clocks.filter(({ id }) => id !== 'arrival-appointment').map(({ id, dueAtMs }) => [id, dueAtMs]);
    expect(opened).toMatchObject({ priority: 'emergency', attendance: 'emergency' });
    expect(limits(opened)).toEqual(limits(usual));
  });

  test('nor to one that a person raises', () => {
    const story = createStory(policy, '09-22 10:00');
    story.follow(story.report('desk-li', { class: 'engineering', content: '门禁失灵', place: '大堂' }));
    const raise = {
      priority: 'emergency',
      attendance: 'next-working-day',
      reason: 'people are locked in',
    } as const;
    story.act('boss-wu', { type: 'reclassify', ...raise });
    expect(story.ticket()).toMatchObject({ priority: 'emergency', attendance: 'emergency' });
  });

  test('the time that was approved for a difficult matter is not that of the emergency that it becomes, or takes over', () => {
    const becomes = (begin: (story: Story, id: string) => void): Story => {
      const story = createStory(policy, '09-22 10:00');
      const { id } = story.report('desk-li', { class: 'engineering', content: '水管要换', place: '地下室' });
      story.follow(story.ticket());
      story.act('manager-sun', { type: 'set-difficult', approver: 'boss-wu', reason: 'the whole riser' });
      expect(story.ticket().difficult).not.toBeNull();
      begin(story, id);
      const now = story.loop.tickets().find((ticket) => ticket.id === id);
      if (now === undefined) throw new Error('no ticket');
      story.follow(now);
      return story;
    };
    const raised = becomes((story) =>
      story.act('boss-wu', { type: 'reclassify', priority: 'emergency', reason: 'it has burst' }),
    );
    const merged = becomes((story, into) => {
      story.report('desk-li', { ...CALL });
      const fire = story.loop.tickets().find(({ class: name }) => name === 'fire');
      if (fire === undefined) throw new Error('no fire');
      story.follow(fire);
      story.act('boss-wu', { type: 'merge', into: into as never, note: 'one matter' });
    });
    for (const story of [raised, merged])
      expect(story.ticket()).toMatchObject({ priority: 'emergency', difficult: null });
  });
});
