/** The figures, counted event by event, are what counting all events again by their definitions gives. */
import { expect, test } from 'vitest';
import { fromLogRow } from '../../src/alarms/figures/event.ts';
import { createFigures, NO_MEMORY } from '../../src/alarms/figures/figures.ts';
import { fromFiguresParts, toDecoded, toSavings } from '../../src/alarms/figures/snapshot.ts';
import { settleFigures, stepFigures } from '../../src/alarms/figures/step.ts';
import { type FiguresView, viewFigures } from '../../src/alarms/figures/view.ts';
import { createRandom, randomInteger, testSeed } from '../support/seed.ts';
import { createRandomLog, keyOf, type LoggedEvent, toFigureEvent, toLogRow } from './figures-log.ts';
import { countNaively, type Day, findDays } from './figures-oracle.ts';

/** Clocks go back on 2026-11-01, in the middle of the log; half an hour's zone beside it. */
const ZONES = ['America/New_York', 'Australia/Lord_Howe', 'Asia/Shanghai'] as const;
const FROM = Date.UTC(2026, 9, 28, 3);
const KEYS = ['a', 'b', 'c'].flatMap((one) => [keyOf(one, 'high'), keyOf(one, 'low')]);
const PERIODS = [
  [0, 400],
  [2, 6],
  [3, 3],
] as const;
const SCOPES = [{}, { equipment: 'a' }, { equipment: 'b', rule: 'low' }] as const;

function isIn(scope: { equipment?: string; rule?: string }, key: string): boolean {
  const [, equipment, rule] = key.split('/');
  if (scope.equipment !== undefined && scope.equipment !== equipment) return false;
  return scope.rule === undefined || scope.rule === rule;
}

/** In steps of random size, saved and read again now and then. */
function countStepwise(log: readonly LoggedEvent[], timeZone: string, random: () => number) {
  let figures = createFigures(timeZone, log[0]?.atMs ?? 0);
  const stored = new Map<string, unknown>();
  let saved: typeof figures | null = null;
  for (let at = 0; at < log.length; ) {
    const step = random() < 0.5 ? 1 : randomInteger(random, 2, 60);
    figures = stepFigures(figures, log.slice(at, at + step).map(toFigureEvent));
    at += step;
    if (random() >= 0.1) continue;
    for (const { part, doc } of toSavings(figures, saved).flat()) {
      if (doc === null) stored.delete(part);
      else stored.set(part, toDecoded(part, JSON.parse(JSON.stringify(doc))));
    }
    saved = fromFiguresParts(stored, timeZone);
    expect(saved).toEqual(figures);
    figures = saved as typeof figures;
  }
  return figures;
}

function expectSame(view: FiguresView, naive: ReturnType<typeof countNaively>, period: readonly Day[]): void {
  expect(view.annunciated.n).toBe(naive.n);
  expect(view.priorities.map(({ n }) => n)).toEqual(naive.bySeverity);
  expect(view.annunciated.per10Min.max ?? 0).toBe(Math.max(0, ...naive.intervals));
  expect(view.topTen.alarms).toEqual(
    naive.top.slice(0, 10).map(({ key: id, n }) => ({ id, n, share: n / naive.n })),
  );
  expect(view.chattering).toMatchObject({ runs: naive.runs, bursts: naive.bursts });
  expect((view.chattering.index ?? 0) * naive.runs).toBeCloseTo(naive.inverseRuns, 6);
  expect(view.fleeting).toBe(naive.fleeting);
  expect(view.stale).toEqual({ alarms: naive.staleAlarms, mostOnOneDay: naive.staleMost });
  expect(view.standing.n).toBe(naive.standing);
  expect(view.shelving).toMatchObject({ n: naive.shelves, reShelves: naive.reShelves });
  expect(view.shelving.hours * 3_600_000).toBeCloseTo(naive.shelvedMs, 3);
  expect(view.outOfServiceHours * 3_600_000).toBeCloseTo(naive.outMs, 3);
  expect(view.blind.ms).toBe(naive.blindMs);
  expect(view.hidden).toEqual({ suppressed: naive.suppressed, shelved: naive.raisedShelved });
  expect(view.opcUa).toMatchObject({
    AlarmCount: naive.n,
    MaximumActiveState: naive.activeMaxMs,
    MaximumUnAck: naive.waitMaxMs,
    MaximumReAlarmCount: naive.reAlarmsMax,
  });
  expectAcknowledgements(view, naive);
  expectFloods(view, naive, period);
}

function expectAcknowledgements(view: FiguresView, naive: ReturnType<typeof countNaively>): void {
  const { asked, acknowledged, acknowledgedActive, ms } = view.acknowledgement;
  const times = naive.acknowledgements.toSorted((a, b) => a - b);
  expect([asked, acknowledged, acknowledgedActive]).toEqual([
    naive.asked,
    times.length,
    naive.acknowledgedActive,
  ]);
  expect(ms.n).toBe(times.length);
  if (times.length === 0) return;
  expect(ms.max).toBe(times.at(-1));
  expect(ms.mean).toBeCloseTo(times.reduce((sum, one) => sum + one, 0) / times.length, 3);
  for (const [found, ratio] of [
    [ms.median, 0.5],
    [ms.p90, 0.9],
  ] as const) {
    const exact = times[Math.ceil(times.length * ratio) - 1] as number;
    if (exact < 1_000) expect(found).toBeLessThanOrEqual(1_000);
    else expect(Math.abs((found ?? 0) / exact - 1)).toBeLessThan(0.046);
  }
}

function expectFloods(
  view: FiguresView,
  naive: ReturnType<typeof countNaively>,
  period: readonly Day[],
): void {
  const [first, last] = [period[0]?.startMs ?? 0, period.at(-1)?.endMs ?? 0];
  for (const kind of ['fixed', 'sliding'] as const) {
    const found = view.floods[kind];
    if (found === null) continue;
    const inside = naive[kind].filter(({ beganAtMs }) => beganAtMs >= first && beganAtMs < last);
    expect({ kind, latest: found.latest }).toEqual({ kind, latest: inside.toReversed().slice(0, 100) });
    expect(found.n).toBe(inside.length);
  }
}

/** What the random logs must have had in them, so that agreement about nothing is not taken for proof. */
const seen = new Map<string, number>();

function note(naive: ReturnType<typeof countNaively>): void {
  const { acknowledgements, fixed, sliding, intervals, top, bySeverity, ...counts } = naive;
  const lists = { acknowledgements, fixed, sliding, intervals, top, bySeverity };
  for (const [name, list] of Object.entries(lists)) seen.set(name, (seen.get(name) ?? 0) + list.length);
  for (const [name, count] of Object.entries(counts)) seen.set(name, (seen.get(name) ?? 0) + count);
}

test.each(ZONES)('whatever happens, in the zone %s', (timeZone) => {
  const seed = testSeed();
  for (const round of [0, 1, 2, 3]) {
    const random = createRandom(seed + round);
    const log = createRandomLog(random, 700, FROM, KEYS);
    const figures = countStepwise(log, timeZone, random);
    const nowMs = (log.at(-1)?.atMs ?? 0) + randomInteger(random, 1, 40_000_000);
    const days = findDays(timeZone, FROM, nowMs);
    for (const [from, to] of PERIODS) {
      const period = days.slice(from, to + 1);
      for (const scope of SCOPES) {
        const request = {
          fromDate: period[0]?.date ?? '',
          toDate: period.at(-1)?.date ?? '',
          scope,
          rules: 1,
        };
        const view = viewFigures(figures, request, nowMs);
        const naive = countNaively(log, period, days, nowMs, (key) => isIn(scope, key));
        note(naive);
        expectSame(view, naive, period);
      }
    }
  }
});

test('everything that is compared has occurred', () => {
  expect([...seen].filter(([, count]) => count === 0)).toEqual([]);
  expect(seen.size).toBeGreaterThan(20);
});

test('a row of the history says what its event said', () => {
  const log = createRandomLog(createRandom(testSeed()), 500, FROM, KEYS);
  for (const [at, event] of log.entries()) {
    expect(fromLogRow(toLogRow(event, at + 1), NO_MEMORY)).toEqual(toFigureEvent(event));
  }
});

test('a step changes no figures but those that it returns', () => {
  const random = createRandom(testSeed());
  const log = createRandomLog(random, 300, FROM, KEYS).map(toFigureEvent);
  const before = stepFigures(createFigures('Asia/Shanghai', FROM), log.slice(0, 150));
  const text = JSON.stringify(before, toJson);
  stepFigures(before, log.slice(150));
  settleFigures(before, FROM + 1e10);
  expect(JSON.stringify(before, toJson)).toBe(text);
});

function toJson(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}
