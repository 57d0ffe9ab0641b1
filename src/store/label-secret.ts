/**
 * Secret of the labels on the equipment: `labels.key` in the data directory, only for the owner, made at the first start and carried by
 * backups like every file there. Removed, another one is made at the next start: labels of before then count as typed.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RiserError } from '../core/errors.ts';
import { replaceOwnerFile } from './owner-file.ts';

const FILE = 'labels.key';
const SECRET_BYTES = 32;
const SECRET = /^[0-9a-f]{64}$/;

/** @throws RiserError `data-not-writable`, `data-damaged` */
export function openLabelSecret(directory: string): string {
  const path = join(directory, FILE);
  try {
    if (!existsSync(path)) replaceOwnerFile(path, `${randomBytes(SECRET_BYTES).toString('hex')}\n`);
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
