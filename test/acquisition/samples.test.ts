/** Samples as columns and as objects, and who keeps a copy of columns that a driver uses again. */
import { describe, expect, it } from 'vitest';
import { toReadOrder } from '../../src/acquisition/commands.ts';
import { Emitter } from '../../src/acquisition/emitter.ts';
import { Freshness } from '../../src/acquisition/freshness.ts';
import { toColumns, toSamples } from '../../src/acquisition/samples.ts';
import { AssertionFailure } from '../../src/core/assert.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { type Reading, type ReadingBatch, toReading } from '../../src/core/reading.ts';
import { createTexts } from '../../src/core/texts.ts';
import type { PointSample, PollConnection, PollRequest } from '../../src/drivers/driver.ts';
import { createTestModel } from '../support/model.ts';
import { processClock } from './support.ts';

const SAMPLES: readonly PointSample[] = [
  { point: 0, value: 1.5, quality: 0, sourceMs: 900 },
  { point: 1, value: Number.NaN, quality: QUALITIES.decode.code, sourceMs: Number.NaN },
  { point: 2, value: Number.NaN, quality: 0, sourceMs: Number.NaN, text: 'ABC' },
];
const NOW = { wallMs: 5_000, monoMs: 100, bootId: 'boot' };

it('samples come back from columns as they were, with a text only where there is one', () => {
  const back = toSamples(toColumns(SAMPLES));
  expect(back).toEqual(SAMPLES);
  expect(back[0]).not.toHaveProperty('text');
  expect(toColumns(SAMPLES.slice(0, 2)).text).toBeNull();
  expect(toSamples(toColumns([]))).toEqual([]);
});

it('what several requests have brought for one command is kept, though a driver fills the same columns again', async () => {
  const columns = toColumns([{ point: 0, value: 0, quality: 0, sourceMs: Number.NaN }]);
  let reads = 0;
  const connection = {
    read: () => {
      columns.value[0] = ++reads;
      return Promise.resolve(columns);
    },
  } as unknown as PollConnection;
  const request = { device: 'unit 1', label: 'unit 1', timeoutMs: 100 } as PollRequest;
  const order = toReadOrder([request, request]);
  const found = await order.run(connection, new AbortController().signal);
  expect(toSamples(found).map(({ value }) => value)).toEqual([1, 2]);
});

describe('what is told of columns', () => {
  const names = ['a', 'b', 'c'].map((name) => ({ name }));
  const model = createTestModel({ equipment: [{ id: 'pump', points: names }] });

  function emit(samples: readonly PointSample[], how: 'samples' | 'columns', texts = 1): readonly Reading[] {
    const batches: ReadingBatch[] = [];
    const { points } = model;
    const emitter = new Emitter({
      model,
      points,
      clock: processClock,
      ages: new Freshness(points, ({ equipment }) => equipment, new Uint32Array(points.length)),
      texts: createTexts(texts),
      onBatch: (batch) => batches.push(batch),
    });
    if (how === 'samples') emitter.samples(samples, NOW);
    else emitter.columns(toColumns(samples), NOW);
    return batches.flatMap((batch) => Array.from({ length: batch.count }, (_, row) => toReading(batch, row)));
  }

  it('is what is told of the same samples', () => {
    expect(emit(SAMPLES, 'columns')).toEqual(emit(SAMPLES, 'samples'));
    expect(emit(SAMPLES, 'columns')).toEqual([
      { point: 0, value: 1.5, quality: 0, sourceMs: 900, receivedMs: 5_000 },
      { point: 1, value: Number.NaN, quality: 136, sourceMs: Number.NaN, receivedMs: 5_000 },
      { point: 2, value: 0, quality: 0, sourceMs: Number.NaN, receivedMs: 5_000 },
    ]);
    expect(emit([], 'columns')).toEqual([]);
  });

  it.each(['samples', 'columns'] as const)(
    'never is a text that finds no number, nor one that is bad: %s',
    (how) => {
      const [full] = emit(SAMPLES.slice(2), how, 0);
      expect(full).toMatchObject({ value: Number.NaN, quality: QUALITIES.decode.code });
      const [bad] = emit([{ ...SAMPLES[2]!, quality: QUALITIES.sentinel.code }], how);
      expect(bad).toMatchObject({ value: Number.NaN, quality: QUALITIES.sentinel.code });
    },
  );
});

it('a point of another link is a mistake of ours, wherever it stands in the model', () => {
  const model = createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'a' }, { name: 'b' }] }] });
  const placeOf = new Uint32Array(model.points.length);
  const [first, second] = model.points.map(
    (point) => new Freshness([point], ({ equipment }) => equipment, placeOf),
  );
  const batchOf = (point: number) => ({
    count: 1,
    point: Uint32Array.of(point),
    quality: Uint8Array.of(0),
    monoMs: 0,
  });
  first!.note(batchOf(0));
  second!.note(batchOf(1));
  for (const foreign of [1, 2]) expect(() => first!.note(batchOf(foreign))).toThrow(AssertionFailure);
  expect(() => second!.note(batchOf(0))).toThrow(AssertionFailure);
});
