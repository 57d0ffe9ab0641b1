/** What the journal gives up when it is too old or too large, and how that is counted. */
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SendResult, SinkBlock } from '../../../src/sinks/sink.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { JOURNAL_DISK, type JournalDisk } from '../../../src/telemetry/journal/disk.ts';
import { readJournal } from '../../../src/telemetry/journal/reader.ts';
import { chooseExpired } from '../../../src/telemetry/journal/retention.ts';
import { emptyFigures, type Segment } from '../../../src/telemetry/journal/segments.ts';
import { ACCEPTED, createFakeSink, DOWN, openHost, START_MS, temporaryDirectory, until } from '../hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from '../model.ts';

const DAY = 86_400_000;
const model = createTestModel(pumpPoints(1, 1));

function segment(
  firstSeq: number,
  bytes: number,
  ageDays: number,
  unconfirmed: number,
  isOpen = false,
): Segment {
  const stampMs = START_MS - ageDays * DAY;
  return {
    figures: { ...emptyFigures(firstSeq), bytes, readings: 10, minStampMs: stampMs, maxStampMs: stampMs },
    form: 'log',
    parts: [],
    isOpen,
    unconfirmedReadings: unconfirmed,
    oldestUnconfirmedMs: unconfirmed > 0 ? stampMs : null,
  };
}

function expired(
  segments: readonly Segment[],
  maxAgeDays: number,
  maxBytes: number,
  hasSink = true,
): number[] {
  return chooseExpired(segments, { maxAgeDays, maxBytes }, START_MS, hasSink).map(
    (one) => one.figures.firstSeq,
  );
}

test('age takes confirmed segments only', () => {
  expect(expired([segment(1, 10, 9, 0), segment(2, 10, 8, 5), segment(3, 10, 1, 0)], 7, 1000)).toEqual([1]);
});

test('size takes the oldest confirmed segments first, although older ones are unconfirmed', () => {
  const segments = [segment(1, 10, 5, 5), segment(2, 10, 4, 0), segment(3, 10, 3, 0), segment(4, 10, 2, 0)];
  expect(expired(segments, 30, 25)).toEqual([2, 3]);
});

test('size takes unconfirmed segments, oldest first, when no confirmed one is left', () => {
  const segments = [segment(1, 10, 5, 5), segment(2, 10, 4, 5), segment(3, 10, 3, 0), segment(4, 10, 2, 5)];
  expect(expired(segments, 30, 15)).toEqual([3, 1, 2]);
});

test('the segment being written is never deleted', () => {
  expect(expired([segment(1, 100, 90, 0, true)], 1, 10)).toEqual([]);
});

test('without a sink age and size take the oldest', () => {
  expect(expired([segment(1, 10, 9, 5), segment(2, 10, 2, 5), segment(3, 10, 1, 5)], 7, 15, false)).toEqual([
    1, 2,
  ]);
});

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

async function fill(into: JournalHost, rounds: number, from = 0): Promise<void> {
  for (let round = from; round < from + rounds; round++) {
    const before = into.status.durableReadings;
    into.append(
      toBatch(
        Array.from({ length: 100 }, (_, at): TestReading => {
          const number = round * 100 + at;
          // Values that no sealing makes small.
          return [0, Math.sin(number), START_MS + number * 10];
        }),
      ),
    );
    await until(
      () => into.status.durableReadings === before + 100,
      () => JSON.stringify(into.status),
    );
  }
}

test('readings deleted before a sink that is down had them are counted exactly, with their time', async () => {
  const sink = createFakeSink(() => DOWN);
  const opened = await openHost({ directory, model, sink, segmentBytes: 1000, maxBytes: 4000 });
  host = opened;
  await fill(opened, 8);
  const countKept = (): number => [...readJournal(directory)].length;
  // A file goes first and is counted then; what is compared must be of one moment.
  await until(
    () => opened.status.bytes <= 4000 && opened.status.lossTotals.expired.readings === 800 - countKept(),
    () => JSON.stringify(opened.status),
  );
  const kept = countKept();
  const { lost, backlogReadings } = opened.status;
  expect(lost).toEqual({
    readings: 800 - kept,
    isExact: true,
    fromMs: START_MS,
    toMs: START_MS + (800 - kept) * 10 - 10,
  });
  expect(backlogReadings).toBe(kept);
});

test('confirmed readings deleted for size are no loss, and their files go', async () => {
  const sink = createFakeSink(() => ACCEPTED);
  const opened = await openHost({ directory, model, sink, segmentBytes: 1000, maxBytes: 4000 });
  host = opened;
  // Live readings gather for a moment: what is not confirmed yet must leave room.
  for (const from of [0, 2, 4, 6]) {
    await fill(opened, 2, from);
    await until(
      () => opened.status.backlogReadings === 0,
      () => JSON.stringify(opened.status),
    );
  }
  await until(
    () => opened.status.bytes <= 4000,
    () => JSON.stringify(opened.status),
  );
  expect(opened.status.lost).toBeNull();
  const names = await readdir(directory);
  expect(names.filter((name) => name.endsWith('.idx')).length).toBeLessThanOrEqual(4);
  expect(names.filter((name) => name.startsWith('table-'))).toHaveLength(1);
});

test('a loss is still told after a restart, with what was deleted, until a person takes note of it', async () => {
  const down = { sink: createFakeSink(() => DOWN), segmentBytes: 1000, maxBytes: 4000 };
  const first = await openHost({ directory, model, ...down });
  await fill(first, 8);
  await until(
    () => first.status.lost !== null && first.status.bytes <= 4000,
    () => JSON.stringify(first.status),
  );
  await first.close();
  const { lost, trimmedToMs } = first.status;
  expect(trimmedToMs).toBe(lost?.toMs);
  const second = await openHost({ directory, model, ...down });
  expect(second.status).toMatchObject({ lost, trimmedToMs });
  await second.acknowledgeLosses(second.losses.losses, 'admin');
  await until(
    () => second.status.lost === null,
    () => JSON.stringify(second.status),
  );
  await second.close();
  host = await openHost({ directory, model, ...down });
  expect(host.status).toMatchObject({ lost: null, trimmedToMs });
  expect(host.status.lossTotals.expired.readings, 'a counter never goes back').toBe(lost?.readings);
  expect(host.losses.acknowledged).toMatchObject({ by: 'admin', readings: lost?.readings });
});

test('numbers and stamps of what is deleted are never given again, although nothing else is left of it', async () => {
  const first = await openHost({ directory, model, sealing: { waitMs: 1e9 } });
  await fill(first, 2);
  await first.close();
  const [before] = (await readdir(directory)).filter((name) => name.endsWith('.seg'));
  const second = await openHost({ directory, model, wallMs: () => START_MS + 40 * DAY });
  await until(
    () => second.status.bytes === 0,
    () => JSON.stringify(second.status),
  );
  await second.close();
  await rm(join(directory, 'confirmed.json'));
  host = await openHost({ directory, model });
  host.append(toBatch([[0, 1, START_MS]]));
  await host.close();
  const [after] = (await readdir(directory)).filter((name) => name.endsWith('.seg'));
  expect(Number.parseInt(after ?? '', 10)).toBeGreaterThan(Number.parseInt(before ?? '', 10) + 1);
  expect([...readJournal(directory)].map(({ stampMs }) => stampMs)).toEqual([START_MS + 199 * 10 + 1]);
});

test('readings that have room once they are sealed are not deleted', async () => {
  const sink = createFakeSink(() => DOWN);
  const opened = await openHost({ directory, model, sink, segmentBytes: 1000, maxBytes: 7500 });
  host = opened;
  await fill(opened, 8);
  await until(
    () => opened.status.sealedBytes > 0,
    () => JSON.stringify(opened.status),
  );
  expect(opened.status).toMatchObject({ lost: null, backlogReadings: 800 });
  expect([...readJournal(directory)]).toHaveLength(800);
});

/** Notes of losses cannot be written while `isFull`, until `files` segments were deleted. */
function createNoteless(files: number): JournalDisk & { isFull: boolean } {
  const disk = {
    ...JOURNAL_DISK,
    isFull: true,
    async writeFile(path: string, text: string) {
      if (disk.isFull && basename(path).startsWith('lost.json'))
        throw new Error('ENOSPC: no space left on device');
      await JOURNAL_DISK.writeFile(path, text);
    },
    async remove(path: string) {
      await JOURNAL_DISK.remove(path);
      files -= Number(path.endsWith('.seg') || path.endsWith('.sealed'));
      if (files === 0) disk.isFull = false;
    },
  };
  return disk;
}

test('a disk without room for the note of a loss loses nothing, and says what it cannot do', async () => {
  const disk = createNoteless(-1);
  const sink = createFakeSink(() => DOWN);
  const sealing = { waitMs: 1e9, pointReadings: 1e9, groupShare: 1e-9, groupBytes: 1 };
  const opened = await openHost({
    directory,
    model,
    sink,
    disk,
    sealing,
    segmentBytes: 1000,
    maxBytes: 4000,
  });
  host = opened;
  await fill(opened, 8);
  await until(
    () => opened.status.upkeepFailure?.includes('ENOSPC') === true,
    () => JSON.stringify(opened.status),
  );
  expect([...readJournal(directory)]).toHaveLength(800);
  disk.isFull = false;
  await fill(opened, 1, 8);
  await until(
    () => opened.status.lost !== null && opened.status.upkeepFailure === null,
    () => JSON.stringify(opened.status),
  );
});

test('on such a disk the oldest confirmed segment makes room for the note', async () => {
  const sink = createFakeSink(() => ACCEPTED);
  const disk = createNoteless(1);
  const opened = await openHost({ directory, model, sink, disk, segmentBytes: 1000, maxBytes: 4000 });
  host = opened;
  for (const from of [0, 2, 4, 6, 8]) {
    await fill(opened, 2, from);
    await until(
      () => opened.status.backlogReadings === 0,
      () => JSON.stringify(opened.status),
    );
  }
  await until(
    () => opened.status.trimmedToMs !== null && opened.status.bytes <= 4000,
    () => JSON.stringify(opened.status),
  );
  expect(opened.status).toMatchObject({ lost: null, upkeepFailure: null });
});

test('a backlog found at start arrives completely, once and in order', async () => {
  let answer: (blocks: readonly SinkBlock[]) => SendResult = () => DOWN;
  const first = await openHost({ directory, model, sink: createFakeSink(() => DOWN) });
  await fill(first, 3);
  await first.close();
  const sink = createFakeSink((blocks) => answer(blocks));
  const opened = await openHost({ directory, model, sink });
  host = opened;
  expect(opened.status.backlogReadings).toBe(300);
  expect(opened.status.oldestUnconfirmedMs).toBe(START_MS);
  answer = () => ACCEPTED;
  await until(
    () => opened.status.backlogReadings === 0,
    () => JSON.stringify(opened.status),
  );
  expect([...sink.stored.values()]).toEqual(Array.from({ length: 300 }, () => 1));
  const stamps = [...sink.stored.keys()].map((key) => Number(key.split(' ')[1]));
  expect(stamps).toEqual(stamps.toSorted((one, other) => one - other));
});
