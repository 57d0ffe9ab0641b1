/** What the siren rings for, and when it stops. */
import { describe, expect, test } from 'vitest';
import type { Alarm, Message } from '../../../src/web/api/types.ts';
import { ringsUntilSeen, toSirenReasons } from '../../../src/web/shell/siren-reasons.ts';
import { text, toAlarm } from '../samples.ts';

const NOW_MS = 10_000_000;
const MINUTE_MS = 60_000;

function toMessage(id: string, given: Partial<Message> = {}): Message {
  return {
    id,
    kind: 'emergency',
    kindText: text('emergency'),
    priority: 'emergency',
    channel: 'inbox',
    recipient: 'duty',
    subject: text(id),
    body: text(''),
    ticket: 'XF20260105-0001',
    occurrence: null,
    incident: null,
    isDrill: false,
    sound: 'siren',
    createdAtMs: NOW_MS - MINUTE_MS,
    notBeforeMs: 0,
    state: 'delivered',
    attempts: 1,
    nextAtMs: null,
    sentAtMs: NOW_MS,
    deliveredAtMs: NOW_MS,
    readAtMs: null,
    answeredAtMs: null,
    answer: null,
    ...given,
  };
}

const idsOf = (alarms: readonly Alarm[], messages: readonly Message[]) =>
  toSirenReasons(alarms, messages, NOW_MS).map(({ id }) => id);

describe('the siren', () => {
  const fire = toAlarm('fire', { severity: 'life-safety' });

  test('rings for life safety that nobody has acknowledged, and for nothing less', () => {
    const seen = { by: 'duty', atMs: 1, note: '' };
    expect(ringsUntilSeen(fire)).toBe(true);
    expect(ringsUntilSeen(toAlarm('pump', { severity: 'high' }))).toBe(false);
    expect(ringsUntilSeen({ ...fire, state: 'C', acknowledged: seen })).toBe(false);
    expect(ringsUntilSeen({ ...fire, isActive: false, state: 'D' })).toBe(false);
    expect(ringsUntilSeen({ ...fire, state: 'F' }), 'suppressed').toBe(false);
  });

  test('leaves a drill alone, so that nobody takes it for real', () => {
    expect(ringsUntilSeen({ ...fire, isDrill: true })).toBe(false);
    expect(idsOf([], [toMessage('drill', { isDrill: true, sound: 'chime' })])).toEqual([]);
  });

  test('rings for emergencies that nobody has read, also after the page was loaded again', () => {
    expect(idsOf([], [toMessage('told')])).toEqual(['told']);
    expect(idsOf([], [toMessage('read', { readAtMs: NOW_MS })])).toEqual([]);
    expect(idsOf([], [toMessage('queued', { state: 'queued' })])).toEqual([]);
    expect(idsOf([], [toMessage('calm', { sound: 'chime' })])).toEqual([]);
  });

  test('gives up a message of yesterday: that is the business of the escalation', () => {
    const at = (minutes: number) => toMessage('old', { createdAtMs: NOW_MS - minutes * MINUTE_MS });
    expect(idsOf([], [at(29)])).toEqual(['old']);
    expect(idsOf([], [at(31)])).toEqual([]);
  });

  test('is news again when the alarm is raised once more, or told once more', () => {
    const [first] = idsOf([fire], []);
    expect(idsOf([{ ...fire, count: 2 }], [])).not.toEqual([first]);
    expect(idsOf([{ ...fire, reAlarms: 1 }], [])).not.toEqual([first]);
    expect(idsOf([{ ...fire, place: text('elsewhere') }], [])).toEqual([first]);
  });

  test('names alarms before messages, and says where each is seen to', () => {
    const reasons = toSirenReasons([fire], [toMessage('told'), toMessage('house', { ticket: null })], NOW_MS);
    expect(reasons.map(({ path }) => path)).toEqual(['/alarms/fire', '/tickets/XF20260105-0001', '/inbox']);
  });
});
