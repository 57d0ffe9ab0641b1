/** Maintenance by hours: added up or read, baselines, roll-over, replaced devices (alarms.md B8 no. 26), gaps, restarts. */
import { describe, expect, test } from 'vitest';
import { runningHours } from '../../src/rules/running-hours.ts';
import { createRig } from './rig.ts';

const HOUR_MS = 3_600_000;
const WALL_MS = Date.UTC(2026, 10, 22);
const WATCHED = { point: 'run', in: [1], everyHours: 2 };
const COUNTED = { point: 'hours', counter: true, everyHours: 500, doneAt: 12_000 };

describe('hours that the gateway adds up', () => {
  test('are due after so many of running, by time alone', () => {
    const rig = createRig(runningHours, WATCHED);
    expect(rig.sample(0, 1)).toBe('false');
    expect(rig.wait(2 * HOUR_MS - 250)).toBe('false');
    expect(rig.wait(250)).toBe('true');
  });

  test('stand still while the machine does', () => {
    const rig = createRig(runningHours, WATCHED);
    rig.sample(0, 1);
    rig.sample(HOUR_MS, 0);
    expect(rig.sample(9 * HOUR_MS, 1)).toBe('false');
    expect(rig.sample(HOUR_MS - 1, 1)).toBe('false');
    expect(rig.sample(1, 0)).toBe('true');
  });

  test('do not count what nobody saw', () => {
    const rig = createRig(runningHours, WATCHED);
    rig.sample(0, 1);
    expect(rig.sample(HOUR_MS, 'comm-loss')).toBe('unknown');
    expect(rig.sample(9 * HOUR_MS, 1)).toBe('false');
    expect(rig.sample(HOUR_MS, 1)).toBe('true');
  });

  test('stay due in a gap: hours do not go back', () => {
    const rig = createRig(runningHours, WATCHED);
    rig.sample(0, 1);
    rig.sample(2 * HOUR_MS, 1);
    expect(rig.sample(1_000, 'timeout')).toBe('true');
    expect(rig.sample(1_000, 0)).toBe('true');
  });

  test('begin with those since the last maintenance', () => {
    const rig = createRig(runningHours, { ...WATCHED, already: 1.5 });
    rig.sample(0, 1);
    expect(rig.sample(HOUR_MS / 2 - 1, 1)).toBe('false');
    expect(rig.sample(1, 1)).toBe('true');
  });

  test('survive a restart, whose time counts for nothing', () => {
    const rig = createRig(runningHours, WATCHED, WALL_MS);
    rig.sample(0, 1);
    rig.wait(HOUR_MS);
    rig.restart(WALL_MS + 90 * HOUR_MS);
    expect(rig.sample(0, 1)).toBe('false');
    expect(rig.wait(HOUR_MS - 250)).toBe('false');
    expect(rig.wait(250)).toBe('true');
  });

  test('follow the monotonic clock, not the wall clock', () => {
    const rig = createRig(runningHours, WATCHED);
    rig.sample(0, 1);
    rig.stepClock(30 * HOUR_MS);
    expect(rig.sample(HOUR_MS, 1)).toBe('false');
  });
});

describe('hours that the device counts', () => {
  test('are due so many after the last maintenance', () => {
    const rig = createRig(runningHours, COUNTED);
    expect(rig.sample(0, 12_499)).toBe('false');
    expect(rig.sample(HOUR_MS, 12_500)).toBe('true');
  });

  test('cannot be judged before the first reading, nor without one while they are not due', () => {
    const rig = createRig(runningHours, COUNTED);
    expect(rig.sample(0, 'no-data')).toBe('unknown');
    expect(rig.sample(0, 12_100)).toBe('false');
    expect(rig.sample(0, 'comm-loss')).toBe('unknown');
  });

  test('that went on in a gap count in full', () => {
    const rig = createRig(runningHours, COUNTED);
    rig.sample(0, 12_490);
    rig.sample(0, 'comm-loss');
    expect(rig.sample(12 * HOUR_MS, 12_501)).toBe('true');
  });

  test.each([
    ['a device that counts from nothing', 3],
    ['a device that has run for longer', 40_000],
    ['a wild reading', 12_600],
  ])('B8 row 26: of %s are a new base, and the hours so far stay', (_name, reading) => {
    const rig = createRig(runningHours, COUNTED);
    rig.sample(0, 12_498);
    expect(rig.sample(60_000, reading)).toBe('false');
    expect(rig.sample(HOUR_MS, reading + 1)).toBe('false');
    expect(rig.sample(HOUR_MS, reading + 2)).toBe('true');
  });

  test('B8 row 26: go on over a roll-over', () => {
    const rig = createRig(runningHours, { ...COUNTED, doneAt: 9_600, rollsOverAt: 10_000 });
    rig.sample(0, 9_999);
    expect(rig.sample(HOUR_MS, 0)).toBe('false');
    rig.sample(99 * HOUR_MS, 98);
    expect(rig.sample(HOUR_MS, 99)).toBe('false');
    expect(rig.sample(HOUR_MS, 100)).toBe('true');
  });

  test('B8 row 26: a fall that is too large for a roll-over is another device', () => {
    const rig = createRig(runningHours, { ...COUNTED, doneAt: 9_600, rollsOverAt: 10_000 });
    rig.sample(0, 9_700);
    expect(rig.sample(HOUR_MS, 50)).toBe('false');
    expect(rig.sample(400 * HOUR_MS, 449)).toBe('false');
    expect(rig.sample(HOUR_MS, 450)).toBe('true');
  });

  test('of a counter that has rolled over since the last maintenance are known from the first reading', () => {
    const rig = createRig(runningHours, { ...COUNTED, doneAt: 9_600, rollsOverAt: 10_000 });
    expect(rig.sample(0, 99)).toBe('false');
    const due = createRig(runningHours, { ...COUNTED, doneAt: 9_600, rollsOverAt: 10_000 });
    expect(due.sample(0, 100)).toBe('true');
  });

  test('survive a restart, and count what ran meanwhile', () => {
    const rig = createRig(runningHours, COUNTED, WALL_MS);
    rig.sample(0, 12_490);
    rig.restart(WALL_MS + 11 * HOUR_MS);
    expect(rig.sample(0, 12_500)).toBe('true');
  });

  test('of a device replaced while the gateway was down are a new base', () => {
    const rig = createRig(runningHours, COUNTED, WALL_MS);
    rig.sample(0, 12_490);
    rig.restart(WALL_MS + 11 * HOUR_MS);
    expect(rig.sample(0, 7)).toBe('false');
    expect(rig.sample(10 * HOUR_MS, 17)).toBe('true');
  });
});

describe('the reset at the device', () => {
  const RESET = { ...WATCHED, resetBy: { point: 'reset', in: [1] } };

  test('begins anew when it is pressed, not while it is held', () => {
    const rig = createRig(runningHours, RESET);
    rig.sample(0, 1, 0);
    expect(rig.sample(2 * HOUR_MS, 1, 0)).toBe('true');
    expect(rig.sample(1_000, 1, 1)).toBe('false');
    expect(rig.sample(2 * HOUR_MS, 1, 1)).toBe('true');
  });

  test('that is there at first, or cannot be read, resets nothing', () => {
    const rig = createRig(runningHours, RESET);
    rig.sample(0, 1, 1);
    expect(rig.sample(2 * HOUR_MS, 1, 'comm-loss')).toBe('true');
    expect(rig.sample(1_000, 1, 1)).toBe('true');
  });
});

test.each([[{ used: -1, atMs: 0, ageMs: 0 }], [{ used: 5 }], ['x'], [{}]])(
  'takes %j for nothing saved',
  (saved) => {
    const rig = createRig(runningHours, WATCHED);
    rig.restartWith(saved);
    rig.sample(0, 1);
    expect(rig.dueInMs).toBe(2 * HOUR_MS);
  },
);

describe('a rule is refused', () => {
  test.each([
    [{ point: 'p', everyHours: 1 }, '', 'none'],
    [{ ...COUNTED, in: [1] }, 'counter', 'both'],
    [{ ...COUNTED, already: 1 }, 'already', '1'],
    [{ ...WATCHED, doneAt: 1 }, 'doneAt', '1'],
    [{ ...WATCHED, rollsOverAt: 1 }, 'rollsOverAt', '1'],
    [{ ...COUNTED, rollsOverAt: 12_000 }, 'doneAt', '12000'],
    [{ ...WATCHED, resetBy: { point: 'r' } }, 'resetBy', 'none'],
  ])('with %o', (params, path, found) => {
    expect(runningHours.check(params)).toMatchObject([{ path, found }]);
  });

  test('only then', () => {
    expect(runningHours.check(WATCHED)).toEqual([]);
    expect(runningHours.check({ ...COUNTED, resetBy: { point: 'r', above: 0 } })).toEqual([]);
    expect(runningHours.pointRefs({ ...COUNTED, resetBy: { point: 'r', above: 0 } })).toEqual(['hours', 'r']);
  });
});
