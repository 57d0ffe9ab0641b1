/** Segments, hostile columns and a disk in memory for the tests of sealed files. */
import * as fc from 'fast-check';
import type { SegmentFile } from '../../../../src/telemetry/journal/files.ts';
import { segmentPath } from '../../../../src/telemetry/journal/files.ts';
import { encodeBlock } from '../../../../src/telemetry/journal/format.ts';
import { type BlockRows, createRows } from '../../../../src/telemetry/journal/rows.ts';
import type { SealDisk } from '../../../../src/telemetry/journal/sealed/disk.ts';
import { type SealResult, sealSegments } from '../../../../src/telemetry/journal/sealed/seal.ts';

export const TABLE = '0123456789abcdef';
export const OTHER_TABLE = 'fedcba9876543210';
export const T0 = 1e12;
export const DIRECTORY = '/journal';

export interface Reading {
  readonly point: number;
  readonly stampMs: number;
  readonly value: number;
  readonly quality?: number;
  readonly mark?: number;
  readonly receivedMs?: number;
  readonly sourceMs?: number;
}

export function toRows(readings: readonly Reading[]): BlockRows {
  const rows = createRows(readings.length);
  for (const one of readings) {
    const at = rows.count++;
    rows.point[at] = one.point;
    rows.stampMs[at] = one.stampMs;
    rows.quality[at] = one.quality ?? 0;
    rows.value[at] = (one.quality ?? 0) >= 128 ? Number.NaN : one.value;
    rows.mark[at] = one.mark ?? 0;
    rows.receivedMs[at] = one.receivedMs ?? one.stampMs;
    rows.sourceMs[at] = one.sourceMs ?? Number.NaN;
  }
  return rows;
}

/** All of a row, told apart to the bit (-0 is not 0). */
export function rowsToText(rows: BlockRows): string[] {
  return Array.from({ length: rows.count }, (_, at) =>
    [
      rows.point[at],
      rows.stampMs[at],
      Object.is(rows.value[at], -0) ? '-0' : rows.value[at],
      rows.quality[at],
      rows.mark[at],
      rows.receivedMs[at],
      rows.sourceMs[at],
    ].join(' '),
  );
}

export function block(readings: readonly Reading[], seq: number, tableId = TABLE): Buffer {
  return encodeBlock(toRows(readings), { seq, tableId, highStampMs: Number.NEGATIVE_INFINITY });
}

/** One step that changes the disk or makes a change durable. */
export type DiskStep =
  | { readonly type: 'create' | 'datasync' | 'remove'; readonly path: string }
  | { readonly type: 'write'; readonly path: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'rename'; readonly path: string; readonly to: string }
  | { readonly type: 'sync-directory' };

export interface MemoryDisk extends SealDisk {
  /** Key: path. As a process that goes on running sees them. */
  readonly files: Map<string, Buffer>;
  readonly steps: DiskStep[];
}

/** @param failAt number of the step that fails, from 0, and with it every later one but removals */
export function createMemoryDisk(segments: ReadonlyMap<number, Buffer>, failAt = Infinity): MemoryDisk {
  const files = new Map([...segments].map(([seq, bytes]) => [segmentPath(DIRECTORY, seq), bytes]));
  const steps: DiskStep[] = [];
  const take = (step: DiskStep): void => {
    if (steps.length >= failAt && step.type !== 'remove') {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    }
    steps.push(step);
    applyStep(files, step);
  };
  return {
    files,
    steps,
    readFile: async (path) => files.get(path) ?? Promise.reject(new Error(`no file ${path}`)),
    createFile: async (path) => {
      if (files.has(path)) throw new Error(`there is ${path}`);
      take({ type: 'create', path });
      return memoryFile(path, take);
    },
    rename: async (path, to) => take({ type: 'rename', path, to }),
    remove: async (path) => take({ type: 'remove', path }),
    syncDirectory: async () => take({ type: 'sync-directory' }),
  };
}

function memoryFile(path: string, take: (step: DiskStep) => void): SegmentFile {
  return {
    write: async (bytes, offset) => take({ type: 'write', path, offset, bytes: Buffer.from(bytes) }),
    datasync: async () => take({ type: 'datasync', path }),
    truncate: async () => undefined,
    close: async () => undefined,
  };
}

export function applyStep(files: Map<string, Buffer>, step: DiskStep): void {
  const path = step.type === 'sync-directory' ? '' : step.path;
  const old = files.get(path) ?? Buffer.alloc(0);
  if (step.type === 'create') files.set(path, old);
  if (step.type === 'write') files.set(path, writeInto(old, step.bytes, step.offset));
  if (step.type === 'remove') files.delete(path);
  if (step.type === 'rename') {
    files.delete(path);
    files.set(step.to, old);
  }
}

function writeInto(old: Buffer, bytes: Buffer, offset: number): Buffer {
  const grown = Buffer.alloc(Math.max(old.length, offset + bytes.length));
  old.copy(grown);
  bytes.copy(grown, offset);
  return grown;
}

/** Seals one segment of these bytes. */
export async function seal(
  bytes: Buffer,
  firstSeq = 1,
): Promise<{ readonly result: SealResult; readonly files: readonly Buffer[] }> {
  const disk = createMemoryDisk(new Map([[firstSeq, bytes]]));
  const result = await sealSegments({ directory: DIRECTORY, firstSeqs: [firstSeq] }, { disk });
  const paths = [...disk.files.keys()].filter((path) => path.endsWith('.sealed')).sort();
  return { result, files: paths.map((path) => disk.files.get(path) as Buffer) };
}

const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
/** Values as one point gives them, and as none should. */
const valuesOf: fc.Arbitrary<fc.Arbitrary<number>> = fc.constantFrom(
  fc.integer({ min: -40, max: 400 }).map((tenths) => tenths / 10),
  fc.integer({ min: -40_000, max: 40_000 }).map((hundredths) => Math.fround(hundredths / 100)),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: 0, max: 1 }),
  fc.integer({ min: 0, max: 2 ** 32 }),
  fc.maxSafeInteger(),
  fc.double({ min: 21, max: 22, noNaN: true }),
  fc.constantFrom(0, -0),
  fc.constantFrom(-0, 0.1 + 0.2, 5e-324, Number.MAX_VALUE, -1e300, 2 ** 49, 2 ** 53, 1e-9, 123.456_789_012),
  anyDouble,
);
const qualitiesOf: fc.Arbitrary<fc.Arbitrary<number>> = fc.constantFrom(
  fc.constant(0),
  fc.constant(130),
  fc.constantFrom(0, 0, 0, 65, 130),
  fc.integer({ min: 0, max: 254 }),
);
const gapsOf: fc.Arbitrary<fc.Arbitrary<number>> = fc.constantFrom(
  fc.integer({ min: 995, max: 1005 }),
  fc.constant(1),
  fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 990, max: 1010 }) },
    fc.integer({ min: 1, max: 2 ** 40 }),
  ),
  fc.integer({ min: 1, max: 2 ** 36 }),
);
const differencesOf: fc.Arbitrary<fc.Arbitrary<number>> = fc.constantFrom(
  fc.constant(0),
  fc.integer({ min: -3, max: 60 }),
  // A clock that was set: the stamp follows the last one, the time of receipt does not.
  fc.oneof({ weight: 10, arbitrary: fc.constant(0) }, fc.integer({ min: -(2 ** 39), max: 2 ** 39 })),
);
const sourcesOf: fc.Arbitrary<fc.Arbitrary<number | null>> = fc.constantFrom(
  fc.constant(null),
  fc.integer({ min: 20, max: 80 }),
  fc.option(fc.integer({ min: -(2 ** 39), max: 2 ** 39 })),
);

/** Readings of one point, stamps strictly increasing, of every kind that the log can hold. */
export function readingsOf(point: number, maxLength: number): fc.Arbitrary<readonly Reading[]> {
  return fc
    .tuple(valuesOf, qualitiesOf, gapsOf, differencesOf, sourcesOf, fc.integer({ min: 0, max: 60 }))
    .chain(([value, quality, gap, received, source, markEvery]) =>
      fc
        .array(fc.record({ value, quality, gap, received, source }), { minLength: 1, maxLength })
        .map((list) => {
          let stampMs = T0;
          return list.map((one, at): Reading => {
            stampMs += one.gap;
            const receivedMs = stampMs - one.received;
            return {
              point,
              stampMs,
              value: one.value,
              quality: one.quality,
              mark: markEvery > 0 && at % markEvery === 0 ? 1 : 0,
              receivedMs,
              sourceMs: one.source === null ? Number.NaN : receivedMs - one.source,
            };
          });
        }),
    );
}

/** CRC-32 (IEEE 802.3) bit by bit, sharing nothing with the code. */
export function crcOf(bytes: Buffer): number {
  let rest = 0xffff_ffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb8_8320 : 0);
  }
  return (rest ^ 0xffff_ffff) >>> 0;
}
