/** Time in which the gateway did not run is a gap in the past, not the last value for ever. */
import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { toDownTime } from '../../src/telemetry/down-time.ts';
import { readJournal } from '../../src/telemetry/journal/reader.ts';
import { createJournal, type Journal } from '../../src/telemetry/journal.ts';
import { temporaryDirectory } from './hosting.ts';
import { createTestModel, pumpPoints, toBatch } from './model.ts';

const model = createTestModel(pumpPoints(1, 3));
const log = pino({ level: 'silent' });
const BEFORE_MS = Date.now() - 86_400_000;
const AFTER_MS = BEFORE_MS + 8 * 3_600_000;

let directory = '';
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = (): Promise<Journal> =>
  createJournal({ directory, model, settings: { maxAgeDays: 30, maxBytes: 1e9 }, influx: null, log });

test('an empty journal has no run before it', async () => {
  const journal = await open();
  expect(journal.status().foundUpToMs).toBeNull();
  await journal.close();
});

test('after a restart every point is bad from the end of the run before until its next reading', async () => {
  const first = await open();
  first.append(
    toBatch([
      [0, 1.5, BEFORE_MS],
      [1, 7, BEFORE_MS + 60_000],
    ]),
  );
  await first.close();

  const second = await open();
  const { foundUpToMs } = second.status();
  expect(foundUpToMs).toBe(BEFORE_MS + 60_000);
  second.append(toDownTime(model, foundUpToMs ?? 0, 0));
  second.append(toBatch([[0, 1.5, AFTER_MS]]));
  await second.close();

  const down = QUALITIES['gateway-down'].code;
  const rows = [...readJournal(directory)].map(({ pointId, stampMs, value, quality }) => [
    pointId,
    stampMs - BEFORE_MS,
    value,
    quality,
  ]);
  expect(rows).toEqual([
    ['pump-1/p0', 0, 1.5, 0],
    ['pump-1/p1', 60_000, 7, 0],
    ['pump-1/p0', 60_000, null, down],
    // A reading of its own stands at that very millisecond.
    ['pump-1/p1', 60_001, null, down],
    ['pump-1/p2', 60_000, null, down],
    ['pump-1/p0', 8 * 3_600_000, 1.5, 0],
  ]);
});
