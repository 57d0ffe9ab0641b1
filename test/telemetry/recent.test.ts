/** Recent samples in memory: evidence for tickets. */
import { expect, test } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { createRecent } from '../../src/telemetry/recent.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';

const model = createTestModel(pumpPoints(1, 2));

test('a point that never answered has no samples', () => {
  expect(createRecent(model, 10).get(1)).toEqual([]);
});

test('a stretch without change is its first and its latest sample, a change is one at once', () => {
  const recent = createRecent(model, 10);
  recent.apply(
    toBatch([
      [0, 1, 0],
      [0, 1, 500],
      [0, 2, 600],
      [0, 2, 1500],
      [0, 2, 1600],
      [0, 2, 7200],
      [0, 3, 7300],
    ]),
  );
  expect(recent.get(0)).toEqual([
    [0, 1],
    [500, 1],
    [600, 2],
    [7200, 2],
    [7300, 3],
  ]);
});

test('a value that never changes leaves room for the changes before it', () => {
  const recent = createRecent(model, 4);
  recent.apply(toBatch([[0, 1, 0], [0, 2, 10], ...steady(2, 1_000)]));
  expect(recent.get(0)).toEqual([
    [0, 1],
    [10, 2],
    [1_010, 2],
  ]);
});

test('a bad reading is a sample without a value, and bad for another reason is another sample', () => {
  const recent = createRecent(model, 10);
  recent.apply(
    toBatch([
      [0, 1, 0],
      [0, 0, 10, QUALITIES.timeout.code],
      [0, 0, 20, QUALITIES.timeout.code],
      [0, 0, 30, QUALITIES.stale.code],
    ]),
  );
  expect(recent.get(0)).toEqual([
    [0, 1],
    [10, null],
    [20, null],
    [30, null],
  ]);
});

test.each([1, 16, 20, 300])('of more than %i samples the newest are kept, oldest first', (limit) => {
  const recent = createRecent(model, limit);
  const readings = Array.from({ length: 1000 }, (_, at): TestReading => [0, at, at]);
  recent.apply(toBatch(readings));
  const samples = recent.get(0);
  expect(samples).toHaveLength(limit);
  expect(samples.at(0)).toEqual([1000 - limit, 1000 - limit]);
  expect(samples.at(-1)).toEqual([999, 999]);
});

test('a batch of another configuration is discarded', () => {
  const recent = createRecent(model, 10);
  recent.apply(toBatch([[0, 1, 0]], 2));
  expect(recent.get(0)).toEqual([]);
});

function steady(value: number, count: number): readonly TestReading[] {
  return Array.from({ length: count }, (_, at): TestReading => [0, value, 11 + at]);
}
