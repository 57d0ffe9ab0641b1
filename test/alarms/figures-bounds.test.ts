/** What is kept of the figures, and what becomes of them: wrong clocks, too much of everything, saving, local days. */
import { describe, expect, test } from 'vitest';
import { toFigureDetail } from '../../src/alarms/figures/event.ts';
import { createFigures } from '../../src/alarms/figures/figures.ts';
import { FIGURE_LIMITS } from '../../src/alarms/figures/limits.ts';
import { toDayOfDate, toLocalDay } from '../../src/alarms/figures/local-days.ts';
import { fromFiguresParts, toDecoded, toSavings } from '../../src/alarms/figures/snapshot.ts';
import { stepFigures } from '../../src/alarms/figures/step.ts';
import { summarise } from '../../src/alarms/figures/summary.ts';
import * as rows from '../store/support/rows.ts';
import { keyOf, ScriptedAlarm, toFigureEvent } from './figures-log.ts';
import { count, DATE, DAY, HOUR, MINUTE, raiseMany, view, ZONE } from './figures-rig.ts';

describe('a clock that is set', () => {
  test('back gives no negative time and no run', () => {
    const alarm = new ScriptedAlarm(keyOf('a'));
    alarm.raise(DAY + HOUR);
    alarm.tell('re-alarmed', DAY, { reAlarms: 1 });
    alarm.acknowledge(DAY - HOUR);
    const figures = stepFigures(createFigures(ZONE, DAY), alarm.events.map(toFigureEvent));
    const found = view(figures, DAY + 2 * HOUR);
    expect(found.annunciated.n).toBe(2);
    expect(found.chattering.runs).toBe(0);
    expect(found.acknowledgement.ms.max).toBe(0);
    expect(found.opcUa.MaximumUnAck).toBe(0);
  });

  test('to a wrong year costs one day of what is kept, not all of them', () => {
    let figures = createFigures(ZONE, DAY);
    for (let day = 0; day < FIGURE_LIMITS.days; day++) {
      figures = stepFigures(
        figures,
        raiseMany(1, DAY + day * 24 * HOUR, 0).flatMap(({ events }) => events.map(toFigureEvent)),
      );
    }
    const wrong = raiseMany(1, Date.UTC(2099, 0, 1), 0).flatMap(({ events }) => events.map(toFigureEvent));
    figures = stepFigures(figures, wrong);
    expect(figures.days).toHaveLength(FIGURE_LIMITS.days);
    expect(figures.days[0]?.date).toBe('2026-11-23');
    expect(figures.sinceMs).toBe(DAY + 24 * HOUR);
    const old = raiseMany(1, DAY - HOUR, 0).flatMap(({ events }) => events.map(toFigureEvent));
    const after = stepFigures(figures, old);
    expect(after.tooOld).toBeGreaterThan(0);
    expect(after.days.map(({ date }) => date)).toEqual(figures.days.map(({ date }) => date));
  });
});

describe('too much', () => {
  test('of alarms on one day counts for the site only, and is told', () => {
    const events = raiseMany(FIGURE_LIMITS.alarmsPerDay + 5, DAY, 1).flatMap(({ events: own }) => own);
    const figures = stepFigures(createFigures(ZONE, DAY), events.map(toFigureEvent));
    expect(figures.days[0]?.cells.size).toBe(FIGURE_LIMITS.alarmsPerDay);
    const found = view(figures, DAY + HOUR);
    expect(found.annunciated.n).toBe(FIGURE_LIMITS.alarmsPerDay + 5);
    expect(found.uncounted.changes).toBeGreaterThanOrEqual(5);
  });

  test('of days drops the oldest, and forgets the alarms of which nothing is known any more', () => {
    let figures = createFigures(ZONE, DAY);
    for (let day = 0; day < FIGURE_LIMITS.days + 10; day++) {
      const alarm = new ScriptedAlarm(keyOf('a', `r-${day}`));
      alarm.raise(DAY + day * 24 * HOUR);
      alarm.return(DAY + day * 24 * HOUR + MINUTE);
      alarm.acknowledge(DAY + day * 24 * HOUR + 2 * MINUTE);
      figures = stepFigures(figures, alarm.events.map(toFigureEvent));
    }
    expect(figures.days).toHaveLength(FIGURE_LIMITS.days);
    expect(figures.cells).toBe(FIGURE_LIMITS.days);
    expect(figures.alarms.size).toBeLessThanOrEqual(FIGURE_LIMITS.days + 1);
  });
});

describe('saved', () => {
  const namesOf = (savings: ReturnType<typeof toSavings>) =>
    savings.map((list) => list.map(({ part }) => part));

  test('is only what has changed since, and what is no longer kept goes', () => {
    const first = count([...raiseMany(2, DAY, MINUTE), ...raiseMany(1, DAY + 24 * HOUR, 0)]);
    expect(namesOf(toSavings(first, null))).toEqual([['state', DATE, '2026-11-23']]);
    const more = raiseMany(1, DAY + 25 * HOUR, 0).flatMap(({ events }) => events.map(toFigureEvent));
    const second = stepFigures(first, more);
    expect(namesOf(toSavings(second, first))).toEqual([['state', '2026-11-23']]);
    const fewer = { ...second, days: second.days.slice(1) };
    expect(toSavings(fewer, second)[0]?.[1]).toEqual({ part: DATE, doc: null });
    expect(toSavings(second, second)).toEqual([]);
  });

  test('of many days takes several transactions, and counts as saved only with the last', () => {
    const days = Array.from({ length: 50 }, (_, day) => raiseMany(1, DAY + day * 24 * HOUR, 0)).flat();
    const figures = count(days);
    const savings = toSavings(figures, null);
    expect(savings[0]).toEqual([{ part: 'state', doc: null }]);
    expect(
      namesOf(savings)
        .slice(1)
        .map(({ length }) => length),
    ).toEqual([20, 20, 10, 1]);
    const stored = new Map<string, unknown>([['state', toSavings(count([]), null)[0]?.[0]?.doc]]);
    const loaded = savings.map((list) => {
      for (const { part, doc } of list) {
        if (doc === null) stored.delete(part);
        else stored.set(part, toDecoded(part, doc));
      }
      return fromFiguresParts(stored, ZONE);
    });
    expect(loaded).toEqual([null, null, null, null, figures]);
  });

  test('of another version, another zone or another maker is not taken', () => {
    const [list = []] = toSavings(count(raiseMany(2, DAY, MINUTE)), null);
    const parts = new Map(list.map(({ part, doc }) => [part, toDecoded(part, doc)]));
    expect(fromFiguresParts(parts, ZONE)).not.toBeNull();
    expect(fromFiguresParts(parts, 'Europe/Berlin')).toBeNull();
    const other = new Map(parts).set('state', { ...(parts.get('state') as object), version: 99 });
    expect(fromFiguresParts(other, ZONE)).toBeNull();
    expect(fromFiguresParts(new Map(), ZONE)).toBeNull();
  });
});

describe('local days', () => {
  test.each([
    ['Asia/Shanghai', '2026-11-22', 24],
    ['America/New_York', '2026-11-01', 25],
    ['America/New_York', '2026-03-08', 23],
    ['Australia/Lord_Howe', '2026-04-05', 24.5],
    ['Africa/Cairo', '2026-04-24', 23],
    ['Asia/Kathmandu', '2026-01-01', 24],
  ])('in %s %s has %d hours', (zone, date, hours) => {
    const { startMs, endMs } = toDayOfDate(zone, date);
    expect((endMs - startMs) / HOUR).toBe(hours);
    for (const at of [startMs, endMs - 1]) expect(toLocalDay(zone, at).date).toBe(date);
    expect(toLocalDay(zone, startMs - 1).endMs).toBe(startMs);
    expect(toLocalDay(zone, endMs).startMs).toBe(endMs);
  });

  test('of what is no date are refused', () => {
    expect(() => view(createFigures(ZONE, DAY), DAY, { fromDate: '2026-13-45' })).toThrow(RangeError);
  });
});

test('a summary is the nearest rank, zeros counted', () => {
  expect(summarise([5, 1, 3])).toEqual({ n: 3, mean: 3, median: 3, p90: 5, max: 5 });
  expect(summarise([4], 9)).toEqual({ n: 10, mean: 0.4, median: 0, p90: 0, max: 4 });
  expect(summarise([4, 6], 8)).toEqual({ n: 10, mean: 1, median: 0, p90: 4, max: 6 });
});

test('the detail of a row says no more than it must', () => {
  expect(toFigureDetail(rows.makeOccurrence('o-1'))).toEqual({ state: 'B', isActive: true });
  const marked = rows.makeOccurrence('o-1', { isDrill: true, shelf: rows.SHELF, isActive: false });
  expect(toFigureDetail(marked)).toEqual({ state: 'E', isActive: false, isShelved: true, isDrill: true });
});
