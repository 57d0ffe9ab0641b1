/** Handling time (处理时间; service-workflow.md §2, DONE) as the marks of a round show it: a proposal, which people may correct. */
import type { TicketMark } from '../core/ticket-clock.ts';

const MINUTE_MS = 60_000;
/** What a round begins with anew. */
const BACK: readonly TicketMark['type'][] = ['reworked', 'reopened'];
/** When the work began: the first of these that the round has. */
const BEGINNINGS: readonly TicketMark['type'][] = ['started', 'arrived', 'taken'];

/** Whole minutes from the beginning of the work to `atMs`, without waits; null = the round shows none. */
export function toHandlingMinutes(marks: readonly TicketMark[], atMs: number): number | null {
  const round = marks.slice(marks.findLastIndex(({ type }) => BACK.includes(type)) + 1);
  const type = BEGINNINGS.find((one) => round.some((mark) => mark.type === one));
  const from = round.findIndex((mark) => mark.type === type);
  const first = round[from];
  if (first === undefined) return null;
  let countedMs = 0;
  let sinceMs = first.atMs;
  let isWaiting = false;
  for (const mark of round.slice(from + 1)) {
    const { stepMs = 0 } = mark;
    if (!isWaiting) countedMs += mark.atMs - stepMs - sinceMs;
    sinceMs = mark.atMs;
    isWaiting = mark.stage === 'waiting';
  }
  if (!isWaiting) countedMs += atMs - sinceMs;
  return Math.max(0, Math.round(countedMs / MINUTE_MS));
}
