/** Starts: maintenance by number, too many within an hour, counters, gaps and restarts. */
import { describe, expect, test } from 'vitest';
import { starts } from '../../src/rules/starts.ts';
import { createRig, type Rig } from './rig.ts';

const HOUR_MS = 3_600_000;
const WALL_MS = Date.UTC(2026, 10, 22);
const FREQUENT = { point: 'run', in: [1], perHour: 3 };
const COUNTED = { point: 'starts', counter: true, every: 1_000, doneAt: 5_000 };

/** @returns what it says after the last of the starts, a minute apart */
function start(rig: Rig, times: number): string {
  let said = '';
  for (let at = 0; at < times; at++) {
    rig.sample(30_000, 0);
    said = rig.sample(30_000, 1);
  }
  return said;
}

describe('too many starts', () => {
  test('are more than allowed within an hour', () => {
    const rig = createRig(starts, FREQUENT);
    expect(start(rig, 3)).toBe('false');
    expect(start(rig, 1)).toBe('true:frequent');
  });

  test('end an hour after the first of them, by time alone', () => {
    const rig = createRig(starts, FREQUENT);
    start(rig, 4);
    // Three minutes after the first.
    expect(rig.wait(HOUR_MS - 180_250)).toBe('true:frequent');
    expect(rig.wait(250)).toBe('false');
  });

  test('do not end in a gap', () => {
    const rig = createRig(starts, FREQUENT);
    start(rig, 4);
    rig.sample(1_000, 'comm-loss');
    expect(rig.wait(3 * HOUR_MS)).toBe('unknown');
    expect(rig.sample(0, 1)).toBe('unknown');
    expect(rig.wait(HOUR_MS)).toBe('false');
  });

  test('are seen in a counter that grows', () => {
    const rig = createRig(starts, { point: 'starts', counter: true, perHour: 3 });
    expect(rig.sample(0, 70)).toBe('false');
    expect(rig.sample(60_000, 73)).toBe('false');
    expect(rig.sample(60_000, 74)).toBe('true:frequent');
  });

  test('are not what a counter grew by in a gap of more than an hour', () => {
    const rig = createRig(starts, { point: 'starts', counter: true, perHour: 3 });
    rig.sample(0, 70);
    rig.sample(60_000, 'comm-loss');
    expect(rig.sample(5 * HOUR_MS, 80)).toBe('false');
    rig.sample(60_000, 'comm-loss');
    expect(rig.sample(HOUR_MS / 2, 84)).toBe('true:frequent');
  });

  test('survive a restart with their ages', () => {
    const rig = createRig(starts, FREQUENT, WALL_MS);
    start(rig, 3);
    rig.restart(WALL_MS + HOUR_MS / 2);
    rig.sample(0, 0);
    expect(rig.sample(1_000, 1)).toBe('true:frequent');
  });
});

describe('maintenance', () => {
  test('is due after so many starts that were seen, one in a gap included', () => {
    const rig = createRig(starts, { point: 'run', in: [1], every: 3 });
    rig.sample(0, 1);
    start(rig, 1);
    rig.sample(1_000, 0);
    rig.sample(1_000, 'comm-loss');
    expect(rig.sample(9 * HOUR_MS, 1)).toBe('false');
    expect(start(rig, 1)).toBe('true:due');
    expect(rig.sample(1_000, 'comm-loss')).toBe('true:due');
  });

  test('is due by the counter of the device', () => {
    const rig = createRig(starts, COUNTED);
    expect(rig.sample(0, 5_998)).toBe('false');
    expect(rig.sample(60_000, 5_999)).toBe('false');
    expect(rig.sample(60_000, 6_000)).toBe('true:due');
  });

  test('B8 row 26: another counter, or one that begins again, is a new base', () => {
    const rig = createRig(starts, COUNTED);
    rig.sample(0, 5_990);
    expect(rig.sample(60_000, 2)).toBe('false');
    expect(rig.sample(60_000, 100_000)).toBe('false');
    expect(rig.sample(600_000, 100_009)).toBe('false');
    expect(rig.sample(60_000, 100_010)).toBe('true:due');
  });

  test('begins anew with the reset at the device, but too often stays too often', () => {
    const rig = createRig(starts, { ...FREQUENT, every: 2, resetBy: { point: 'reset', in: [1] } });
    rig.sample(0, 0, 0);
    rig.sample(1_000, 1, 0);
    rig.sample(1_000, 0, 0);
    expect(rig.sample(1_000, 1, 0)).toBe('true:due');
    expect(rig.sample(1_000, 0, 1)).toBe('false');
    rig.sample(1_000, 1, 0);
    rig.sample(1_000, 0, 0);
    expect(rig.sample(1_000, 1, 0)).toBe('true:frequent');
    expect(rig.sample(1_000, 1, 1)).toBe('true:frequent');
  });

  test('counts on over a restart', () => {
    const rig = createRig(starts, { point: 'run', in: [1], every: 3 }, WALL_MS);
    rig.sample(0, 0);
    start(rig, 2);
    rig.restart(WALL_MS + 90 * HOUR_MS);
    expect(rig.sample(0, 0)).toBe('false');
    expect(rig.sample(1_000, 1)).toBe('true:due');
  });
});

test('a rule without a number is refused', () => {
  expect(starts.check({ point: 'run', in: [1] })).toEqual([
    { path: '', expected: 'at least one of every, perHour', found: 'none' },
  ]);
  expect(starts.check(FREQUENT)).toEqual([]);
  expect(starts.check(COUNTED)).toEqual([]);
});
