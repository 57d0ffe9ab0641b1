/** Which readings are worth journalling. */
import { expect, test } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { createDeadband, type Deadband } from '../../src/telemetry/deadband.ts';

const STALE = QUALITIES.stale.code;

/** What the journal does with each reading: true = journalled. */
function run(
  deadband: Deadband,
  readings: readonly (readonly [value: number, quality: number, atMs: number])[],
): boolean[] {
  return readings.map(([value, quality, atMs]) => {
    const passes = deadband.passes(0, value, quality, atMs);
    if (passes) deadband.note(0, value, quality, atMs);
    return passes;
  });
}

test('the first reading of a point is always journalled', () => {
  expect(run(createDeadband([5]), [[1, 0, 1000]])).toEqual([true]);
});

test('a dead-band of 0 journals every change and nothing else', () => {
  const readings = [
    [1, 0, 0],
    [1, 0, 1000],
    [1.0001, 0, 2000],
    [1.0001, 0, 3000],
  ] as const;
  expect(run(createDeadband([0]), readings)).toEqual([true, false, true, false]);
});

test('a slow drift is measured against the last journalled value, not the last seen one', () => {
  const readings = [
    [10, 0, 0],
    [10.4, 0, 1],
    [10.8, 0, 2],
    [11, 0, 3],
    [10.1, 0, 4],
    [10, 0, 5],
  ] as const;
  expect(run(createDeadband([1]), readings)).toEqual([true, false, false, true, false, true]);
});

test('a change of quality is journalled although the value is the same or none', () => {
  const readings = [
    [1, 0, 0],
    [Number.NaN, STALE, 1],
    [Number.NaN, STALE, 2],
    [1, 0, 3],
    [1, 64, 4],
  ] as const;
  expect(run(createDeadband([9]), readings)).toEqual([true, true, false, true, true]);
});

test('an unchanging value and an unchanging fault are journalled every 60 s', () => {
  const readings = [
    [1, 0, 0],
    [1, 0, 59_999],
    [1, 0, 60_000],
    [Number.NaN, STALE, 60_001],
    [Number.NaN, STALE, 120_001],
  ] as const;
  expect(run(createDeadband([9]), readings)).toEqual([true, false, true, true, true]);
});

test('a clock set back by an hour does not silence a point for an hour', () => {
  expect(
    run(createDeadband([9]), [
      [1, 0, 3_600_000],
      [1, 0, 1000],
    ]),
  ).toEqual([true, true]);
});

test('a reading that was not taken over does not hide the next one', () => {
  const deadband = createDeadband([1]);
  expect(deadband.passes(0, 5, 0, 0)).toBe(true);
  expect(deadband.passes(0, 5, 0, 1)).toBe(true);
});
