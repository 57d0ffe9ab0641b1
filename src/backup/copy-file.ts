/**
 * Copies one file: as much of it as there was when it was opened, at the given speed, durable and with its checksum.
 * The file system comes as an argument, so that tests can let it fail.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type * as promises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { at, failed, isGone } from './faults.ts';
import { BACKUP_LIMITS } from './limits.ts';
import type { Pace } from './pace.ts';

export type BackupFiles = Pick<
  typeof promises,
  'lstat' | 'mkdir' | 'open' | 'readdir' | 'realpath' | 'rename' | 'rm' | 'rmdir' | 'statfs'
>;

export interface CopyParts {
  readonly files: BackupFiles;
  readonly pace: Pace;
  /** Called after each chunk. */
  readonly onBytes: (bytes: number) => void;
}

export interface CopiedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Never follow a link, and never wait for whoever writes into a pipe. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Replaces `to`.
 * @returns null when `from` is gone
 * @throws RiserError `backup-failed`, `backup-no-space`, with the place.
 */
export async function copyFile(
  from: string,
  to: string,
  mode: number,
  parts: CopyParts,
): Promise<CopiedFile | null> {
  const source = await openSource(from, parts.files);
  if (source === null) return null;
  try {
    const target = await at(to, () => parts.files.open(to, 'w', mode));
    try {
      // Asked of the open file: the name may stand for its successor by now.
      const size = (await at(from, () => source.stat())).size;
      const copied = await pump({ from, source, to, target, size }, parts);
      await at(to, () => target.datasync());
      return copied;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Reads a file through. @throws RiserError `backup-failed`. */
export async function hashFile(path: string, parts: CopyParts): Promise<CopiedFile | null> {
  const source = await openSource(path, parts.files);
  if (source === null) return null;
  try {
    return await pump({ from: path, source, to: path, target: null, size: Number.POSITIVE_INFINITY }, parts);
  } finally {
    await source.close();
  }
}

/** Makes names in a directory durable. */
export async function syncDirectory(path: string, files: BackupFiles): Promise<void> {
  await at(path, async () => {
    const handle = await files.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Writes a small file that is durable when this resolves. */
export async function writeDurably(path: string, text: string, files: BackupFiles): Promise<void> {
  await at(path, async () => {
    const handle = await files.open(path, 'wx', 0o600);
    try {
      const bytes = Buffer.from(text);
      await writeAll(handle, bytes, bytes.length);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

async function openSource(path: string, files: BackupFiles): Promise<FileHandle | null> {
  try {
    const handle = await files.open(path, READ_FLAGS);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    if (isGone(error)) return null;
    await at(path, () => Promise.reject(error as Error));
  }
  throw failed(path, { zh: '不是普通文件', en: 'not a plain file' });
}

interface Pipe {
  readonly from: string;
  readonly source: FileHandle;
  readonly to: string;
  /** null = only the checksum is wanted. */
  readonly target: FileHandle | null;
  readonly size: number;
}

async function pump(
  { from, source, to, target, size }: Pipe,
  { pace, onBytes }: CopyParts,
): Promise<CopiedFile> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(BACKUP_LIMITS.chunkBytes);
  let bytes = 0;
  let unsynced = 0;
  while (bytes < size) {
    const length = Math.min(chunk.length, size - bytes);
    const { bytesRead } = await at(from, () => source.read(chunk, 0, length, bytes));
    // Shorter than it was: what there is belongs to it, as after a crash at this moment.
    if (bytesRead === 0) break;
    hash.update(chunk.subarray(0, bytesRead));
    bytes += bytesRead;
    unsynced += bytesRead;
    if (target !== null) {
      await at(to, () => writeAll(target, chunk, bytesRead));
      if (unsynced >= BACKUP_LIMITS.syncBytes) {
        await at(to, () => target.datasync());
        unsynced = 0;
      }
    }
    onBytes(bytesRead);
    const waitMs = pace.take(bytesRead);
    if (waitMs >= 1) await delay(waitMs);
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function writeAll(handle: FileHandle, bytes: Buffer, length: number): Promise<void> {
  let done = 0;
  while (done < length) done += (await handle.write(bytes, done, length - done)).bytesWritten;
}
