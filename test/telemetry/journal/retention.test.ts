/** What the journal gives up when it is too old or too large, and how that is counted. */
import { readdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SendResult, SinkBlock } from '../../../src/sinks/sink.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
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

async function fill(into: JournalHost, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const before = into.status.durableReadings;
    into.append(
      toBatch(
        Array.from({ length: 100 }, (_, at): TestReading => [0, at, START_MS + (round * 100 + at) * 10]),
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
    () => opened.status.bytes <= 4000 && opened.status.lost?.readings === 800 - countKept(),
    () => JSON.stringify(opened.status),
  );
  const kept = countKept();
  const { lost, backlogReadings } = opened.status;
  expect(lost).toEqual({ readings: 800 - kept, fromMs: START_MS, toMs: START_MS + (800 - kept) * 10 - 10 });
  expect(backlogReadings).toBe(kept);
});

test('confirmed readings deleted for size are no loss, and their files go', async () => {
  const sink = createFakeSink(() => ACCEPTED);
  const opened = await openHost({ directory, model, sink, segmentBytes: 1000, maxBytes: 4000 });
  host = opened;
  await fill(opened, 8);
  await until(
    () => opened.status.bytes <= 4000,
    () => JSON.stringify(opened.status),
  );
  expect(opened.status.lost).toBeNull();
  const names = await readdir(directory);
  expect(names.filter((name) => name.endsWith('.idx')).length).toBeLessThanOrEqual(4);
  expect(names.filter((name) => name.startsWith('table-'))).toHaveLength(1);
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
