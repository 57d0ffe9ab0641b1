/** Raw numbers of any protocol → values: scale, range, states. What registers add stands in decoders.test.ts. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import {
  compileJudge,
  compileValue,
  type Decoded,
  type Judge,
  judge,
  toDecoded,
  toRatio,
  toValue,
  type ValueFormat,
} from '../../src/profiles/values.ts';
import { testSeed } from '../support/seed.ts';

const PLAIN: ValueFormat = { scale: 1, offset: 0, range: null, states: null };
const good = (value: number) => ({ value, quality: QUALITIES.good.code });
const bad = (reason: keyof typeof QUALITIES) => ({ value: Number.NaN, quality: QUALITIES[reason].code });

/** In a row between two others, which stay as they are. */
function judged(by: Judge, raw: number): Decoded {
  const columns = { value: Float64Array.of(1, 2, 3), quality: Uint8Array.of(91, 92, 93), text: null };
  judge(by, raw, columns, 1);
  expect([columns.value[0], columns.value[2]]).toEqual([1, 3]);
  expect([columns.quality[0], columns.quality[2]]).toEqual([91, 93]);
  return toDecoded(columns, 1);
}

describe('a value', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('of %d is none', (raw) => {
    expect(toValue(PLAIN, raw)).toEqual(bad('not-a-number'));
    expect(toValue({ ...PLAIN, range: { min: 0, max: 1 } }, raw)).toEqual(bad('not-a-number'));
  });

  it('that the scale makes too large for a number is none', () => {
    expect(toValue({ ...PLAIN, scale: 1e10 }, Number.MAX_VALUE)).toEqual(bad('not-a-number'));
  });

  it('is never minus zero, which would look like another value', () => {
    expect(Object.is(toValue({ ...PLAIN, scale: -1 }, 0).value, 0)).toBe(true);
    expect(Object.is(toValue(PLAIN, -0).value, 0)).toBe(true);
  });

  it('compiled says the same as judged at once, whatever the format', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const format = fc.record({
      scale: fc.constantFrom(1, 0.1, 0.001, 2.5, -0.5, 1 / 3),
      offset: fc.constantFrom(0, -40, 273.15),
      range: fc.option(fc.constant({ min: -100, max: 100 })),
      states: fc.option(fc.constant(new Set([0, 1]))),
    });
    fc.assert(
      fc.property(format, number, (made, raw) => {
        expect(judged(compileValue(made), raw)).toEqual(toValue(made, raw));
      }),
      { seed: testSeed() },
    );
  });
});

describe('the range', () => {
  const by = compileJudge({ range: { min: 0, max: 1_000 }, states: null });

  it('holds its limits and a rounding beside them', () => {
    expect(judged(by, 0)).toEqual(good(0));
    expect(judged(by, 1_000)).toEqual(good(1_000));
    expect(judged(by, 1_000.0005)).toEqual(good(1_000.0005));
  });

  it('holds nothing beyond', () => {
    expect(judged(by, 1_000.01)).toEqual(bad('out-of-range'));
    expect(judged(by, -0.01)).toEqual(bad('out-of-range'));
  });
});

it('a state without a declared meaning is uncertain', () => {
  const by = compileJudge({ range: null, states: new Set([0, 1]) });
  expect(judged(by, 1)).toEqual(good(1));
  expect(judged(by, 2)).toEqual({ value: 2, quality: QUALITIES['unknown-state'].code });
});

describe('scale and exponent as two factors', () => {
  it.each([
    [1, 0, 1, 1],
    [0.1, 0, 1, 10],
    [0.0005, 0, 1, 2_000],
    [-0.5, 0, 1, -2],
    [2.5, 0, 2.5, 1],
    [1, 3, 1_000, 1],
    [1, -3, 1, 1_000],
    [0.001, 2, 100, 1_000],
    [0.1, -10, 1, 1e11],
  ])('scale %d, exponent %d: × %d / %d', (scale, exponent, multiplier, divisor) => {
    expect(toRatio(scale, exponent)).toEqual({ multiplier, divisor });
  });
});
