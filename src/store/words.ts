/**
 * What people have typed into the record of a ticket, beside the hash chain: the chain holds a salted digest of each part, the
 * words lie in a row of their own, so that one part can be redacted, and all of them destroyed, and the chain still verifies.
 *
 *   detail as decided   { note: "call Ms Chen" }
 *   detail in the chain { note: { $words: "9f86d0…" } }
 *   row beside it       event 17, field "note", digest, salt, words
 *
 * Events of versions before 5 of the schema hold the words themselves. When such a part goes, `{ $gone: true }` stands in its
 * place, and an event or audit line behind it holds the digest of what is left (sqlite/commit-words.ts).
 */
import { createHash } from 'node:crypto';
import {
  type TypedPart,
  type TypedValue,
  toTypedParts,
  type WrittenEvent,
  withParts,
} from '../core/typed-words.ts';

export interface SealedWords {
  readonly field: string;
  /** Hex; stands in the chain. */
  readonly digest: string;
  /** Random, 32 hex digits; destroyed with the words: without it a guess cannot be checked against the digest. */
  readonly salt: string;
  readonly value: TypedValue;
}

export const GONE = { $gone: true } as const;

type Detail = WrittenEvent['detail'];

/** @param toSalt a new one for each part */
export function sealEvent(
  event: WrittenEvent,
  toSalt: () => string,
): { readonly detail: Detail; readonly words: readonly SealedWords[] } {
  return sealParts(event.detail, toTypedParts(event), toSalt);
}

/** @param toSalt a new one for each part */
export function sealParts(
  detail: Detail,
  parts: readonly TypedPart[],
  toSalt: () => string,
): { readonly detail: Detail; readonly words: readonly SealedWords[] } {
  if (parts.length === 0) return { detail, words: [] };
  const words = parts.map(({ field, value }): SealedWords => {
    const salt = toSalt();
    return { field, value, salt, digest: toWordsProof(salt, value) };
  });
  const marks = new Map(words.map(({ field, digest }) => [field, { $words: digest }]));
  return { detail: withParts(detail, marks), words };
}

/** SHA-256 of the JSON list `[salt, words]` or `[salt, zh, en]`, hex. */
export function toWordsProof(salt: string, value: TypedValue): string {
  const list = typeof value === 'string' ? [salt, value] : [salt, value.zh, value.en];
  return createHash('sha256').update(JSON.stringify(list)).digest('hex');
}

/** The digest that stands for a part; null = none does. */
export function toMark(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('$words' in value)) return null;
  return typeof value.$words === 'string' ? value.$words : null;
}

/** Whether words of an event of an earlier version have stood here. */
export function isGone(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '$gone' in value;
}

/** Every part of a chained detail that stands for words, there or gone. */
export function findMarks(detail: unknown, path = ''): readonly string[] {
  if (typeof detail !== 'object' || detail === null) return [];
  if (toMark(detail) !== null || isGone(detail)) return [path];
  return Object.entries(detail).flatMap(([name, value]) =>
    findMarks(value, path === '' ? name : `${path}/${name}`),
  );
}
