/** Rules of one equipment that differ from its profile: by the site file, by stored changes, by a change that is tried. */
import { afterAll, describe, expect, test } from 'vitest';
import type { RuleDef, SiteModel } from '../../src/config/model.ts';
import {
  applyRuleOverride,
  type RuleOverride,
  ruleOverridesOf,
  withRuleOverrides,
} from '../../src/config/rule-overrides.ts';
import { ConfigError, type Problem } from '../../src/core/errors.ts';
import { type EquipmentId, type RuleId, toId } from '../../src/core/ids.ts';
import { createTestModel } from '../support/model.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import { load } from './support/load.ts';
import { HEAD, LINE, ruleOf, write } from './support/site.ts';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

/** A set and a fire tank on one bus; `rules` of the set. */
function writeHouse(rules = '', ofTank = ''): string {
  return write(
    `${HEAD}calendars: [{ id: office, name: { zh: 办公, en: Office }, week: { mon-fri: ["08:30-18:00"] } }]
links:
${LINE}equipment:
  - id: set-1
    profile: pump-set
    link: line
    location: room
    name: { zh: 一号, en: Set 1 }
    rules: [${rules}]
  - id: tank
    profile: fire-tank
    link: line
    location: room
    name: { zh: 水池, en: Tank }
    rules: [${ofTank}]
`,
    home.path,
  );
}

const plain = load(writeHouse());
const keysOf = (model: SiteModel): readonly string[] => model.rules.map(({ key }) => key);
const pointsOf = (model: SiteModel, rule: RuleDef): readonly string[] =>
  rule.points.map((index) => model.points[index]?.id ?? '');

describe('of the site file', () => {
  test('a change is by property: what it does not name stays as the profile has it', () => {
    const rule = ruleOf(
      load(writeHouse('{ id: pressure-low, onDelayMs: 20000, lo: { limit: 3 } }')),
      'house/set-1/pressure-low',
    );
    const before = ruleOf(plain, 'house/set-1/pressure-low');
    expect(rule).toMatchObject({ onDelayMs: 20_000, severity: 'medium', text: before.text });
    expect(rule.params).toEqual({ point: 'pressure', lo: { limit: 3, deadband: 0 } });
    expect(rule.points).toEqual(before.points);
  });

  test('it belongs to the version, a wording does not, and other rules keep theirs', () => {
    const versionWith = (change: string) => load(writeHouse(`{ id: pressure-low, ${change} }`));
    const before = ruleOf(plain, 'house/set-1/pressure-low').version;
    const changed = versionWith('lo: { limit: 3 }');
    expect(ruleOf(changed, 'house/set-1/pressure-low').version).not.toBe(before);
    expect(ruleOf(changed, 'house/set-1/level-low').version).toBe(
      ruleOf(plain, 'house/set-1/level-low').version,
    );
    expect(ruleOf(versionWith('text: { en: Too low }'), 'house/set-1/pressure-low')).toMatchObject({
      version: before,
      text: { zh: '压力低', en: 'Too low' },
    });
    // What is written again as it was is no change.
    expect(ruleOf(versionWith('lo: { limit: 2 }'), 'house/set-1/pressure-low').version).toBe(before);
  });

  test('null takes a property away, or brings its default back', () => {
    const model = load(
      writeHouse(
        '{ id: pressure-low, onDelayMs: null, hi: { limit: 9 }, lo: null, guidance: { zh: 看, en: Look } }',
      ),
    );
    expect(ruleOf(model, 'house/set-1/pressure-low')).toMatchObject({
      onDelayMs: 0,
      guidance: { zh: '看', en: 'Look' },
      params: { point: 'pressure', hi: { limit: 9, deadband: 0 } },
    });
  });

  test('a rule that is switched off is not there, and its point is no longer watched for its sake', () => {
    const model = load(writeHouse('{ id: pressure-low, enabled: false }, { id: level-low, enabled: true }'));
    const gone = keysOf(plain).filter((key) => !keysOf(model).includes(key));
    expect(gone).toEqual(['house/set-1/pressure-low', 'house/set-1/pressure-bad-data']);
  });

  test('rules of a part are named part/rule, and only that part is changed', () => {
    const model = load(writeHouse('{ id: pump-2/tripped, severity: medium }'));
    expect(ruleOf(model, 'house/set-1-pump-1/tripped').severity).toBe('high');
    expect(ruleOf(model, 'house/set-1-pump-2/tripped').severity).toBe('medium');
  });

  test('a new rule reads points of its own, of a part, and of any equipment, which stands further down or is the gateway', () => {
    const model = load(
      writeHouse(`{ id: odd, type: state, severity: low, text: { zh: 异, en: Odd }, point: pump-1/running, in: [1],
        when: [{ point: tank/level, notIn: [0] }, { point: gateway/store-healthy, in: [1] }, { point: level, notIn: [0] }, { point: set-1-pump-2/running, in: [1] }] }`),
    );
    const rule = ruleOf(model, 'house/set-1/odd');
    expect(pointsOf(model, rule)).toEqual([
      'set-1-pump-1/running',
      'tank/level',
      'gateway/store-healthy',
      'set-1/level',
      'set-1-pump-2/running',
    ]);
  });

  test('and makes blindness of what it reads an alarm, where the point is', () => {
    const model = load(
      writeHouse(
        '{ id: odd, type: threshold, severity: low, uncertain: unknown, text: { zh: 异, en: Odd }, point: set-1-pump-2/running, lo: { limit: 1 } }',
        '{ id: dear, type: threshold, severity: low, uncertain: unknown, text: { zh: 电, en: Dear }, point: set-1/energy, hi: { limit: 9 } }',
      ),
    );
    const more = keysOf(model).filter((key) => !keysOf(plain).includes(key));
    expect([...more].sort()).toEqual([
      'house/set-1-pump-2/running-bad-data',
      'house/set-1/energy-bad-data',
      'house/set-1/odd',
      'house/tank/dear',
    ]);
    expect(ruleOf(model, 'house/set-1/energy-bad-data').params).toEqual({ isStrict: true });
  });

  test('a rule of a part can read what its equipment measures', () => {
    const model = load(writeHouse('{ id: pump-1/tripped, when: [{ point: set-1/pressure, notIn: [0] }] }'));
    expect(pointsOf(model, ruleOf(model, 'house/set-1-pump-1/tripped'))).toEqual([
      'set-1-pump-1/tripped',
      'set-1/pressure',
    ]);
  });

  test('rules that the loader adds can be later, or at other hours, or told to others', () => {
    const model = load(
      writeHouse(
        '{ id: offline, onDelayMs: 60000, calendar: office }, { id: pressure-bad-data, enabled: false }',
      ),
    );
    const offline = ruleOf(model, 'house/set-1/offline');
    const before = ruleOf(plain, 'house/set-1/offline');
    expect(offline).toMatchObject({
      onDelayMs: 60_000,
      calendar: 'office',
      type: 'offline',
      points: before.points,
    });
    expect(offline.version).not.toBe(before.version);
    expect(keysOf(model)).not.toContain('house/set-1/pressure-bad-data');
    expect(ruleOf(model, 'house/tank/offline').version).toBe(ruleOf(plain, 'house/tank/offline').version);
  });

  test('a limit may come from the environment', () => {
    const path = writeHouse('{ id: pressure-low, lo: { limit: "${LIMIT:-4}" } }');
    expect(ruleOf(load(path, { env: { LIMIT: '2.5' } }), 'house/set-1/pressure-low').params).toMatchObject({
      lo: { limit: 2.5 },
    });
    expect(ruleOf(load(path), 'house/set-1/pressure-low').params).toMatchObject({ lo: { limit: 4 } });
  });

  test('a limit of life safety can be set, its severity stays', () => {
    const model = load(writeHouse('', '{ id: level-low, lo: { limit: 2.5 } }'));
    expect(ruleOf(model, 'house/tank/level-low')).toMatchObject({
      severity: 'life-safety',
      params: { lo: { limit: 2.5 } },
    });
  });

  test('indexes are places in the array, whatever was added or taken away', () => {
    const model = load(writeHouse('{ id: pressure-low, enabled: false }, { id: offline, onDelayMs: 9000 }'));
    expect(model.rules.map(({ index }) => index)).toEqual(model.rules.map((_, at) => at));
    expect(model.points).toEqual(plain.points);
  });
});

const change = (equipment: string, rule: string, override: RuleOverride['override']): RuleOverride => ({
  equipment,
  rule,
  override,
});
const attempt = (model: SiteModel, { equipment, rule, override }: RuleOverride) =>
  applyRuleOverride(model, toId<EquipmentId>(equipment), toId<RuleId>(rule), override);
const never = (): never => {
  throw new Error('nothing should be refused');
};

describe('a change that is tried', () => {
  const base = load(writeHouse('{ id: pressure-low, onDelayMs: 20000 }'));

  test('gives the rule as the model would have it, on top of what the file says', () => {
    const tried = attempt(base, change('set-1', 'pressure-low', { lo: { limit: 1 } }));
    const before = ruleOf(base, 'house/set-1/pressure-low');
    expect(tried.problems).toEqual([]);
    expect(tried.rule).toMatchObject({
      index: before.index,
      key: before.key,
      onDelayMs: 20_000,
      points: before.points,
    });
    expect(tried.rule?.params).toMatchObject({ lo: { limit: 1 } });
    expect(ruleOf(base, 'house/set-1/pressure-low')).toBe(before);
  });

  test('is the rule that the file would give', () => {
    const tried = attempt(plain, change('set-1-pump-1', 'tripped', { onDelayMs: 500, severity: 'low' }));
    const written = load(writeHouse('{ id: pump-1/tripped, onDelayMs: 500, severity: low }'));
    expect(tried.rule).toEqual(ruleOf(written, 'house/set-1-pump-1/tripped'));
  });

  test('a new rule has the next free index', () => {
    const rule = {
      type: 'threshold',
      severity: 'low',
      text: { zh: '高', en: 'High' },
      point: 'tank/level',
      hi: { limit: 3 },
    };
    const tried = attempt(plain, change('set-1', 'tank-high', rule));
    expect(tried.rule).toMatchObject({ index: plain.rules.length, key: 'house/set-1/tank-high' });
    expect(pointsOf(plain, tried.rule as RuleDef)).toEqual(['tank/level']);
  });

  test('switched off it is no rule, and there is no problem', () => {
    expect(attempt(plain, change('set-1', 'level-low', { enabled: false }))).toEqual({
      rule: null,
      problems: [],
    });
  });

  test.each<readonly [string, string, RuleOverride['override'], string]>([
    ['set-1', 'pressure-low', { lo: { limt: 1 } }, 'lo.limt'],
    ['set-1', 'presure-low', { lo: { limit: 1 } }, 'id'],
    ['set-9', 'pressure-low', { lo: { limit: 1 } }, '(document)'],
    ['set-1', 'pressure-low', { id: 'level-low' }, 'id'],
    ['set-1', 'pressure-low', { calendar: 'nights' }, 'calendar'],
    ['tank', 'level-low', { onDelayMs: 1 }, 'onDelayMs'],
    ['tank', 'level-low', { lo: { deadband: 1 } }, 'lo.deadband'],
    ['tank', 'level-low', { severity: 'high' }, 'severity'],
    ['tank', 'level-low', { enabled: false }, 'enabled'],
    [
      'tank',
      'level-low',
      { expectedWhen: { guards: [{ point: 'level', in: [0] }], text: { zh: '洗', en: 'Wash' } } },
      'expectedWhen',
    ],
    ['tank', 'offline', { enabled: false }, 'enabled'],
  ])('%s/%s with %j is refused at %s, by the checks of the file', (equipment, rule, override, path) => {
    const { rule: made, problems } = attempt(plain, change(equipment, rule, override));
    expect(made).toBeNull();
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.every(({ file }) => file === `change of ${equipment}/${rule}`)).toBe(true);
  });

  test('what it says of the environment or of files is a text and is never followed', () => {
    const { problems } = attempt(
      plain,
      change('set-1', 'pressure-low', { text: { zh: 'file:/etc/hostname', en: '${HOME}' } }),
    );
    expect(problems).toEqual([]);
    const tried = attempt(
      plain,
      change('set-1', 'pressure-low', { text: { zh: 'file:/etc/hostname', en: '${HOME}' } }),
    );
    expect(tried.rule?.text).toEqual({ zh: 'file:/etc/hostname', en: '${HOME}' });
  });

  test('a key of the prototype changes nothing', () => {
    const override = JSON.parse(
      '{"__proto__": {"onDelayMs": 5}, "lo": {"__proto__": {"limit": 5}}}',
    ) as object;
    const tried = attempt(plain, change('set-1', 'pressure-low', { ...override }));
    expect(tried.rule?.version).toBe(ruleOf(plain, 'house/set-1/pressure-low').version);
    expect(({} as Record<string, unknown>)['onDelayMs']).toBeUndefined();
  });

  test('of a model that no file has made cannot be tried', () => {
    expect(() => attempt(createTestModel({ equipment: [] }), change('a', 'b', {}))).toThrow();
  });
});

describe('changes that hold', () => {
  const first = change('set-1', 'pressure-low', { lo: { limit: 1 } });
  const second = change('set-1', 'pressure-low', { onDelayMs: 7000 });

  test('the model has them, and its points and epoch are what they were', () => {
    const model = withRuleOverrides(plain, [first, change('tank', 'offline', { onDelayMs: 9000 })], never);
    expect(ruleOf(model, 'house/set-1/pressure-low').params).toMatchObject({ lo: { limit: 1 } });
    expect(ruleOf(model, 'house/tank/offline').onDelayMs).toBe(9000);
    expect(model.points).toBe(plain.points);
    expect(model.epoch).toBe(plain.epoch);
    expect(Object.isFrozen(model.rules)).toBe(true);
    expect(ruleOf(plain, 'house/set-1/pressure-low').params).toMatchObject({ lo: { limit: 2 } });
  });

  test('a later one of the same rule stands in the place of the earlier, and null brings the file back', () => {
    const model = withRuleOverrides(plain, [first], never);
    const replaced = withRuleOverrides(model, [first, second], never);
    expect(ruleOf(replaced, 'house/set-1/pressure-low')).toMatchObject({
      onDelayMs: 7000,
      params: { lo: { limit: 2 } },
    });
    expect(ruleOverridesOf(replaced)).toEqual([second]);
    const back = attempt(replaced, change('set-1', 'pressure-low', null));
    expect(back.rule).toEqual(ruleOf(plain, 'house/set-1/pressure-low'));
    expect(withRuleOverrides(replaced, [], never).rules).toEqual(plain.rules);
  });

  test('one that is tried comes in the place of the one that holds', () => {
    const model = withRuleOverrides(plain, [first], never);
    expect(attempt(model, second).rule?.params).toMatchObject({ lo: { limit: 2 } });
  });

  test('one that does not fit is left out and told, the others hold', () => {
    const refused: string[] = [];
    const lost = change('set-1', 'gone', { lo: { limit: 1 } });
    const model = withRuleOverrides(plain, [lost, first], ({ rule }, problems) => {
      refused.push(`${rule}: ${problems.length}`);
    });
    expect(refused).toEqual(['gone: 1']);
    expect(ruleOverridesOf(model)).toEqual([first]);
  });

  test('those of the store come on top of the file at the start', () => {
    const path = writeHouse('{ id: pressure-low, onDelayMs: 20000 }');
    const model = load(path, { overrides: [first] });
    expect(ruleOf(model, 'house/set-1/pressure-low')).toMatchObject({
      onDelayMs: 20_000,
      params: { lo: { limit: 1 } },
    });
    expect(model.hash).toBe(load(path).hash);
    expect(ruleOverridesOf(model)).toEqual([first]);
  });

  test('at the start one that does not fit is a problem, or is told where somebody listens', () => {
    const lost = change('set-1', 'gone', {});
    const path = writeHouse();
    expect(() => load(path, { overrides: [lost] })).toThrow(ConfigError);
    const told: (readonly Problem[])[] = [];
    const model = load(path, { overrides: [lost, first], onRefused: (_, problems) => told.push(problems) });
    expect(told.flat().map(({ file, path: at }) => `${file} ${at}`)).toEqual(['change of set-1/gone id']);
    expect(ruleOf(model, 'house/set-1/pressure-low').params).toMatchObject({ lo: { limit: 1 } });
  });

  test('a rule that the file has switched off can be switched on again', () => {
    const off = load(writeHouse('{ id: level-low, enabled: false }'));
    expect(keysOf(off)).not.toContain('house/set-1/level-low');
    const model = withRuleOverrides(off, [change('set-1', 'level-low', { enabled: true })], never);
    expect(ruleOf(model, 'house/set-1/level-low').version).toBe(
      ruleOf(plain, 'house/set-1/level-low').version,
    );
  });

  test('points that only a changed rule reads of another equipment are watched there', () => {
    const rule = {
      type: 'threshold',
      severity: 'low',
      text: { zh: '电', en: 'Dear' },
      point: 'set-1/energy',
      hi: { limit: 9 },
    };
    const model = withRuleOverrides(plain, [change('tank', 'dear', rule)], never);
    expect(keysOf(model)).toContain('house/set-1/energy-bad-data');
    expect(keysOf(withRuleOverrides(model, [], never))).not.toContain('house/set-1/energy-bad-data');
  });
});
