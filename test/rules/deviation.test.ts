/** Deviation from a set-point: bands in unit and percent, one side or both, dead-band, what cannot be judged. */
import { describe, expect, test } from 'vitest';
import { deviation } from '../../src/rules/deviation.ts';
import { createRig } from './rig.ts';

const FOLLOWS = { point: 'supply', setpoint: 'wanted', band: 2 };

describe('a value against the point that it follows', () => {
  test.each([
    [{}, 22, 20, 'false'],
    [{}, 22.1, 20, 'true:above'],
    [{}, 17.9, 20, 'true:below'],
    [{ side: 'above' }, 10, 20, 'false'],
    [{ side: 'below' }, 30, 20, 'false'],
    [{ side: 'below' }, 10, 20, 'true:below'],
    [{ band: undefined, bandPercent: 10 }, 22, 20, 'false'],
    [{ band: undefined, bandPercent: 10 }, 22.1, 20, 'true:above'],
    [{ band: undefined, bandPercent: 10 }, -22.1, -20, 'true:below'],
    [{ band: undefined, bandPercent: 10 }, 5, 0, 'unknown'],
  ])('under %o: %d for %d is %s', (changed, value, wanted, said) => {
    expect(createRig(deviation, { ...FOLLOWS, ...changed }).sample(0, value, wanted)).toBe(said);
  });

  test.each([
    ['comm-loss', 20],
    [20, 'sentinel'],
    [Number.POSITIVE_INFINITY, 20],
  ] as const)('cannot be judged from %s and %s', (value, wanted) => {
    expect(createRig(deviation, FOLLOWS).sample(0, value, wanted)).toBe('unknown');
  });

  test('is judged anew when the set-point moves and the value does not', () => {
    const rig = createRig(deviation, FOLLOWS);
    expect(rig.sample(0, 20, 20)).toBe('false');
    expect(rig.sample(1_000, null, 25)).toBe('true:below');
  });
});

describe('the dead-band', () => {
  test('keeps the alarm until the value is well inside the band, its edge included', () => {
    const rig = createRig(deviation, { point: 'p', target: 20, band: 2, deadband: 0.5 });
    expect(rig.sample(0, 21.7)).toBe('false');
    expect(rig.sample(1, 22.5)).toBe('true:above');
    expect(rig.sample(1, 21.7)).toBe('true:above');
    expect(rig.sample(1, 21.5)).toBe('true:above');
    expect(rig.sample(1, 21.4)).toBe('false');
  });

  test('of one side does not hold the other', () => {
    const rig = createRig(deviation, { point: 'p', target: 0, band: 2, deadband: 1 });
    expect(rig.sample(0, 3)).toBe('true:above');
    expect(rig.sample(1, -1.5)).toBe('false');
    expect(rig.sample(1, -2.5)).toBe('true:below');
  });

  test('survives a bad sample in between', () => {
    const rig = createRig(deviation, { point: 'p', target: 20, band: 2, deadband: 0.5 });
    rig.sample(0, 23);
    expect(rig.sample(1, 'timeout')).toBe('unknown');
    expect(rig.sample(1, 21.7)).toBe('true:above');
  });
});

describe('a rule is refused', () => {
  test.each([
    [{ target: 5 }, 'exactly one of setpoint, target', 'both'],
    [{ setpoint: undefined }, 'exactly one of setpoint, target', 'none'],
    [{ bandPercent: 5 }, 'exactly one of band, bandPercent', 'both'],
    [{ band: undefined }, 'exactly one of band, bandPercent', 'none'],
    [{ setpoint: 'supply' }, 'another point', 'supply'],
    [{ deadband: 2 }, 'less than the band (2)', '2'],
  ])('with %o', (changed, expected, found) => {
    expect(deviation.check({ ...FOLLOWS, ...changed })).toMatchObject([{ expected, found }]);
  });

  test('that takes percent of nothing', () => {
    expect(deviation.check({ point: 'p', target: 0, bandPercent: 5 })).toMatchObject([
      { path: 'bandPercent' },
    ]);
  });

  test('only then', () => {
    expect(deviation.check(FOLLOWS)).toEqual([]);
    expect(deviation.pointRefs(FOLLOWS)).toEqual(['supply', 'wanted']);
    expect(deviation.pointRefs({ point: 'p', target: 1, band: 1 })).toEqual(['p']);
  });
});
