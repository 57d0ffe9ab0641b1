/**
 * The past out of a real InfluxDB, alone and joined with a journal that no longer has all of it. What InfluxDB holds is
 * written here, by a few lines of line protocol of the test's own.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { InfluxSettings } from '../../../src/config/model.ts';
import { createInfluxSource, type InfluxSource } from '../../../src/sinks/history/influx-source.ts';
import { createHistory } from '../../../src/telemetry/history/history.ts';
import type { HistorySource, ReadingColumns, Summary } from '../../../src/telemetry/history/source.ts';
import { createFakeClock } from '../../support/clock.ts';
import { type RunningInflux, startInflux } from '../../support/influx.ts';
import { toInfluxSettings } from '../../support/influx-settings.ts';
import { describeWithTools } from '../../support/require-tool.ts';
import { testSeed } from '../../support/seed.ts';
import { createRig, type Entry, T0 } from '../../telemetry/history/journal/rig.ts';
import { type Row, toRows } from '../../telemetry/history/memory-source.ts';
import { expectBuckets } from '../../telemetry/history/oracle.ts';

const DATABASE = 'past';
const ONE = 'pump-1/p';
const TWO = 'pump-2/p';
const BAD = 129;
const STEP_MS = 7_000;
const COUNT = 2_000;
const EVER = new AbortController().signal;
const seed = testSeed();

/** Values that change, stand, and fail for a while; an odd value is uncertain. */
function rowAt(at: number): Row {
  const isBad = at % 97 < 5;
  const value = at % 13 < 6 ? 4 : at % 13;
  const quality = isBad ? BAD : at % 101 === 50 ? 65 : 0;
  return [T0 + at * STEP_MS + (at % 3), isBad ? Number.NaN : value, quality];
}

const ledger: readonly Row[] = Array.from({ length: COUNT }, (_, at) => rowAt(at));
const END_MS = T0 + COUNT * STEP_MS;

/** The quality stands where it changes and once a minute; a bad reading has nothing else. */
function toLines(equipment: string, rows: readonly Row[]): string[] {
  let markedMs = Number.NEGATIVE_INFINITY;
  let standing = -1;
  return rows.map(([stampMs, value, quality]) => {
    const isMarked = quality !== standing || stampMs - markedMs >= 60_000;
    if (isMarked) [standing, markedMs] = [quality, stampMs];
    const fields = [
      ...(Number.isNaN(value) ? [] : [`p=${value}`]),
      ...(isMarked || Number.isNaN(value) ? [`p_quality=${quality}`] : []),
    ];
    return `pump,equipment=${equipment},site=tower ${fields.join(',')} ${stampMs}`;
  });
}

/** Roll-ups of the hours in which whole buckets lie, as the oracle has them. */
function toRollupLines(suffix: string, bucketMs: number, fromMs: number, toMs: number): string[] {
  return expectBuckets(ledger, fromMs, toMs, bucketMs).flatMap((bucket) => {
    const usable = bucket.min === null ? [] : ['min', 'max', 'mean', 'last'];
    const values = usable.flatMap((what) => {
      const value = bucket[what as 'min'];
      return value === null ? [] : [`p_${what}=${value}`];
    });
    const counts = [`p_count=${bucket.count}`, `p_good=${goodRatio(bucket.atMs, bucketMs)}`];
    const fields = [...values, ...counts, `p_worst=${bucket.quality}`];
    return [`pump${suffix},equipment=pump-1,site=tower ${fields.join(',')} ${bucket.atMs}`];
  });
}

function goodRatio(fromMs: number, bucketMs: number): number {
  const edges = [fromMs, ...ledger.map(([ms]) => ms), fromMs + bucketMs];
  const inside = edges.filter((ms) => ms >= fromMs && ms <= fromMs + bucketMs).sort((one, two) => one - two);
  const good = inside.slice(1).reduce((sum, ms, at) => {
    const standing = ledger.findLast(([stampMs]) => stampMs <= (inside[at] as number));
    return standing === undefined || Number.isNaN(standing[1]) ? sum : sum + ms - (inside[at] as number);
  }, 0);
  return good / bucketMs;
}

describeWithTools(['influxd'], 'with InfluxDB', () => {
  let server: RunningInflux;
  let settings: InfluxSettings;

  beforeAll(async () => {
    server = await startInflux();
    settings = toInfluxSettings({ url: server.url, database: DATABASE });
    await server.query('', `CREATE DATABASE ${DATABASE}`);
    await write(undefined, toLines('pump-1', ledger));
    await write(undefined, toLines('pump-2', ledger.slice(0, 3)));
  });
  afterAll(() => server?.stop());

  async function write(policy: string | undefined, lines: readonly string[]): Promise<void> {
    const query = new URLSearchParams({ db: DATABASE, precision: 'ms', ...(policy && { rp: policy }) });
    const answer = await fetch(`${server.url}/write?${query.toString()}`, {
      method: 'POST',
      body: lines.join('\n'),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  async function open(own: Partial<InfluxSettings> = {}): Promise<InfluxSource> {
    const { points } = (await createRig([ONE, TWO, 'pump-3/p'])).table();
    const source = createInfluxSource({ settings: { ...settings, ...own }, points });
    onTestFinished(() => source.close());
    return source;
  }

  const ask = (...sources: readonly HistorySource[]) =>
    createHistory({ sources, clock: createFakeClock({ wallMs: END_MS + 1e9 }) });

  async function collect(items: AsyncIterable<ReadingColumns | Summary>) {
    const rows: Row[] = [];
    const summaries: Summary[] = [];
    for await (const item of items) {
      if ('stampMs' in item) rows.push(...toRows(item));
      else summaries.push(item);
    }
    return { rows, summaries };
  }

  const toQuery = (fromMs: number, toMs: number, point = 0) => {
    return { point, fromMs, toMs, signal: EVER, onMissing: () => undefined };
  };

  test('readings come back with the quality that stood, from any place on', async () => {
    const source = await open();
    expect((await collect(source.readings(toQuery(T0, END_MS)))).rows).toEqual(ledger);
    for (const from of [1, 3, 50, 51, 97, 100, 1_234]) {
      const { rows } = await collect(source.readings(toQuery(ledger[from]?.[0] ?? 0, END_MS)));
      expect(rows).toEqual(ledger.slice(from));
    }
    expect((await collect(source.readings(toQuery(T0, END_MS, 2)))).rows).toEqual([]);
  });

  test('what stood at an instant is found for several points at once', async () => {
    const source = await open();
    for (const at of [0, 4, 5, 98, 700, 1_999]) {
      const [stampMs, value, quality] = ledger[at] as Row;
      const found = await source.standing([2, 0, 1], stampMs + 1, EVER);
      const [, , secondQuality] = ledger[Math.min(at, 2)] as Row;
      expect(found[0]).toBeNull();
      expect(found[1]).toEqual({ stampMs, value, quality, isSure: false });
      expect(found[2]).toMatchObject({ stampMs: ledger[Math.min(at, 2)]?.[0], quality: secondQuality });
    }
    expect(await source.standing([0], T0 - 1, EVER)).toEqual([null]);
  });

  test('coverage begins with the first reading, be it bad, and is never sure to be complete', async () => {
    const source = await open();
    expect(await source.coverage(0, T0, EVER)).toEqual({
      fromMs: ledger[0]?.[0],
      surelyFromMs: ledger[0]?.[0],
      completeFromMs: Number.POSITIVE_INFINITY,
      finestMs: 0,
    });
    expect(await source.coverage(2, T0, EVER)).toBeNull();
  });

  test('property: curves over journal and InfluxDB are what the ledger says, wherever the seam lies', async () => {
    const remote = await open();
    const shapes = fc.record({
      seam: fc.integer({ min: 100, max: COUNT - 100 }),
      overlap: fc.integer({ min: 0, max: 90 }),
      from: fc.integer({ min: 20, max: COUNT - 20 }),
      length: fc.integer({ min: 1, max: COUNT }),
      bucketMs: fc.constantFrom(10_000, 60_000, 1_800_000),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ seam, overlap, from, length, bucketMs }) => {
        const rig = await createRig([ONE, TWO, 'pump-3/p']);
        // Retention took blocks out of order: the journal has readings before the place from which it is whole.
        const kept = ledger.filter((_, at) => at >= seam || (at >= seam - overlap && at % 2 === 0));
        for (let at = 0; at < kept.length; at += 300) {
          rig.write(kept.slice(at, at + 300).map(([ms, value]): Entry => [ONE, ms - T0, value]));
          if (at === 300) await rig.seal(rig.closeSegment());
        }
        const journal = rig.source({ trimmedToMs: () => (ledger[seam]?.[0] ?? 0) - 1 });
        const [fromMs, toMs] = [T0 + from * STEP_MS + 11, T0 + (from + length) * STEP_MS];
        const { samples, missing } = await ask(journal, remote).history({
          point: 0,
          fromMs,
          toMs,
          maxPoints: 100_000,
          bucketMs,
        });
        journal.close();
        const expected = expectBuckets(ledger, fromMs, toMs, bucketMs);
        expect(missing).toBeNull();
        // The rig's journal knows good and bad only.
        const toText = (one: (typeof expected)[number]) => [
          one.atMs - T0,
          one.min,
          one.max,
          one.mean === null ? null : Math.round(one.mean * 1e6),
          one.last,
          one.isGood,
          one.count,
        ];
        expect(samples.map(toText)).toEqual(expected.map(toText));
      }),
      { seed, numRuns: 15 },
    );
  }, 240_000);

  test('roll-ups stand in for readings where buckets are made of them, with readings at both ends', async () => {
    const source = await open({ rollups: { rawHours: 0, minuteHours: 0, quarterHours: 0, hourHours: 0 } });
    for (const [policy, suffix, ms] of [
      ['riser_1m', '_1m', 60_000],
      ['riser_15m', '_15m', 900_000],
      ['riser_1h', '_1h', 3_600_000],
    ] as const) {
      await server.query(
        DATABASE,
        `CREATE RETENTION POLICY ${policy} ON ${DATABASE} DURATION INF REPLICATION 1`,
      );
      const start = Math.ceil(T0 / ms) * ms;
      const lines = toRollupLines(suffix, ms, start, Math.floor(END_MS / ms) * ms);
      // One is missing, as after an outage: readings stand in for it.
      await write(policy, lines.toSpliced(2, 1));
    }
    const [fromMs, toMs] = [T0 + 7, END_MS - 7];
    const { summaries } = await collect(
      source.stretches?.(toQuery(fromMs, toMs), 900_000) ?? source.readings(toQuery(fromMs, toMs)),
    );
    expect(summaries.length).toBeGreaterThan(8);
    for (const bucketMs of [30_000, 60_000, 300_000, 900_000, 1_800_000]) {
      const asked = { point: 0, fromMs, toMs, maxPoints: 100_000, bucketMs };
      const { samples } = await ask(source).history(asked);
      const expected = expectBuckets(ledger, fromMs, toMs, bucketMs);
      const toText = (one: (typeof expected)[number]) => [
        one.atMs - T0,
        one.min,
        one.max,
        one.mean === null ? null : Math.round(one.mean * 1e3),
        one.last,
        one.isGood,
        one.count,
        one.quality,
      ];
      expect(samples.map(toText)).toEqual(expected.map(toText));
    }
  });

  test('a server that is down is named, and the journal’s part is shown', async () => {
    const rig = await createRig([ONE, TWO]);
    const kept = ledger.slice(1_000, 1_100);
    rig.write(kept.map(([ms, value]): Entry => [ONE, ms - T0, value]));
    const gone = await open({ url: 'http://127.0.0.1:1' });
    const asked = { point: 0, fromMs: T0, toMs: END_MS, maxPoints: 2_000 };
    const { samples, missing } = await ask(rig.source(), gone).history(asked);
    expect(missing).toMatch(/^InfluxDB: /);
    expect(samples).toHaveLength(101);
    const instant = await ask(rig.source(), gone).instant({ points: [0], atMs: T0 + 5_000 });
    expect(instant.missing).toMatch(/^InfluxDB: /);
  });

  test('a question that is aborted ends at once', async () => {
    const source = await open();
    const stop = new AbortController();
    stop.abort(new Error('gone'));
    await expect(source.coverage(0, T0, stop.signal)).rejects.toThrow('gone');
  });
});
