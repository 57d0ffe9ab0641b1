/**
 * One step of a ticket: what has changed, what is recorded of it, one version more, the marks that its clocks go by. Every
 * change of a ticket is made here, whoever makes it; what a step means is in the files that call it.
 */
import type { Policy } from '../config/policy.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { Stage, Ticket, TicketEvent, TicketEventType } from '../core/ticket.ts';
import type { SheetMark, TicketMark } from '../core/ticket-clock.ts';
import { addMark, isMarked, isNamed, recompute } from './mark.ts';

/** The ticket after the step, and its record: never empty, the last event carries the ticket of the step. */
export interface TicketStep {
  readonly ticket: Ticket;
  readonly events: readonly TicketEvent[];
}

/** Who, and when. UTC ms. */
export interface Moment {
  readonly by: string;
  /** When it happened. */
  readonly atMs: number;
  readonly nowMs: number;
  /** 补录: it is written down after the fact, at `nowMs`. */
  readonly isLate: boolean;
}

/** One line of the record. */
export interface Happening {
  readonly type: TicketEventType;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Steps of a sheet that clocks may go by; `arrived` where whoever has it now was there before. */
  readonly sheet?: readonly (SheetMark | 'arrived')[] | undefined;
}

export function byGateway(nowMs: number): Moment {
  return { by: GATEWAY, atMs: nowMs, nowMs, isLate: false };
}

/** The stage entered; also where it is entered once more. */
export function enter(stage: Stage, atMs: number): Pick<Ticket, 'stage' | 'stageSinceMs'> {
  return { stage, stageSinceMs: atMs };
}

/**
 * One version more, one event for each happening, all of them with the ticket as it is afterwards. Clocks are computed
 * anew when one of them may go by it.
 */
export function toStep(
  before: Ticket,
  change: Partial<Ticket>,
  happenings: readonly Happening[],
  moment: Moment,
  policy: Policy,
): TicketStep {
  const { by, atMs, nowMs, isLate } = moment;
  const late = isLate ? { enteredAtMs: nowMs } : {};
  const author = by === GATEWAY ? {} : { by };
  const changed: Ticket = {
    ...before,
    ...change,
    version: before.version + 1,
    isLateEntry: before.isLateEntry || isLate,
  };
  const marks = toMarkTypes(before, changed, happenings, by, policy).reduce((all, type) => {
    const appointed = type === 'appointed' ? toAppointmentMark(changed) : {};
    const mark = { type, atMs, ...author, responsible: toResponsible(before), ...late, ...appointed };
    return addMark(all, mark, changed);
  }, changed.marks);
  const ticket = marks === before.marks ? changed : recompute({ ...changed, marks }, policy, nowMs);
  const events = happenings.map(
    ({ type, detail = {} }): TicketEvent => ({ type, atMs, ...late, by, ticket, detail }),
  );
  return { ticket, events };
}

/** Who has to act next: whom a breach is recorded with. The first receiver has it until it is dispatched and from DONE on. */
export function toResponsible({ stage, takenBy, assignee, firstReceiver }: Ticket): string {
  return FOLLOWED.includes(stage) ? firstReceiver : (takenBy ?? assignee ?? firstReceiver);
}

const FOLLOWED: readonly Stage[] = ['received', 'recorded', 'done', 'accepted', 'visited', 'closed'];

/** Steps one after another as one; those that are null have not happened. */
export function joinSteps(first: TicketStep, ...then: readonly (TicketStep | null)[]): TicketStep {
  const steps = [first, ...then.filter((step) => step !== null)];
  return { ticket: (steps.at(-1) ?? first).ticket, events: steps.flatMap(({ events }) => events) };
}

/** Each next step is made from the ticket that the one before has left. */
export function follow(
  step: TicketStep,
  ...next: readonly ((ticket: Ticket) => TicketStep | null)[]
): TicketStep {
  return next.reduce((done, make) => joinSteps(done, make(done.ticket)), step);
}

/** Of a report that follows the first one: whoever is told only then is told in the course of the same report. */
const LATER_REPORTS: readonly unknown[] = ['confirmed', 'unanswered'];

/** A remark that a clock waits for is a person's: the gateway's own notes stop none. */
function toMarkTypes(
  before: Ticket,
  after: Ticket,
  happenings: readonly Happening[],
  by: string,
  policy: Policy,
): readonly TicketMark['type'][] {
  const isSilent = ({ type, detail }: Happening): boolean =>
    (by === GATEWAY && type === 'noted') ||
    (type === 'reporting' && LATER_REPORTS.includes(detail?.['when']));
  return happenings.flatMap((happening) => [
    ...(isMarked(happening.type, before, after, policy) && !isSilent(happening) ? [happening.type] : []),
    // The sheet of a lift may move to a ticket whose policy has clocks for it where this one has none.
    ...(happening.sheet ?? []).filter((step) => step !== 'arrived' || isNamed(step, policy)),
  ]);
}

function toAppointmentMark({ appointment }: Ticket): { readonly appointmentMs?: number } {
  return appointment === null ? {} : { appointmentMs: appointment.fromMs };
}
