/** Which good values are believed: time lines of readings, one every second. */
import { describe, expect, it } from 'vitest';
import { Plausibility } from '../../src/acquisition/plausibility.ts';
import { QUALITIES, toQualityReason } from '../../src/core/quality.ts';
import { createTestModel } from '../support/model.ts';

const CYCLE_MS = 1_000;

interface Declared {
  readonly maxStep?: number;
  readonly stuckMs?: number;
  readonly staleMs?: number | null;
}

/** `null` = nothing comes, `bad` = a bad reading. @returns the quality of each value */
function judge(declared: Declared, readings: readonly (number | null | 'bad')[]): readonly string[] {
  const model = createTestModel({
    equipment: [{ id: 'pump', points: [{ name: 'a', staleMs: 3_500, ...declared }] }],
  });
  const plausibility = Plausibility.of(model.points)!;
  return readings.flatMap((reading, at) => {
    if (reading === null) return [];
    const quality = reading === 'bad' ? QUALITIES.sentinel.code : 0;
    const value = reading === 'bad' ? Number.NaN : reading;
    return [toQualityReason(plausibility.judge(0, value, quality, at * CYCLE_MS))];
  });
}

describe('a step', () => {
  const silence = [null, null, null, null];
  it.each([
    { what: 'within the limit is good', readings: [10, 15, 10], expected: ['good', 'good', 'good'] },
    { what: 'beyond it is uncertain', readings: [10, 15.1], expected: ['good', 'step'] },
    { what: 'that goes back is a glitch', readings: [10, 90, 11], expected: ['good', 'step', 'good'] },
    {
      what: 'that is confirmed is good',
      readings: [10, 90, 91, 92],
      expected: ['good', 'step', 'good', 'good'],
    },
    {
      what: 'after which it leaps on is not confirmed',
      readings: [10, 90, 40],
      expected: ['good', 'step', 'step'],
    },
    {
      what: 'is judged beside the last accepted value',
      readings: [10, 90, 40, 12],
      expected: ['good', 'step', 'step', 'good'],
    },
    { what: 'after a gap is not judged', readings: [10, ...silence, 90], expected: ['good', 'good'] },
    { what: 'after a short pause is judged', readings: [10, null, null, 90], expected: ['good', 'step'] },
    {
      what: 'after a bad reading is not judged',
      readings: [10, 'bad', 90],
      expected: ['good', 'sentinel', 'good'],
    },
    { what: 'of the first reading is none', readings: [1e9], expected: ['good'] },
  ] as const)('$what', ({ readings, expected }) => {
    expect(judge({ maxStep: 5 }, readings)).toEqual(expected);
  });

  it('of a point without an age is judged after any pause', () => {
    expect(judge({ maxStep: 5, staleMs: null }, [10, ...Array(100).fill(null), 90])).toEqual([
      'good',
      'step',
    ]);
  });
});

describe('a value that rests', () => {
  it('is stuck when it has rested for longer than its time, until it changes', () => {
    expect(judge({ stuckMs: 3_000 }, [7, 7, 7, 7, 7, 7, 7.001, 7.001])).toEqual([
      'good',
      'good',
      'good',
      'good',
      'stuck',
      'stuck',
      'good',
      'good',
    ]);
  });

  it('does not rest while nothing is read, or while it is bad', () => {
    const silence = [null, null, null, null, null];
    expect(judge({ stuckMs: 3_000 }, [7, 7, ...silence, 7, 7])).toEqual(['good', 'good', 'good', 'good']);
    expect(judge({ stuckMs: 2_000 }, [7, 'bad', 'bad', 7, 7, 7, 7])).toEqual([
      'good',
      'sentinel',
      'sentinel',
      'good',
      'good',
      'good',
      'stuck',
    ]);
  });

  it('does not rest while it is bad, also where silence is no gap', () => {
    expect(judge({ stuckMs: 10_000, staleMs: null }, [7, 'bad', 7, 7])).toEqual([
      'good',
      'sentinel',
      'good',
      'good',
    ]);
  });

  it('stays stuck over a gap: a lost connection does not mend a sensor', () => {
    expect(judge({ stuckMs: 1_000 }, [7, 7, 7, null, null, null, null, 7])).toEqual([
      'good',
      'good',
      'stuck',
      'stuck',
    ]);
  });
});

it('a value that leaps and then rests is judged by both', () => {
  expect(judge({ maxStep: 5, stuckMs: 1_500 }, [7, 90, 90, 90])).toEqual(['good', 'step', 'good', 'stuck']);
});

it('points that declare nothing cost nothing', () => {
  const model = createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'a' }] }] });
  expect(Plausibility.of(model.points)).toBeNull();
});

it('an uncertain reading stays what it is and is no measure for the next', () => {
  const model = createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'a', maxStep: 5 }] }] });
  const plausibility = Plausibility.of(model.points)!;
  expect(plausibility.judge(0, 10, 0, 0)).toBe(0);
  expect(plausibility.judge(0, 90, QUALITIES['source-uncertain'].code, 1_000)).toBe(67);
  expect(plausibility.judge(0, 12, 0, 2_000)).toBe(0);
});
