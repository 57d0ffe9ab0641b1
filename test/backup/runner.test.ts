/** Backups of the running gateway: their times, their result, one at a time. No real copy is made but where it is the point. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { BackupJob, MadeBackup } from '../../src/backup/make.ts';
import { type BackupRunnerOptions, createBackupRunner } from '../../src/backup/runner.ts';
import { RiserError } from '../../src/core/errors.ts';
import { createFakeClock, TEST_START_MS } from '../support/clock.ts';
import { createData, make } from './support.ts';

const HOUR_MS = 3_600_000;
/** 2026-11-22 03:30 in Shanghai; the fake clock begins at 10:00 of the day before. */
const REGULAR_MS = Date.UTC(2026, 10, 21, 19, 30);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

async function createRig(changes: Partial<BackupRunnerOptions> = {}, backupsAgoH: readonly number[] = [1]) {
  const one = await createData();
  for (const hours of backupsAgoH) await make(one, { wallMs: () => TEST_START_MS - hours * HOUR_MS });
  const clock = createFakeClock();
  const asked: BackupJob[] = [];
  let answer = (job: BackupJob): Promise<MadeBackup> =>
    make({ data: job.data, to: job.to }, { wallMs: () => clock.now().wallMs });
  const runner = createBackupRunner({
    settings: { directory: one.to, at: '03:30', keep: 3 },
    site: { id: 'tower', timeZone: 'Asia/Shanghai' },
    data: one.data,
    version: '1.2.3',
    clock,
    log: pino({ level: 'silent' }),
    run: (job) => {
      asked.push(job);
      return answer(job);
    },
    ...changes,
  });
  onTestFinished(() => runner.stop());
  await runner.start();
  return {
    ...one,
    runner,
    clock,
    asked,
    setAnswer: (next: typeof answer) => void (answer = next),
    /** The clock moves and the schedule is asked; then whatever has begun is waited for. */
    pass: async (ms: number) => {
      clock.advance(ms);
      vi.advanceTimersByTime(30_000);
      await vi.waitFor(() => expect(runner.status().isRunning).toBe(false), { timeout: 30_000 });
    },
  };
}

const fullDisk = () =>
  Promise.reject(new RiserError('backup-no-space', { path: 'x', needed: '2 GB', free: '0 MB' }));

describe('the schedule', () => {
  test('makes one backup at its time and tells the next, and keeps as many as it should', async () => {
    const { runner, asked, pass, to } = await createRig({}, [3, 2, 1]);
    expect(runner.status()).toMatchObject({ nextMs: REGULAR_MS, lastOkMs: TEST_START_MS - HOUR_MS });
    await pass(REGULAR_MS - TEST_START_MS - 60_000);
    expect(asked).toHaveLength(0);
    await pass(60_000);
    expect(asked).toHaveLength(1);
    expect(runner.status()).toMatchObject({
      nextMs: REGULAR_MS + 24 * HOUR_MS,
      lastOkMs: REGULAR_MS,
      lastFailure: null,
    });
    expect(readdirSync(to)).toHaveLength(3);
    await pass(60_000);
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['there is none', []],
    ['the last one is older than a day', [25]],
  ])('makes up one soon after the start when %s, and only once', async (_what, ago) => {
    const rig = await createRig({}, ago);
    rig.setAnswer(fullDisk);
    await rig.pass(9 * 60_000);
    expect(rig.asked).toHaveLength(0);
    await rig.pass(60_000);
    expect(rig.asked).toHaveLength(1);
    await rig.pass(5 * HOUR_MS);
    expect(rig.asked).toHaveLength(1);
    expect(rig.runner.status().nextMs).toBe(REGULAR_MS);
  });

  test('has its regular time again when somebody makes the backup that was to be made up', async () => {
    const rig = await createRig({}, [25]);
    expect(rig.runner.status().nextMs).toBeLessThan(REGULAR_MS);
    rig.runner.runNow();
    await rig.pass(60_000);
    expect(rig.runner.status()).toMatchObject({ nextMs: REGULAR_MS, lastFailure: null });
    await rig.pass(HOUR_MS);
    expect(rig.asked).toHaveLength(1);
  });

  test('begins once when the clock jumps over its time, and keeps its time when the clock is set back', async () => {
    const rig = await createRig();
    await rig.pass(2 * 24 * HOUR_MS);
    expect(rig.asked).toHaveLength(1);
    rig.clock.stepWall(-3 * 24 * HOUR_MS);
    await rig.pass(0);
    expect(rig.runner.status().nextMs).toBe(REGULAR_MS - 24 * HOUR_MS);
    expect(rig.asked).toHaveLength(1);
  });

  test('without settings there is none: nothing runs, the age is not known, and that is no failure', async () => {
    const { runner } = await createRig({ settings: null });
    expect(runner.status().nextMs).toBeNull();
    expect(runner.ageHours()).toBeNaN();
    expect(runner.failed()).toBe(0);
    expect(() => runner.runNow()).toThrow(
      expect.objectContaining({ code: 'backup-not-configured' }) as Error,
    );
  });
});

describe('result and age', () => {
  test('a failure is shown with its reason until a backup succeeds', async () => {
    const rig = await createRig();
    rig.setAnswer(fullDisk);
    rig.runner.runNow();
    await rig.pass(1_000);
    expect(rig.runner.failed()).toBe(1);
    expect(rig.runner.status().lastFailure).toMatchObject({
      code: 'backup-no-space',
      text: { en: expect.stringContaining('2 GB') as string },
    });
    rig.setAnswer((job) => make({ data: job.data, to: job.to }, { wallMs: () => rig.clock.now().wallMs }));
    rig.runner.runNow();
    await rig.pass(1_000);
    expect(rig.runner.failed()).toBe(0);
    expect(rig.runner.status().lastFailure).toBeNull();
  });

  test('a backup made by the command is seen and ends the failure', async () => {
    const rig = await createRig();
    rig.setAnswer(fullDisk);
    rig.runner.runNow();
    await rig.pass(1_000);
    await make(rig, { wallMs: () => rig.clock.now().wallMs + 1_000 });
    await rig.pass(6 * 60_000);
    await vi.waitFor(() => expect(rig.runner.failed()).toBe(0), { timeout: 30_000 });
    expect(rig.runner.list()).toHaveLength(2);
  });

  test('the age counts from the beginning of the newest one; without any, from the start', async () => {
    const some = await createRig({}, [25, 5]);
    some.clock.advance(HOUR_MS);
    expect(some.runner.ageHours()).toBeCloseTo(6);
    const none = await createRig({}, []);
    none.clock.advance(27 * HOUR_MS);
    expect(none.runner.ageHours()).toBeCloseTo(27);
  });

  test('old backups that cannot be removed are a failure too', async () => {
    const rig = await createRig({ settings: null });
    expect(rig.runner.failed()).toBe(0);
    const other = await createRig({}, [3, 2, 1]);
    // A folder in the way of the name under which it would be removed.
    const [oldest = ''] = readdirSync(other.to);
    mkdirSync(join(other.to, `${oldest}.partial/x`), { recursive: true });
    other.runner.runNow();
    await other.pass(1_000);
    expect(other.runner.status().lastFailure?.code).toBe('backup-failed');
  });
});

describe('one at a time', () => {
  test('a second one is refused, and the schedule waits for the one that runs', async () => {
    const rig = await createRig();
    const { promise, reject } = Promise.withResolvers<MadeBackup>();
    rig.setAnswer(() => promise);
    rig.runner.runNow();
    expect(rig.runner.status()).toMatchObject({ isRunning: true, progressRatio: 0 });
    expect(() => rig.runner.runNow()).toThrow(expect.objectContaining({ code: 'backup-running' }) as Error);
    rig.clock.advance(24 * HOUR_MS);
    vi.advanceTimersByTime(30_000);
    expect(rig.asked).toHaveLength(1);
    reject(new RiserError('backup-failed', { path: 'x', reason: 'y' }));
    await rig.pass(0);
  });

  test('stopping ends a running one in its real thread; nothing is left, and that is no failure', async () => {
    const { runBackup } = await import('../../src/backup/thread.ts');
    const rig = await createRig({ run: (job, run) => runBackup({ ...job, bytesPerS: 10_000 }, run) }, []);
    rig.runner.runNow();
    await vi.waitFor(() => expect(readdirSync(rig.to)).toHaveLength(1), { timeout: 30_000 });
    await rig.runner.stop();
    expect(readdirSync(rig.to)).toEqual([]);
    expect(rig.runner.failed()).toBe(0);
  });
});
