/** Small files of the data directory that only its owner reads; what is written is on the disk when the call returns. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/** The directory holds password hashes, secrets and personal data. */
export const OWNER_FILE_MODE = 0o600;

/** @throws the error of the file system */
export function writeOwnerFile(path: string, text: string): void {
  const file = openSync(path, 'w', OWNER_FILE_MODE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Whole or not at all. @throws the error of the file system */
export function replaceOwnerFile(path: string, text: string): void {
  writeOwnerFile(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}
