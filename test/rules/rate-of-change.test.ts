/** How fast a value moves: limits, directions, noise, gaps, restarts, and time that passes without a sample. */
import { describe, expect, test } from 'vitest';
import { rateOfChange } from '../../src/rules/rate-of-change.ts';
import { createRig, type Rig } from './rig.ts';

/** 2 K a minute over a minute. */
const RULE = { point: 'p', limit: 2, overMs: 60_000 };

/** @returns what it says after the last of the samples, one a second */
function ramp(rig: Rig, seconds: number, perSecond: number, from = 20): string {
  let said = '';
  for (let at = 1; at <= seconds; at++) said = rig.sample(1_000, from + at * perSecond);
  return said;
}

describe('a ramp', () => {
  test.each([
    [{}, 0.03, 'false'],
    [{}, 0.04, 'true:rising'],
    [{}, -0.04, 'true:falling'],
    [{ direction: 'rising' }, -0.04, 'false'],
    [{ direction: 'falling' }, -0.04, 'true:falling'],
    [{ direction: 'falling' }, 0.04, 'false'],
    [{ per: 'second' }, 1.9, 'false'],
    [{ per: 'second' }, 2.1, 'true:rising'],
    [{ per: 'hour' }, 0.0005, 'false'],
    [{ per: 'hour' }, 0.0006, 'true:rising'],
  ])('under %o, of %d a second is %s', (changed, perSecond, said) => {
    expect(ramp(createRig(rateOfChange, { ...RULE, ...changed }), 80, perSecond)).toBe(said);
  });

  test('cannot be judged before most of the window is known', () => {
    const rig = createRig(rateOfChange, RULE);
    expect(ramp(rig, 48, 1)).toBe('unknown');
    expect(rig.sample(1_000, 70)).toBe('true:rising');
  });

  test('that ends leaves below the limit less the dead-band', () => {
    const rig = createRig(rateOfChange, { ...RULE, deadband: 1 });
    expect(ramp(rig, 80, 0.04)).toBe('true:rising');
    expect(ramp(rig, 60, 0.025, 23.2)).toBe('true:rising');
    expect(ramp(rig, 60, 0.01, 24.7)).toBe('false');
  });
});

test('one wild sample does not make a rate', () => {
  const rig = createRig(rateOfChange, RULE);
  ramp(rig, 80, 0);
  expect(rig.sample(1_000, 25)).toBe('false');
  expect(ramp(rig, 5, 0)).toBe('false');
});

test('a value that comes on change and then rests has stopped changing', () => {
  const rig = createRig(rateOfChange, RULE);
  ramp(rig, 80, 0.04);
  expect(rig.wait(10_000)).toBe('true:rising');
  expect(rig.wait(60_000)).toBe('false');
  expect(rig.dueInMs).toBe(Number.POSITIVE_INFINITY);
});

test('a gap is no slope: UNKNOWN until the window is known again', () => {
  const rig = createRig(rateOfChange, RULE);
  ramp(rig, 80, 0.04);
  expect(rig.sample(1_000, 'comm-loss')).toBe('unknown');
  expect(rig.sample(30_000, 100)).toBe('unknown');
  expect(ramp(rig, 15, 0, 100)).toBe('unknown');
  expect(ramp(rig, 70, 0, 100)).toBe('false');
});

test('a step of the wall clock changes nothing', () => {
  const rig = createRig(rateOfChange, RULE);
  ramp(rig, 80, 0.03);
  rig.stepClock(-3_600_000);
  expect(ramp(rig, 5, 0.03, 22.4)).toBe('false');
  rig.stepClock(7_200_000);
  expect(ramp(rig, 5, 0.03, 22.55)).toBe('false');
});

test('after a short restart the rate goes on, after a long one it is UNKNOWN', () => {
  const wallMs = Date.UTC(2026, 10, 22);
  const short = createRig(rateOfChange, RULE, wallMs);
  ramp(short, 80, 0.04);
  short.restart(wallMs + 85_000);
  expect(short.sample(0, 23.4)).toBe('true:rising');
  const long = createRig(rateOfChange, RULE, wallMs);
  ramp(long, 80, 0.04);
  long.restart(wallMs + 200_000);
  expect(long.sample(0, 23.4)).toBe('unknown');
});

test('a dead-band as large as the limit is refused', () => {
  expect(rateOfChange.check(RULE)).toEqual([]);
  expect(rateOfChange.check({ ...RULE, deadband: 2 })).toMatchObject([{ path: 'deadband', found: '2' }]);
});
