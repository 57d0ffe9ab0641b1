/** The history over several stores: one answer without gap or double wherever the seam lies, and honest when one fails. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHistory } from '../../../src/telemetry/history/history.ts';
import type { HistoryLimits } from '../../../src/telemetry/history/limits.ts';
import { mergeByStamp } from '../../../src/telemetry/history/merge.ts';
import type { HistorySource } from '../../../src/telemetry/history/source.ts';
import type { ReadingsPortion } from '../../../src/telemetry/history-view.ts';
import { createFakeClock } from '../../support/clock.ts';
import { until } from '../../support/poll.ts';
import { testSeed } from '../../support/seed.ts';
import { createMemorySource, type Row, toColumns, toRows } from './memory-source.ts';
import { expectBuckets } from './oracle.ts';

const T0 = 1_800_000_000_000;
const DAY = 86_400_000;
const BAD = 129;
const good = (ms: number, value: number): Row => [T0 + ms, value, 0];
const bad = (ms: number): Row => [T0 + ms, Number.NaN, BAD];
/** One a second, from `from` to `to` seconds. */
const seconds = (from: number, to: number): Row[] =>
  Array.from({ length: to - from }, (_, at) => good((from + at) * 1_000, (from + at) % 17));
const of = (rows: readonly Row[]) => new Map([[0, rows]]);

function open(sources: readonly HistorySource[], limits: Partial<HistoryLimits> = {}, nowMs = T0 + 10 * DAY) {
  const history = createHistory({ sources, clock: createFakeClock({ wallMs: nowMs }), limits });
  return {
    ...history,
    ask: (fromMs: number, toMs: number, maxPoints = 500, bucketMs?: number) =>
      history.history({
        point: 0,
        fromMs: T0 + fromMs,
        toMs: T0 + toMs,
        maxPoints,
        ...(bucketMs !== undefined && { bucketMs }),
      }),
  };
}

async function collect(portions: AsyncIterable<ReadingsPortion>) {
  const rows: Row[] = [];
  let last: ReadingsPortion | undefined;
  for await (const portion of portions) {
    rows.push(...toRows(portion));
    last = portion;
  }
  return { rows, missing: last?.missing, doneRatio: last?.doneRatio };
}

describe('readings that fit', () => {
  test('are the answer, with what stood at the beginning first', async () => {
    const source = createMemorySource({ rows: of([good(0, 1), good(2_000, 2), bad(3_000), good(5_000, 3)]) });
    const { samples, bucketMs, coveredFromMs, missing } = await open([source]).ask(1_000, 5_000);
    expect([bucketMs, coveredFromMs, missing]).toEqual([0, T0, null]);
    expect(samples.map(({ atMs, last, isGood, quality }) => [atMs - T0, last, isGood, quality])).toEqual([
      [0, 1, true, 0],
      [2_000, 2, true, 0],
      [3_000, null, false, BAD],
    ]);
  });

  test('begin with a gap where nothing stood, and with the reading of that instant where there is one', async () => {
    const source = createMemorySource({ rows: of([good(1_000, 1), good(2_000, 2)]) });
    const first = async (fromMs: number) => (await open([source]).ask(fromMs, 9_000)).samples[0];
    expect(await first(500)).toMatchObject({ atMs: T0 + 500, last: null, quality: null, count: 0 });
    expect(await first(1_000)).toMatchObject({ atMs: T0 + 1_000, last: 1, count: 1 });
  });

  test('give way to buckets when there is one too many, that before the range counted', async () => {
    const source = createMemorySource({ rows: of(seconds(0, 20)) });
    expect((await open([source]).ask(5_500, 15_500, 11)).bucketMs).toBe(0);
    expect((await open([source]).ask(5_500, 15_500, 10)).bucketMs).toBe(2_000);
  });

  test('of a point without any are one gap', async () => {
    const answer = await open([createMemorySource({ rows: new Map() })]).ask(0, 1_000);
    expect(answer).toEqual({
      coveredFromMs: null,
      bucketMs: 0,
      missing: null,
      samples: [
        { atMs: T0, min: null, max: null, mean: null, last: null, isGood: false, quality: null, count: 0 },
      ],
    });
  });
});

describe('time', () => {
  test('ends now: nothing stands in the future', async () => {
    const history = open([createMemorySource({ rows: of([good(0, 1)]) })], {}, T0 + 2_999);
    expect((await history.ask(0, 9_000, 500, 1_000)).samples).toHaveLength(3);
    expect((await history.ask(5_000, 9_000)).samples).toEqual([]);
  });

  test('that was set back leaves stamps that still rise: all of them are told', async () => {
    const rows = [good(0, 1), good(60_000, 2), good(60_001, 3), good(60_002, 4), good(61_000, 5)];
    const { samples } = await open([createMemorySource({ rows: of(rows) })]).ask(0, 120_000, 2);
    expect(samples).toMatchObject([
      { count: 1, max: 1 },
      { count: 4, max: 5 },
    ]);
  });
});

describe('the seam between two stores', () => {
  const all = seconds(0, 600);

  test('is nowhere to be seen, and the second is not asked for what the first has', async () => {
    const journal = createMemorySource({ name: 'journal', rows: of(all.slice(300)) });
    const influx = createMemorySource({ name: 'InfluxDB', rows: of(all.slice(0, 500)) });
    const { samples, missing, coveredFromMs } = await open([journal, influx]).ask(0, 600_000, 60);
    expect(samples).toEqual(expectBuckets(all, T0, T0 + 600_000, 10_000).map(near));
    expect([missing, coveredFromMs]).toEqual([null, T0]);
    const read = influx.asked.filter(([method]) => method === 'readings');
    expect(read).toEqual([['readings', 0, T0, T0 + 300_000]]);
    expect([journal.open(), influx.open()]).toEqual([0, 0]);
  });

  test('is not looked for when the first is complete', async () => {
    const influx = createMemorySource({ name: 'InfluxDB', rows: of(all), hangs: true });
    const journal = createMemorySource({ name: 'journal', rows: of(all) });
    await open([journal, influx]).ask(10_000, 600_000, 60);
    expect(influx.asked).toEqual([]);
  });

  test('property: wherever it lies, whatever both hold there', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          journalFrom: fc.integer({ min: 0, max: 299 }),
          holes: fc.array(fc.integer({ min: 0, max: 299 }), { maxLength: 40 }),
          influxTo: fc.integer({ min: 0, max: 300 }),
          fromMs: fc.integer({ min: -5_000, max: 299_000 }),
          lengthMs: fc.integer({ min: 1, max: 300_000 }),
          maxPoints: fc.integer({ min: 1, max: 400 }),
          chunk: fc.integer({ min: 2, max: 30 }),
        }),
        async ({ journalFrom, holes, influxTo, fromMs, lengthMs, maxPoints, chunk }) => {
          const rows = seconds(0, 300);
          // What the journal lacks behind its beginning lies below `complete`, and InfluxDB has it.
          const complete = Math.max(journalFrom, influxTo);
          const lacks = new Set(holes.filter((at) => at < influxTo));
          const inJournal = rows.filter((_, at) => at >= journalFrom && !lacks.has(at));
          const journal = createMemorySource({
            rows: of(influxTo < journalFrom ? rows : inJournal),
            completeFromMs: influxTo < journalFrom ? T0 : T0 + complete * 1_000,
            chunk,
          });
          const influx = createMemorySource({ rows: of(rows.slice(0, influxTo)), chunk: 7, portion: 5 });
          const [startMs, toMs] = [T0 + fromMs, T0 + fromMs + lengthMs];
          const history = open([journal, influx]);
          const { samples, bucketMs } = await history.ask(fromMs, fromMs + lengthMs, maxPoints);
          expect(samples.length).toBeLessThanOrEqual(maxPoints);
          if (bucketMs > 0) expect(samples).toEqual(expectBuckets(rows, startMs, toMs, bucketMs).map(near));
          else
            expect(toRead(samples, startMs)).toEqual(
              rows.filter(([ms]) => ms > startMs && ms < toMs).map(([ms]) => ms),
            );
          const run = await collect(history.readings({ points: [0], fromMs: startMs, toMs }));
          expect(run.rows).toEqual(rows.filter(([ms]) => ms >= startMs && ms < toMs));
        },
      ),
      { seed: testSeed(), numRuns: 200 },
    );
  });

  test('property: merging is the union, the first stream right where both have a reading', async () => {
    const stream = fc
      .uniqueArray(fc.integer({ min: 0, max: 60 }))
      .map((stamps) => stamps.sort((one, other) => one - other));
    await fc.assert(
      fc.asyncProperty(
        fc.array(stream, { maxLength: 3 }),
        fc.integer({ min: 1, max: 8 }),
        async (streams, size) => {
          const merged: Row[] = [];
          for await (const columns of mergeByStamp(streams.map((stamps, at) => portions(stamps, at, size))))
            merged.push(...toRows(columns));
          const expected = new Map<number, number>();
          for (const [at, stamps] of [...streams.entries()].toReversed())
            for (const stamp of stamps) expected.set(stamp, at);
          expect(merged.map(([ms, value]) => [ms, value])).toEqual(
            [...expected].sort(([one], [other]) => one - other),
          );
        },
      ),
      { seed: testSeed() },
    );
  });
});

const near = <T extends { readonly mean: number | null }>(bucket: T) => ({
  ...bucket,
  mean: bucket.mean === null ? null : expect.closeTo(bucket.mean, 6),
});
const toRead = (samples: readonly { readonly atMs: number }[], fromMs: number) =>
  samples.map(({ atMs }) => atMs).filter((atMs) => atMs > fromMs);
async function* portions(stamps: readonly number[], value: number, size: number) {
  for (let at = 0; at < stamps.length; at += size)
    yield toColumns(stamps.slice(at, at + size).map((ms): Row => [ms, value, 0]));
}

describe('a question', () => {
  const hanging = () => createMemorySource({ rows: of([good(0, 1)]), hangs: true });

  test('ends when whoever asked goes away', async () => {
    const gone = new AbortController();
    const history = open([hanging()]);
    const asked = history.history({ point: 0, fromMs: T0, toMs: T0 + 1, maxPoints: 1 }, gone.signal);
    gone.abort();
    await expect(asked).rejects.toMatchObject({ code: 'stopped' });
    expect(history.counters().running).toBe(0);
  });

  test('waits for its turn, and is refused when too many wait', async () => {
    const gone = new AbortController();
    const history = open([hanging()], { queries: 1, waitingQueries: 1 });
    const ask = () => history.history({ point: 0, fromMs: T0, toMs: T0 + 1, maxPoints: 1 }, gone.signal);
    const [first, second] = [ask(), ask()];
    await expect(ask()).rejects.toMatchObject({ code: 'history-busy' });
    expect(history.counters()).toMatchObject({ running: 1, waiting: 1, refusedQueries: 1 });
    gone.abort();
    await expect(first).rejects.toMatchObject({ code: 'stopped' });
    await expect(second).rejects.toMatchObject({ code: 'stopped' });
    expect(history.counters()).toMatchObject({ running: 0, waiting: 0 });
  });

  test('for readings that is not read to its end ends the source too, and gives its turn back', async () => {
    const source = createMemorySource({ rows: of(seconds(0, 100)) });
    const history = open([source], { runs: 1 });
    for await (const { count } of history.readings({ points: [0, 1], fromMs: T0, toMs: T0 + DAY })) {
      expect(count).toBe(3);
      break;
    }
    await until(() => source.open() === 0 && history.counters().running === 0, {
      timeoutMs: 15_000,
      what: 'the end',
    });
  });

  test('for readings goes through the points in the order asked and says how far it is', async () => {
    const rows = new Map([
      [0, seconds(0, 4)],
      [1, seconds(0, 2)],
    ]);
    const done: (readonly [number, number])[] = [];
    const query = { points: [1, 0], fromMs: T0, toMs: T0 + 4_000 };
    for await (const { point, doneRatio } of open([createMemorySource({ rows })]).readings(query))
      done.push([point, doneRatio]);
    expect(done.map(([point]) => point)).toEqual([1, 1, 0, 0, 0]);
    const ratios = done.map(([, ratio]) => ratio);
    expect(ratios).toEqual(ratios.toSorted((one, other) => one - other));
    expect(done.at(-1)?.[1]).toBe(1);
  });
});

describe('an instant', () => {
  test('is the last reading of each point at or before it, in the order asked', async () => {
    const rows = new Map([
      [0, [good(0, 1), good(5_000, 2)]],
      [1, [good(1_000, 3), bad(2_000)]],
    ]);
    const history = open([createMemorySource({ rows })]);
    expect(await history.instant({ points: [1, 7, 0], atMs: T0 + 5_000 })).toEqual({
      missing: null,
      readings: [
        { point: 1, stampMs: T0 + 2_000, value: null, quality: BAD },
        { point: 7, stampMs: null, value: null, quality: null },
        { point: 0, stampMs: T0 + 5_000, value: 2, quality: 0 },
      ],
    });
  });

  test('asks the second store only about points that the first is not sure of', async () => {
    const journal = createMemorySource({ rows: new Map([[0, [good(9_000, 1)]]]) });
    const influx = createMemorySource({
      rows: new Map([
        [0, [good(9_500, 99)]],
        [1, [good(2_000, 5)]],
      ]),
    });
    const { readings } = await open([journal, influx]).instant({ points: [0, 1], atMs: T0 + 10_000 });
    expect(readings.map(({ value }) => value)).toEqual([1, 5]);
    expect(influx.asked).toEqual([['standing', [1], T0 + 10_000]]);
  });

  test('takes the later reading where the first store may have lost one', async () => {
    const journal = createMemorySource({ rows: of([good(1_000, 1)]), completeFromMs: T0 + DAY });
    const influx = createMemorySource({ rows: of([good(1_000, 7), good(2_000, 8)]) });
    const value = async (atMs: number) =>
      (await open([journal, influx]).instant({ points: [0], atMs: T0 + atMs })).readings[0]?.value;
    expect([await value(1_500), await value(2_500)]).toEqual([1, 8]);
  });
});

describe('roll-ups', () => {
  test('set the least size of a bucket where single readings are gone', async () => {
    const source = createMemorySource({ rows: of(seconds(0, 600)), chunk: 60, finestMs: 60_000 });
    const { bucketMs, samples } = await open([source]).ask(0, 600_000, 2_000);
    expect(bucketMs).toBe(60_000);
    expect(samples).toEqual(expectBuckets(seconds(0, 600), T0, T0 + 600_000, 60_000).map(near));
    expect(source.asked.some(([method]) => method === 'readings')).toBe(false);
  });
});

test('a day of one point a second becomes a thousand buckets in a few milliseconds', async () => {
  const columns = toColumns(seconds(0, 86_400));
  const once = async () => {
    const source: HistorySource = {
      name: 'columns',
      coverage: async () => ({ fromMs: T0, completeFromMs: T0, finestMs: 0 }),
      standing: async () => [null],
      async *readings() {
        yield columns;
      },
    };
    const begunMs = performance.now();
    const { samples } = await open([source]).ask(0, DAY, 1_000);
    expect(samples).toHaveLength(720);
    return performance.now() - begunMs;
  };
  const took: number[] = [];
  for (let at = 0; at < 20; at++) took.push(await once());
  expect(Math.min(...took)).toBeLessThan(5);
});
