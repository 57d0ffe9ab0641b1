/**
 * What nobody can see in a text and what turns it round: control characters other than line breaks and tabs, and marks of
 * direction. They hide what a record says, and what a spreadsheet makes of it; they are left out before anything reads the body.
 */
import type { FastifyRequest } from 'fastify';

/** Control characters, line and paragraph separators, marks of direction with their embeddings, overrides and isolates. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Deeper than any body that a route takes; what lies below is refused by its schema. */
const MAX_DEPTH = 20;
/** Passwords are compared as they were set. */
const KEPT: readonly string[] = ['password', 'currentPassword', 'newPassword'];

export function cleanBody(request: Pick<FastifyRequest, 'body'>): void {
  // Bodies of uploads are streams: objects with a class of their own are left alone.
  request.body = clean(request.body, 0);
}

/** @returns the same value where there is nothing to leave out */
function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(UNSEEN, '').toWellFormed();
  if (depth >= MAX_DEPTH || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((one: unknown) => clean(one, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  for (const [name, one] of Object.entries(value))
    if (!KEPT.includes(name)) (value as Record<string, unknown>)[name] = clean(one, depth + 1);
  return value;
}
