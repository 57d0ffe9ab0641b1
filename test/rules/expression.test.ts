/** An expression rule as the evaluator asks it: missing values, faults, windows, hours, restarts. */
import { describe, expect, test } from 'vitest';
import type { Now } from '../../src/core/clock.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { expression } from '../../src/rules/expression.ts';
import type { Condition, JsonValue, RuleMemory, Sample } from '../../src/rules/rule.ts';
import { FALSE_VERDICT, UNKNOWN_VERDICT } from '../../src/rules/rule.ts';
import { createJudging } from './judging.ts';

/** A Monday, 00:00 UTC. */
const START_MS = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const memoryOf = expression.memory as RuleMemory;

const toNow = (atMs: number, bootId = 'test'): Now => ({ wallMs: START_MS + atMs, monoMs: atMs, bootId });

function toSample(value: number | null): Sample {
  const quality = value === null ? QUALITIES['comm-loss'].code : QUALITIES.good.code;
  // What it last was must not count, either.
  return { value: value ?? 7777, quality, receivedMs: START_MS, sourceMs: Number.NaN };
}

interface Given {
  readonly condition: string;
  readonly points?: readonly string[];
  readonly windows?: Readonly<Record<string, unknown>>;
  readonly working?: Readonly<Record<string, string>>;
  readonly isWithin?: (calendar: string, wallMs: number) => boolean;
  readonly saved?: JsonValue;
  readonly startMs?: number;
}

/** One rule over points named `x`, `y` … unless others are given. */
function createRule({ condition, points = ['x'], windows = {}, working = {}, ...rest }: Given) {
  const params = {
    points: Object.fromEntries(points.map((name) => [name, name])),
    windows,
    working,
    condition,
  };
  const start = toNow(rest.startMs ?? 0);
  const memory =
    rest.saved === undefined
      ? memoryOf.create(params, start, 'whole')
      : memoryOf.restore(rest.saved, params, start, 'whole');
  const failures: string[] = [];
  return {
    failures,
    /** null = a sample that cannot be used. */
    judge(atMs: number, ...values: readonly (number | null)[]): Condition {
      const judging = createJudging({
        now: toNow(atMs),
        memory,
        isUsable: (at) => values[at] !== null,
        environment: { timeZone: 'UTC', isWithin: rest.isWithin ?? (() => true) },
        fail: (reason) => {
          failures.push(reason);
          return UNKNOWN_VERDICT;
        },
      });
      return expression.judge(params, FALSE_VERDICT, values.map(toSample), judging).condition;
    },
    dueAtMs: () => memoryOf.dueAtMonoMs(memory),
    save: (atMs: number) => memoryOf.save(memory, toNow(atMs)),
  };
}

describe('values that are missing', () => {
  test('are unknown, and the others decide where they can', () => {
    const rule = createRule({ condition: 'x > 5 || y > 5', points: ['x', 'y'] });
    expect(rule.judge(0, 6, null)).toBe('true');
    expect(rule.judge(1, null, 6)).toBe('true');
    expect(rule.judge(2, 4, null)).toBe('unknown');
    expect(rule.judge(3, 4, 4)).toBe('false');
    expect(rule.judge(4, null, null)).toBe('unknown');
    expect(rule.failures).toEqual([]);
  });

  test('do not come true by negation: !(x <= 5.0) of nothing is unknown', () => {
    for (const condition of ['!(x <= 5.0)', 'x != 5.0', '!(x in [1.0])', '!(x == x)']) {
      expect(createRule({ condition }).judge(0, null), condition).toBe('unknown');
    }
  });

  test('hide in no function and no product', () => {
    for (const condition of [
      'max(x, 9) > 5',
      'min(9, x) < 99',
      'x * 0 == 0',
      '0 * x < 1',
      'abs(x) >= 0',
      '1 / x < 9',
    ])
      expect(createRule({ condition }).judge(0, null), condition).toBe('unknown');
  });

  test('a condition that needs none of them is judged all the same', () => {
    const rule = createRule({
      condition: 'open && x > 5',
      working: { open: 'office' },
      isWithin: () => false,
    });
    expect(rule.judge(0, null)).toBe('false');
  });
});

describe('a condition that cannot be worked out', () => {
  test.for([
    ['x / y > 1', [1, 0], 'division by zero in "x / y"'],
    ['x / y > 1', [0, 0], 'division by zero in "x / y"'],
    ['x / y > 1', [1, -0], 'division by zero in "x / y"'],
    ['!(x / y <= 1)', [0, 0], 'division by zero in "x / y"'],
    ['x / y == 0', [1, 0], 'division by zero in "x / y"'],
    ['min(x / y, 3) == 3', [1, 0], 'division by zero in "x / y"'],
    ['1 / (x / y) == 0', [1, 0], 'division by zero in "x / y"'],
    ['(x / y) * 0 == 0', [1, 0], 'division by zero in "x / y"'],
    ['x / y - x / y == 0', [1, 0], 'division by zero in "x / y"'],
    ['(x / y > 1 ? 1.0 : 2.0) > 0', [1, 0], 'division by zero in "x / y"'],
    ['x / y in [1, 2]', [1, 0], 'division by zero in "x / y"'],
    ['x * y > 1', [1e200, 1e200], 'overflow in "x * y"'],
    ['x - y < 1', [-1.7e308, 1.7e308], 'overflow in "x - y"'],
    ['x + y < 9007199254740991 * 2', [1, 1], 'overflow in "9007199254740991 * 2"'],
  ] as const)('%s with %j fails and is not FALSE', ([condition, values, reason]) => {
    const rule = createRule({ condition, points: ['x', 'y'] });
    expect(rule.judge(0, ...values)).toBe('unknown');
    expect(rule.failures).toEqual([reason]);
  });

  test('is no failure where the rest decides', () => {
    const rule = createRule({ condition: 'x / y > 1 && x > 5 || x < 0', points: ['x', 'y'] });
    expect(rule.judge(0, 1, 0)).toBe('false');
    expect(rule.judge(1, -1, 0)).toBe('true');
    expect(rule.failures).toEqual([]);
    expect(rule.judge(2, 6, 0)).toBe('unknown');
    expect(rule.failures).toHaveLength(1);
  });

  test('is a missing value first where both meet: the rule is not to blame', () => {
    const points = ['x', 'y', 'z'];
    for (const condition of [
      'x / y > 1 || z > 1',
      'z > 1 || x / y > 1',
      'x / y + z > 1',
      '(z > 1) == (x / y > 1)',
    ]) {
      const rule = createRule({ condition, points });
      expect(rule.judge(0, 1, 0, null), condition).toBe('unknown');
      expect(rule.failures, condition).toEqual([]);
    }
  });

  test('recovers with the next good value', () => {
    const rule = createRule({ condition: 'x / y > 1', points: ['x', 'y'] });
    rule.judge(0, 1, 0);
    expect(rule.judge(1, 4, 2)).toBe('true');
    expect(rule.failures).toHaveLength(1);
  });
});

describe('numbers', () => {
  test('whole ones stand beside those of points', () => {
    for (const condition of [
      'x > 5',
      'x == 6',
      'x + 1 == 7',
      '2 * x - 12 == 0',
      'x / 4 == 1.5',
      'x in [1, 6]',
      '-x == -6',
    ])
      expect(createRule({ condition }).judge(0, 6), condition).toBe('true');
  });

  test('a verdict of one kind is one object, so that nothing looks changed that is not', () => {
    const params = { points: { x: 'x' }, windows: {}, working: {}, condition: 'x > 5' };
    const memory = memoryOf.create(params, toNow(0), 'whole');
    const ask = (value: number) =>
      expression.judge(params, FALSE_VERDICT, [toSample(value)], createJudging({ memory }));
    expect(ask(6)).toBe(ask(7));
    expect(ask(1)).toBe(FALSE_VERDICT);
  });

  test('rules with the same condition share its compiled form and nothing else', () => {
    const params = { points: { x: 'x' }, windows: {}, working: {}, condition: 'x > 5' };
    const [first, second] = [
      memoryOf.create(params, toNow(0), 'whole'),
      memoryOf.create(params, toNow(0), 'whole'),
    ] as const;
    const ask = (memory: unknown, value: number) =>
      expression.judge(params, FALSE_VERDICT, [toSample(value)], createJudging({ memory })).condition;
    expect([ask(first, 6), ask(second, 4), ask(first, 6)]).toEqual(['true', 'false', 'true']);
  });
});

const mean = { point: 'x', over: 10 * MINUTE, of: 'mean' };

describe('windows', () => {
  /** Judged each minute with the value that `toValue` gives; the last answer. */
  const run = (
    rule: ReturnType<typeof createRule>,
    minutes: number,
    toValue: (minute: number) => number | null,
  ) => {
    let last: Condition = 'unknown';
    for (let minute = 0; minute <= minutes; minute++) last = rule.judge(minute * MINUTE, toValue(minute));
    return last;
  };

  test.for([
    ['mean', 'w > 5.4 && w < 5.6'],
    ['min', 'w == 1.0'],
    ['max', 'w == 11.0'],
    ['last', 'w == 11.0'],
    ['change', 'w == 10.0'],
    ['rate', 'w > 0.95 / 60 && w < 1.05 / 60'],
  ] as const)('%s of a ramp of one a minute', ([of, condition]) => {
    const rule = createRule({ condition, windows: { w: { ...mean, of } } });
    expect(run(rule, 11, (minute) => minute)).toBe('true');
  });

  test('count says how often it left zero', () => {
    const rule = createRule({ condition: 'w == 3', windows: { w: { ...mean, of: 'count' } } });
    expect(run(rule, 10, (minute) => [0, 1, 0, 1, 2, 0, 1, 1, 0, 0, 0][minute] ?? 0)).toBe('true');
  });

  test('are unknown until three quarters of them are known', () => {
    const rule = createRule({ condition: 'w > 5', windows: { w: mean } });
    expect(run(rule, 7, () => 9)).toBe('unknown');
    expect(rule.judge(7.5 * MINUTE, 9)).toBe('true');
  });

  test('ask for as much as the rule says', () => {
    const rule = createRule({ condition: 'w > 5', windows: { w: { ...mean, minKnownPercent: 10 } } });
    expect(rule.judge(0, 9)).toBe('unknown');
    expect(rule.judge(MINUTE, 9)).toBe('true');
  });

  test('are unknown while the value is missing, and a short gap does not blind them for their length', () => {
    const rule = createRule({ condition: 'w > 5', windows: { w: mean } });
    expect(run(rule, 12, () => 9)).toBe('true');
    expect(rule.judge(12.5 * MINUTE, null)).toBe('unknown');
    expect(rule.judge(13 * MINUTE, 9)).toBe('true');
  });

  test('see gaps behind && too: they are fed whatever the condition asks', () => {
    const points = ['x', 'y'];
    const rule = createRule({ condition: 'y > 0 && w > 5', points, windows: { w: mean } });
    for (let minute = 0; minute <= 12; minute++) {
      expect(rule.judge(minute * MINUTE, minute < 6 ? 9 : null, 0)).toBe('false');
    }
    expect(rule.judge(13 * MINUTE, 9, 1)).toBe('unknown');
    const fed = createRule({ condition: 'y > 0 && w > 5', points, windows: { w: mean } });
    for (let minute = 0; minute <= 12; minute++) fed.judge(minute * MINUTE, 9, 0);
    expect(fed.judge(13 * MINUTE, 9, 1)).toBe('true');
  });

  test('a long gap is neither quiet nor a value', () => {
    const rule = createRule({ condition: 'w > 5', windows: { w: mean } });
    run(rule, 10, () => 9);
    for (let minute = 11; minute < 15; minute++) rule.judge(minute * MINUTE, null);
    expect(rule.judge(15 * MINUTE, 9)).toBe('unknown');
  });

  test('move without samples: the rule asks to be judged, once a second at most, until nothing moves', () => {
    const rule = createRule({ condition: 'w > 5', windows: { w: mean } });
    expect(rule.dueAtMs()).toBe(Number.POSITIVE_INFINITY);
    rule.judge(0, 9);
    expect(rule.dueAtMs()).toBe(2_400);
    rule.judge(10 * MINUTE, 9);
    expect(rule.dueAtMs()).toBe(Number.POSITIVE_INFINITY);
    const short = createRule({ condition: 'w > 5', windows: { w: { ...mean, over: 5_000 } } });
    short.judge(0, 9);
    expect(short.dueAtMs()).toBe(1_000);
  });

  test('the condition becomes true by time alone', () => {
    const rule = createRule({ condition: 'w > 5', windows: { w: mean } });
    run(rule, 10, () => 0);
    rule.judge(11 * MINUTE, 9);
    let answer: Condition = 'false';
    let atMs = 11 * MINUTE;
    // Asked as often as it wishes, and never more than a cell of the window late.
    while (answer === 'false' && rule.dueAtMs() < 30 * MINUTE) {
      atMs = rule.dueAtMs();
      answer = rule.judge(atMs, 9);
    }
    expect(answer).toBe('true');
    expect(atMs).toBeGreaterThan(11 * MINUTE + (10 * MINUTE * 5) / 9);
    expect(atMs).toBeLessThanOrEqual(11 * MINUTE + (10 * MINUTE * 5) / 9 + 2 * 2_400);
  });
});

describe('a restart', () => {
  const given = { condition: 'w > 5', windows: { w: mean } };

  test('keeps what the windows knew, and the time that the gateway was down as a gap', () => {
    const before = createRule(given);
    for (let minute = 0; minute <= 12; minute++) before.judge(minute * MINUTE, 9);
    const saved = before.save(12 * MINUTE);
    const after = createRule({ ...given, startMs: 13 * MINUTE, saved });
    expect(after.judge(13 * MINUTE, 9)).toBe('true');
    const late = createRule({ ...given, startMs: 17 * MINUTE, saved });
    expect(late.judge(17 * MINUTE, 9)).toBe('unknown');
  });

  test('saves as JSON', () => {
    const rule = createRule(given);
    rule.judge(0, 9);
    const saved = rule.save(MINUTE);
    expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
  });

  test('saves nothing where nothing looks back', () => {
    expect(createRule({ condition: 'x > 5' }).save(0)).toBeNull();
  });

  test.for([
    null,
    7,
    'x',
    {},
    [],
    [7],
    [null],
    [{ cells: 'x' }],
    [[1, 2]],
    Array.from({ length: 99 }, () => 1),
  ])('takes %j for nothing saved', (saved) => {
    const rule = createRule({ ...given, saved });
    expect(rule.judge(0, 9)).toBe('unknown');
    expect(rule.judge(8 * MINUTE, 9)).toBe('true');
  });
});

describe('working hours', () => {
  const asked: string[] = [];
  const create = () => {
    asked.length = 0;
    return createRule({
      condition: 'open && x > 5',
      working: { open: 'office' },
      isWithin: (calendar, wallMs) => {
        asked.push(calendar);
        return wallMs >= START_MS + 10 * MINUTE;
      },
    });
  };

  test('are true and false, and change without a sample', () => {
    const rule = create();
    expect(rule.dueAtMs()).toBe(0);
    expect(rule.judge(9 * MINUTE + 59_000, 9)).toBe('false');
    expect(rule.dueAtMs()).toBe(10 * MINUTE);
    expect(rule.judge(10 * MINUTE, 9)).toBe('true');
    expect(rule.dueAtMs()).toBe(11 * MINUTE);
  });

  test('are asked once a minute however many samples come', () => {
    const rule = create();
    for (let at = 0; at < 120; at++) rule.judge(at * 1_000, 9);
    expect(asked).toEqual(['office', 'office']);
  });

  test('follow a wall clock that is set back', () => {
    const rule = create();
    expect(rule.judge(10 * MINUTE, 9)).toBe('true');
    expect(rule.judge(5 * MINUTE, 9)).toBe('false');
  });

  test('do not keep the rule from asking at once at the very end of a minute more than once a second', () => {
    const rule = create();
    rule.judge(MINUTE - 1, 9);
    expect(rule.dueAtMs()).toBe(MINUTE - 1 + 1_000);
  });
});
