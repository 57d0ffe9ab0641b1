/** Files of rule tests: names and words become data, and every mistake is told with its place. */
import { describe, expect, test } from 'vitest';
import { load, NORMAL, toTests } from './files.ts';

const ONE = '{ name: one, expect: { 1s: B } }';

function problemsOf(tests: string): readonly string[] {
  const { tests: read, problems } = load(tests);
  expect(read).toBeNull();
  return problems;
}

describe('a sound file', () => {
  test('has a case for every part where the name has {n}', () => {
    const text = '{ name: one, points: { fault: { 0s: 1 } }, expect: { 1s: B }, also: ["pump-{n}/fault"] }';
    const { model, tests, problems } = load(toTests(`  pump-{n}/fault: [${text}]`));
    expect(problems).toEqual([]);
    expect(tests?.cases.map(({ rule, also }) => [rule, also])).toEqual([
      ['pump-1/fault', ['pump-1/fault']],
      ['pump-2/fault', ['pump-2/fault']],
    ]);
    const points = tests?.cases.map((one) => [...one.points.keys()].map((at) => model.points[at]?.id));
    expect(points).toEqual([['tested-pump-1/fault'], ['tested-pump-2/fault']]);
  });

  test('may name things in both languages, and times in any order', () => {
    const text = '{ name: { zh: 高, en: high }, every: 10s, expect: { 20s: B, 1s: nothing } }';
    const { tests } = load(toTests(`  level-high: [${text}]`));
    expect(tests?.cases[0]).toMatchObject({ name: 'high', everyMs: 10_000 });
    expect(tests?.cases[0]?.expect.map(({ atMs }) => atMs)).toEqual([1_000, 20_000]);
  });

  test('may have several things at one time, and expectations as mappings', () => {
    const text =
      '{ name: one, events: { 1s: [acknowledge, clock +1h] }, expect: { 2s: { state: C, ticket: engineering/normal, blind: false, messages: [acknowledged] } } }';
    const { tests, problems } = load(toTests(`  level-high: [${text}]`));
    expect(problems).toEqual([]);
    expect(tests?.cases[0]?.events.map(({ happening }) => happening.type)).toEqual(['acknowledge', 'clock']);
    expect(tests?.cases[0]?.expect[0]?.expected).toEqual({
      state: 'C',
      ticket: { class: 'engineering', priority: 'normal' },
      isBlind: false,
      messages: ['acknowledged'],
    });
  });
});

describe('a mistake is told with its place', () => {
  test('a rule that the profile lacks', () => {
    expect(problemsOf(toTests(`  level-hihg: [${ONE}]`))).toEqual([
      'tank.yaml:5:3 rules.level-hihg: expected a rule of the profile, found "level-hihg", did you mean "level-high"?',
    ]);
  });

  test('a part that the profile lacks, once', () => {
    expect(problemsOf(toTests(`  door-{n}/fault: [${ONE}]`))).toHaveLength(1);
  });

  test('a point, a value and a time', () => {
    const text = '{ name: one, points: { levle: { 0s: 1 }, level: { 0s: up, soon: 3 } }, expect: { 1s: B } }';
    const problems = problemsOf(toTests(`  level-high:\n    - ${text}`));
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(
      /^tank\.yaml:6:\d+ .*levle: expected a point of the profile, found "levle", did you mean "level"\?$/,
    );
    expect(problems[1]).toMatch(/expected a number, _ \(silent\).*, found "up"$/);
    expect(problems[2]).toMatch(/expected a time such as .*, found "soon"$/);
  });

  test('in a part, once for all parts', () => {
    const text = '{ name: one, points: { fault: { 0s: up } }, expect: { 1s: B } }';
    expect(problemsOf(toTests(`  pump-{n}/fault: [${text}]`))).toHaveLength(1);
  });

  test.each([
    ['events: { 1s: reboot }, expect: { 1s: B }', /expected restart 30s, .*, found "reboot"$/],
    ['expect: { 1s: B loud }', /expected nothing, or words.*, found "loud"$/],
    ['expect: { 1s: { state: Q } }', /expected one of A, B, C, D, E, F, G, found "Q"/],
    ['expect: { 1s: { ticket: big } }', /ticket: expected none, opened, or CLASS\/PRIORITY.*, found "big"$/],
    ['expect: { 1s: { messages: [rised] } }', /found "rised", did you mean "raised"\?$/],
    ['expect: {}', /expected at least one expectation, found none$/],
    ['expect: [B]', /expected a mapping from time, found a list of 1 item$/],
    ['expect: { 9d: B }', /at most 8d, found "9d"$/],
    ['expect: { 1s: B }, also: [nobody]', /also\[0\]: expected a rule of the profile, found "nobody"$/],
    ['expect: { 1s: B }, whatever: 1', /unknown key "whatever"/],
  ])('%s', (body, problem) => {
    const problems = problemsOf(toTests(`  level-high:\n    - { name: one, ${body} }`));
    expect(problems[0]).toMatch(problem);
  });

  test('a point that a rule reads and nobody has said what it normally gives', () => {
    const tests = toTests(`  level-high: [${ONE}]`).replace('leaks: 0, ', '');
    expect(problemsOf(tests)).toEqual([
      'tank.yaml:3:9 normal: expected the normal value of leaks, which a rule reads, found none',
    ]);
  });

  test('another profile, another version, an empty list, a file that ends in the middle', () => {
    const tests = toTests(`  level-high: [${ONE}]`);
    expect(problemsOf(tests.replace('profile: tank', 'profile: tonk'))[0]).toContain(
      'the profile of the tests',
    );
    expect(problemsOf(tests.replace('version: 1', 'version: 2'))[0]).toContain('1, the only version known');
    expect(problemsOf(toTests('  level-high: []'))[0]).toContain('a list of 1 to 50 cases');
    expect(problemsOf(`version: 1\nprofile: tank\n${NORMAL}\nrules: { level-high: [`)[0]).toContain(
      'tank.yaml:4:',
    );
    expect(problemsOf('')[0]).toContain('an empty file');
  });
});
