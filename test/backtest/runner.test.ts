/** The queue of backtests: one at a time, five waiting, cancelled at once, forgotten after a day. */
import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BacktestRequest, SelfCheck } from '../../src/backtest/port.ts';
import { Backtests } from '../../src/backtest/runner.ts';
import type { BacktestRun } from '../../src/backtest/thread.ts';
import { RiserError } from '../../src/core/errors.ts';
import { createFakeClock, type FakeClock } from '../support/clock.ts';
import { createTestModel } from '../support/model.ts';

const REQUEST: BacktestRequest = { type: 'self-check', fromMs: 0, toMs: 3_600_000 };
const RESULT = { type: 'self-check', coverage: { readings: 7 } } as unknown as SelfCheck;

interface Job extends BacktestRun {
  finish(): void;
  fail(error: Error): void;
}

let clock: FakeClock;
let jobs: Job[];
let backtests: Backtests;
beforeEach(() => {
  clock = createFakeClock();
  jobs = [];
  backtests = new Backtests({
    model: createTestModel(),
    held: () => [],
    dataDirectory: '/nowhere',
    createId: randomUUID,
    clock,
    log: pino({ level: 'silent' }),
    run: (_job, run) =>
      new Promise((resolve, reject) => {
        run.signal.addEventListener('abort', () => reject(new RiserError('backtest-failed', { reason: '' })));
        jobs.push({ ...run, finish: () => resolve(RESULT), fail: reject });
      }),
  });
});
afterEach(() => backtests.stop());

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('one runs, the next waits for it, progress and result are told', async () => {
  const [first, second] = [backtests.start(REQUEST, 'wang'), backtests.start(REQUEST, 'li')];
  expect(backtests.status(first)?.state).toBe('running');
  expect(backtests.status(second)?.state).toBe('queued');
  jobs[0]?.onProgress({ ratio: 0.5, readings: 3, reachedMs: 1_800_000 });
  expect(backtests.status(first)?.progress.ratio).toBe(0.5);
  jobs[0]?.finish();
  await turn();
  expect(backtests.status(first)).toMatchObject({ state: 'done', result: RESULT, by: 'wang' });
  expect(backtests.status(second)?.state).toBe('running');
  expect(backtests.list().map(({ id, result }) => [id, result])).toEqual([
    [second, null],
    [first, null],
  ]);
});

test('a sixth that would wait is refused and counted', () => {
  for (let count = 0; count < 6; count++) backtests.start(REQUEST, 'wang');
  expect(() => backtests.start(REQUEST, 'wang')).toThrow(
    expect.objectContaining({ code: 'backtest-queue-full' }),
  );
  expect(backtests.counters()).toMatchObject({ begun: 1, refused: 1 });
});

test('a cancelled one is told at once, and what it still says is not listened to', async () => {
  const [first, second] = [backtests.start(REQUEST, 'wang'), backtests.start(REQUEST, 'li')];
  expect(backtests.cancel(first)).toBe(true);
  expect(backtests.status(first)).toMatchObject({ state: 'cancelled', result: null, error: null });
  await turn();
  expect(backtests.status(second)?.state).toBe('running');
  expect(backtests.cancel('unknown')).toBe(false);
  expect(backtests.counters()).toMatchObject({ cancelled: 1, failed: 0 });
});

test('one that fails says why in words', async () => {
  const id = backtests.start(REQUEST, 'wang');
  jobs[0]?.fail(new Error('EIO'));
  await turn();
  expect(backtests.status(id)).toMatchObject({ state: 'failed', error: { code: 'backtest-failed' } });
});

test('a range that ends before it begins, or is longer than a quarter, is refused', () => {
  const refused = expect.objectContaining({ code: 'backtest-range' });
  expect(() => backtests.start({ ...REQUEST, toMs: 0 }, 'wang')).toThrow(refused);
  expect(() => backtests.start({ ...REQUEST, toMs: 93 * 86_400_000 }, 'wang')).toThrow(refused);
  expect(() => backtests.start({ ...REQUEST, fromMs: Number.NaN }, 'wang')).toThrow(refused);
});

test('results are forgotten after a day, and the oldest beyond twenty', async () => {
  const ids: string[] = [];
  for (let count = 0; count < 22; count++) {
    ids.push(backtests.start(REQUEST, 'wang'));
    jobs.at(-1)?.finish();
    await turn();
  }
  expect(backtests.list()).toHaveLength(20);
  expect(backtests.status(ids[1] as string)).toBeNull();
  clock.advance(25 * 3_600_000);
  expect(backtests.list()).toHaveLength(0);
});

test('a stopped gateway ends what runs and takes no other', async () => {
  const id = backtests.start(REQUEST, 'wang');
  await backtests.stop();
  expect(backtests.status(id)?.state).toBe('cancelled');
  expect(() => backtests.start(REQUEST, 'wang')).toThrow(
    expect.objectContaining({ code: 'backtest-stopping' }),
  );
});
