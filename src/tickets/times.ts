/**
 * How long a ticket was in each stage, from its marks. The times of all stages together are its age: after a step of the wall
 * clock everything before it is told by the clock as it is now.
 */
import type { Stage, Ticket } from '../core/ticket.ts';

/** One stay in one stage. UTC ms. */
export interface StageTime {
  readonly stage: Stage;
  readonly fromMs: number;
  /** null while it lasts. */
  readonly toMs: number | null;
}

const ENDED: readonly Stage[] = ['archived', 'cancelled', 'merged'];

/** Oldest first; a stage that was passed in the same moment is there with no length. */
export function toStageTimes({ marks }: Pick<Ticket, 'marks'>): readonly StageTime[] {
  let shiftMs = marks.reduce((sum, { type, stepMs = 0 }) => sum + (type === 'clock-step' ? stepMs : 0), 0);
  const times: StageTime[] = [];
  let arrivedMs = Number.POSITIVE_INFINITY;
  for (const { type, stepMs = 0, stage, atMs } of marks) {
    if (type === 'clock-step') shiftMs -= stepMs;
    if (type === 'arrived') arrivedMs = atMs + shiftMs;
    // Redirected to somebody else, it stays there anew.
    if (times.at(-1)?.stage === stage && type !== 'dispatched') continue;
    const isThere = stage === 'on-site' && (type === 'arrived' || type === 'dispatched');
    if (isThere) overtake(times, arrivedMs);
    const sinceMs = isThere ? Math.min(arrivedMs, atMs + shiftMs) : atMs + shiftMs;
    const last = times.at(-1);
    const fromMs = Math.max(sinceMs, last?.fromMs ?? Number.NEGATIVE_INFINITY);
    if (last !== undefined) times[times.length - 1] = { ...last, toMs: fromMs };
    times.push({ stage, fromMs, toMs: null });
  }
  const last = times.at(-1);
  if (last !== undefined && ENDED.includes(last.stage))
    times[times.length - 1] = { ...last, toMs: last.fromMs };
  return times;
}

/** Whoever went to an emergency was there before the paper: what was written down after that took no time of its own. */
function overtake(times: StageTime[], arrivedMs: number): void {
  const [first] = times;
  const sinceMs = Math.max(arrivedMs, first?.fromMs ?? arrivedMs);
  for (const [at, { stage, fromMs, toMs }] of times.entries())
    times[at] = {
      stage,
      fromMs: Math.min(fromMs, sinceMs),
      toMs: toMs === null ? null : Math.min(toMs, sinceMs),
    };
}

/** From receipt to now, or to its end; what the stays in all stages add up to. */
export function toAgeMs(ticket: Pick<Ticket, 'marks'>, nowMs: number): number {
  const times = toStageTimes(ticket);
  const [first] = times;
  return first === undefined ? 0 : Math.max(0, (times.at(-1)?.toMs ?? nowMs) - first.fromMs);
}
