/** One look at an alarm that may have a cause: what scenarios cannot say in a line. */
import { describe, expect, test } from 'vitest';
import { beginHold, endHold, moveHold, stepHold, type Verdict } from '../../src/alarms/explain.ts';
import { type Explanation, isHeld, type Occurrence } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import { makeOccurrence } from '../store/support/rows.ts';

const TIMES = { waitMs: 5_000, settleMs: 60_000 };
const text = { zh: '停电', en: 'mains lost' };
const by: Explanation = {
  occurrence: toId('o-9'),
  key: toId('site/board/mains-lost'),
  upstream: 'power',
  text,
  equipmentName: text,
  atMs: 1_000,
};
const UNEXPLAINED: Verdict = { type: 'unexplained' };
const UNDECIDED: Verdict = { type: 'undecided' };
const explained = (occurrence = 'o-9'): Verdict => ({
  type: 'explained',
  by: { ...by, occurrence: toId(occurrence) },
});
const alarm = (changes: Partial<Occurrence> = {}) => makeOccurrence('o-1', changes);
const look = (occurrence: Occurrence, verdict: Verdict, nowMs: number, mayEnd = true) =>
  stepHold(occurrence, verdict, TIMES, mayEnd, nowMs);

describe('a wait for a cause', () => {
  test('runs from the first look and ends at its time, not before', () => {
    const { occurrence } = look(alarm(), UNEXPLAINED, 1_000);
    expect(occurrence.ticketDueAtMs).toBe(6_000);
    expect(look(occurrence, UNEXPLAINED, 5_999)).toEqual({ occurrence, types: [], asksForTicket: false });
    expect(look(occurrence, UNEXPLAINED, 6_000)).toMatchObject({ types: [], asksForTicket: true });
  });

  test('goes on while a cause waits itself, or points have not been read', () => {
    const occurrence = alarm({ ticketDueAtMs: 6_000 });
    expect(look(occurrence, UNDECIDED, 6_001)).toEqual({ occurrence, types: [], asksForTicket: false });
    expect(look(occurrence, UNEXPLAINED, 6_001, false)).toEqual({
      occurrence,
      types: [],
      asksForTicket: false,
    });
  });

  test('is never longer than the policy says, whatever the wall clock has done', () => {
    const occurrence = alarm({ ticketDueAtMs: 86_400_000 });
    expect(look(occurrence, UNEXPLAINED, 1_000).occurrence.ticketDueAtMs).toBe(6_000);
  });
});

describe('an explained alarm', () => {
  test('names its cause, once', () => {
    const { occurrence, types } = look(alarm({ ticketDueAtMs: 6_000 }), explained(), 2_000);
    expect(types).toEqual(['explained']);
    expect(occurrence).toMatchObject({ explainedBy: by, ticketDueAtMs: null });
    expect(look(occurrence, explained(), 3_000)).toEqual({ occurrence, types: [], asksForTicket: false });
  });

  test('names another cause anew', () => {
    const { occurrence, types } = look(alarm({ explainedBy: by }), explained('o-10'), 2_000);
    expect(types).toEqual(['explained']);
    expect(occurrence.explainedBy?.occurrence).toBe('o-10');
  });

  test('settles when its cause is gone, is explained again without a word, or is released', () => {
    const settling = look(alarm({ explainedBy: by }), UNEXPLAINED, 2_000).occurrence;
    expect(settling).toMatchObject({ explainedBy: by, ticketDueAtMs: 62_000 });
    expect(look(settling, explained(), 30_000)).toMatchObject({
      types: [],
      occurrence: { ticketDueAtMs: null },
    });
    expect(look(settling, UNEXPLAINED, 62_000)).toMatchObject({
      types: ['released'],
      asksForTicket: true,
      occurrence: { explainedBy: null, ticketDueAtMs: null },
    });
  });

  test('that is life safety is released whatever explains it', () => {
    const occurrence = alarm({ severity: 'life-safety', explainedBy: by });
    expect(look(occurrence, explained(), 2_000, false)).toMatchObject({
      types: ['released'],
      asksForTicket: true,
    });
    expect(look(alarm({ severity: 'life-safety' }), explained(), 2_000)).toMatchObject({
      types: [],
      asksForTicket: true,
    });
  });
});

test('only an active, open alarm is held', () => {
  expect(isHeld(alarm())).toBe(false);
  expect(isHeld(alarm({ explainedBy: by }))).toBe(true);
  expect(isHeld(alarm({ ticketDueAtMs: 1 }))).toBe(true);
  expect(isHeld(alarm({ explainedBy: by, isActive: false }))).toBe(false);
  expect(isHeld(alarm({ ticketDueAtMs: 1, endedAtMs: 2 }))).toBe(false);
  expect(isHeld(beginHold(alarm({ explainedBy: by, ticketDueAtMs: 1 })))).toBe(false);
  expect(isHeld(endHold(alarm({ explainedBy: by, ticketDueAtMs: 1 })).occurrence)).toBe(false);
});

test('a step of the wall clock moves the end of a wait and nothing else', () => {
  expect(moveHold(alarm({ ticketDueAtMs: 6_000 }), -1_000)).toEqual(alarm({ ticketDueAtMs: 5_000 }));
  const free = alarm({ explainedBy: by });
  expect(moveHold(free, 1_000)).toBe(free);
});
