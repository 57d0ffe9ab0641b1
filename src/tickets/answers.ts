/**
 * What a person's step answers: of the warnings that stand, of the reports of an emergency, of the ladder. A warning is answered by
 * whoever was warned, by whatever gives the matter to somebody, and by the step that its clock waits for; a call to the owner says
 * nothing of who has not arrived.
 */
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketClock } from '../core/ticket-clock.ts';
import { isNamed, isOneOf, standsForContractor } from './actors.ts';
import { toResponsible } from './change.ts';
import { isOpenWarning } from './escalation.ts';
import { isArrivalEarly } from './path.ts';
import type { StepContext } from './step.ts';
import type { TicketActor, Transition, TransitionType } from './transitions.ts';

/** They bring nothing on: whoever has the matter shows with them that it is seen to, nobody else does. */
const REMARKS: readonly TransitionType[] = ['urge', 'note', 'attach', 'link', 'correct'];
/** Beside the work: they answer what they are about. Key: step; value: event by which clocks wait for it. */
const BESIDE: Readonly<Partial<Record<TransitionType, string>>> = {
  contact: 'contacted',
  estimate: 'estimated',
  appoint: 'appointed',
  agree: 'agreed',
  'give-contractor': 'contractor-set',
  'set-difficult': 'difficult-set',
  'clear-difficult': 'difficult-cleared',
  'sample-visit': 'sampled',
};
/** Sheets of an emergency: whoever fills one in acts on the emergency, not on the ticket's other limits. */
const SHEETS: readonly TransitionType[] = ['confirm-fire', 'fire-step', 'entrapment', 'enter-dwelling'];

/** The ticket with what the step answers, before anything else of it has happened. */
export function withAnswer(
  ticket: Ticket,
  transition: Transition,
  actor: TicketActor,
  { policy, nowMs, owner }: Pick<StepContext, 'policy' | 'nowMs' | 'owner'>,
): Ticket {
  const isWhole = isWholeAnswer(ticket, transition, policy);
  const has = isHolder(ticket, actor, policy);
  const isAnswered = (clock: TicketClock): boolean =>
    isWhole || isAbout(clock, transition, policy) || isTheirs(clock, ticket, actor, policy, owner);
  const clocks = ticket.clocks.map((clock) =>
    isOpenWarning(clock) && isAnswered(clock) ? { ...clock, answeredAtMs: nowMs } : clock,
  );
  const isActed = isWhole || has || SHEETS.includes(transition.type);
  const isReported = isActed || (!REMARKS.includes(transition.type) && wasReportedTo(ticket, actor));
  return {
    ...ticket,
    clocks,
    ...(isReported && {
      reports: ticket.reports.map((one) => ({ ...one, answeredAtMs: one.answeredAtMs ?? nowMs })),
    }),
    ...(isLadderAnswered(ticket, clocks, isWhole, isActed) && { escalation: toAnswered(ticket) }),
  };
}

/** Along the path, or about who has it and what becomes of it: all that stands is seen to. */
function isWholeAnswer(ticket: Ticket, { type }: Transition, policy: Policy): boolean {
  if (REMARKS.includes(type) || SHEETS.includes(type) || Object.hasOwn(BESIDE, type)) return false;
  // Who is there before the dispatch has not dispatched it.
  return !(type === 'arrive' && isArrivalEarly(ticket, policy));
}

/** Whether the clock waits for that step. */
function isAbout({ id }: TicketClock, { type }: Transition, { clocks }: Policy): boolean {
  const event = type === 'arrive' ? 'arrived' : BESIDE[type];
  const stop: readonly string[] = clocks.find((clock) => clock.id === id)?.stop ?? [];
  return event !== undefined && stop.includes(event);
}

/** Whether the person is who was warned (holder.ts). */
function isTheirs(
  { id }: TicketClock,
  ticket: Ticket,
  actor: TicketActor,
  policy: Policy,
  owner: string | null,
): boolean {
  const listed = policy.clocks.find((clock) => clock.id === id)?.responsible;
  if (listed !== undefined) return isOneOf(ticket, listed, actor, policy, owner);
  return isHolder(ticket, actor, policy) || isNamed(toResponsible(ticket), actor);
}

function isHolder(ticket: Ticket, actor: TicketActor, policy: Policy): boolean {
  return isNamed(ticket.takenBy ?? ticket.assignee, actor) || standsForContractor(ticket, actor, policy);
}

function wasReportedTo({ reports }: Ticket, { roles }: TicketActor): boolean {
  return reports.some(({ to }) => roles.includes(to));
}

/** A ladder that an unanswered warning has begun goes on until that one is answered, or is over. */
function isLadderAnswered(
  before: Ticket,
  after: readonly TicketClock[],
  isWhole: boolean,
  isActed: boolean,
): boolean {
  const isOpenIn = (clocks: readonly TicketClock[]): boolean =>
    clocks.some((clock) => clock.id === before.escalation.reason && isOpenWarning(clock));
  if (isWhole) return true;
  return isOpenIn(before.clocks) ? !isOpenIn(after) : isActed;
}

function toAnswered({ escalation }: Ticket): Ticket['escalation'] {
  return { ...escalation, nextAtMs: null, ...(escalation.level > 0 && { isAnswered: true }) };
}
