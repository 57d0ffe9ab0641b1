/** Buckets out of readings: against a slow count of a ledger, and against the curves' own mathematics. */
import { describe, expect, test } from 'vitest';
import { Bucketizer } from '../../../src/telemetry/history/bucketizer.ts';
import {
  Aggregator,
  createStanding,
  HOUR_MS,
  type RollupRow,
} from '../../../src/telemetry/rollups/aggregator.ts';
import { createRandom, testSeed } from '../../support/seed.ts';
import { differences, type Entry, type ExpectedBucket, expectAll } from './ledger.ts';

const START_MS = 1_700_002_800_000;

function toFound(rows: readonly RollupRow[]): Map<string, ExpectedBucket> {
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  return new Map(
    rows.map(
      ({ tier, point, startMs, min, max, mean, last, count, goodRatio: good, worstQuality: worst }) => [
        `${tier.suffix} ${point} ${startMs}`,
        { min: orNull(min), max: orNull(max), mean: orNull(mean), last: orNull(last), count, good, worst },
      ],
    ),
  );
}

function aggregate(points: number, entries: readonly Entry[], untilMs: number): readonly RollupRow[] {
  const rows: RollupRow[] = [];
  const aggregator = new Aggregator(points, (row) => rows.push(row));
  aggregator.restart(START_MS, createStanding(points));
  for (const { point, stampMs, value, quality } of entries)
    aggregator.add(point, stampMs, value ?? Number.NaN, quality);
  aggregator.closeTo(untilMs);
  return rows;
}

/** Readings at random moments, on borders too, some bad, some far apart. */
function makeEntries(random: () => number, points: number, untilMs: number): readonly Entry[] {
  const entries: Entry[] = [];
  for (let point = 0; point < points; point++) {
    let stampMs = START_MS + Math.floor(random() * 300_000);
    while (stampMs < untilMs) {
      const value = random() < 0.1 ? null : Math.round(random() * 1_000) / 8;
      const quality = value === null ? 128 + Math.floor(random() * 12) : random() < 0.9 ? 0 : 65;
      entries.push({ point, stampMs, value, quality });
      const stepMs = random() < 0.02 ? 4_000_000 * random() : 40_000 * random();
      stampMs += 1 + Math.floor(stepMs);
      if (random() < 0.1) stampMs = Math.ceil(stampMs / 60_000) * 60_000;
    }
  }
  return entries.toSorted((one, other) => one.stampMs - other.stampMs);
}

describe('roll-ups of readings', () => {
  test('are those that a slow count of the ledger gives, for every minute, quarter and hour', () => {
    const random = createRandom(testSeed());
    const untilMs = START_MS + 4 * HOUR_MS;
    const entries = makeEntries(random, 5, untilMs);
    expect(differences(expectAll(entries, untilMs), toFound(aggregate(5, entries, untilMs)))).toEqual([]);
  });

  test('are those of the curves', () => {
    const random = createRandom(testSeed() + 1);
    const untilMs = START_MS + 2 * HOUR_MS;
    const entries = makeEntries(random, 1, untilMs);
    const buckets = new Bucketizer(START_MS, untilMs, 900_000);
    buckets.add({
      count: entries.length,
      stampMs: Float64Array.from(entries, ({ stampMs }) => stampMs),
      value: Float64Array.from(entries, ({ value }) => value ?? Number.NaN),
      quality: Uint8Array.from(entries, ({ quality }) => quality),
    });
    const rows = aggregate(1, entries, untilMs).filter(({ tier }) => tier.suffix === '15m');
    const curve = new Map(buckets.finish().map((sample) => [sample.atMs, sample]));
    expect(rows.length).toBeGreaterThan(0);
    for (const { startMs, min, max, mean, last, count, goodRatio, worstQuality } of rows) {
      const sample = curve.get(startMs);
      expect(sample?.min ?? Number.NaN).toBe(min);
      expect(sample?.max ?? Number.NaN).toBe(max);
      if (Number.isNaN(mean)) expect(sample?.mean).toBeNull();
      else expect(sample?.mean).toBeCloseTo(mean, 9);
      expect(sample?.last ?? Number.NaN).toBe(last);
      expect(sample?.count).toBe(count);
      expect(sample?.isGood).toBe(goodRatio === 1);
      expect(sample?.quality).toBe(worstQuality);
    }
  });

  test('a value that nobody reads again still stands in every bucket', () => {
    const rows = aggregate(1, [{ point: 0, stampMs: START_MS, value: 7, quality: 0 }], START_MS + HOUR_MS);
    expect(rows.filter(({ tier }) => tier.suffix === '1m')).toHaveLength(60);
    expect(rows.at(-1)).toMatchObject({ min: 7, max: 7, mean: 7, last: 7, count: 1, goodRatio: 1 });
  });

  test('a point has no bucket before its first reading', () => {
    const rows = aggregate(
      2,
      [{ point: 1, stampMs: START_MS + 1_800_000, value: 7, quality: 65 }],
      START_MS + HOUR_MS,
    );
    expect(rows.every(({ point }) => point === 1)).toBe(true);
    expect(rows.filter(({ tier }) => tier.suffix === '1m')).toHaveLength(30);
    expect(rows.at(-1)).toMatchObject({ goodRatio: 0.5, worstQuality: 65 });
  });

  test('tells readings that are known, late, or ahead, and takes none of them', () => {
    const aggregator = new Aggregator(1, () => undefined);
    aggregator.restart(START_MS, createStanding(1));
    aggregator.aheadFromMs = START_MS + HOUR_MS;
    expect(aggregator.add(0, START_MS + 1_000, 1, 0)).toBe('taken');
    expect(aggregator.add(0, START_MS + 1_000, 2, 0)).toBe('known');
    aggregator.closeTo(START_MS + 60_000);
    expect(aggregator.add(0, START_MS + 2_000, 3, 0)).toBe('late');
    expect(aggregator.add(0, START_MS + HOUR_MS, 4, 0)).toBe('ahead');
    expect(aggregator.add(0, START_MS + 60_000, 5, 0)).toBe('taken');
  });

  test('of what was replaced the very moment it came the quality does not count either', () => {
    const entries = [
      { point: 0, stampMs: START_MS - 10, value: null, quality: 129 },
      { point: 0, stampMs: START_MS, value: 7, quality: 0 },
    ];
    expect(aggregate(1, entries, START_MS + HOUR_MS).at(-1)).toMatchObject({ goodRatio: 1, worstQuality: 0 });
  });

  test('with an unknown quality before it, a bucket’s worst is unknown; the next one’s is not', () => {
    const rows: RollupRow[] = [];
    const aggregator = new Aggregator(1, (row) => rows.push(row));
    const standing = createStanding(1);
    standing.stampMs[0] = START_MS - 1;
    standing.value[0] = 4;
    aggregator.restart(START_MS, standing);
    aggregator.add(0, START_MS + 30_000, 5, 0);
    aggregator.closeTo(START_MS + 120_000);
    expect(rows.map(({ worstQuality }) => worstQuality)).toEqual([255, 0]);
  });

  test('what stood at the full hour is not disturbed by readings after it', () => {
    const aggregator = new Aggregator(1, () => undefined);
    aggregator.restart(START_MS, createStanding(1));
    aggregator.add(0, START_MS + 1_000, 1, 64);
    aggregator.add(0, START_MS + HOUR_MS + 1_000, 2, 0);
    const standing = aggregator.hourStanding();
    expect([standing.stampMs[0], standing.value[0], standing.quality[0]]).toEqual([START_MS + 1_000, 1, 64]);
  });

  test('100,000 points take less than 15 MB', () => {
    const before = process.memoryUsage().arrayBuffers;
    const aggregator = new Aggregator(100_000, () => undefined);
    const bytes = process.memoryUsage().arrayBuffers - before;
    expect(aggregator.points).toBe(100_000);
    expect(bytes / 100_000).toBeGreaterThan(50);
    expect(bytes / 100_000).toBeLessThan(150);
  });
});
