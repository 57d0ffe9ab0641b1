/** Digests of data by content: canonical JSON (sorted keys), SHA-256. */
import { createHash } from 'node:crypto';

/** Hex digits of a version; 48 bits tell apart every definition that a site will ever have. */
const VERSION_DIGITS = 12;

/** First 12 hex digits of the SHA-256 of canonical JSON. Equal content, equal digest, whatever the order of keys. */
export function toDigest(value: unknown): string {
  return createHash('sha256').update(toCanonicalJson(value)).digest('hex').slice(0, VERSION_DIGITS);
}

export function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, held: unknown) => {
    if (typeof held !== 'object' || held === null || Array.isArray(held)) return held;
    return Object.fromEntries(Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
