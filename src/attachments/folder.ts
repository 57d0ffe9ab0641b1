/**
 * The folder of attachments: names, sizes, reading, removing, and the steps that make a received file visible. The file
 * system comes as an argument, so that tests can let it fail or end the process at any step.
 */

import type { FileHandle } from 'node:fs/promises';
import * as promises from 'node:fs/promises';
import { join } from 'node:path';
import { assert } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import { isId } from '../core/ids.ts';
import { PARTIAL_SUFFIX } from '../store/attachment-files.ts';
import { ATTACHMENT_LIMITS } from './limits.ts';
import type { ReadPart } from './port.ts';

export type AttachmentFiles = Pick<
  typeof promises,
  'lstat' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'rm' | 'statfs'
>;

export interface Listed {
  readonly name: string;
  readonly bytes: number;
  /** UTC ms. */
  readonly changedAtMs: number;
}

export interface Folder {
  make(): Promise<void>;
  list(): Promise<{ readonly whole: readonly Listed[]; readonly partial: readonly string[] }>;
  /** @returns bytes that are free again; null when it was not there */
  remove(name: string): Promise<number | null>;
  read(id: string, part: { readonly from: number; readonly to: number | null } | null): Promise<ReadPart>;
  freeBytes(): Promise<number>;
  /** A new file that nobody sees. */
  begin(id: string): Promise<FileHandle>;
  /** The file, written and synced, gets its name for good. */
  publish(id: string): Promise<void>;
}

/** All of it @throws RiserError `attachment-failed` where the file system refuses. */
export function createFolder(path: string, files: AttachmentFiles = promises): Folder {
  const placeOf = (name: string): string => join(path, name);
  return {
    make: () => attempt(async () => void (await files.mkdir(path, { recursive: true, mode: 0o700 }))),
    list: () => attempt(() => listFolder(path, files)),
    remove: (name) => attempt(() => removeFile(placeOf(name), files)),
    read: (id, part) => attempt(() => readFile(placeOf(toSafe(id)), part, files)),
    freeBytes: () =>
      attempt(async () => {
        const { bavail, bsize } = await files.statfs(path);
        return bavail * bsize;
      }),
    begin: (id) => attempt(() => files.open(placeOf(toSafe(id) + PARTIAL_SUFFIX), 'wx', 0o600)),
    publish: (id) =>
      attempt(async () => {
        assert((await statIfThere(placeOf(id), files)) === null, `attachment ${id} is there already`);
        await files.rename(placeOf(toSafe(id) + PARTIAL_SUFFIX), placeOf(id));
        await syncFolder(path, files);
      }),
  };
}

/** An id is a name within the folder and nothing else. */
function toSafe(id: string): string {
  if (!isId(id)) throw new RiserError('not-found', { what: { zh: '附件', en: 'attachment' } });
  return id;
}

async function listFolder(path: string, files: AttachmentFiles): ReturnType<Folder['list']> {
  const names = await files.readdir(path);
  assert(names.length <= ATTACHMENT_LIMITS.files, `more than ${ATTACHMENT_LIMITS.files} files in ${path}`);
  const whole: Listed[] = [];
  for (const name of names.filter(isId)) {
    const stats = await statIfThere(join(path, name), files);
    if (stats?.isFile() === true) whole.push({ name, bytes: stats.size, changedAtMs: stats.mtimeMs });
  }
  return { whole, partial: names.filter((name) => name.endsWith(PARTIAL_SUFFIX)) };
}

async function removeFile(place: string, files: AttachmentFiles): Promise<number | null> {
  const stats = await statIfThere(place, files);
  if (stats === null) return null;
  await files.rm(place, { force: true });
  return stats.size;
}

async function readFile(
  place: string,
  part: { readonly from: number; readonly to: number | null } | null,
  files: AttachmentFiles,
): Promise<ReadPart> {
  const file = await files.open(place, 'r').catch((error: unknown) => {
    if (!isGone(error)) throw error;
    throw new RiserError('not-found', { what: { zh: '附件', en: 'attachment' } });
  });
  try {
    const { size } = await file.stat();
    const { from, to } = toRange(part, size);
    const stream = file.createReadStream({ start: from, end: Math.max(from, to), autoClose: true });
    return { stream, bytes: size, from, to };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** RFC 9110, 14.1.2: an end behind the last byte is the last byte; a beginning behind it cannot be met. */
function toRange(
  part: { readonly from: number; readonly to: number | null } | null,
  size: number,
): { readonly from: number; readonly to: number } {
  if (part === null) return { from: 0, to: size - 1 };
  const to = Math.min(part.to ?? size - 1, size - 1);
  const isMet = Number.isSafeInteger(part.from) && part.from >= 0 && part.from <= to;
  if (!isMet) throw new RiserError('range-not-satisfiable', { bytes: size });
  return { from: part.from, to };
}

async function syncFolder(path: string, files: AttachmentFiles): Promise<void> {
  const folder = await files.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function statIfThere(place: string, files: AttachmentFiles) {
  return files.lstat(place).catch((error: unknown) => {
    if (isGone(error)) return null;
    throw error;
  });
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function attempt<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw toAttachmentError(error);
  }
}

/** Faults of the disk as one code with their reason; refusals and our own mistakes stay what they are. */
export function toAttachmentError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RiserError || !('code' in error)) return error;
  const reason = error.name === 'AbortError' ? 'ETIMEDOUT' : String(error.code);
  return new RiserError('attachment-failed', { reason }, { cause: error });
}
