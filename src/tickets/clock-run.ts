/**
 * One run of one clock: the stretches in which it counted, and the limits that hold for it. Works on the line of
 * clock-timeline.ts. When a run begins, pauses and ends is decided in clocks.ts.
 *
 * Every limit that has ever held is kept and counted from the beginning of the run, each in its own calendar. The earliest
 * due time of them holds, so that no change of settings makes one later.
 */
import type { ClockLimit, Policy } from '../config/policy.ts';
import { addOpenMs, type Calendar, openMsBetween } from '../core/calendar.ts';

/** In which it counted without a pause. */
interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly shiftMs: number;
}

export interface RunLimit {
  readonly row: ClockLimit;
  readonly limitMs: number;
  /** Time that has counted when the warning is due. */
  readonly warnMs: number;
  /** null = all hours count. */
  readonly calendar: Calendar | null;
  /** Since when it holds: before it nothing was breached. */
  readonly sinceMs: number;
}

export interface Run {
  readonly round: number;
  /** May lie ahead where an appointment starts it. */
  startMs: number;
  readonly isAppointment: boolean;
  readonly stretches: Stretch[];
  /** Where the last stretch began, or where the run was paused or stopped. */
  tail: { atMs: number; shiftMs: number };
  state: 'running' | 'paused' | 'stopped' | 'stopped-in-pause';
  stoppedMs: number | null;
  limits: readonly RunLimit[];
}

export interface Moment {
  readonly atMs: number;
  readonly shiftMs: number;
}

/**
 * @param startMs not before `at`; later where it waits for an appointment
 * @param limit null = none holds yet: it is only counted
 */
export function beginRun(
  round: number,
  { atMs, shiftMs }: Moment,
  startMs: number,
  limit: RunLimit | null,
  kind: { readonly isPaused: boolean; readonly isAppointment: boolean },
): Run {
  return {
    round,
    startMs,
    isAppointment: kind.isAppointment,
    stretches: [],
    tail: { atMs: Math.max(atMs, startMs), shiftMs },
    state: kind.isPaused ? 'paused' : 'running',
    stoppedMs: null,
    limits: limit === null ? [] : [limit],
  };
}

export function pauseRun(run: Run, at: Moment): void {
  if (run.state !== 'running') return;
  endStretch(run, at);
  run.state = 'paused';
}

export function resumeRun(run: Run, { atMs, shiftMs }: Moment): void {
  if (run.state !== 'paused') return;
  run.tail = { atMs: Math.max(atMs, run.startMs), shiftMs };
  run.state = 'running';
}

export function stopRun(run: Run, at: Moment): void {
  const isPaused = run.state === 'paused';
  if (!isPaused) endStretch(run, at);
  // Stopped before an appointment, it keeps the due time that it had.
  run.tail = { atMs: Math.max(at.atMs, run.startMs), shiftMs: at.shiftMs };
  run.startMs = Math.min(run.startMs, at.atMs);
  run.stoppedMs = at.atMs;
  run.state = isPaused ? 'stopped-in-pause' : 'stopped';
}

/**
 * The wall clock is set: the time left stays, and from here on calendars are asked by the new time. An appointment that
 * lies ahead is kept by the clock on the wall.
 * @param at the step, with the shift that holds after it
 */
export function stepRun(run: Run, at: Moment, stepMs: number): void {
  if (run.isAppointment && run.startMs > at.atMs) {
    run.startMs = Math.max(at.atMs, run.startMs - stepMs);
    if (run.state === 'running') run.tail = { atMs: run.startMs, shiftMs: at.shiftMs };
    return;
  }
  if (run.state !== 'running') return;
  endStretch(run, at);
  run.tail = { atMs: at.atMs, shiftMs: at.shiftMs };
}

function endStretch(run: Run, { atMs }: Moment): void {
  if (atMs > run.tail.atMs)
    run.stretches.push({ fromMs: run.tail.atMs, toMs: atMs, shiftMs: run.tail.shiftMs });
}

/** Time that has counted in the hours of the limit. */
export function toSpentMs(run: Run, { calendar }: RunLimit, nowMs: number): number {
  const last =
    run.state === 'running' ? [{ fromMs: run.tail.atMs, toMs: nowMs, shiftMs: run.tail.shiftMs }] : [];
  return [...run.stretches, ...last].reduce((sum, stretch) => sum + count(stretch, calendar), 0);
}

/**
 * When so much time has counted; ahead of now where it has not yet, as if nothing stopped the run from here on.
 * null = its calendar does not open often enough.
 */
export function toPassingMs(run: Run, calendar: Calendar | null, ms: number): number | null {
  const { passedMs, leftMs } = countDown(run, calendar, ms, true);
  return passedMs ?? after(run.tail, calendar, leftMs);
}

/**
 * When the first of its limits passed; null = none has.
 * @param isTieLate whether a limit counts as passed that was used up in the very moment in which the run stopped
 */
export function toBreachMs(run: Run, nowMs: number, isTieLate: boolean): number | null {
  let breachMs: number | null = null;
  for (const { limitMs, calendar, sinceMs } of run.limits) {
    const { passedMs, leftMs } = countDown(run, calendar, limitMs, isTieLate);
    const isRunning = run.state === 'running';
    const dueMs = passedMs ?? (isRunning ? after(run.tail, calendar, leftMs) : null);
    if (dueMs === null || dueMs > nowMs) continue;
    breachMs = Math.min(breachMs ?? Number.POSITIVE_INFINITY, Math.max(dueMs, sinceMs));
  }
  return breachMs;
}

export interface Due {
  readonly limit: RunLimit;
  /** null = its calendar does not open often enough. */
  readonly dueMs: number | null;
}

/** The limit that is due first, with its time. */
export function toFirstDue(run: Run): Due {
  const [first, ...others] = run.limits.map((limit) => ({
    limit,
    dueMs: toPassingMs(run, limit.calendar, limit.limitMs),
  })) as [Due, ...Due[]];
  return others.reduce((a, b) => (toOrder(b.dueMs) < toOrder(a.dueMs) ? b : a), first);
}

/** The earliest warning of its limits. */
export function toWarnMs(run: Run): number | null {
  const all = run.limits.map(({ calendar, warnMs }) => toOrder(toPassingMs(run, calendar, warnMs)));
  const warnMs = Math.min(...all);
  return Number.isFinite(warnMs) ? warnMs : null;
}

/** The limit of a clock that does not go by an appointment. */
export function toRunLimit(row: ClockLimit, policy: Policy, sinceMs: number): RunLimit {
  const { limitMs, warnRatio } = row;
  const calendar = row.calendar === null ? null : (policy.calendars.get(row.calendar) ?? null);
  return { row, limitMs, warnMs: limitMs * warnRatio, calendar, sinceMs };
}

interface CountDown {
  /** Within a stretch that is over; null = not yet. */
  readonly passedMs: number | null;
  readonly leftMs: number;
}

function countDown(run: Run, calendar: Calendar | null, ms: number, isTieLate: boolean): CountDown {
  let leftMs = ms;
  for (const stretch of run.stretches) {
    const atMs = after({ atMs: stretch.fromMs, shiftMs: stretch.shiftMs }, calendar, leftMs);
    if (atMs !== null && (atMs < stretch.toMs || (isTieLate && atMs === stretch.toMs)))
      return { passedMs: atMs, leftMs: 0 };
    leftMs = Math.max(0, leftMs - count(stretch, calendar));
  }
  return { passedMs: null, leftMs };
}

function count({ fromMs, toMs, shiftMs }: Stretch, calendar: Calendar | null): number {
  if (toMs <= fromMs) return 0;
  return calendar === null ? toMs - fromMs : openMsBetween(calendar, fromMs - shiftMs, toMs - shiftMs);
}

function after({ atMs, shiftMs }: Moment, calendar: Calendar | null, ms: number): number | null {
  if (calendar === null) return atMs + ms;
  const openMs = addOpenMs(calendar, atMs - shiftMs, ms);
  return openMs === null ? null : openMs + shiftMs;
}

function toOrder(ms: number | null): number {
  return ms ?? Number.POSITIVE_INFINITY;
}
