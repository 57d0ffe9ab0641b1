/** The file of plans: what is shipped, what a site names, and what is wrong with one, line by line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { readPlans } from '../../src/config/plans.ts';
import { createProblems } from '../../src/config/problems.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { toId } from '../../src/core/ids.ts';
import { planFor, toPlanContacts } from '../../src/plans/plans.ts';
import { temporaryDirectory } from '../support/temp.ts';

const CONFIG = join(import.meta.dirname, '../../config');
const demo = loadSite(join(CONFIG, 'demo.yaml'), { catalog: CATALOG, env: {}, epoch: 1 });

const STEP = 'steps: [{ role: desk, text: { zh: 一, en: one } }]';
const SOUND = `kind: fire, nature: safety-accident, reviewed: 2026-11-01, name: { zh: 火, en: Fire }, ${STEP}`;

/** @returns the plans, or what is wrong, one line each */
function read(text: string) {
  const file = join(temporaryDirectory(), 'plans.yaml');
  writeFileSync(file, text);
  const problems = createProblems();
  const plans = readPlans(file, ['chief'], problems)?.plans ?? null;
  try {
    problems.throwIfAny();
    return { plans, wrong: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      plans,
      wrong: error.problems.map(({ path, expected, found }) => `${path}: ${expected} / ${found}`),
    };
  }
}

describe('the shipped plans', () => {
  test('are there for entrapment, fire, power failure, flooding and everything else', () => {
    expect(demo.plans.map(({ id }) => id)).toEqual([
      'lift-entrapment',
      'fire',
      'power-failure',
      'flooding',
      'emergency',
    ]);
    for (const { steps, reviewedOn, reviewBy } of demo.plans) {
      expect(steps.length).toBeGreaterThanOrEqual(5);
      expect(steps.every(({ text }) => text.zh !== text.en)).toBe(true);
      expect([reviewedOn, reviewBy]).toEqual(['2026-11-01', '2029-11-01']);
    }
  });

  test.each([
    ['lift-1', 'engineering', 'lift-entrapment', ['lift-maintainer', 'lift-rescue']],
    ['fire-panel-1', 'fire', 'fire', ['fire-brigade']],
    ['lv-1', 'engineering', 'power-failure', []],
    ['dws-1', 'engineering', 'flooding', []],
  ] as const)('%s of the demo has its own, with its contacts', (id, name, expected, contacts) => {
    const equipment =
      demo.equipment.get(toId(id)) ?? [...demo.equipment.values()].find(({ kind }) => kind === 'switchboard');
    const plan = planFor({ class: name, equipment: equipment?.id ?? null }, demo);
    expect(plan?.id).toBe(expected);
    expect(plan && toPlanContacts(plan, demo, equipment?.id ?? null).map((contact) => contact.id)).toEqual(
      contacts,
    );
  });

  test('stand among the files of the site', () => {
    expect(demo.files.some((file) => file.endsWith('plans-default.yaml'))).toBe(true);
  });
});

describe('a file of plans', () => {
  test('may name contacts of the site and kinds of contacts', () => {
    const { plans, wrong } = read(
      `version: 1\nplans:\n  - { id: a, ${SOUND}, contacts: [chief, rescue-line] }\n`,
    );
    expect(wrong).toEqual([]);
    expect(plans).toMatchObject([
      { id: 'a', contacts: ['chief', 'rescue-line'], systems: [], reviewBy: '2029-11-01' },
    ]);
  });

  test('has the review of a leap day on the 28th', () => {
    const text = `version: 1\nplans: [{ id: a, ${SOUND.replace('2026-11-01', '2028-02-29')} }]\n`;
    expect(read(text).plans?.[0]?.reviewBy).toBe('2031-02-28');
  });

  test.each([
    ['an id twice', `[{ id: a, ${SOUND} }, { id: a, ${SOUND} }]`, 'plans[1].id: an id used once'],
    ['a contact that nobody has', `[{ id: a, ${SOUND}, contacts: [cheif] }]`, 'did you mean "chief"?'],
    [
      'a day that is none',
      `[{ id: a, ${SOUND.replace('2026-11-01', '2026-02-30')} }]`,
      'plans[0].reviewed: a day of the calendar / "2026-02-30"',
    ],
    ['a plan without steps', `[{ id: a, ${SOUND.replace(STEP, 'steps: []')} }]`, 'plans[0].steps'],
    [
      'a role that nobody has',
      `[{ id: a, ${SOUND.replace('role: desk', 'role: janitor')} }]`,
      'plans[0].steps[0].role',
    ],
    ['a kind that is none', `[{ id: a, ${SOUND.replace('kind: fire', 'kind: flood')} }]`, 'plans[0].kind'],
    ['a key that is unknown', `[{ id: a, ${SOUND}, step: 1 }]`, 'unknown key "step"'],
  ])('with %s is refused, and says where', (_name, plans, expected) => {
    const read1 = read(`version: 1\nplans: ${plans}\n`);
    expect(read1.plans).toEqual([]);
    expect(read1.wrong).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['of another version', 'version: 2\nplans: []\n', 'version: 1, the only version known / 2'],
    ['that is empty', '', 'a mapping'],
  ])('%s is refused', (_name, text, expected) => {
    expect(read(text).wrong).toEqual([expect.stringContaining(expected)]);
  });

  test('that a site names and nobody can read is a mistake of the site file', () => {
    const file = join(temporaryDirectory(), 'site.yaml');
    const site = 'site: { id: a, name: { zh: 甲, en: A }, timeZone: Asia/Shanghai }';
    const place = 'locations: [{ id: p, name: { zh: 甲, en: A } }]';
    const write = (plans: string): void =>
      writeFileSync(file, `version: 1\n${site}\n${place}\nplans: ${plans}\n`);
    const load = () => loadSite(file, { catalog: CATALOG, env: {}, epoch: 1 });
    write('nowhere.yaml');
    expect(load).toThrow(ConfigError);
    writeFileSync(join(file, '../own.yaml'), `version: 1\nplans: [{ id: own, ${SOUND} }]\n`);
    write('own.yaml');
    expect(load().plans.map(({ id }) => id)).toEqual(['own']);
  });
});
