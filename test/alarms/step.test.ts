/** One step of the life cycle at a time: what the rounds of the engine cannot set up in a line. */
import { describe, expect, test } from 'vitest';
import { type AlarmLevel, stepAlarm, stepSuppression } from '../../src/alarms/step.ts';
import type { Occurrence, Shelf } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import { makeOccurrence } from '../store/support/rows.ts';

const text = { zh: '水泵', en: 'pump' };
const CHATTER = { raises: 3, withinMs: 60_000, factor: 1.5, capMs: 3_600_000 };
const shelf: Shelf = { by: 'wang', atMs: 0, reason: 'r', untilMs: 9_000, isOneShot: false };
const outOfService = { by: 'wang', atMs: 0, reason: 'r', permit: 'GZP-1', approver: 'chen', untilMs: 9_000 };
const schedule = { reason: 'schedule', text } as const;
const base = makeOccurrence('o-1');

function level(given: Partial<AlarmLevel> = {}): AlarmLevel {
  const { key, site, equipment, rule, ruleVersion, severity, equipmentName, place, evidence } = base;
  return {
    key,
    site,
    equipment,
    rule,
    ruleVersion,
    severity,
    equipmentName,
    place,
    evidence,
    isActive: true,
    isTrue: true,
    blindSinceMs: null,
    level: null,
    onsetAtMs: 500,
    onsetAfterMs: 400,
    text,
    isLatching: false,
    shelf: null,
    outOfService: null,
    suppression: null,
    isDrill: false,
    ...given,
  };
}

const look = (open: Occurrence | null, given: Partial<AlarmLevel> = {}, nowMs = 2_000) => {
  const { occurrence, events } = stepAlarm(open, level(given), () => toId('o-9'), CHATTER, nowMs);
  return { occurrence, types: events.map(({ type }) => type), events };
};

describe('a raise', () => {
  test('carries what hides the alarm from its first moment on', () => {
    const { occurrence } = look(null, { shelf, outOfService, suppression: schedule, isDrill: true });
    expect(occurrence).toMatchObject({
      shelf,
      outOfService,
      suppression: { ...schedule, sinceMs: 2_000 },
      isDrill: true,
    });
  });

  test('of life safety is hidden by a permit alone', () => {
    const { occurrence } = look(null, {
      severity: 'life-safety',
      shelf,
      outOfService,
      suppression: schedule,
    });
    expect(occurrence).toMatchObject({ shelf: null, outOfService, suppression: null });
  });

  test('has no earlier bound of its onset when the last normal reading is later than the onset', () => {
    expect(look(null, { onsetAfterMs: 500 }).occurrence?.onsetAfterMs).toBe(500);
    expect(look(null, { onsetAfterMs: 501 }).occurrence?.onsetAfterMs).toBeNull();
    expect(look(null, { onsetAfterMs: null }).occurrence?.onsetAfterMs).toBeNull();
  });
});

describe('the same input', () => {
  const hidden = { shelf, suppression: { ...schedule, sinceMs: 1_000 } };
  test.each<[string, Partial<Occurrence>, Partial<AlarmLevel>]>([
    ['active', {}, {}],
    ['acknowledged', { acknowledged: { by: 'li', atMs: 1, note: '' } }, {}],
    ['returned', { isActive: false, returnedAtMs: 1_500 }, { isActive: false, isTrue: false }],
    ['latched', { isActive: false, isLatched: true }, { isActive: false, isTrue: false, isLatching: true }],
    ['hidden', hidden, { shelf, suppression: schedule }],
    [
      'held because it chatters',
      { returnedAtMs: 1_500, chatter: { sinceMs: 1, holdMs: 60_000, raises: 3 } },
      { isActive: false, isTrue: false },
    ],
    ['blind', { blindSinceMs: 900 }, { isTrue: false, blindSinceMs: 900 }],
  ])('of an alarm that is %s changes nothing', (_name, changes, given) => {
    const open = makeOccurrence('o-1', changes);
    const { occurrence, types } = look(open, given);
    expect(occurrence).toBe(open);
    expect(types).toEqual([]);
  });
});

describe('a re-raise', () => {
  test('of what was latched and acknowledged asks for everybody again', () => {
    const open = makeOccurrence('o-1', {
      isActive: false,
      isLatched: true,
      acknowledged: { by: 'li', atMs: 1, note: '' },
      reAlarms: 2,
    });
    const { occurrence, types } = look(open, { isLatching: true });
    expect(types).toEqual(['re-raised']);
    expect(occurrence).toMatchObject({ isLatched: false, acknowledged: null, count: 2, reAlarms: 0 });
  });

  test('that begins outside the hours is hidden from its first moment on', () => {
    const open = makeOccurrence('o-1', { isActive: false, returnedAtMs: 1_500 });
    const { events } = look(open, { suppression: schedule });
    expect(events.map(({ type }) => type)).toEqual(['re-raised']);
    expect(events[0]?.occurrence.suppression).toMatchObject(schedule);
  });
});

describe('a return', () => {
  test('of a latching rule waits for its reset even when it is acknowledged', () => {
    const open = makeOccurrence('o-1', { acknowledged: { by: 'li', atMs: 1, note: '' } });
    const { occurrence, types } = look(open, { isActive: false, isTrue: false, isLatching: true });
    expect(types).toEqual(['returned', 'latched']);
    expect(occurrence).toMatchObject({ isLatched: true, isActive: false, endedAtMs: null });
  });

  test('under a changed rule ends as rule-changed, hidden or not', () => {
    const given = { isActive: false, isTrue: false, ruleVersion: 'r2' };
    for (const open of [base, makeOccurrence('o-1', { shelf })])
      expect(look(open, { ...given, shelf: open.shelf }).occurrence?.endReason).toBe('rule-changed');
  });

  test('of a shelved alarm latches, without a word of the return', () => {
    const open = makeOccurrence('o-1', { shelf });
    const { occurrence, types } = look(open, { isActive: false, isTrue: false, isLatching: true, shelf });
    expect(types).toEqual(['latched']);
    expect(occurrence).toMatchObject({ isActive: false, isLatched: true, endedAtMs: null });
  });

  test('of an alarm that is suppressed by design latches nothing: it should not have occurred', () => {
    const suppression = { ...schedule, sinceMs: 1_000 };
    const open = makeOccurrence('o-1', { suppression });
    const { occurrence, types } = look(open, { isActive: false, isTrue: false, isLatching: true });
    expect(types).toEqual(['ended']);
    expect(occurrence).toMatchObject({ endReason: 'returned', isLatched: false });
  });
});

describe('suppression by design', () => {
  test('keeps its beginning while its reason lasts, and tells another reason', () => {
    const suppression = { ...schedule, sinceMs: 1_000 };
    const open = makeOccurrence('o-1', { suppression });
    expect(stepSuppression(open, schedule, 2_000)).toEqual({ occurrence: open, events: [] });
    const other = stepSuppression(open, { reason: 'expected', text }, 2_000);
    expect(other.occurrence.suppression).toEqual({ reason: 'expected', text, sinceMs: 2_000 });
    expect(other.events).toMatchObject([{ type: 'suppressed', note: 'expected' }]);
  });

  test('is over at once, and so is a shelf, when the alarm becomes life safety', () => {
    const open = makeOccurrence('o-1', { shelf, suppression: { ...schedule, sinceMs: 1_000 } });
    const { occurrence, types } = look(open, { severity: 'life-safety', shelf, suppression: schedule });
    expect(types).toEqual(['severity-changed', 'shelf-expired', 'unsuppressed']);
    expect(occurrence).toMatchObject({ shelf: null, suppression: null });
  });

  test('leaves a latched alarm standing and brings it back', () => {
    const open = makeOccurrence('o-1', { isActive: false, isLatched: true });
    const hidden = stepSuppression(open, schedule, 2_000);
    expect(hidden.events.map(({ type }) => type)).toEqual(['suppressed']);
    const back = stepSuppression(hidden.occurrence, null, 3_000);
    expect(back.events).toMatchObject([{ type: 'unsuppressed', note: 'schedule' }]);
    expect(back.occurrence).toMatchObject({ isLatched: true, endedAtMs: null });
  });
});
