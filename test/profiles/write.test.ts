/** How a profile says that a point may be written: what is filled in, and what is refused, where, and with which words. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import type { Catalog, ProtocolSchema } from '../../src/config/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import type { SiteModel, WriteDef } from '../../src/config/model.ts';
import { KIND_NAMES, KINDS } from '../../src/core/kinds.ts';
import { TEST_CATALOG } from '../config/support/catalog.ts';
import { load, problemsOf } from '../config/support/load.ts';
import { pointOf, write, writeSite } from '../config/support/site.ts';
import { temporaryDirectory } from '../support/temp.ts';

/** Registers from 900 on are read only; register 700 holds a text. */
const bus: ProtocolSchema = {
  ...(TEST_CATALOG.protocols['bus'] as ProtocolSchema),
  checkWrite: ({ register }) =>
    Number(register) >= 900 ? [{ path: 'register', expected: 'less than 900', found: String(register) }] : [],
  isText: ({ register }) => register === 700,
};
const CATALOG_WITH_WRITE: Catalog = {
  ...TEST_CATALOG,
  protocols: { ...TEST_CATALOG.protocols, bus },
};

interface Made {
  readonly kind?: string;
  readonly partKind?: string;
  /** YAML of the set-point beside id, name, unit. */
  readonly point?: string;
  /** YAML of the part's point `command`. */
  readonly part?: string;
}

const LEVEL = '{ id: level, name: { zh: 液位, en: Level }, unit: metre, address: { register: 9 } }';
const MODE = `{ id: mode, name: { zh: 方式, en: Mode }, unit: none, address: { register: 2 },
      states: [{ value: 0, name: { zh: 停用, en: Off } }, { value: 2, name: { zh: 自动, en: Auto } }] }`;
const RUNNING =
  '{ id: running, name: { zh: 运行, en: Running }, unit: none, address: { register: 20, bit: 1 } }';
const TEXT = '{ id: serial, name: { zh: 序列号, en: Serial }, unit: none, address: { register: 700 } }';

function makeSite({
  kind = 'booster-set',
  partKind = 'pump',
  point = 'address: { register: 1 }',
  part = '',
}: Made): string {
  const directory = temporaryDirectory();
  const profile = `version: 1
id: set
vendor: Test
model: Set
kind: ${kind}
name: { zh: 供水设备, en: Set }
protocol: bus
source: test
verified: example
points:
  - { id: set-point, name: { zh: 设定, en: Set-point }, unit: none, ${point} }
  - ${LEVEL}
  - ${MODE}
  - ${TEXT}
parts:
  - id: pump-{n}
    count: 2
    stride: 20
    kind: ${partKind}
    name: { zh: '{n}号泵', en: 'Pump {n}' }
    points:
      - ${RUNNING}
      - { id: command, name: { zh: 启停, en: Command }, unit: none, address: { register: 21, bit: 0 }, ${part} }
`;
  write(profile, directory, 'set.yaml');
  return writeSite('dws', 'set', directory);
}

const at = (register: number, rest: string) => `address: { register: ${register} }, ${rest}`;
const loaded = (made: Made): SiteModel => load(makeSite(made), { catalog: CATALOG_WITH_WRITE });
const written = (made: Made, id = 'dws/set-point'): WriteDef | null => pointOf(loaded(made), id).write;
/** `path: expected …, found …` */
const problems = (made: Made, catalog = CATALOG_WITH_WRITE): readonly string[] =>
  problemsOf(makeSite(made), { catalog }).map((line) => line.replace(/^\S+:\d+:\d+ /, ''));

describe('filled in are', () => {
  test('limits from the range, and everything else that the profile does not say', () => {
    const model = loaded({ point: at(1, 'range: { min: 0, max: 1.6 }, write: {}') });
    const point = pointOf(model, 'dws/set-point');
    expect(point.write).toEqual({
      min: 0,
      max: 1.6,
      values: null,
      role: 'engineer',
      interlocks: [],
      readBack: { point: point.index, tolerance: 0, withinMs: 5_000 },
      revertAfterMs: null,
      address: point.address,
    });
  });

  test('values from the states, ascending, as far as they lie within the limits', () => {
    const states =
      'states: [{ value: 2, name: { zh: 二, en: two } }, { value: 0, name: { zh: 零, en: nil } }, { value: 1, name: { zh: 一, en: one } }]';
    expect(written({ point: at(1, `${states}, write: {}`) })).toMatchObject({
      values: [0, 1, 2],
      min: 0,
      max: 2,
    });
    expect(written({ point: at(1, `${states}, write: { max: 1 }`) })).toMatchObject({
      values: [0, 1],
      max: 1,
    });
  });

  test('0 and 1 of a boolean, and the one value of a reset', () => {
    expect(written({ part: 'write: {}' }, 'dws-pump-1/command')).toMatchObject({
      values: [0, 1],
      min: 0,
      max: 1,
    });
    expect(written({ part: 'write: { values: [1] }' }, 'dws-pump-2/command')).toMatchObject({
      values: [1],
      min: 1,
      max: 1,
    });
  });

  test('a point without write stays read only, and so do all others', () => {
    expect(loaded({ point: at(1, '') }).points.filter((point) => point.write !== null)).toEqual([]);
  });
});

test('names of points become indexes: the equipment sees its parts, a part sees itself', () => {
  const interlocks = `interlocks: [{ point: pump-2/running, in: [0], text: { zh: 二号泵在运行, en: Pump 2 runs } }]`;
  const own = 'interlocks: [{ point: running, notIn: [1], text: { zh: 在运行, en: It runs } }]';
  const model = loaded({
    point: at(1, `write: { min: 0, max: 1, ${interlocks}, readBack: { point: level, tolerance: 0.1 } }`),
    part: `write: { ${own}, readBack: { point: running, withinMs: 900 }, revertAfterMs: 1000 }`,
  });
  const indexOf = (id: string) => pointOf(model, id).index;
  expect(pointOf(model, 'dws/set-point').write).toMatchObject({
    interlocks: [{ point: indexOf('dws-pump-2/running'), in: [0], notIn: null, min: null, max: null }],
    readBack: { point: indexOf('dws/level'), tolerance: 0.1 },
  });
  for (const pump of ['dws-pump-1', 'dws-pump-2']) {
    expect(pointOf(model, `${pump}/command`).write).toMatchObject({
      interlocks: [{ point: indexOf(`${pump}/running`), in: null, notIn: [1] }],
      readBack: { point: indexOf(`${pump}/running`), withinMs: 900 },
      revertAfterMs: 1_000,
    });
  }
});

test('an address to write to is checked, filled in and shifted like any other', () => {
  const part = 'write: { address: { register: 30, bit: 4 } }';
  expect(written({ part }, 'dws-pump-1/command')?.address).toEqual({ register: 30, bit: 4, scale: 1 });
  expect(written({ part }, 'dws-pump-2/command')?.address).toEqual({ register: 50, bit: 4, scale: 1 });
});

describe('life safety', () => {
  const lifeSafety = KIND_NAMES.filter((kind) => KINDS[kind].isLifeSafety);
  const point = at(1, 'write: { min: 0, max: 1 }');

  test.each(lifeSafety)('a profile of kind %s with a write is refused, and told why', (kind) => {
    const expected = `points[0].write: expected no write (${kind} is life safety and is never written remotely), found write`;
    expect(problems({ kind, point })).toEqual([expected]);
  });

  test.each(lifeSafety)('a part of kind %s, and a part of such equipment, is refused too', (kind) => {
    const expected = `parts[0].points[1].write: expected no write (${kind} is life safety and is never written remotely), found write`;
    expect(problems({ partKind: kind, part: 'write: {}' })).toEqual([expected]);
    expect(problems({ kind, part: 'write: {}' })).toEqual([expected]);
  });

  test('every other kind may be written', () => {
    const others = KIND_NAMES.filter((kind) => !KINDS[kind].isLifeSafety && kind !== 'gateway');
    for (const kind of others) expect(problems({ kind, point })).toEqual([]);
  });
});

test('a protocol that cannot write is refused', () => {
  const point = at(1, 'write: { min: 0, max: 1 }');
  expect(problems({ point }, TEST_CATALOG)).toEqual([
    'points[0].write: expected no write (bus cannot write), found write',
  ]);
});

test('a text is refused, to write and to judge by', () => {
  expect(problems({ point: at(700, 'write: {}') })).toEqual([
    'points[0].write: expected no write (the point is a text), found write',
  ]);
  const interlocks = 'interlocks: [{ point: serial, in: [1], text: { zh: 无, en: none } }]';
  expect(problems({ point: at(1, `write: { min: 0, max: 1, ${interlocks} }`) })).toEqual([
    'points[0].write.interlocks[0].point: expected a point with a number, found "serial", a text',
  ]);
});

const LOCK = (condition: string) =>
  at(1, `write: { min: 0, max: 1, interlocks: [{ ${condition}, text: { zh: 无, en: none } }] }`);

test.each<readonly [string, string, readonly string[]]>([
  [
    'nothing that limits it',
    at(1, 'write: {}'),
    ['write: expected min and max, or values (the point has no range and no states), found none'],
  ],
  [
    'one limit only',
    at(1, 'write: { min: 0 }'),
    ['write: expected min and max, or values (the point has no range and no states), found none'],
  ],
  ['min above max', at(1, 'write: { min: 2, max: 1 }'), ['write.max: expected more than min (2), found 1']],
  [
    'min equal to max',
    at(1, 'write: { min: 1, max: 1 }'),
    ['write.max: expected more than min (1), found 1'],
  ],
  [
    'limits beyond the range',
    at(1, 'range: { min: 0, max: 1 }, write: { min: -1, max: 2 }'),
    ['write.min: expected at least 0 (range), found -1', 'write.max: expected at most 1 (range), found 2'],
  ],
  [
    'a value beyond the limits',
    at(1, 'write: { min: 0, max: 3, values: [1, 4] }'),
    ['write.values[1]: expected a value from 0 to 3, found 4'],
  ],
  [
    'a value that the states do not know',
    at(1, 'states: [{ value: 0, name: { zh: 停, en: off } }], write: { values: [0, 1] }'),
    ['write.values[1]: expected a value of the point (0), found 1'],
  ],
  [
    'an address that cannot be written',
    at(950, 'write: { min: 0, max: 1 }'),
    ['address.register: expected less than 900, found 950'],
  ],
  [
    'an address of its own that cannot be written',
    at(1, 'write: { min: 0, max: 1, address: { register: 950 } }'),
    ['write.address.register: expected less than 900, found 950'],
  ],
  [
    'an address that is none',
    at(1, 'write: { min: 0, max: 1, address: { register: 5000 } }'),
    ['write.address.register: expected an integer from 0 to 999, found 5000'],
  ],
  [
    'an address that the protocol finds fault with',
    at(1, 'write: { min: 0, max: 1, address: { register: 5, bit: 1, scale: 2 } }'),
    ['write.address.scale: expected no scale beside bit, found 2'],
  ],
  [
    'an interlock without a condition',
    LOCK('point: level'),
    ['write.interlocks[0]: expected exactly one of in, notIn, min/max, found none'],
  ],
  [
    'an interlock with two conditions',
    LOCK('point: level, in: [1], max: 3'),
    ['write.interlocks[0]: expected exactly one of in, notIn, min/max, found in, min/max'],
  ],
  [
    'an interlock between limits that cross',
    LOCK('point: level, min: 3, max: 1'),
    ['write.interlocks[0].max: expected at least min (3), found 1'],
  ],
  [
    'an interlock on a point that does not exist',
    LOCK('point: levle, min: 1'),
    ['write.interlocks[0].point: expected a point of this equipment, found "levle"; did you mean "level"?'],
  ],
  [
    'an interlock with a value that its point cannot have',
    LOCK('point: mode, in: [1]'),
    ['write.interlocks[0].in[0]: expected a value of the point (0, 2), found 1'],
  ],
  [
    'a read-back of a point that does not exist',
    at(1, 'write: { min: 0, max: 1, readBack: { point: nothing } }'),
    ['write.readBack.point: expected a point of this equipment, found "nothing"'],
  ],
  [
    'a read-back of another type',
    at(1, 'write: { min: 0, max: 1, readBack: { point: pump-1/running } }'),
    ['write.readBack.point: expected a number, like the point itself, found "pump-1/running", a boolean'],
  ],
  [
    'a revert before the read-back has ended',
    at(1, 'write: { min: 0, max: 1, revertAfterMs: 5000 }'),
    ['write.revertAfterMs: expected more than readBack.withinMs (5000), found 5000'],
  ],
])('%s is refused at its place', (_, point, expected) => {
  const found = problems({ point }).map((line) => line.replace(', did you mean', '; did you mean'));
  expect(found).toEqual(expected.map((line) => `points[0].${line}`));
});

test('a part does not see the points of its equipment', () => {
  const part = 'write: { interlocks: [{ point: level, min: 1, text: { zh: 缺水, en: Empty } }] }';
  const [line, ...more] = problems({ part });
  expect(line).toContain('parts[0].points[1].write.interlocks[0].point: expected a point of this equipment');
  expect(more).toEqual([]);
});

test('nothing is said of a text that measures or compares', () => {
  const rest = 'range: { min: 0, max: 1 }, deadband: 1, maxStep: 1, stuckAfter: 1000, type: number';
  const paths = problems({ point: at(700, rest) }).map((line) => line.split(':')[0]);
  const expected = ['type', 'range', 'deadband', 'maxStep', 'stuckAfter'].map((key) => `points[0].${key}`);
  expect(new Set(paths)).toEqual(new Set(expected));
  expect(problems({ point: at(1, 'type: text') })).toEqual([
    'points[0].type: expected number or boolean (the address holds no text), found "text"',
  ]);
  expect(pointOf(loaded({ point: at(700, '') }), 'dws/set-point').type).toBe('text');
});

describe('what the register cannot hold exactly', () => {
  const catalog = {
    ...CATALOG_WITH_WRITE,
    protocols: {
      ...CATALOG_WITH_WRITE.protocols,
      bus: {
        ...bus,
        checkValue: (_: object, value: number) => (Number.isInteger(value) ? null : 'a whole number'),
      },
    },
  };
  const told = (write: string, rest = '') => problems({ point: at(1, `${rest}write: {${write}}`) }, catalog);

  test('is refused as a limit, whether the write or the range names it, and as a value', () => {
    expect(told('min: 0.5, max: 3')).toEqual(['points[0].write.min: expected a whole number, found 0.5']);
    expect(told('', 'range: { min: 0, max: 1.6 }, ')).toEqual([
      'points[0].write.max: expected a whole number, found 1.6',
    ]);
    expect(told('values: [0, 1.5]')).toEqual([
      'points[0].write.values[1]: expected a whole number, found 1.5',
    ]);
  });

  test('is no matter where only values count, or nothing can be written at all', () => {
    expect(told('min: -0.5, max: 1.5, values: [0, 1]')).toEqual([]);
    expect(problems({ point: at(900, 'write: { min: 0.5, max: 3 }') }, catalog)).toHaveLength(1);
  });
});

test('in the demo only the set-point of the booster set is written', () => {
  const root = join(import.meta.dirname, '../..');
  const model = loadSite(join(root, 'config/demo.yaml'), { catalog: CATALOG, env: process.env, epoch: 1 });
  const writable = model.points.filter((point) => point.write !== null);
  expect(writable.map(({ id }) => id)).toEqual([expect.stringMatching(/\/pressure-setpoint$/)]);
  expect(writable[0]?.write).toMatchObject({ min: 0.3, max: 0.55, role: 'engineer', revertAfterMs: null });
});
