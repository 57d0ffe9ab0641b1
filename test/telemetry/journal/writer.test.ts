/** Group commit, full disks and failing syncs. */
import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QUALITIES } from '../../../src/core/quality.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import {
  type JournalledReading,
  type ReadProblem,
  readJournal,
} from '../../../src/telemetry/journal/reader.ts';
import { scanBlocks } from '../../../src/telemetry/journal/scan.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { createFailingDisk, openHost, START_MS, temporaryDirectory, until } from '../hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from '../model.ts';

const model = createTestModel(pumpPoints(2, 2));

let directory = '';
const hosts: JournalHost[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  await rm(directory, { recursive: true, force: true });
});

async function open(options: Partial<Parameters<typeof openHost>[0]> = {}): Promise<JournalHost> {
  const host = await openHost({ directory, model, ...options });
  hosts.push(host);
  return host;
}

async function journal(
  readings: readonly TestReading[],
  options: Partial<Parameters<typeof openHost>[0]> = {},
): Promise<void> {
  const host = await open(options);
  host.append(toBatch(readings));
  await host.close();
}

function read(): JournalledReading[] {
  return [...readJournal(directory)];
}

function problems(): ReadProblem[] {
  const found: ReadProblem[] = [];
  for (const _ of readJournal(directory, (problem) => found.push(problem)));
  return found;
}

async function segmentNames(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith('.seg')).sort();
}

async function blockNumbers(): Promise<number[]> {
  const segments = await Promise.all((await segmentNames()).map((name) => readFile(join(directory, name))));
  return segments.flatMap((bytes) =>
    [...scanBlocks(bytes)].flatMap((item) => (item.type === 'block' ? [item.header.seq] : [])),
  );
}

test('a reading is journalled with point id, value, quality and both times', async () => {
  await journal([
    [0, 4.25, START_MS, 0, START_MS - 700],
    [3, 0, START_MS + 1, QUALITIES.timeout.code],
  ]);
  expect(read()).toEqual([
    {
      pointId: 'pump-1/p0',
      stampMs: START_MS,
      value: 4.25,
      quality: 0,
      sourceMs: START_MS - 700,
      receivedMs: START_MS,
    },
    {
      pointId: 'pump-2/p1',
      stampMs: START_MS + 1,
      value: null,
      quality: 130,
      sourceMs: null,
      receivedMs: START_MS + 1,
    },
  ]);
});

test('a value that is not a number is journalled as bad, never as usable', async () => {
  await journal([
    [0, Number.POSITIVE_INFINITY, START_MS],
    [1, Number.NaN, START_MS],
  ]);
  expect(read().map(({ value, quality }) => [value, quality])).toEqual([
    [null, 135],
    [null, 135],
  ]);
});

test('readings become durable by themselves within a second', async () => {
  const host = await open();
  using watch = startStopwatch();
  host.append(toBatch([[0, 1, START_MS]]));
  await until(
    () => host.status.durableReadings === 1,
    () => JSON.stringify(host.status),
  );
  expect(watch.readMs()).toBeLessThan(1000);
  expect(read()).toHaveLength(1);
});

test('the journal can be read while it is written', async () => {
  const host = await open({ segmentBytes: 2000 });
  for (let round = 0; round < 5; round++) {
    host.append(
      toBatch(Array.from({ length: 200 }, (_, at): TestReading => [0, at, START_MS + round * 1000 + at])),
    );
    await until(
      () => host.status.durableReadings === (round + 1) * 200,
      () => JSON.stringify(host.status),
    );
    expect(read()).toHaveLength((round + 1) * 200);
  }
  expect(problems()).toEqual([]);
  expect((await segmentNames()).length).toBeGreaterThan(1);
});

test('two readings of one point at one instant get two stamps', async () => {
  await journal([
    [0, 1, START_MS],
    [0, 2, START_MS],
    [0, 3, START_MS],
  ]);
  expect(read().map(({ stampMs, receivedMs }) => [stampMs - START_MS, receivedMs - START_MS])).toEqual([
    [0, 0],
    [1, 0],
    [2, 0],
  ]);
});

test('stamps of a point go on rising when the clock is set back, also over restarts', async () => {
  await journal([
    [0, 1, START_MS + 5000],
    [1, 1, START_MS],
  ]);
  await journal([
    [0, 2, START_MS],
    [1, 2, START_MS + 10],
    [2, 1, START_MS],
  ]);
  await journal([
    [0, 3, START_MS + 1],
    [0, 4, START_MS + 6000],
  ]);
  const stamps = read().map(({ pointId, stampMs }) => [pointId, stampMs - START_MS]);
  expect(stamps).toEqual([
    ['pump-1/p0', 5000],
    ['pump-1/p1', 0],
    ['pump-1/p0', 5001],
    ['pump-1/p1', 10],
    ['pump-2/p0', 0],
    ['pump-1/p0', 5002],
    ['pump-1/p0', 6000],
  ]);
});

test('stamps rise although the last one is in a segment too old to be read at start, or in a damaged block', async () => {
  await journal([[0, 1, START_MS + 5000]]);
  for (let at = 0; at < 3; at++) await journal([[1, at, START_MS + at]]);
  await journal([[0, 2, START_MS]]);
  const last = (await segmentNames()).at(-1) as string;
  const bytes = await readFile(join(directory, last));
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 10) ^ 1, bytes.length - 10);
  await writeFile(join(directory, last), bytes);
  await journal([[0, 3, START_MS]]);
  const stamps = read()
    .filter(({ pointId }) => pointId === 'pump-1/p0')
    .map(({ stampMs }) => stampMs - START_MS);
  expect(stamps[0]).toBe(5000);
  // The damaged block held 5001, which the sink may have.
  expect(stamps[1]).toBeGreaterThan(5001);
});

test('whatever clocks and restarts do, no two readings of a point share a stamp', async () => {
  const reading = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 50 }));
  const runs = fc.array(fc.array(reading, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(runs, async (lists) => {
      await rm(directory, { recursive: true, force: true });
      for (const list of lists)
        await journal(list.map(([point, offset]) => [point, 1, START_MS + offset] as const));
      const seen = new Set(read().map(({ pointId, stampMs }) => `${pointId} ${stampMs}`));
      expect(seen.size).toBe(lists.flat().length);
    }),
    { numRuns: 15 },
  );
});

test('a torn tail costs itself only, and what is written later is found behind it', async () => {
  await journal([[0, 1, START_MS]]);
  const [first] = await segmentNames();
  await appendFile(join(directory, first as string), Buffer.from('RJB1 torn in the middle of a block'));
  const host = await open();
  expect(host.status.damagedPlaces).toBe(1);
  host.append(toBatch([[0, 2, START_MS + 1]]));
  await host.close();
  expect(read().map(({ value }) => value)).toEqual([1, 2]);
  expect(problems()).toHaveLength(1);
});

test('a damaged block in the middle of a segment costs itself only', async () => {
  const host = await open();
  for (let at = 0; at < 3; at++) {
    host.append(toBatch([[0, at, START_MS + at]]));
    await until(
      () => host.status.durableReadings === at + 1,
      () => JSON.stringify(host.status),
    );
  }
  await host.close();
  const [name] = await segmentNames();
  const bytes = await readFile(join(directory, name as string));
  const middle = bytes.length >>> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 0x10, middle);
  await writeFile(join(directory, name as string), bytes);
  expect(read().map(({ value }) => value)).toEqual([0, 2]);
  expect(problems()).toMatchObject([{ reason: 'damaged' }]);
});

test('a segment of length zero left by a power cut is no obstacle', async () => {
  await journal([[0, 1, START_MS]]);
  await writeFile(join(directory, '0000000000000002.seg'), '');
  await journal([[0, 2, START_MS + 1]]);
  expect(read().map(({ value }) => value)).toEqual([1, 2]);
});

test('readings of a former configuration keep their names', async () => {
  await journal([[0, 1, START_MS]]);
  const changed = createTestModel([{ equipment: 'fan-9', name: 'speed' }, ...pumpPoints(2, 2)]);
  await journal(
    [
      [0, 2, START_MS],
      [1, 3, START_MS + 9],
    ],
    { model: changed },
  );
  expect(read().map(({ pointId, value }) => [pointId, value])).toEqual([
    ['pump-1/p0', 1],
    ['fan-9/speed', 2],
    ['pump-1/p0', 3],
  ]);
});

test('a block whose point table is gone is reported, the others are read', async () => {
  await journal([[0, 1, START_MS]]);
  const table = (await readdir(directory)).find((name) => name.startsWith('table-')) as string;
  await journal([[0, 2, START_MS]], { model: createTestModel(pumpPoints(9, 1)) });
  await rm(join(directory, table));
  expect(read().map(({ value }) => value)).toEqual([2]);
  expect(problems()).toMatchObject([{ reason: 'unknown-points' }]);
});

test.each(['full', 'torn', 'no-sync'] as const)(
  'a disk that is %s loses nothing once it works again',
  async (mode) => {
    const disk = createFailingDisk();
    const host = await open({ createFile: (path) => disk.create(path) });
    host.append(toBatch([[0, 1, START_MS]]));
    await until(
      () => host.status.durableReadings === 1,
      () => JSON.stringify(host.status),
    );
    disk.mode = mode;
    host.append(toBatch([[0, 2, START_MS + 1]]));
    await until(
      () => host.status.writeFailure !== null,
      () => JSON.stringify(host.status),
    );
    host.append(toBatch([[0, 3, START_MS + 2]]));
    expect(host.status.durableReadings).toBe(1);
    disk.mode = 'good';
    await until(
      () => host.status.durableReadings === 3,
      () => JSON.stringify(host.status),
    );
    expect(host.status.writeFailure).toBeNull();
    await host.close();
    expect(read().map(({ value }) => value)).toEqual([1, 2, 3]);
    const numbers = await blockNumbers();
    expect(new Set(numbers).size).toBe(numbers.length);
    await journal([[0, 4, START_MS + 3]]);
    expect(read().map(({ value }) => value)).toEqual([1, 2, 3, 4]);
  },
);

test('closing on a disk that stays full ends, and says what is not durable', async () => {
  const disk = createFailingDisk();
  const host = await open({ createFile: (path) => disk.create(path) });
  disk.mode = 'full';
  host.append(toBatch([[0, 1, START_MS]]));
  await host.close();
  expect(host.status).toMatchObject({ durableReadings: 0, writeFailure: expect.stringContaining('ENOSPC') });
});

test('an analogue value with its stamp takes at most 12 bytes', async () => {
  const readings = Array.from(
    { length: 20_000 },
    (_, at): TestReading => [at % 4, at / 10, START_MS + Math.floor(at / 4) * 1000],
  );
  await journal(readings);
  const names = await segmentNames();
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  expect(sizes.reduce((sum, size) => sum + size, 0) / readings.length).toBeLessThan(12);
});
