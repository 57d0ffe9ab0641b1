/** Windows over held values against a naive recount; gaps, restarts, bounds. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SampleWindow } from '../../src/rules/windows/window.ts';
import { testSeed } from '../support/seed.ts';

const OVER_MS = 2_500;
/** One cell of such a window. */
const CELL_MS = 10;

interface Push {
  readonly atMs: number;
  /** NaN = gap. */
  readonly value: number;
}

/** Millisecond by millisecond: what held at each one. */
function recount(pushes: readonly Push[], nowMs: number) {
  const held: number[] = [];
  let value = Number.NaN;
  const queue = [...pushes];
  for (let ms = 0; ms < nowMs; ms++) {
    while (queue[0] !== undefined && queue[0].atMs <= ms) value = (queue.shift() as Push).value;
    held.push(value);
  }
  const known = held.slice(Math.max(0, nowMs - OVER_MS)).filter((each) => !Number.isNaN(each));
  const shown = pushes.filter(({ atMs, value: each }) => atMs > nowMs - OVER_MS && !Number.isNaN(each));
  const seen = [...known, ...shown.map((push) => push.value)];
  const values = pushes.filter((push) => !Number.isNaN(push.value));
  const isRise = ({ atMs, value: each }: Push, at: number) =>
    at > 0 && values[at - 1]?.value === 0 && each !== 0 && atMs > nowMs - OVER_MS;
  const last = pushes.at(-1)?.value ?? Number.NaN;
  return {
    knownMs: known.length,
    mean:
      known.length > 0
        ? known.reduce((sum, each) => sum + each, 0) / known.length
        : (seen.at(-1) ?? Number.NaN),
    min: seen.length > 0 ? Math.min(...seen) : Number.NaN,
    max: seen.length > 0 ? Math.max(...seen) : Number.NaN,
    first: seen[0] ?? Number.NaN,
    last,
    rises: values.filter(isRise).length,
  };
}

/** Gaps between pushes of at least `leastMs`; values few, so that they repeat. */
function toPushes(leastMs: number) {
  const step = fc.record({
    afterMs: fc.integer({ min: leastMs, max: 700 }),
    value: fc.constantFrom(0, 0, 1, -3.5, 1e6, 0.1, Number.NaN),
  });
  return fc.array(step, { maxLength: 40 }).map((steps) => {
    let atMs = 0;
    return steps.map(({ afterMs, value }) => {
      atMs += afterMs;
      return { atMs, value };
    });
  });
}

function fill(pushes: readonly Push[]): SampleWindow {
  const window = new SampleWindow(OVER_MS, 0);
  for (const { atMs, value } of pushes) window.push(atMs, value);
  return window;
}

const now = (monoMs: number, wallMs = monoMs) => ({ monoMs, wallMs, bootId: 'a' });

describe('figures', () => {
  test('equal a recount of every millisecond while values hold for longer than a cell', () => {
    fc.assert(
      fc.property(toPushes(CELL_MS + 1), fc.integer({ min: 0, max: 3_000 }), (pushes, laterMs) => {
        const nowMs = (pushes.at(-1)?.atMs ?? 0) + laterMs;
        const found = fill(pushes).read(nowMs);
        const expected = recount(pushes, nowMs);
        expect(found).toEqual({ ...expected, mean: expect.anything() });
        if (Number.isNaN(expected.mean)) expect(found.mean).toBeNaN();
        else expect(found.mean).toBeCloseTo(expected.mean, 6);
      }),
      { seed: testSeed() },
    );
  });

  test('are off by less than a cell at the old edge however fast values come', () => {
    fc.assert(
      fc.property(toPushes(0), fc.integer({ min: 0, max: 3_000 }), (pushes, laterMs) => {
        const nowMs = (pushes.at(-1)?.atMs ?? 0) + laterMs;
        const found = fill(pushes).read(nowMs);
        const expected = recount(pushes, nowMs);
        expect(Math.abs(found.knownMs - expected.knownMs)).toBeLessThanOrEqual(CELL_MS);
        expect(found.last).toBe(expected.last);
        if (expected.knownMs > 0) {
          expect(found.min).toBeLessThanOrEqual(expected.min);
          expect(found.max).toBeGreaterThanOrEqual(expected.max);
        }
      }),
      { seed: testSeed() },
    );
  });

  test('do not depend on when they were asked before', () => {
    fc.assert(
      fc.property(toPushes(1), fc.integer({ min: 1, max: 500 }), (pushes, everyMs) => {
        const asked = new SampleWindow(OVER_MS, 0);
        let ms = 0;
        for (const { atMs, value } of pushes) {
          for (; ms < atMs; ms += everyMs) {
            asked.push(ms, asked.last);
            asked.read(ms);
            asked.slope(ms);
          }
          asked.push(atMs, value);
        }
        const nowMs = (pushes.at(-1)?.atMs ?? 0) + 100;
        expect(asked.save(now(nowMs))).toEqual(fill(pushes).save(now(nowMs)));
        expect({ ...asked.read(nowMs) }).toEqual({ ...fill(pushes).read(nowMs) });
      }),
      { seed: testSeed() },
    );
  });

  test('of a value that rests are that value to the last digit', () => {
    const window = fill([{ atMs: 0, value: 0.1 }]);
    expect(window.read(1_237)).toMatchObject({ mean: 0.1, min: 0.1, max: 0.1, first: 0.1, knownMs: 1_237 });
    expect(window.slope(1_237)).toBe(0);
  });

  test('of nothing are not a number, and no quiet time', () => {
    const window = new SampleWindow(OVER_MS, 0);
    expect(window.read(10_000)).toEqual({
      knownMs: 0,
      mean: Number.NaN,
      min: Number.NaN,
      max: Number.NaN,
      first: Number.NaN,
      last: Number.NaN,
      rises: 0,
    });
    expect(window.slope(10_000)).toBeNaN();
  });

  test('take anything that is not finite for a gap', () => {
    const window = fill([
      { atMs: 0, value: 4 },
      { atMs: 1_000, value: Number.POSITIVE_INFINITY },
    ]);
    expect(window.read(2_000)).toMatchObject({ knownMs: 1_000, mean: 4, last: Number.NaN });
  });

  test('stand still for a sample that pretends to be older than the last one', () => {
    const window = fill([
      { atMs: 1_000, value: 1 },
      { atMs: 2_000, value: 2 },
      { atMs: 500, value: 3 },
    ]);
    expect(window.read(2_500)).toMatchObject({ knownMs: 1_500, last: 3 });
    expect(window.read(2_500).mean).toBeCloseTo((1_000 + 3 * 500) / 1_500, 9);
  });

  test('count a rise for the length of the window, its end left out', () => {
    const window = fill([
      { atMs: 0, value: 0 },
      { atMs: 100, value: 1 },
      { atMs: 200, value: 2 },
    ]);
    expect(window.read(100 + OVER_MS - 1).rises).toBe(1);
    expect(window.read(100 + OVER_MS).rises).toBe(0);
  });

  test('rest once the last value has filled the window', () => {
    const window = fill([
      { atMs: 100, value: 1 },
      { atMs: 200, value: 5 },
    ]);
    expect(window.restsAtMonoMs).toBe(200 + OVER_MS);
    expect(window.read(200 + OVER_MS - 1).min).toBe(1);
    expect(window.read(200 + OVER_MS)).toMatchObject({ min: 5, max: 5, mean: 5 });
  });
});

describe('the slope', () => {
  test.each([5, 10, 100])('of a ramp in %d steps is 1 − 1/n² of it', (steps) => {
    const window = new SampleWindow(OVER_MS, 0);
    const stepMs = OVER_MS / steps;
    for (let at = 0; at < 3 * steps; at++) window.push(at * stepMs, 20 + at * stepMs * 0.003);
    expect(window.slope(3 * OVER_MS)).toBeCloseTo(0.003 * (1 - 1 / steps ** 2), 6);
  });

  test('is the same whether a value is sent on change or again and again', () => {
    const once = fill([
      { atMs: 0, value: 7 },
      { atMs: 1_500, value: 9 },
    ]);
    const often = new SampleWindow(OVER_MS, 0);
    for (let ms = 0; ms <= 2_000; ms += 50) often.push(ms, ms < 1_500 ? 7 : 9);
    expect(often.slope(2_000)).toBe(once.slope(2_000));
  });

  test('keeps its digits far from zero', () => {
    const window = new SampleWindow(OVER_MS, 1e9);
    for (let at = 0; at <= 100; at++) window.push(1e9 + at * 25, 1e9 + at * 0.01);
    expect(window.slope(1e9 + OVER_MS)).toBeCloseTo(0.0004, 6);
  });
});

describe('a restart', () => {
  test('is a gap: what was before grows older by the time that the gateway was down', () => {
    const window = fill([
      { atMs: 0, value: 10 },
      { atMs: 1_000, value: 20 },
    ]);
    const saved = JSON.parse(JSON.stringify(window.save(now(1_500, 50_000))));
    const restored = SampleWindow.restore(saved, OVER_MS, now(7, 50_500));
    expect(restored.last).toBeNaN();
    // 1,000 ms of 10 and 500 ms of 20, ended 500 ms ago; of the next 1,000 ms nothing is known either.
    expect(restored.read(7)).toMatchObject({
      knownMs: 1_500,
      mean: (10_000 + 10_000) / 1_500,
      min: 10,
      max: 20,
    });
    expect(restored.read(1_007)).toMatchObject({ knownMs: 1_000, first: 10 });
    restored.push(1_007, 30);
    expect(restored.read(1_107)).toMatchObject({ last: 30, max: 30 });
    expect(restored.read(1_107).knownMs).toBeCloseTo(1_000, 6);
  });

  test('keeps known time, mean and extremes of any course', () => {
    fc.assert(
      fc.property(toPushes(0), fc.integer({ min: 0, max: 3_000 }), (pushes, laterMs) => {
        const nowMs = (pushes.at(-1)?.atMs ?? 0) + laterMs;
        const window = fill(pushes);
        const saved = JSON.parse(JSON.stringify(window.save(now(nowMs))));
        const found = { ...SampleWindow.restore(saved, OVER_MS, now(nowMs)).read(nowMs) };
        const before = window.read(nowMs);
        // Coarser cells lie across the old edge.
        expect(Math.abs(found.knownMs - before.knownMs)).toBeLessThanOrEqual(OVER_MS / 30);
        if (before.knownMs > 0) {
          expect(found.min).toBeLessThanOrEqual(before.min);
          expect(found.max).toBeGreaterThanOrEqual(before.max);
        }
      }),
      { seed: testSeed() },
    );
  });

  test('a change from zero across it counts as one rise', () => {
    const window = fill([{ atMs: 0, value: 0 }]);
    const restored = SampleWindow.restore(window.save(now(100, 100)), OVER_MS, now(0, 300));
    restored.push(10, 1);
    expect(restored.read(20).rises).toBe(1);
  });

  test('with the wall clock set back meanwhile does not bring the future', () => {
    const window = fill([{ atMs: 0, value: 5 }]);
    const restored = SampleWindow.restore(window.save(now(1_000, 90_000)), OVER_MS, now(0, 1_000));
    expect(restored.read(0)).toMatchObject({ knownMs: 1_000, mean: 5 });
  });

  const zeros = Array.from({ length: 10_000 }, () => [0, 0, 0, 0, 0, 0, 0]);
  test.each([
    ['nothing', null],
    ['a number', 7],
    ['a list', []],
    ['an object without time', { cells: [] }],
    ['a time that is a text', { atMs: 'x', cells: [] }],
    ['cells that are no rows', { atMs: 0, cells: [null] }],
    ['short rows', { atMs: 0, cells: [[1, 2]] }],
    ['rows that end before they begin', { atMs: 0, cells: [[0, 10, 5, 1, 1, 1, 0]] }],
    ['too many rows', { atMs: 0, cells: zeros }],
  ])('takes %s for nothing saved', (_name, saved) => {
    expect(SampleWindow.restore(saved, OVER_MS, now(0)).read(100).knownMs).toBe(0);
  });
});

test('memory stays bounded: a million values in one window neither fail nor lose the mean', () => {
  const window = new SampleWindow(OVER_MS, 0);
  for (let at = 0; at < 1_000_000; at++) window.push(at * 0.01, at % 2);
  const figures = window.read(10_000);
  expect(figures.mean).toBeCloseTo(0.5, 3);
  expect(figures).toMatchObject({ min: 0, max: 1 });
  expect(figures.knownMs).toBeCloseTo(OVER_MS, 0);
});

test('a million values at the worst distance stay within the ring', () => {
  const window = new SampleWindow(OVER_MS, 0);
  for (let at = 0; at < 100_000; at++) {
    window.push(at * (CELL_MS + 0.01), 1 + (at % 3));
    window.push(at * (CELL_MS + 0.01) + 0.005, 7);
  }
  expect(window.read(100_000 * (CELL_MS + 0.01)).knownMs).toBeCloseTo(OVER_MS, 3);
});
