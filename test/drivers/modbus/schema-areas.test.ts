/** Excluded areas and blocks of a profile: what the planner could not obey is refused when the site is checked. */
import { describe, expect, it } from 'vitest';
import { defined } from '../../../src/core/assert.ts';
import { planRequests } from '../../../src/drivers/modbus/plan.ts';
import { modbusSchema } from '../../../src/drivers/modbus/schema.ts';
import { labels } from './plan-support.ts';
import { loadWith, profile } from './site-support.ts';

const SITE = `links:
  - { id: bus, name: { zh: 总线, en: Bus }, protocol: modbus, host: 127.0.0.1 }
equipment:
  - { id: pump-1, profile: own, link: bus, location: house, name: { zh: 泵, en: Pump } }
`;

const area = (from: number, to: number, table = 'holding') => ({ table, from, to });
const ofProfile = (section: object) =>
  (modbusSchema.checkProfile?.({ ...section }) ?? []).map(
    ({ path, expected, found }) => `${path}: ${expected} / ${found}`,
  );
const ofAddress = (address: object, section: object) =>
  modbusSchema
    .checkAddress({ table: 'holding', ...address }, { ...section })
    .map(({ path, expected }) => `${path}: ${expected}`);

describe('areas of a profile', () => {
  it.each([
    [{ exclude: [area(5, 4)] }, ['exclude[0].to: at least from (5) / 4']],
    [{ exclude: [area(0, 4)], addressBase: 1 }, ['exclude[0].from: at least 1 (addressBase) / 0']],
    [{ blocks: [area(0, 10)], maxRegisters: 10 }, ['blocks[0].to: at most 10 addresses (maxRegisters) / 11']],
    [
      { blocks: [area(0, 10, 'coil')], maxBits: 8, maxRegisters: 100 },
      ['blocks[0].to: at most 8 addresses (maxBits) / 11'],
    ],
    [{ blocks: [area(0, 4), area(4, 8)] }, ['blocks[1]: no address of holding 0–4 / holding 4–8']],
    [{ blocks: [area(0, 4)], exclude: [area(3, 3)] }, ['blocks[0]: no address of holding 3 / holding 0–4']],
    [{ blocks: [area(0, 4), area(5, 8), area(0, 4, 'input')], exclude: [area(9, 9)], maxRegisters: 5 }, []],
    [{}, []],
  ])('%j', (section, expected) => {
    expect(ofProfile(section)).toEqual(expected);
  });
});

describe('a point', () => {
  it('does not lie in an excluded area, nor reach into one', () => {
    const section = { exclude: [area(3, 5)] };
    const expected = 'address: an address outside of holding 3–5, which is excluded';
    expect(ofAddress({ address: 4 }, section)).toEqual([expected]);
    expect(ofAddress({ address: 2, type: 'u32' }, section)).toEqual([expected]);
    expect(ofAddress({ address: 1, type: 'u32' }, section)).toEqual([]);
    expect(ofAddress({ address: 4, table: 'input' }, section)).toEqual([]);
  });

  it('does not straddle the edge of a block', () => {
    const section = { blocks: [area(10, 19)] };
    const expected = 'address: all of the value inside or outside of block holding 10–19';
    expect(ofAddress({ address: 19, type: 'f32' }, section)).toEqual([expected]);
    expect(ofAddress({ address: 9, type: 'f32' }, section)).toEqual([expected]);
    expect(ofAddress({ address: 18, type: 'f32' }, section)).toEqual([]);
  });

  it('is not longer than a request may be', () => {
    expect(ofAddress({ address: 0, type: 'f64' }, { maxRegisters: 2 })).toEqual([
      'address: a value of at most 2 registers (maxRegisters)',
    ]);
  });

  it('has its scale register outside of excluded areas', () => {
    const address = { address: 0, type: 'i16', scaleRegister: { address: 4 } };
    expect(ofAddress(address, { exclude: [area(3, 5)] })).toEqual([
      'scaleRegister.address: an address outside of holding 3–5, which is excluded',
    ]);
  });
});

describe('repeated parts', () => {
  it('move the scale register with the address', () => {
    const address = Object.freeze({ table: 'holding', address: 20, scaleRegister: { address: 25 } });
    expect(modbusSchema.shiftAddress(address, { by: 40, n: 2 })).toEqual({
      table: 'holding',
      address: 60,
      scaleRegister: { address: 65 },
    });
    expect(address.scaleRegister.address).toBe(25);
  });

  it('leave the areas where they are: a repetition that meets one is refused', () => {
    const parts = `parts:
  - id: pump-{n}
    kind: pump
    name: { zh: '{n}#泵', en: 'Pump {n}' }
    count: 3
    stride: 10
    points:
      - { id: q, name: { zh: 点, en: Point }, poll: 1000, unit: none, address: { table: holding, address: 0 } }
`;
    const section = '{ exclude: [{ table: holding, from: 20, to: 21 }] }';
    const { problems } = loadWith(SITE, {
      'own.yaml': profile('own', section, ['{ table: input, address: 0 }'], parts),
    });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^own\.yaml:\d+:\d+ parts\[0\]\.points\[0\]\.address\.address: expected an address outside/,
    );
  });
});

describe('the loader', () => {
  it('reports problems of the section with their place', () => {
    const section = '{ blocks: [{ table: holding, from: 9, to: 5 }] }';
    const { problems } = loadWith(SITE, {
      'own.yaml': profile('own', section, ['{ table: input, address: 0 }']),
    });
    expect(problems).toEqual(['own.yaml:10:51 modbus.blocks[0].to: expected at least from (9), found 5']);
  });

  it('hands sound areas to the planner', () => {
    const section =
      '{ blocks: [{ table: holding, from: 4, to: 9 }], exclude: [{ table: holding, from: 1, to: 2 }] }';
    const points = [0, 3, 6].map((address) => `{ table: holding, address: ${address} }`);
    const { model, problems } = loadWith(SITE, { 'own.yaml': profile('own', section, points) });
    expect(problems).toEqual([]);
    const { links, equipment, points: all } = defined(model, 'model');
    const [link] = links.values();
    const own = all.filter((point) => point.link === 'bus');
    const requests = planRequests(defined(link, 'link'), own, (point) =>
      defined(equipment.get(point.equipment), 'equipment'),
    );
    expect(labels(requests)).toEqual(['holding 0', 'holding 3', 'holding 4–9']);
  });
});
