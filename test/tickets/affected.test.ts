/** What a fault takes away, as the register knows it: places, what is fed, where it is isolated, the notice. */
import { describe, expect, test } from 'vitest';
import type { EquipmentService, Location, SiteModel } from '../../src/config/model.ts';
import { type EquipmentId, type LocationId, toId } from '../../src/core/ids.ts';
import type { Kind } from '../../src/core/kinds.ts';
import { toAffectedArea } from '../../src/tickets/affected.ts';
import { createTestModel, type TestEquipment } from '../support/model.ts';

const NO_SERVICE: EquipmentService = {
  serves: [],
  isolation: null,
  sparePart: null,
  warrantyUntil: null,
  contractor: null,
  isCommissioning: false,
};

const PLACES = ['f1', 'f2', 'f3', 'lobby'];

function make(
  id: string,
  kind: Kind,
  given: Partial<TestEquipment> = {},
  serves: readonly string[] = [],
): TestEquipment {
  const service =
    serves.length === 0
      ? {}
      : { service: { ...NO_SERVICE, serves: serves.map((one) => toId<LocationId>(one)) } };
  return { id, kind, name: { zh: `名${id}`, en: id }, ...service, ...given };
}

function fedBy(upstream: Readonly<Record<string, string>>): Partial<TestEquipment> {
  const ids = Object.entries(upstream).map(([name, id]) => [name, toId<EquipmentId>(id)]);
  return { upstream: Object.fromEntries(ids) };
}

function makeModel(...equipment: readonly TestEquipment[]): SiteModel {
  const locations = PLACES.map((id): [LocationId, Location] => {
    const name = { zh: `${id}层`, en: id };
    return [toId(id), { id: toId(id), parent: null, name, path: name }];
  });
  return createTestModel({ equipment, overrides: { locations: new Map(locations) } });
}

/** A transformer feeds a board, which feeds a pump and a lift; a tank gives its water to the pump. */
const model = makeModel(
  make('transformer-1', 'transformer', {
    service: { ...NO_SERVICE, isolation: { zh: '1#高压柜断路器', en: 'Breaker of HV panel 1' } },
  }),
  make('board-1', 'switchboard', fedBy({ power: 'transformer-1' }), ['lobby']),
  make('pump-set', 'booster-set', fedBy({ power: 'board-1', water: 'tank-1' }), ['f1', 'f2']),
  make('pump-1', 'pump', { parent: 'pump-set', ...fedBy({ power: 'board-1', water: 'tank-1' }) }),
  make('tank-1', 'tank'),
  make('lift-1', 'lift', fedBy({ power: 'board-1' }), ['f2', 'f3']),
  make('panel-1', 'fire-panel', fedBy({ linkage: 'board-1' })),
  make('sensor-1', 'climate-sensor'),
);

const affected = (id: string, of = model) => toAffectedArea(of, toId(id));
const idsOf = (items: readonly { readonly id: string }[] | undefined) => items?.map(({ id }) => id).sort();

describe('what is affected', () => {
  test('reaches through two levels, each place and equipment once', () => {
    const area = affected('transformer-1');
    expect(area?.supply).toBe('power');
    expect(idsOf(area?.equipment)).toEqual(['board-1', 'lift-1', 'pump-set']);
    expect(idsOf(area?.locations)).toEqual(['f1', 'f2', 'f3', 'lobby']);
    expect(area?.isolation).toEqual({ zh: '1#高压柜断路器', en: 'Breaker of HV panel 1' });
  });

  test('by water is what has its water from it', () => {
    const area = affected('tank-1');
    expect(area?.supply).toBe('water');
    expect(idsOf(area?.equipment)).toEqual(['pump-set']);
    expect(idsOf(area?.locations)).toEqual(['f1', 'f2']);
  });

  test('by a part is what its equipment affects', () => {
    expect(affected('pump-1')).toEqual(affected('pump-set'));
    expect(idsOf(affected('pump-1')?.locations)).toEqual(['f1', 'f2']);
    expect(affected('pump-1')?.equipment).toEqual([]);
  });

  test('is nothing where nothing depends on it, nor on what the register does not know', () => {
    expect(affected('sensor-1')).toBeNull();
    expect(affected('panel-1')).toBeNull();
    expect(affected('nobody')).toBeNull();
  });

  test('ends where the register leads round in a circle', () => {
    const circle = makeModel(
      make('a', 'switchboard', fedBy({ power: 'b' })),
      make('b', 'switchboard', fedBy({ power: 'a' }), ['f1']),
    );
    expect(idsOf(affected('a', circle)?.equipment)).toEqual(['b']);
  });

  test('leaves out places that the register has lost, and says so nowhere as a place', () => {
    const lost = makeModel(make('board', 'switchboard', {}, ['f1', 'gone']));
    expect(idsOf(affected('board', lost)?.locations)).toEqual(['f1']);
  });

  test('names fifty at most', () => {
    const many = Array.from({ length: 60 }, (_, n) => make(`fed-${n}`, 'pump', fedBy({ power: 'board' })));
    const area = affected('board', makeModel(make('board', 'switchboard'), ...many));
    expect(area?.equipment).toHaveLength(50);
  });
});

describe('the notice', () => {
  test.each([
    ['pump-set', '停水通知', 'Water supply interrupted'],
    ['board-1', '停电通知', 'Power supply interrupted'],
    ['lift-1', '电梯暂停使用通知', 'Lift out of use'],
  ])('of %s begins with what is missing', (id, zh, en) => {
    const notice = affected(id)?.notice;
    expect(notice?.zh.startsWith(zh)).toBe(true);
    expect(notice?.en.startsWith(en)).toBe(true);
  });

  test('names the equipment and every place in both languages', () => {
    expect(affected('pump-set')?.notice).toEqual({
      zh: '停水通知：因名pump-set故障，正在抢修。受影响区域：f1层、f2层。预计恢复时间另行通知，不便之处敬请谅解。',
      en: 'Water supply interrupted: pump-set has failed and is being repaired. Affected: f1; f2. We shall tell you when it is expected back.',
    });
  });

  test('names no place where none is known', () => {
    const plain = makeModel(make('hv', 'transformer'), make('board', 'switchboard', fedBy({ power: 'hv' })));
    const notice = affected('hv', plain)?.notice;
    expect(notice?.zh).not.toContain('受影响区域');
    expect(notice?.en).not.toContain('Affected');
  });

  test('of fire equipment and of others has its own words', () => {
    const other = makeModel(
      make('pump', 'fire-pump', {}, ['f1']),
      make('door-controller', 'access-controller', {}, ['f1']),
    );
    expect(affected('pump', other)).toMatchObject({ supply: 'fire' });
    expect(affected('pump', other)?.notice.zh).toContain('消防设施检修通知');
    expect(affected('door-controller', other)).toMatchObject({ supply: 'other' });
    expect(affected('door-controller', other)?.notice.zh).toContain('设备检修通知');
  });
});
