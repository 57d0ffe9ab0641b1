/** Rules of a profile and those that the loader adds: points, samples, fault kinds, versions. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SiteModel } from '../../src/config/model.ts';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { badData } from '../../src/rules/bad-data.ts';
import { FALSE_VERDICT } from '../../src/rules/rule.ts';
import { CASES, load, problemsOf } from '../config/support/load.ts';
import { ruleOf, write, writeSite } from '../config/support/site.ts';
import { createJudging } from '../rules/judging.ts';
import { temporaryDirectory } from '../support/temp.ts';

const sound = load(join(CASES, 'sound.yaml'));

test('a rule of the equipment can read a point of one of its parts', () => {
  const rule = ruleOf(sound, 'house/set-1/pump-one-stopped');
  expect(rule.points.map((index) => sound.points[index]?.id)).toEqual(['set-1-pump-1/running']);
});

test('a slow poll against a short delay asks for two good samples, a quick one for one', () => {
  expect(ruleOf(sound, 'house/set-1/level-low').minGoodSamples).toBe(2);
  expect(ruleOf(sound, 'house/set-1/pressure-low').minGoodSamples).toBe(2);
  expect(ruleOf(sound, 'house/set-1/pump-one-stopped').minGoodSamples).toBe(1);
});

test('life safety on a slow poll still raises on the first sample', () => {
  const model = load(writeSite('tank', 'fire-tank'));
  expect(ruleOf(model, 'house/tank/level-low')).toMatchObject({
    severity: 'life-safety',
    minGoodSamples: 1,
    class: 'fire',
  });
});

test('offline is added once for an equipment with a link and reads the points of its parts too', () => {
  const offline = sound.rules.filter(({ type }) => type === 'offline');
  expect(offline.map(({ key }) => key)).toEqual(['house/set-1/offline']);
  expect(offline[0]).toMatchObject({
    severity: 'medium',
    onDelayMs: 5000,
    faultKind: 'comm-loss',
    class: 'engineering',
  });
  expect(offline[0]?.points.length).toBe(3 + 2 + 2);
});

test('bad data of a point is strict where a rule that reads it takes nothing uncertain', () => {
  const paramsOf = (model: SiteModel) => ruleOf(model, 'house/tank/level-bad-data').params;
  expect(paramsOf(loadRule(', uncertain: unknown'))).toEqual({ isStrict: true });
  expect(paramsOf(loadRule(''))).toEqual({});
  const conditionAt = (quality: QualityReason, params: object) => {
    const sample = { value: 1, quality: QUALITIES[quality].code, receivedMs: 0, sourceMs: Number.NaN };
    return badData.judge(
      params as Readonly<Record<string, unknown>>,
      FALSE_VERDICT,
      [sample],
      createJudging(),
    ).condition;
  };
  expect(conditionAt('source-time', {})).toBe('false');
  expect(conditionAt('source-time', { isStrict: true })).toBe('true');
  expect(conditionAt('good', { isStrict: true })).toBe('false');
  expect(conditionAt('stale', { isStrict: true })).toBe('unknown');
});

test('bad data is watched for every point that a rule reads, on the equipment that has the point', () => {
  const keys = sound.rules
    .filter(({ type, equipment }) => type === 'bad-data' && equipment !== 'gateway')
    .map(({ key }) => key);
  expect(keys).toEqual([
    'house/set-1/pressure-bad-data',
    // read only by a rule of the parent
    'house/set-1-pump-1/running-bad-data',
    'house/set-1-pump-1/tripped-bad-data',
    'house/set-1-pump-2/tripped-bad-data',
  ]);
});

test('a point that can be stuck is watched though no rule reads it, unless the profile wants no alarm of it', () => {
  const directory = temporaryDirectory();
  const site = writeSite('tank', 'frozen-tank', directory);
  const keysWith = (more: string): readonly string[] => {
    const profile = `version: 1
id: frozen-tank
vendor: Test
model: Tank
kind: tank
name: { zh: 水箱, en: Tank }
protocol: bus
source: test
verified: example
points:
  - { id: level, name: { zh: 液位, en: Level }, unit: metre, address: { register: 0 }${more} }
rules: []\n`;
    write(profile, directory, 'frozen-tank.yaml');
    return load(site).rules.flatMap(({ key, type }) =>
      type === 'bad-data' && key.includes('/tank/') ? [key] : [],
    );
  };
  expect(keysWith('')).toEqual([]);
  expect(keysWith(', stuckAfter: 3600000')).toEqual(['house/tank/level-bad-data']);
  expect(keysWith(', stuckAfter: 3600000, badData: false')).toEqual([]);
});

test('a profile sets severity and delay of bad data, or wants none', () => {
  expect(ruleOf(sound, 'house/set-1-pump-1/tripped-bad-data')).toMatchObject({
    severity: 'high',
    onDelayMs: 1000,
  });
  expect(ruleOf(sound, 'house/set-1/pressure-bad-data')).toMatchObject({
    severity: 'medium',
    onDelayMs: 5000,
    text: { zh: '测点“压力”数据异常', en: 'Pressure: no usable data' },
  });
  expect(sound.rules.some(({ key }) => key === 'house/set-1/level-bad-data')).toBe(false);
});

test('the fault kind is the id of the rule unless it says otherwise', () => {
  expect(ruleOf(sound, 'house/set-1/level-low').faultKind).toBe('level-low');
  expect(ruleOf(sound, 'house/set-1-pump-1/tripped').faultKind).toBe('pump-fault');
});

/** The profile of a tank with these fault kinds and rules. */
function loadKinds(kinds: string, rules: string) {
  const directory = temporaryDirectory();
  const profile = `version: 1
id: tank-kinds
vendor: Test
model: Tank
kind: tank
name: { zh: 水箱, en: Tank }
protocol: bus
source: test
verified: example
points: [{ id: level, name: { zh: 液位, en: Level }, unit: metre, address: { register: 0 } }]
faultKinds: [${kinds}]
rules: [${rules}]\n`;
  write(profile, directory, 'tank-kinds.yaml');
  return writeSite('tank', 'tank-kinds', directory);
}

const SHORT = '{ id: short-of-water, text: { zh: 缺水, en: Short of water } }';
const low = (id: string, kind = '') =>
  `{ id: ${id}, type: threshold, severity: low, text: { zh: 低${id}, en: Low ${id} }, point: level, lo: { limit: 1 }${kind} }`;

test('a fault kind is called as the profile says, else as the rule that stands for it, else as its own rule', () => {
  const shared = `${low('a', ', faultKind: short-of-water')}, ${low('b', ', faultKind: short-of-water')}`;
  const others = `${low('c')}, ${low('d', ', faultKind: c')}, ${low('e', ', faultKind: unnamed')}`;
  const model = load(loadKinds(SHORT, `${shared}, ${others}`));
  const named = (rule: string) => ruleOf(model, `house/tank/${rule}`).faultKindText.zh;
  expect(['a', 'b', 'c', 'd', 'e'].map(named)).toEqual(['缺水', '缺水', '低c', '低c', '低e']);
  expect(ruleOf(model, 'house/tank/offline').faultKindText.en).toBe('Communication lost');
  expect(named('level-bad-data')).toBe('测点“液位”数据异常');
});

test('what fault kinds are called changes no version: a better word ends no alarm', () => {
  const rules = low('a', ', faultKind: short-of-water');
  const versionWith = (kinds: string) => ruleOf(load(loadKinds(kinds, rules)), 'house/tank/a').version;
  expect(versionWith(SHORT)).toBe(versionWith(''));
});

test('a fault kind that no rule has, or that is listed twice, is a mistake of the profile', () => {
  const twice = loadKinds(`${SHORT}, ${SHORT}`, low('a', ', faultKind: short-of-water'));
  expect(problemsOf(loadKinds(SHORT, low('a'))).join()).toMatch(
    /faultKinds\[0\]\.id: expected the faultKind of a rule of this profile, found "short-of-water"/,
  );
  expect(problemsOf(twice).join()).toMatch(/faultKinds\[1\]\.id: expected an id used once/);
});

test('the version changes with what decides and not with a wording', () => {
  const directory = temporaryDirectory();
  const site = writeSite('tank', 'tank-copy', directory);
  const versionWith = (text: string, limit: number): string => {
    const profile = `version: 1
id: tank-copy
vendor: Test
model: Tank
kind: tank
name: { zh: 水箱, en: Tank }
protocol: bus
source: test
verified: example
points: [{ id: level, name: { zh: 液位, en: Level }, unit: metre, address: { register: 0 } }]
rules: [{ id: low, type: threshold, severity: low, text: { zh: 低, en: ${text} }, point: level, lo: { limit: ${limit} } }]\n`;
    write(profile, directory, 'tank-copy.yaml');
    return ruleOf(load(site), 'house/tank/low').version;
  };
  const version = versionWith('Low', 1);
  expect(version).toMatch(/^[0-9a-f]{12}$/);
  expect(versionWith('Level low', 1)).toBe(version);
  expect(versionWith('Low', 2)).not.toBe(version);
});

/** A profile with one rule that has these keys beside its own. */
function loadRule(keys: string) {
  const directory = temporaryDirectory();
  write(
    `version: 1
id: tank-copy
vendor: Test
model: Tank
kind: tank
name: { zh: 水箱, en: Tank }
protocol: bus
source: test
verified: example
points:
  - { id: level, name: { zh: 液位, en: Level }, unit: metre, address: { register: 0 } }
  - { id: valve, name: { zh: 阀, en: Valve }, unit: none, poll: 9000, address: { register: 1, bit: 0 } }
  - { id: mode, name: { zh: 方式, en: Mode }, unit: none, address: { register: 2 } }
rules: [{ id: low, type: threshold, severity: high, text: { zh: 低, en: Low }, point: level, lo: { limit: 1 }${keys} }]\n`,
    directory,
    'tank-copy.yaml',
  );
  return load(writeSite('tank', 'tank-copy', directory));
}

test('guards are read behind the points of the rule itself, and their bad data is watched, too', () => {
  const model = loadRule(', when: [{ point: mode, notIn: [8] }, { point: valve, in: [1] }]');
  const rule = ruleOf(model, 'house/tank/low');
  expect(rule.points.map((index) => model.points[index]?.name)).toEqual(['level', 'mode', 'valve']);
  expect(rule.when).toEqual([
    { point: 'mode', in: null, notIn: [8] },
    { point: 'valve', in: [1], notIn: null },
  ]);
  const watched = model.rules.filter(({ type, equipment }) => type === 'bad-data' && equipment === 'tank');
  expect(watched.map(({ id }) => id)).toEqual(['level-bad-data', 'valve-bad-data', 'mode-bad-data']);
});

test('a guard that is read slowly asks for two good samples, as the point of the rule itself would', () => {
  expect(ruleOf(loadRule(', onDelayMs: 10000'), 'house/tank/low').minGoodSamples).toBe(1);
  const guarded = loadRule(', onDelayMs: 10000, when: [{ point: valve, in: [1] }]');
  expect(ruleOf(guarded, 'house/tank/low').minGoodSamples).toBe(2);
});

test('a rule explains nothing and is explained by nothing unless it says so; silence is explained by power, linkage and link', () => {
  const plain = loadRule('');
  expect(ruleOf(plain, 'house/tank/low')).toMatchObject({ when: [], explains: null, explainedBy: [] });
  expect(ruleOf(plain, 'house/tank/offline').explainedBy).toEqual(['power', 'linkage', 'link']);
  expect(ruleOf(plain, 'house/tank/level-bad-data').explainedBy).toEqual([]);
  const model = loadRule(', explains: water, explainedBy: [power]');
  expect(ruleOf(model, 'house/tank/low')).toMatchObject({ explains: 'water', explainedBy: ['power'] });
});

test('the version changes with guards and with what explains', () => {
  const versions = [
    '',
    ', when: [{ point: mode, in: [1] }]',
    ', explains: water',
    ', explainedBy: [power]',
  ].map((keys) => ruleOf(loadRule(keys), 'house/tank/low').version);
  expect(new Set(versions).size).toBe(4);
});
