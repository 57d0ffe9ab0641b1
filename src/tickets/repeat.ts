/** 返修: the same equipment and the same kind of fault again, a short while after the repair before (source 002). */
import type { Policy } from '../config/policy.ts';
import type { Text } from '../core/text.ts';
import type { Banner, PastRepair, Ticket } from '../core/ticket.ts';

/**
 * The latest repair of this kind of fault that was closed within the policy's windows.
 * @param history earlier tickets of the same equipment, in any order
 */
export function findRepeat(
  history: readonly PastRepair[],
  faultKind: string | null,
  { repeat }: Policy,
  atMs: number,
): Ticket['repeatOf'] {
  if (faultKind === null) return null;
  let latest: { readonly ticket: PastRepair['ticket']; readonly closedAtMs: number } | null = null;
  for (const { ticket, closedAtMs, faultKind: kind } of history) {
    if (kind !== faultKind || closedAtMs === null || closedAtMs > atMs) continue;
    if (latest === null || closedAtMs > latest.closedAtMs) latest = { ticket, closedAtMs };
  }
  if (latest === null) return null;
  const spanMs = atMs - latest.closedAtMs;
  if (spanMs <= repeat.dayMs) return { ticket: latest.ticket, within: 'day' };
  return spanMs <= repeat.weekMs ? { ticket: latest.ticket, within: 'week' } : null;
}

/** What a ticket that repeats another carries: the mark, its banner and the link to the repair before. */
export function toRepeatFields(
  ticket: Pick<Ticket, 'banners' | 'links'>,
  repeatOf: NonNullable<Ticket['repeatOf']>,
  atMs: number,
): Pick<Ticket, 'repeatOf' | 'banners' | 'links'> {
  const { banners, links } = ticket;
  const banner: Banner = { kind: 'repeat', atMs, text: TEXTS[repeatOf.within] };
  const isLinked = links.some(({ ticket: other }) => other === repeatOf.ticket);
  return {
    repeatOf,
    banners: [...banners.filter(({ kind }) => kind !== 'repeat'), banner],
    links: isLinked ? links : [...links, { ticket: repeatOf.ticket, kind: 'previous' }],
  };
}

/** What a fault kind that has become known changes: nothing where the ticket is marked already or repeats none. */
export function toRepeat(
  ticket: Ticket,
  faultKind: string | null,
  policy: Policy,
  atMs: number,
): { readonly change: Partial<Ticket>; readonly detail: Readonly<Record<string, unknown>> } {
  const repeatOf = ticket.repeatOf ?? findRepeat(ticket.history, faultKind, policy, ticket.receivedAtMs);
  if (repeatOf === null || ticket.repeatOf !== null) return { change: {}, detail: {} };
  return { change: toRepeatFields(ticket, repeatOf, atMs), detail: { repeatOf } };
}

const TEXTS: Readonly<Record<'day' | 'week', Text>> = {
  day: { zh: '返修：一日内同一设备同类故障再次发生', en: 'Repeat: same equipment and fault within a day' },
  week: {
    zh: '返修：一周内同一设备同类故障再次发生',
    en: 'Repeat: same equipment and fault within a week',
  },
};
