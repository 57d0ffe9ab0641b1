/** Recent samples in memory: evidence for tickets. */
import { expect, test } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { createRecent } from '../../src/telemetry/recent.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';

const model = createTestModel(pumpPoints(1, 2));

test('a point that never answered has no samples', () => {
  expect(createRecent(model, 10).get(1)).toEqual([]);
});

test('an unchanged value is sampled once a second, a change at once', () => {
  const recent = createRecent(model, 10);
  recent.apply(
    toBatch([
      [0, 1, 0],
      [0, 1, 500],
      [0, 2, 600],
      [0, 2, 1500],
      [0, 2, 1600],
    ]),
  );
  expect(recent.get(0)).toEqual([
    [0, 1],
    [600, 2],
    [1600, 2],
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
