/** Sealing: what is taken over from segments, what a failing disk leaves, and what every power cut leaves. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseSegmentName, segmentPath } from '../../../../src/telemetry/journal/files.ts';
import { decodeRows } from '../../../../src/telemetry/journal/format.ts';
import { scanBlocks } from '../../../../src/telemetry/journal/scan.ts';
import { SealRefused } from '../../../../src/telemetry/journal/sealed/gather.ts';
import { reconcileSealed } from '../../../../src/telemetry/journal/sealed/reconcile.ts';
import { parseSealedName, sealedPath } from '../../../../src/telemetry/journal/sealed/record.ts';
import { sealSegments } from '../../../../src/telemetry/journal/sealed/seal.ts';
import { openSealed, type SealedFile } from '../../../../src/telemetry/journal/sealed/sealed-file.ts';
import { temporaryDirectory } from '../../../support/temp.ts';
import {
  applyStep,
  block,
  crcOf,
  createMemoryDisk,
  DIRECTORY,
  type DiskStep,
  OTHER_TABLE,
  type Reading,
  rowsToText,
  seal,
  T0,
  TABLE,
} from './sealing.ts';

function readingsAt(fromMs: number, count = 6): Reading[] {
  return Array.from({ length: count }, (_, at) => ({
    point: at % 3,
    stampMs: fromMs + at * 10,
    value: at / 10,
  }));
}

function openBytes(bytes: Buffer | undefined): SealedFile {
  if (bytes === undefined) throw new Error('no file');
  const path = join(temporaryDirectory(), 'one.sealed');
  writeFileSync(path, bytes);
  const file = openSealed(path);
  onTestFinished(() => file.close());
  return file;
}

function allText(file: SealedFile): string[] {
  return [...file.portions(1000)].flatMap(({ rows }) => rowsToText(rows));
}

test('the figures say what the file replaces', async () => {
  const bytes = Buffer.concat([block(readingsAt(T0), 12), block(readingsAt(T0 + 100), 15)]);
  const { result, files } = await seal(bytes, 12);
  expect(result).toMatchObject({ readings: 12, segmentBytes: bytes.length, sealedBytes: files[0]?.length });
  expect(openBytes(files[0]).figures).toEqual(result.parts[0]);
  expect(result.parts).toMatchObject([
    {
      tableId: TABLE,
      part: 0,
      parts: 1,
      firstSeq: 12,
      lastSeq: 15,
      coverFirstSeq: 12,
      coverLastSeq: 15,
      minStampMs: T0,
      maxStampMs: T0 + 150,
      highStampMs: T0 + 150,
      readings: 12,
      chunks: 3,
    },
  ]);
});

test('a damaged block costs itself and is counted; the others are sealed', async () => {
  const damaged = block(readingsAt(T0 + 100), 2);
  damaged.writeUInt8(damaged.readUInt8(70) ^ 1, 70);
  const { result, files } = await seal(
    Buffer.concat([block(readingsAt(T0), 1), damaged, block(readingsAt(T0 + 200), 3), Buffer.from('torn')]),
  );
  expect(result).toMatchObject({
    readings: 12,
    damagedPlaces: 2,
    damagedBytes: damaged.length + 4,
    damagedReadings: 6,
    repeatedReadings: 0,
  });
  expect(allText(openBytes(files[0])).length).toBe(12);
});

test('a segment without an intact block makes no file', async () => {
  const disk = createMemoryDisk(new Map([[1, Buffer.from('nothing of ours')]]));
  const result = await sealSegments({ directory: DIRECTORY, firstSeqs: [1] }, { disk });
  expect(result).toMatchObject({ parts: [], readings: 0, damagedPlaces: 1, damagedBytes: 15 });
  expect(disk.steps).toEqual([]);
});

test('readings that a failed write left twice are kept once', async () => {
  const { result, files } = await seal(
    Buffer.concat([
      block(readingsAt(T0), 1),
      block(
        readingsAt(T0).map((one) => ({ ...one, value: 99 })),
        2,
      ),
      block(readingsAt(T0 + 1000), 3),
    ]),
  );
  expect(result).toMatchObject({ readings: 12, repeatedReadings: 6, parts: [{ readings: 12 }] });
  expect(allText(openBytes(files[0])).some((line) => line.includes(' 99 '))).toBe(false);
});

test('readings of a point that are not in order are put in order', async () => {
  const { result, files } = await seal(
    Buffer.concat([block(readingsAt(T0 + 1000), 1), block(readingsAt(T0), 2)]),
  );
  expect(result).toMatchObject({ readings: 12, repeatedReadings: 0 });
  const stamps = [...openBytes(files[0]).readPoint(0, 0, 2 ** 50).rows.stampMs];
  expect(stamps).toEqual([T0, T0 + 30, T0 + 1000, T0 + 1030]);
});

test('blocks of two configurations become two files', async () => {
  const { result, files } = await seal(
    Buffer.concat([
      block(readingsAt(T0), 1),
      block(readingsAt(T0 + 100), 2, OTHER_TABLE),
      block(readingsAt(T0 + 200), 3),
    ]),
  );
  expect(result.parts).toMatchObject([
    { tableId: TABLE, part: 0, parts: 2, firstSeq: 1, lastSeq: 3, coverFirstSeq: 1, coverLastSeq: 3 },
    { tableId: OTHER_TABLE, part: 1, parts: 2, firstSeq: 2, lastSeq: 2, coverFirstSeq: 1, coverLastSeq: 3 },
  ]);
  expect(files.map((bytes) => allText(openBytes(bytes)).length)).toEqual([12, 6]);
});

test('several segments become one file', async () => {
  const disk = createMemoryDisk(
    new Map([
      [1, block(readingsAt(T0), 1)],
      [5, block(readingsAt(T0 + 100), 5)],
    ]),
  );
  const result = await sealSegments({ directory: DIRECTORY, firstSeqs: [1, 5] }, { disk });
  expect(result.parts).toMatchObject([{ coverFirstSeq: 1, coverLastSeq: 5, readings: 12, chunks: 3 }]);
});

test('a block of a version that this program does not know is never thrown away', async () => {
  const newer = withVersion2(block(readingsAt(T0), 2));
  await expect(seal(Buffer.concat([block(readingsAt(T0), 1), newer]))).rejects.toThrow(SealRefused);
  await expect(seal(newer)).rejects.toMatchObject({ reason: 'unknown-version' });
});

test('a point beyond the limit stops the sealing, not the program', async () => {
  const bytes = block([{ point: 2 ** 32 - 1, stampMs: T0, value: 1 }], 1);
  await expect(seal(bytes)).rejects.toMatchObject({ reason: 'too-many-points' });
});

test('a disk that is full at any step leaves the segment and no file of ours', async () => {
  const segment = Buffer.concat([block(readingsAt(T0), 1), block(readingsAt(T0 + 100), 2, OTHER_TABLE)]);
  const whole = createMemoryDisk(new Map([[1, segment]]));
  await sealSegments({ directory: DIRECTORY, firstSeqs: [1] }, { disk: whole });
  for (let failAt = 0; failAt < whole.steps.length; failAt++) {
    if (whole.steps[failAt]?.type === 'remove') continue;
    const disk = createMemoryDisk(new Map([[1, segment]]), failAt);
    const sealing = sealSegments({ directory: DIRECTORY, firstSeqs: [1] }, { disk });
    await expect(sealing, `step ${failAt}`).rejects.toMatchObject({ code: 'ENOSPC' });
    expect([...disk.files], `step ${failAt}`).toEqual([[segmentPath(DIRECTORY, 1), segment]]);
  }
});

test('a temporary file of a sealing that was killed does not stop the next one', async () => {
  const disk = createMemoryDisk(new Map([[1, block(readingsAt(T0), 1)]]));
  disk.files.set(`${sealedPath(DIRECTORY, 1)}.tmp`, Buffer.from('half'));
  await sealSegments({ directory: DIRECTORY, firstSeqs: [1] }, { disk });
  expect([...disk.files.keys()].sort()).toEqual([sealedPath(DIRECTORY, 1), segmentPath(DIRECTORY, 1)]);
});

test('an aborted sealing ends soon and leaves nothing', async () => {
  const blocks = Array.from({ length: 50 }, (_, at) => block(readingsAt(T0 + at * 1000, 100), at + 1));
  const disk = createMemoryDisk(new Map([[1, Buffer.concat(blocks)]]));
  const abort = new AbortController();
  let looks = 0;
  const monoMs = (): number => {
    if (++looks === 60) abort.abort(new Error('closing'));
    return looks * 10;
  };
  const sealing = sealSegments(
    { directory: DIRECTORY, firstSeqs: [1] },
    { disk, signal: abort.signal, monoMs },
  );
  await expect(sealing).rejects.toThrow('closing');
  expect(looks).toBeLessThan(70);
  expect([...disk.files.keys()]).toEqual([segmentPath(DIRECTORY, 1)]);
});

test('others get their turn in every slice', async () => {
  const blocks = Array.from({ length: 60 }, (_, at) => block(readingsAt(T0 + at * 10_000, 300), at + 1));
  const disk = createMemoryDisk(new Map([[1, Buffer.concat(blocks)]]));
  let nowMs = 0;
  let sinceMs = 0;
  let longestMs = 0;
  let isRunning = true;
  const turn = (): void => {
    longestMs = Math.max(longestMs, nowMs - sinceMs);
    sinceMs = nowMs;
    if (isRunning) setImmediate(turn);
  };
  setImmediate(turn);
  // Every look at the clock stands for 1 ms of work.
  const monoMs = (): number => nowMs++;
  await sealSegments({ directory: DIRECTORY, firstSeqs: [1] }, { disk, monoMs, yieldEveryMs: 100 });
  isRunning = false;
  expect(nowMs).toBeGreaterThan(100);
  expect(longestMs).toBeLessThanOrEqual(22);
});

test('on a real disk a sealed file lies beside the segment until that is deleted', async () => {
  const directory = temporaryDirectory();
  writeFileSync(segmentPath(directory, 1), block(readingsAt(T0), 1));
  const result = await sealSegments({ directory, firstSeqs: [1] });
  expect(readdirSync(directory).sort()).toEqual(['0000000000000001.sealed', '0000000000000001.seg']);
  const file = openSealed(sealedPath(directory, 1));
  onTestFinished(() => file.close());
  expect(file.figures).toEqual(result.parts[0]);
  expect(allText(file).length).toBe(6);
});

test('finished parts make their segments obsolete, unfinished ones give way to them', () => {
  const part = (of: { part: number; parts: number; firstSeq: number }) => ({
    ...of,
    tableId: TABLE,
    lastSeq: 9,
    coverFirstSeq: 1,
    coverLastSeq: 9,
    minStampMs: T0,
    maxStampMs: T0,
    highStampMs: T0,
    readings: 1,
    chunks: 1,
    directoryAt: 96,
    pages: 1,
    bytes: 200,
  });
  const one = part({ part: 0, parts: 2, firstSeq: 1 });
  const other = part({ part: 1, parts: 2, firstSeq: 4 });
  expect(reconcileSealed([5, 10], [one, other])).toEqual({ obsoleteSegments: [5], unfinishedFiles: [] });
  expect(reconcileSealed([1, 5, 10], [other])).toEqual({ obsoleteSegments: [], unfinishedFiles: [4] });
  expect(reconcileSealed([10], [other])).toEqual({ obsoleteSegments: [], unfinishedFiles: [] });
});

const SEGMENTS = new Map([
  [1, Buffer.concat([block(readingsAt(T0), 1), block(readingsAt(T0 + 100), 2, OTHER_TABLE)])],
  [3, Buffer.concat([block(readingsAt(T0 + 200), 3, OTHER_TABLE), block(readingsAt(T0 + 300), 4)])],
]);

/** All steps of a sealing and of the deletion behind it. */
async function recordSteps(): Promise<readonly DiskStep[]> {
  const disk = createMemoryDisk(SEGMENTS);
  await sealSegments({ directory: DIRECTORY, firstSeqs: [1, 3] }, { disk });
  for (const firstSeq of SEGMENTS.keys()) await disk.remove(segmentPath(DIRECTORY, firstSeq));
  return disk.steps;
}

test('power that fails at any step, whatever of the unsynced has reached the disk, loses and doubles nothing', async () => {
  const steps = await recordSteps();
  const expected = readDirectory(segmentFiles());
  expect(expected.length).toBe(24);
  let states = 0;
  for (let cut = 0; cut <= steps.length; cut++) {
    for (const files of statesAfterPowerLoss(steps.slice(0, cut))) {
      states++;
      expect(readDirectory(files), `cut behind step ${cut}: ${steps[cut - 1]?.type}`).toEqual(expected);
    }
  }
  expect(states).toBeGreaterThan(100);
});

test.each(['datasync', 'sync-directory'] as const)(
  'the cutting notices when %s is left out',
  async (type) => {
    const steps = (await recordSteps()).filter((step) => step.type !== type);
    const expected = readDirectory(segmentFiles());
    const isLost = statesAfterPowerLoss(steps).some(
      (files) => readDirectory(files).join() !== expected.join(),
    );
    expect(isLost).toBe(true);
  },
);

function segmentFiles(): Map<string, Buffer> {
  return new Map([...SEGMENTS].map(([seq, bytes]) => [segmentPath(DIRECTORY, seq), bytes]));
}

/**
 * What a disk may hold after these steps: what was synced, and of the rest any subset of the changes of names, with all,
 * half or nothing of what was written since the last sync of its file. A new name is durable at once (files.ts syncs it).
 */
function statesAfterPowerLoss(steps: readonly DiskStep[]): Map<string, Buffer>[] {
  const lastSync = steps.findLastIndex((step) => step.type === 'sync-directory');
  const unsynced = steps.flatMap((step, at) =>
    at > lastSync && (step.type === 'rename' || step.type === 'remove') ? [at] : [],
  );
  const states: Map<string, Buffer>[] = [];
  for (let kept = 0; kept < 2 ** unsynced.length; kept++) {
    const lost = new Set(unsynced.filter((_, bit) => ((kept >> bit) & 1) === 0));
    for (const share of [0, 0.5, 1]) states.push(replay(steps, lost, share));
  }
  return states;
}

function replay(steps: readonly DiskStep[], lost: ReadonlySet<number>, share: number): Map<string, Buffer> {
  const files = segmentFiles();
  for (const [at, step] of steps.entries()) {
    if (lost.has(at)) continue;
    const isUnsynced =
      step.type === 'write' &&
      !steps.slice(at).some((later) => later.type === 'datasync' && later.path === step.path);
    if (isUnsynced) applyStep(files, { ...step, bytes: step.bytes.subarray(0, step.bytes.length * share) });
    else applyStep(files, step);
  }
  return files;
}

/** What a start makes of such a directory: every reading with its table, sorted. */
function readDirectory(files: ReadonlyMap<string, Buffer>): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'riser-test-'));
  const sealed: SealedFile[] = [];
  try {
    for (const [path, bytes] of files) {
      if (!path.endsWith('.tmp')) writeFileSync(join(directory, basename(path)), bytes);
    }
    const names = readdirSync(directory);
    const segments = names.map(parseSegmentName).filter((seq) => seq !== null);
    for (const seq of names.map(parseSealedName)) {
      if (seq !== null) sealed.push(openSealed(sealedPath(directory, seq)));
    }
    const { obsoleteSegments, unfinishedFiles } = reconcileSealed(
      segments,
      sealed.map((file) => file.figures),
    );
    return [
      ...segments
        .filter((seq) => !obsoleteSegments.includes(seq))
        .flatMap((seq) => segmentText(directory, seq)),
      ...sealed
        .filter((file) => !unfinishedFiles.includes(file.figures.firstSeq))
        .flatMap((file) => allText(file).map((line) => `${file.figures.tableId} ${line}`)),
    ].sort();
  } catch (error) {
    return [`unreadable: ${String(error)}`];
  } finally {
    for (const file of sealed) file.close();
    rmSync(directory, { recursive: true });
  }
}

function segmentText(directory: string, firstSeq: number): string[] {
  const bytes = readFileSync(segmentPath(directory, firstSeq));
  return [...scanBlocks(bytes)].flatMap((item) =>
    item.type === 'block'
      ? rowsToText(decodeRows(bytes, item.offset, item.header)).map(
          (line) => `${item.header.tableId} ${line}`,
        )
      : [],
  );
}

/** With a checksum that is right, so that only the version speaks against it. */
function withVersion2(bytes: Buffer): Buffer {
  bytes.writeUInt8(2, 4);
  bytes.writeUInt32LE(crcOf(bytes.subarray(0, 56)), 56);
  return bytes;
}
