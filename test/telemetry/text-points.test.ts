/** Texts travel as numbers that mean nothing to whoever keeps or reckons with values: none of them may show up there. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readJournal } from '../../src/telemetry/journal/reader.ts';
import { createJournal } from '../../src/telemetry/journal.ts';
import { createLatest } from '../../src/telemetry/latest.ts';
import { createRecent } from '../../src/telemetry/recent.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { createTestModel, pumpPoints, toBatch } from './model.ts';

const T0 = 1_800_000_000_000;
const plain = createTestModel(pumpPoints(1, 2));
/** Point 1 is a text. */
const model = {
  ...plain,
  points: plain.points.map((point) => (point.index === 1 ? { ...point, type: 'text' as const } : point)),
};
const batch = () =>
  toBatch([
    [0, 0.4, T0],
    [1, 12, T0],
  ]);

test('the latest value of a text is its number', () => {
  const latest = createLatest(model);
  latest.apply(batch());
  expect(latest.get(1)).toMatchObject({ value: 12, quality: 0, receivedMs: T0 });
});

test('recent samples hold numbers only', () => {
  const recent = createRecent(model, 10);
  recent.apply(batch());
  expect(recent.get(0)).toEqual([[T0, 0.4]]);
  expect(recent.get(1)).toEqual([]);
});

test('the journal, and so whatever it is forwarded to, never sees a text', async () => {
  const directory = temporaryDirectory();
  const settings = { maxAgeDays: 30, maxBytes: 1e9 };
  const log = pino({ level: 'silent' });
  const journal = await createJournal({ directory, model, settings, influx: null, log });
  journal.append(batch());
  const { appendedReadings, droppedReadings } = journal.status();
  await journal.close();
  expect([appendedReadings, droppedReadings]).toEqual([1, 0]);
  expect([...readJournal(directory)].map(({ pointId }) => pointId)).toEqual(['pump-1/p0']);
});
