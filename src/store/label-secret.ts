/**
 * Secret of the labels on the equipment: `labels.key` in the data directory, only for the owner, made at the first start and carried by
 * backups like every file there. Removed, another one is made at the next start: labels of before then count as typed.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RiserError } from '../core/errors.ts';

const FILE = 'labels.key';
const FILE_MODE = 0o600;
const SECRET_BYTES = 32;
const SECRET = /^[0-9a-f]{64}$/;

/** @throws RiserError `data-not-writable`, `data-damaged` */
export function openLabelSecret(directory: string): string {
  const path = join(directory, FILE);
  try {
    if (!existsSync(path)) writeDurably(path, `${randomBytes(SECRET_BYTES).toString('hex')}\n`);
    const secret = readFileSync(path, 'utf8').trim();
    if (SECRET.test(secret)) return secret;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new RiserError('data-not-writable', { path, reason: code }, { cause: error });
  }
  throw new RiserError('data-damaged', {
    path,
    reason: 'not a secret of labels; remove it and print the labels anew',
  });
}

/** Whole or not at all: half a secret would be another one. */
function writeDurably(path: string, text: string): void {
  const file = openSync(`${path}.new`, 'w', FILE_MODE);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}
