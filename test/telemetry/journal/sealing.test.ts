/** Sealing joined into the journal: when it happens, what a start makes of sealed files, and how they are sent. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SendResult } from '../../../src/sinks/sink.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { JOURNAL_DISK, type JournalDisk } from '../../../src/telemetry/journal/disk.ts';
import { JOURNAL_LIMITS } from '../../../src/telemetry/journal/limits.ts';
import { type ReadProblem, readJournal } from '../../../src/telemetry/journal/reader.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import {
  ACCEPTED,
  createFakeSink,
  DOWN,
  type HostTestOptions,
  openHost,
  START_MS,
  temporaryDirectory,
  until,
} from '../hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from '../model.ts';

const model = createTestModel(pumpPoints(2, 2));
const ROUND = 200;
/** Every closed segment at once, by itself or with what is beside it. */
const AT_ONCE = { waitMs: 0 };
/** None before the test ends. */
const NEVER = { waitMs: 1e9, pointReadings: 1e9, groupReadings: 1e9, groupBytes: 1e9 };

let directory = '';
const hosts: JournalHost[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
  await rm(directory, { recursive: true, force: true });
});

async function open(options: Partial<HostTestOptions> = {}): Promise<JournalHost> {
  const host = await openHost({ directory, model, segmentBytes: 1000, sealing: AT_ONCE, ...options });
  hosts.push(host);
  return host;
}

async function fill(host: JournalHost, rounds: number, from = 0): Promise<void> {
  for (let round = from; round < from + rounds; round++) {
    const before = host.status.durableReadings;
    host.append(
      toBatch(
        Array.from({ length: ROUND }, (_, at): TestReading => [at % 4, at, START_MS + round * ROUND + at]),
      ),
    );
    await until(
      () => host.status.durableReadings === before + ROUND,
      () => JSON.stringify(host.status),
    );
  }
}

async function names(suffix: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith(suffix)).sort();
}

function stamps(): number[] {
  return [...readJournal(directory)]
    .map(({ stampMs }) => stampMs - START_MS)
    .sort((one, other) => one - other);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}

const isSealed = (host: JournalHost): Promise<void> =>
  until(
    () => host.status.sealedBytes > 0 && host.status.logBytes === 0,
    () => JSON.stringify(host.status),
  );

const isSent = (host: JournalHost): Promise<void> =>
  until(
    () => host.status.backlogReadings === 0,
    () => JSON.stringify(host.status),
  );

/** Rounds that the sink has not, in one sealed file; the host is closed. */
async function sealUnsent(rounds: number): Promise<void> {
  const first = await open({ sealing: NEVER, segmentBytes: 1e8 });
  const count = rounds * ROUND;
  first.append(toBatch(Array.from({ length: count }, (_, at): TestReading => [at % 4, at, START_MS + at])));
  await first.close();
  const second = await open({ sink: createFakeSink(() => DOWN) });
  await isSealed(second);
  await second.close();
}

test('a closed segment becomes a sealed file, and its log and index go', async () => {
  const host = await open();
  await fill(host, 5);
  await isSealed(host);
  expect(stamps()).toEqual(upTo(5 * ROUND));
  await until(
    async () => (await names('.seg')).length + (await names('.idx')).length === 0,
    () => 'the log is still there',
  );
  expect(host.status).toMatchObject({ sealingFailures: 0, damagedReadings: 0, oldestStampMs: START_MS });
  expect(host.status.sealedReadingBytes).toBeLessThan(4);
});

test('segments with few readings of each point wait for each other, but not for ever', async () => {
  const waiting = await open({ sealing: { ...NEVER, pointReadings: 220 } });
  await fill(waiting, 4);
  expect(await names('.sealed')).toEqual([]);
  await fill(waiting, 1, 4);
  await isSealed(waiting);
  expect(await names('.sealed')).toHaveLength(1);
  await fill(waiting, 1, 5);
  await waiting.close();
  const later = await open({ sealing: { ...NEVER, waitMs: 0 } });
  await isSealed(later);
  expect(await names('.sealed')).toHaveLength(2);
  expect(stamps()).toEqual(upTo(6 * ROUND));
});

test('a segment of a quiet site is closed after a day, and sealed', async () => {
  let nowMs = 0;
  const host = await open({ segmentBytes: 1e9, monoMs: () => nowMs });
  await fill(host, 1);
  nowMs = JOURNAL_LIMITS.segmentAgeMs - 1;
  await fill(host, 1, 1);
  expect(host.status).toMatchObject({ segments: 1, sealedBytes: 0 });
  nowMs += 1;
  await fill(host, 1, 2);
  await isSealed(host);
  expect(stamps()).toEqual(upTo(3 * ROUND));
});

test('segments left over by the last run are sealed, and a start knows sealed files by their own figures', async () => {
  const first = await open({ sealing: NEVER });
  await fill(first, 3);
  await first.close();
  const second = await open();
  await isSealed(second);
  await second.close();
  const third = await open({ sink: createFakeSink(() => DOWN) });
  expect(third.status).toMatchObject({
    logBytes: 0,
    sealedBytes: second.status.sealedBytes,
    backlogReadings: 3 * ROUND,
    oldestUnconfirmedMs: START_MS,
    damagedPlaces: 0,
  });
  await fill(third, 1, 3);
  await isSealed(third);
  expect(stamps()).toEqual(upTo(4 * ROUND));
});

test('segments of two configurations are not put into one file', async () => {
  for (const points of [1, 2, 1]) {
    const host = await open({ model: createTestModel(pumpPoints(2, points)), sealing: NEVER });
    host.append(toBatch([[0, points, START_MS]]));
    await host.close();
  }
  const host = await open();
  await isSealed(host);
  expect(await names('.sealed')).toHaveLength(3);
  expect([...readJournal(directory)].map(({ value }) => value)).toEqual([1, 2, 1]);
});

test('a log beside the sealed file that stands for it goes at start, and so does what was begun', async () => {
  const first = await open({ sealing: NEVER });
  await fill(first, 2);
  await first.close();
  const logs = await Promise.all(
    (await names('.seg')).map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })),
  );
  const second = await open();
  await isSealed(second);
  await second.close();
  for (const { name, bytes } of logs) await writeFile(join(directory, name), bytes);
  await writeFile(join(directory, '0000000000000001.sealed.tmp'), 'begun');
  const third = await open({ sealing: NEVER, sink: createFakeSink(() => DOWN) });
  expect(third.status).toMatchObject({ backlogReadings: 2 * ROUND, logBytes: 0 });
  expect(await names('.seg')).toEqual([]);
  expect(await names('.tmp')).toEqual([]);
  expect(stamps()).toEqual(upTo(2 * ROUND));
});

test('stamps go on rising behind the last one of each point in a sealed file', async () => {
  const first = await open();
  first.append(
    toBatch([
      [0, 1, START_MS + 5000],
      [1, 1, START_MS],
    ]),
  );
  await first.close();
  await isSealed(await open());
  const again = await open();
  again.append(
    toBatch([
      [0, 2, START_MS],
      [1, 2, START_MS + 10],
      [2, 1, START_MS],
    ]),
  );
  await again.close();
  const seen = [...readJournal(directory)].map(({ pointId, stampMs }) => `${pointId} ${stampMs - START_MS}`);
  expect(seen.sort()).toEqual([
    'pump-1/p0 5000',
    'pump-1/p0 5001',
    'pump-1/p1 0',
    'pump-1/p1 10',
    'pump-2/p0 0',
  ]);
});

test('a backlog that was sealed arrives completely and once', async () => {
  await sealUnsent(40);
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink });
  await isSent(host);
  expect([...sink.stored.values()]).toEqual(Array.from({ length: 40 * ROUND }, () => 1));
  expect(host.status).toMatchObject({
    confirmedReadings: 40 * ROUND,
    oldestUnconfirmedMs: null,
    damagedReadings: 0,
  });
  await host.close();
  const later = createFakeSink(() => ACCEPTED);
  await isSent(await open({ sink: later }));
  expect(later.writes).toEqual([]);
});

test('a portion that fails is sent again, and what other portions have sent stays sent', async () => {
  await sealUnsent(60);
  let writes = 0;
  const answer = (): SendResult => {
    writes++;
    return writes % 3 === 0 ? DOWN : ACCEPTED;
  };
  const sink = createFakeSink(answer);
  const host = await open({ sink });
  await isSent(host);
  expect(sink.stored.size).toBe(60 * ROUND);
  expect([...sink.stored.values()].every((count) => count === 1)).toBe(true);
}, 240_000);

test('readings that come while the sealed backlog is sent go first, and nothing is left behind', async () => {
  await sealUnsent(40);
  let isUp = false;
  const sink = createFakeSink(() => (isUp ? ACCEPTED : DOWN));
  const host = await open({ sink });
  isUp = true;
  await fill(host, 5, 40);
  await isSent(host);
  expect(sink.stored.size).toBe(45 * ROUND);
});

test('blocks that the sink confirms after their segment was sealed are settled in the sealed file', async () => {
  let isUp = false;
  const sink = createFakeSink(() => (isUp ? ACCEPTED : DOWN));
  const host = await open({ sink });
  await fill(host, 6);
  await isSealed(host);
  isUp = true;
  await isSent(host);
  expect([...sink.stored.values()]).toEqual(Array.from({ length: 6 * ROUND }, () => 1));
  expect(host.status.confirmedReadings).toBe(6 * ROUND);
});

test('how much the sink has of a sealed segment is known after a restart', async () => {
  await sealUnsent(60);
  let writes = 0;
  const sink = createFakeSink(() => {
    writes++;
    return writes === 1 ? ACCEPTED : DOWN;
  });
  const host = await open({ sink });
  await until(
    () => host.status.confirmedReadings > 0,
    () => JSON.stringify(host.status),
  );
  await host.close();
  expect(host.status.backlogReadings).toBeLessThan(60 * ROUND);
  const later = await open({ sink: createFakeSink(() => DOWN) });
  expect(later.status.backlogReadings).toBe(host.status.backlogReadings);
});

async function flipByte(name: string, at: (size: number) => number): Promise<void> {
  const bytes = await readFile(join(directory, name));
  const place = at(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0x55, place);
  await writeFile(join(directory, name), bytes);
}

test('a damaged chunk of a sealed backlog costs its readings only, and they are counted', async () => {
  await sealUnsent(8);
  const [name] = await names('.sealed');
  await flipByte(name ?? '', () => 130);
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink });
  await isSent(host);
  expect(host.status.damagedReadings).toBeGreaterThan(0);
  expect(sink.stored.size).toBe(8 * ROUND - host.status.damagedReadings);
  const problems: ReadProblem[] = [];
  expect([...readJournal(directory, (problem) => problems.push(problem))]).toHaveLength(sink.stored.size);
  expect(problems).toMatchObject([{ reason: 'damaged' }]);
});

test('a sealed file that cannot be read at all is counted, stops nothing, and its numbers are not given again', async () => {
  await sealUnsent(4);
  const sealed = await names('.sealed');
  const last = sealed.at(-1) ?? '';
  await writeFile(join(directory, last), 'nothing of ours');
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink, sealing: NEVER });
  expect(host.status.damagedPlaces).toBe(1);
  await fill(host, 1, 4);
  await isSent(host);
  expect(await names('.sealed')).toContain(last);
  const [log] = await names('.seg');
  expect(Number.parseInt(log ?? '', 10)).toBeGreaterThan(Number.parseInt(last, 10) + 100);
});

test('a damaged block is counted when it is sealed, and costs itself only', async () => {
  const first = await open({ sealing: NEVER });
  await fill(first, 3);
  await first.close();
  const [log] = await names('.seg');
  await flipByte(log ?? '', (size) => size - 20);
  const host = await open({ sink: createFakeSink(() => DOWN) });
  await isSealed(host);
  expect(host.status).toMatchObject({ damagedPlaces: 1, damagedReadings: ROUND, backlogReadings: 2 * ROUND });
  expect(stamps()).toHaveLength(2 * ROUND);
});

function createFailing(isFailing: () => boolean): JournalDisk {
  return {
    ...JOURNAL_DISK,
    createFile: (path) =>
      path.endsWith('.sealed.tmp') && isFailing()
        ? Promise.reject(new Error('ENOSPC: no space left on device'))
        : JOURNAL_DISK.createFile(path),
  };
}

test('a sealing that fails leaves the log, is shown, and is tried again', async () => {
  let isFull = true;
  const host = await open({
    disk: createFailing(() => isFull),
    sealing: { waitMs: 0, retryMs: 20, retryMaxMs: 20 },
  });
  await fill(host, 2);
  await until(
    () => host.status.sealingFailures > 0,
    () => JSON.stringify(host.status),
  );
  expect(host.status.sealingFailure).toContain('ENOSPC');
  expect(host.status.writeFailure).toBeNull();
  expect(stamps()).toEqual(upTo(2 * ROUND));
  isFull = false;
  let rounds = 2;
  await until(
    async () => {
      await fill(host, 1, rounds++);
      return host.status.sealedBytes > 0 && host.status.sealingFailure === null;
    },
    () => JSON.stringify(host.status),
  );
  expect(stamps()).toEqual(upTo(rounds * ROUND));
});

test('closing breaks off a sealing, and nothing is lost by it', async () => {
  const first = await open({ sealing: NEVER, segmentBytes: 1e7 });
  first.append(
    toBatch(Array.from({ length: 300_000 }, (_, at): TestReading => [at % 4, Math.sin(at), START_MS + at])),
  );
  await first.close();
  const second = await open();
  await second.close();
  expect(stamps()).toEqual(upTo(300_000));
}, 240_000);

test('readings become durable within a second while a large group is sealed', async () => {
  const first = await open({ sealing: NEVER, segmentBytes: 1e7 });
  first.append(
    toBatch(Array.from({ length: 600_000 }, (_, at): TestReading => [at % 4, Math.sin(at), START_MS + at])),
  );
  await first.close();
  const host = await open();
  let longestMs = 0;
  let rounds = 0;
  for (; host.status.sealedBytes === 0; rounds++) {
    using watch = startStopwatch();
    host.append(toBatch([[0, rounds, START_MS + 1e6 + rounds]]));
    await until(
      () => host.status.durableReadings === rounds + 1,
      () => JSON.stringify(host.status),
    );
    longestMs = Math.max(longestMs, watch.readMs());
  }
  expect(rounds).toBeGreaterThan(0);
  expect(longestMs).toBeLessThan(1_000);
}, 240_000);
