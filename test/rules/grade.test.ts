/** Levels of a rule with an on-delay: one wild sample above HiHi makes nothing graver (alarms.md B3, "severity steps"). */
import { describe, expect, test } from 'vitest';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, type TestRule } from '../support/model.ts';

const [NORMAL, HI, MIDDLE, HIHI] = [5, 11, 21, 31];

function createLoop(rule: Partial<TestRule> = {}): TestLoop {
  const limits = {
    lo: { limit: 0 },
    hi: { limit: 10, severity: 'low' },
    hihi: { limit: 30, severity: 'high' },
  };
  const given = {
    id: 'r',
    type: 'threshold',
    points: ['p'],
    onDelayMs: 10_000,
    params: { point: 'p', ...limits },
    ...rule,
  };
  return createTestLoop(
    createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'p' }], rules: [given] }] }),
  );
}

/** The same value each second. */
function hold(loop: TestLoop, value: number | 'comm-loss', seconds: number): void {
  for (let at = 0; at < seconds; at++) {
    loop.feed({ p: value });
    loop.advance(1_000);
  }
}

const told = (loop: TestLoop) => [loop.alarm('r')?.level, loop.alarm('r')?.severity];

describe('a graver level', () => {
  test('counts when it has held for the on-delay', () => {
    const loop = createLoop();
    hold(loop, HI, 15);
    hold(loop, HIHI, 10);
    expect(told(loop)).toEqual(['hihi', 'high']);
  });

  test('does not count for one sample, before and after the raise', () => {
    const loop = createLoop();
    hold(loop, HI, 5);
    hold(loop, HIHI, 1);
    hold(loop, HI, 4);
    expect(told(loop)).toEqual(['hi', 'low']);
    hold(loop, HIHI, 1);
    hold(loop, HI, 20);
    hold(loop, HIHI, 9);
    expect(told(loop)).toEqual(['hi', 'low']);
    hold(loop, HIHI, 1);
    expect(told(loop)).toEqual(['hihi', 'high']);
  });

  test('that the alarm began with is the one that is raised', () => {
    const loop = createLoop();
    hold(loop, HIHI, 11);
    expect(told(loop)).toEqual(['hihi', 'high']);
    expect(loop.announced().filter((line) => line.startsWith('r '))).toEqual(['r raised']);
  });

  test('that was there when the alarm was raised counts in its own time', () => {
    const loop = createLoop();
    hold(loop, HI, 6);
    hold(loop, HIHI, 5);
    expect(told(loop)).toEqual(['hi', 'low']);
    hold(loop, HIHI, 5);
    expect(told(loop)).toEqual(['hihi', 'high']);
  });

  test('counts by time alone where the value comes by change', () => {
    const loop = createLoop();
    loop.feed({ p: HI });
    loop.advance(12_000);
    loop.feed({ p: HIHI });
    loop.advance(9_750);
    expect(told(loop)).toEqual(['hi', 'low']);
    loop.advance(250);
    expect(told(loop)).toEqual(['hihi', 'high']);
  });

  test('has no time while nothing is known, and begins anew after a long gap', () => {
    const loop = createLoop({ unknownHoldMs: 5_000 });
    hold(loop, HI, 12);
    hold(loop, HIHI, 6);
    hold(loop, 'comm-loss', 4);
    hold(loop, HIHI, 3);
    expect(told(loop)).toEqual(['hi', 'low']);
    hold(loop, HIHI, 2);
    expect(told(loop)).toEqual(['hihi', 'high']);
    const other = createLoop({ unknownHoldMs: 5_000 });
    hold(other, HI, 12);
    hold(other, HIHI, 6);
    hold(other, 'comm-loss', 7);
    hold(other, HIHI, 9);
    expect(told(other)).toEqual(['hi', 'low']);
    hold(other, HIHI, 2);
    expect(told(other)).toEqual(['hihi', 'high']);
  });

  test('needs as many good samples as the raise does', () => {
    const loop = createLoop({ minGoodSamples: 3 });
    hold(loop, HI, 12);
    loop.feed({ p: HIHI });
    loop.advance(11_000);
    expect(told(loop)).toEqual(['hi', 'low']);
    loop.feed({ p: HIHI });
    loop.feed({ p: HIHI });
    expect(told(loop)).toEqual(['hihi', 'high']);
  });

  test('counts at once without an on-delay, and where it is life safety', () => {
    const loop = createLoop({ onDelayMs: 0 });
    loop.feed({ p: HI });
    loop.feed({ p: HIHI });
    expect(told(loop)).toEqual(['hihi', 'high']);
    const params = { point: 'p', hi: { limit: 10 }, hihi: { limit: 30, severity: 'life-safety' } };
    const grave = createLoop({ params });
    hold(grave, HI, 12);
    grave.feed({ p: HIHI });
    expect(told(grave)).toEqual(['hihi', 'life-safety']);
  });

  test('that was told before a restart is told by the first sample after it: nothing goes down and up again', () => {
    const loop = createLoop();
    hold(loop, HIHI, 12);
    const { id } = loop.alarm('r') ?? {};
    loop.command({ type: 'acknowledge-alarm', occurrence: id as never, by: 'wang', note: '' });
    loop.announced();
    loop.restart(5_000);
    hold(loop, HIHI, 15);
    expect(loop.announced().filter((line) => line.startsWith('r '))).toEqual([]);
    expect(told(loop)).toEqual(['hihi', 'high']);
  });
});

describe('of three levels', () => {
  const params = {
    point: 'p',
    lo: { limit: 10, severity: 'low' },
    hi: { limit: 20, severity: 'medium' },
    hihi: { limit: 30, severity: 'high' },
  };
  // `lo` is passed below its limit: the middle one is reached from there.
  const levels = { params, severity: 'medium' as const };

  test('the middle one has held for as long as anything graver has', () => {
    const loop = createLoop(levels);
    hold(loop, NORMAL, 12);
    expect(told(loop)).toEqual(['lo', 'low']);
    hold(loop, HIHI, 6);
    hold(loop, MIDDLE, 3);
    expect(told(loop)).toEqual(['lo', 'low']);
    hold(loop, MIDDLE, 1);
    expect(told(loop)).toEqual(['hi', 'medium']);
  });

  test('the gravest one counts in its own time although the middle one began before', () => {
    const loop = createLoop(levels);
    hold(loop, NORMAL, 12);
    hold(loop, MIDDLE, 6);
    hold(loop, HIHI, 4);
    expect(told(loop)).toEqual(['hi', 'medium']);
    hold(loop, HIHI, 6);
    expect(told(loop)).toEqual(['hihi', 'high']);
  });
});
