/**
 * Names in the journal directory, and what its readers and writers do with files alike: bytes at a place, files that are gone
 * since they were listed, names made durable. What is written, and in which order, is theirs (disk.ts, sealed/disk.ts).
 */
import { readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const SEGMENT_SUFFIX = '.seg';
const INDEX_SUFFIX = '.idx';
const SEQ_DIGITS = 16;

export const CONFIRMED_FILE = 'confirmed.json';
/** What retention has deleted (trim-log.ts). */
export const LOST_FILE = 'lost.json';
export const QUARANTINE_DIRECTORY = 'quarantine';
/** What stood in for the quarantine before; it is taken over. */
export const REJECTED_FILE = 'rejected.log';

/** `0000000000000042.seg`: named by its first block, so that names sort as blocks do. */
export function segmentPath(directory: string, firstSeq: number): string {
  return join(directory, String(firstSeq).padStart(SEQ_DIGITS, '0') + SEGMENT_SUFFIX);
}

export function indexPath(directory: string, firstSeq: number): string {
  return join(directory, String(firstSeq).padStart(SEQ_DIGITS, '0') + INDEX_SUFFIX);
}

export function tablePath(directory: string, tableId: string): string {
  return join(directory, `table-${tableId}.json`);
}

/** Number of the first block, or null when the name is not that of a segment. */
export function parseSegmentName(name: string): number | null {
  const match = /^(\d{16})\.seg$/.exec(name);
  return match === null ? null : Number(match[1]);
}

export function parseTableName(name: string): string | null {
  return /^table-([0-9a-f]{16})\.json$/.exec(name)?.[1] ?? null;
}

/** A segment being written. The tests hand in one that fails. */
export interface SegmentFile {
  /** Writes all of `bytes` at `offset`. */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  datasync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a new file; its name is durable in the directory when this resolves. @throws when it exists already. */
export async function createSegmentFile(path: string): Promise<SegmentFile> {
  const handle = await open(path, 'wx', 0o640);
  try {
    await syncDirectory(dirname(path));
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    async write(bytes, offset) {
      let done = 0;
      while (done < bytes.length) {
        done += (await handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
      }
    },
    datasync: () => handle.datasync(),
    truncate: (bytes) => handle.truncate(bytes),
    close: () => handle.close(),
  };
}

/** Makes new, renamed and deleted names in it durable. @throws the error of the file system */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Fewer than `length` where the file ends. @throws the error of the file system */
export function readBytes(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(fd, bytes, done, length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}

/** Whether the file was not there: sealed or deleted since it was listed. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** For the `catch` of a read: null when the file was not there. @throws every other error, as it is */
export function nullIfGone(error: unknown): null {
  if (isGone(error)) return null;
  throw error;
}

/** null when the file is not there. @throws every other error of `act` */
export function unlessGone<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    return nullIfGone(error);
  }
}
