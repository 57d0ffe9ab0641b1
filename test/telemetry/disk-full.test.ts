/** A disk of limited room, shared by all files of the journal, that fills up in the middle of commits and of sealing, and is freed. */
import { rm, stat } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalHost } from '../../src/telemetry/host.ts';
import { JOURNAL_DISK, type JournalDisk } from '../../src/telemetry/journal/disk.ts';
import type { SegmentFile } from '../../src/telemetry/journal/files.ts';
import { readJournal } from '../../src/telemetry/journal/reader.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { ACCEPTED, createFakeSink, openHost, START_MS, temporaryDirectory, until } from './hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';

const model = createTestModel(pumpPoints(1, 4));
const ROUND = 120;
const random = createRandom(testSeed());

let directory = '';
let host: JournalHost | null = null;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await host?.close();
  host = null;
  await rm(directory, { recursive: true, force: true });
});

interface SmallDisk extends JournalDisk {
  /** Room that is left, bytes; may be changed at any time. */
  freeBytes: number;
  /** Writes that found no room. */
  refusals: number;
}

/** What does not fit is written as far as it does, as a file system may; a removed file gives its room back. */
function createSmallDisk(freeBytes: number): SmallDisk {
  const take = (bytes: number): number => {
    const taken = Math.min(bytes, Math.max(0, disk.freeBytes));
    disk.freeBytes -= taken;
    if (taken < bytes) disk.refusals++;
    return taken;
  };
  const limited = (file: SegmentFile): SegmentFile => {
    let size = 0;
    return {
      ...file,
      async write(bytes, offset) {
        const wanted = Math.max(0, offset + bytes.length - size);
        const taken = take(wanted);
        const fitting = bytes.subarray(0, bytes.length - (wanted - taken));
        if (fitting.length > 0) await file.write(fitting, offset);
        size = Math.max(size, offset + fitting.length);
        if (taken < wanted) throw noSpace();
      },
      async truncate(bytes) {
        await file.truncate(bytes);
        disk.freeBytes += Math.max(0, size - bytes);
        size = Math.min(size, bytes);
      },
    };
  };
  const disk: SmallDisk = {
    ...JOURNAL_DISK,
    freeBytes,
    refusals: 0,
    createFile: async (path) => limited(await JOURNAL_DISK.createFile(path)),
    async writeFile(path, text) {
      if (take(text.length) < text.length) throw noSpace();
      await JOURNAL_DISK.writeFile(path, text);
    },
    async rename(from, to) {
      const size = await sizeOf(to);
      disk.freeBytes += size;
      await JOURNAL_DISK.rename(from, to);
    },
    async remove(path) {
      const size = await sizeOf(path);
      disk.freeBytes += size;
      await JOURNAL_DISK.remove(path);
    },
  };
  return disk;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
}

function round(number: number): TestReading[] {
  return Array.from({ length: ROUND }, (_, at) => {
    const reading = number * ROUND + at;
    return [reading % 4, Math.sin(reading), START_MS + reading];
  });
}

function held(): number[] {
  return [...readJournal(directory)]
    .map(({ stampMs }) => stampMs - START_MS)
    .sort((one, other) => one - other);
}

test('a disk that fills up again and again at any byte, and is freed, loses nothing and everything goes on by itself', async () => {
  const disk = createSmallDisk(1_000);
  const sink = createFakeSink(() => ACCEPTED);
  const sealing = { waitMs: 0, retryMs: 20, retryMaxMs: 100 };
  const opened = await openHost({ directory, model, sink, disk, segmentBytes: 2_500, sealing });
  host = opened;
  let appended = 0;
  for (let number = 0; number < 16; number++) {
    opened.append(toBatch(round(number)));
    appended += ROUND;
    const refusals = disk.refusals;
    await until(
      () => opened.status.durableReadings === appended || disk.refusals > refusals,
      () => JSON.stringify(opened.status),
    );
    const told = opened.status.durableReadings;
    // What was told durable is there, full or not.
    expect(held().length).toBeGreaterThanOrEqual(told);
    if (disk.refusals > refusals) disk.freeBytes += 2_600 + Math.floor(random() * 2_500);
  }
  disk.freeBytes += 1e6;
  await until(
    () => opened.status.durableReadings === appended && opened.status.backlogReadings === 0,
    () => JSON.stringify(opened.status),
  );
  let rounds = 16;
  // Each closed segment is an occasion to seal.
  await until(
    async () => {
      opened.append(toBatch(round(rounds++)));
      await until(
        () => opened.status.durableReadings === rounds * ROUND,
        () => JSON.stringify(opened.status),
      );
      return opened.status.sealedBytes > 0;
    },
    () => JSON.stringify(opened.status),
  );
  expect(opened.status).toMatchObject({ writeFailure: null, upkeepFailure: null });
  await opened.close();
  expect(disk.refusals).toBeGreaterThan(3);
  expect(held()).toEqual(Array.from({ length: rounds * ROUND }, (_, at) => at));
  expect(opened.status).toMatchObject({ lost: null, damagedReadings: 0 });
  expect(sink.stored.size).toBeGreaterThanOrEqual(16 * ROUND);
}, 240_000);

test('a sealing that finds no room takes none for long: what it began is removed, commits go on', async () => {
  const first = await openHost({ directory, model, segmentBytes: 1e7 });
  first.append(toBatch(Array.from({ length: 50 }, (_, number) => round(number)).flat()));
  await first.close();
  const disk = createSmallDisk(20_000);
  const opened = await openHost({ directory, model, disk, sealing: { waitMs: 0, retryMs: 1e6 } });
  host = opened;
  await until(
    () => opened.status.sealingFailures > 0,
    () => JSON.stringify(opened.status),
  );
  expect(disk.freeBytes).toBeGreaterThan(19_000);
  opened.append(toBatch(round(50)));
  await until(
    () => opened.status.durableReadings === ROUND,
    () => JSON.stringify(opened.status),
  );
  expect(opened.status).toMatchObject({
    writeFailure: null,
    sealingFailure: expect.stringContaining('ENOSPC'),
  });
  expect(held()).toHaveLength(51 * ROUND);
});
