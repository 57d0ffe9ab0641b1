/** Everything shipped in config/ and devices/ loads, reads every register of the map and says what a technician needs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CATALOG } from '../../src/catalog.ts';
import { readDayTable } from '../../src/config/day-table.ts';
import { loadSite } from '../../src/config/load.ts';
import type { SiteModel } from '../../src/config/model.ts';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems } from '../../src/config/problems.ts';
import { toPolicyJsonSchema, toProfileJsonSchema, toSiteJsonSchema } from '../../src/config/publish.ts';
import { type EquipmentId, type LinkId, toId } from '../../src/core/ids.ts';
import type { Upstream } from '../../src/core/upstream.ts';
import { readProfile } from '../../src/profiles/profile.ts';

const ROOT = join(import.meta.dirname, '../..');
const SITES = ['demo.yaml', 'example.yaml'];
const POLICIES = ['policy.yaml', 'policy-hospital.yaml'];
const INCLUDES = ['example-equipment.yaml'];
const TABLES = ['holidays-cn.yaml'];
const PLANS = ['plans-default.yaml'];
/** Read by people/, and tried there. */
const ROSTERS = ['roster-example.yaml'];
const devices = readdirSync(join(ROOT, 'devices')).filter((name) => name.endsWith('.yaml'));

function loadShipped(name: string, env: Readonly<Record<string, string>> = {}): SiteModel {
  return loadSite(join(ROOT, 'config', name), { catalog: CATALOG, env, epoch: 1 });
}
const demo = loadShipped('demo.yaml');

test('every file in config/ is of a known sort', () => {
  expect(readdirSync(join(ROOT, 'config')).sort()).toEqual(
    [...SITES, ...POLICIES, ...INCLUDES, ...TABLES, ...PLANS, ...ROSTERS].sort(),
  );
});

test.each(SITES)('%s loads', (name) => {
  expect(loadShipped(name).points.length).toBeGreaterThan(0);
});

test.each(POLICIES)('%s loads', (name) => {
  const problems = createProblems();
  expect(readPolicy(join(ROOT, 'config', name), problems)?.policy).not.toBeNull();
  expect(problems.count).toBe(0);
});

test.each(TABLES)('%s loads', (name) => {
  const problems = createProblems();
  expect(readDayTable(join(ROOT, 'config', name), problems)?.table).not.toBeNull();
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

test('the example has every key that a link or an equipment of any protocol can have', () => {
  const text = readFileSync(join(ROOT, 'config/example.yaml'), 'utf8');
  const protocols = Object.entries(CATALOG.protocols).filter(([protocol]) => protocol !== 'internal');
  const keys = protocols.flatMap(([, { link, device }]) => [
    ...Object.entries(link).flatMap(([key, schema]) => [key, ...toKeys(schema)]),
    ...Object.keys(device),
  ]);
  expect(keys.length).toBeGreaterThan(20);
  expect(keys.filter((key) => !new RegExp(`^[ #-]*${key}:`, 'm').test(text))).toEqual([]);
});

/** Keys of a mapping inside a link. */
function toKeys(schema: object): readonly string[] {
  return Object.keys((schema as { readonly properties?: object }).properties ?? {});
}

test('every device of the demo has a broker user of its own that reaches its own topics and no others', () => {
  const listen = demo.links.get(toId<LinkId>('iot'))?.options['listen'];
  const { users } = listen as {
    readonly users: readonly { readonly name: string; readonly topics: string[] }[];
  };
  const devices = [...demo.equipment.values()].filter(
    ({ link, parent }) => link === 'iot' && parent === null,
  );
  expect(devices.map(({ id }) => id)).toEqual(users.map(({ name }) => name));
  for (const { id, device } of devices) expect(device['topic']).toBe(`site/demo/${id}`);
  for (const { name, topics } of users) expect(topics).toEqual([`site/demo/${name}/#`]);
});

test('ports and database of the demo come from the environment', () => {
  const env = {
    RISER_PUMP_ROOM_PORT: '1',
    RISER_SUMP_ROOM_PORT: '2',
    RISER_FIRE_PUMP_ROOM_PORT: '3',
    RISER_FIRE_CONTROL_ROOM_PORT: '4',
    RISER_LIFT_SERVER_PORT: '5',
    RISER_POWER_SERVER_PORT: '6',
    RISER_IOT_PORT: '7',
    RISER_HTTP_PORT: '0',
    RISER_INFLUX_URL: 'http://db:1',
  };
  const model = loadShipped('demo.yaml', env);
  const places = [...model.links.values()].map(
    ({ options }) => options['port'] ?? options['url'] ?? (options['listen'] as { port: number }).port,
  );
  const servers = ['opc.tcp://127.0.0.1:5', 'opc.tcp://127.0.0.1:6'];
  expect(places).toEqual([1, 2, 3, 4, ...servers, 7]);
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

  test('a kind of fault that several rules of an equipment share is called the same by all of them', () => {
    const names = new Map<string, Set<string>>();
    for (const { equipment, faultKind, faultKindText } of demo.rules) {
      const key = `${equipment} ${faultKind}`;
      names.set(key, (names.get(key) ?? new Set()).add(faultKindText.zh));
    }
    const unlike = [...names].filter(([, { size }]) => size > 1).map(([key]) => key);
    expect(unlike).toEqual([]);
  });

  test('texts are Chinese in Chinese and have none of it in English', () => {
    const texts = demo.rules.flatMap(({ key, text, faultKindText, guidance }) =>
      [text, faultKindText, ...(guidance === null ? [] : [guidance])].map((each) => ({ key, ...each })),
    );
    const mixed = texts.filter(({ zh, en }) => !/\p{Script=Han}{2}/u.test(zh) || /\p{Script=Han}/u.test(en));
    expect(mixed.map(({ key }) => key)).toEqual([]);
  });

  test('only fire and entrapment are life safety: never delayed, never explained away, always with a ticket', () => {
    const rules = demo.rules.filter(({ severity }) => severity === 'life-safety');
    const zones = Array.from({ length: 8 }, (_, at) => `demo/fire-panel-1-zone-${at + 1}/fire`);
    const lifts = ['demo/lift-1/entrapment', 'demo/lift-2/entrapment'];
    expect(rules.map(({ key }) => key)).toEqual([
      'demo/fire-panel-1/fire-without-zone',
      'demo/fire-panel-1/fire-zone-unreadable',
      ...zones,
      ...lifts,
    ]);
    for (const rule of rules) {
      expect(rule).toMatchObject({
        onDelayMs: 0,
        offDelayMs: 0,
        minGoodSamples: 1,
        explainedBy: [],
        opensTicket: true,
      });
    }
  });

  test('an alarm of a pushed value never waits for a second sample, which may come in days', () => {
    const isPushed = (link: string | null) =>
      link === 'iot' || link === 'lift-server' || link === 'power-server';
    const waiting = demo.rules.filter(
      ({ points, minGoodSamples }) =>
        minGoodSamples > 1 && points.some((index) => isPushed(demo.points[index]?.link ?? null)),
    );
    expect(waiting.map(({ key }) => key)).toEqual([]);
  });

  test('values of MQTT that come in time have an age, values sent on change have their device to vouch for them', () => {
    const aged = demo.points.filter(({ link, staleMs }) => link === 'iot' && staleMs !== null);
    const ageless = demo.points.filter(({ link, staleMs }) => link === 'iot' && staleMs === null);
    expect(new Set(aged.map(({ staleMs }) => staleMs))).toEqual(new Set([35_000, 95_000, 185_000]));
    expect(new Set(ageless.map(({ equipment }) => equipment.replace(/\d$/, '')))).toEqual(
      new Set(['acs-1-door-']),
    );
  });

  test('what a power loss, a dry tank or the linkage explains finds a rule upstream that can say so', () => {
    const explainers = new Set(demo.rules.map(({ equipment, explains }) => `${equipment} ${explains}`));
    const toExplainer = (id: string, medium: Upstream): string | null => {
      const above = demo.equipment.get(toId<EquipmentId>(id))?.upstream[medium];
      if (above === undefined) return null;
      return explainers.has(`${above} ${medium}`) ? above : toExplainer(above, medium);
    };
    const found = demo.rules
      .filter(({ type }) => type === 'state' || type === 'threshold')
      .flatMap(({ equipment, explainedBy }) =>
        explainedBy
          .filter((medium) => demo.equipment.get(equipment)?.upstream[medium] !== undefined)
          .map((medium) => `${medium}: ${toExplainer(equipment, medium)}`),
      );
    expect(new Set(found)).toEqual(
      new Set([
        'power: esb-1',
        'power: msb-1',
        'power: ups-1',
        'water: fire-tank-1',
        'linkage: fire-panel-1',
      ]),
    );
  });

  test('everything high has a person to act within the policy', () => {
    expect(demo.policy.priorityOf.high).toBe('urgent');
    const arrival = demo.policy.clocks.find(({ id }) => id === 'arrival');
    const urgent = { match: { attendance: ['urgent'] }, limitMs: 30 * 60_000, warnRatio: 0.8 };
    expect(arrival?.limits).toContainEqual({ ...urgent, calendar: null });
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

  const TANK = ['input 0', 'input 1', 'input 2', 'discrete 0', 'discrete 1', 'discrete 2', 'discrete 3'];
  const FIRE_PUMP = ['0.0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6', 1, 2, 3, 4, 6].map(
    (at) => `holding ${at}`,
  );
  const bits = (register: number, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => `${register}.${from + at}`);
  const PANEL = [...bits(0, 0, 9), 1, ...bits(1, 0, 4), ...bits(2, 0, 4), 3, 4].map((at) => `holding ${at}`);
  const ZONE = (at: number) =>
    [11, 14, 13, 10, 9, 8].map((bit) => `holding ${at}.${bit}`).concat(`holding ${at}`);

  test.each([
    ['fire-tank-1', TANK],
    ['fire-pump-1', FIRE_PUMP],
    ['jockey-pump-1', FIRE_PUMP],
    ['fire-panel-1', PANEL],
    ['fire-panel-1-zone-1', ZONE(100)],
    ['fire-panel-1-zone-8', ZONE(107)],
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

describe('profiles read every node and member of the map', () => {
  /** Names of the map; `VoltageL1N / L2N / L3N` stands for three. */
  const known = new Set(
    (readFileSync(join(ROOT, 'docs/register-maps.md'), 'utf8').match(/\w+( \/ \w+)*/g) ?? []).flatMap(
      (words) => {
        const [first = '', ...more] = words.split(' / ');
        return [first, ...more.flatMap((word) => [word, first.replace(/L1N?$/, word)])];
      },
    ),
  );
  const namesOf = (id: string, key: string): readonly string[] =>
    demo.points.filter(({ equipment }) => equipment === id).map(({ address }) => String(address[key]));

  test.each([
    ['lift-1', 14],
    ['transformer-1', 5],
    ['msb-1', 11],
    ['esb-1', 6],
    ['generator-1', 12],
    ['ups-1', 8],
  ])('%s has %i nodes, each once, under its object', (id, count) => {
    const nodes = namesOf(id, 'node');
    expect(new Set(nodes).size).toBe(count);
    expect(nodes.length).toBe(count);
    const names = nodes.map((node) => node.match(/^s=\{object\}\.([A-Z]\w+)$/)?.[1] ?? `not ${node}`);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each([
    ['acs-1', 'state', ['mains', 'battery', 'tamper', 'fireInput', 'batteryPercent', 'readersOnline']],
    [
      'acs-1-door-6',
      'door/6',
      ['contact', 'lock', 'alarm', 'reader', 'granted', 'denied', 'last.event', 'last.reason'],
    ],
    ['climate-lv-room', 'telemetry', ['temperature', 'humidity', 'battery']],
    ['leak-1', 'state', ['leak', 'broken', 'position']],
    ['water-meter-main', 'telemetry', ['total', 'flow', 'reverse', 'battery']],
    [
      'meter-public',
      'telemetry',
      'energy power voltage[0] voltage[1] voltage[2] current[0] current[1] current[2] pf'.split(' '),
    ],
  ])('%s reads every member of its %s', (id, topic, members) => {
    expect(namesOf(id, 'path')).toEqual(members.map((member) => `$.${member}`));
    expect(new Set(namesOf(id, 'topic'))).toEqual(new Set([`{topic}/${topic}`]));
  });

  test('the meter of a vacant unit is the same meter', () => {
    const shape = (id: string) =>
      demo.points
        .filter(({ equipment }) => equipment === id)
        .map(({ index: _i, id: _id, equipment: _e, ...rest }) => rest);
    expect(shape('water-meter-vacant')).toEqual(shape('water-meter-main'));
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

  test.each(POLICIES)('accept the policy %s', (name) => {
    expect(accepts(toPolicyJsonSchema(), read('config', name))).toBe(true);
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
