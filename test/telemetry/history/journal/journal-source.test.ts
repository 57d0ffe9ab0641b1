/** History out of the journal's own files: sealed, waiting to be sealed, being written, in memory; also while they change. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalSource } from '../../../../src/telemetry/history/journal/journal-source.ts';
import type { SourceQuery } from '../../../../src/telemetry/history/source.ts';
import { encodeBlock } from '../../../../src/telemetry/journal/format.ts';
import { sealedPath } from '../../../../src/telemetry/journal/sealed/record.ts';
import { sealSegments } from '../../../../src/telemetry/journal/sealed/seal.ts';
import { testRuns } from '../../../support/effort.ts';
import { testSeed } from '../../../support/seed.ts';
import { toRows as toBlockRows } from '../../journal/sealed/sealing.ts';
import { type Row, toRows } from '../memory-source.ts';
import { expectBuckets } from '../oracle.ts';
import { createRig, damage, type Entry, type Rig, T0 } from './rig.ts';

const seed = testSeed();
const ONE = 'pump-1/p';
const TWO = 'pump-2/p';
const EVER = new AbortController().signal;

/** A reading a second of both pumps, `from` to `to` seconds. */
function seconds(from: number, to: number): Entry[] {
  return Array.from({ length: to - from }, (_, at): Entry[] => [
    [ONE, (from + at) * 1_000, (from + at) % 17],
    [TWO, (from + at) * 1_000 + 1, -((from + at) % 5)],
  ]).flat();
}

/** Sealed (two segments together), sealed, a log, the open log, of which the end is in memory. */
async function mixed(): Promise<Rig> {
  const rig = await createRig();
  rig.write(seconds(0, 50));
  rig.write(seconds(50, 100));
  const first = rig.closeSegment();
  rig.write(seconds(100, 150));
  await rig.seal(first, rig.closeSegment());
  rig.write(seconds(150, 200));
  await rig.seal(rig.closeSegment());
  rig.write(seconds(200, 250));
  rig.closeSegment();
  rig.write(seconds(250, 300));
  rig.write(seconds(300, 350), true);
  rig.write(seconds(350, 400), true);
  return rig;
}

function toQuery(
  point: number,
  fromMs: number,
  toMs: number,
  onMissing: (reason: string) => void = () => undefined,
) {
  return { point, fromMs: T0 + fromMs, toMs: T0 + toMs, signal: EVER, onMissing };
}

async function read(source: JournalSource, query: SourceQuery): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const columns of source.readings(query)) rows.push(...toRows(columns));
  return rows;
}

function inLedger(rig: Rig, id: string, fromMs: number, toMs: number): readonly Row[] {
  return (rig.ledger.get(id) ?? []).filter(([ms]) => ms >= T0 + fromMs && ms < T0 + toMs);
}

describe('readings', () => {
  test('come out of sealed files, logs and memory as they went in, each once', async () => {
    const rig = await mixed();
    const source = rig.source();
    for (const id of [ONE, TWO]) {
      expect(await read(source, toQuery(rig.indexOf(id), 0, 1e9))).toEqual(rig.ledger.get(id));
    }
  });

  test('of any part of the time are exactly those of that part', async () => {
    const rig = await mixed();
    const source = rig.source();
    const range = fc.tuple(fc.integer({ min: -9, max: 409_000 }), fc.integer({ min: 1, max: 300_000 }));
    await fc.assert(
      fc.asyncProperty(range, async ([fromMs, lengthMs]) => {
        const rows = await read(source, toQuery(0, fromMs, fromMs + lengthMs));
        expect(rows).toEqual(inLedger(rig, ONE, fromMs, fromMs + lengthMs));
      }),
      { seed, numRuns: testRuns(25) },
    );
  });

  test('are found under the id of the point, whatever its place in the configuration was', async () => {
    const rig = await createRig([ONE, TWO]);
    rig.write(seconds(0, 10));
    await rig.usePoints(['pump-0/p', TWO, 'pump-9/p', ONE]);
    rig.write(seconds(10, 20));
    await rig.usePoints([ONE, TWO]);
    rig.write(seconds(20, 30));
    // Two configurations take turns within one sealing: two files, one stretch of time.
    await rig.seal(rig.closeSegment());
    await rig.usePoints([TWO, 'pump-7/p', ONE]);
    rig.write(seconds(30, 40), true);
    const source = rig.source();
    for (const id of [ONE, TWO]) {
      expect(await read(source, toQuery(rig.indexOf(id), 0, 1e9))).toEqual(rig.ledger.get(id));
    }
    expect(await read(source, toQuery(rig.indexOf('pump-7/p'), 0, 1e9))).toEqual([]);
    expect(await source.coverage(rig.indexOf('pump-7/p'), T0, EVER)).toBeNull();
  });

  test('that a write left twice count once', async () => {
    const rig = await createRig();
    rig.write(seconds(0, 5));
    writeFileSync(rig.path(1), readFileSync(rig.path(1)), { flag: 'a' });
    rig.closeSegment();
    rig.write(seconds(5, 8));
    expect(await read(rig.source(), toQuery(0, 0, 1e9))).toEqual(rig.ledger.get(ONE));
  });

  test('that come while the journal is read are there for the next question', async () => {
    const rig = await createRig();
    const source = rig.source();
    rig.write(seconds(0, 5));
    expect(await read(source, toQuery(0, 0, 1e9))).toHaveLength(5);
    rig.write(seconds(5, 9));
    expect(await read(source, toQuery(0, 0, 1e9))).toEqual(rig.ledger.get(ONE));
    rig.write(seconds(9, 12), true);
    expect(await read(source, toQuery(0, 0, 1e9))).toEqual(rig.ledger.get(ONE));
  });
});

describe('damage', () => {
  test('in the middle of a log is said where it matters, and costs that block only', async () => {
    const rig = await createRig();
    rig.write(seconds(0, 10));
    const start = readFileSync(rig.path(1)).length;
    rig.write(seconds(10, 20));
    const end = readFileSync(rig.path(1)).length;
    rig.write(seconds(20, 30));
    damage(rig.path(1), readFileSync(rig.path(1)), Math.floor((start + end) / 2));
    const missing: string[] = [];
    const rows = await read(
      rig.source(),
      toQuery(0, 0, 1e9, (reason) => missing.push(reason)),
    );
    expect(rows).toEqual([...inLedger(rig, ONE, 0, 10_000), ...inLedger(rig, ONE, 20_000, 30_000)]);
    expect(missing).toEqual([expect.stringMatching(/^part of 2027-\S+ to 2027-\S+ is damaged$/)]);
    const later: string[] = [];
    await read(
      rig.source(),
      toQuery(0, 25_000, 1e9, (reason) => later.push(reason)),
    );
    expect(later).toEqual([]);
  });

  test('of a torn tail is none: nothing in it was ever durable', async () => {
    const rig = await createRig();
    rig.write(seconds(0, 10));
    const rows = toBlockRows([{ point: 0, stampMs: T0 + 99_000, value: 1 }]);
    const torn = encodeBlock(rows, { seq: 2, tableId: rig.table().id, highStampMs: 0 }).subarray(0, 70);
    writeFileSync(rig.path(1), torn, { flag: 'a' });
    const missing: string[] = [];
    expect(
      await read(
        rig.source(),
        toQuery(0, 0, 1e9, (reason) => missing.push(reason)),
      ),
    ).toHaveLength(10);
    expect(missing).toEqual([]);
  });

  test('in a sealed chunk is said in curves and instants, and other points do not suffer', async () => {
    const rig = await createRig();
    rig.write(seconds(0, 400));
    await rig.seal(rig.closeSegment());
    rig.write(seconds(400, 410));
    const path = sealedPath(rig.directory, 1);
    // The first chunk begins behind the record of 96 bytes.
    damage(path, readFileSync(path), 150);
    const history = rig.ask();
    const curve = await history.history({ point: 0, fromMs: T0, toMs: T0 + 410_000, maxPoints: 2_000 });
    expect(curve.missing).toMatch(/^journal: part of 2027-.* is damaged$/);
    expect(curve.samples.filter(({ last }) => last !== null)).toHaveLength(10);
    const instant = await history.instant({ points: [0, 1], atMs: T0 + 100_000 });
    expect(instant.missing).toMatch(/is damaged$/);
    expect(instant.readings.map(({ value }) => value)).toEqual([null, -(99 % 5)]);
    const other = await history.history({ point: 1, fromMs: T0, toMs: T0 + 410_000, maxPoints: 2_000 });
    expect([other.missing, other.samples.length]).toEqual([null, 411]);
  });

  test('of both copies of the figures of a sealed file is said', async () => {
    const rig = await createRig();
    rig.write(seconds(0, 10));
    await rig.seal(rig.closeSegment());
    rig.write(seconds(10, 20));
    writeFileSync(sealedPath(rig.directory, 1), 'nothing of a sealed file');
    const missing: string[] = [];
    const rows = await read(
      rig.source(),
      toQuery(0, 0, 1e9, (reason) => missing.push(reason)),
    );
    expect(rows).toEqual(inLedger(rig, ONE, 10_000, 20_000));
    expect(missing).toEqual([expect.stringContaining('can be read')]);
  });
});

describe('curves', () => {
  test('are what the ledger says, bucket by bucket, with summaries and without', async () => {
    const rig = await createRig();
    let ms = 0;
    const random = fc.sample(fc.integer({ min: 0, max: 999 }), { seed, numRuns: 6_000 });
    for (let segment = 0; segment < 6; segment++) {
      const entries = random.slice(segment * 1_000, segment * 1_000 + 1_000).map((number): Entry => {
        ms += 1 + (number % 400);
        return [ONE, ms, number % 31 === 0 ? Number.NaN : (number % 100) - 50];
      });
      rig.write(entries, segment === 5);
      if (segment < 4) await rig.seal(rig.closeSegment());
    }
    const source = rig.source();
    const history = rig.ask(source);
    const rows = rig.ledger.get(ONE) ?? [];
    for (const bucketMs of [1_000, 30_000, 600_000, 3_600_000]) {
      for (const fromMs of [0, 123_456]) {
        const [from, to] = [T0 + fromMs, T0 + ms + 5_000];
        const maxPoints = 100_000;
        const { samples } = await history.history({ point: 0, fromMs: from, toMs: to, maxPoints, bucketMs });
        const expected = expectBuckets(rows, from, to, bucketMs);
        const rounded = (mean: number | null) => (mean === null ? null : Math.round(mean * 1e6) / 1e6 + 0);
        const toText = (one: (typeof expected)[number]) => ({ ...one, mean: rounded(one.mean) });
        expect(samples.map(toText)).toEqual(expected.map(toText));
      }
    }
    let summaries = 0;
    const query = toQuery(0, 0, ms + 1);
    for await (const item of source.stretches?.(query, 7 * 86_400_000) ?? []) {
      if (!('stampMs' in item)) summaries++;
    }
    expect(summaries).toBe(4);
  });

  test('know since when the journal remembers the point, and what stood before the range', async () => {
    const rig = await mixed();
    const history = rig.ask();
    const curve = await history.history({
      point: 1,
      fromMs: T0 + 180_500,
      toMs: T0 + 183_000,
      maxPoints: 10,
    });
    expect(curve.coveredFromMs).toBe(T0 + 1);
    expect(curve.samples.map(({ atMs, last }) => [atMs - T0, last])).toEqual([
      [180_001, -0],
      [181_001, -1],
      [182_001, -2],
    ]);
  });
});

describe('an instant', () => {
  test('is the last reading of every point, wherever it lies', async () => {
    const rig = await mixed();
    const source = rig.source();
    const points = [1, 0, 1];
    for (const ms of [-1, 0, 1, 99_999, 100_000, 149_001, 199_500, 251_000, 333_333, 399_000, 1e8]) {
      const found = await source.standing(points, T0 + ms, EVER);
      const expected = points.map((point) => {
        const row = rig.ledger.get([ONE, TWO][point] ?? '')?.findLast(([stampMs]) => stampMs <= T0 + ms);
        return row === undefined ? null : { stampMs: row[0], value: row[1], quality: row[2], isSure: true };
      });
      expect(found).toEqual(expected);
    }
  });

  test('is sure only where nothing later can have been deleted', async () => {
    const rig = await mixed();
    const source = rig.source({ trimmedToMs: () => T0 + 120_000 });
    const [before] = await source.standing([0], T0 + 100_000, EVER);
    const [after] = await source.standing([0], T0 + 150_000, EVER);
    expect([before?.isSure, after?.isSure]).toEqual([false, true]);
    expect(await source.coverage(0, T0, EVER)).toEqual({
      fromMs: T0,
      completeFromMs: T0 + 120_001,
      finestMs: 0,
    });
  });
});

describe('beside a writer', () => {
  test('a segment that is sealed under the reader is read on from the sealed file', async () => {
    const rig = await createRig();
    for (let segment = 0; segment < 4; segment++) {
      rig.write(seconds(segment * 5_000, segment * 5_000 + 5_000));
      rig.closeSegment();
    }
    const source = rig.source({ sliceMs: 0 });
    const rows: Row[] = [];
    let portions = 0;
    for await (const columns of source.readings(toQuery(0, 0, 1e9))) {
      rows.push(...toRows(columns));
      if (portions++ === 0) await rig.seal(1, 2, 3, 4);
    }
    expect(rows).toEqual(rig.ledger.get(ONE));
  });

  test('files that retention deletes under the reader are left out, and the rest is there', async () => {
    const rig = await createRig();
    for (let segment = 0; segment < 4; segment++) {
      rig.write(seconds(segment * 5_000, segment * 5_000 + 5_000));
      await rig.seal(rig.closeSegment());
    }
    const source = rig.source({ sliceMs: 0 });
    const rows: Row[] = [];
    let portions = 0;
    for await (const columns of source.readings(toQuery(0, 0, 1e9))) {
      rows.push(...toRows(columns));
      if (portions++ === 0) for (const seq of [1, 2]) rmSync(sealedPath(rig.directory, seq));
    }
    const seconds15 = inLedger(rig, ONE, 10_000_000, 20_000_000);
    expect(rows.slice(-seconds15.length)).toEqual(seconds15);
    expect(rows.map(([ms]) => ms)).toEqual(
      [...new Set(rows.map(([ms]) => ms))].sort((one, other) => one - other),
    );
  });

  test('a sealing that has renamed only some of its files does not count yet', async () => {
    const rig = await createRig([ONE, TWO]);
    rig.write(seconds(0, 10));
    await rig.usePoints([TWO, ONE]);
    rig.write(seconds(10, 20));
    await sealSegments({ directory: rig.directory, firstSeqs: [rig.closeSegment()] });
    rmSync(sealedPath(rig.directory, 2));
    expect(await read(rig.source(), toQuery(rig.indexOf(ONE), 0, 1e9))).toEqual(rig.ledger.get(ONE));
  });

  test('fifty questions at once are all answered, and the event loop has its turn between slices', async () => {
    const rig = await mixed();
    const source = rig.source({ sliceMs: 0 });
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => read(source, toQuery(at % 2, at * 1_000, 300_000))),
    );
    isOver = true;
    for (const [at, rows] of answers.entries()) {
      expect(rows).toEqual(inLedger(rig, [ONE, TWO][at % 2] ?? '', at * 1_000, 300_000));
    }
    expect(turns).toBeGreaterThan(50);
  });

  test('a question that is aborted ends at once and does not hold up the next one', async () => {
    const rig = await mixed();
    const source = rig.source({ sliceMs: 0 });
    const stop = new AbortController();
    const query = { ...toQuery(0, 0, 1e9), signal: stop.signal };
    const iterator = source.readings(query)[Symbol.asyncIterator]();
    const next = iterator.next();
    stop.abort(new Error('gone'));
    await expect(next).rejects.toThrow('gone');
    await expect(source.coverage(0, T0, stop.signal)).rejects.toThrow('gone');
    expect(await read(source, toQuery(0, 0, 1e9))).toEqual(rig.ledger.get(ONE));
  });

  test('a portion that nobody takes holds up nobody', async () => {
    const rig = await createRig();
    rig.write(seconds(0, 9_000));
    rig.write(seconds(9_000, 9_010));
    const source = rig.source();
    const slow = source.readings(toQuery(0, 0, 1e9))[Symbol.asyncIterator]();
    expect((await slow.next()).done).toBe(false);
    expect(await read(source, toQuery(1, 0, 5_000))).toHaveLength(5);
    await slow.return?.();
  });
});
