/** Rules of a profile and those that the loader adds: points, samples, fault kinds, versions. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CASES, load } from '../config/support/load.ts';
import { ruleOf, write, writeSite } from '../config/support/site.ts';
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
