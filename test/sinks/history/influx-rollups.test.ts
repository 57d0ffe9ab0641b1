/** How far back a real InfluxDB with roll-ups reaches beside a journal: a site that is new, raw readings that are gone, a lost policy. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createInfluxSource, type InfluxSource } from '../../../src/sinks/history/influx-source.ts';
import { createHistory } from '../../../src/telemetry/history/history.ts';
import type { HistorySource } from '../../../src/telemetry/history/source.ts';
import { createFakeClock } from '../../support/clock.ts';
import { type RunningInflux, startInflux } from '../../support/influx.ts';
import { toInfluxSettings } from '../../support/influx-settings.ts';
import { describeWithTools } from '../../support/require-tool.ts';
import { createRig, type Entry, T0 } from '../../telemetry/history/journal/rig.ts';

const DATABASE = 'past';
const ONE = 'pump-1/p';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const EVER = new AbortController().signal;
const ROLLUPS = { riser_1m: MINUTE_MS, riser_15m: 15 * MINUTE_MS, riser_1h: HOUR_MS };
/** The first reading lies within its minute, quarter and hour; T0 is the beginning of an hour. */
const FIRST_MS = T0 + 20 * MINUTE_MS + 5_000;
const STAMPS = Array.from({ length: 200 }, (_, at) => FIRST_MS + at * 30_000);
const END_MS = FIRST_MS + STAMPS.length * 30_000;

describeWithTools(['influxd'], 'roll-ups in InfluxDB', () => {
  let server: RunningInflux;

  beforeEach(async () => {
    server = await startInflux();
    onTestFinished(() => server.stop());
    await server.query('', `CREATE DATABASE ${DATABASE}`);
    for (const policy of Object.keys(ROLLUPS)) {
      await server.query(
        DATABASE,
        `CREATE RETENTION POLICY ${policy} ON ${DATABASE} DURATION INF REPLICATION 1`,
      );
    }
  });

  async function write(policy: string | null, lines: readonly string[]): Promise<void> {
    const query = new URLSearchParams({
      db: DATABASE,
      precision: 'ms',
      ...(policy !== null && { rp: policy }),
    });
    const answer = await fetch(`${server.url}/write?${query.toString()}`, {
      method: 'POST',
      body: lines.join('\n'),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  async function writeRaw(stamps: readonly number[]): Promise<void> {
    const lines = stamps.map((ms) => `pump,equipment=pump-1,site=tower p=4,p_quality=0 ${ms}`);
    await write(null, lines);
  }

  /** Every bucket that a reading lies in, from the one of `fromMs` on. */
  async function writeRollups(fromMs = FIRST_MS): Promise<void> {
    for (const [policy, bucketMs] of Object.entries(ROLLUPS)) {
      const fields = 'p_min=4,p_max=4,p_mean=4,p_last=4,p_count=2,p_good=1';
      const measurement = `pump${policy.replace('riser', '')}`;
      const lines: string[] = [];
      for (let ms = Math.floor(fromMs / bucketMs) * bucketMs; ms < END_MS; ms += bucketMs)
        lines.push(`${measurement},equipment=pump-1,site=tower ${fields} ${ms}`);
      await write(policy, lines);
    }
  }

  async function open(): Promise<InfluxSource> {
    const { points } = (await createRig([ONE])).table();
    const rollups = { rawHours: 0, minuteHours: 0, quarterHours: 0, hourHours: 0 };
    const settings = toInfluxSettings({ url: server.url, database: DATABASE, rollups });
    const source = createInfluxSource({ settings, points });
    onTestFinished(() => source.close());
    return source;
  }

  async function openJournal(): Promise<HistorySource> {
    const rig = await createRig([ONE]);
    rig.write(STAMPS.map((ms): Entry => [ONE, ms - T0, 4]));
    return rig.source();
  }

  async function draw(fromMs: number, ...sources: readonly HistorySource[]) {
    const history = createHistory({ sources, clock: createFakeClock({ wallMs: END_MS }) });
    return await history.history({ point: 0, fromMs, toMs: END_MS, maxPoints: 1_000 });
  }

  test.each(Object.keys(ROLLUPS))('without the policy %s, everything else is told', async (policy) => {
    await writeRaw(STAMPS);
    await writeRollups();
    await server.query(DATABASE, `DROP RETENTION POLICY ${policy} ON ${DATABASE}`);
    const { samples, missing, bucketMs } = await draw(FIRST_MS, await open());
    expect([missing, bucketMs, samples.length]).toEqual([null, 0, STAMPS.length]);
  });

  test('without the database nothing is told, and that is said', async () => {
    await server.query('', `DROP DATABASE ${DATABASE}`);
    await expect((await open()).coverage(0, T0, EVER)).rejects.toThrow(`database not found: ${DATABASE}`);
  });

  test('do not hide the readings of a new site, whose first lies within the first bucket of each', async () => {
    await writeRaw(STAMPS);
    await writeRollups();
    const source = await open();
    for (const fromMs of [T0 - HOUR_MS, T0, FIRST_MS]) {
      const { samples, bucketMs } = await draw(fromMs, source);
      expect([bucketMs, samples.filter(({ count }) => count === 1).length]).toEqual([0, STAMPS.length]);
    }
  });

  test('do not coarsen what the journal has from its beginning on, though raw readings are gone', async () => {
    await writeRaw(STAMPS.slice(100));
    await writeRollups();
    const { samples, bucketMs, missing } = await draw(T0 - HOUR_MS, await openJournal(), await open());
    expect([missing, bucketMs]).toEqual([null, 0]);
    expect(samples.filter(({ count }) => count === 1)).toHaveLength(STAMPS.length);
  });

  test('set the bucket where they reach back beyond readings and journal by more than theirs', async () => {
    await writeRaw(STAMPS.slice(100));
    await writeRollups(FIRST_MS - MINUTE_MS);
    const source = await open();
    expect((await draw(T0, source)).bucketMs).toBe(MINUTE_MS);
    expect((await draw(T0, await openJournal(), source)).bucketMs).toBe(MINUTE_MS);
    expect((await draw(STAMPS[100] ?? 0, source)).bucketMs).toBe(0);
    expect(await source.coverage(0, T0, EVER)).toMatchObject({
      fromMs: T0,
      surelyFromMs: T0 + 20 * MINUTE_MS - 1,
      finestMs: MINUTE_MS,
    });
  });

  /** An hour of minutes at the raw readings' own values; `given` replaces those of the minute of that number. */
  async function writeMinutes(given: Readonly<Record<number, readonly string[]>>): Promise<void> {
    const whole = ['p_min=4', 'p_max=6', 'p_mean=5', 'p_last=4', 'p_count=2', 'p_good=1', 'p_worst=65'];
    const lines = Array.from({ length: 60 }, (_, at) => {
      const fields = given[at] ?? whole;
      return `pump_1m,equipment=pump-1,site=tower ${fields.join(',')} ${T0 + at * MINUTE_MS}`;
    });
    await write('riser_1m', lines);
  }

  async function drawMinutes(toMs = T0 + HOUR_MS) {
    const history = createHistory({
      sources: [await open()],
      clock: createFakeClock({ wallMs: END_MS + HOUR_MS }),
    });
    const query = { point: 0, fromMs: T0, toMs, maxPoints: 1_000, bucketMs: MINUTE_MS };
    return (await history.history(query)).samples;
  }

  test('tell the worst quality of each; those of an older version tell none', async () => {
    const old = ['p_min=4', 'p_max=6', 'p_mean=5', 'p_last=4', 'p_count=2', 'p_good=1'];
    await writeMinutes({ 7: [...old, 'p_worst=0'] });
    const samples = await drawMinutes();
    expect(samples.map(({ quality }) => quality)).toEqual(samples.map((_, at) => (at === 7 ? 0 : 65)));
    await server.query(DATABASE, `DROP MEASUREMENT pump_1m`);
    await writeMinutes({ 7: old });
    expect((await drawMinutes()).map(({ quality }) => quality)).toEqual(
      samples.map((_, at) => (at === 7 ? null : 65)),
    );
  });

  test('that were written again as nothing but a gap show one, though the older values stand beside', async () => {
    await writeMinutes({});
    await writeMinutes({
      7: ['p_count=0', 'p_good=0', 'p_worst=129'],
      9: ['p_min=1', 'p_max=2', 'p_mean=1.5', 'p_count=1', 'p_good=0.5', 'p_worst=129'],
    });
    const samples = await drawMinutes();
    const gap = { min: null, max: null, mean: null, last: null, isGood: false, quality: 129, count: 0 };
    expect(samples[7]).toEqual({ ...gap, atMs: T0 + 7 * MINUTE_MS });
    // What stood at the end before is none of the values that are left: it is gone too.
    expect(samples[9]).toMatchObject({ min: 1, max: 2, mean: 1.5, last: null, isGood: false, count: 1 });
    expect(samples[8]).toMatchObject({ min: 4, max: 6, mean: 5, last: 4, isGood: true, count: 2 });
  });

  test('are followed by what really stood at their end: its quality, and a gap where one had begun', async () => {
    await writeMinutes({ 59: ['p_min=4', 'p_max=4', 'p_mean=4', 'p_last=4', 'p_count=2', 'p_good=0.5'] });
    const line = (fields: string, ms: number): string => `pump,equipment=pump-1,site=tower ${fields} ${ms}`;
    const endMs = T0 + HOUR_MS;
    await write(null, [
      line('p=4,p_quality=65', T0),
      line('p_quality=129', endMs - 30_000),
      line('p=7,p_quality=0', endMs + 30_000),
    ]);
    const samples = await drawMinutes(endMs + MINUTE_MS);
    expect(samples[60]).toMatchObject({ min: 7, max: 7, last: 7, isGood: false, quality: 129, count: 1 });
    await server.query(DATABASE, `DROP MEASUREMENT pump`);
    await writeMinutes({});
    await write(null, [line('p=4,p_quality=65', T0), line('p=7,p_quality=0', endMs + 30_000)]);
    const [, , ...others] = (await drawMinutes(endMs + MINUTE_MS)).slice(58);
    expect(others[0]).toMatchObject({ min: 4, max: 7, mean: 5.5, isGood: true, quality: 65, count: 1 });
  });

  test('are what a long curve is drawn of, though the readings are there too', async () => {
    await writeRaw(STAMPS);
    await writeRollups();
    const history = createHistory({ sources: [await open()], clock: createFakeClock({ wallMs: END_MS }) });
    const query = { point: 0, fromMs: FIRST_MS, toMs: END_MS, maxPoints: 150 };
    const { bucketMs, samples } = await history.history(query);
    // Of the readings there are others: it is the roll-ups that say 2 each, all the time.
    expect(bucketMs).toBe(MINUTE_MS);
    expect(samples.slice(1, -2).map(({ count }) => count)).toEqual(samples.slice(1, -2).map(() => 2));
    expect(samples).toHaveLength(101);
  });
});
