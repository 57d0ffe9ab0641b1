/**
 * An emergency that is typed in from a paper slip hours later (补录): those who are to know of it are told, with its time, but nothing
 * rings as if it were now and nobody is asked in turn. That it still goes on somebody says on its sheet: then it begins now.
 */
import { describe, expect, test } from 'vitest';
import { toSound } from '../../src/notify/inbox.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { MINUTE_MS } from './fixtures.ts';
import { createStory, type Story, toMs } from './story-rig.ts';

const BOTH = [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const;
const SLIP = { channel: 'slip', slip: 'Z-7', class: 'fire', priority: null, place: '七层' } as const;
const REAL = { type: 'confirm-fire', verdict: 'real', how: 'on-site' } as const;

describe.each(BOTH)('a fire from a slip: %s', (_name, policy) => {
  const enter = (at: string, given: Partial<NewTicket> = {}): Story => {
    const story = createStory(policy, '09-22 23:00');
    story.report('desk-li', { ...SLIP, content: '昨夜起火，已扑灭', receivedAtMs: toMs(at), ...given });
    return story;
  };
  const sirensOf = (story: Story, from = 0) =>
    story.loop.messages.slice(from).filter((message) => toSound(message) === 'siren');

  test('of three hours ago is told with its time, and nothing rings', () => {
    const story = enter('09-22 20:00');
    expect(story.ticket()).toMatchObject({ priority: 'emergency', isLateEntry: true });
    expect(sirensOf(story)).toEqual([]);
    const told = story.loop.messages.filter(({ reportsTo = [] }) => reportsTo.length > 0);
    expect(new Set(told.map(({ kind }) => kind))).toEqual(new Set(['information']));
    for (const { body } of told) {
      expect(body.zh).toContain('补录：接报时间 20:00');
      expect(body.en).toContain('Entered late: received at 20:00');
    }
    const atOnce = policy.report.recipients.filter(({ when }) => when === 'at-once').map(({ role }) => role);
    expect(story.ticket().reports.map(({ to, isLate }) => [to, isLate])).toEqual(
      atOnce.map((role) => [role, true]),
    );
  });

  test('asks nobody in turn because nobody has answered, nor rings after a restart', () => {
    const story = enter('09-22 20:00');
    story.to('09-22 23:30');
    story.restartAt('09-22 23:50');
    expect(story.loop.messages.filter(({ kind }) => kind === 'emergency')).toEqual([]);
  });

  test('that is typed in on, step by step, rings for none of its steps', () => {
    const story = enter('09-22 20:00');
    const { id, version } = story.ticket();
    const actor = { username: 'guard-feng', roles: ['security'], groups: [] } as const;
    const occurredAtMs = toMs('09-22 20:04');
    const given = { form: null, actor, occurredAtMs, personal: null } as const;
    story.loop.command({ type: 'ticket-transition', ticket: id, version, transitions: [REAL], ...given });
    expect(story.ticket().fire?.verdict).toBe('real');
    expect(sirensOf(story)).toEqual([]);
  });

  test('that somebody finds to burn now is an emergency from now on', () => {
    const story = enter('09-22 20:00');
    story.to('09-22 23:05');
    const from = story.loop.messages.length;
    story.act('guard-feng', REAL);
    expect(sirensOf(story, from).length).toBeGreaterThan(0);
    expect(story.ticket().reports.filter(({ isLate }) => isLate === true)).toEqual([]);
    const nowMs = toMs('09-22 23:05');
    const begun = story
      .ticket()
      .clocks.filter(({ startedAtMs, dueAtMs }) => startedAtMs === nowMs && dueAtMs !== null);
    expect(begun.length).toBeGreaterThan(0);
  });

  test('of a few minutes ago rings as one of now', () => {
    const story = enter('09-22 22:50');
    expect(sirensOf(story).length).toBeGreaterThan(0);
  });

  test('of so long ago as the policy gives one slip still rings, later it does not', () => {
    const atMs = toMs('09-22 23:00') - policy.lateEntry.withinMs;
    expect(sirensOf(enter('09-22 22:00', { receivedAtMs: atMs })).length).toBeGreaterThan(0);
    expect(sirensOf(enter('09-22 22:00', { receivedAtMs: atMs - MINUTE_MS }))).toEqual([]);
  });
});

test('people who are still in the lift of a slip ring as soon as somebody says so', () => {
  const story = createStory(defaultPolicy, '09-22 23:00');
  const call = {
    ...SLIP,
    class: 'help',
    content: '有人困在电梯里',
    receivedAtMs: toMs('09-22 20:00'),
  } as const;
  story.report('desk-li', call);
  const from = story.loop.messages.length;
  story.act('desk-li', { type: 'entrapment', people: 2 });
  const kinds = story.loop.messages.slice(from).map(({ kind }) => kind);
  expect(kinds).toContain('emergency');
});

describe.each(BOTH)('an emergency with an early time of receipt and no slip: %s', (_name, policy) => {
  const CALLS = [
    { class: 'fire', content: '着火了，烟很大' },
    { class: 'help', content: '电梯困人' },
  ] as const;
  const enter = (by: 'desk-li' | 'guard-feng', call: Partial<NewTicket>): Story => {
    const story = createStory(policy, '09-22 23:00');
    const given = { channel: 'phone', slip: null, priority: null, place: '七层' } as const;
    story.report(by, { ...given, ...call, receivedAtMs: toMs('09-22 20:00') });
    return story;
  };

  test.each(CALLS)('$content rings, whoever enters it, and is asked for in turn', (call) => {
    for (const by of ['desk-li', 'guard-feng'] as const)
      for (const channel of ['phone', 'slip'] as const) {
        const story = enter(by, { ...call, channel });
        const atOnce = policy.report.recipients.filter(({ when }) => when === 'at-once');
        const told = story.loop.messages.filter(({ kind }) => kind === 'emergency');
        expect(told.filter((message) => toSound(message) === 'siren').length).toBeGreaterThan(0);
        expect(story.ticket().reports.map(({ to, isLate }) => [to, isLate])).toEqual(
          atOnce.map(({ role }) => [role, undefined]),
        );
        story.to('09-22 23:30');
        expect(story.loop.messages.some(({ kind }) => kind === 'escalated')).toBe(true);
      }
  });
});
