/**
 * Alarms that follow from another one (alarms.md B7, hold-on and hold-off): pure, level-driven. Such an alarm is raised and
 * announced as always, and its ticket waits; once it has a cause it is suppressed (F) until the cause is gone. What its
 * cause is, and whether people can see that cause, the engine says (`Verdict`); which ticket opens in the end is its
 * business too.
 *
 *   raised ─▶ waiting ──cause──▶ explained ──cause gone, blind or out of sight──▶ settling
 *                │                 │    ◀───────────cause again────────────────────  │
 *                │ wait ends       │ life safety: released at once                   │ settle ends: released
 *                ▼                 ▼                                                 ▼
 *              ticket            ticket                                            ticket
 *
 *   | state     | explainedBy    | ticketDueAtMs          |
 *   | waiting   | null           | end of the wait        |
 *   | explained | the cause      | null                   |
 *   | settling  | the last cause | end of the settle time |
 */
import type { ExplainTimes } from '../config/policy.ts';
import type { AlarmEventType, Explanation, Occurrence } from '../core/alarm.ts';

export type Verdict =
  /** A cause is active and people can see it. */
  | { readonly type: 'explained'; readonly by: Explanation }
  /** A cause is active and waits itself: it will have a ticket or a cause of its own soon. */
  | { readonly type: 'undecided' }
  /** A cause has just gone: what it did may show only now (a delay ran), and takes time to mend. */
  | { readonly type: 'aftermath'; readonly by: Explanation; readonly untilMs: number }
  | { readonly type: 'unexplained' };

export interface HoldStep {
  /** The same object when nothing has changed. */
  readonly occurrence: Occurrence;
  readonly types: readonly AlarmEventType[];
  /** The hold is over: the alarm asks for its ticket. */
  readonly asksForTicket: boolean;
}

/** A raise begins anew, whatever explained the alarm the last time. */
export function beginHold(occurrence: Occurrence): Occurrence {
  return { ...occurrence, explainedBy: null, ticketDueAtMs: null };
}

/**
 * One look at an active alarm without a ticket.
 * @param mayEnd false = a wait or settle time that is over is prolonged (points have not been read yet)
 */
export function stepHold(
  occurrence: Occurrence,
  verdict: Verdict,
  { waitMs, settleMs }: ExplainTimes,
  mayEnd: boolean,
  nowMs: number,
): HoldStep {
  if (occurrence.severity === 'life-safety') return endHold(occurrence);
  if (verdict.type === 'explained') return explain(occurrence, verdict.by);
  if (verdict.type === 'aftermath' && occurrence.explainedBy === null) {
    const next = { ...occurrence, explainedBy: verdict.by, ticketDueAtMs: verdict.untilMs };
    return { occurrence: next, types: ['explained'], asksForTicket: false };
  }
  const limitMs = occurrence.explainedBy === null ? waitMs : settleMs;
  // Never longer than the policy says from now on: a clock set back while the gateway was down must not hide an alarm.
  const ticketDueAtMs = Math.min(occurrence.ticketDueAtMs ?? Number.POSITIVE_INFINITY, nowMs + limitMs);
  if (mayEnd && verdict.type !== 'undecided' && nowMs >= ticketDueAtMs) return endHold(occurrence);
  const isSame = ticketDueAtMs === occurrence.ticketDueAtMs;
  return {
    occurrence: isSame ? occurrence : { ...occurrence, ticketDueAtMs },
    types: [],
    asksForTicket: false,
  };
}

/**
 * Only what was explained is released, and whoever is there is told (row 12); an alarm whose wait ends has not been told to
 * be anything else.
 */
export function endHold(occurrence: Occurrence): HoldStep {
  const free = { ...occurrence, explainedBy: null, ticketDueAtMs: null };
  if (occurrence.explainedBy === null) return { occurrence: free, types: [], asksForTicket: true };
  return { occurrence: { ...free, acknowledged: null }, types: ['released'], asksForTicket: true };
}

/** After a step of the wall clock: the time left stays what it was. */
export function moveHold(occurrence: Occurrence, stepMs: number): Occurrence {
  const { ticketDueAtMs } = occurrence;
  return ticketDueAtMs === null ? occurrence : { ...occurrence, ticketDueAtMs: ticketDueAtMs + stepMs };
}

function explain(occurrence: Occurrence, by: Explanation): HoldStep {
  const { explainedBy, ticketDueAtMs } = occurrence;
  if (explainedBy?.occurrence !== by.occurrence) {
    const next = { ...occurrence, explainedBy: by, ticketDueAtMs: null };
    return { occurrence: next, types: ['explained'], asksForTicket: false };
  }
  const next = ticketDueAtMs === null ? occurrence : { ...occurrence, ticketDueAtMs: null };
  return { occurrence: next, types: [], asksForTicket: false };
}
