/** Entries within a window or a condition that holds: what an on-delay hides, what a gap proves, what a restart keeps. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { count } from '../../src/rules/count.ts';
import { testSeed } from '../support/seed.ts';
import { createRig, type Rig } from './rig.ts';

/** Three entries within a minute. */
const RULE = { point: 'p', in: [1], count: 3, withinMs: 60_000 };
const WALL_MS = Date.UTC(2026, 10, 22);

/** On and off again, a second each. @returns what it says after the last of them */
function pulse(rig: Rig, times: number): string {
  let said = '';
  for (let at = 0; at < times; at++) {
    said = rig.sample(1_000, 1);
    if (at < times - 1) said = rig.sample(1_000, 0);
  }
  return said;
}

describe('entries', () => {
  test('make the alarm when there are enough of them, though none lasts', () => {
    const rig = createRig(count, RULE);
    rig.sample(0, 0);
    expect(pulse(rig, 2)).toBe('false');
    expect(rig.sample(1_000, 0)).toBe('false');
    expect(rig.sample(1_000, 1)).toBe('true');
  });

  test('leave the window one by one, by time alone', () => {
    const rig = createRig(count, RULE);
    rig.sample(0, 0);
    expect(pulse(rig, 3)).toBe('true');
    rig.sample(1_000, 0);
    // The first was five seconds ago.
    expect(rig.wait(54_750)).toBe('true');
    expect(rig.wait(250)).toBe('false');
  });

  test('that are a minute apart in all do not count together', () => {
    const rig = createRig(count, RULE);
    rig.sample(0, 0);
    pulse(rig, 2);
    rig.sample(1_000, 0);
    rig.wait(56_000);
    expect(rig.sample(1_000, 1)).toBe('false');
  });

  test('are not the value that is there at first, nor one that is said again', () => {
    const rig = createRig(count, { ...RULE, count: 2 });
    expect(rig.sample(0, 1)).toBe('false');
    expect(rig.sample(1_000, 1)).toBe('false');
    rig.sample(1_000, 0);
    expect(rig.sample(1_000, 1)).toBe('false');
    expect(rig.sample(1_000, 1)).toBe('false');
  });

  test('over a limit have its dead-band', () => {
    const rig = createRig(count, { point: 'p', above: 10, deadband: 2, count: 2, withinMs: 60_000 });
    rig.sample(0, 5);
    rig.sample(1_000, 11);
    rig.sample(1_000, 9);
    expect(rig.sample(1_000, 11)).toBe('false');
    rig.sample(1_000, 7);
    expect(rig.sample(1_000, 11)).toBe('true');
  });
});

describe('the condition alone', () => {
  const HELD = { ...RULE, forMs: 20_000 };

  test('makes the alarm after its time, without another sample', () => {
    const rig = createRig(count, HELD);
    expect(rig.sample(0, 1)).toBe('false');
    expect(rig.wait(19_750)).toBe('false');
    expect(rig.wait(250)).toBe('true');
    expect(rig.sample(1_000, 0)).toBe('false');
  });

  test('must hold without a break; a gap is neither a break nor time', () => {
    const rig = createRig(count, HELD);
    rig.sample(0, 1);
    rig.wait(15_000);
    rig.sample(0, 0);
    rig.sample(1_000, 1);
    expect(rig.wait(15_000)).toBe('false');
    expect(rig.sample(0, 'comm-loss')).toBe('unknown');
    expect(rig.wait(600_000)).toBe('unknown');
    expect(rig.sample(0, 1)).toBe('false');
    expect(rig.wait(4_750)).toBe('false');
    expect(rig.wait(250)).toBe('true');
  });
});

describe('a gap', () => {
  test('does not take away what was seen', () => {
    const rig = createRig(count, RULE);
    rig.sample(0, 0);
    pulse(rig, 3);
    expect(rig.sample(1_000, 'comm-loss')).toBe('true');
  });

  test('is not quiet: the return waits for a window that was seen', () => {
    const rig = createRig(count, RULE);
    rig.sample(0, 0);
    pulse(rig, 3);
    rig.sample(1_000, 'comm-loss');
    expect(rig.wait(3_600_000)).toBe('unknown');
    expect(rig.sample(0, 0)).toBe('unknown');
    // Five seconds were seen before the gap.
    expect(rig.wait(54_750)).toBe('unknown');
    expect(rig.wait(250)).toBe('false');
  });

  test('longer than the window hides when an entry was: it does not count', () => {
    const short = createRig(count, { ...RULE, count: 2 });
    const long = createRig(count, { ...RULE, count: 2 });
    for (const [rig, gapMs] of [
      [short, 60_000],
      [long, 60_250],
    ] as const) {
      rig.sample(0, 0);
      rig.sample(1_000, 'timeout');
      rig.wait(gapMs - 1_000);
      rig.sample(1_000, 1);
      rig.sample(1_000, 0);
    }
    expect(short.sample(1_000, 1)).toBe('true');
    expect(long.sample(1_000, 1)).toBe('false');
  });
});

describe('a restart', () => {
  test('keeps entries with their ages', () => {
    const rig = createRig(count, RULE, WALL_MS);
    rig.sample(0, 0);
    pulse(rig, 2);
    rig.sample(1_000, 0);
    rig.restart(WALL_MS + 30_000);
    expect(rig.sample(0, 0)).toBe('false');
    expect(rig.sample(1_000, 1)).toBe('true');
  });

  test('counts as a gap for the return', () => {
    const rig = createRig(count, RULE, WALL_MS);
    rig.sample(0, 0);
    pulse(rig, 3);
    rig.restart(WALL_MS + 600_000);
    expect(rig.sample(0, 0)).toBe('unknown');
    expect(rig.wait(56_000)).toBe('false');
  });

  test.each([
    [null],
    [[]],
    [{ entries: 5 }],
    [{ entries: { atMs: 0, ages: [1] } }],
    [{ entries: { atMs: 0, ages: 'x' } }],
  ])('takes %j for nothing saved', (saved) => {
    const rig = createRig(count, RULE);
    rig.restartWith(saved);
    rig.sample(0, 0);
    expect(pulse(rig, 2)).toBe('false');
    rig.sample(1_000, 0);
    expect(rig.sample(1_000, 1)).toBe('true');
  });
});

test('a step of the wall clock changes nothing', () => {
  const rig = createRig(count, RULE);
  rig.sample(0, 0);
  pulse(rig, 2);
  rig.stepClock(86_400_000);
  rig.sample(1_000, 0);
  rig.stepClock(-172_800_000);
  expect(rig.sample(1_000, 1)).toBe('true');
});

test('equals a recount of any course without gaps', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 40_000 }), value: fc.constantFrom(0, 1) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 2, max: 5 }), (steps, least) => {
      const rig = createRig(count, { ...RULE, count: least });
      const entries: number[] = [];
      let [atMs, last] = [0, 1];
      for (const { afterMs, value } of steps) {
        atMs += afterMs;
        if (last === 0 && value === 1) entries.push(atMs);
        last = value;
        const isTrue = entries.filter((entry) => atMs - entry < 60_000).length >= least;
        expect(rig.sample(afterMs, value)).toBe(String(isTrue));
      }
    }),
    { seed: testSeed() },
  );
});
