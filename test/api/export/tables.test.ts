/** Tables of buckets: how their curves are asked for. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TablePortion } from '../../../src/api/export/table.ts';
import { createBucketsTable } from '../../../src/api/export/tables.ts';
import type { HistoryPort } from '../../../src/telemetry/history-view.ts';
import { createTestModel, pumpPoints } from '../../telemetry/model.ts';

const STEP_MS = 1_000;
const POINTS = 50;
const AT_ONCE = 4;

/** A history whose curves have the index of the point as their value, the first of them last to come. */
function createFake(failingPoint: number | null = null) {
  const asked: number[] = [];
  let running = 0;
  let peak = 0;
  const history: Pick<HistoryPort, 'history'> = {
    async history({ point, fromMs }) {
      asked.push(point);
      running++;
      peak = Math.max(peak, running);
      for (let turns = point % AT_ONCE; turns < AT_ONCE; turns++) await nextTurn();
      running--;
      if (point === failingPoint) throw new Error('EIO');
      const of = { min: point, max: point, mean: point, last: point, isGood: true, quality: 0, count: 1 };
      const missing = point === 7 ? 'journal: EIO' : null;
      return { coveredFromMs: fromMs, bucketMs: STEP_MS, missing, samples: [{ atMs: fromMs, ...of }] };
    },
  };
  return { history: history as HistoryPort, asked, peak: () => peak };
}

async function read(history: HistoryPort): Promise<TablePortion[]> {
  const model = createTestModel(pumpPoints(POINTS, 1));
  const range = { fromMs: 0, toMs: STEP_MS };
  const source = { model, history, points: model.points, ...range, language: 'en' as const };
  const { signal } = new AbortController();
  const portions: TablePortion[] = [];
  for await (const portion of createBucketsTable({ ...source, signal }, STEP_MS).portions)
    portions.push(portion);
  return portions;
}

test('curves of many points are asked for four at a time, and stand in the order of the points', async () => {
  const { history, asked, peak } = createFake();
  const [portion] = await read(history);
  expect(peak()).toBe(AT_ONCE);
  expect(asked.toSorted((one, other) => one - other)).toEqual(Array.from({ length: POINTS }, (_, at) => at));
  const means = portion?.rows[0]?.filter((_, cell) => cell % 6 === 2);
  expect(means).toEqual(Array.from({ length: POINTS }, (_, at) => at));
  expect(portion?.missing).toBe('journal: EIO');
});

test('after a curve that fails no further ones are asked for', async () => {
  const { history, asked } = createFake(6);
  await expect(read(history)).rejects.toThrow('EIO');
  for (let turns = 0; turns < 4 * AT_ONCE; turns++) await nextTurn();
  expect(asked.length).toBeLessThan(6 + 3 * AT_ONCE);
});
