/** The gateway's own figures as readings. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createInternalSource } from '../../src/acquisition/internal.ts';
import { toQualityReason } from '../../src/core/quality.ts';
import type { ReadingBatch } from '../../src/core/reading.ts';
import { createTestModel } from '../support/model.ts';
import { processClock } from './support.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const model = createTestModel({
  epoch: 7,
  equipment: [
    { id: 'pump', points: [{ name: 'pressure' }] },
    {
      id: 'gateway',
      link: null,
      points: [
        { name: 'disk', address: { figure: 'disk-free' } },
        { name: 'influx', address: { figure: 'influx-healthy' } },
      ],
    },
  ],
});

function create(figures: Readonly<Record<string, () => number>>) {
  const batches: ReadingBatch[] = [];
  const source = createInternalSource({
    model,
    clock: processClock,
    figures,
    onBatch: (batch) => batches.push(batch),
  });
  return { source, batches };
}

it('emits its points at once and every second, and no others, until it is stopped', () => {
  const { source, batches } = create({ 'disk-free': () => 42, 'influx-healthy': () => 1 });
  source.start();
  expect(batches).toHaveLength(1);
  vi.advanceTimersByTime(3_000);
  expect(batches).toHaveLength(4);
  source.stop();
  vi.advanceTimersByTime(3_000);
  expect(batches).toHaveLength(4);
  expect(vi.getTimerCount()).toBe(0);
  expect(batches[3]).toMatchObject({
    epoch: 7,
    count: 2,
    receivedMs: new Float64Array(2).fill(Date.now() - 3_000),
  });
  expect([...batches[0]!.point]).toEqual([1, 2]);
  expect([...batches[0]!.value]).toEqual([42, 1]);
});

it('gives a figure that is not known as no data', () => {
  const { source, batches } = create({
    'disk-free': () => Number.NaN,
    'influx-healthy': () => Number.POSITIVE_INFINITY,
  });
  source.start();
  source.stop();
  expect([...batches[0]!.quality].map(toQualityReason)).toEqual(['sentinel', 'sentinel']);
  expect([...batches[0]!.value]).toEqual([Number.NaN, Number.NaN]);
});

it('refuses a point whose figure nobody supplies, naming both', () => {
  expect(() => create({ 'disk-free': () => 1 })).toThrow(/gateway\/influx.*influx-healthy/);
  expect(() => create({ 'disk-free': () => 1, toString: () => 1 })).toThrow(/influx-healthy/);
});
