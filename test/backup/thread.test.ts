/** A backup in its own thread: what comes out of it, and how it is ended. What the main loop feels is test/e2e/backup.test.ts. */

import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BACKUP_LIMITS } from '../../src/backup/limits.ts';
import type { BackupJob } from '../../src/backup/make.ts';
import { type BackupRun, runBackup } from '../../src/backup/thread.ts';
import { until } from '../support/poll.ts';
import { createData, refusalOf, SITE, type TestData } from './support.ts';

function run({ data, to }: TestData, changes: Partial<BackupJob & BackupRun> = {}) {
  const {
    signal = new AbortController().signal,
    onProgress = () => undefined,
    limitMs = 60_000,
    ...job
  } = changes;
  const whole: BackupJob = {
    data,
    to,
    site: SITE,
    version: '1.2.3',
    bytesPerS: BACKUP_LIMITS.bytesPerS,
    ...job,
  };
  return runBackup(whole, { signal, onProgress, limitMs });
}

test('what goes wrong in the thread comes out of it with code and place', async () => {
  const one = await createData();
  expect(await refusalOf(run(one, { to: `${one.data}/backups` }))).toMatchObject({
    code: 'backup-target',
    params: { path: `${one.data}/backups` },
  });
});

test('a backup that is ended leaves nothing', async () => {
  const one = await createData();
  const abort = new AbortController();
  const ending = refusalOf(run(one, { signal: abort.signal, bytesPerS: 5_000 }));
  await until(() => readdirSync(one.to).length > 0, { timeoutMs: 15_000, what: 'the backup to begin' });
  abort.abort();
  expect((await ending).text.en).toContain('it was ended');
  expect(readdirSync(one.to)).toEqual([]);
});

test('a backup that is ended in the moment in which its directory is made leaves nothing', async () => {
  const one = await createData();
  for (let n = 0; n < 8; n++) {
    const abort = new AbortController();
    const ending = refusalOf(run(one, { signal: abort.signal, bytesPerS: 5_000 }));
    const deadline = performance.now() + 15_000;
    while (readdirSync(one.to).length === 0 && performance.now() < deadline) await setImmediate();
    abort.abort();
    expect((await ending).text.en).toContain('it was ended');
    expect(readdirSync(one.to)).toEqual([]);
  }
});

test('a backup that takes too long is ended and leaves nothing', async () => {
  const one = await createData();
  const { code, text } = await refusalOf(run(one, { limitMs: 1_500, bytesPerS: 5_000 }));
  expect(code).toBe('backup-failed');
  expect(text.zh).toContain('超时');
  expect(readdirSync(one.to)).toEqual([]);
});
