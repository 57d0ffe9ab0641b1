/**
 * How often one person may urge a ticket (督促) or put files on it: so many within a span of the policy (`perPerson`). Every
 * urge rings whoever is to act, every file costs disk and bandwidth of telephones. Counted by when it was said here, whatever
 * time a late entry names; kept with the ticket, so that a restart forgets nothing.
 */
import type { Policy } from '../config/policy.ts';
import { type ErrorCode, RiserError } from '../core/errors.ts';
import type { Ticket } from '../core/ticket.ts';

type Urges = NonNullable<Ticket['recentUrges']>;

/** @returns those that still count, with this one. @throws RiserError `urge-limited` */
export function countUrge(
  { recentUrges = [] }: Pick<Ticket, 'recentUrges'>,
  by: string,
  { perPerson: { urges, withinMs } }: Pick<Policy, 'perPerson'>,
  nowMs: number,
): Urges {
  const counted = recentUrges.filter(({ atMs }) => nowMs - atMs <= withinMs);
  requireRate('urge-limited', counted, by, urges, withinMs);
  return [...counted, { by, atMs: nowMs }];
}

/** Before the file is received, and again with its step. @throws RiserError `upload-limited` */
export function requireUploadRate(
  { attachments }: Pick<Ticket, 'attachments'>,
  by: string,
  { perPerson: { uploads, withinMs } }: Pick<Policy, 'perPerson'>,
  nowMs: number,
): void {
  const counted = attachments.filter(({ atMs }) => nowMs - atMs <= withinMs);
  requireRate('upload-limited', counted, by, uploads, withinMs);
}

function requireRate(code: ErrorCode, counted: Urges, by: string, max: number, withinMs: number): void {
  const own = counted.filter((one) => one.by === by).map(({ atMs }) => atMs);
  if (own.length < max) return;
  // The oldest of the last `max` makes room.
  const oldestMs = own.toSorted((a, b) => a - b).at(-max) ?? 0;
  const until = new Date(oldestMs + withinMs).toISOString();
  throw new RiserError(code, { max, minutes: Math.round(withinMs / MINUTE_MS), until });
}

const MINUTE_MS = 60_000;
