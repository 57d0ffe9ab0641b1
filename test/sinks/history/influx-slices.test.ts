/** Long ranges of single readings out of a real InfluxDB: read slice by slice, whatever their density, as quickly as it hands them out. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createInfluxSource } from '../../../src/sinks/history/influx-source.ts';
import { INFLUX_HISTORY_LIMITS } from '../../../src/sinks/history/limits.ts';
import { readSlices } from '../../../src/sinks/history/slices.ts';
import { createManagement } from '../../../src/sinks/influx-management.ts';
import { createHistory } from '../../../src/telemetry/history/history.ts';
import { createFakeClock } from '../../support/clock.ts';
import { type RunningInflux, startInflux } from '../../support/influx.ts';
import { toInfluxSettings } from '../../support/influx-settings.ts';
import { describeWithTools } from '../../support/require-tool.ts';
import { createRig, T0 } from '../../telemetry/history/journal/rig.ts';
import type { Row } from '../../telemetry/history/memory-source.ts';
import { expectBuckets } from '../../telemetry/history/oracle.ts';

const DATABASE = 'past';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVER = new AbortController().signal;
const WRITE_LINES = 50_000;
/** A sixth of a month at one a second. */
const DAYS = 5;
const COUNT = DAYS * 86_400;
const BAD = 129;
/** So many times the time of one bare select of all of it, parsed: below the limit of an answer by the same factor as then. */
const MAX_RATIO = 4;

/** Every second, some ms late; now and then it fails for a while. */
function rowAt(at: number): Row {
  const isBad = at % 50_000 < 30;
  return [T0 + at * 1_000 + (at % 7), isBad ? Number.NaN : (at * 31) % 101, isBad ? BAD : 0];
}

describeWithTools(['influxd'], 'long ranges in InfluxDB', () => {
  let server: RunningInflux;

  beforeAll(async () => {
    server = await startInflux();
    await server.query('', `CREATE DATABASE ${DATABASE}`);
    await write('pump-1', COUNT, rowAt);
  }, 240_000);
  afterAll(() => server?.stop());

  async function write(equipment: string, count: number, rowOf: (at: number) => Row): Promise<void> {
    let standing = -1;
    for (let from = 0; from < count; from += WRITE_LINES) {
      const lines: string[] = [];
      for (let at = from; at < Math.min(count, from + WRITE_LINES); at++) {
        const [stampMs, value, quality] = rowOf(at);
        const isMarked = quality !== standing || Number.isNaN(value) || at % 60 === 0;
        standing = quality;
        const fields = [
          ...(Number.isNaN(value) ? [] : [`p=${value}`]),
          ...(isMarked ? [`p_quality=${quality}`] : []),
        ];
        lines.push(`pump,equipment=${equipment},site=tower ${fields.join(',')} ${stampMs}`);
      }
      const url = `${server.url}/write?db=${DATABASE}&precision=ms`;
      const answer = await fetch(url, { method: 'POST', body: lines.join('\n') });
      if (!answer.ok) throw new Error(await answer.text());
    }
  }

  function manage() {
    const management = createManagement(toInfluxSettings({ url: server.url, database: DATABASE }));
    onTestFinished(() => management.close());
    return management;
  }

  async function openHistory() {
    const { points } = (await createRig(['pump-1/p', 'pump-2/p'])).table();
    const settings = toInfluxSettings({ url: server.url, database: DATABASE });
    const source = createInfluxSource({ settings, points });
    onTestFinished(() => source.close());
    const clock = createFakeClock({ wallMs: T0 + 1_000 * DAY_MS });
    return { source, history: createHistory({ sources: [source], clock }) };
  }

  test('days of a point a second are answered in whole, nearly as quickly as InfluxDB hands them out', async () => {
    const endMs = T0 + DAYS * DAY_MS;
    const askBare = async () => {
      const where = `equipment = 'pump-1' AND time >= ${T0}ms AND time < ${endMs}ms`;
      const [series] = await server.query(DATABASE, `SELECT p, p_quality FROM pump WHERE ${where}`);
      expect(series?.values).toHaveLength(COUNT);
    };
    const { history } = await openHistory();
    const query = { point: 0, fromMs: T0, toMs: endMs, maxPoints: 1_000 };
    const { samples, missing, bucketMs } = await history.history(query);
    expect([missing, bucketMs, samples.length]).toEqual([null, 600_000, 144 * DAYS]);
    expect(samples.reduce((sum, { count }) => sum + count, 0)).toBe(COUNT);
    for (let at = 0; at < samples.length; at += 37) {
      const rows = Array.from({ length: 601 }, (_, place) => rowAt(600 * at - 1 + place));
      const fromMs = T0 + at * bucketMs;
      const [expected] = expectBuckets(
        rows.filter(([ms]) => ms >= T0),
        fromMs,
        fromMs + bucketMs,
        bucketMs,
      );
      const mean = expected?.mean ?? null;
      expect(samples[at]).toEqual({ ...expected, mean: mean === null ? null : expect.closeTo(mean, 9) });
    }
    // The best of three: what else the machine does in between is in neither.
    let ratio = Number.POSITIVE_INFINITY;
    for (let pair = 0; pair < 3 && ratio >= MAX_RATIO; pair++)
      ratio = Math.min(ratio, (await timed(() => history.history(query))) / (await timed(askBare)));
    expect(ratio).toBeLessThan(MAX_RATIO);
  }, 240_000);

  test('whatever the density: a burst, a pause of weeks, a reading a day; no portion is larger than its limit', async () => {
    const burst = 2 * INFLUX_HISTORY_LIMITS.sliceRows + 7_000;
    const stamps = [
      ...Array.from({ length: burst }, (_, at) => T0 + at * 20),
      ...Array.from({ length: 40 }, (_, at) => T0 + 30 * DAY_MS + at * DAY_MS + at),
      ...Array.from({ length: 5_000 }, (_, at) => T0 + 80 * DAY_MS + at * 1_000),
    ];
    await write('pump-2', stamps.length, (at) => [stamps[at] ?? 0, at % 101, 0]);
    const select = `SELECT p FROM pump WHERE equipment = 'pump-2'`;
    const found: number[] = [];
    let pages = 0;
    const range = { fromMs: T0 - DAY_MS, toMs: T0 + 400 * DAY_MS, signal: EVER };
    for await (const { values } of readSlices(manage(), { select, ...range })) {
      expect(values.length).toBeLessThanOrEqual(2 * INFLUX_HISTORY_LIMITS.sliceRows);
      found.push(...values.map(([ms]) => Number(ms)));
      pages++;
    }
    expect(found).toEqual(stamps);
    expect(pages).toBeLessThan(30);
    const part = { fromMs: T0 + 20, toMs: T0 + 100, signal: EVER };
    const some: unknown[] = [];
    for await (const { values } of readSlices(manage(), { select, ...part })) some.push(...values);
    expect(some).toEqual([
      [T0 + 20, 1],
      [T0 + 40, 2],
      [T0 + 60, 3],
      [T0 + 80, 4],
    ]);
  });

  test('that are left on the way end the questions that were asked ahead', async () => {
    const management = manage();
    const asked: AbortSignal[] = [];
    const watched = {
      ...management,
      select: (statement: string, limits: { readonly signal?: AbortSignal } = {}) => {
        if (limits.signal !== undefined) asked.push(limits.signal);
        return management.select(statement, limits);
      },
    };
    const select = `SELECT p FROM pump WHERE equipment = 'pump-1'`;
    const range = { fromMs: T0, toMs: T0 + DAYS * DAY_MS, signal: EVER };
    for await (const { values } of readSlices(watched, { select, ...range })) {
      expect(values.length).toBeGreaterThan(0);
      if (asked.length > 2) break;
    }
    expect(asked.every(({ aborted }) => aborted)).toBe(true);
  });

  test('are counted in their first hours, so that nobody reads all of them to see that they do not fit', async () => {
    const { source } = await openHistory();
    const count = async (fromMs: number, toMs: number, point = 0) =>
      await source.countAtLeast?.({ point, fromMs, toMs, signal: EVER, onMissing: () => undefined });
    expect(await count(T0, T0 + DAYS * DAY_MS)).toBe(6 * 3_600 - 30);
    expect(await count(T0 + 60_000, T0 + 70_000)).toBe(10);
    expect(await count(T0, T0 + 30_000)).toBe(30);
    expect(await count(T0 - DAY_MS, T0)).toBe(0);
  });
});

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now();
  await act();
  return performance.now() - begunMs;
}
