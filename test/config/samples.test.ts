/** Everything shipped in config/ and devices/ loads, says what a technician needs, and keeps quiet on a normal plant. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { toPolicyJsonSchema, toProfileJsonSchema, toSiteJsonSchema } from '../../src/config/publish.ts';
import { readProfile } from '../../src/profiles/profile.ts';
import { RULE_TYPES } from '../../src/rules/index.ts';
import { FALSE_VERDICT } from '../../src/rules/rule.ts';

const ROOT = join(import.meta.dirname, '../..');
const SITES = ['demo.yaml', 'example.yaml'];
const POLICIES = ['policy.yaml'];
const INCLUDES = ['example-equipment.yaml'];
const devices = readdirSync(join(ROOT, 'devices'));

function loadShipped(name: string, env: Readonly<Record<string, string>> = {}): SiteModel {
  return loadSite(join(ROOT, 'config', name), { catalog: CATALOG, env, epoch: 1 });
}
const demo = loadShipped('demo.yaml');

test('every file in config/ is of a known sort', () => {
  expect(readdirSync(join(ROOT, 'config')).sort()).toEqual([...SITES, ...POLICIES, ...INCLUDES].sort());
});

test.each(SITES)('%s loads', (name) => {
  expect(loadShipped(name).points.length).toBeGreaterThan(0);
});

test.each(POLICIES)('%s loads', (name) => {
  const problems = createProblems();
  expect(readPolicy(join(ROOT, 'config', name), problems)?.policy).not.toBeNull();
  expect(problems.count).toBe(0);
});

test.each(devices)('profile %s loads', (name) => {
  const problems = createProblems();
  const profile = readProfile(join(ROOT, 'devices', name), { catalog: CATALOG, problems });
  problems.throwIfAny();
  expect(profile?.id).toBe(name.replace('.yaml', ''));
});

test('the example has every key that a site file can have, written or as a remark', () => {
  const text = readFileSync(join(ROOT, 'config/example.yaml'), 'utf8');
  const schema = toSiteJsonSchema(CATALOG) as { properties: Record<string, { properties?: object }> };
  const keys = Object.entries(schema.properties).flatMap(([key, part]) => [
    key,
    ...Object.keys(part.properties ?? {}),
  ]);
  expect(keys.filter((key) => !new RegExp(`^[ #-]*${key}:`, 'm').test(text))).toEqual([]);
});

test('ports and database of the demo come from the environment', () => {
  const env = {
    RISER_PUMP_ROOM_PORT: '1',
    RISER_SUMP_ROOM_PORT: '2',
    RISER_HTTP_PORT: '0',
    RISER_INFLUX_URL: 'http://db:1',
  };
  const model = loadShipped('demo.yaml', env);
  expect([...model.links.values()].map(({ options }) => options['port'])).toEqual([1, 2]);
  expect(model.http.port).toBe(0);
  expect(model.influx?.url).toBe('http://db:1');
});

describe('rules of the demo', () => {
  test('each written rule says what a technician checks first, in both languages', () => {
    const silent = demo.rules.filter(
      ({ guidance }) => guidance === null || guidance.zh.length < 10 || guidance.en.length < 20,
    );
    expect(silent.map(({ key }) => key)).toEqual([]);
  });

  test('trip and dry running of a pump are one kind of fault, so they share a ticket', () => {
    for (const id of ['dws-1-pump-1', 'dws-1-pump-2', 'sump-1-pump-1', 'sump-1-pump-2']) {
      const kinds = demo.rules
        .filter((rule) => rule.equipment === id && rule.severity === 'high')
        .map((rule) => rule.faultKind);
      expect(kinds).toEqual(['pump-fault', 'pump-fault']);
    }
  });

  test('nothing is life safety and everything high has a person to act within the policy', () => {
    expect(demo.rules.filter(({ severity }) => severity === 'life-safety')).toEqual([]);
    expect(demo.policy.priorityOf.high).toBe('urgent');
    expect(demo.policy.clocks.arrival.urgent).toEqual({ limitMs: 30 * 60_000, warnRatio: 0.8 });
  });
});

/** Values of a plant that works, at both ends of what is normal. Key: point; all others are 0. */
const NORMAL: readonly Readonly<Record<string, number>>[] = [
  {
    'outlet-pressure': 0.42,
    'suction-level': 1.2,
    mode: 2,
    'motor-temperature': 22,
    level: 0.3,
    'discharge-valve': 1,
    automatic: 1,
    'journal-healthy': 1,
    'influx-healthy': 1,
    'store-healthy': 1,
    'disk-free': 60,
  },
  {
    'outlet-pressure': 0.48,
    'suction-level': 2.5,
    mode: 2,
    'motor-temperature': 70,
    level: 1.25,
    'float-start-1': 1,
    'float-start-2': 1,
    running: 1,
    'discharge-valve': 1,
    automatic: 1,
    'journal-healthy': 1,
    'influx-healthy': 1,
    'store-healthy': 1,
    'disk-free': 99,
    'loop-delay': 40,
  },
];

describe.each(NORMAL)('a normal plant with %o', (values) => {
  test('raises nothing', () => {
    const raised = demo.rules.filter((rule) => {
      const samples = rule.points.map((index) => ({
        value: values[demo.points[index]?.name ?? ''] ?? 0,
        quality: 0,
        receivedMs: 0,
        sourceMs: Number.NaN,
      }));
      return RULE_TYPES[rule.type]?.judge(rule.params, FALSE_VERDICT, samples).condition !== 'false';
    });
    expect(raised.map(({ key }) => key)).toEqual([]);
  });

  test('is inside the physical range of every point', () => {
    const outside = demo.points.filter(({ name, range }) => {
      const value = values[name] ?? 0;
      return range !== null && (value < range.min || value > range.max);
    });
    expect(outside.map(({ id }) => id)).toEqual([]);
  });
});

describe('profiles read every register of the map', () => {
  /** `table address[.bit]` of every point of the equipment and its parts, typed from docs/register-maps.md. */
  const BOOSTER = [0, 1, 2, 3, 4, '5.0', '5.1', '5.2', 6].map((at) => `holding ${at}`);
  const PUMP = (base: number) =>
    [
      `${base}.0`,
      `${base}.1`,
      `${base}.3`,
      `${base}.7`,
      `${base}.9`,
      base + 1,
      base + 2,
      base + 3,
      base + 4,
      base + 5,
      base + 6,
      base + 8,
    ].map((at) => `holding ${at}`);
  const SUMP = ['input 0', 'discrete 0', 'discrete 1', 'discrete 2', 'discrete 3', 'coil 0'];
  const DRAIN = (base: number) =>
    [`${base}.0`, `${base}.1`, `${base}.3`, base + 1, base + 2, base + 3, base + 5].map(
      (at) => `holding ${at}`,
    );

  test.each([
    ['dws-1', BOOSTER],
    ['dws-1-pump-1', PUMP(20)],
    ['dws-1-pump-2', PUMP(40)],
    ['sump-1', SUMP],
    ['sump-1-pump-1', DRAIN(40)],
    ['sump-1-pump-2', DRAIN(50)],
  ])('%s', (id, expected) => {
    const read = demo.points
      .filter(({ equipment }) => equipment === id)
      .map(
        ({ address: { table, address, bit } }) =>
          `${table as string} ${address as number}${bit === undefined ? '' : `.${bit as number}`}`,
      );
    expect(read).toEqual(expected);
  });
});

describe('published JSON Schemas', () => {
  const read = (folder: string, name: string): unknown =>
    parse(readFileSync(join(ROOT, folder, name), 'utf8'));
  const accepts = (schema: object, value: unknown): boolean => Compile(schema as TSchema).Check(value);

  test.each(SITES)('accept the site file %s with its references', (name) => {
    expect(accepts(toSiteJsonSchema(CATALOG), read('config', name))).toBe(true);
  });

  test.each(devices)('accept the profile %s', (name) => {
    expect(accepts(toProfileJsonSchema(CATALOG), read('devices', name))).toBe(true);
  });

  test('accept the policy', () => {
    expect(accepts(toPolicyJsonSchema(), read('config', 'policy.yaml'))).toBe(true);
  });

  test('refuse unknown keys at every level', () => {
    const site = read('config', 'demo.yaml') as { links: Record<string, unknown>[] };
    (site.links[0] as Record<string, unknown>)['timeout'] = 5;
    expect(accepts(toSiteJsonSchema(CATALOG), site)).toBe(false);
    expect(accepts(toPolicyJsonSchema(), { ...(read('config', 'policy.yaml') as object), x: 1 })).toBe(false);
  });

  test('have no keyword of our own', () => {
    const text = [toSiteJsonSchema(CATALOG), toProfileJsonSchema(CATALOG), toPolicyJsonSchema()].map(
      (schema) => JSON.stringify(schema),
    );
    expect(text.filter((schema) => schema.includes('"expected"') || schema.includes('"later"'))).toEqual([]);
  });
});
