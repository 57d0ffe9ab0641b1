/** What goes wrong with a backup, as errors that name the place. What a person does about each is in docs/errors.md. */
import type { statfs } from 'node:fs/promises';
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const SQLITE = { corrupt: 11, full: 13, notADatabase: 26 } as const;
const NO_SPACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Runs one step; whatever the system says about it is told with its place. @throws RiserError */
export async function at<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw toFailure(path, error);
  }
}

/**
 * `backup-no-space` on a full disk, `data-damaged` where SQLite finds its file so, else `backup-failed`; errors that have
 * a code of ours stay.
 */
export function toFailure(path: string, error: unknown): RiserError {
  if (error instanceof RiserError) return error;
  const reason = reasonOf(error);
  if (NO_SPACE.has(reason) || toSqliteCode(error) === SQLITE.full) {
    const needed = { zh: '更多空间', en: 'more' };
    return new RiserError('backup-no-space', { path, needed, free: '0 kB' }, { cause: error });
  }
  const code = toSqliteCode(error);
  const isDamaged = code === SQLITE.corrupt || code === SQLITE.notADatabase;
  return new RiserError(isDamaged ? 'data-damaged' : 'backup-failed', { path, reason }, { cause: error });
}

export function failed(path: string, reason: Text | string): RiserError {
  return new RiserError('backup-failed', { path, reason });
}

export function damaged(path: string, reason: Text | string): RiserError {
  return new RiserError('backup-damaged', { path, reason });
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code === undefined || code.startsWith('ERR_') ? error.message : code;
}

export function isGone(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/** @throws RiserError `backup-no-space` when the disk of `directory` has not `bytes` to give. */
export async function assertSpace(
  files: { readonly statfs: typeof statfs },
  directory: string,
  bytes: number,
): Promise<void> {
  const { bavail, bsize } = await at(directory, () => files.statfs(directory));
  const freeBytes = bavail * bsize;
  if (freeBytes >= bytes) return;
  throw new RiserError('backup-no-space', {
    path: directory,
    needed: toSizeText(bytes),
    free: toSizeText(freeBytes),
  });
}

/** `812 MB`, `3.1 GB`; decimal, as disks are sold. */
export function toSizeText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1_000;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit] ?? ''}`;
}

/** Extended codes carry the primary one in their low byte. */
function toSqliteCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : null;
}
