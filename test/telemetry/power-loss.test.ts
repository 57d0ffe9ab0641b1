/**
 * Power loss: everything that a run does to the disk is recorded (commits, sealing, confirmations, retention), the power is cut
 * before every step and within writes, and each directory that could be left is recovered. Of the cuts
 * that leave some of what was not synced a run tries some hundreds, at random; RISER_TEST_EFFORT tries more.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { SinkBlock } from '../../src/sinks/sink.ts';
import { decodeHeader, decodeRows } from '../../src/telemetry/journal/format.ts';
import { type JournalledReading, readJournal } from '../../src/telemetry/journal/reader.ts';
import { type Recovered, recoverJournal } from '../../src/telemetry/journal/recovery.ts';
import { scanBlocks } from '../../src/telemetry/journal/scan.ts';
import { parseTable, toTableText } from '../../src/telemetry/journal/table.ts';
import { testRuns } from '../support/effort.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { createTemporaryDirectory, temporaryDirectory } from '../support/temp.ts';
import { ACCEPTED, createFakeSink, DOWN, openHost, START_MS, until } from './hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';
import {
  afterPowerCut,
  createRecordingDisk,
  QUICK_DISK,
  type Reached,
  type Step,
  storeFiles,
} from './power-cut.ts';

const POINTS = 2;
const ROUND = 24;
/** Cuts of each random kind. */
const CUTS = 200;
const model = createTestModel(pumpPoints(1, POINTS));
const table = parseTable(toTableText(model));
const seed = testSeed();
const random = createRandom(seed);

/** Reading number n of the run; what the journal knows of it is its stamp. */
function toReading(number: number): TestReading {
  return [number % POINTS, Math.fround(Math.sin(number) * 100), START_MS + number];
}

/** What was true when the run had taken so many steps. */
interface Mark {
  /** Readings 0 to this one less were told durable. */
  readonly durable: number;
  /** Numbers of the readings that the sink had accepted, by count. */
  readonly stored: ReadonlySet<number>;
}

interface Run {
  readonly steps: readonly Step[];
  /** By number of steps. */
  readonly marks: readonly Mark[];
  readonly lost: number;
  readonly blocks: readonly { readonly seq: number; readonly syncedAt: number }[];
}

/** First with a sink that takes all, then with one that takes nothing until unconfirmed readings have to go. */
async function record(directory: string): Promise<Run> {
  const stored = new Set<number>();
  let snapshot: ReadonlySet<number> = new Set();
  let isUp = true;
  const sink = createFakeSink((blocks) => {
    if (!isUp) return DOWN;
    for (const number of numbersOf(blocks)) stored.add(number);
    snapshot = new Set(stored);
    return ACCEPTED;
  });
  let durable = (): number => 0;
  const marks: Mark[] = [{ durable: 0, stored: snapshot }];
  const disk = createRecordingDisk(() => marks.push({ durable: durable(), stored: snapshot }));
  const host = await openHost({
    directory,
    model,
    sink,
    disk,
    segmentBytes: 500,
    maxBytes: 3_000,
    sealing: { pointReadings: 40, groupShare: 3 },
  });
  durable = () => host.status.durableReadings;
  for (let round = 0; round < 34; round++) {
    if (round === 10) {
      await until(
        () => host.status.backlogReadings === 0,
        () => JSON.stringify(host.status),
      );
      isUp = false;
    }
    host.append(toBatch(Array.from({ length: ROUND }, (_, at) => toReading(round * ROUND + at))));
    await until(
      () => host.status.durableReadings === (round + 1) * ROUND,
      () => JSON.stringify(host.status),
    );
  }
  await until(
    () => host.status.lost !== null,
    () => JSON.stringify(host.status),
  );
  await host.close();
  return {
    steps: disk.steps,
    marks,
    lost: host.status.lost?.readings ?? 0,
    blocks: durableBlocks(disk.steps),
  };
}

function numbersOf(blocks: readonly SinkBlock[]): number[] {
  return blocks.flatMap(({ rows }) => [...rows.stampMs.subarray(0, rows.count)].map((ms) => ms - START_MS));
}

async function recover(
  directory: string,
  files: ReadonlyMap<string, Buffer>,
): Promise<{ recovered: Recovered; readings: readonly JournalledReading[] }> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  storeFiles(directory, files);
  const recovered = await recoverJournal(directory, table, QUICK_DISK);
  return { recovered, readings: [...readJournal(directory)] };
}

/** Block numbers of the segments that were durable or are still there. */
function blockNumbers(files: ReadonlyMap<string, Buffer>): number[] {
  return [...files]
    .filter(([name]) => name.endsWith('.seg'))
    .flatMap(([, bytes]) =>
      [...scanBlocks(bytes)].flatMap(({ header }) => (header === null ? [] : [header.seq])),
    );
}

/** Numbers of the readings that count as confirmed. */
function confirmedNumbers(recovered: Recovered, files: ReadonlyMap<string, Buffer>): number[] {
  const { confirmations } = recovered.book;
  const fromLogs = [...files]
    .filter(([name]) => name.endsWith('.seg'))
    .flatMap(([, bytes]) =>
      [...scanBlocks(bytes)].flatMap((item) => {
        if (item.type === 'damage' || !confirmations.covers(item.header.seq, item.header.seq)) return [];
        return [...decodeRows(bytes, item.offset, item.header).stampMs].map((ms) => ms - START_MS);
      }),
    );
  const fromSealed = recovered.book.segments
    .filter(({ form, unconfirmedReadings }) => form === 'sealed' && unconfirmedReadings === 0)
    .flatMap(({ figures }) =>
      Array.from(
        { length: (figures.maxStampMs ?? 0) - (figures.minStampMs ?? 0) + 1 },
        (_, at) => (figures.minStampMs ?? 0) + at - START_MS,
      ),
    );
  return [...fromLogs, ...fromSealed];
}

async function check(directory: string, run: Run, cut: number, reached: Reached): Promise<void> {
  const { durable, stored } = run.marks[cut] as Mark;
  const files = afterPowerCut(run.steps, cut, reached);
  const { recovered, readings } = await recover(directory, files);
  const numbers = readings.map(({ stampMs }) => stampMs - START_MS);
  const present = new Set(numbers);
  const held = recovered.book.segments.reduce((sum, { figures }) => sum + figures.readings, 0);
  expect([present.size, held], 'no reading twice').toEqual([numbers.length, numbers.length]);
  const wrong = readings.filter(({ pointId, stampMs, value }) => {
    const [point, expected] = toReading(stampMs - START_MS);
    return pointId !== table.points[point]?.id || value !== expected;
  });
  expect(wrong).toEqual([]);
  const missing = Array.from({ length: durable }, (_, number) => number).filter(
    (number) => !present.has(number),
  );
  const { book, trimmedToMs } = recovered.trimLog.state;
  // What is missing was deleted by retention, and what of it the sink had not is counted as lost.
  expect(missing.every((number) => number + START_MS <= (trimmedToMs ?? 0))).toBe(true);
  expect(missing.filter((number) => !stored.has(number)).length).toBe(book.totals.expired.readings);
  expect(book.totals.damaged.readings, 'what was being written when the power failed is no loss').toBe(0);
  const ahead = confirmedNumbers(recovered, files).filter((number) => !stored.has(number));
  expect(ahead, 'confirmed, but not sent').toEqual([]);
  const given = [
    ...blockNumbers(files),
    ...run.blocks.filter(({ syncedAt }) => syncedAt < cut).map(({ seq }) => seq),
  ];
  expect(recovered.nextSeq).toBeGreaterThan(Math.max(0, recovered.book.confirmations.lastSeq, ...given));
  const { segments } = recovered.book;
  expect(recovered.nextSeq).toBeGreaterThan(Math.max(0, ...segments.map(({ figures }) => figures.lastSeq)));
  expect(
    segments.filter(({ figures, unconfirmedReadings }) => unconfirmedReadings > figures.readings),
  ).toEqual([]);
}

/** First number of each write of blocks, with the step that made it durable: from then on the sink may know it. */
function durableBlocks(steps: readonly Step[]): Run['blocks'] {
  return steps.flatMap((step, at) => {
    const seq = step.type === 'write' ? decodeHeader(step.bytes, 0)?.seq : undefined;
    if (step.type !== 'write' || seq === undefined) return [];
    const syncedAt = steps.findIndex(
      (one) => one.type === 'sync-file' && one.file === step.file && one.upTo > at,
    );
    return syncedAt === -1 ? [] : [{ seq, syncedAt }];
  });
}

function isAfterWrite(cut: number): boolean {
  return run.steps[cut - 1]?.type === 'write';
}

/** As many of them as a run tries, each at most once, at random. */
function some<T>(items: readonly T[]): readonly T[] {
  const count = Math.min(items.length, testRuns(CUTS));
  const drawn = items.map((item) => [random(), item] as const).toSorted(([one], [other]) => one - other);
  return drawn.slice(0, count).map(([, item]) => item);
}

let run: Run;
let cuts: readonly number[] = [];
beforeAll(async () => {
  const directory = createTemporaryDirectory();
  try {
    run = await record(directory.path);
  } finally {
    directory.remove();
  }
  cuts = Array.from({ length: run.steps.length + 1 }, (_, cut) => cut);
}, 240_000);

test('the recorded run commits, seals, confirms, and deletes confirmed and unconfirmed readings', () => {
  const count = (isOne: (step: Step) => boolean): number => run.steps.filter(isOne).length;
  expect(run.steps.length).toBe(run.marks.length - 1);
  expect(count((step) => step.type === 'rename' && step.to.endsWith('.sealed'))).toBeGreaterThan(4);
  expect(count((step) => step.type === 'rename' && step.to === 'confirmed.json')).toBeGreaterThan(1);
  expect(count((step) => step.type === 'remove' && step.name.endsWith('.sealed'))).toBeGreaterThan(2);
  expect(run.lost).toBeGreaterThan(0);
});

test('when nothing has reached the disk that was not synced, nothing is lost, doubled or numbered twice', async () => {
  const directory = join(temporaryDirectory(), 'journal');
  for (const cut of cuts) await check(directory, run, cut, () => 0);
}, 120_000);

test('the same when everything has reached the disk, but for a piece of the last write', async () => {
  const directory = join(temporaryDirectory(), 'journal');
  const shares = [0.02, 0.5, 0.97, 1];
  const [writes, others] = [cuts.filter(isAfterWrite), cuts.filter((cut) => !isAfterWrite(cut))];
  const pieces = writes.flatMap((cut) => shares.map((share) => [cut, share] as const));
  const whole = others.map((cut) => [cut, 1] as const);
  for (const [cut, share] of some([...pieces, ...whole]))
    await check(directory, run, cut, (_, index) => (index === cut - 1 ? share : 1));
}, 120_000);

test('the same when any part of it has, in any order', async () => {
  const directory = join(temporaryDirectory(), 'journal');
  for (const cut of some(cuts))
    await check(directory, run, cut, () => [0, 1, random()][Math.floor(random() * 3)] ?? 0);
}, 120_000);

test('what is left can be written on, and arrives at the sink', async () => {
  for (let time = 0; time < testRuns(4); time++) {
    const directory = join(temporaryDirectory(), 'journal');
    const cut = Math.floor(random() * run.steps.length);
    const { stored } = run.marks[cut] as Mark;
    const { readings } = await recover(
      directory,
      afterPowerCut(run.steps, cut, () => Math.floor(random() * 2)),
    );
    const sink = createFakeSink(() => ACCEPTED);
    const host = await openHost({ directory, model, sink, disk: QUICK_DISK });
    host.append(toBatch([[0, 1, START_MS]]));
    await until(
      () => host.status.durableReadings === 1 && host.status.backlogReadings === 0,
      () => JSON.stringify(host.status),
    );
    await host.close();
    const sent = new Set([...sink.stored.keys()].map((key) => Number(key.split(' ')[1]) - START_MS));
    const unsent = readings
      .map(({ stampMs }) => stampMs - START_MS)
      .filter((one) => !stored.has(one) && !sent.has(one));
    expect(unsent).toEqual([]);
    expect([...readJournal(directory)]).toHaveLength(readings.length + 1);
  }
}, 240_000);
