/** The trend of a point from memory: no spike hidden, no gap bridged, bounded, and honest about what it covers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HistorySample } from '../../src/api/services.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { createRecent } from '../../src/telemetry/recent.ts';
import { createTrend, toMinutesPerPoint } from '../../src/telemetry/trend.ts';
import { testSeed } from '../support/seed.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';

const MINUTE = 60_000;
/** On a minute's border. */
const T0 = 1_800_000_000_000;
const BAD = QUALITIES['comm-loss'].code;
const model = createTestModel(pumpPoints(1, 2));

/** @param rawSamples 1 = no range is answered raw unless the point was read once only */
function createSubject(rawSamples = 1, maxBytes?: number) {
  const recent = createRecent(model, rawSamples);
  const trend = createTrend(model, recent, maxBytes);
  return {
    /** `[ms after T0, value, quality]` of point 0. */
    read(...rows: readonly (readonly [number, number, number?])[]) {
      const batch = toBatch(
        rows.map(([ms, value, quality]): TestReading => [0, value, T0 + ms, quality ?? 0]),
      );
      recent.apply(batch);
      trend.apply(batch);
    },
    ask: (fromMs: number, toMs: number, maxPoints = 500) =>
      trend.history({ point: 0, fromMs: T0 + fromMs, toMs: T0 + toMs, maxPoints }),
  };
}

/** Samples as `[ms after T0, min, max, mean, last, isGood]`. */
const rows = (samples: readonly HistorySample[]) =>
  samples.map(({ atMs, min, max, mean, last, isGood }) => [atMs - T0, min, max, mean, last, isGood]);
const gap = (atMs: number) => [atMs, null, null, null, null, false];

describe('minutes', () => {
  test('have minimum, maximum, mean and last of what was read in them', async () => {
    const subject = createSubject();
    subject.read([0, 4], [1_000, 10], [2_000, 1], [59_999, 5], [MINUTE, 7]);
    expect(rows((await subject.ask(0, 2 * MINUTE)).samples)).toEqual([
      [0, 1, 10, 5, 5, true],
      [MINUTE, 7, 7, 7, 7, true],
    ]);
  });

  test('without a reading are what stood before: a value that comes by change only is a line, not a gap', async () => {
    const subject = createSubject();
    subject.read([0, 1], [5 * MINUTE, 0]);
    expect(
      rows((await subject.ask(0, 7 * MINUTE)).samples).map(([, min, max, , , good]) => [min, max, good]),
    ).toEqual([...Array.from({ length: 5 }, () => [1, 1, true]), [0, 0, true], [0, 0, true]]);
  });

  test('in which nothing usable was read are gaps, up to the next value, and never bridged', async () => {
    const subject = createSubject();
    subject.read([0, 1], [MINUTE, Number.NaN, BAD], [3 * MINUTE, 2]);
    expect(rows((await subject.ask(0, 5 * MINUTE)).samples)).toEqual([
      [0, 1, 1, 1, 1, true],
      gap(MINUTE),
      gap(2 * MINUTE),
      [3 * MINUTE, 2, 2, 2, 2, false],
      [4 * MINUTE, 2, 2, 2, 2, true],
    ]);
  });

  test('with a short loss between good values show the values, and that they are not all', async () => {
    const subject = createSubject();
    subject.read([0, 1], [10_000, Number.NaN, BAD], [20_000, 3], [30_000, Number.NaN, BAD]);
    expect(rows((await subject.ask(0, MINUTE)).samples)).toEqual([[0, 1, 3, 2, null, false]]);
  });

  test('before the first reading are gaps, and the answer says since when anything is known', async () => {
    const subject = createSubject();
    subject.read([2 * MINUTE + 500, 1], [3 * MINUTE, 1]);
    const { samples, coveredFromMs, bucketMs } = await subject.ask(0, 4 * MINUTE);
    expect(rows(samples)).toEqual([
      gap(0),
      gap(MINUTE),
      [2 * MINUTE, 1, 1, 1, 1, true],
      [3 * MINUTE, 1, 1, 1, 1, true],
    ]);
    expect([coveredFromMs, bucketMs]).toEqual([T0 + 2 * MINUTE + 500, MINUTE]);
  });

  test('an uncertain value is a value', async () => {
    const subject = createSubject();
    subject.read([0, 8, QUALITIES['source-time'].code], [1_000, 9]);
    expect(rows((await subject.ask(0, 1_000)).samples)).toEqual([[0, 8, 9, 8.5, 9, true]]);
  });
});

describe('a long range', () => {
  test('is merged to at most the points asked for, and a spike of one reading is still there', async () => {
    const subject = createSubject();
    for (let second = 0; second < 6 * 3_600; second++)
      subject.read([second * 1_000, second === 10_007 ? 99 : 1]);
    for (const maxPoints of [1, 7, 100, 359, 360]) {
      const { samples, bucketMs } = await subject.ask(0, 6 * 3_600_000, maxPoints);
      expect(samples.length).toBeLessThanOrEqual(maxPoints);
      expect(samples.length).toBeGreaterThan(maxPoints / 2);
      expect(samples.length * bucketMs).toBeGreaterThanOrEqual(6 * 3_600_000);
      expect(samples.filter(({ max }) => max === 99)).toHaveLength(1);
      expect(samples.every(({ min }) => min === 1)).toBe(true);
    }
  });

  test('that no minute divides begins at its own minute and ends with what there is', async () => {
    const subject = createSubject();
    subject.read([0, 1], [10 * MINUTE, 3]);
    const { samples, bucketMs } = await subject.ask(90_000, 10 * MINUTE + 1, 4);
    expect(bucketMs).toBe(3 * MINUTE);
    expect(rows(samples)).toEqual([
      [MINUTE, 1, 1, 1, 1, true],
      [4 * MINUTE, 1, 1, 1, 1, true],
      [7 * MINUTE, 1, 1, 1, 1, true],
      [10 * MINUTE, 3, 3, 3, 3, true],
    ]);
  });

  test('costs no more than its points, from the beginning of time too', async () => {
    const subject = createSubject();
    subject.read([0, 1], [1_000, 2]);
    const { samples } = await subject.ask(-T0, MINUTE, 2_000);
    expect(samples.length).toBeLessThanOrEqual(2_000);
    expect(samples.at(-1)).toMatchObject({ min: 1, max: 2, last: 2, isGood: false });
  });
});

describe('raw readings', () => {
  test('are the answer where they reach back far enough and are few enough', async () => {
    const subject = createSubject(100);
    subject.read([0, 1], [500, 2], [1_500, Number.NaN, BAD], [2_500, 3]);
    const { samples, bucketMs } = await subject.ask(600, 2_500);
    expect(bucketMs).toBe(0);
    expect(rows(samples)).toEqual([[500, 2, 2, 2, 2, true], gap(1_500)]);
    expect((await subject.ask(0, 3_000, 4)).bucketMs).toBe(0);
    expect((await subject.ask(0, 3_000, 3)).bucketMs).toBe(MINUTE);
  });

  test('that begin after the range say first that nothing was known', async () => {
    const subject = createSubject(100);
    subject.read([5_000, 1]);
    expect(rows((await subject.ask(0, 9_000)).samples)).toEqual([gap(0), [5_000, 1, 1, 1, 1, true]]);
  });

  test('that have been overwritten give way to minutes', async () => {
    const subject = createSubject(10);
    for (let second = 0; second < 120; second++) subject.read([second * 1_000, second]);
    expect((await subject.ask(115_000, 120_000)).bucketMs).toBe(0);
    const { bucketMs, samples } = await subject.ask(100_000, 120_000);
    expect([bucketMs, rows(samples)]).toEqual([MINUTE, [[MINUTE, 60, 119, 89.5, 119, true]]]);
  });
});

describe('what it keeps', () => {
  test('of a point that changes every minute is a day, then the oldest go and the cover with them', async () => {
    const subject = createSubject();
    for (let minute = 0; minute < 3_000; minute++) subject.read([minute * MINUTE, minute]);
    const { coveredFromMs, samples } = await subject.ask(0, 3_000 * MINUTE, 2_000);
    expect((T0 + 2_999 * MINUTE - coveredFromMs!) / MINUTE).toBe(1_440);
    expect(samples.at(-1)).toMatchObject({ last: 2_999 });
    expect(samples.find(({ min }) => min !== null)).toMatchObject({
      atMs: expect.closeTo(coveredFromMs!, -6),
    });
  });

  test('of a point that hardly changes reaches further back than a day', async () => {
    const subject = createSubject();
    for (let minute = 0; minute < 5_000; minute++)
      subject.read([minute * MINUTE, Math.floor(minute / 1_000)]);
    const { coveredFromMs, samples } = await subject.ask(0, 5_000 * MINUTE, 5);
    expect(coveredFromMs).toBe(T0);
    expect(samples.map(({ min, max }) => [min, max])).toEqual([0, 1, 2, 3, 4].map((value) => [value, value]));
  });

  test('is less for each of very many points', () => {
    expect(toMinutesPerPoint(300)).toBe(1_440);
    expect(toMinutesPerPoint(10_000)).toBe(279);
    expect(toMinutesPerPoint(1_000_000)).toBe(30);
  });

  test('of another configuration is nothing', async () => {
    const recent = createRecent(model, 10);
    const trend = createTrend(model, recent);
    trend.apply(toBatch([[0, 1, T0]], 2));
    expect(await trend.history({ point: 0, fromMs: T0, toMs: T0 + 1, maxPoints: 10 })).toMatchObject({
      coveredFromMs: null,
      samples: [{ atMs: T0, min: null, isGood: false }],
    });
  });
});

describe('a wall clock', () => {
  test('that is slewed over the border of a minute loses nothing', async () => {
    const subject = createSubject();
    subject.read([30_000, 1], [60_005, 2], [59_995, 9], [60_010, 3]);
    expect(rows((await subject.ask(0, 2 * MINUTE)).samples)).toEqual([
      [0, 1, 1, 1, 1, true],
      [MINUTE, 2, 9, 14 / 3, 3, true],
    ]);
  });

  test('that is set back forgets what it called the future, and goes on', async () => {
    const subject = createSubject();
    for (let minute = 0; minute < 100; minute++) subject.read([minute * MINUTE, minute]);
    subject.read([50 * MINUTE, 1_000]);
    const { samples, coveredFromMs } = await subject.ask(48 * MINUTE, 52 * MINUTE);
    expect(samples.map(({ last }) => last)).toEqual([48, 49, 1_000, 1_000]);
    expect(coveredFromMs).toBe(T0);
  });

  test('that is set back before the first reading begins anew, raw and in minutes', async () => {
    for (const rawSamples of [1, 50]) {
      const subject = createSubject(rawSamples);
      subject.read([90 * MINUTE, 5], [91 * MINUTE, 6], [0, 7], [1_000, 8]);
      const { samples, coveredFromMs } = await subject.ask(0, 2_000);
      expect([samples.at(-1)?.last, coveredFromMs]).toEqual([8, T0]);
    }
  });
});

test('property: every answer in minutes is what a list of all readings says', async () => {
  let answers = 0;
  const reading = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 50_000, max: 400_000 })),
    fc.constantFrom(0, 1, 1, 1, 2, 7.5),
    fc.constantFrom(0, 0, 0, 0, BAD),
  );
  const range = fc.tuple(
    fc.integer({ min: -5, max: 60 }),
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: 70 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(reading, { minLength: 2, maxLength: 80 }),
      range,
      async (steps, [from, length, maxPoints]) => {
        const subject = createSubject();
        let ms = 0;
        const all = steps.map(([afterMs, value, quality]) => {
          ms += afterMs;
          return [ms, quality === BAD ? Number.NaN : value, quality] as const;
        });
        for (const row of all) subject.read(row);
        const { samples, bucketMs } = await subject.ask(from * MINUTE, (from + length) * MINUTE, maxPoints);
        if (bucketMs === 0) return;
        answers += 1;
        expect(samples.length).toBe(Math.ceil(length / (bucketMs / MINUTE)));
        for (const sample of samples) {
          const startMs = sample.atMs - T0;
          const endMs = Math.min(startMs + bucketMs, (from + length) * MINUTE);
          expect(sample).toMatchObject(expected(all, startMs, endMs));
        }
      },
    ),
    { seed: testSeed(), numRuns: 300 },
  );
  expect(answers).toBeGreaterThan(100);
});

/** From the text of trend.ts, minute by minute, over the whole list each time. */
function expected(all: readonly (readonly [number, number, number])[], startMs: number, endMs: number) {
  const values: number[] = [];
  let isGood = true;
  let last = Number.NaN;
  for (let minuteMs = startMs; minuteMs < endMs; minuteMs += MINUTE) {
    const before = all.filter(([ms]) => ms < minuteMs).at(-1)?.[1] ?? Number.NaN;
    const inside = all.filter(([ms]) => ms >= minuteMs && ms < minuteMs + MINUTE).map(([, value]) => value);
    const seen = inside.length === 0 ? [before] : inside;
    const isFirst = all.every(([ms]) => ms >= minuteMs);
    if (seen.some(Number.isNaN) || (Number.isNaN(before) && !(isFirst && inside.length > 0))) isGood = false;
    values.push(...seen.filter((value) => !Number.isNaN(value)));
    last = seen.at(-1)!;
  }
  if (values.length === 0) return { min: null, max: null, mean: null, last: null, isGood: false };
  return {
    min: Math.min(...values),
    max: Math.max(...values),
    last: Number.isNaN(last) ? null : last,
    isGood,
  };
}
