/**
 * The clocks of a ticket (时限), computed from its marks alone: start, stop, pauses, calendars, tightening. The same marks
 * give the same clocks, whenever and however often they are computed; only what has been told is carried over.
 *
 *   mark: stop events end a run ─▶ a new round begins ─▶ limits by the new settings ─▶ pauses ─▶ start events begin a run
 *
 * A limit has passed at its due time; a run that stops in that very moment has kept it, unless the breach was told already.
 * Settings that have no limit for a clock leave a run what it had: whatever a ticket becomes, the stricter deadline stays
 * (alarms.md E), and where nobody could keep it any more that is said when it is breached.
 * When anything is told, and to whom, is step.ts and notify/.
 */
import type { ClockLimit, ClockPolicy, Policy } from '../config/policy.ts';
import type { Stage } from '../core/ticket.ts';
import type { ClockSettings, TicketClock, TicketMark } from '../core/ticket-clock.ts';
import {
  beginRun,
  pauseRun,
  type Run,
  type RunLimit,
  resumeRun,
  stepRun,
  stopRun,
  toBreachMs,
  toFirstDue,
  toRunLimit,
  toSpentMs,
  toWarnMs,
} from './clock-run.ts';
import { type TimedMark, type Timeline, toTimeline } from './clock-timeline.ts';
import { mayRun, toTraits } from './clock-traits.ts';
import { firstMatch } from './match.ts';

/** What ends every clock, whatever its policy says: nobody is left who could act. */
const ENDS: readonly TicketMark['type'][] = ['cancelled', 'merged', 'archived'];
const NEW_ROUNDS: readonly TicketMark['type'][] = ['reworked', 'reopened'];
/** Along the path: where an appointment stands, none of them asks for one. */
const ON_THE_WAY: readonly TicketMark['type'][] = ['recorded', 'dispatched', 'taken', ...NEW_ROUNDS];

/**
 * All clocks of all rounds, in the order of the policy.
 * @param marks in the order of writing, `received` first
 * @param before as computed last: what has been told (and answered) is taken from it
 * @param heldUntilMs until when those that run say nothing, because the ticket is being typed in (late-entry.ts); null = not
 */
export function computeClocks(
  marks: readonly TicketMark[],
  policy: Policy,
  before: readonly TicketClock[],
  nowMs: number,
  heldUntilMs: number | null = null,
): readonly TicketClock[] {
  const timeline = toTimeline(marks, nowMs);
  const told = new Map(before.map((clock) => [toKey(clock), clock]));
  const known = toTraits(marks);
  return policy.clocks.flatMap((clock) =>
    (mayRun(clock, known) ? toRuns(clock, timeline, policy) : []).map((run) => {
      const before = told.get(toKey({ id: clock.id, round: run.round })) ?? null;
      return toClock(clock, run, before, timeline, heldUntilMs);
    }),
  );
}

/** Marks as told what is due: a warning, or the breach instead where both are. The same list when nothing is due. */
export function sweepClocks(
  clocks: readonly TicketClock[],
  nowMs: number,
): {
  readonly clocks: readonly TicketClock[];
  readonly warned: readonly TicketClock[];
  readonly breached: readonly TicketClock[];
} {
  const warned: TicketClock[] = [];
  const breached: TicketClock[] = [];
  const swept = clocks.map((clock) => {
    if (nowMs >= toBreachDue(clock)) {
      const breachedAtMs = clock.breachedAtMs ?? clock.dueAtMs;
      const told = { ...clock, warnedAtMs: clock.warnedAtMs ?? nowMs, breachedAtMs, isBreachTold: true };
      breached.push(told);
      return told;
    }
    if (nowMs < toWarnDue(clock)) return clock;
    const told = { ...clock, warnedAtMs: nowMs };
    warned.push(told);
    return told;
  });
  return { clocks: warned.length + breached.length === 0 ? clocks : swept, warned, breached };
}

/** The next moment at which `sweepClocks` has something to tell; Infinity when there is none. */
export function nextDueMs(clocks: readonly TicketClock[]): number {
  return clocks.reduce(
    (next, clock) => Math.min(next, toBreachDue(clock), toWarnDue(clock)),
    Number.POSITIVE_INFINITY,
  );
}

/** When its breach is to be told; Infinity = not, or told already. One that was stopped late is told as well. */
function toBreachDue({ isBreachTold, breachedAtMs, stoppedAtMs, dueAtMs, heldUntilMs }: TicketClock): number {
  if (isBreachTold) return Number.POSITIVE_INFINITY;
  if (breachedAtMs !== null) return breachedAtMs;
  if (stoppedAtMs !== null || dueAtMs === null) return Number.POSITIVE_INFINITY;
  return Math.max(dueAtMs, heldUntilMs ?? dueAtMs);
}

function toWarnDue({ warnedAtMs, breachedAtMs, stoppedAtMs, warnAtMs, heldUntilMs }: TicketClock): number {
  const isOver = warnedAtMs !== null || breachedAtMs !== null || stoppedAtMs !== null;
  return isOver || warnAtMs === null ? Number.POSITIVE_INFINITY : Math.max(warnAtMs, heldUntilMs ?? warnAtMs);
}

/** What one clock has gone through up to a mark. */
interface Course {
  readonly clock: ClockPolicy;
  readonly policy: Policy;
  readonly runs: Run[];
  round: number;
  settings: ClockSettings | null;
  isPaused: boolean;
  /** Nothing begins any more, whatever was noted before the end was entered. */
  isOver: boolean;
  /** A start that found no limit: it waits for settings that have one. */
  armed: Start | null;
  /** The moment last agreed on, by the clock on the wall; null = none, or it was over when the round began. */
  appointmentMs: number | null;
}

interface Start {
  /** The moment agreed on, where an appointment starts it. */
  readonly appointmentMs: number | null;
  /** What has counted since, for a limit that comes to hold later; null = of an appointment. */
  readonly counted: Run | null;
}

function toRuns(clock: ClockPolicy, { marks }: Timeline, policy: Policy): readonly Run[] {
  const course: Course = {
    clock,
    policy,
    runs: [],
    round: 1,
    settings: null,
    isPaused: false,
    isOver: false,
    armed: null,
    appointmentMs: null,
  };
  for (const timed of marks) {
    const { mark } = timed;
    if (mark.type === 'clock-step') {
      for (const run of toCounting(course)) stepRun(run, timed, mark.stepMs ?? 0);
      continue;
    }
    takeStop(course, timed);
    if (NEW_ROUNDS.includes(mark.type)) course.round++;
    if (timed.reached !== null) takeStage(course, timed, timed.reached);
    if (mark.settings !== undefined) takeSettings(course, timed, mark.settings);
    takeStart(course, timed);
  }
  return course.runs;
}

function takeStop(course: Course, timed: TimedMark): void {
  const { type } = timed.mark;
  if (!(ENDS.includes(type) || course.clock.stop.some((stop) => stop === type))) return;
  course.armed = null;
  course.isOver = ENDS.includes(type);
  const live = toLive(course);
  if (live === null || (isAhead(live, timed) && !timed.isNewStage && !course.isOver)) return;
  stopRun(live, timed);
}

/** Its appointment is still far away: nothing that is only said meets it. */
function isAhead({ isAppointment, startMs }: Run, { atMs }: TimedMark): boolean {
  return isAppointment && startMs > atMs;
}

function takeStage(course: Course, timed: TimedMark, stage: Stage): void {
  course.isPaused = course.clock.pauses.includes(stage);
  for (const run of toCounting(course)) {
    if (course.isPaused) pauseRun(run, timed);
    else resumeRun(run, timed);
  }
}

/** The earlier due time holds; only a ticket that has become difficult gets the time that its approver gave. */
function takeSettings(course: Course, timed: TimedMark, settings: ClockSettings): void {
  const wasDifficult = course.settings?.isDifficult ?? settings.isDifficult;
  course.settings = settings;
  const row = firstMatch(course.clock.limits, settings);
  if (row === null) return;
  const live = toLive(course);
  if (live === null) {
    if (course.armed !== null) begin(course, timed, course.armed);
    return;
  }
  const isExtended =
    settings.isDifficult && !wasDifficult && row.match.isDifficult === true && !isMissed(live, timed);
  if (!isExtended && live.limits.some((known) => known.row === row)) return;
  const limit = live.isAppointment ? toLater(live, row, timed) : toRunLimit(row, course.policy, timed.atMs);
  live.limits = isExtended ? [limit] : [...live.limits, limit];
}

function takeStart(course: Course, timed: TimedMark): void {
  const { type } = timed.mark;
  const { start, stop } = course.clock;
  const agreedMs = takeAppointment(course, timed);
  if (course.isOver) return;
  const isMade =
    course.appointmentMs !== null && stop.includes('appointed') && ON_THE_WAY.some((step) => step === type);
  if (agreedMs !== null && start.includes('appointment'))
    begin(course, timed, { appointmentMs: agreedMs, counted: null });
  else if (!isMade && start.some((event) => event === type)) begin(course, timed, toStart(course, timed));
}

/**
 * The moment that is agreed on here: as it is made or moved, or in a new round as it was, while it lies ahead (rework.ts) and
 * nothing counts towards it. null = none.
 */
function takeAppointment(course: Course, timed: TimedMark): number | null {
  const { mark, atMs, shiftMs } = timed;
  if (mark.appointmentMs !== undefined) course.appointmentMs = mark.appointmentMs;
  else if (!NEW_ROUNDS.includes(mark.type)) return null;
  else if ((course.appointmentMs ?? Number.NEGATIVE_INFINITY) + shiftMs <= atMs) course.appointmentMs = null;
  else if (toLive(course) !== null) return null;
  return course.appointmentMs;
}

/** One that waits in the same round goes on waiting. */
function toStart(course: Course, timed: TimedMark): Start {
  const { armed, isPaused } = course;
  const round = toRound(course);
  const isKnown = armed?.counted?.round === round;
  if (isKnown) return armed;
  const counted = beginRun(round, timed, timed.atMs, null, { isPaused, isAppointment: false });
  return { appointmentMs: null, counted };
}

function begin(course: Course, timed: TimedMark, start: Start): void {
  const known = toLive(course);
  // An emergency that begins now has its own time, whoever was late before it.
  const isAnew = timed.mark.type === 'emergency-began' && known !== null && isMissed(known, timed);
  if (isAnew) stopRun(known, timed);
  const live = isAnew ? null : known;
  const isMoved = start.appointmentMs !== null && live?.isAppointment === true;
  if (live !== null && (!isMoved || isMissed(live, timed))) return;
  const round = isMoved ? (live?.round ?? course.round) : toRound(course);
  if (!isMoved && !canBegin(course)) return;
  const row = course.settings === null ? null : firstMatch(course.clock.limits, course.settings);
  if (row === null) {
    course.armed = start;
    return;
  }
  const run =
    start.appointmentMs === null
      ? beginAt(course, timed, row, round, start.counted)
      : beginBefore(course, timed, row, round, start.appointmentMs);
  if (run === null) return;
  course.armed = null;
  if (isMoved) course.runs.pop();
  course.runs.push(run);
}

/** Whether its limit passed before that moment: no other time makes that undone. */
function isMissed(live: Run, { atMs }: TimedMark): boolean {
  const breachMs = toBreachMs(live, atMs, false);
  return breachMs !== null && breachMs < atMs;
}

/** Of the ticket, or where it begins with every start event, of its own starts. */
function toRound({ clock, runs, round }: Course): number {
  return clock.isEachStart ? runs.length + 1 : round;
}

function canBegin({ clock, runs, round }: Course): boolean {
  if (clock.isEachStart) return true;
  return runs.length === 0 || (clock.isEachRound && runs.every((run) => run.round !== round));
}

/** It counts from its start; only a limit that was used up before it held counts from here: nobody could have kept it. */
function beginAt(
  { policy, isPaused }: Course,
  timed: TimedMark,
  row: ClockLimit,
  round: number,
  counted: Run | null,
): Run {
  const limit = toRunLimit(row, policy, timed.atMs);
  const isLeft = counted !== null && toSpentMs(counted, limit, timed.atMs) < limit.limitMs;
  if (isLeft) return { ...counted, round, limits: [limit] };
  return beginRun(round, timed, timed.atMs, limit, { isPaused, isAppointment: false });
}

/** null = the moment agreed on is over. Where it is nearer than the limit allows, it is the limit itself. */
function beginBefore(
  { isPaused }: Course,
  timed: TimedMark,
  row: ClockLimit,
  round: number,
  appointmentMs: number,
): Run | null {
  const meetMs = appointmentMs + timed.shiftMs;
  if (meetMs <= timed.atMs) return null;
  const beginMs = meetMs - (row.leadMs ?? 0);
  const startMs = Math.max(timed.atMs, beginMs);
  const endMs = beginMs + row.limitMs > timed.atMs ? beginMs + row.limitMs : meetMs;
  const limit = toAppointmentLimit(row, endMs - startMs, timed.atMs);
  return beginRun(round, timed, startMs, limit, { isPaused, isAppointment: true });
}

/** Another limit for the same appointment: both count from where the run began. */
function toLater(live: Run, row: ClockLimit, { atMs }: TimedMark): RunLimit {
  const { row: first, limitMs } = live.limits[0] as RunLimit;
  const moreMs = row.limitMs - (row.leadMs ?? 0) - (first.limitMs - (first.leadMs ?? 0));
  return toAppointmentLimit(row, Math.max(0, limitMs + moreMs), atMs);
}

/** The warning comes as long before the end as the policy says, also where the appointment left less time. */
function toAppointmentLimit(row: ClockLimit, limitMs: number, sinceMs: number): RunLimit {
  const warnMs = Math.max(0, limitMs - row.limitMs * (1 - row.warnRatio));
  return { row, limitMs, warnMs, calendar: null, sinceMs };
}

function toLive({ runs }: Course): Run | null {
  const last = runs.at(-1);
  return last === undefined || last.stoppedMs !== null ? null : last;
}

/** Also one that waits for a limit. */
function toCounting(course: Course): readonly Run[] {
  return [toLive(course), course.armed?.counted ?? null].filter((run) => run !== null);
}

function toClock(
  { id, name, responsible }: ClockPolicy,
  run: Run,
  known: TicketClock | null,
  { marks, nowMs }: Timeline,
  heldUntilMs: number | null,
): TicketClock {
  const isTold = known?.isBreachTold ?? false;
  const isHeld = run.stoppedMs === null && !isTold && heldUntilMs !== null && nowMs < heldUntilMs;
  const { limit, dueMs } = toFirstDue(run);
  const isPaused = run.state === 'paused' || run.state === 'stopped-in-pause';
  // What has stopped keeps the times that the wall clock showed then.
  const shiftMs = run.stoppedMs === null ? 0 : run.tail.shiftMs;
  const toWall = (ms: number | null): number | null => (ms === null ? null : ms - shiftMs);
  const keptMs = toBreachMs(run, nowMs, false);
  const tieMs = isTold ? toBreachMs(run, nowMs, true) : null;
  // A tie counts as late only where it was told as that: a breach that came later keeps its own time.
  const isTie = tieMs !== null && (keptMs === null || known?.breachedAtMs === toWall(tieMs));
  const breachMs = isHeld ? null : isTie ? tieMs : keptMs;
  return {
    id,
    name,
    round: run.round,
    startedAtMs: run.startMs - shiftMs,
    limitMs: limit.limitMs,
    warnAtMs: isPaused ? null : toWall(toWarnMs(run)),
    dueAtMs: isPaused ? null : toWall(dueMs),
    spentMs: toSpentMs(run, limit, nowMs),
    isPaused: run.state === 'paused',
    stoppedAtMs: toWall(run.stoppedMs),
    warnedAtMs: known?.warnedAtMs ?? null,
    answeredAtMs: known?.answeredAtMs ?? null,
    breachedAtMs: toWall(breachMs),
    isBreachTold: isTold && breachMs !== null,
    responsible: breachMs === null ? null : toRecorded(responsible, marks, breachMs, toWall(breachMs), known),
    ...(isHeld && { heldUntilMs }),
  };
}

/** Who had to act when it was breached: as told, or where the policy names them; else as the first mark from then on says. */
function toRecorded(
  named: ClockPolicy['responsible'],
  marks: readonly TimedMark[],
  breachMs: number,
  wallMs: number | null,
  known: TicketClock | null,
): string | null {
  const told = known?.responsible ?? null;
  const isSame = known?.isBreachTold === true && known.breachedAtMs === wallMs;
  if (named !== undefined || (isSame && told !== null)) return told;
  const next = marks.find(({ atMs, mark }) => atMs >= breachMs && mark.responsible !== undefined);
  return next?.mark.responsible ?? told;
}

function toKey({ id, round }: Pick<TicketClock, 'id' | 'round'>): string {
  return `${id}/${round}`;
}
