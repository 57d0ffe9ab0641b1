/** The re-alarm timer by itself. */
import { describe, expect, test } from 'vitest';
import { moveTimers } from '../../src/alarms/clock-step.ts';
import { stepReAlarm, withReAlarm } from '../../src/alarms/re-alarm.ts';
import type { AlarmEvent, Occurrence } from '../../src/core/alarm.ts';
import { makeOccurrence } from '../store/support/rows.ts';

const HOUR_MS = 3_600_000;
const alarm = (changes: Partial<Occurrence> = {}) => makeOccurrence('o-1', changes);
const running = alarm({ reAlarmDueAtMs: 10_000 });
const event = (type: AlarmEvent['type'], occurrence: Occurrence): AlarmEvent => ({
  type,
  atMs: 0,
  occurrence,
});

describe('the timer', () => {
  test('begins with an annunciation and goes on through everything that is none', () => {
    expect(withReAlarm(alarm(), [], HOUR_MS, 1_000).reAlarmDueAtMs).toBe(1_000 + HOUR_MS);
    expect(withReAlarm(running, [event('acknowledged', running)], HOUR_MS, 5_000)).toBe(running);
    expect(withReAlarm(running, [event('severity-changed', running)], HOUR_MS, 5_000).reAlarmDueAtMs).toBe(
      5_000 + HOUR_MS,
    );
    const lowered = alarm({ reAlarmDueAtMs: 10_000, acknowledged: { by: 'li', atMs: 1, note: '' } });
    expect(withReAlarm(lowered, [event('severity-changed', lowered)], HOUR_MS, 5_000)).toBe(lowered);
  });

  test('is none where nobody is told, where nothing is active, and where the policy has none', () => {
    const shelf = { by: 'wang', atMs: 0, reason: 'r', untilMs: 9_000, isOneShot: false };
    for (const changes of [
      { shelf },
      { isActive: false },
      { isActive: false, isLatched: true },
      { endedAtMs: 1 },
    ])
      expect(
        withReAlarm(alarm({ ...changes, reAlarmDueAtMs: 10_000 }), [], HOUR_MS, 1).reAlarmDueAtMs,
      ).toBeNull();
    expect(withReAlarm(running, [], null, 1).reAlarmDueAtMs).toBeNull();
  });

  test('calls at its time, not before, and not what is blind or held back', () => {
    expect(stepReAlarm(running, HOUR_MS, 3, false, 9_999)).toBeNull();
    expect(stepReAlarm(running, HOUR_MS, 3, true, 10_000)).toBeNull();
    expect(
      stepReAlarm(alarm({ reAlarmDueAtMs: 10_000, blindSinceMs: 1 }), HOUR_MS, 3, false, 10_000),
    ).toBeNull();
    expect(stepReAlarm(running, HOUR_MS, 1, false, 10_000)?.events).toMatchObject([
      { type: 're-alarmed', note: 'escalate', occurrence: { reAlarms: 1, reAlarmDueAtMs: 10_000 + HOUR_MS } },
    ]);
  });

  test('never lies further ahead than the policy says from now on', () => {
    const far = alarm({ reAlarmDueAtMs: 10 * HOUR_MS });
    expect(stepReAlarm(far, HOUR_MS, 3, false, 1_000)).toMatchObject({
      events: [],
      occurrence: { reAlarmDueAtMs: 1_000 + HOUR_MS },
    });
  });
});

test('a step of the wall clock moves every time that is waited for, and no date of a permit', () => {
  const outOfService = { by: 'w', atMs: 0, reason: 'r', permit: 'p', approver: 'c', untilMs: 9_000 };
  const shelf = { by: 'wang', atMs: 100, reason: 'r', untilMs: 9_000, isOneShot: false };
  const chatter = { sinceMs: 1, holdMs: 60_000, raises: 3 };
  const before = alarm({ reAlarmDueAtMs: 10_000, shelf, outOfService, chatter, returnedAtMs: 5_000 });
  expect(moveTimers(before, { stepMs: 1_000, offline: null })).toEqual({
    ...before,
    reAlarmDueAtMs: 11_000,
    shelf: { ...shelf, atMs: 1_100, untilMs: 10_000 },
    returnedAtMs: 6_000,
  });
  const returned = alarm({ isActive: false, returnedAtMs: 5_000 });
  expect(moveTimers(returned, { stepMs: 1_000, offline: null })).toBe(returned);
});
