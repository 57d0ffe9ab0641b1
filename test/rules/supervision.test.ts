/** Loss of power (掉电) and short circuit (短路): what proves them, what disproves them, what says nothing. */
import { describe, expect, test } from 'vitest';
import { powerLoss } from '../../src/rules/power-loss.ts';
import { shortCircuit } from '../../src/rules/short-circuit.ts';
import { createRig, type Given } from './rig.ts';

const SUPPLY = { silent: ['a', 'b'], supply: { point: 'voltage', below: 100 } };

describe('loss of power', () => {
  test.each([
    [1, 'true'],
    [0, 'false'],
    ['comm-loss', 'unknown'],
    ['no-data', 'unknown'],
  ] as const)('that the device tells itself: %s is %s', (given, said) => {
    expect(createRig(powerLoss, { point: 'mains-failed', in: [1] }).sample(0, given)).toBe(said);
  });

  test.each<[Given, Given, Given, string]>([
    ['timeout', 'comm-loss', 3, 'true'],
    ['timeout', 'comm-loss', 230, 'false'],
    ['timeout', 'comm-loss', 'sentinel', 'unknown'],
    ['timeout', 5, 3, 'false'],
    ['timeout', 5, 'comm-loss', 'false'],
    ['timeout', 'out-of-range', 3, 'false'],
    ['timeout', 'no-data', 3, 'unknown'],
    ['timeout', 'no-data', 230, 'false'],
    ['stale', 'missing', 3, 'true'],
    ['no-data', 'no-data', 'no-data', 'unknown'],
  ])('of a supply: devices %s and %s, voltage %s is %s', (a, b, voltage, said) => {
    expect(createRig(powerLoss, SUPPLY).sample(0, a, b, voltage)).toBe(said);
  });

  test('is over with the first answer', () => {
    const rig = createRig(powerLoss, SUPPLY);
    rig.sample(0, 'timeout', 'timeout', 0);
    expect(rig.sample(1_000, null, 7, null)).toBe('false');
  });

  test.each([
    [{}, 'none'],
    [{ point: 'p', ...SUPPLY, in: [1] }, 'point, silent, supply'],
    [{ silent: ['a'] }, 'silent'],
    [{ supply: SUPPLY.supply }, 'supply'],
  ])('%o is refused', (params, found) => {
    expect(powerLoss.check(params)).toMatchObject([{ found }]);
  });

  test('a condition at the wrong place is refused', () => {
    expect(powerLoss.check({ ...SUPPLY, in: [1] })).toMatchObject([
      { expected: 'the condition inside supply' },
    ]);
    expect(powerLoss.check({ ...SUPPLY, silent: ['voltage'] })).toMatchObject([{ path: 'supply.point' }]);
    expect(powerLoss.check({ silent: ['a'], supply: { point: 's' } })).toMatchObject([{ path: 'supply' }]);
    expect(powerLoss.check({ point: 'p' })).toMatchObject([{ found: 'none' }]);
    expect(powerLoss.check(SUPPLY)).toEqual([]);
    expect(powerLoss.pointRefs(SUPPLY)).toEqual(['a', 'b', 'voltage']);
  });
});

describe('a short circuit', () => {
  test.each<[object, Given, string]>([
    [{}, 'loop-high', 'true'],
    [{}, 'wire-break', 'false'],
    [{}, 7, 'false'],
    [{}, 'comm-loss', 'unknown'],
    [{}, 'out-of-range', 'unknown'],
    [{}, 'sentinel', 'unknown'],
    [{ quality: ['sentinel'] }, 'sentinel', 'true'],
    [{ quality: ['sentinel'] }, 'loop-high', 'unknown'],
    [{ in: [3] }, 3, 'true'],
    [{ in: [3] }, 2, 'false'],
    [{ in: [3] }, { value: 9, quality: 'unknown-state' }, 'unknown'],
    [{ in: [3] }, 'timeout', 'unknown'],
    [{ below: 100, quality: ['out-of-range'] }, 'out-of-range', 'true'],
    [{ below: 100, quality: ['out-of-range'] }, 99, 'true'],
    [{ below: 100, quality: ['out-of-range'] }, 101, 'false'],
  ])('under %o: %o is %s', (params, given, said) => {
    expect(createRig(shortCircuit, { point: 'p', ...params }).sample(0, given)).toBe(said);
  });

  test('by two conditions is refused', () => {
    expect(shortCircuit.check({ point: 'p', in: [1], above: 3 })).toMatchObject([{ found: 'in, above' }]);
    expect(shortCircuit.check({ point: 'p' })).toEqual([]);
  });
});
