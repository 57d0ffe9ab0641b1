/**
 * Whether anybody can see the points of a ticket (alarms.md B9, UNKNOWN > t): the banner says so, acceptance asks for a reading by
 * hand, the proof waits. While an alarm is open its own events tell it (coupling.ts); of one that has ended, the rule is asked
 * (engine/ticket-sights.ts).
 */
import type { Policy } from '../config/policy.ts';
import type { AlarmKey, OccurrenceId } from '../core/ids.ts';
import { isTicketOpen, type Ticket, type TicketAlarm } from '../core/ticket.ts';
import { withBanner, withoutBanner } from './banners.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { followAlarms } from './proof.ts';

/** Banners of the ticket with these alarms. Since when it is blind stays as it was first seen. */
export function toSightBanners(
  ticket: Pick<Ticket, 'banners'>,
  alarms: readonly TicketAlarm[],
  nowMs: number,
): Ticket['banners'] {
  if (!alarms.some(isBlind)) return withoutBanner(ticket, 'blind');
  const isKnown = ticket.banners.some(({ kind }) => kind === 'blind');
  return isKnown ? ticket.banners : withBanner(ticket, 'blind', nowMs);
}

/** Alarms of the ticket that have ended and that it takes for blind. */
export function toEndedBlind({ alarms }: Pick<Ticket, 'alarms'>): readonly TicketAlarm[] {
  return alarms.filter((alarm) => isBlind(alarm) && !alarm.isActive);
}

/**
 * Of an alarm whose occurrence has ended: its rule can be judged no more, or again.
 * @param key of the alarm @param open its open occurrence, whose own events tell of it; null = there is none
 * @param blindSinceMs UTC ms; null = it can be judged
 * @returns null where the ticket knows it, or is over
 */
export function noteSight(
  ticket: Ticket,
  { key, open }: { readonly key: AlarmKey; readonly open: OccurrenceId | null },
  blindSinceMs: number | null,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  if (!isTicketOpen(ticket) && ticket.stage !== 'closed') return null;
  const isEnded = (alarm: TicketAlarm): boolean =>
    alarm.key === key && alarm.occurrence !== open && !alarm.isActive;
  const last = ticket.alarms.findLastIndex(isEnded);
  const alarms = ticket.alarms.map((alarm, at) =>
    isEnded(alarm) ? withSight(alarm, at === last ? blindSinceMs : null) : alarm,
  );
  if (alarms.every((alarm, at) => alarm === ticket.alarms[at])) return null;
  const banners = toSightBanners(ticket, alarms, nowMs);
  const proof = followAlarms({ ...ticket, alarms, banners }, policy, nowMs);
  const type = blindSinceMs === null ? ('alarm-sighted' as const) : ('alarm-blind' as const);
  const detail = { occurrence: ticket.alarms[last]?.occurrence ?? null, key };
  const change = { alarms, banners, ...(proof === null ? {} : { proof: proof.proof }) };
  return toStep(ticket, change, [{ type, detail }, ...(proof?.happenings ?? [])], byGateway(nowMs), policy);
}

/**
 * Of an alarm whose occurrence has ended: its rule has become another one, or is gone and sees nothing any more. People decide
 * what that means; a closed ticket hears of it only while its repair was being proven.
 * @returns null where the ticket is over, or knows it
 */
export function noteRuleNews(
  ticket: Ticket,
  key: AlarmKey,
  isGone: boolean,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const { stage, proof } = ticket;
  const isProving = isGone && stage === 'closed' && proof?.state === 'watching';
  if (!isTicketOpen(ticket) && !isProving) return null;
  const last = ticket.alarms.findLastIndex((alarm) => alarm.key === key);
  const row = ticket.alarms[last];
  if (row === undefined || (isGone && isBlind(row))) return null;
  const alarms = isGone ? ticket.alarms.with(last, { ...row, blindSinceMs: nowMs }) : ticket.alarms;
  const banners = withBanner({ banners: toSightBanners(ticket, alarms, nowMs) }, 'rule-changed', nowMs);
  const followed = followAlarms({ ...ticket, alarms, banners }, policy, nowMs);
  const change = { alarms, banners, ...(followed === null ? {} : { proof: followed.proof }) };
  const endReason = isGone ? 'rule-removed' : 'rule-changed';
  const happening: Happening = { type: 'rule-changed', detail: { occurrence: row.occurrence, endReason } };
  return toStep(ticket, change, [happening, ...(followed?.happenings ?? [])], byGateway(nowMs), policy);
}

function isBlind({ blindSinceMs }: TicketAlarm): boolean {
  return blindSinceMs !== null;
}

/** Since when it is blind stays as it was first told. */
function withSight(alarm: TicketAlarm, blindSinceMs: number | null): TicketAlarm {
  return isBlind(alarm) === (blindSinceMs !== null) ? alarm : { ...alarm, blindSinceMs };
}
