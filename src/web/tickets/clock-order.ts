/** Which clock of a ticket presses most. Pure. */
import type { TicketClock } from '../api/types.ts';

/** Those that run, the one that ends first at the head; paused ones last. */
export function toRunning(clocks: readonly TicketClock[]): readonly TicketClock[] {
  return clocks.filter((clock) => clock.stoppedAtMs === null).toSorted((a, b) => toDueMs(a) - toDueMs(b));
}

/** Finite also where nothing is due, so that two of them compare. */
export function toFirstDueMs(clocks: readonly TicketClock[]): number {
  return Math.min(Number.MAX_SAFE_INTEGER, ...toRunning(clocks).map(toDueMs));
}

export function isOverdue(clocks: readonly TicketClock[], nowMs: number): boolean {
  return toFirstDueMs(clocks) <= nowMs;
}

function toDueMs({ dueAtMs }: TicketClock): number {
  return dueAtMs ?? Number.MAX_SAFE_INTEGER;
}
