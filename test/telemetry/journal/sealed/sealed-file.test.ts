/** Reading sealed files: whole, damaged in any bit, cut off at any byte. */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { BlockRows } from '../../../../src/telemetry/journal/rows.ts';
import { encodeRecord } from '../../../../src/telemetry/journal/sealed/record.ts';
import {
  openSealed,
  openSealedOrNull,
  type SealedFile,
  SealedFileError,
} from '../../../../src/telemetry/journal/sealed/sealed-file.ts';
import { testRuns } from '../../../support/effort.ts';
import { testSeed } from '../../../support/seed.ts';
import { createTemporaryDirectory, temporaryDirectory } from '../../../support/temp.ts';
import { block, crcOf, type Reading, readingsOf, rowsToText, seal, T0, toRows } from './sealing.ts';

const seed = testSeed();
const EVER = 2 ** 51;

async function write(
  readings: readonly Reading[],
): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const { files } = await seal(block(readings, 1));
  const bytes = files[0] as Buffer;
  const path = join(temporaryDirectory(), 'one.sealed');
  writeFileSync(path, bytes);
  return { path, bytes };
}

/** The caller closes it. */
function reopen(path: string, bytes: Buffer): SealedFile {
  writeFileSync(path, bytes);
  return openSealed(path);
}

async function open(readings: readonly Reading[]): Promise<SealedFile> {
  const file = openSealed((await write(readings)).path);
  onTestFinished(() => file.close());
  return file;
}

function textOf(readings: readonly Reading[]): string[] {
  return rowsToText(toRows(readings));
}

/** In the order of a sealed file: by point, each point's by stamp. */
function sortByPoint(readings: readonly Reading[]): Reading[] {
  return readings.toSorted((one, other) => one.point - other.point || one.stampMs - other.stampMs);
}

function portionsText(file: SealedFile, maxReadings: number): string[] {
  return [...file.portions(maxReadings)].flatMap(({ rows }) => rowsToText(rows));
}

const SMALL_POINTS = [2, 3, 5, 70_000];
/** Four points, one of them far from the others; small enough to be damaged bit by bit. */
const SMALL: readonly Reading[] = [0, 1, 2].flatMap((turn) =>
  SMALL_POINTS.map(
    (point, at): Reading => ({
      point,
      stampMs: T0 + turn * 1000 + at,
      value: point + turn / 10,
      quality: point === 5 && turn === 1 ? 130 : 0,
      mark: turn === 0 ? 1 : 0,
    }),
  ),
);

test('readings of every kind come back from a file, by point and in portions', async () => {
  const directory = createTemporaryDirectory();
  onTestFinished(() => directory.remove());
  const path = join(directory.path, 'one.sealed');
  const several = fc.tuple(
    readingsOf(0, 80),
    readingsOf(1, 80),
    readingsOf(4000, 80),
    readingsOf(30_000, 80),
  );
  await fc.assert(
    fc.asyncProperty(several, fc.integer({ min: 1, max: 100 }), async (points, maxReadings) => {
      const { files, result } = await seal(block(points.flat(), 1));
      const file = reopen(path, files[0] as Buffer);
      try {
        expect(result).toMatchObject({
          readings: points.flat().length,
          damagedPlaces: 0,
          repeatedReadings: 0,
        });
        for (const readings of points) {
          const read = file.readPoint(readings[0]?.point ?? 0, 0, EVER);
          expect(read.damage).toBeNull();
          expect(rowsToText(read.rows)).toEqual(textOf(readings));
        }
        expect(portionsText(file, maxReadings)).toEqual(textOf(points.flat()));
        expect(file.problems.size).toBe(0);
      } finally {
        file.close();
      }
    }),
    { seed, numRuns: testRuns(40) },
  );
});

test('a range holds its beginning and not its end', async () => {
  const file = await open(SMALL);
  const stamps = (from: number, to: number): number[] => [...file.readPoint(3, from, to).rows.stampMs];
  expect(stamps(T0 + 1, T0 + 2001)).toEqual([T0 + 1, T0 + 1001]);
  expect(stamps(T0 + 2, T0 + 2002)).toEqual([T0 + 1001, T0 + 2001]);
  expect(stamps(T0 + 2, T0 + 1001)).toEqual([]);
  expect(stamps(0, T0)).toEqual([]);
  expect(stamps(T0 + 9999, EVER)).toEqual([]);
});

test('a point that is not in the file has no readings and no damage', async () => {
  const file = await open(SMALL);
  for (const point of [0, 4, 69_999, 70_001, 4_000_000]) {
    expect(file.readPoint(point, 0, EVER)).toMatchObject({ rows: { count: 0 }, damage: null });
    expect(file.summaries(point)).toEqual({ summaries: [], damage: null });
  }
});

test('the last reading up to an instant is the one that stood then', async () => {
  const file = await open(SMALL);
  const lastUpTo = (atMs: number): number[] => [...file.lastUpTo(3, atMs).rows.stampMs];
  expect(lastUpTo(T0)).toEqual([]);
  expect(lastUpTo(T0 + 1)).toEqual([T0 + 1]);
  expect(lastUpTo(T0 + 1000)).toEqual([T0 + 1]);
  expect(lastUpTo(EVER)).toEqual([T0 + 2001]);
  expect(lastUpTo(0)).toEqual([]);
});

test('a point with more readings than a chunk holds has several, and reads as one', async () => {
  const many = Array.from(
    { length: 40_000 },
    (_, at): Reading => ({
      point: 1,
      stampMs: T0 + at * 1000 + (at % 7),
      value: (at % 100) / 10,
    }),
  );
  const blocks = Array.from({ length: 10 }, (_, at) => block(many.slice(at * 4000, (at + 1) * 4000), at + 1));
  const { files } = await seal(Buffer.concat([...blocks, block([{ point: 9, stampMs: T0, value: 1 }], 11)]));
  const file = reopen(join(temporaryDirectory(), 'one.sealed'), files[0] as Buffer);
  onTestFinished(() => file.close());
  expect(file.figures).toMatchObject({ readings: 40_001, chunks: 4 });
  expect(rowsToText(file.readPoint(1, 0, EVER).rows)).toEqual(textOf(many));
  expect(file.readPoint(1, many[16_300]?.stampMs ?? 0, many[16_500]?.stampMs ?? 0).rows.count).toBe(200);
  expect(file.lastUpTo(1, many[20_000]?.stampMs ?? 0).rows.stampMs[0]).toBe(many[20_000]?.stampMs);
  expect(file.summaries(1).summaries.map((summary) => summary.readings)).toEqual([16_384, 16_384, 7232]);
  expect(file.readPoint(9, 0, EVER).rows.count).toBe(1);
});

test('every point of many pages is found', async () => {
  const points = Array.from({ length: 3000 }, (_, at) => at * 3);
  const readings = points.map((point): Reading => ({ point, stampMs: T0 + point, value: point }));
  const file = await open(readings);
  expect(file.figures.pages).toBe(12);
  for (const point of [...points, 1, 4, 8998, 9000]) {
    const { rows } = file.readPoint(point, 0, EVER);
    expect([...rows.value], `point ${point}`).toEqual(points.includes(point) ? [point] : []);
  }
});

test('sending goes on at any cursor without gap or double', async () => {
  const file = await open(SMALL);
  const whole = portionsText(file, 1000);
  for (const maxReadings of [1, 2, 3, 4, 5, 11, 12, 13]) {
    const portions = [...file.portions(maxReadings)];
    expect(portions.every(({ rows }) => rows.count <= maxReadings)).toBe(true);
    let done = 0;
    for (const { rows, next } of portions) {
      done += rows.count;
      expect(next.readings).toBe(done);
      const rest = [...file.portions(7, next)].flatMap((portion) => rowsToText(portion.rows));
      expect(rest, `after ${done} of ${maxReadings} each`).toEqual(whole.slice(done));
    }
  }
});

test('portions keep their rows while later ones are read', async () => {
  const file = await open(SMALL);
  const portions = [...file.portions(4)];
  expect(portions.flatMap(({ rows }) => rowsToText(rows))).toEqual(textOf(sortByPoint(SMALL)));
});

/** For each point: its readings, or null where they could not be read; then damage must have been said. */
function readAll(file: SealedFile): Map<number, string[] | null> {
  return new Map(
    SMALL_POINTS.map((point) => {
      const { rows, damage } = file.readPoint(point, 0, EVER);
      const isMissing = rows.count === 0;
      expect(isMissing && damage === null, `point ${point} is missing and nobody said so`).toBe(false);
      expect(file.summaries(point).summaries.length).toBe(isMissing ? 0 : 1);
      return [point, isMissing ? null : rowsToText(rows)];
    }),
  );
}

function pointText(point: number): string[] {
  return textOf(SMALL.filter((one) => one.point === point));
}

/** Points whose readings are not all there; none may be wrong. */
function lostPoints(file: SealedFile): number[] {
  return [...readAll(file)].flatMap(([point, found]) => {
    if (found !== null) expect(found).toEqual(pointText(point));
    return found === null ? [point] : [];
  });
}

/** Offsets of the chunks in the order of SMALL_POINTS, and where they end. */
function chunkEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  let at = 96;
  for (const _ of SMALL_POINTS) {
    at += 2 + bytes.readUInt8(at + 1) + 4;
    ends.push(at);
  }
  return ends;
}

test('a flip of any bit is noticed and costs the chunk it is in, nothing else', async () => {
  const { path, bytes } = await write(SMALL);
  const ends = chunkEnds(bytes);
  const directoryAt = ends.at(-1) ?? 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const place = bit >>> 3;
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(place) ^ (1 << (bit & 7)), place);
    const file = reopen(path, damaged);
    try {
      const isInChunk = place >= 96 && place < directoryAt;
      const hit = SMALL_POINTS[ends.findIndex((end) => place < end)] as number;
      expect(lostPoints(file), `bit ${bit}`).toEqual(isInChunk ? [hit] : []);
      expect(file.problems.size, `bit ${bit} went unnoticed`).toBeGreaterThan(0);
      const sent = portionsText(file, 4);
      const left = SMALL_POINTS.filter((point) => !isInChunk || point !== hit);
      expect(sent, `bit ${bit}`).toEqual(left.flatMap(pointText));
    } finally {
      file.close();
    }
  }
});

test('a chunk that is damaged while the directory is, too, costs only itself', async () => {
  const { path, bytes } = await write(SMALL);
  const ends = chunkEnds(bytes);
  const directoryAt = ends.at(-1) ?? 0;
  for (const directoryByte of [directoryAt, bytes.length - 96 - 8]) {
    for (let place = 96; place < directoryAt; place++) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(place) ^ 0xff, place);
      damaged.writeUInt8(damaged.readUInt8(directoryByte) ^ 0xff, directoryByte);
      const file = reopen(path, damaged);
      const hit = SMALL_POINTS[ends.findIndex((end) => place < end)] as number;
      expect(lostPoints(file), `byte ${place}`).toEqual([hit]);
      file.close();
    }
  }
});

test('a chunk whose columns are wrong although its checksum is right is said to be so and costs only itself', async () => {
  const { path, bytes } = await write(SMALL);
  const [end] = chunkEnds(bytes) as [number];
  // The flags behind frame, point and number of readings: now they say that there are sources.
  bytes.writeUInt8(bytes.readUInt8(100) | 0x20, 100);
  bytes.writeUInt32LE(crcOf(bytes.subarray(96, end - 4)), end - 4);
  const file = reopen(path, bytes);
  onTestFinished(() => file.close());
  expect(lostPoints(file)).toEqual([2]);
  expect(file.readPoint(2, 0, EVER).damage).toContain('does not hold what its head says');
  expect(file.summaries(2).damage).toContain('does not hold what its head says');
  const portions = [...file.portions(100)];
  expect(portions.map(({ rows, damagedPlaces }) => [rows.count, damagedPlaces])).toEqual([[9, 1]]);
  expect(portions[0]?.next.readings).toBe(9);
  expect(file.problems.has('chunk')).toBe(true);
});

test('a file cut off at any byte gives the chunks that are whole', async () => {
  const { path, bytes } = await write(SMALL);
  const ends = chunkEnds(bytes);
  for (let kept = 0; kept < bytes.length; kept++) {
    const cut = bytes.subarray(0, kept);
    if (kept < 96) {
      expect(() => reopen(path, cut), `${kept} bytes`).toThrow(SealedFileError);
      continue;
    }
    const file = reopen(path, cut);
    const lost = SMALL_POINTS.filter((_, at) => (ends[at] as number) > kept);
    expect(lostPoints(file), `${kept} bytes`).toEqual(lost);
    expect(file.problems.has('size')).toBe(true);
    const left = SMALL_POINTS.filter((point) => !lost.includes(point));
    expect(portionsText(file, 4)).toEqual(left.flatMap(pointText));
    file.close();
  }
});

test('a file with both ends damaged, of an unknown version, or of garbage is refused with the reason', async () => {
  const { path, bytes } = await write(SMALL);
  const both = Buffer.from(bytes);
  both.writeUInt8(0, 1);
  both.writeUInt8(0, bytes.length - 1 - 50);
  both.writeUInt8(0xff, bytes.length - 1);
  expect(() => reopen(path, both)).toThrow('damaged');
  const file = reopen(path, bytes);
  const { figures } = file;
  file.close();
  const newer = Buffer.concat([
    asVersion2(encodeRecord(figures, 'head')),
    bytes.subarray(96, -96),
    asVersion2(encodeRecord(figures, 'end')),
  ]);
  expect(() => reopen(path, newer)).toThrow('unknown-version');
  expect(() => reopen(path, Buffer.alloc(5000, 0xc7))).toThrow('damaged');
});

test('for what reads beside retention, a file that is gone is none, and one that is damaged is none and said', async () => {
  const { path } = await write(SMALL);
  const said: string[] = [];
  const tryOpen = (at: string): SealedFile | null => openSealedOrNull(at, () => said.push(at));
  expect(tryOpen(`${path}.gone`)).toBeNull();
  expect(said).toEqual([]);
  const file = tryOpen(path);
  expect(file?.figures).toBeDefined();
  file?.close();
  writeFileSync(path, Buffer.alloc(5000, 0xc7));
  expect(tryOpen(path)).toBeNull();
  expect(said).toEqual([path]);
  expect(() => tryOpen(dirname(path))).toThrow('EISDIR');
});

test('figures beyond the limits are not believed', async () => {
  const { path, bytes } = await write(SMALL);
  const file = reopen(path, bytes);
  const { figures } = file;
  file.close();
  for (const wrong of [
    { bytes: 2 ** 32 - 1, directoryAt: 2 ** 31 },
    { pages: 2 ** 32 - 1 },
    { pages: SMALL_POINTS.length },
    { directoryAt: 95 },
    { directoryAt: bytes.length },
    { readings: 2 ** 32 - 1 },
    { chunks: 1000 },
    { parts: 0 },
    { minStampMs: Number.NaN },
  ]) {
    const records = [
      encodeRecord({ ...figures, ...wrong }, 'head'),
      encodeRecord({ ...figures, ...wrong }, 'end'),
    ];
    const whole = Buffer.concat([records[0] as Buffer, bytes.subarray(96, -96), records[1] as Buffer]);
    expect(() => reopen(path, whole), JSON.stringify(wrong)).toThrow('damaged');
  }
});

test('a stretch of garbage longer than a window is stepped over', async () => {
  const { path, bytes } = await write(SMALL);
  const [firstEnd] = chunkEnds(bytes) as [number];
  const garbage = Buffer.alloc(5_000_000, Buffer.from([0xc7, 0x90, 0x4e, 1, 2, 3]));
  const file = reopen(path, bytes);
  const { figures } = file;
  file.close();
  const moved = {
    ...figures,
    bytes: bytes.length + garbage.length,
    directoryAt: figures.directoryAt + garbage.length,
  };
  const whole = Buffer.concat([
    encodeRecord(moved, 'head'),
    bytes.subarray(96, firstEnd),
    garbage,
    bytes.subarray(firstEnd, -96),
    encodeRecord(moved, 'end'),
  ]);
  const long = reopen(path, whole);
  onTestFinished(() => long.close());
  expect(portionsText(long, 5)).toEqual(SMALL_POINTS.flatMap(pointText));
  const rows: BlockRows = long.readPoint(70_000, 0, EVER).rows;
  expect(rowsToText(rows)).toEqual(pointText(70_000));
  expect(long.problems.has('page-table')).toBe(true);
});

/** With a checksum that is right, so that only the version speaks against it. */
function asVersion2(record: Buffer): Buffer {
  const bytes = Buffer.from(record);
  bytes.writeUInt8(2, 4);
  bytes.writeUInt32LE(crcOf(bytes.subarray(0, 92)), 92);
  return bytes;
}
