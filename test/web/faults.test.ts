/** How the panel of simulated faults is sorted and searched. */
import { expect, test } from 'vitest';
import { toFaultSystems } from '../../src/web/faults/fault-groups.ts';
import { text, toEquipment } from './samples.ts';

const EQUIPMENT = [
  toEquipment('pump', { name: { zh: '水泵', en: 'Pump' } }),
  toEquipment('panel', { system: 'fire' }),
  toEquipment('panel-zone-1', { system: 'fire', parent: 'panel', name: text('Zone 1') }),
];
const toFault = (equipment: string, fault: string) => ({
  equipment,
  fault,
  text: { zh: `${fault}故障`, en: fault },
  isActive: false,
});
const FAULTS = [
  toFault('pump', 'trip'),
  toFault('ghost', 'boo'),
  toFault('panel-zone-1', 'smoke'),
  toFault('panel', 'mains'),
];

const toIds = (search: string) =>
  toFaultSystems(FAULTS, EQUIPMENT, search).map(({ id, groups }) => [
    id,
    groups.map((group) => [group.id, group.units.map((unit) => unit.faults.map(({ fault }) => fault))]),
  ]);

test('parts stand with their equipment, systems in the order of what matters, the unknown last', () => {
  expect(toIds('')).toEqual([
    ['fire', [['panel', [['mains'], ['smoke']]]]],
    ['water', [['pump', [['trip']]]]],
    ['', [['ghost', [['boo']]]]],
  ]);
});

test('the search takes equipment, part and fault, in both languages and any case', () => {
  expect(toIds(' ZONE ')).toEqual([['fire', [['panel', [['smoke']]]]]]);
  expect(toIds('水泵')).toEqual([['water', [['pump', [['trip']]]]]]);
  expect(toIds('boo故')).toEqual([['', [['ghost', [['boo']]]]]]);
  expect(toIds('nothing like it')).toEqual([]);
});
