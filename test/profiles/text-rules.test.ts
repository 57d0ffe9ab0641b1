/** A text is shown and kept as the latest value; nothing judges it, so a rule that reads one is refused before anything runs. */
import { dirname } from 'node:path';
import Type from 'typebox';
import { expect, test } from 'vitest';
import type { Catalog } from '../../src/config/catalog.ts';
import { TEST_CATALOG } from '../config/support/catalog.ts';
import { load, problemsOf } from '../config/support/load.ts';
import { ruleOf, write, writeSite } from '../config/support/site.ts';

const bus = TEST_CATALOG.protocols['bus'] as Catalog['protocols'][string];
/** The tests' own catalog, whose bus can carry texts. */
const catalog: Catalog = {
  ...TEST_CATALOG,
  protocols: {
    ...TEST_CATALOG.protocols,
    bus: {
      ...bus,
      address: { ...bus.address, text: Type.Optional(Type.Boolean()) },
      isText: ({ text }) => text === true,
    },
  },
};

/** A tank with a level, a serial number (a text) and one rule. @returns path of the site file */
function writeTank(rule: string): string {
  const profile = write(
    `version: 1
id: text-tank
vendor: Test
model: Tank
kind: tank
name: { zh: 水箱, en: Tank }
protocol: bus
source: test
verified: example
points:
  - { id: level, name: { zh: 液位, en: Level }, unit: metre, address: { register: 0 } }
  - { id: serial, name: { zh: 序列号, en: Serial number }, unit: none, address: { register: 1, text: true } }
rules:
  - { id: low, severity: low, text: { zh: 低, en: Low }, ${rule} }
`,
    undefined,
    'text-tank.yaml',
  );
  return writeSite('tank', 'text-tank', dirname(profile));
}

const refusals = (rule: string) =>
  problemsOf(writeTank(rule), { catalog }).map((line) => line.replace(/^\S*\//, ''));

test.each([
  ['type: state, point: serial, in: [1]', 'point'],
  ['type: threshold, point: serial, lo: { limit: 1 }', 'point'],
  ['type: state, point: level, in: [1], when: [{ point: serial, in: [1] }]', 'when[0].point'],
])('%s is refused at its place', (rule, path) => {
  const [problem, ...others] = refusals(rule);
  expect(others).toEqual([]);
  expect(problem).toMatch(/^text-tank\.yaml:14:\d+ /);
  expect(problem).toContain(` rules[0].${path}: expected a point with a number, found "serial", a text`);
});

test('the same rule on a number is taken, and only offline looks at the text', () => {
  const model = load(writeTank('type: state, point: level, in: [1]'), { catalog });
  expect(model.points.slice(0, 2).map(({ name, type }) => [name, type])).toEqual([
    ['level', 'number'],
    ['serial', 'text'],
  ]);
  const readers = model.rules.filter(({ points }) => points.includes(1)).map(({ id }) => id);
  expect(readers).toEqual(['offline']);
  expect(ruleOf(model, 'house/tank/low').points).toEqual([0]);
});
