/**
 * Runs a backup in a thread of its own, so that polling does not feel it: checksums and the check of the database need a
 * processor, not the main loop. Bounds its time, and removes what an ended thread leaves.
 */
import { rm, rmdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorParams, RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import { BACKUP_LIMITS } from './limits.ts';
import type { BackupJob, MadeBackup } from './make.ts';

export type FromBackup =
  | { readonly type: 'trying'; readonly partial: string }
  | { readonly type: 'begun'; readonly partial: string }
  | { readonly type: 'progress'; readonly bytes: number; readonly totalBytes: number }
  | { readonly type: 'made'; readonly made: MadeBackup }
  | {
      readonly type: 'failed';
      readonly code: ErrorCode;
      readonly params: ErrorParams;
      readonly reason: string;
    };

export interface BackupRun {
  /** Ends the backup; it fails and leaves nothing. */
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, totalBytes: number) => void;
  /** Default `BACKUP_LIMITS.runMs`. */
  readonly limitMs?: number;
}

/** @throws RiserError as `makeBackup` does; `backup-failed` when it is ended or takes too long. */
export async function runBackup(
  job: BackupJob,
  { signal, onProgress, limitMs }: BackupRun,
): Promise<MadeBackup> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: job,
    name: 'riser-backup',
    resourceLimits: { maxYoungGenerationSizeMb: LIMITS.workerYoungMegabytes },
  });
  const { promise, resolve, reject } = Promise.withResolvers<MadeBackup>();
  const fail = (zh: string, en: string, cause?: unknown): void =>
    reject(new RiserError('backup-failed', { path: job.to, reason: { zh, en } }, { cause }));
  const onAbort = (): void => fail('已中止', 'it was ended');
  const timer = setTimeout(() => fail('超时', 'it took too long'), limitMs ?? BACKUP_LIMITS.runMs);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  let tried: string | null = null;
  let partial: string | null = null;
  worker.on('message', (message: FromBackup) => {
    if (message.type === 'trying') tried = message.partial;
    else if (message.type === 'begun') partial = message.partial;
    else if (message.type === 'progress') onProgress(message.bytes, message.totalBytes);
    else if (message.type === 'made') resolve(message.made);
    else reject(new RiserError(message.code, message.params, { cause: new Error(message.reason) }));
  });
  worker.on('error', (error: unknown) => fail('备份线程出错', 'its thread failed', error));
  worker.on('exit', () => fail('备份线程意外结束', 'its thread ended'));
  try {
    return await promise;
  } catch (error) {
    await worker.terminate();
    if (partial !== null) await rm(partial, { recursive: true, force: true });
    // Made, and ended before it could say so: nothing is in it yet. What is full, or not there, is not this run's.
    else if (tried !== null) await rmdir(tried).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}
