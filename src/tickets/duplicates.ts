/**
 * The reporter never has to report twice (source 002): the same matter, reported again by the same person for the same place
 * within the policy's time, goes onto the ticket that is open for it. One person may have two matters: another kind of fault and
 * another slip are tickets of their own.
 */
import type { Policy } from '../config/policy.ts';
import type { Kind } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import { ATTENDANCE_NAMES, type Attendance, isTicketOpen, PRIORITIES, type Ticket } from '../core/ticket.ts';
import { type Happening, type TicketStep, toStep } from './change.ts';
import { withBeginning } from './emergency-anew.ts';
import type { TicketSubject } from './open.ts';
import { isBeforeDone } from './path.ts';
import { isReportable } from './reporting.ts';
import { toRework } from './rework.ts';
import { toReportedPriority, withPriority } from './routing.ts';
import type { NewTicket, TicketActor } from './transitions.ts';

/**
 * The tickets that a report may belong on, the latest first; none = it is a new matter.
 * @param tickets open ones, in any order
 * @param isOfMatter left out = only those that may be its matter: another one of that person and place may have to do with it
 */
export function findDuplicates(
  tickets: Iterable<Ticket>,
  report: NewTicket,
  subject: Pick<TicketSubject, 'location' | 'place'>,
  { username }: Pick<TicketActor, 'username'>,
  { duplicateMs }: Policy,
  nowMs: number,
  isOfMatter = true,
): readonly Ticket[] {
  const isDuplicate = (ticket: Ticket): boolean => {
    const isTheirs = ticket.reporter === username || (ticket.reporter === null && isFrom(ticket, report));
    const isRecent = Math.abs((report.receivedAtMs ?? nowMs) - ticket.receivedAtMs) <= duplicateMs;
    if (!isTheirs || !isRecent || !isTicketOpen(ticket)) return false;
    if (isOfMatter && isOtherMatter(ticket, report)) return false;
    return ticket.isDrill === (report.isDrill ?? false) && isSamePlace(ticket, report, subject);
  };
  return [...tickets].filter(isDuplicate).toSorted((a, b) => b.receivedAtMs - a.receivedAtMs);
}

/** By what is written down beside the words; the words themselves are for people to judge. */
function isOtherMatter(ticket: Ticket, report: NewTicket): boolean {
  const { class: name, faultKind, slip, content, isNewMatter = false } = report;
  if (isNewMatter || ticket.class !== name) return true;
  const isOther = (said: string | null, known: string | null): boolean => said !== null && said !== known;
  // In the same words it is one: two slips of it, too; and whoever is there may have found out another kind.
  return (isOther(slip, ticket.slip) || isOther(faultKind, ticket.faultKind)) && !isSaid(ticket, content);
}

function isSaid({ content }: Pick<Ticket, 'content'>, words: string): boolean {
  return content.zh.includes(words.trim());
}

/**
 * What was said the second time, on the record of the first. A graver matter raises the ticket as an alarm would, and is
 * reported; where the work was said to be done it is the failure that rework begins with. It never lowers anything.
 * @param kinds of the equipment and of what it is part of: a priority may go by them
 * @param how `isTurn`: its words make another kind of emergency of the ticket (a fire, people in a lift); `isRemark`: one of many
 * by people unknown, which heads nothing; `isSilent`: and is told later, unless it raises the ticket (unheard.ts)
 */
export function addReport(
  ticket: Ticket,
  report: Pick<
    NewTicket,
    'content' | 'channel' | 'slip' | 'receivedAtMs' | 'priority' | 'impact' | 'attendance'
  >,
  { username }: Pick<TicketActor, 'username'>,
  policy: Policy,
  nowMs: number,
  kinds: readonly Kind[] = [],
  how: { readonly isTurn?: boolean; readonly isRemark?: boolean; readonly isSilent?: boolean } = {},
): TicketStep {
  const { isTurn = false, isRemark = false, isSilent = false } = how;
  const moment = { by: username, atMs: nowMs, nowMs, isLate: false };
  const { content, channel, slip, receivedAtMs } = report;
  const late = { ...(slip !== null && { slip }), ...(receivedAtMs !== null && { receivedAtMs }) };
  const raise = toRaise(ticket, report, policy, kinds);
  const back = toFailure(ticket, report, nowMs);
  const { priority, impact, attendance } = report;
  const said = { priority, impact, attendance };
  // None the graver, and nobody else hears of it: whoever has it is told what was said, of an emergency each time.
  const isNews = ticket.priority === 'emergency' || !isSaid(ticket, content);
  const isHurry = raise === null && back === null && isNews && !isSilent;
  const detail = {
    content,
    channel,
    isDuplicate: true,
    ...late,
    ...(raise !== null && said),
    ...(isHurry && { isHurry }),
  };
  const happenings: readonly Happening[] = [
    { type: 'noted', detail },
    ...(back?.happenings ?? []),
    ...(raise?.happenings ?? []),
  ];
  // What is grave is read first, wherever the ticket is read.
  const isHeading = isTurn || isGraver(raise) || isEmergencyReport(ticket, report, policy, kinds);
  const heading =
    isHeading && !isRemark && !isSaid(ticket, content) ? { content: withWords(ticket.content, content) } : {};
  const change = { ...back?.change, ...raise?.change, ...heading };
  const step = toStep(ticket, change, happenings, moment, policy);
  const isAgain = isTurn && isReportable(ticket, policy);
  if (raise === null && back === null && !isAgain) return step;
  return withBeginning(step, ticket, policy, nowMs, { isAgain });
}

function isGraver(raise: Added | null): boolean {
  return raise !== null && raise.happenings.length > 0;
}

/**
 * Whether what is reported is an emergency by itself: also where the ticket has been one already, whose people are out or whose
 * fire is over. @param kinds as for `addReport`
 */
export function isEmergencyReport(
  ticket: Pick<Ticket, 'class'>,
  report: Pick<NewTicket, 'content' | 'priority' | 'impact'>,
  policy: Policy,
  kinds: readonly Kind[],
): boolean {
  return toReportedPriority(report, ticket.class, kinds, policy) === 'emergency';
}

interface Added {
  readonly change: Partial<Ticket>;
  readonly happenings: readonly Happening[];
}

/** null where the matter is no graver, and nobody is asked for sooner. */
function toRaise(
  ticket: Ticket,
  report: Pick<NewTicket, 'content' | 'priority' | 'impact' | 'attendance'>,
  policy: Policy,
  kinds: readonly Kind[],
): Added | null {
  const { impact, attendance } = report;
  const said = toReportedPriority(report, ticket.class, kinds, policy);
  const isGraver = said !== null && PRIORITIES[said].rank > PRIORITIES[ticket.priority].rank;
  const settings = isGraver ? withPriority(ticket, said, policy) : null;
  const known = settings?.attendance ?? ticket.attendance;
  const isSooner = attendance !== null && toHaste(attendance) < toHaste(known);
  if (!isGraver && !isSooner) return null;
  const raised: Happening = { type: 'priority-raised', detail: { from: ticket.priority, to: said } };
  return {
    change: {
      ...settings,
      ...(isSooner && { attendance }),
      ...(isGraver && { impact: impact ?? ticket.impact }),
    },
    happenings: isGraver ? [raised] : [],
  };
}

/** null where the work goes on, or the call came before it was done. */
function toFailure(
  ticket: Ticket,
  { content, receivedAtMs }: Pick<NewTicket, 'content' | 'receivedAtMs'>,
  nowMs: number,
): Added | null {
  if (isBeforeDone(ticket) || (receivedAtMs ?? nowMs) < ticket.stageSinceMs) return null;
  const isProving = ticket.proof?.state === 'watching' || ticket.proof?.state === 'paused';
  const failed: Happening = { type: 'proof-ended', detail: { state: 'failed' } };
  return {
    // An emergency that is reported anew is one.
    change: { ...toRework(ticket, nowMs), reports: [] },
    happenings: [
      { type: 'reworked', detail: { from: ticket.stage, reason: content, isDuplicate: true } },
      ...(isProving ? [failed] : []),
    ],
  };
}

/** The less, the sooner somebody has to be there. */
function toHaste(attendance: Attendance): number {
  return ATTENDANCE_NAMES.indexOf(attendance);
}

function withWords(before: Text, words: string): Text {
  return { zh: `${words}；${before.zh}`, en: `${words}; ${before.en}` };
}

/** Somebody without an account, as the desk wrote the same person down. */
function isFrom({ contact }: Ticket, { contactMethod }: NewTicket): boolean {
  return contactMethod !== '' && contact.method === contactMethod;
}

function isSamePlace(
  ticket: Ticket,
  report: NewTicket,
  subject: Pick<TicketSubject, 'location' | 'place'>,
): boolean {
  if (report.equipment !== null || ticket.equipment !== null) return ticket.equipment === report.equipment;
  const location = report.location ?? subject.location;
  if (location !== null || ticket.location !== null) return ticket.location === location;
  return ticket.place.zh === (report.place === '' ? subject.place.zh : report.place);
}
