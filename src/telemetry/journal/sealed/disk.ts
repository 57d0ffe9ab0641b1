/** The file operations of a sealing, in one place, so that a test can record them, fail them, and cut them off at any step. */
import { readFile, rename, rm } from 'node:fs/promises';
import { createSegmentFile, type SegmentFile, syncDirectory } from '../files.ts';

export interface SealDisk {
  readFile(path: string): Promise<Buffer>;
  /** A new file. @throws when there is one already. */
  createFile(path: string): Promise<SegmentFile>;
  /** Replaces `to` when there is one. Durable after `syncDirectory`. */
  rename(from: string, to: string): Promise<void>;
  /** No error when there is none. */
  remove(path: string): Promise<void>;
  syncDirectory(path: string): Promise<void>;
}

export const SEAL_DISK: SealDisk = {
  readFile: (path) => readFile(path),
  createFile: createSegmentFile,
  rename,
  remove: (path) => rm(path, { force: true }),
  syncDirectory,
};
