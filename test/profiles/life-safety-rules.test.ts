/** What a rule of life safety may not have, whoever wrote it: the profile, the site file, a change that people propose. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/config/catalog.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { applyRuleOverride, type RuleOverride } from '../../src/config/rule-overrides.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { type EquipmentId, type RuleId, toId } from '../../src/core/ids.ts';
import { RULE_TYPES } from '../../src/rules/index.ts';
import { TEST_CATALOG } from '../config/support/catalog.ts';
import { load } from '../config/support/load.ts';
import { ruleOf, write, writeSite } from '../config/support/site.ts';
import { createTemporaryDirectory } from '../support/temp.ts';

const CATALOG: Catalog = { ...TEST_CATALOG, rules: RULE_TYPES };
const home = createTemporaryDirectory();
afterAll(() => home.remove());

const LIFE = 'severity: life-safety, text: { zh: 火警, en: Fire }';

/** A fire panel whose profile has these rules. */
function writePanel(rules: string): string {
  const directory = mkdtempSync(join(home.path, 'panel-'));
  const profile = `version: 1
id: panel
vendor: Test
model: Panel
kind: fire-panel
name: { zh: 火灾报警控制器, en: Fire panel }
protocol: bus
source: test
verified: example
points:
  - { id: fire, name: { zh: 火警, en: Fire }, unit: none, address: { register: 0 } }
  - { id: deadband, name: { zh: 死区, en: Dead-band }, unit: none, address: { register: 1 } }
  - { id: mode, name: { zh: 方式, en: Mode }, unit: none, address: { register: 2 } }
  - { id: severity, name: { zh: 级别, en: Severity }, unit: none, address: { register: 3 } }
rules:
${rules}
`;
  write(profile, directory, 'panel.yaml');
  return writeSite('panel', 'panel', directory);
}

const loadPanel = (rules: string): SiteModel => load(writePanel(rules), { catalog: CATALOG });

function problemsOf(rules: string): readonly string[] {
  try {
    loadPanel(rules);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, expected, found }) => `${path}: ${expected}; ${found}`);
  }
}

const never = '0 (life safety is never delayed)';

describe('a profile', () => {
  test.each([
    ['travelMs', 'type: discrepancy, command: mode, feedback: fire, travelMs: 5000', 'travelMs', '5000'],
    ['withinMs', 'type: count, point: fire, in: [1], count: 2, withinMs: 60000', 'withinMs', '60000'],
    ['stale afterMs', 'type: stale, point: fire, afterMs: 60000', 'afterMs', '60000'],
    [
      'stuck afterMs',
      'type: stuck, point: fire, afterMs: 60000, while: { point: mode, in: [1] }',
      'afterMs',
      '60000',
    ],
    ['overMs', 'type: rate-of-change, point: fire, limit: 1, overMs: 60000', 'overMs', '60000'],
    [
      'a window of an expression',
      'type: expression, points: { f: fire }, windows: { w: { point: f, over: 60000, of: max } }, condition: w > 0',
      'windows.w.over',
      '60000',
    ],
    ['a dead-band', 'type: deviation, point: fire, target: 1, band: 1, deadband: 0.5', 'deadband', '0.5'],
  ])('cannot give life safety %s', (_name, rule, path, found) => {
    expect(problemsOf(`  - { id: fire, ${LIFE}, ${rule} }`)).toContain(
      `rules[0].${path}: ${never}; ${found}`,
    );
  });

  test('cannot take the ticket from it, or make it wait for samples', () => {
    const rule = `  - { id: fire, ${LIFE}, type: state, point: fire, in: [1], ticket: false, minGoodSamples: 3 }`;
    expect(problemsOf(rule)).toEqual([
      'rules[0].ticket: true (life safety always opens a ticket); false',
      'rules[0].minGoodSamples: 1 (life safety is never delayed); 3',
    ]);
  });

  test('says with guards what the alarm is, and a point may be called like a property', () => {
    const model =
      loadPanel(`  - { id: fire, ${LIFE}, type: state, point: fire, in: [1], when: [{ point: mode, in: [0] }] }
  - { id: other, ${LIFE}, type: expression, points: { deadband: deadband, severity: severity }, condition: deadband > severity }`);
    expect(ruleOf(model, 'house/panel/fire').when).toHaveLength(1);
    expect(ruleOf(model, 'house/panel/other')).toMatchObject({ severity: 'life-safety', minGoodSamples: 1 });
  });

  test('a rule of which one level is life safety waits for no second sample, though its poll is slow', () => {
    const model = loadPanel(
      '  - { id: hot, severity: high, text: { zh: 温, en: Hot }, type: threshold, point: mode, hi: { limit: 1 }, hihi: { limit: 2, severity: life-safety } }',
    );
    expect(ruleOf(model, 'house/panel/hot').minGoodSamples).toBe(1);
  });
});

describe('where a reference is wrong', () => {
  test('the place is that of the name, however deep it stands and whatever else is called so', () => {
    const rule = `  - { id: odd, severity: low, text: { zh: 异, en: Odd }, type: expression, windows: { w: { point: frie, over: 60000, of: max } }, points: { frie: frie }, condition: w > 0 }`;
    expect(problemsOf(rule)).toEqual([
      'rules[0].points.frie: a point of this equipment; "frie", did you mean "fire"?',
    ]);
  });

  test('also inside a list or a mapping of the type', () => {
    const rule = `  - { id: odd, severity: low, text: { zh: 异, en: Odd }, type: stuck, point: fire, afterMs: 60000, while: { point: mdoe, in: [1] } }`;
    expect(problemsOf(rule)).toEqual([
      'rules[0].while.point: a point of this equipment; "mdoe", did you mean "mode"?',
    ]);
  });
});

describe('a change that people propose', () => {
  const model =
    loadPanel(`  - { id: fire, ${LIFE}, type: state, point: fire, in: [1], when: [{ point: mode, in: [0] }] }
  - { id: door, ${LIFE}, type: discrepancy, command: mode, feedback: fire }
  - { id: high, severity: high, text: { zh: 高, en: High }, type: threshold, point: mode, hi: { limit: 1, deadband: 0.5 } }`);
  const refusals = (rule: string, override: RuleOverride['override']): readonly string[] =>
    applyRuleOverride(model, toId<EquipmentId>('panel'), toId<RuleId>(rule), override).problems.map(
      ({ path, found }) => `${path} ${found}`,
    );

  test.each([
    ['a travel time', 'door', { travelMs: 3_000 }, 'travelMs 3000'],
    [
      'a guard',
      'fire',
      {
        when: [
          { point: 'mode', in: [0] },
          { point: 'fire', in: [2] },
        ],
      },
      'when[1] "fire"',
    ],
    ['another guard', 'fire', { when: [{ point: 'mode', in: [1] }] }, 'when[0] "mode"'],
    ['no ticket', 'fire', { ticket: false }, 'ticket false'],
    ['doubt', 'fire', { uncertain: 'unknown' }, 'uncertain "unknown"'],
    ['more samples', 'fire', { minGoodSamples: 2 }, 'minGoodSamples 2'],
    ['a dead-band with its new severity', 'high', { severity: 'life-safety' }, 'hi.deadband 0.5'],
  ])('cannot give life safety %s', (_name, rule, override, refusal) => {
    expect(refusals(rule, override)).toEqual([refusal]);
  });

  test('a new rule of life safety has no guards either', () => {
    const rule = {
      type: 'state',
      severity: 'life-safety',
      text: { zh: '新', en: 'New' },
      point: 'fire',
      in: [3],
    };
    expect(refusals('new', rule)).toEqual([]);
    expect(refusals('new', { ...rule, when: [{ point: 'mode', in: [0] }] })).toEqual(['when[0] "mode"']);
  });

  test('can take a guard away, or write it again as it is', () => {
    expect(refusals('fire', { when: [] })).toEqual([]);
    expect(refusals('fire', { when: [{ in: [0], point: 'mode' }] })).toEqual([]);
  });

  test('leaves the silence of life-safety equipment its ticket', () => {
    expect(refusals('offline', { ticket: false })).toEqual(['ticket false']);
    expect(refusals('fire-bad-data', { ticket: false })).toEqual(['ticket false']);
  });
});

describe('where no rule says for whom the ticket is', () => {
  test('what the loader and the site add for fire equipment is for the fire trade', () => {
    const model =
      loadPanel(`  - { id: fault, severity: high, text: { zh: 故障, en: Fault }, type: state, point: fire, in: [2] }
  - { id: weak, severity: low, class: engineering, text: { zh: 弱, en: Weak }, type: state, point: fire, in: [4] }`);
    const classOf = (rule: string): string => ruleOf(model, `house/panel/${rule}`).class;
    expect(['fault', 'weak', 'offline', 'fire-bad-data'].map(classOf)).toEqual([
      'fire',
      'engineering',
      'fire',
      'fire',
    ]);
    const rule = { type: 'state', severity: 'low', text: { zh: '新', en: 'New' }, point: 'fire', in: [3] };
    const made = applyRuleOverride(model, toId<EquipmentId>('panel'), toId<RuleId>('new'), rule);
    expect(made.rule?.class).toBe('fire');
  });
});
