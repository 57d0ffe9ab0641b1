/** Buckets: every one is what the step function says, recomputed the slow way (oracle.ts). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countBuckets, toBucketMs, toBucketStart } from '../../../src/telemetry/history/bucket-size.ts';
import { Bucketizer } from '../../../src/telemetry/history/bucketizer.ts';
import { BUCKET_SIZES_MS } from '../../../src/telemetry/history-view.ts';
import { testSeed } from '../../support/seed.ts';
import { type Row, toColumns, toSummary } from './memory-source.ts';
import { expectBuckets } from './oracle.ts';

const BAD = 129;
const UNCERTAIN = 65;
/** Divided by every size of up to a minute. */
const T0 = 1_800_000_000_000;

const bad = (ms: number): Row => [ms, Number.NaN, BAD];
const good = (ms: number, value: number): Row => [ms, value, 0];

/** Rows before `fromMs` say what stood there. */
function draw(rows: readonly Row[], fromMs: number, toMs: number, bucketMs: number) {
  const buckets = new Bucketizer(fromMs, toMs, bucketMs);
  const startMs = toBucketStart(fromMs, bucketMs);
  const before = rows.findLast(([ms]) => ms <= startMs);
  if (before !== undefined) buckets.stand({ stampMs: before[0], value: before[1], quality: before[2] });
  buckets.add(toColumns(rows.filter(([ms]) => ms >= startMs)));
  return buckets.finish();
}

describe('a bucket', () => {
  test('weighs every value with the time that it stood, what stood at its beginning included', () => {
    const [first] = draw([good(T0 - 500, 10), good(T0 + 250, 2)], T0, T0 + 1_000, 1_000);
    expect(first).toEqual({
      atMs: T0,
      min: 2,
      max: 10,
      mean: 4,
      last: 2,
      isGood: true,
      quality: 0,
      count: 1,
    });
  });

  test('does not count what was replaced at the very instant of its beginning', () => {
    const [first] = draw([good(T0 - 500, 99), good(T0 + 1_000, 5)], T0 + 1_000, T0 + 2_000, 1_000);
    expect(first).toMatchObject({ min: 5, max: 5, mean: 5 });
  });

  test('keeps a spike of a single reading, however many readings it has', () => {
    const rows = Array.from({ length: 3_600 }, (_, at) => good(T0 + at * 1_000, at === 1_234 ? 99 : 1));
    const samples = draw(rows, T0, T0 + 3_600_000, 3_600_000);
    expect(samples).toMatchObject([{ min: 1, max: 99, count: 3_600 }]);
  });

  test('without usable data is a gap that says why, until the next usable reading', () => {
    const rows = [good(T0, 1), bad(T0 + 1_500), good(T0 + 3_500, 4)];
    expect(draw(rows, T0, T0 + 5_000, 1_000)).toMatchObject([
      { mean: 1, isGood: true, quality: 0 },
      { mean: 1, last: null, isGood: false, quality: BAD },
      { min: null, max: null, mean: null, last: null, isGood: false, quality: BAD, count: 0 },
      { mean: 4, last: 4, isGood: false, quality: BAD },
      { mean: 4, isGood: true, quality: 0, count: 0 },
    ]);
  });

  test('of which nothing is known has no quality', () => {
    expect(draw([good(T0 + 1_500, 1)], T0, T0 + 2_000, 1_000)).toMatchObject([
      { mean: null, quality: null, isGood: false },
      { mean: 1, quality: 0, isGood: false },
    ]);
  });

  test('ends with the range: what comes later is not in it', () => {
    expect(draw([good(T0, 1), good(T0 + 500, 3)], T0, T0 + 500, 1_000)).toMatchObject([{ max: 1, count: 1 }]);
  });

  test('of one value has that value as its mean, to the last bit', () => {
    const rows = Array.from({ length: 997 }, (_, at) => good(T0 + at * 7, 0.1));
    expect(draw(rows, T0, T0 + 6_979, 10_000)).toMatchObject([{ min: 0.1, mean: 0.1, max: 0.1 }]);
  });

  test('takes no reading twice, nor one that comes too late', () => {
    const buckets = new Bucketizer(T0, T0 + 1_000, 1_000);
    buckets.add(toColumns([good(T0, 1), good(T0 + 500, 3)]));
    buckets.add(toColumns([good(T0 + 500, 7), good(T0 + 400, 9), good(T0 + 750, 5)]));
    expect(buckets.finish()).toMatchObject([{ max: 5, count: 3, mean: 2.5 }]);
  });

  test('made of roll-ups begins its next reading at their very end', () => {
    const buckets = new Bucketizer(T0, T0 + 3_000, 3_000);
    const rollUp = {
      count: 4,
      min: 1,
      max: 9,
      integral: 2_000,
      usableMs: 1_000,
      last: 2,
      lastQuality: 0,
      worstQuality: UNCERTAIN,
    };
    buckets.addSummary({ ...rollUp, fromMs: T0, toMs: T0 + 1_000 });
    buckets.add(toColumns([good(T0 + 1_000, 5)]));
    expect(buckets.finish()).toEqual([
      { atMs: T0, min: 1, max: 9, mean: 4, last: 5, isGood: true, quality: UNCERTAIN, count: 5 },
    ]);
  });
});

const step = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1_000, 5_000, 12_345, 70_000));
const kind = fc.constantFrom<'good' | 'uncertain' | 'bad'>('good', 'good', 'good', 'uncertain', 'bad');
const rowsOf = fc
  .array(fc.tuple(step, kind, fc.constantFrom(-7, 0, 3, 3, 3, 1_000_003)), { maxLength: 120 })
  .map((steps) => {
    let ms = T0;
    return steps.map(([afterMs, which, value]): Row => {
      ms += afterMs;
      return which === 'bad' ? bad(ms) : [ms, value, which === 'good' ? 0 : UNCERTAIN];
    });
  });
const rangeOf = fc.record({
  offsetMs: fc.oneof(fc.integer({ min: -3_000, max: 400_000 }), fc.constantFrom(0, 1_000, 60_000)),
  lengthMs: fc.oneof(fc.integer({ min: 1, max: 300_000 }), fc.constantFrom(1_000, 60_000)),
  bucketMs: fc.constantFrom(1_000, 2_000, 5_000, 15_000, 60_000, 300_000),
});

describe('property: every bucket is what the step function says', () => {
  test('from single readings in portions of any size', () => {
    fc.assert(
      fc.property(
        rowsOf,
        rangeOf,
        fc.integer({ min: 1, max: 50 }),
        (rows, { offsetMs, lengthMs, bucketMs }, size) => {
          const [fromMs, toMs] = [T0 + offsetMs, T0 + offsetMs + lengthMs];
          const buckets = new Bucketizer(fromMs, toMs, bucketMs);
          const startMs = toBucketStart(fromMs, bucketMs);
          const before = rows.findLast(([ms]) => ms <= startMs);
          if (before !== undefined)
            buckets.stand({ stampMs: before[0], value: before[1], quality: before[2] });
          const rest = rows.filter(([ms]) => ms >= startMs);
          for (let at = 0; at < rest.length; at += size) buckets.add(toColumns(rest.slice(at, at + size)));
          expectSame(buckets.finish(), expectBuckets(rows, fromMs, toMs, bucketMs));
        },
      ),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  test('from summaries of chunks that lie in one bucket, and readings for the rest', () => {
    let summaries = 0;
    fc.assert(
      fc.property(
        rowsOf,
        rangeOf,
        fc.integer({ min: 1, max: 9 }),
        (rows, { offsetMs, lengthMs, bucketMs }, size) => {
          const [fromMs, toMs] = [T0 + offsetMs, T0 + offsetMs + lengthMs];
          const buckets = new Bucketizer(fromMs, toMs, bucketMs);
          const startMs = toBucketStart(fromMs, bucketMs);
          const before = rows.findLast(([ms]) => ms <= startMs);
          if (before !== undefined)
            buckets.stand({ stampMs: before[0], value: before[1], quality: before[2] });
          const rest = rows.filter(([ms]) => ms >= startMs && ms < toMs);
          for (let at = 0; at < rest.length; at += size) {
            const chunk = rest.slice(at, at + size);
            const isOne =
              toBucketStart(chunk[0]?.[0] ?? 0, bucketMs) === toBucketStart(chunk.at(-1)?.[0] ?? 0, bucketMs);
            if (isOne) buckets.addSummary(toSummary(chunk));
            else buckets.add(toColumns(chunk));
            summaries += isOne ? 1 : 0;
          }
          expectSame(buckets.finish(), expectBuckets(rows, fromMs, toMs, bucketMs));
        },
      ),
      { seed: testSeed(), numRuns: 300 },
    );
    expect(summaries).toBeGreaterThan(50);
  });
});

function expectSame(
  drawn: readonly { readonly mean: number | null }[],
  expected: readonly { readonly mean: number | null }[],
): void {
  const near = (mean: number | null) => (mean === null ? null : expect.closeTo(mean, 6));
  expect(drawn).toEqual(expected.map((bucket) => ({ ...bucket, mean: near(bucket.mean) })));
}

describe('the size of buckets', () => {
  test('is the smallest that keeps to the number asked for', () => {
    expect(toBucketMs(T0, T0 + 3_600_000, 500)).toBe(10_000);
    expect(toBucketMs(T0, T0 + 86_400_000, 1_000)).toBe(2 * 60_000);
    expect(toBucketMs(T0, T0 + 1, 1)).toBe(1_000);
    expect(toBucketMs(T0, T0 + 3_600_000, 500, 60_000)).toBe(60_000);
  });

  test('property: never more buckets than asked for, and no smaller size would do', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 8.64e15 - 1e12 }),
        fc.integer({ min: 1, max: 1e12 }),
        fc.integer({ min: 1, max: 2_000 }),
        (fromMs, lengthMs, maxBuckets) => {
          const toMs = fromMs + lengthMs;
          const bucketMs = toBucketMs(fromMs, toMs, maxBuckets);
          expect(countBuckets(fromMs, toMs, bucketMs)).toBeLessThanOrEqual(maxBuckets);
          expect(toBucketStart(fromMs, bucketMs) % bucketMs).toBe(0);
          const smaller = BUCKET_SIZES_MS.filter((sizeMs) => sizeMs < bucketMs);
          for (const sizeMs of smaller)
            expect(countBuckets(fromMs, toMs, sizeMs)).toBeGreaterThan(maxBuckets);
        },
      ),
      { seed: testSeed() },
    );
  });
});
