/** The main thread's side of the writer, against a thread that hangs, crashes and answers late. */
import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { Writer, type WriterOptions } from '../../src/store/sqlite/writer.ts';
import type { WriteBatch } from '../../src/store/store.ts';
import { until } from '../support/poll.ts';
import { silent } from './support/open.ts';
import * as rows from './support/rows.ts';

const STORE_FAILED = { code: 'store-failed' };
const WAIT = { timeoutMs: 20_000 };
/** Long enough for an answer of the thread on a busy machine, where one comes. */
const COMMIT_MS = 1_500;

function order(action: string): WriteBatch {
  return { writes: [rows.audit(action)] };
}

async function openWriter(options: Partial<WriterOptions> = {}) {
  const path = randomUUID();
  const writer = new Writer({
    path,
    log: silent,
    workerUrl: new URL('./support/bad-writer.ts', import.meta.url),
    ...options,
  });
  await writer.start();
  const port = new BroadcastChannel(path);
  onTestFinished(async () => {
    port.close();
    await writer.close();
  });
  return { writer, answer: (type: 'done' | 'failed') => port.postMessage(type) };
}

test('a commit without an answer is refused in time, and nothing of it is stored', async () => {
  const { writer } = await openWriter({ limits: { commitMs: COMMIT_MS } });
  await expect(writer.commit(order('hang'))).rejects.toMatchObject({
    params: { reason: 'no answer; nothing was stored' },
  });
  expect(writer.status()).toMatchObject({ isHealthy: false, failures: 1 });
  expect(writer.counters()).toMatchObject({ timeouts: 1, pending: 0 });
  await writer.commit(order('go'));
  expect(writer.status()).toMatchObject({ isHealthy: true, commits: 1 });
});

test('while the outcome of a commit is unknown, others are refused at once; a late "failed" ends that', async () => {
  const { writer, answer } = await openWriter({ limits: { commitMs: COMMIT_MS } });
  await expect(writer.commit(order('hang-in-commit'))).rejects.toMatchObject({
    params: { reason: 'no answer; the outcome is not known' },
  });
  await expect(writer.commit(order('go'))).rejects.toMatchObject(STORE_FAILED);
  expect(writer.status().isHealthy).toBe(false);
  answer('failed');
  await until(() => writer.commit(order('go')).then(() => true), { ...WAIT, what: 'the writer to go on' });
  expect(writer.status().isHealthy).toBe(true);
});

test('a commit that is stored after it was given up makes the store diverged, once and for good', async () => {
  let diverged = 0;
  const { writer, answer } = await openWriter({
    limits: { commitMs: COMMIT_MS },
    onDiverged: () => diverged++,
  });
  await expect(writer.commit(order('hang-in-commit'))).rejects.toMatchObject(STORE_FAILED);
  answer('done');
  await until(() => diverged === 1, { ...WAIT, what: 'the store to notice' });
  await expect(writer.commit(order('go'))).rejects.toMatchObject({
    params: { reason: expect.stringContaining('restarted') },
  });
  expect(writer.status().isHealthy).toBe(false);
});

test('a crash refuses what waits, and the writer comes back', async () => {
  const { writer } = await openWriter({ limits: { restartMinMs: 1 } });
  const waiting = await Promise.allSettled([writer.commit(order('crash')), writer.commit(order('go'))]);
  expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(writer.status().isHealthy).toBe(false);
  await until(() => writer.status().isHealthy, { ...WAIT, what: 'the restart' });
  await writer.commit(order('go'));
  expect(writer.counters().restarts).toBe(1);
});

test('a crash in the middle of a commit leaves the store diverged, because nobody knows', async () => {
  let diverged = 0;
  const { writer } = await openWriter({ limits: { restartMinMs: 1 }, onDiverged: () => diverged++ });
  await expect(writer.commit(order('crash-in-commit'))).rejects.toMatchObject(STORE_FAILED);
  expect(diverged).toBe(1);
  await expect(writer.commit(order('go'))).rejects.toMatchObject(STORE_FAILED);
  expect(writer.counters().restarts).toBe(0);
});

test('a full disk makes the store unhealthy until a commit succeeds', async () => {
  const { writer } = await openWriter();
  await expect(writer.commit(order('full'))).rejects.toMatchObject({
    ...STORE_FAILED,
    cause: { message: 'database or disk is full' },
  });
  expect(writer.status()).toMatchObject({ isHealthy: false, failures: 1, lastCommitMs: null });
  await writer.commit(order('go'));
  expect(writer.status()).toMatchObject({ isHealthy: true, commits: 1 });
});

test('commits beyond the queue are refused and counted', async () => {
  const { writer } = await openWriter({ limits: { pendingCommits: 2, commitMs: 60_000, closeMs: 10 } });
  const held = [writer.commit(order('hang')), writer.commit(order('hang'))].map((commit) =>
    commit.catch(() => 'refused'),
  );
  await expect(writer.commit(order('go'))).rejects.toMatchObject(STORE_FAILED);
  expect(writer.counters()).toMatchObject({ refused: 1, pending: 2 });
  await writer.close();
  expect(await Promise.all(held)).toEqual(['refused', 'refused']);
});

test('a closed writer refuses, and closing twice is harmless', async () => {
  const { writer } = await openWriter();
  await writer.close();
  await writer.close();
  await expect(writer.commit(order('go'))).rejects.toMatchObject(STORE_FAILED);
});
