/** Batches of readings: columns that are taken over as a whole, and what can never travel in them. */
import { expect, it } from 'vitest';
import { AssertionFailure } from '../../src/core/assert.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { ReadingBatchBuilder, toReading } from '../../src/core/reading.ts';

const BAD = QUALITIES.sentinel.code;

function columns(sourceMs: Float64Array | null = null) {
  return {
    count: 2,
    point: Uint32Array.of(7, 3),
    value: Float64Array.of(1.5, 99),
    quality: Uint8Array.of(0, BAD),
    sourceMs,
  };
}

it('columns stand behind what was added before, each row with its own quality and the time of their arrival', () => {
  const builder = new ReadingBatchBuilder(4, 3);
  builder.add(1, 0.5, 65, 1_000, 900);
  builder.addAll(columns(Float64Array.of(800, Number.NaN)), 2_000);
  const batch = builder.finish(50);
  expect([0, 1, 2].map((row) => toReading(batch, row))).toEqual([
    { point: 1, value: 0.5, quality: 65, sourceMs: 900, receivedMs: 1_000 },
    { point: 7, value: 1.5, quality: 0, sourceMs: 800, receivedMs: 2_000 },
    { point: 3, value: Number.NaN, quality: BAD, sourceMs: Number.NaN, receivedMs: 2_000 },
  ]);
});

it('columns without times of the device have none', () => {
  const builder = new ReadingBatchBuilder(4, 2);
  builder.addAll(columns(), 2_000);
  expect([...builder.finish(50).sourceMs]).toEqual([Number.NaN, Number.NaN]);
});

it('columns are copied: what their owner does with them later changes no batch', () => {
  const builder = new ReadingBatchBuilder(4, 2);
  const given = columns();
  builder.addAll(given, 2_000);
  const batch = builder.finish(50);
  given.value.fill(-1);
  given.point.fill(0);
  given.quality.fill(255);
  expect([batch.value[0], batch.point[0], batch.quality[0]]).toEqual([1.5, 7, 0]);
});

it('a batch takes no more rows than it has room for', () => {
  const builder = new ReadingBatchBuilder(4, 1);
  expect(() => builder.addAll(columns(), 2_000)).toThrow(AssertionFailure);
});
