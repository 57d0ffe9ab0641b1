/**
 * Rules that look back (windows, counts, totals), when the gateway is killed and when the rule is changed: no alarm ends because
 * something was forgotten (alarms.md B3, B8 no. 1).
 */
import { describe, expect, test } from 'vitest';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, type TestRule } from '../support/model.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

interface Case {
  readonly rule: Omit<TestRule, 'id'>;
  /** Until the alarm is on; time passes in `tick`s of a second. */
  readonly drive: (loop: TestLoop) => void;
  /** What is read afterwards, each second: the condition holds on. */
  readonly hold: (loop: TestLoop) => void;
}

const bounce = (loop: TestLoop, times: number): void => {
  loop.feed({ p: 0 });
  for (let at = 0; at < times; at++) {
    loop.feed({ p: 1 });
    loop.advance(2_000);
    loop.feed({ p: 0 });
    loop.advance(2_000);
  }
};
const still = (loop: TestLoop): void => loop.feed({ p: 7, q: 1 });
const quiet = (loop: TestLoop): void => loop.feed({ p: 0 });
const running = (loop: TestLoop): void => loop.feed({ p: 1 });
const DRIVE_MS = 4.5 * MINUTE_MS + 20_000;

const CASES: Readonly<Record<string, Case>> = {
  count: {
    rule: { type: 'count', points: ['p'], params: { point: 'p', in: [1], count: 3, withinMs: HOUR_MS } },
    drive: (loop) => bounce(loop, 3),
    hold: quiet,
  },
  stuck: {
    rule: {
      type: 'stuck',
      points: ['p', 'q'],
      params: { point: 'p', while: { point: 'q', in: [1] }, afterMs: 4.5 * MINUTE_MS },
    },
    drive: (loop) => {
      still(loop);
      loop.advance(DRIVE_MS, () => still(loop));
    },
    hold: still,
  },
  stale: {
    rule: { type: 'stale', points: ['p'], params: { point: 'p', afterMs: 4.5 * MINUTE_MS } },
    drive: (loop) => {
      loop.feed({ p: 7 });
      loop.advance(DRIVE_MS);
    },
    hold: () => {},
  },
  'running-hours': {
    rule: { type: 'running-hours', points: ['p'], params: { point: 'p', in: [1], everyHours: 4.5 / 60 } },
    drive: (loop) => {
      running(loop);
      loop.advance(DRIVE_MS, () => running(loop));
    },
    hold: running,
  },
  'starts, maintenance': {
    rule: { type: 'starts', points: ['p'], params: { point: 'p', in: [1], every: 3 } },
    drive: (loop) => bounce(loop, 3),
    hold: quiet,
  },
  'starts, too often': {
    rule: { type: 'starts', points: ['p'], params: { point: 'p', in: [1], perHour: 2 } },
    drive: (loop) => bounce(loop, 3),
    hold: quiet,
  },
  discrepancy: {
    rule: {
      type: 'discrepancy',
      points: ['p', 'q'],
      params: { command: 'p', feedback: 'q', travelMs: 20_000 },
    },
    drive: (loop) => {
      still(loop);
      loop.advance(30_000, () => still(loop));
    },
    hold: still,
  },
};
const names = Object.keys(CASES);

describe('an alarm whose condition holds on', () => {
  test.each(names)('stays over a kill: %s', (name) => {
    const { loop, hold } = raise(name);
    loop.restart(5_000);
    loop.advance(10 * MINUTE_MS, () => hold(loop));
    expect(heard(loop)).toEqual([]);
    expect(loop.alarm('r')).toMatchObject({ id: 'o-1', isActive: true });
  });

  test.each(names)('stays over an orderly stop: %s', (name) => {
    const { loop, hold } = raise(name);
    loop.conclude();
    loop.restart(5_000);
    loop.advance(10 * MINUTE_MS, () => hold(loop));
    expect(heard(loop)).toEqual([]);
  });

  test.each(names)('stays when nothing was saved: %s', (name) => {
    const { loop, hold } = raise(name);
    loop.restart(5_000, undefined, (stored) => ({ ...stored, memories: [] }));
    loop.advance(4 * MINUTE_MS, () => hold(loop));
    const said = heard(loop).filter((word) => word !== 'blind' && word !== 'sighted');
    expect(said).toEqual([]);
    expect(loop.alarm('r')?.isActive).toBe(true);
  });

  test.each(names)('stays over a kill and an orderly stop before anything is read: %s', (name) => {
    const { loop, hold } = raise(name);
    loop.restart(5_000);
    loop.conclude();
    loop.restart(5_000);
    loop.advance(10 * MINUTE_MS, () => hold(loop));
    expect(heard(loop)).toEqual([]);
  });

  test.each(names)('stays when nothing was saved before an orderly stop and a kill: %s', (name) => {
    const { loop, hold } = raise(name);
    loop.restart(5_000, undefined, (stored) => ({ ...stored, memories: [] }));
    loop.conclude();
    loop.restart(5_000);
    loop.advance(30_000, () => hold(loop));
    loop.conclude();
    loop.restart(5_000);
    loop.advance(90_000, () => hold(loop));
    loop.restart(5_000);
    loop.advance(30_000, () => hold(loop));
    expect(heard(loop).filter((word) => word !== 'blind' && word !== 'sighted')).toEqual([]);
    expect(loop.alarm('r')?.isActive).toBe(true);
  });

  test.each(names)('goes on under another severity, while it runs and over a kill: %s', (name) => {
    const { loop, hold, rule } = raise(name);
    loop.replaceModel(toModel({ ...rule, severity: 'high', reAlarmMs: 2 * HOUR_MS, version: 'v2' }));
    loop.advance(10 * MINUTE_MS, () => hold(loop));
    expect(heard(loop)).toEqual(['rule-changed', 'severity-changed']);
    loop.restart(5_000, toModel({ ...rule, severity: 'low', version: 'v3' }));
    loop.advance(MINUTE_MS, () => hold(loop));
    expect(heard(loop)).toEqual(['rule-changed']);
    expect(loop.alarm('r')).toMatchObject({ id: 'o-1', isActive: true, count: 1 });
  });
});

describe('a window of entries that was torn by a kill', () => {
  const rule = {
    type: 'count',
    points: ['p'],
    params: { point: 'p', in: [1], count: 3, withinMs: 10 * MINUTE_MS },
  };

  test('is quiet once it has been seen anew, not when the entries that were saved are old enough', () => {
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 3);
    loop.advance(8 * MINUTE_MS + 30_000, () => quiet(loop));
    // Too late for the snapshot of that minute.
    bounce(loop, 3);
    loop.restart(1_000);
    loop.advance(9 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(true);
    expect(loop.explain('pump', 'r')?.layers[0]).toMatchObject({
      layer: 'condition',
      verdict: 'unknown',
      detail: { because: 'memory' },
    });
    loop.advance(2 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(false);
  });

  test('that was saved at an orderly stop goes on where it stood', () => {
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 3);
    loop.advance(8 * MINUTE_MS, () => quiet(loop));
    loop.conclude();
    loop.restart(1_000);
    loop.advance(3 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(false);
  });

  test('is torn still after an orderly stop before which nothing was read', () => {
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 3);
    loop.advance(8 * MINUTE_MS + 30_000, () => quiet(loop));
    // Too late for the snapshot of that minute.
    bounce(loop, 3);
    loop.restart(1_000);
    loop.conclude();
    loop.restart(1_000);
    loop.advance(9 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(true);
    loop.advance(2 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(false);
  });

  test.each([
    ['shorter', 5],
    ['longer', 20],
  ])('is torn still under a %s window', (_, minutes) => {
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 3);
    loop.advance(8 * MINUTE_MS + 30_000, () => quiet(loop));
    // Too late for the snapshot of that minute.
    bounce(loop, 3);
    loop.restart(1_000);
    loop.advance(MINUTE_MS, () => quiet(loop));
    const isOver = (word: string): boolean => word === 'ended' || word === 'returned';
    const params = { ...rule.params, withinMs: minutes * MINUTE_MS };
    loop.replaceModel(toModel({ ...rule, params, version: 'v2' }));
    loop.advance((minutes - 2) * MINUTE_MS, () => quiet(loop));
    expect(heard(loop).filter(isOver)).toEqual([]);
    loop.advance(2 * MINUTE_MS, () => quiet(loop));
    expect(heard(loop).filter(isOver)).toHaveLength(1);
  });

  test('is torn, too, where the alarm came after the kill', () => {
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 1);
    loop.advance(9 * MINUTE_MS, () => quiet(loop));
    // Too late for the snapshot of that minute.
    bounce(loop, 1);
    loop.restart(1_000);
    bounce(loop, 2);
    expect(loop.alarm('r')?.isActive).toBe(true);
    loop.advance(8 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(true);
    loop.advance(3 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(false);
  });

  test('of an orderly stop is torn by a kill before the first sweep after it', () => {
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 3);
    loop.advance(8 * MINUTE_MS, () => quiet(loop));
    bounce(loop, 2);
    loop.conclude();
    loop.restart(11 * MINUTE_MS);
    for (const p of [0, 1]) loop.feed({ p });
    loop.restart(1_000);
    loop.advance(9.5 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(true);
  });

  test('of an orderly stop is torn by a kill after it', () => {
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 3);
    loop.conclude();
    loop.restart(1_000);
    loop.advance(8 * MINUTE_MS, () => quiet(loop));
    loop.restart(1_000);
    loop.advance(5 * MINUTE_MS, () => quiet(loop));
    expect(loop.alarm('r')?.isActive).toBe(true);
  });
});

describe('totals', () => {
  test('are never less after a kill than what was announced, and lose at most a minute', () => {
    const rule = { type: 'starts', points: ['p'], params: { point: 'p', in: [1], every: 10 } };
    const loop = createTestLoop(toModel(rule));
    bounce(loop, 5);
    loop.advance(MINUTE_MS, () => quiet(loop));
    bounce(loop, 3);
    loop.restart(1_000);
    bounce(loop, 4);
    expect(loop.alarms()).toEqual([]);
    bounce(loop, 1);
    expect(loop.alarm('r')?.isActive).toBe(true);
  });

  test('go on when they are measured otherwise, and begin anew with another maintenance', () => {
    const { loop, rule } = raise('running-hours');
    const params = { ...rule.params, above: 0.5, in: undefined };
    loop.replaceModel(toModel({ ...rule, params, version: 'v2' }));
    loop.advance(5_000, () => running(loop));
    expect(heard(loop)).toEqual(['rule-changed']);
    loop.replaceModel(toModel({ ...rule, params: { ...params, doneOn: '2026-11-21' }, version: 'v3' }));
    loop.advance(5_000, () => running(loop));
    expect(heard(loop)).toEqual(['ended']);
  });
});

test('a rule that counts other entries than before cannot be judged until its window has been seen', () => {
  const { loop, rule } = raise('count');
  const params = { ...rule.params, in: [2], withinMs: 5 * MINUTE_MS };
  loop.replaceModel(toModel({ ...rule, params, version: 'v2' }));
  loop.advance(4 * MINUTE_MS, () => quiet(loop));
  expect(loop.alarm('r')?.isActive).toBe(true);
  loop.advance(2 * MINUTE_MS, () => quiet(loop));
  expect(loop.events.at(-1)).toMatchObject({ type: 'ended', occurrence: { endReason: 'rule-changed' } });
});

test('a rule that asks for more entries than were remembered cannot be judged until its window has been seen', () => {
  const { loop, rule } = raise('count');
  loop.replaceModel(
    toModel({ ...rule, params: { ...rule.params, count: 4, withinMs: 5 * MINUTE_MS }, version: 'v2' }),
  );
  loop.advance(MINUTE_MS, () => quiet(loop));
  expect(loop.alarm('r')?.isActive).toBe(true);
  loop.advance(5 * MINUTE_MS, () => quiet(loop));
  expect(loop.events.at(-1)).toMatchObject({ type: 'ended', occurrence: { endReason: 'rule-changed' } });
});

test('a gap that a stop falls into is as long as it is: what came after it may be older than the window', () => {
  const rule = {
    type: 'count',
    points: ['p'],
    params: { point: 'p', in: [1], count: 2, withinMs: MINUTE_MS },
  };
  const loop = createTestLoop(toModel(rule));
  loop.feed({ p: 0 });
  loop.advance(1_000);
  loop.feed({ p: 'comm-loss' });
  loop.advance(5 * MINUTE_MS);
  loop.conclude();
  loop.restart(1_000);
  for (const p of [1, 0, 1]) {
    loop.feed({ p });
    loop.advance(1_000);
  }
  expect(loop.alarms()).toEqual([]);
});

test('a value that may rest again has not rested, whatever was saved before', () => {
  const { loop } = raise('stuck');
  loop.feed({ p: 7, q: 0 });
  expect(loop.alarm('r')?.isActive).toBe(false);
  loop.conclude();
  loop.restart(1_000);
  loop.advance(MINUTE_MS, () => still(loop));
  expect(loop.alarm('r')?.isActive).toBe(false);
});

test('a value that rested longer than was saved before a kill may have rested for as long as is asked now', () => {
  for (const name of ['stuck', 'stale']) {
    const { loop, hold, rule } = raise(name);
    loop.advance(50_000, () => hold(loop));
    const params = { ...rule.params, afterMs: 5.25 * MINUTE_MS };
    loop.restart(1_000, toModel({ ...rule, params, version: 'v2' }));
    loop.advance(5_000, () => hold(loop));
    expect(loop.alarm('r')?.isActive, name).toBe(true);
  }
});

test('a delay that was given up after it was saved does not go on after a kill', () => {
  const loop = createTestLoop(
    toModel({
      type: 'threshold',
      points: ['p'],
      offDelayMs: 60_000,
      params: { point: 'p', hi: { limit: 10 } },
    }),
  );
  loop.feed({ p: 11 });
  loop.feed({ p: 5 });
  loop.advance(51_000, () => loop.feed({ p: 5 }));
  loop.feed({ p: 11 });
  loop.advance(1_000);
  loop.feed({ p: 5 });
  loop.restart(1_000);
  loop.advance(50_000, () => loop.feed({ p: 5 }));
  expect(loop.alarm('r')?.isActive).toBe(true);
  loop.advance(11_000, () => loop.feed({ p: 5 }));
  expect(loop.alarm('r')?.isActive).toBe(false);
});

function toModel(rule: Omit<TestRule, 'id'>) {
  const points = [{ name: 'p' }, { name: 'q' }];
  return createTestModel({ equipment: [{ id: 'pump', points, rules: [{ id: 'r', ...rule }] }] });
}

function raise(name: string) {
  const { rule, drive, hold } = CASES[name] as Case;
  const loop = createTestLoop(toModel(rule));
  drive(loop);
  expect(loop.alarm('r')).toMatchObject({ isActive: true, count: 1 });
  loop.announced();
  return { loop, hold, rule };
}

function heard(loop: TestLoop): readonly string[] {
  return loop.announced().flatMap((line) => (line.startsWith('r ') ? [line.slice(2)] : []));
}
