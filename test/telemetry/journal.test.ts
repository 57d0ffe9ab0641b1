/** The journal with its real worker thread, as the gateway uses it. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { JOURNAL_LIMITS } from '../../src/telemetry/journal/limits.ts';
import { readJournal } from '../../src/telemetry/journal/reader.ts';
import { createJournal, type Journal, type JournalOptions } from '../../src/telemetry/journal.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import { temporaryDirectory, until } from './hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from './model.ts';

const model = createTestModel(pumpPoints(2, 2));
const log = pino({ level: 'silent' });

let directory = '';
const journals: Journal[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  await Promise.all(journals.splice(0).map((journal) => journal.close()));
  await rm(directory, { recursive: true, force: true });
});

async function open(options: Partial<JournalOptions> = {}): Promise<Journal> {
  const settings = { maxAgeDays: 30, maxBytes: 1e9 };
  const journal = await createJournal({ directory, model, settings, influx: null, log, ...options });
  journals.push(journal);
  return journal;
}

test('what is appended is durable within a second, and shown as such', async () => {
  const journal = await open();
  using watch = startStopwatch();
  journal.append(
    toBatch([
      [0, 1, Date.now()],
      [1, 2, Date.now()],
    ]),
  );
  expect(journal.status()).toMatchObject({ appendedReadings: 2, durableReadings: 0, inFlightReadings: 2 });
  await until(
    () => journal.status().durableReadings === 2,
    () => JSON.stringify(journal.status()),
  );
  expect(watch.readMs()).toBeLessThan(1000);
  expect([...readJournal(directory)]).toHaveLength(2);
  expect(journal.status()).toMatchObject({
    isHealthy: true,
    detail: '',
    inFlightReadings: 0,
    droppedReadings: 0,
    segments: 1,
  });
});

test('closing makes everything durable at once, and closing twice is harmless', async () => {
  const journal = await open();
  journal.append(toBatch(Array.from({ length: 10_000 }, (_, at): TestReading => [at % 4, at, Date.now()])));
  await journal.close();
  await journal.close();
  expect([...readJournal(directory)]).toHaveLength(10_000);
  expect(journal.status().durableReadings).toBe(10_000);
});

test('readings within the dead-band do not reach the journal, a change of quality does', async () => {
  const journal = await open({
    model: createTestModel([{ equipment: 'pump-1', name: 'pressure', deadband: 0.5 }]),
  });
  const now = Date.now();
  journal.append(
    toBatch([
      [0, 1, now],
      [0, 1.2, now + 1],
      [0, 0, now + 2, QUALITIES['comm-loss'].code],
      [0, 1.2, now + 3],
    ]),
  );
  await journal.close();
  expect([...readJournal(directory)].map(({ value, quality }) => [value, quality])).toEqual([
    [1, 0],
    [null, 129],
    [1.2, 0],
  ]);
});

test('a batch of another configuration is discarded', async () => {
  const journal = await open();
  journal.append(toBatch([[0, 1, Date.now()]], 2));
  expect(journal.status().appendedReadings).toBe(0);
});

test('more readings than may be on the way are dropped, counted and shown; the oldest are kept', async () => {
  const journal = await open();
  const many = JOURNAL_LIMITS.inFlightReadings + 500;
  const now = Date.now();
  journal.append(toBatch(Array.from({ length: many }, (_, at): TestReading => [0, at, now + at])));
  expect(journal.status()).toMatchObject({
    isHealthy: false,
    droppedReadings: 500,
    appendedReadings: JOURNAL_LIMITS.inFlightReadings,
    detail: expect.stringContaining('500 dropped'),
  });
  await until(
    () => journal.status().inFlightReadings === 0,
    () => JSON.stringify(journal.status()),
  );
  const values = [...readJournal(directory)].map(({ value }) => value);
  expect(values).toHaveLength(JOURNAL_LIMITS.inFlightReadings);
  expect(values.at(-1)).toBe(JOURNAL_LIMITS.inFlightReadings - 1);
  journal.append(toBatch([[0, -1, now + many]]));
  await journal.close();
  expect([...readJournal(directory)].at(-1)?.value).toBe(-1);
});

test('a directory that cannot be used is refused with a reason', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  const error = await open({ directory: join(file, 'journal') }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(RiserError);
  expect(error).toMatchObject({ code: 'data-not-writable' });
});

test('the state of the journal is told to listeners until they leave', async () => {
  const journal = await open();
  const seen: number[] = [];
  const leave = journal.onStatus(({ durableReadings }) => seen.push(durableReadings));
  journal.append(toBatch([[0, 1, Date.now()]]));
  await until(
    () => seen.includes(1),
    () => JSON.stringify(seen),
  );
  leave();
  const heard = seen.length;
  journal.append(toBatch([[0, 2, Date.now()]]));
  await until(
    () => journal.status().durableReadings === 2,
    () => JSON.stringify(journal.status()),
  );
  expect(seen).toHaveLength(heard);
});
