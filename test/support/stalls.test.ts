/** What a measured time is excused for: exactly that for which this process, or another one, was not let run. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { until } from './poll.ts';
import { startProcess } from './process.ts';
import { watchStalls } from './stalls.ts';

const DEADLINE_MS = 45_000;

/** Nothing of this process runs meanwhile. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('what this process stood still is seen at once and afterwards, and belongs to its span alone', async () => {
  using stalls = watchStalls();
  const fromMs = Date.now();
  standStill(600);
  const toMs = Date.now();
  expect(stalls.within(fromMs)).toBeGreaterThanOrEqual(500);
  expect(stalls.within(fromMs, toMs)).toBeLessThanOrEqual(toMs - fromMs);
  expect(stalls.isNear(Date.now(), Date.now() - fromMs, 500)).toBe(true);
  expect(stalls.isNear(Date.now(), Date.now() - fromMs, 600_000)).toBe(false);
  const seenMs = stalls.within(fromMs, toMs);
  await until(() => Date.now() > toMs + 200, { timeoutMs: DEADLINE_MS, what: 'later' });
  expect(stalls.within(fromMs, toMs)).toBe(seenMs);
  expect(stalls.within(0, fromMs - 3_600_000)).toBe(0);
});

test('what another process waited for a core is seen where the system counts it', async () => {
  if (!existsSync('/proc/self/schedstat')) return;
  const spin = () => startProcess(process.execPath, ['--eval', 'for (;;);']);
  const children = await Promise.all(Array.from({ length: 2 * availableParallelism() + 1 }, spin));
  try {
    using stalls = watchStalls(children.map(({ pid }) => pid));
    const fromMs = Date.now();
    await until(() => stalls.within(fromMs) > 300, { timeoutMs: DEADLINE_MS, what: 'a process that waits' });
  } finally {
    await Promise.all(children.map((child) => child.stop(0)));
  }
});
