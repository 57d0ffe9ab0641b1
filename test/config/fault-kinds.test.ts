/** Kinds of faults by what people call them. */
import { describe, expect, test } from 'vitest';
import { findFaultKinds, listFaultKinds, toFaultKindText } from '../../src/config/fault-kinds.ts';
import { toId } from '../../src/core/ids.ts';
import type { Text } from '../../src/core/text.ts';
import { createTestModel } from '../support/model.ts';

const text = (zh: string, en: string): Text => ({ zh, en });

const FAULT = text('水泵故障', 'Pump fault');
const model = createTestModel({
  equipment: [
    {
      id: 'set-1',
      kind: 'booster-set',
      points: [{ name: 'pressure' }],
      rules: [
        { id: 'low', points: ['pressure'], faultKindText: text('压力低', 'Pressure low') },
        { id: 'pressure-bad-data', type: 'bad-data', points: ['pressure'] },
      ],
    },
    {
      id: 'set-1-pump-1',
      parent: 'set-1',
      kind: 'pump',
      points: [{ name: 'state' }],
      rules: [
        { id: 'tripped', points: ['state'], faultKind: 'pump-fault', faultKindText: FAULT },
        { id: 'dry', points: ['state'], faultKind: 'pump-fault', faultKindText: FAULT },
      ],
    },
    {
      id: 'sump-1',
      kind: 'sump',
      points: [{ name: 'level' }],
      rules: [{ id: 'low', points: ['level'], faultKindText: text('液位低', 'Level low') }],
    },
  ],
});

describe('the name of a kind of fault', () => {
  test('is that of the rules of its equipment, else of the site, else what was entered', () => {
    expect(toFaultKindText(model, toId('sump-1'), 'low')).toEqual(text('液位低', 'Level low'));
    expect(toFaultKindText(model, toId('set-1'), 'low')).toEqual(text('压力低', 'Pressure low'));
    expect(toFaultKindText(model, toId('set-1'), 'pump-fault'), 'of a part').toEqual(FAULT);
    expect(toFaultKindText(model, null, 'pump-fault')).toEqual(FAULT);
    expect(toFaultKindText(model, null, '龙头漏水')).toEqual(text('龙头漏水', '龙头漏水'));
    expect(toFaultKindText(model, null, null)).toBeNull();
  });

  test('is found by its words in either language and by its id, with all the words that are asked for', () => {
    expect(findFaultKinds(model, '水泵')).toEqual(['pump-fault']);
    expect(findFaultKinds(model, 'FAULT pump')).toEqual(['pump-fault']);
    expect(findFaultKinds(model, 'pump-fault')).toEqual(['pump-fault']);
    expect(findFaultKinds(model, '液位'), 'shares its id with another one').toEqual(['low']);
    expect(findFaultKinds(model, '水泵 漏水')).toEqual([]);
    expect(findFaultKinds(model, '  ')).toEqual([]);
  });
});

test('kinds to choose from are those of the equipment and its parts, each once, without bad data', () => {
  const idsOf = (equipment: string | null) =>
    listFaultKinds(model, equipment === null ? null : toId(equipment)).map(({ id }) => id);
  expect(idsOf('set-1')).toEqual(['low', 'pump-fault']);
  expect(idsOf('set-1-pump-1')).toEqual(['pump-fault']);
  expect(idsOf(null)).toEqual(['low', 'pump-fault']);
  expect(idsOf('elsewhere')).toEqual([]);
});
