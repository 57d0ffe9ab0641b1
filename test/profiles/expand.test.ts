/** Equipment and its profile together: parts, indexes, addresses, staleness. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type EquipmentId, toId } from '../../src/core/ids.ts';
import { CASES, load } from '../config/support/load.ts';
import { HEAD, LINE, pointOf, ruleOf, write, writeSite } from '../config/support/site.ts';
import { temporaryDirectory } from '../support/temp.ts';

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

/** A controller whose values are sent on change, one of them again and again. */
const CONTROLLER = `version: 1
id: pushed
vendor: Test
model: Controller
kind: access-controller
name: { zh: 控制器, en: Controller }
protocol: push
source: test
verified: example
push: { availability: status }
points:
  - { id: tamper, name: { zh: 防拆, en: Tamper }, unit: none, type: boolean, address: { topic: state } }
  - { id: battery, name: { zh: 电池, en: Battery }, unit: volt, staleAfter: 500, address: { topic: battery } }
rules:
  - { id: tamper, type: state, severity: high, text: { zh: 防拆, en: Tamper }, onDelayMs: 1500, point: tamper, in: [1] }
  - { id: low, type: threshold, severity: low, text: { zh: 低, en: Low }, minGoodSamples: 2, point: battery, lo: { limit: 3 } }
parts:
  - id: door-{n}
    count: 2
    first: 5
    kind: door
    name: { zh: '{n}号门', en: 'Door {n}' }
    points:
      - { id: contact, name: { zh: 门磁, en: Contact }, unit: none, address: { topic: 'door/{n}/{n}' } }\n`;

function loadController() {
  const directory = temporaryDirectory();
  write(CONTROLLER, directory, 'pushed.yaml');
  return load(
    write(
      `${HEAD}links:\n${LINE}  - { id: iot, name: { zh: 网, en: IoT }, protocol: push, listen: 1883 }
equipment:
  - { id: acs, profile: pushed, link: iot, location: room, name: { zh: 门禁, en: Access }, topic: site/acs, upstream: { power: set-1, linkage: set-1 } }
  - { id: set-1, profile: pump-set, link: line, location: room, name: { zh: 一号, en: No. 1 } }
profiles: [.]\n`,
      directory,
    ),
  );
}

test('a value that is not asked for has no age unless its profile names one, however short', () => {
  const model = loadController();
  expect(pointOf(model, 'acs/tamper').staleMs).toBeNull();
  expect(pointOf(model, 'acs/battery').staleMs).toBe(500);
});

test('an alarm of a value that is not asked for raises on one sample, whatever its delay', () => {
  const model = loadController();
  expect(ruleOf(model, 'house/acs/tamper').minGoodSamples).toBe(1);
  // It comes again and again, and the profile wants two.
  expect(ruleOf(model, 'house/acs/low').minGoodSamples).toBe(2);
});

test('addresses in text have the number of the part, counted from the first', () => {
  const model = loadController();
  expect(pointOf(model, 'acs-door-5/contact').address).toEqual({ topic: 'door/5/5' });
  expect(pointOf(model, 'acs-door-6/contact').address).toEqual({ topic: 'door/6/6' });
});

test('parts depend on what their equipment depends on, and an upstream may stand further down in the file', () => {
  const model = loadController();
  for (const id of ['acs', 'acs-door-5']) {
    expect(model.equipment.get(toId<EquipmentId>(id))?.upstream).toEqual({
      power: 'set-1',
      linkage: 'set-1',
    });
  }
  expect(model.equipment.get(toId<EquipmentId>('set-1'))?.upstream).toEqual({});
  expect(model.equipment.get(toId<EquipmentId>('gateway'))?.upstream).toEqual({});
});
