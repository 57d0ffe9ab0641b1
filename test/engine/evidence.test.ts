/** What a ticket keeps of the readings around its raise. */
import { describe, expect, test } from 'vitest';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { createEvidence } from '../../src/engine/evidence.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createTestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';

const model = createTestModel({
  equipment: [
    {
      id: 'set',
      kind: 'booster-set',
      points: [{ name: 'fault' }, { name: 'pressure' }],
      rules: [
        {
          id: 'any-fault',
          type: 'state',
          points: ['set-1/fault'],
          params: { point: 'set-1/fault', in: [1] },
        },
        { id: 'offline', type: 'offline', points: ['fault', 'pressure', 'set-1/fault'] },
      ],
    },
    {
      id: 'set-1',
      parent: 'set',
      points: [{ name: 'fault' }, { name: 'current' }],
      rules: [{ id: 'trip', type: 'state', points: ['fault'], params: { point: 'fault', in: [2] } }],
    },
    { id: 'other', points: [{ name: 'fault' }] },
  ],
});

describe('the evidence of a ticket', () => {
  test('an alarm of a part shows the points of its set and of the other parts, not of the neighbours', () => {
    const loop = createTestLoop(model);
    loop.feed({ 'set/pressure': 4, 'set-1/current': 7, 'set-1/fault': 2, 'other/fault': 9 });
    const [ticket] = loop.tickets();
    expect(ticket).toMatchObject({ equipment: 'set-1', equipmentName: { en: 'set, set-1' } });
    expect(ticket?.evidence?.points.map(({ point, value }) => [point, value])).toEqual([
      ['set/fault', null],
      ['set/pressure', 4],
      ['set-1/fault', 2],
      ['set-1/current', 7],
    ]);
  });

  test('a rule that reads a point of a part shows the trend of that point, not of its namesake', () => {
    const loop = createTestLoop(model);
    loop.feed({ 'set/fault': 0, 'set-1/fault': 1 });
    expect(loop.tickets()[0]?.evidence?.trend).toMatchObject({ point: 'set-1/fault' });
  });

  test('the rows are those of the round, not of an earlier one', () => {
    const loop = createTestLoop(model);
    loop.feed({ 'set-1/fault': 2, 'set/pressure': 4 });
    loop.feed({ 'set-1/fault': 1, 'set/pressure': 3 });
    const pressures = loop
      .tickets()
      .map((ticket) => ticket.evidence?.points.find(({ point }) => point === 'set/pressure')?.value);
    expect(pressures).toEqual([4, 3]);
  });

  test('two tickets of one round and one equipment share the rows in memory', () => {
    const latest = createLatest(model);
    const batch = new ReadingBatchBuilder(model.epoch, 1);
    batch.add(0, 1, 0, 0);
    latest.apply(batch.finish(0));
    const loop = createTestLoop(model);
    loop.feed({ 'set-1/fault': 2 });
    const [occurrence] = loop.alarms();
    const [any, , trip] = model.rules;
    if (occurrence === undefined || any === undefined || trip === undefined) throw new Error('no alarm');
    const take = createEvidence(model, latest, () => [[0, 1]])();
    expect(take(any, occurrence, 5).points).toBe(take(trip, occurrence, 5).points);
    expect(take(trip, occurrence, 5).trend?.samples).toEqual([[0, 1]]);
  });

  test('a text stands in the rows in the device’s own words, never as the number that it travels as', () => {
    const withText = createTestModel({
      equipment: [
        {
          id: 'lift',
          points: [{ name: 'fault' }, { name: 'message', type: 'text' }, { name: 'note', type: 'text' }],
          rules: [{ id: 'trip', type: 'state', points: ['fault'], params: { point: 'fault', in: [2] } }],
        },
      ],
    });
    const latest = createLatest(withText);
    const batch = new ReadingBatchBuilder(withText.epoch, 2);
    batch.add(0, 2, 0, 0);
    batch.add(1, 7, 0, 0);
    latest.apply(batch.finish(0));
    const loop = createTestLoop(withText);
    loop.feed({ 'lift/fault': 2 });
    const [occurrence] = loop.alarms();
    const [trip] = withText.rules;
    if (occurrence === undefined || trip === undefined) throw new Error('no alarm');
    const texts = { toText: (number: number) => (number === 7 ? '门锁回路断开' : undefined) };
    const rows = createEvidence(withText, latest, () => [], texts)()(trip, occurrence, 5).points;
    expect(rows.map(({ point, value, valueText }) => [point, value, valueText.zh])).toEqual([
      ['lift/fault', 2, '2.0'],
      ['lift/message', null, '门锁回路断开'],
      ['lift/note', null, '尚无数据'],
    ]);
  });
});
