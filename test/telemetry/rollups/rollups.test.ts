/** The roll-ups of a running journal: whatever happens on the way, the sink ends up with what a slow count of the ledger gives. */
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FigureLine, FigureResult, FigureSink } from '../../../src/sinks/sink.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { ROLLUP_LIMITS, type RollupLimits } from '../../../src/telemetry/rollups/limits.ts';
import { createRandom, testSeed } from '../../support/seed.ts';
import { ACCEPTED, createFakeSink, openHost, temporaryDirectory, until } from '../hosting.ts';
import { createTestModel, pumpPoints } from '../model.ts';
import { differences, type Entry, type ExpectedBucket, expectAll } from './ledger.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START_MS = 1_700_002_800_000;
const POINTS = 6;
const MODEL = createTestModel(pumpPoints(3, 2));
const QUICK: RollupLimits = { ...ROLLUP_LIMITS, tickMs: 5, retryMs: 5, retryMaxMs: 20, lateGatherMs: 20 };
const BAD = 129;

let directory = '';
let nowMs = START_MS;
let ledger: Entry[] = [];
let host: JournalHost | null = null;
let figures = createFigures();
const copies: string[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
  nowMs = START_MS;
  ledger = [];
  figures = createFigures();
});
afterEach(async () => {
  await host?.close();
  host = null;
  for (const path of [directory, ...copies.splice(0)]) await rm(path, { recursive: true, force: true });
});

/** A sink that keeps fields by series and stamp, as InfluxDB does. */
function createFigures(): FigureSink & {
  isDown: boolean;
  writes: number;
  found(): Map<string, ExpectedBucket>;
} {
  /** Key: `<measurement> <equipment> <stamp>`. */
  const stored = new Map<string, Record<string, number | string>>();
  const sink = {
    isDown: false,
    writes: 0,
    openStatements: [],
    close: () => undefined,
    write(lines: readonly FigureLine[]): Promise<FigureResult> {
      sink.writes++;
      if (sink.isDown) {
        return Promise.resolve({
          outcome: 'retry',
          state: 'down',
          reason: 'connection refused',
          waitMs: null,
        });
      }
      for (const { measurement, tags, fields, stampUs } of lines) {
        const key = `${measurement} ${tags['equipment']} ${stampUs / 1_000}`;
        stored.set(key, { ...stored.get(key), ...fields });
      }
      return Promise.resolve({ outcome: 'accepted', refused: null });
    },
    found: () => toBuckets(stored),
  };
  return sink;
}

function toBuckets(
  stored: ReadonlyMap<string, Record<string, number | string>>,
): Map<string, ExpectedBucket> {
  const buckets = new Map<string, ExpectedBucket>();
  for (const [key, fields] of stored) {
    const [measurement = '', equipment = '', stamp] = key.split(' ');
    const size = measurement.replace('pump_', '');
    for (const [index, name] of ['p0', 'p1'].entries()) {
      const field = (what: string): number | null =>
        (fields[`${name}_${what}`] as number | undefined) ?? null;
      const [count, good] = [field('count'), field('good')];
      if (count === null || good === null) continue;
      const point = 2 * (Number(equipment.replace('pump-', '')) - 1) + index;
      const rest = { min: field('min'), max: field('max'), mean: field('mean'), last: field('last') };
      buckets.set(`${size} ${point} ${stamp}`, { ...rest, count, good });
    }
  }
  return buckets;
}

async function open(from = directory, limits = QUICK): Promise<JournalHost> {
  host = await openHost({
    directory: from,
    model: MODEL,
    wallMs: () => nowMs,
    sink: createFakeSink(() => ACCEPTED),
    figures,
    rollupLimits: limits,
  });
  return host;
}

/** Journals them and waits until they are durable. Stamps of a point must rise. */
async function journal(opened: JournalHost, entries: readonly Entry[]): Promise<void> {
  ledger.push(...entries);
  const before = opened.status.durableReadings;
  opened.append({
    count: entries.length,
    point: Uint32Array.from(entries, ({ point }) => point),
    value: Float64Array.from(entries, ({ value }) => value ?? Number.NaN),
    quality: Uint8Array.from(entries, ({ value }) => (value === null ? BAD : 0)),
    sourceMs: new Float64Array(entries.length).fill(Number.NaN),
    receivedMs: Float64Array.from(entries, ({ stampMs }) => stampMs),
  });
  const isDurable = (): boolean => opened.status.durableReadings >= before + entries.length;
  await until(isDurable, () => JSON.stringify(opened.status));
}

/** Every point about every 20 s, some of them silent for a while; numbers that a mean can be wrong of. */
function readings(random: () => number, fromMs: number, toMs: number): readonly Entry[] {
  const entries: Entry[] = [];
  for (let stampMs = fromMs; stampMs < toMs; stampMs += 20_000) {
    for (let point = 0; point < POINTS; point++) {
      if (random() < 0.3) continue;
      const value = random() < 0.05 ? null : Math.round(random() * 1_000) / 8;
      entries.push({ point, stampMs: stampMs + Math.floor(random() * 20_000), value });
    }
  }
  return entries.toSorted((one, other) => one.stampMs - other.stampMs);
}

/** Until the sink has exactly what the ledger gives up to the wall clock. */
async function settle(opened: JournalHost): Promise<void> {
  const closedMs = (): number => Math.floor((nowMs - QUICK.graceMs) / MINUTE_MS) * MINUTE_MS;
  let problems: readonly string[] = [];
  await until(
    () => {
      problems = differences(expectAll(ledger, closedMs()), figures.found());
      return problems.length === 0;
    },
    () => `${problems.length}: ${problems.slice(0, 3).join('\n')}\n${JSON.stringify(opened.status.rollups)}`,
  );
}

/** Readings as they come, the wall clock with them. */
async function live(
  opened: JournalHost,
  random: () => number,
  hours: number,
  stepMs = 20 * MINUTE_MS,
): Promise<void> {
  const endMs = nowMs + hours * HOUR_MS;
  while (nowMs < endMs) {
    await journal(opened, readings(random, nowMs, nowMs + stepMs));
    nowMs += stepMs;
  }
}

test('buckets of a running gateway are those of the ledger', async () => {
  const opened = await open();
  await live(opened, createRandom(testSeed()), 2.5);
  nowMs += 10_000;
  await settle(opened);
  expect(opened.status.rollups).toMatchObject({ state: 'ok', isCatchingUp: false, lateReadings: 0 });
  expect(opened.status.rollups?.storedToMs).toBe(START_MS + 2 * HOUR_MS);
});

test.each([
  ['a fault', QUICK, true],
  ['a fault no more once that is long ago', { ...QUICK, refusalShownMs: 0 }, false],
])(
  'lines that the sink refuses are counted with their reasons, each once, and are %s',
  async (_what, limits, isRefusing) => {
    let writes = 0;
    figures.write = () => {
      const lines = ++writes;
      const reason = lines % 2 === 0 ? 'too old' : `partial write: type conflict dropped=${lines}`;
      return Promise.resolve({ outcome: 'accepted', refused: { lines, reason } });
    };
    const opened = await open(directory, limits);
    await live(opened, createRandom(testSeed()), 1);
    nowMs += 10_000;
    await until(
      () => writes >= 4 && opened.status.rollups?.storedToMs === START_MS + HOUR_MS,
      () => JSON.stringify(opened.status.rollups),
    );
    expect(opened.status.rollups).toMatchObject({
      state: 'ok',
      refusedLines: (writes * (writes + 1)) / 2,
      refusals: ['partial write: type conflict', 'too old'],
      isRefusing,
    });
  },
);

test('a gateway that is stopped in the middle of an hour goes on where it was', async () => {
  const random = createRandom(testSeed() + 1);
  const first = await open();
  await live(first, random, 1.4);
  await first.close();
  const second = await open();
  await live(second, random, 1.3);
  nowMs += 10_000;
  await settle(second);
});

test('after kill -9 at any moment nothing is missing', async () => {
  const random = createRandom(testSeed() + 2);
  let opened = await open();
  for (let run = 0; run < 4; run++) {
    await live(opened, random, 0.2 + 0.6 * random(), 5 * MINUTE_MS);
    const copy = await temporaryDirectory();
    copies.push(copy);
    // What a killed process leaves: the files as they are, at a moment that nobody chose.
    await cp(directory, copy, { recursive: true, filter: (path) => !path.endsWith('.tmp') });
    await opened.close();
    directory = copy;
    opened = await open(copy);
  }
  nowMs += 10_000;
  await settle(opened);
});

test('a sink that was away for hours gets what it missed, in the end all of it', async () => {
  const random = createRandom(testSeed() + 3);
  const opened = await open(directory, { ...QUICK, waitingRows: 200, rowsPerPoint: 1 });
  await live(opened, random, 0.5);
  figures.isDown = true;
  await live(opened, random, 3.2);
  await until(
    () => opened.status.rollups?.state === 'down' && (opened.status.rollups.droppedRows ?? 0) > 0,
    () => JSON.stringify(opened.status.rollups),
  );
  figures.isDown = false;
  await live(opened, random, 0.5);
  nowMs += 10_000;
  await settle(opened);
});

test('a reading whose bucket was written already makes it be written again', async () => {
  const random = createRandom(testSeed() + 4);
  const opened = await open();
  await journal(opened, [{ point: 5, stampMs: START_MS + 1_000, value: 1 }]);
  const others = readings(random, START_MS, START_MS + HOUR_MS / 2).filter(({ point }) => point < 5);
  await journal(opened, others);
  nowMs = START_MS + HOUR_MS / 2 + 10_000;
  await settle(opened);
  await journal(opened, [{ point: 5, stampMs: START_MS + 5 * MINUTE_MS, value: 9 }]);
  await settle(opened);
  expect(opened.status.rollups?.lateReadings).toBe(1);
});

test('a reading that is hours late makes all its hours be written again', async () => {
  const random = createRandom(testSeed() + 5);
  const opened = await open();
  await journal(opened, [{ point: 5, stampMs: START_MS + 1_000, value: 1 }]);
  for (let at = 0; at < 3; at++) {
    await journal(
      opened,
      readings(random, nowMs, nowMs + HOUR_MS).filter(({ point }) => point < 5),
    );
    nowMs += HOUR_MS;
  }
  nowMs += 10_000;
  await settle(opened);
  await journal(opened, [{ point: 5, stampMs: START_MS + 20 * MINUTE_MS, value: 9 }]);
  await settle(opened);
});

test('a late reading that was journalled right before a crash is found at the next start', async () => {
  const random = createRandom(testSeed() + 6);
  const first = await open(directory, { ...QUICK, lateGatherMs: 1e9 });
  await journal(first, [{ point: 5, stampMs: START_MS + 1_000, value: 1 }]);
  await journal(
    first,
    readings(random, nowMs, nowMs + HOUR_MS).filter(({ point }) => point < 5),
  );
  nowMs += HOUR_MS + 10_000;
  await settle(first);
  await until(
    () => first.status.rollups?.storedToMs === START_MS + HOUR_MS,
    () => JSON.stringify(first.status.rollups),
  );
  await journal(first, [{ point: 5, stampMs: START_MS + 20 * MINUTE_MS, value: 9 }]);
  await first.close();
  await settle(await open());
});

test('after the clock was set back, readings of hours that were written already count there', async () => {
  const random = createRandom(testSeed() + 7);
  const opened = await open();
  await journal(
    opened,
    readings(random, nowMs, nowMs + HOUR_MS / 2).filter(({ point }) => point < 4),
  );
  // Wrong by 80 minutes for a moment: points 0 and 1 are read, the others are not.
  nowMs += HOUR_MS / 2 + 80 * MINUTE_MS;
  await journal(
    opened,
    [0, 1].map((point) => ({ point, stampMs: nowMs, value: 3 })),
  );
  nowMs += 2 * MINUTE_MS;
  await settle(opened);
  nowMs -= 82 * MINUTE_MS;
  await journal(
    opened,
    readings(random, nowMs, nowMs + HOUR_MS / 2).filter(({ point }) => point > 1),
  );
  nowMs += 3 * HOUR_MS;
  await journal(opened, readings(random, nowMs, nowMs + MINUTE_MS));
  nowMs += 3 * MINUTE_MS;
  await until(
    () => opened.status.rollups?.isCatchingUp === false && (opened.status.rollups.lateReadings ?? 0) > 0,
    () => JSON.stringify(opened.status.rollups),
  );
  const silentMs = HOUR_MS;
  const expected = expectAll(ledger, Math.floor((nowMs - QUICK.graceMs) / MINUTE_MS) * MINUTE_MS);
  const hasReadings = (key: string): boolean => {
    const hourMs = Math.floor(Number(key.split(' ')[2]) / silentMs) * silentMs;
    return ledger.some(({ stampMs }) => stampMs >= hourMs && stampMs < hourMs + silentMs);
  };
  const wanted = new Map([...expected].filter(([key]) => hasReadings(key)));
  let problems: readonly string[] = [];
  await until(
    () => {
      const found = new Map(
        [...figures.found()]
          .filter(([key]) => hasReadings(key))
          .map(([key, bucket]) => [key, withoutOld(bucket, wanted.get(key))]),
      );
      problems = differences(wanted, found);
      return problems.length === 0;
    },
    () => `${problems.length}: ${problems.slice(0, 3).join('\n')}`,
  );
});

/** A field that a bucket has no longer cannot be taken back: the last value before a gap, all values where all is gap. */
function withoutOld(found: ExpectedBucket, wanted: ExpectedBucket | undefined): ExpectedBucket {
  return {
    ...found,
    ...(wanted?.last === null && { last: null }),
    ...(wanted?.good === 0 && { min: null, max: null, mean: null }),
  };
}

test('roll-ups that are switched on later are computed from all of the journal', async () => {
  const random = createRandom(testSeed() + 8);
  const plain = await openHost({ directory, model: MODEL, wallMs: () => nowMs });
  host = plain;
  await live(plain, random, 2.2);
  await plain.close();
  nowMs += 10_000;
  await settle(await open());
});

test('a damaged checkpoint costs time, but no bucket', async () => {
  const random = createRandom(testSeed() + 9);
  const first = await open();
  await live(first, random, 1.5);
  await first.close();
  await writeFile(`${directory}/rollups.json`, '{"version":1,"hourMs":');
  figures = createFigures();
  nowMs += 10_000;
  await settle(await open());
});

test('hours whose segments were sealed meanwhile are computed from the sealed files', async () => {
  const random = createRandom(testSeed() + 10);
  const plain = await openHost({
    directory,
    model: MODEL,
    wallMs: () => nowMs,
    segmentBytes: 2_000,
    sealing: { pointReadings: 1, waitMs: 0 },
  });
  host = plain;
  await live(plain, random, 2.2);
  const isSealed = async (): Promise<boolean> =>
    (await readdir(directory)).filter((name) => name.endsWith('.sealed')).length > 0;
  await until(isSealed, () => JSON.stringify(plain.status));
  await plain.close();
  expect(await isSealed()).toBe(true);
  nowMs += 10_000;
  await settle(await open());
});
