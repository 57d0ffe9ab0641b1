/** A backtest in its own thread: from the site file to the result, ended at once when it is cancelled. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { BacktestJob } from '../../src/backtest/job.ts';
import { createThreadRun } from '../../src/backtest/thread.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';

const PROJECT = join(import.meta.dirname, '../..');
const ENTRY = new URL('../../src/backtest-thread.ts', import.meta.url);
const QUIET = () => undefined;
/** What a person who cancels takes for at once. */
const CANCEL_MS = 1_000;

let data: TemporaryDirectory;
beforeEach(() => {
  data = createTemporaryDirectory();
});
afterEach(() => {
  vi.unstubAllEnvs();
  data.remove();
});

function toJob(request: Partial<BacktestJob['request']>): BacktestJob {
  const range = { fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 10, 2) };
  const asked = { type: 'self-check', ...range, ...request } as BacktestJob['request'];
  return {
    config: join(PROJECT, 'config/demo.yaml'),
    hash: 'another',
    dataDirectory: data.path,
    request: asked,
    held: [],
  };
}

test('the site is read from its files, and what was changed in them since is said', async () => {
  const result = await createThreadRun(ENTRY)(toJob({}), {
    signal: new AbortController().signal,
    onProgress: QUIET,
  });
  expect(result).toMatchObject({ type: 'self-check', compared: 0, agreementPercent: 100 });
  expect(result.coverage.notes[0]?.en).toContain('have changed');
});

test('the site is read with the environment that the gateway was started with, not with that of the process', async () => {
  vi.stubEnv('RISER_PUMP_ROOM_PORT', '0');
  onTestFinished(() => void vi.unstubAllEnvs());
  const run = { signal: new AbortController().signal, onProgress: QUIET };
  await expect(createThreadRun(ENTRY)(toJob({}), run)).rejects.toMatchObject({ code: 'config-invalid' });
  const env = { ...process.env, RISER_PUMP_ROOM_PORT: '15020' };
  await expect(createThreadRun(ENTRY, { env })(toJob({}), run)).resolves.toMatchObject({
    type: 'self-check',
  });
});

test('an override that does not fit is refused with its property', async () => {
  const overrides = [{ equipment: 'no-such', rule: 'high', override: { onDelay: '1s' } }];
  const job = toJob({ type: 'compare', overrides });
  const run = createThreadRun(ENTRY)(job, { signal: new AbortController().signal, onProgress: QUIET });
  await expect(run).rejects.toMatchObject({ code: 'backtest-refused' });
});

test('a cancelled thread ends at once', async () => {
  const cancel = new AbortController();
  const run = createThreadRun(ENTRY)(toJob({}), { signal: cancel.signal, onProgress: QUIET });
  using watch = startStopwatch();
  cancel.abort();
  await expect(run).rejects.toMatchObject({ code: 'backtest-failed' });
  expect(watch.readMs()).toBeLessThan(CANCEL_MS);
});

test('one that takes too long is ended', async () => {
  const run = createThreadRun(ENTRY, { limitMs: 1 })(toJob({}), {
    signal: new AbortController().signal,
    onProgress: QUIET,
  });
  await expect(run).rejects.toMatchObject({ code: 'backtest-failed' });
});
