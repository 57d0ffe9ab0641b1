/** Equipment and its profile together: parts, indexes, addresses, staleness. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import { CASES, load } from '../config/support/load.ts';
import { pointOf, writeSite } from '../config/support/site.ts';

const sound = load(join(CASES, 'sound.yaml'));

test('parents stand before their parts and the gateway is equipment of every site', () => {
  expect([...sound.equipment.keys()]).toEqual(['set-1', 'set-1-pump-1', 'set-1-pump-2', 'gateway']);
  expect(sound.equipment.get(toId<EquipmentId>('set-1-pump-2'))).toMatchObject({
    parent: 'set-1',
    kind: 'pump',
    name: { zh: '2号水泵', en: 'Pump 2' },
    link: 'line',
    location: 'room',
  });
  expect(sound.equipment.get(toId<EquipmentId>('gateway'))).toMatchObject({
    link: null,
    kind: 'gateway',
    location: 'room',
  });
});

test('the device has the unit of the site file and the limits of the profile, defaults filled in', () => {
  expect(sound.equipment.get(toId<EquipmentId>('set-1-pump-1'))?.device).toEqual({
    unit: 3,
    maxRegisters: 60,
  });
});

test('point and rule indexes are their places in the arrays', () => {
  expect(sound.points.map(({ index }) => index)).toEqual(sound.points.map((_, at) => at));
  expect(sound.rules.map(({ index }) => index)).toEqual(sound.rules.map((_, at) => at));
  for (const [id, index] of sound.pointIndex) expect(sound.points[index]?.id).toBe(id);
});

test('addresses of a part move by its stride, the first repetition stays', () => {
  expect(pointOf(sound, 'set-1-pump-1/running').address).toEqual({ register: 20, bit: 1, scale: 1 });
  expect(pointOf(sound, 'set-1-pump-2/running').address).toEqual({ register: 40, bit: 1, scale: 1 });
});

test('a point is a boolean by its address, else by its type', () => {
  expect(pointOf(sound, 'set-1-pump-1/running').type).toBe('boolean');
  expect(pointOf(sound, 'set-1/pressure').type).toBe('number');
  expect(pointOf(sound, 'gateway/journal-healthy').type).toBe('boolean');
});

test('a value turns stale after three polls and the time-out of its link', () => {
  const model = load(writeSite('set-1', 'pump-set'));
  expect(pointOf(model, 'set-1-pump-1/running').staleMs).toBe(3 * 500 + 300);
  expect(pointOf(model, 'set-1/level').staleMs).toBe(3 * 5000 + 300);
});
