/**
 * The digest by which the histories know what is personal, and what is lost with its salt. The fields lie in a row of their
 * own beside the chains; who may read them, and when they go, is decided elsewhere.
 */
import { createHash } from 'node:crypto';
import type { PersonalFields } from './store.ts';

/** @param salt random, 32 hex digits or more; a guessed name cannot be checked against the digest without it */
export function toPersonalFields(name: string, method: string, salt: string): PersonalFields {
  return { name, method, salt, digest: toPersonalDigest({ name, method, salt }) };
}

/** SHA-256 of the JSON list `[salt, name, method]`, hex: a list, so that no two pairs have one text. */
export function toPersonalDigest({ name, method, salt }: Omit<PersonalFields, 'digest'>): string {
  return createHash('sha256')
    .update(JSON.stringify([salt, name, method]))
    .digest('hex');
}
