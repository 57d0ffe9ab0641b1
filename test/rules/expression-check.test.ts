/** What is wrong with an expression rule is found before anything runs, with the place and what was meant. */
import { describe, expect, test } from 'vitest';
import { createProblems } from '../../src/config/problems.ts';
import { closed } from '../../src/config/schema.ts';
import type { Source } from '../../src/config/source.ts';
import { validate } from '../../src/config/validate.ts';
import type { ConfigError } from '../../src/core/errors.ts';
import { properties } from '../../src/rules/cel/params.ts';
import { expression } from '../../src/rules/expression.ts';

const POINTS = { flow: 'flow', head: 'pump-1/head' };

const checkRule = (params: Record<string, unknown>) =>
  expression.check({ points: POINTS, windows: {}, working: {}, condition: 'flow > head', ...params });
/** Both points are named, so that only the condition itself can be wrong. */
const checkCondition = (condition: string) =>
  expression.check({ points: { flow: 'flow' }, windows: {}, working: {}, condition });

describe('conditions that are fine', () => {
  test.for([
    'flow > 5.0',
    'flow > 5',
    'flow == 5',
    '5 != flow',
    'flow + 5 >= 2 * flow - 1',
    'flow / 2 < 3',
    'flow in [1, 2, -3]',
    'flow in [1.5, 2.0]',
    '-flow < -1',
    'abs(flow - 3) > 2 || max(flow, 0) == min(flow, 1)',
    'flow > (flow > 3.0 ? 1.0 : 2.5)',
    'double(5) < flow && !(flow <= 1.0)',
    'flow > 1.0 // 启动后\n  && true',
  ])('%s', (condition) => {
    expect(checkCondition(condition)).toEqual([]);
  });
});

describe('a condition that cannot be parsed is refused with the place', () => {
  test.for([
    ['flow >', 'Unexpected token: EOF at column 7'],
    ['flow > 1 and flow < 2', "Unexpected character: 'd' at column 10"],
    ['flow = 1', 'Unexpected character: = at column 6'],
    ['(flow > 1', 'at column 10'],
    ['flow > 1 &&\n  温度 > 2', 'Unexpected character: 温 at line 2, column 3'],
    ['flow > 1e400', 'Invalid number: Infinity at column 8'],
  ])('%s', ([condition, found]) => {
    expect(checkCondition(condition as string)).toMatchObject([
      { path: 'condition', found: expect.stringContaining(found as string) },
    ]);
  });
});

describe('a condition of the wrong type is refused', () => {
  test.for([
    ['flow', 'an expression of type double'],
    ['flow + 1', 'an expression of type double'],
    ['"a"', 'an expression of type string'],
    ['flow > "5"', 'no such overload: double > string at column 1'],
    ['flow == true', 'no such overload: double == bool'],
    ['flow && true', "Logical operator requires bool operands, got 'double'"],
    ['flow % 2.0 == 0.0', 'no such overload: double % double'],
    ['1 < flow < 3', 'no such overload: bool < int'],
    ['flow in [1, 2.5]', "expected type 'int' but found 'double'"],
    ['flow.mean > 1', "Cannot index type 'double'"],
    ['mean(flow) > 1', "found no matching overload for 'mean(double)'"],
    ['flow > (flow > 3.0 ? 1 : 2.5)', "Ternary branches must have the same type, got 'int' and 'double'"],
    ['flow == null', 'no such overload: double == null'],
  ])('%s', ([condition, found]) => {
    expect(checkCondition(condition as string)).toMatchObject([
      { path: 'condition', found: expect.stringContaining(found as string) },
    ]);
  });
});

describe('what is well typed in CEL and still no condition here is refused', () => {
  test.for([
    ['[1, 2].all(i, i > 1)', 'loops'],
    ['[flow].exists(f, f > 1.0)', 'loops'],
    ['[1.0, flow].map(f, f * 2.0) == [1.0]', 'lists'],
    ['cel.bind(f, flow, f > 1.0)', 'bindings'],
    ['dyn(flow) > 1', 'untyped values'],
    ['dyn(true)', 'untyped values'],
    ['type(flow) == double', 'types'],
    ['int == int', 'types'],
    ['"a" == "a"', 'texts'],
    ['size("abc") > 2', 'texts'],
    ['"abc".matches("(a+)+$")', 'regular expressions'],
    ['{"a": true}["b"]', 'maps, and so keys that are missing'],
    ['int("5") > 4', 'texts'],
    ['timestamp("2026-01-01T00:00:00Z") > timestamp(0)', 'clocks'],
    ['flow > 1u', 'unsigned numbers'],
    ['flow in [flow]', 'points in a list'],
    ['true in [true]', 'truths in a list'],
    ['true > false', 'order of truths'],
    ['null == null', 'nothing'],
  ])('%s (%s)', ([condition]) => {
    expect(checkCondition(condition as string)).toMatchObject([{ path: 'condition' }]);
  });

  test('a division of whole numbers would drop the rest: it says how to write it', () => {
    expect(checkCondition('flow > 5 / 2')).toEqual([
      {
        path: 'condition',
        expected: 'a decimal point, as in 5.0 / 2.0 (between whole numbers CEL drops the rest)',
        found: '"5 / 2" at column 8',
      },
    ]);
  });

  test('a whole number that a double cannot hold', () => {
    expect(checkCondition('flow > 9007199254740993')).toMatchObject([
      { expected: 'a whole number up to 2^53', found: '"9007199254740993" at column 8' },
    ]);
  });
});

describe('names', () => {
  test('an unknown one is refused with the nearest known', () => {
    expect(checkCondition('floww > 1')).toEqual([
      {
        path: 'condition',
        expected: 'a name of points, windows or working (flow)',
        found: '"floww" at column 1, did you mean "flow"?',
      },
    ]);
  });

  test('an id with a hyphen in the condition is a subtraction, and said to be one', () => {
    for (const condition of ['pump-1 > 2', 'pump-1.head > 2', 'flow > 1 && pump-head > 2'])
      expect(checkCondition(condition), condition).toMatchObject([
        { found: expect.stringMatching(/"pump" at column \d+ \("pump-[\w.]+" is a subtraction\)/) },
      ]);
  });

  test.for([
    'pump-1',
    '1st',
    '流量',
    'a b',
    '',
    '_x',
    'if',
    'in',
    'true',
    'null',
    'double',
    'int',
    'list',
    'cel',
  ])('"%s" is no name', (name) => {
    const points = { [name]: 'flow' };
    expect(checkRule({ points, condition: 'true' })[0]).toMatchObject({
      path: `points.${name}`,
      expected: 'a name of letters, digits and "_", a letter first, and no word of CEL',
    });
  });

  test('a name for two things is refused at the second', () => {
    const windows = { head: { point: 'flow', over: 60_000, of: 'mean' } };
    expect(checkRule({ windows })).toEqual([
      { path: 'windows.head', expected: 'a name used once', found: '"head", also points.head' },
    ]);
  });

  test('what the condition does not use is refused, but for points of windows', () => {
    const working = { open: 'office' };
    expect(checkRule({ condition: 'flow > 1', working })).toMatchObject([
      { path: 'points.head', expected: 'a name that the condition uses' },
      { path: 'working.open' },
    ]);
    const windows = { mean: { point: 'head', over: 60_000, of: 'mean' } };
    expect(checkRule({ condition: 'flow > mean', windows })).toEqual([]);
    expect(checkRule({ windows })).toMatchObject([{ path: 'windows.mean' }]);
  });

  test('a window over what is no point of the rule is refused with the nearest', () => {
    const windows = { mean: { point: 'flw', over: 60_000, of: 'mean' } };
    expect(checkRule({ windows, condition: 'mean > head' })).toEqual([
      { path: 'windows.mean.point', expected: 'a name of points', found: '"flw", did you mean "flow"?' },
    ]);
  });

  test('working hours are true or false and no number', () => {
    const working = { open: 'office' };
    expect(checkRule({ condition: 'open && flow > head', working })).toEqual([]);
    expect(checkRule({ condition: 'open > head', working })).toMatchObject([
      { found: expect.stringContaining('no such overload: bool > double') },
    ]);
  });

  test('points come in the order in which they are written', () => {
    const points = { z: 'pump-2/run', a: 'flow', m: 'chiller-1/supply' };
    expect(expression.pointRefs({ points })).toEqual(['pump-2/run', 'flow', 'chiller-1/supply']);
  });
});

describe('limits', () => {
  test('a condition of more than 1,000 characters', () => {
    const condition = `flow > 1${' && flow > 1'.repeat(100)}`;
    expect(checkCondition(condition)).toMatchObject([{ expected: 'at most 1000 characters' }]);
  });

  test('more than 200 operators and operands', () => {
    const condition = `flow>1${'||flow>1'.repeat(60)}`;
    expect(condition.length).toBeLessThan(1000);
    expect(checkCondition(condition)).toMatchObject([
      { found: expect.stringContaining('Exceeded maxAstNodes (200)') },
    ]);
  });

  test('brackets deeper than 32, and a chain of signs that no stack would hold', () => {
    expect(checkCondition(`${'('.repeat(40)}flow > 1${')'.repeat(40)}`)).toMatchObject([
      { found: expect.stringContaining('Exceeded maxDepth (32)') },
    ]);
    expect(checkCondition(`${'!'.repeat(990)}true`)).toMatchObject([{ path: 'condition' }]);
  });

  test('a list of more than 32 numbers', () => {
    const numbers = Array.from({ length: 33 }, (_, at) => at).join(', ');
    expect(checkCondition(`flow in [${numbers}]`)).toMatchObject([
      { found: expect.stringContaining('Exceeded maxListElements (32)') },
    ]);
  });
});

const SOURCE: Source = {
  file: 'rule.yaml',
  absolute: '/rule.yaml',
  text: '',
  locate: () => ({ line: 1, column: 1 }),
  position: () => ({ line: 1, column: 1 }),
};

describe('the schema', () => {
  const check = (value: unknown) => {
    const problems = createProblems();
    const checked = validate(
      closed(properties),
      { source: SOURCE, path: [], value },
      { problems, env: null },
    );
    try {
      problems.throwIfAny();
    } catch (error) {
      return (error as ConfigError).problems.map(({ path, expected }) => `${path}: ${expected}`);
    }
    return checked;
  };
  const window = { point: 'a', over: 60_000, of: 'mean' };
  const rule = { points: { a: 'x' }, condition: 'm > 1' };

  test('fills in what is left out', () => {
    expect(check({ ...rule, windows: { m: window } })).toEqual({
      points: { a: 'x' },
      windows: { m: window },
      working: {},
      condition: 'm > 1',
    });
  });

  test.for([
    ['no points', { points: {} }, 'points: a mapping of 1 to 16 names to points'],
    ['a list of points', { points: ['x'] }, 'points: a mapping of 1 to 16 names to points'],
    ['too many points', { points: toMany(17, 'x') }, 'points: a mapping of 1 to 16 names to points'],
    [
      'too many windows',
      { windows: toMany(9, window) },
      'windows: a mapping of up to 8 names to {point, over, of}',
    ],
    [
      'too many calendars',
      { working: toMany(5, 'office') },
      'working: a mapping of up to 4 names to calendars',
    ],
    [
      'a window of no time',
      { windows: { m: { ...window, over: 0 } } },
      'windows.m.over: an integer from 1000 to 604800000',
    ],
    [
      'a month',
      { windows: { m: { ...window, over: 2.6e9 } } },
      'windows.m.over: an integer from 1000 to 604800000',
    ],
    [
      'a figure that nobody makes',
      { windows: { m: { ...window, of: 'median' } } },
      'windows.m.of: one of mean, min, max, count, last, change, rate',
    ],
    [
      'an unknown key',
      { windows: { m: { ...window, step: 1 } } },
      'windows.m.step: one of the keys point, over, of, minKnownPercent',
    ],
    ['no condition', { condition: '' }, 'condition: a text of 1 to 1000 characters'],
  ] as const)('refuses %s', ([, given, expected]) => {
    expect(check({ ...rule, ...given })).toEqual([expected]);
  });
});

function toMany(count: number, value: unknown): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, value]));
}
