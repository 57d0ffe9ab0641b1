/**
 * The three clocks of feedback: begun with the receipt, stopped by their step, swept for warnings and breaches, moved with the
 * wall clock, held against the policy. Pure. A breach that time brings is told once and recorded with the handler of that moment;
 * what was down for a week tells the breach and not the warning that came before it.
 */

import type { FeedbackLimit, Policy } from '../config/policy.ts';
import { addOpenDays, addOpenMs, type Calendar, openMsBetween } from '../core/calendar.ts';
import { type ClockStep, toMoveMs } from '../core/clock-step.ts';
import {
  FEEDBACK_CLOCK_NAMES,
  type Feedback,
  type FeedbackClock,
  type FeedbackClockName,
  isFeedbackOver,
} from '../core/feedback.ts';
import { GATEWAY } from '../core/gateway.ts';
import { DAY_MS } from '../core/zone.ts';
import { type FeedbackStep, type Happening, toFeedbackStep } from './feedback-step.ts';

export interface FeedbackDue {
  readonly clock: FeedbackClockName;
  readonly what: 'warn' | 'breach';
  readonly dueAtMs: number;
}

type Times = Pick<FeedbackClock, 'warnAtMs' | 'dueAtMs'>;

/** @param heldUntilMs of a late entry; null = nothing is held back */
export function startClocks(
  receivedAtMs: number,
  heldUntilMs: number | null,
  policy: Policy,
): readonly FeedbackClock[] {
  return FEEDBACK_CLOCK_NAMES.map((id) => ({
    id,
    startedAtMs: receivedAtMs,
    ...toTimes(id, receivedAtMs, policy),
    heldUntilMs,
    warnedAtMs: null,
    stoppedAtMs: null,
    breachedAtMs: null,
    responsible: null,
  }));
}

/**
 * When the warning and the breach are due. A calendar that never opens again in a year keeps no limit from running out: then
 * all hours count.
 */
export function toTimes(id: FeedbackClockName, startedAtMs: number, policy: Policy): Times {
  const limit = policy.feedback[id];
  const calendar = limit.calendar === null ? null : (policy.calendars.get(limit.calendar) ?? null);
  const dueAtMs = toDueMs(limit, calendar, startedAtMs);
  return { dueAtMs, warnAtMs: toWarnMs(limit, calendar, startedAtMs, dueAtMs) };
}

function toDueMs({ limitMs, workingDays }: FeedbackLimit, calendar: Calendar | null, fromMs: number): number {
  if (workingDays !== null) {
    const allMs = fromMs + workingDays * DAY_MS;
    return calendar === null ? allMs : (addOpenDays(calendar, fromMs, workingDays) ?? allMs);
  }
  const spanMs = limitMs ?? 0;
  return calendar === null ? fromMs + spanMs : (addOpenMs(calendar, fromMs, spanMs) ?? fromMs + spanMs);
}

/** At the share of the time that counts: a warning comes while people are there to act on it. */
function toWarnMs(
  { warnRatio }: FeedbackLimit,
  calendar: Calendar | null,
  fromMs: number,
  dueMs: number,
): number {
  const evenMs = Math.round(fromMs + (dueMs - fromMs) * warnRatio);
  if (calendar === null) return evenMs;
  const openMs = openMsBetween(calendar, fromMs, dueMs);
  if (openMs === 0) return evenMs;
  return Math.min(dueMs, addOpenMs(calendar, fromMs, Math.round(openMs * warnRatio)) ?? evenMs);
}

/**
 * The clock that a step stops, at the time when it happened. One that is stopped too late has been broken, also where the sweep
 * has not said so yet: between two of them, or while a late entry holds it back.
 */
export function stopClock(
  feedback: Feedback,
  id: FeedbackClockName,
  atMs: number,
): { readonly clocks: readonly FeedbackClock[]; readonly happenings: readonly Happening[] } {
  const happenings: Happening[] = [];
  const clocks = feedback.clocks.map((clock) => {
    if (clock.id !== id || clock.stoppedAtMs !== null) return clock;
    if (!isRunning(feedback, clock) || atMs <= clock.dueAtMs) return { ...clock, stoppedAtMs: atMs };
    happenings.push(toBreach(feedback, clock));
    return { ...clock, ...toBroken(feedback, clock), stoppedAtMs: atMs };
  });
  return { clocks, happenings };
}

/** A limit that has passed is broken, also where the entry is voided before anything has told it; the others ask for nothing more. */
export function stopOverdue(feedback: Feedback, atMs: number): ReturnType<typeof stopClock> {
  const overdue = feedback.clocks.filter(({ dueAtMs }) => atMs > dueAtMs);
  const happenings: Happening[] = [];
  let clocks = feedback.clocks;
  for (const { id } of overdue) {
    const stopped = stopClock({ ...feedback, clocks }, id, atMs);
    clocks = stopped.clocks;
    happenings.push(...stopped.happenings);
  }
  return { clocks, happenings };
}

function toBreach({ handler: responsible }: Feedback, { id, dueAtMs }: FeedbackClock): Happening {
  return { type: 'clock-breached', detail: { clock: id, dueAtMs, responsible } };
}

function toBroken(
  { handler: responsible }: Feedback,
  { dueAtMs }: FeedbackClock,
): Pick<FeedbackClock, 'breachedAtMs' | 'responsible'> {
  return { breachedAtMs: dueAtMs, responsible };
}

/** What was done in time was none, whatever had been told: the time that was entered later says so. */
export function undoBreach(
  clocks: readonly FeedbackClock[],
  id: FeedbackClockName,
): readonly FeedbackClock[] {
  return clocks.map((clock) =>
    clock.id === id ? { ...clock, breachedAtMs: null, responsible: null } : clock,
  );
}

function isRunning(feedback: Feedback, { stoppedAtMs, breachedAtMs }: FeedbackClock): boolean {
  return !isFeedbackOver(feedback) && stoppedAtMs === null && breachedAtMs === null;
}

/** What the sweep waits for; also rows of the store. */
export function toFeedbackDues(feedback: Feedback): readonly FeedbackDue[] {
  return feedback.clocks.flatMap((clock): readonly FeedbackDue[] => {
    if (!isRunning(feedback, clock)) return [];
    const { id, warnAtMs, dueAtMs, warnedAtMs, heldUntilMs } = clock;
    const heldMs = heldUntilMs ?? Number.NEGATIVE_INFINITY;
    const breach = { clock: id, what: 'breach', dueAtMs: Math.max(dueAtMs, heldMs) } as const;
    if (warnedAtMs !== null) return [breach];
    return [{ clock: id, what: 'warn', dueAtMs: Math.max(warnAtMs, heldMs) }, breach];
  });
}

/** When the sweep has something to say; Infinity = never unless something happens. */
export function toFeedbackDueMs(feedback: Feedback): number {
  const known = nextDues.get(feedback);
  if (known !== undefined) return known;
  const dueMs = Math.min(Number.POSITIVE_INFINITY, ...toFeedbackDues(feedback).map(({ dueAtMs }) => dueAtMs));
  nextDues.set(feedback, dueMs);
  return dueMs;
}

/** Asked for each entry in every sweep; an entry never changes, there is another one. */
const nextDues = new WeakMap<Feedback, number>();

/** Warnings and breaches that are due; null = none is. */
export function sweepFeedback(feedback: Feedback, nowMs: number): FeedbackStep | null {
  const happenings: Happening[] = [];
  const clocks = feedback.clocks.map((clock) => {
    const { id, warnAtMs, dueAtMs, warnedAtMs, heldUntilMs } = clock;
    if (!isRunning(feedback, clock) || nowMs < (heldUntilMs ?? 0)) return clock;
    if (nowMs >= dueAtMs) {
      happenings.push(toBreach(feedback, clock));
      return { ...clock, ...toBroken(feedback, clock), warnedAtMs: warnedAtMs ?? nowMs };
    }
    if (warnedAtMs !== null || nowMs < warnAtMs) return clock;
    happenings.push({ type: 'clock-warned', detail: { clock: id, dueAtMs } });
    return { ...clock, warnedAtMs: nowMs };
  });
  return happenings.length === 0 ? null : toNote(feedback, clocks, happenings, nowMs);
}

/** After a step of the wall clock: what runs keeps its time left. @returns null = nothing runs */
export function moveFeedback(
  feedback: Feedback,
  step: ClockStep,
  policy: Policy,
  nowMs: number,
): FeedbackStep | null {
  if (step.stepMs === 0 || !feedback.clocks.some((clock) => isRunning(feedback, clock))) return null;
  const clocks = feedback.clocks.map((clock) => {
    if (!isRunning(feedback, clock)) return clock;
    const startedAtMs = clock.startedAtMs + toMoveMs(step, clock.startedAtMs);
    const heldUntilMs = clock.heldUntilMs === null ? null : clock.heldUntilMs + step.stepMs;
    return { ...clock, startedAtMs, heldUntilMs, ...toTimes(clock.id, startedAtMs, policy) };
  });
  return toNote(feedback, clocks, [{ type: 'clocks-moved', detail: { stepMs: step.stepMs } }], nowMs);
}

/**
 * Due times that are not what the policy and the start say are put right: a fault of ours or of the store.
 * @param policy the version that the entry was opened under; by another one its clocks would be others
 * @returns null = they are right
 */
export function auditFeedback(feedback: Feedback, policy: Policy, nowMs: number): FeedbackStep | null {
  if (policy.version !== feedback.policyVersion) return null;
  const wrong: FeedbackClockName[] = [];
  const clocks = feedback.clocks.map((clock) => {
    const times = toTimes(clock.id, clock.startedAtMs, policy);
    const isRight = times.dueAtMs === clock.dueAtMs && times.warnAtMs === clock.warnAtMs;
    if (isRight || !isRunning(feedback, clock)) return clock;
    wrong.push(clock.id);
    return { ...clock, ...times };
  });
  if (wrong.length === 0) return null;
  return toNote(feedback, clocks, [{ type: 'dues-corrected', detail: { clocks: wrong } }], nowMs);
}

/** Of the gateway: whoever looks at the entry meanwhile may still write. */
function toNote(
  feedback: Feedback,
  clocks: readonly FeedbackClock[],
  happenings: readonly Happening[],
  nowMs: number,
): FeedbackStep {
  return toFeedbackStep(feedback, { clocks }, happenings, { by: GATEWAY, atMs: nowMs, nowMs });
}
