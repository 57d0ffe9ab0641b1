/**
 * Where the bytes of attachments lie: `attachments/<id>` in the data directory, beside the database. What is being
 * received has a name that ends in `.partial` and counts as not there. Receiving and reading is attachments/'s work.
 */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'attachments';
export const PARTIAL_SUFFIX = '.partial';
const CHUNK_BYTES = 256 * 1024;

/** @param directory the data directory */
export function toAttachmentFolder(directory: string): string {
  return join(directory, FOLDER);
}

export interface HashedFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** Reads a file through, on the calling thread. @returns null when it is not there. @throws the error of the file system. */
export function hashFileSync(path: string): HashedFile | null {
  const file = openIfThere(path);
  if (file === null) return null;
  try {
    return readThrough(file, createHash('sha256'));
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function readThrough(file: number, hash: Hash): HashedFile {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = 0;
  for (;;) {
    const read = readSync(file, chunk, 0, chunk.length, null);
    if (read === 0) return { bytes, sha256: hash.digest('hex') };
    hash.update(chunk.subarray(0, read));
    bytes += read;
  }
}
