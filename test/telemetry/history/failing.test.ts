/** Stores that fail, hang, are damaged or too slow: the answer shows what there is, leaves a gap where nothing is known, and says why. */
import { describe, expect, test } from 'vitest';
import { createHistory } from '../../../src/telemetry/history/history.ts';
import type { HistoryLimits } from '../../../src/telemetry/history/limits.ts';
import type { HistorySource } from '../../../src/telemetry/history/source.ts';
import type { ReadingsPortion } from '../../../src/telemetry/history-view.ts';
import { createFakeClock } from '../../support/clock.ts';
import { createMemorySource, type Row, toColumns, toRows } from './memory-source.ts';
import { expectBuckets } from './oracle.ts';

const T0 = 1_800_000_000_000;
const DAY = 86_400_000;
const good = (ms: number, value: number): Row => [T0 + ms, value, 0];
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

const iso = (ms: number): string => new Date(T0 + ms).toISOString();

const near = <T extends { readonly mean: number | null }>(bucket: T) => ({
  ...bucket,
  mean: bucket.mean === null ? null : expect.closeTo(bucket.mean, 6),
});
describe('a store that fails', () => {
  const all = seconds(0, 600);
  const journal = () => createMemorySource({ name: 'journal', rows: of(all.slice(300)) });

  test.each([
    ['at once', { failure: { error: new Error('connection refused') } }, 'InfluxDB: connection refused'],
    [
      'on the way',
      { failure: { error: new Error('cut off'), afterReadings: 9 } },
      `InfluxDB: ${iso(8_001)} to ${iso(300_000)} was not read: cut off`,
    ],
    ['by never answering', { hangs: true }, 'InfluxDB: no answer within 30 ms'],
  ])('%s is gone on without, and the answer says so', async (_, how, reason) => {
    const influx = createMemorySource({ name: 'InfluxDB', rows: of(all.slice(0, 400)), ...how });
    const history = open([journal(), influx], { stepMs: 30 });
    const { samples, missing } = await history.ask(0, 600_000, 60);
    expect(missing).toBe(reason);
    expect(samples.slice(30)).toEqual(
      expectBuckets(all, T0, T0 + 600_000, 10_000)
        .slice(30)
        .map(near),
    );
    expect(history.counters()).toMatchObject({
      queries: 1,
      incompleteAnswers: 1,
      failedQueries: 0,
      running: 0,
    });
  });

  test('does not matter where it is not needed', async () => {
    const influx = createMemorySource({ rows: of(all), failure: { error: new Error('away') } });
    expect((await open([journal(), influx]).ask(400_000, 600_000)).missing).toBeNull();
  });

  test('alone fails the question, with its reason', async () => {
    const alone = createMemorySource({
      name: 'journal',
      rows: of(all),
      failure: { error: new Error('EIO') },
    });
    const history = open([alone]);
    const failed = {
      code: 'history-failed',
      params: { reason: { zh: '本地日志库：EIO', en: 'journal: EIO' } },
    };
    await expect(history.ask(0, 1_000)).rejects.toMatchObject(failed);
    await expect(history.instant({ points: [0], atMs: T0 })).rejects.toMatchObject(failed);
    await expect(collect(history.readings({ points: [0], fromMs: T0, toMs: T0 + 1 }))).rejects.toMatchObject(
      failed,
    );
    expect(history.counters()).toMatchObject({ failedQueries: 3, running: 0 });
  });

  test('to read a part of what it has is told too', async () => {
    const source = createMemorySource({ name: 'journal', rows: of(all) });
    const damaged: HistorySource = {
      ...source,
      readings: (query) => {
        query.onMissing('block 7 is damaged');
        return source.readings(query);
      },
    };
    const history = open([damaged]);
    expect((await history.ask(0, 600_000, 10)).missing).toBe('journal: block 7 is damaged');
    expect(await collect(history.readings({ points: [0], fromMs: T0, toMs: T0 + 5_000 }))).toMatchObject({
      rows: all.slice(0, 5),
      missing: 'journal: block 7 is damaged',
      doneRatio: 1,
    });
  });

  test('on the way leaves a gap: the last value stands no longer than it is known to', async () => {
    const failure = { error: new Error('cut off'), afterReadings: 150 };
    const sources = [journal(), createMemorySource({ name: 'InfluxDB', rows: of(all), failure })];
    const expected = expectBuckets(all, T0, T0 + 600_000, 10_000).map(near);
    const { samples } = await open(sources).ask(0, 600_000, 60);
    expect([samples.slice(0, 14), samples.slice(30)]).toEqual([expected.slice(0, 14), expected.slice(30)]);
    // Of its last second only the first ms is known.
    expect(samples[14]).toMatchObject({ count: 10, isGood: false, quality: null });
    const nothing = { min: null, max: null, mean: null, last: null, isGood: false, quality: null, count: 0 };
    const gap = expected.slice(15, 30).map(({ atMs }) => ({ ...nothing, atMs }));
    expect(samples.slice(15, 30)).toEqual(gap);
    const raw = await open(sources).ask(0, 600_000, 451);
    expect([raw.bucketMs, raw.samples.length]).toEqual([0, 451]);
    expect(raw.samples[150]).toEqual({ ...nothing, atMs: T0 + 149_001 });
    expect((await open(sources).ask(0, 600_000, 450)).bucketMs).toBe(2_000);
  });
});

describe('a question whose time is over', () => {
  /** Gives so many readings, then nothing any more. */
  const stuck = (rows: readonly Row[], given: number): HistorySource => ({
    ...createMemorySource({ name: 'InfluxDB', rows: of(rows) }),
    async *readings() {
      yield toColumns(rows.slice(0, given));
      await new Promise(() => {});
    },
  });
  const all = seconds(0, 600);

  test('before anything is known fails', async () => {
    const slow = createMemorySource({ rows: of(seconds(0, 100)) });
    const history = open([{ ...slow, coverage: () => new Promise(() => {}) }], { queryMs: 20 });
    await expect(history.ask(0, 1_000)).rejects.toMatchObject({
      code: 'history-failed',
      params: { reason: { zh: '20 ms 内未能读完', en: 'not done after 20 ms' } },
    });
  });

  test('on the way is answered with what has been read, and says which part is not', async () => {
    const history = open([stuck(all, 300)], { queryMs: 50 });
    const { samples, missing } = await history.ask(0, 600_000, 60);
    expect(missing).toBe(`InfluxDB: ${iso(299_001)} to ${iso(600_000)} was not read within 50 ms`);
    expect(samples).toHaveLength(60);
    expect(samples.slice(0, 29)).toEqual(
      expectBuckets(all, T0, T0 + 600_000, 10_000)
        .slice(0, 29)
        .map(near),
    );
    expect(samples.slice(30).every(({ last, quality }) => last === null && quality === null)).toBe(true);
    expect(history.counters()).toMatchObject({ incompleteAnswers: 1, failedQueries: 0, running: 0 });
  });

  test('names all that follows too, as one part, also what another store would have had', async () => {
    const journal = createMemorySource({ name: 'journal', rows: of(all.slice(500)) });
    const { samples, missing } = await open([journal, stuck(all, 300)], { queryMs: 50 }).ask(0, 600_000, 60);
    expect(missing).toBe(
      [
        `InfluxDB: ${iso(299_001)} to ${iso(500_000)} was not read within 50 ms`,
        `journal: ${iso(500_000)} to ${iso(600_000)} was not read within 50 ms`,
      ].join('; '),
    );
    expect(samples.slice(30).every(({ last, quality }) => last === null && quality === null)).toBe(true);
  });
});
