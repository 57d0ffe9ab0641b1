/** The history of a running journal: asked over its thread while it writes, after it has been closed, from the outside. */
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { createHistory } from '../../../src/telemetry/history/history.ts';
import { openHistory } from '../../../src/telemetry/history/open.ts';
import { createJournal, type Journal } from '../../../src/telemetry/journal.ts';
import { createFakeClock } from '../../support/clock.ts';
import { until } from '../../support/poll.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { temporaryDirectory } from '../../support/temp.ts';
import { createTestModel, pumpPoints, toBatch } from '../model.ts';

const T0 = 1_800_000_000_000;
const POINTS = 200;
const model = createTestModel(pumpPoints(2, POINTS / 2));
const clock = createFakeClock({ wallMs: T0 + 86_400_000 });

const journals: Journal[] = [];
afterEach(async () => {
  await Promise.all(journals.splice(0).map((journal) => journal.close()));
});

async function start(directory: string): Promise<Journal> {
  const settings = { maxAgeDays: 30, maxBytes: 1e9 };
  const log = pino({ level: 'silent' });
  const path = join(directory, 'journal');
  const journal = await createJournal({ directory: path, model, settings, influx: null, log });
  journals.push(journal);
  return journal;
}

/** Every point once a second. */
function append(journal: Journal, from: number, to: number): void {
  for (let second = from; second < to; second++) {
    const batch = Array.from(
      { length: POINTS },
      (_, point) => [point, point * 1_000 + second, T0 + second * 1_000] as const,
    );
    journal.append(toBatch(batch));
  }
}

const durable = (journal: Journal, readings: number) =>
  until(() => journal.status().durableReadings === readings, {
    timeoutMs: 20_000,
    what: `${readings} durable readings`,
  });

const ask = { point: 7, fromMs: T0, toMs: T0 + 600_000, maxPoints: 2_000 };

test('is there as soon as readings are durable, the same after a restart and from the outside', async () => {
  const directory = temporaryDirectory();
  const journal = await start(directory);
  append(journal, 0, 300);
  await durable(journal, 300 * POINTS);
  const history = createHistory({ sources: journal.history, clock });
  const before = await history.history(ask);
  expect(before.samples.map(({ last }) => last)).toEqual(Array.from({ length: 300 }, (_, at) => 7_000 + at));
  const instant = await history.instant({ points: [0, 199], atMs: T0 + 100_500 });
  expect(instant.readings.map(({ value }) => value)).toEqual([100, 199_100]);
  await journal.close();
  await expect(history.history(ask)).rejects.toMatchObject({ code: 'history-failed' });

  const again = await start(directory);
  expect(await createHistory({ sources: again.history, clock }).history(ask)).toEqual(before);
  append(again, 300, 310);
  await durable(again, 10 * POINTS);
  const outside = await openHistory(directory, model, clock);
  const after = await outside.history(ask);
  outside.close();
  expect(after.samples.slice(0, 300)).toEqual(before.samples);
  expect(after.samples).toHaveLength(310);
  expect(await createHistory({ sources: again.history, clock }).history(ask)).toEqual(after);
});

test('fifty questions at once hold up the durability of readings by less than a second', async () => {
  const directory = temporaryDirectory();
  const journal = await start(directory);
  append(journal, 0, 500);
  await durable(journal, 500 * POINTS);
  const findWorst = async (from: number, to: number): Promise<number> => {
    let worstMs = 0;
    for (let second = from; second < to; second++) {
      using watch = startStopwatch();
      append(journal, second, second + 1);
      await durable(journal, (second + 1) * POINTS);
      worstMs = Math.max(worstMs, watch.readMs());
    }
    return worstMs;
  };
  // What the machine takes for it alone, before and after.
  const beforeMs = await findWorst(500, 505);
  const history = createHistory({ sources: journal.history, clock });
  const asked = Promise.all(
    Array.from({ length: 50 }, (_, point) =>
      history.history({ ...ask, point: point % POINTS, maxPoints: 100 }),
    ),
  );
  const worstMs = await findWorst(505, 510);
  const answers = await asked;
  const afterMs = await findWorst(510, 515);
  expect(worstMs).toBeLessThan(Math.max(beforeMs, afterMs) + 1_000);
  expect(answers.every(({ missing, samples }) => missing === null && samples.length > 0)).toBe(true);
});

test('a data directory without a journal is refused', async () => {
  await expect(openHistory(temporaryDirectory(), model, clock)).rejects.toMatchObject({
    code: 'history-failed',
  });
});
