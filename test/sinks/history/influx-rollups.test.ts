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
});
