/**
 * The marks of a ticket on one line of time. The wall clock may have been set in between, and late entries stand behind
 * what happened after them; here every mark gets its place on the line as the wall clock tells it today.
 *
 *   as written    10:00 received   10:10 dispatched   ‖ clock set back by 1 h, now 09:12   09:20 arrived
 *   on the line   09:00            09:10              ‖                           09:12   09:20
 *   shiftMs       −1 h             −1 h               ‖                             0         0
 */
import type { Stage } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';

export interface TimedMark {
  readonly mark: TicketMark;
  /** On the line. */
  readonly atMs: number;
  /** What the wall clock showed at that moment is `atMs − shiftMs`: calendars are asked in it. */
  readonly shiftMs: number;
  /** Whether the event brought another stage. */
  readonly isNewStage: boolean;
  /**
   * The stage that was reached here; null = none. A start that was taken over from a merged ticket may lie before the stage
   * that it follows: that stage is not left before it was reached.
   */
  readonly reached: Stage | null;
}

export interface Timeline {
  /** In the order in which things happened. */
  readonly marks: readonly TimedMark[];
  /** Not before the last mark. */
  readonly nowMs: number;
}

/** @param marks in the order of writing; the first is when the ticket was received, and nothing lies before it */
export function toTimeline(marks: readonly TicketMark[], nowMs: number): Timeline {
  const placed = place(marks).toSorted((a, b) => a.atMs - b.atMs);
  const timed: TimedMark[] = [];
  let shiftMs = 0;
  for (const one of placed.toReversed()) {
    timed.unshift({ ...one, shiftMs });
    if (one.mark.type === 'clock-step') shiftMs += one.mark.stepMs ?? 0;
  }
  return { marks: timed, nowMs: Math.max(nowMs, timed.at(-1)?.atMs ?? nowMs) };
}

/** In the order of writing, in which stages follow each other: none is reached before the one written before it. */
function place(marks: readonly TicketMark[]): readonly Omit<TimedMark, 'shiftMs'>[] {
  let shiftMs = marks.reduce((sum, mark) => sum + (mark.type === 'clock-step' ? (mark.stepMs ?? 0) : 0), 0);
  let firstMs = Number.NEGATIVE_INFINITY;
  let reachedMs = Number.NEGATIVE_INFINITY;
  return marks.flatMap((mark, index): readonly Omit<TimedMark, 'shiftMs'>[] => {
    // The time of a step is the one after it.
    if (mark.type === 'clock-step') shiftMs -= mark.stepMs ?? 0;
    const atMs = Math.max(firstMs, mark.atMs + shiftMs);
    if (index === 0) firstMs = atMs;
    const { stage } = mark;
    const isNewStage = stage !== marks[index - 1]?.stage;
    if (!isNewStage) return [{ mark, atMs, isNewStage, reached: null }];
    reachedMs = Math.max(reachedMs, atMs);
    if (reachedMs === atMs) return [{ mark, atMs, isNewStage, reached: stage }];
    // Whoever was there before he was given it has met, with the giving, what only counts from then on.
    const type = mark.type === 'arrived' ? 'arrived' : 'opened';
    const late: TicketMark = { type, atMs: mark.atMs + reachedMs - atMs, stage };
    return [
      { mark, atMs, isNewStage, reached: null },
      { mark: late, atMs: reachedMs, isNewStage: false, reached: stage },
    ];
  });
}
