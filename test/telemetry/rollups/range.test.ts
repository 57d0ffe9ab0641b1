/**
 * The journal's readings of a stretch of time as the roll-ups ask for them: what the index of a closed segment says is not
 * looked for in the segment, and an index that cannot be believed costs time only. A segment that must not be read is a
 * directory here, so that whoever opens it fails.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { indexPath } from '../../../src/telemetry/journal/files.ts';
import { recoverJournal } from '../../../src/telemetry/journal/recovery.ts';
import { TableCache } from '../../../src/telemetry/journal/table.ts';
import { ROLLUP_LIMITS } from '../../../src/telemetry/rollups/limits.ts';
import { JournalRange } from '../../../src/telemetry/rollups/range.ts';
import { createRig, type Rig, T0 } from '../history/journal/rig.ts';

const ONE = 'pump-1/p';
const TWO = 'pump-2/p';
const FIRST = 1;
const SECOND = 3;

/** Two closed segments with their indexes: 0–3 s and 60–61 s after T0. */
async function twoSegments(): Promise<Rig> {
  const rig = await createRig();
  rig.write([
    [ONE, 0, 1],
    [TWO, 1_000, 2],
  ]);
  rig.write([[ONE, 3_000, 3]]);
  rig.closeSegment();
  rig.write([
    [ONE, 60_000, 4],
    [TWO, 61_000, 5],
  ]);
  rig.closeSegment();
  await recoverJournal(rig.directory, rig.table());
  return rig;
}

function rangeOf(rig: Rig): JournalRange {
  return new JournalRange(rig.directory, new TableCache(rig.directory), ROLLUP_LIMITS);
}

/** Ms after T0 of what is read, in order of stamp. */
async function read(range: JournalRange, fromMs: number, toMs: number, afterSeq = 0): Promise<number[]> {
  const stamps: number[] = [];
  const query = { fromMs: T0 + fromMs, toMs: T0 + toMs, afterSeq, signal: new AbortController().signal };
  for await (const { rows } of range.read(query)) {
    for (let at = 0; at < rows.count; at++) stamps.push((rows.stampMs[at] as number) - T0);
  }
  return stamps.sort((one, other) => one - other);
}

/** Its index is about a file of the size that it has now. */
function makeUnreadable(rig: Rig, firstSeq: number): void {
  const path = indexPath(rig.directory, firstSeq);
  const stored = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  rmSync(rig.path(firstSeq));
  mkdirSync(rig.path(firstSeq));
  writeFileSync(path, JSON.stringify({ ...stored, bytes: statSync(rig.path(firstSeq)).size }));
}

test('the next stamp of closed segments is known from their indexes alone', async () => {
  const rig = await twoSegments();
  makeUnreadable(rig, FIRST);
  makeUnreadable(rig, SECOND);
  const range = rangeOf(rig);
  expect(range.nextMs(T0 - 5_000)).toBe(T0);
  expect(range.nextMs(T0 + 2_000)).toBe(T0 + 2_000);
  expect(range.nextMs(T0 + 3_001)).toBe(T0 + 60_000);
  expect(range.nextMs(T0 + 61_001)).toBeNull();
});

test('a closed segment beside the stretch, or behind the last block that was seen, is not read', async () => {
  const rig = await twoSegments();
  makeUnreadable(rig, FIRST);
  expect(await read(rangeOf(rig), 10_000, 100_000)).toEqual([60_000, 61_000]);
  expect(await read(rangeOf(rig), 0, 100_000, 2)).toEqual([60_000, 61_000]);
  await expect(read(rangeOf(rig), 0, 100_000)).rejects.toThrow('EISDIR');
});

test('an index of another version, segment or size, or a damaged one, is not believed: the segment is read', async () => {
  const rig = await twoSegments();
  const text = readFileSync(indexPath(rig.directory, FIRST), 'utf8');
  const stored = JSON.parse(text) as Record<string, unknown>;
  const wrong = { ...stored, minStampMs: T0 + 9e9, maxStampMs: T0 + 9e9 };
  for (const index of [
    JSON.stringify({ ...wrong, version: 1 }),
    JSON.stringify({ ...wrong, version: 3 }),
    JSON.stringify({ ...wrong, lastSeq: 'x' }),
    JSON.stringify({ ...wrong, tables: null }),
    JSON.stringify({ ...wrong, firstSeq: SECOND }),
    JSON.stringify({ ...wrong, bytes: 10 }),
    text.slice(0, -9),
    'null',
    '',
  ]) {
    writeFileSync(indexPath(rig.directory, FIRST), index);
    expect(rangeOf(rig).nextMs(T0 - 5_000), index).toBe(T0);
    expect(await read(rangeOf(rig), 0, 50_000), index).toEqual([0, 1_000, 3_000]);
  }
});

test('a segment without an index is read for its blocks', async () => {
  const rig = await twoSegments();
  rmSync(indexPath(rig.directory, SECOND));
  expect(rangeOf(rig).nextMs(T0 + 4_000)).toBe(T0 + 60_000);
  expect(await read(rangeOf(rig), 0, 100_000)).toEqual([0, 1_000, 3_000, 60_000, 61_000]);
});
