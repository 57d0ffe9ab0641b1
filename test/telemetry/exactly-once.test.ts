/** Promise 3 of the design with the real InfluxDB: whatever dies, it ends up with every journalled reading, once. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JournalledReading, readJournal } from '../../src/telemetry/journal/reader.ts';
import { createJournal, type Journal } from '../../src/telemetry/journal.ts';
import { type RunningInflux, startInflux } from '../support/influx.ts';
import { toInfluxSettings } from '../support/influx-settings.ts';
import { freePort } from '../support/ports.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { temporaryDirectory, until } from './hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';

const KILLS = 5;
const CHILD = new URL('journalling-child.ts', import.meta.url).pathname;

/** Every stored field as `equipment/field stamp value`. */
async function stored(influx: RunningInflux, database: string): Promise<string[]> {
  const series = await influx.query(database, 'SELECT * FROM pump GROUP BY equipment');
  return series.flatMap(({ tags, columns, values }) =>
    values.flatMap(([stamp, ...fields]) =>
      fields.flatMap((value, at) => {
        const name = columns[at + 1] ?? '';
        const isField = value !== null && name !== 'site';
        return isField ? [`${tags?.['equipment']}/${name} ${stamp} ${value}`] : [];
      }),
    ),
  );
}

/** What must be stored: the value of a usable reading, the quality of a bad one. */
function expected(readings: readonly JournalledReading[]): string[] {
  return readings.map(({ pointId, stampMs, value, quality }) =>
    value === null ? `${pointId}_quality ${stampMs} ${quality}` : `${pointId} ${stampMs} ${value}`,
  );
}

/** Values of all readings and the qualities of bad ones, without those that only accompany a value. */
function withoutCompanions(fields: readonly string[]): string[] {
  return fields.filter((field) => !/_quality \d+ (0|64|65)$/.test(field));
}

async function expectEachOnce(influx: RunningInflux, database: string, directory: string): Promise<number> {
  const journalled = expected([...readJournal(directory)]);
  expect(new Set(journalled).size).toBe(journalled.length);
  expect(withoutCompanions(await stored(influx, database)).sort()).toEqual(journalled.sort());
  return journalled.length;
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describeWithTools(['influxd'], 'with the real InfluxDB', () => {
  let directory = '';
  let dataDirectory = '';
  let influx: RunningInflux | null = null;
  let journal: Journal | null = null;
  beforeEach(async () => {
    directory = await temporaryDirectory();
    dataDirectory = await temporaryDirectory();
  });
  afterEach(async () => {
    await journal?.close();
    await influx?.stop('SIGKILL');
    await rm(directory, { recursive: true, force: true });
    await rm(dataDirectory, { recursive: true, force: true });
  });

  async function open(database: string): Promise<Journal> {
    journal = await createJournal({
      directory,
      model: createTestModel(pumpPoints(10, 10)),
      settings: { maxAgeDays: 30, maxBytes: 1e9 },
      influx: toInfluxSettings({ url: influx?.url ?? '', database, timeoutMs: 15_000 }),
      log: pino({ level: 'silent' }),
    });
    return journal;
  }

  test('killed under load and started again, InfluxDB holds every reading once', async () => {
    const port = await freePort();
    influx = await startInflux({ dataDirectory, port });
    const opened = await open('outage');
    let value = 0;
    let isCut = false;
    const load = setInterval(() => {
      const now = Date.now();
      opened.append(
        toBatch(
          Array.from(
            { length: 100 },
            (_, point): TestReading => [point, value++, now, isCut && point < 50 ? 129 : 0],
          ),
        ),
      );
    }, 20);
    try {
      await until(
        () => opened.status().confirmedReadings > 1000,
        () => JSON.stringify(opened.status()),
      );
      await influx.stop('SIGKILL');
      isCut = true;
      await until(
        () => opened.status().influx.state === 'down' && opened.status().backlogReadings > 4000,
        () => JSON.stringify(opened.status()),
      );
      isCut = false;
      influx = await startInflux({ dataDirectory, port });
      await until(
        () => opened.status().influx.state === 'ok',
        () => JSON.stringify(opened.status()),
      );
    } finally {
      clearInterval(load);
    }
    await until(
      () => opened.status().backlogReadings === 0 && opened.status().inFlightReadings === 0,
      () => JSON.stringify(opened.status()),
    );
    expect(opened.status()).toMatchObject({
      droppedReadings: 0,
      lost: null,
      influx: { rejectedReadings: 0 },
    });
    expect(opened.status().confirmedReadings).toBe(opened.status().appendedReadings);
    expect(await expectEachOnce(influx, 'outage', directory)).toBe(opened.status().appendedReadings);
    expect([...readJournal(directory)].some(({ quality }) => quality === 129)).toBe(true);
  }, 240_000);

  test('a gateway killed at random moments loses nothing that was durable, and InfluxDB ends up with each reading once', async () => {
    const seed = Date.now() % 100_000;
    process.stdout.write(`kill -9 at random moments: seed ${seed}\n`);
    const next = random(seed);
    influx = await startInflux({ dataDirectory });
    const durable: number[] = [];
    for (let run = 0; run < KILLS; run++) durable.push(await runAndKill(influx.url, run, next() * 700));

    const values = new Set([...readJournal(directory)].map((reading) => reading.value));
    for (const [run, count] of durable.entries()) {
      for (let at = 0; at < count; at++)
        expect(values.has(run * 1_000_000 + at), `run ${run}, reading ${at}`).toBe(true);
    }
    expect(Math.max(...durable)).toBeGreaterThan(0);
    const opened = await open('killed');
    await until(
      () => opened.status().backlogReadings === 0,
      () => JSON.stringify(opened.status()),
    );
    await expectEachOnce(influx, 'killed', directory);
  }, 240_000);

  /** @returns how many readings the process had said to be durable before it was killed. */
  async function runAndKill(url: string, run: number, afterMs: number): Promise<number> {
    const child = spawn(process.execPath, [CHILD, directory, url, String(run)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    let durable = 0;
    let timer: NodeJS.Timeout | null = null;
    lines.on('line', (line) => {
      durable = Number(line);
      // The last one has made something durable, however slow the machine is.
      if (run < KILLS - 1 || durable > 0) timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs);
    });
    const [code, signal] = (await exited) as [number | null, string | null];
    lines.close();
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
    return durable;
  }
});
