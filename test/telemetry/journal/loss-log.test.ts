/** Losses that are durable: whatever their kind they are told after a restart, once each, with count and range. */
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { JOURNAL_DISK } from '../../../src/telemetry/journal/disk.ts';
import { JOURNAL_LIMITS } from '../../../src/telemetry/journal/limits.ts';
import type { NewLoss } from '../../../src/telemetry/journal/losses.ts';
import { loadTrimLog } from '../../../src/telemetry/journal/trim-log.ts';
import { createJournal } from '../../../src/telemetry/journal.ts';
import {
  ACCEPTED,
  createFailingDisk,
  createFakeSink,
  DOWN,
  type HostTestOptions,
  openHost,
  START_MS,
  temporaryDirectory,
  until,
} from '../hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from '../model.ts';

const model = createTestModel(pumpPoints(1, 1));
/** Readings of one block. */
const BLOCK = 100;
const NEVER = { waitMs: 1e9, pointReadings: 1e9 };
const DROPPED: NewLoss = {
  kind: 'dropped',
  readings: 7,
  isExact: true,
  fromMs: 1,
  toMs: 9,
  isConfirmed: false,
};

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
  const host = await openHost({ directory, model, sealing: NEVER, ...options });
  hosts.push(host);
  return host;
}

async function append(host: JournalHost, block: number): Promise<void> {
  const before = host.status.durableReadings;
  const readings = Array.from({ length: BLOCK }, (_, at): TestReading => {
    const number = block * BLOCK + at;
    return [0, Math.sin(number), START_MS + number];
  });
  host.append(toBatch(readings));
  await until(
    () => host.status.durableReadings === before + BLOCK,
    () => JSON.stringify(host.status),
  );
}

/** Blocks of 100 readings in one segment. @param isKilled whether it is left as a crash leaves it, without an index */
async function write(blocks: number, isKilled = false): Promise<string> {
  const host = await open();
  for (let block = 0; block < blocks; block++) await append(host, block);
  await host.close();
  const name = (await names('.seg'))[0] ?? '';
  if (isKilled) await rm(join(directory, name.replace('.seg', '.idx')));
  return join(directory, name);
}

async function names(suffix: string): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith(suffix)).sort();
}

async function damage(path: string, toPlace: (size: number) => number): Promise<void> {
  const bytes = await readFile(path);
  const place = toPlace(bytes.length);
  bytes.writeUInt8(bytes.readUInt8(place) ^ 0x55, place);
  await writeFile(path, bytes);
}

async function cut(path: string, toSize: (size: number) => number): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, toSize(bytes.length)));
}

const rangeOf = (block: number) => ({
  fromMs: START_MS + block * BLOCK,
  toMs: START_MS + block * BLOCK + BLOCK - 1,
});

/** Opens once more, and again: what was told is told, and not counted twice. */
async function expectTold(losses: readonly object[]): Promise<void> {
  for (const time of ['found', 'after a restart', 'after another one']) {
    const host = await open();
    expect(host.losses.losses, time).toMatchObject(losses);
    await host.close();
  }
}

test('a damaged block that a start after a crash finds is told by its header', async () => {
  const path = await write(3, true);
  await damage(path, (size) => Math.floor(size / 2));
  await expectTold([{ kind: 'damaged', readings: BLOCK, isExact: true, ...rangeOf(1), isConfirmed: false }]);
});

test('one whose header is damaged too is one reading at least, at a time that nobody knows', async () => {
  const path = await write(3, true);
  await damage(path, () => 20);
  await expectTold([{ kind: 'damaged', readings: 1, isExact: false, fromMs: null, toMs: null }]);
});

test('where an index tells how many there were, a file that was cut short is counted to the reading', async () => {
  const path = await write(3);
  await cut(path, (size) => Math.floor(size / 3));
  await expectTold([{ kind: 'damaged', readings: 2 * BLOCK, isExact: true, fromMs: null }]);
});

test('a closed file that is empty has lost all that its index tells, with its range', async () => {
  const path = await write(2);
  await writeFile(path, '');
  await expectTold([
    { kind: 'damaged', readings: 2 * BLOCK, isExact: true, fromMs: START_MS, toMs: rangeOf(1).toMs },
  ]);
});

test.each<[string, (path: string) => Promise<void>]>([
  ['cut off in the last block', (path) => cut(path, (size) => size - 10)],
  ['cut off in a header', (path) => cut(path, (size) => Math.floor(size / 3) + 3)],
  [
    'ended in zeros',
    async (path) => writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(500)])),
  ],
])('a write that a crash has %s is no loss: nobody was told that it is durable', async (_what, tear) => {
  const path = await write(3, true);
  await tear(path);
  await expectTold([]);
});

test('what a failed write has left behind the end of a closed file is no loss', async () => {
  const path = await write(2);
  const bytes = await readFile(path);
  await writeFile(path, Buffer.concat([bytes, bytes.subarray(0, bytes.length - 10)]));
  await expectTold([]);
});

test('a block that turns out damaged when it is to be sent is counted exactly, and once', async () => {
  const path = await write(3);
  await damage(path, (size) => Math.floor(size / 2));
  const sink = createFakeSink(() => ACCEPTED);
  const host = await open({ sink });
  await until(
    () => host.status.backlogReadings === 0 && host.losses.losses.length > 0,
    () => JSON.stringify(host.status),
  );
  const told = [{ kind: 'damaged', readings: BLOCK, isExact: true, ...rangeOf(1), isConfirmed: false }];
  expect(host.losses.losses).toMatchObject(told);
  await host.close();
  const later = await open({ sink: createFakeSink(() => ACCEPTED), sealing: { waitMs: 0 } });
  await until(
    () => later.status.sealedBytes > 0,
    () => JSON.stringify(later.status),
  );
  expect(later.losses.losses, 'met again when it was sealed').toMatchObject(told);
  await later.close();
  await expectTold(told);
});

test('one that the sink has is told as damaged here only, and is not lost', async () => {
  const first = await open({ sink: createFakeSink(() => ACCEPTED) });
  for (let block = 0; block < 3; block++) await append(first, block);
  await until(
    () => first.status.backlogReadings === 0,
    () => JSON.stringify(first.status),
  );
  await first.close();
  await damage(join(directory, (await names('.seg'))[0] ?? ''), (size) => Math.floor(size / 2));
  const host = await open({ sink: createFakeSink(() => ACCEPTED), sealing: { waitMs: 0 } });
  await until(
    () => host.status.sealedBytes > 0,
    () => JSON.stringify(host.status),
  );
  expect(host.losses.losses).toMatchObject([{ readings: BLOCK, ...rangeOf(1), isConfirmed: true }]);
  expect(host.status.lost).toBeNull();
  expect(host.status.lossTotals.damaged).toEqual({ readings: BLOCK, losses: 1 });
});

test('a sealed file that cannot be read at all is told once', async () => {
  const first = await open({ sealing: { waitMs: 0, pointReadings: 1 } });
  await append(first, 0);
  await first.close();
  const second = await open({ sealing: { waitMs: 0, pointReadings: 1 } });
  await until(
    () => second.status.sealedBytes > 0,
    () => JSON.stringify(second.status),
  );
  await second.close();
  await writeFile(join(directory, (await names('.sealed'))[0] ?? ''), 'nothing of ours');
  await expectTold([{ kind: 'damaged', readings: 1, isExact: false, fromMs: null }]);
});

test('readings that the main thread has no room for outlive a kill, with their time', async () => {
  const settings = { maxAgeDays: 30, maxBytes: 1e9 };
  const log = pino({ level: 'silent' });
  const journal = await createJournal({ directory, model, settings, influx: null, log });
  const copy = await temporaryDirectory();
  try {
    const count = JOURNAL_LIMITS.inFlightReadings + 500;
    const nowMs = Date.now();
    journal.append(toBatch(Array.from({ length: count }, (_, at): TestReading => [0, at, nowMs + at])));
    const stored = (): Promise<string> => readFile(join(directory, 'lost.json'), 'utf8').catch(() => '');
    await until(
      async () => (await stored()).includes('"dropped"') && (await stored()).includes('500'),
      () => '',
    );
    // What a kill leaves is what is on the disk.
    await cp(directory, copy, { recursive: true });
    const host = await open({ directory: copy });
    expect(host.losses.losses).toMatchObject([
      {
        kind: 'dropped',
        readings: 500,
        isExact: true,
        fromMs: nowMs + JOURNAL_LIMITS.inFlightReadings,
        toMs: nowMs + count - 1,
        isConfirmed: false,
      },
    ]);
    expect(host.status.lossTotals.dropped).toEqual({ readings: 500, losses: 1 });
    await until(
      () => journal.losses().losses.length === 1,
      () => '',
    );
    await journal.acknowledgeLosses(journal.losses().losses, 'admin');
    expect(journal.status().lost).toBeNull();
    expect(journal.losses()).toMatchObject({
      losses: [{ isSeen: true }],
      acknowledged: { by: 'admin', readings: 500 },
    });
  } finally {
    await journal.close();
    await Promise.all(hosts.splice(0).map((host) => host.close()));
    await rm(copy, { recursive: true, force: true });
  }
});

test('readings that cannot be written before the end are told, once the disk takes the note', async () => {
  const disk = createFailingDisk();
  const host = await open({ createFile: (path) => disk.create(path) });
  await append(host, 0);
  disk.mode = 'full';
  host.append(
    toBatch([
      [0, 1, START_MS + 1_000],
      [0, 2, START_MS + 2_000],
    ]),
  );
  await host.close();
  await expectTold([
    { kind: 'dropped', readings: 2, fromMs: START_MS + 1_000, toMs: START_MS + 2_000, isConfirmed: false },
  ]);
});

test('what the disk does not take now is told at once, and saved later', async () => {
  let isFull = true;
  const disk = {
    ...JOURNAL_DISK,
    async writeFile(path: string, text: string) {
      if (isFull && path.includes('lost.json')) throw new Error('ENOSPC');
      await JOURNAL_DISK.writeFile(path, text);
    },
  };
  const host = await open({ disk });
  host.noteDrops(DROPPED);
  expect(host.status.lost).toEqual({ readings: 7, isExact: true, fromMs: 1, toMs: 9 });
  await until(
    () => host.status.upkeepFailure === 'ENOSPC',
    () => JSON.stringify(host.status),
  );
  isFull = false;
  await until(
    () => host.status.upkeepFailure === null,
    () => JSON.stringify(host.status),
  );
  expect((await loadTrimLog(directory, JOURNAL_DISK)).lost?.readings).toBe(7);
});

test('what is noted while the file is being written is not lost with it', async () => {
  let write: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    write = resolve;
  });
  const go = Promise.withResolvers<void>();
  let isFirst = true;
  const disk = {
    ...JOURNAL_DISK,
    async writeFile(path: string, text: string) {
      write();
      if (isFirst) await go.promise;
      isFirst = false;
      await JOURNAL_DISK.writeFile(path, text);
    },
  };
  const log = await loadTrimLog(directory, disk, () => START_MS);
  log.note(DROPPED);
  const saving = log.save();
  await begun;
  log.note({ ...DROPPED, kind: 'damaged' });
  go.resolve();
  await saving;
  await log.save();
  const kinds = (await loadTrimLog(directory, JOURNAL_DISK)).state.book.losses.map(({ kind }) => kind);
  expect(kinds).toEqual(['dropped', 'damaged']);
});

test('a file of the version before is read: its sum is a loss by deletion, and floors stay', async () => {
  const old = {
    version: 1,
    lost: { readings: 42, fromMs: START_MS, toMs: START_MS + 9 },
    trimmedToMs: START_MS + 9,
    stampFloorMs: START_MS + 9,
    seqFloor: 77,
    deleting: ['0000000000000001.seg', '../evil'],
  };
  await writeFile(join(directory, 'lost.json'), JSON.stringify(old));
  const { state, lost } = await loadTrimLog(directory, JOURNAL_DISK);
  expect(lost).toEqual({ readings: 42, isExact: true, fromMs: START_MS, toMs: START_MS + 9 });
  expect(state).toMatchObject({ trimmedToMs: START_MS + 9, seqFloor: 77, deleting: [old.deleting[0]] });
  expect(state.book.totals.expired).toEqual({ readings: 42, losses: 1 });
  const first = await open({ wallMs: () => START_MS });
  await first.close();
  const second = await open({ wallMs: () => START_MS + 99_000 });
  expect(second.losses.losses, 'noticed once').toMatchObject([{ readings: 42, noticedMs: START_MS }]);
});

test.each(['', '{"version":2', '{"version":3}', '{"version":2,"book":{"losses":[{}]}}'])(
  'a file that cannot be read (%j) is itself told as a loss of unknown size',
  async (text) => {
    await writeFile(join(directory, 'lost.json'), text);
    const host = await open({ sink: createFakeSink(() => DOWN) });
    expect(host.status.lost).toEqual({ readings: 1, isExact: false, fromMs: null, toMs: null });
  },
);
