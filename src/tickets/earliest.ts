/**
 * Merging keeps the earliest start (service-workflow.md §2, alarms.md E) of every clock: a ticket that takes over another one
 * counts from what happened first on either. What was breached there is not told a second time here.
 *
 * A start stays where it is while a clock that goes by it was kept on the other ticket, or stood still there: signed for in
 * time is not late because it was merged, and a wait that was approved does not count after all.
 */
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketClock, TicketMark } from '../core/ticket-clock.ts';
import { recompute } from './mark.ts';
import { toMarkSinceMs, toReceivedSinceMs } from './since.ts';

/** The ticket that goes on, as if it had begun with the earlier of the two; the same object where it did. */
export function withEarliest(into: Ticket, from: Ticket, policy: Policy, nowMs: number): Ticket {
  const started = withStart(into, from);
  const marks = toStarts(policy).reduce((all, type) => pullBack(all, from, type, policy), started.marks);
  if (marks === into.marks) return into;
  const told = from.clocks.filter(({ isBreachTold, round }) => isBreachTold && round === 1);
  const isNew = (clock: TicketClock): boolean =>
    clock.isBreachTold || !told.some(({ id, round }) => id === clock.id && round === clock.round);
  // Of each clock and round the last one is what has been told.
  return recompute({ ...started, marks, clocks: [...told, ...into.clocks.filter(isNew)] }, policy, nowMs);
}

/** How much earlier is told by the wall clock as it is now: it may have been set since one of the two was received. */
function withStart(into: Ticket, from: Ticket): Ticket {
  const [first, ...rest] = into.marks;
  const earlierMs = toReceivedSinceMs(into) - toReceivedSinceMs(from);
  if (first === undefined || earlierMs <= 0) return into;
  const receivedAtMs = first.atMs - earlierMs;
  return { ...into, receivedAtMs, marks: [{ ...first, atMs: receivedAtMs }, ...rest] };
}

/** Of the first round: a later one begins with its own rework. */
function pullBack(
  marks: readonly TicketMark[],
  from: Ticket,
  type: string,
  policy: Policy,
): readonly TicketMark[] {
  const at = findFirst(marks, type);
  const other = findFirst(from.marks, type);
  const mark = marks[at];
  if (mark === undefined || other < 0 || isSettled(from, type, policy)) return marks;
  const earlierMs = toMarkSinceMs(marks, at) - toMarkSinceMs(from.marks, other);
  return earlierMs <= 0 ? marks : marks.with(at, { ...mark, atMs: mark.atMs - earlierMs });
}

/** Whether a clock that goes by the event was kept on that ticket, or stood still. */
function isSettled({ clocks, marks }: Ticket, type: string, policy: Policy): boolean {
  if (marks.some((mark) => mark.type === 'waited')) return true;
  const ids = policy.clocks.filter(({ start }) => start.some((event) => event === type)).map(({ id }) => id);
  return clocks.some(
    ({ id, round, stoppedAtMs, breachedAtMs }) =>
      round === 1 && ids.includes(id) && stoppedAtMs !== null && breachedAtMs === null,
  );
}

/** Stages of the path that clocks start with; when it was received is the ticket's own time. */
function toStarts({ clocks }: Policy): readonly string[] {
  const starts = new Set<string>(clocks.flatMap(({ start }) => start));
  return STEPS.filter((type) => starts.has(type));
}

const STEPS: readonly TicketMark['type'][] = [
  'recorded',
  'dispatched',
  'taken',
  'arrived',
  'diagnosed',
  'planned',
  'agreed',
  'started',
];

function findFirst(marks: readonly TicketMark[], type: string): number {
  const end = marks.findIndex((mark) => mark.type === 'reworked' || mark.type === 'reopened');
  const first = marks.findIndex((mark) => mark.type === type);
  return end >= 0 && first > end ? -1 : first;
}
