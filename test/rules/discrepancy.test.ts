/** Command against feedback: equality, tables, tolerance, the time of travel, and what cannot be judged. */
import { describe, expect, test } from 'vitest';
import { discrepancy } from '../../src/rules/discrepancy.ts';
import { createRig } from './rig.ts';

const RULE = { command: 'cmd', feedback: 'run', travelMs: 10_000 };
const VALVE = { command: 'cmd', feedback: 'pos', travelMs: 30_000, tolerance: 3 };
/** 0 closed, 1 open; feedback 2 is "opening" on its way. */
const TABLE = {
  command: 'cmd',
  feedback: 'pos',
  map: [
    { command: 0, feedback: [0] },
    { command: 1, feedback: [1, 2] },
  ],
};
const WALL_MS = Date.UTC(2026, 10, 22);

test.each([
  [{ command: 'cmd', feedback: 'run' }, 1, 1, 'false'],
  [{ command: 'cmd', feedback: 'run' }, 1, 0, 'true'],
  [{ ...VALVE, travelMs: 0 }, 50, 53, 'false'],
  [{ ...VALVE, travelMs: 0 }, 50, 46.9, 'true'],
  [TABLE, 1, 2, 'false'],
  [TABLE, 0, 2, 'true'],
  [TABLE, 7, 0, 'unknown'],
])('under %o: %d answered by %d is %s', (params, command, feedback, said) => {
  expect(createRig(discrepancy, params).sample(0, command, feedback)).toBe(said);
});

describe('the time of travel', () => {
  test('lets the plant follow; when it is over without agreement the rule says so without any sample', () => {
    const rig = createRig(discrepancy, RULE);
    rig.sample(0, 0, 0);
    expect(rig.sample(20_000, 1, 0)).toBe('false');
    expect(rig.wait(9_750)).toBe('false');
    expect(rig.wait(250)).toBe('true');
    expect(rig.dueInMs).toBe(Number.POSITIVE_INFINITY);
    expect(rig.sample(1_000, 1, 1)).toBe('false');
  });

  test('does not run for feedback that leaves by itself', () => {
    const rig = createRig(discrepancy, RULE);
    rig.sample(0, 1, 1);
    rig.wait(20_000);
    expect(rig.sample(0, 1, 0)).toBe('true');
  });

  test('keeps an alarm that is on, unless the plant now does what is commanded', () => {
    const rig = createRig(discrepancy, TABLE_WITH_TRAVEL);
    rig.sample(0, 0, 5);
    expect(rig.wait(10_000)).toBe('true');
    expect(rig.sample(0, 1, 5)).toBe('true');
    expect(rig.sample(1_000, 1, 2)).toBe('false');
  });

  test('begins anew when the command moves on, not when it trembles within the tolerance', () => {
    const rig = createRig(discrepancy, VALVE);
    rig.sample(0, 20, 20);
    rig.wait(40_000);
    rig.sample(0, 80, 20);
    rig.wait(20_000);
    expect(rig.sample(0, 82, 20)).toBe('false');
    expect(rig.wait(10_000)).toBe('true');
    expect(rig.sample(0, 90, 20)).toBe('true');
    expect(rig.dueInMs).toBe(30_000);
  });

  test('begins with the first command that is seen: how long it has stood is not known', () => {
    const rig = createRig(discrepancy, RULE);
    expect(rig.sample(0, 1, 0)).toBe('false');
    expect(rig.wait(10_000)).toBe('true');
  });

  const TABLE_WITH_TRAVEL = { ...TABLE, travelMs: 10_000 };
});

describe('a gap', () => {
  test('of either point cannot be judged', () => {
    const rig = createRig(discrepancy, { ...RULE, travelMs: 0 });
    expect(rig.sample(0, 'comm-loss', 0)).toBe('unknown');
    expect(rig.sample(1_000, 1, 'comm-loss')).toBe('unknown');
    expect(rig.sample(1_000, 1, 0)).toBe('true');
    expect(rig.sample(1_000, 1, 'timeout')).toBe('unknown');
  });

  test('of the feedback does not stop the travel: the plant moves unseen', () => {
    const rig = createRig(discrepancy, RULE);
    rig.sample(0, 0, 0);
    rig.sample(20_000, 1, 'comm-loss');
    rig.wait(10_000);
    expect(rig.sample(0, 1, 0)).toBe('true');
  });

  test('in which the command has changed begins the travel when it is seen', () => {
    const rig = createRig(discrepancy, RULE);
    rig.sample(0, 0, 0);
    rig.sample(20_000, 'comm-loss', 'comm-loss');
    expect(rig.sample(60_000, 1, 0)).toBe('false');
    expect(rig.wait(10_000)).toBe('true');
  });
});

describe('a restart', () => {
  test('goes on with what is left of the travel', () => {
    const rig = createRig(discrepancy, RULE, WALL_MS);
    rig.sample(0, 0, 0);
    rig.sample(20_000, 1, 0);
    rig.wait(6_000);
    rig.restart(WALL_MS + 3_600_000);
    expect(rig.sample(0, 1, 0)).toBe('false');
    expect(rig.wait(3_750)).toBe('false');
    expect(rig.wait(250)).toBe('true');
  });

  test('after which the same command stands has no travel', () => {
    const rig = createRig(discrepancy, RULE, WALL_MS);
    rig.sample(0, 1, 1);
    rig.wait(60_000);
    rig.restart(WALL_MS + 3_600_000);
    expect(rig.sample(0, 1, 0)).toBe('true');
  });

  test.each([[{ command: 'x' }], [[]], [5]])('takes %j for nothing saved', (saved) => {
    const rig = createRig(discrepancy, RULE);
    rig.restartWith(saved);
    expect(rig.sample(0, 1, 0)).toBe('false');
    expect(rig.dueInMs).toBe(10_000);
  });
});

test('a step of the wall clock does not end the travel', () => {
  const rig = createRig(discrepancy, RULE);
  rig.sample(0, 0, 0);
  rig.sample(20_000, 1, 0);
  rig.stepClock(86_400_000);
  expect(rig.wait(9_750)).toBe('false');
  expect(rig.wait(250)).toBe('true');
});

describe('a rule is refused', () => {
  const isOn = { type: 'boolean', states: new Map() } as const;

  test.each([
    [{ ...RULE, feedback: 'cmd' }, 'feedback'],
    [{ ...RULE, tolerance: 1, map: [{ command: 0, feedback: [0] }] }, ''],
    [
      {
        ...RULE,
        map: [
          { command: 0, feedback: [0] },
          { command: 0, feedback: [1] },
        ],
      },
      'map[1].command',
    ],
    [{ ...RULE, map: [{ command: 2, feedback: [0] }] }, 'map[0].command'],
    [{ ...RULE, map: [{ command: 1, feedback: [1, 3] }] }, 'map[0].feedback[1]'],
  ])('with %o', (params, path) => {
    expect(discrepancy.check(params, [isOn, isOn])).toMatchObject([{ path }]);
  });

  test('only then', () => {
    expect(discrepancy.check(RULE, [isOn, isOn])).toEqual([]);
    expect(discrepancy.pointRefs(RULE)).toEqual(['cmd', 'run']);
  });
});

describe('a command that changes faster than the plant can follow', () => {
  test('is not obeyed by feedback that never moves: the rule says so when the travel time has passed', () => {
    const rig = createRig(discrepancy, RULE);
    rig.sample(0, 1, 5);
    let said = '';
    for (let at = 0; at < 4; at++) {
      expect(said).not.toBe('true');
      said = rig.sample(2_500, at % 2, 5);
    }
    expect(said).toBe('true');
    for (let at = 0; at < 8; at++) expect(rig.sample(2_500, at % 2, 5)).toBe('true');
  });

  test('is obeyed by feedback that moves, late as it is, and by feedback that agrees once', () => {
    const rig = createRig(discrepancy, VALVE);
    for (let at = 0; at < 20; at++) expect(rig.sample(10_000, 20 + 10 * at, 10 * at)).toBe('false');
    const contact = createRig(discrepancy, RULE);
    for (let at = 0; at < 20; at++) expect(contact.sample(6_000, at % 2, 0)).toBe('false');
  });

  test('trembling within the tolerance is no movement', () => {
    const rig = createRig(discrepancy, VALVE);
    rig.sample(0, 20, 60);
    for (const [at, feedback] of [61, 59, 62, 58, 60].entries())
      rig.sample(5_900, 20 + 10 * (at % 2), feedback);
    expect(rig.sample(1_000, 20, 60)).toBe('true');
  });

  test('time in which the feedback was not known does not count, a restart takes nothing away', () => {
    const rig = createRig(discrepancy, RULE);
    rig.sample(0, 0, 5);
    rig.sample(4_000, 1, 5);
    rig.sample(1_000, 1, 'comm-loss');
    rig.sample(9_000, 0, 5);
    expect(rig.sample(4_000, 1, 5)).toBe('false');
    rig.restart(WALL_MS + 3_600_000);
    rig.sample(0, 0, 5);
    expect(rig.wait(750)).toBe('false');
    expect(rig.wait(250)).toBe('true');
  });
});
