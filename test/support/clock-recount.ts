/**
 * The clocks of a ticket counted out minute by minute, straight from service-workflow.md §2 ("every clock: start event, stop
 * event, pause states, calendar") and the words of config/policy.ts: the oracle of tickets/clocks.ts, with which it shares
 * no code. Knows whole minutes, calendars in Asia/Shanghai (no summer time) and no steps of the wall clock.
 */
import type { ClockLimit, ClockPolicy, Match, Policy } from '../../src/config/policy.ts';
import type { Calendar } from '../../src/core/calendar.ts';
import type { ClockSettings, TicketMark } from '../../src/core/ticket-clock.ts';

export interface Recount {
  readonly id: string;
  readonly round: number;
  startedAtMs: number;
  stoppedAtMs: number | null;
  breachedAtMs: number | null;
  isPaused: boolean;
  /** The minute in which the warning was due; null = not yet. */
  warnedAtMs: number | null;
  /**
   * The first minute in which a limit of it was used up, before anything else happened in that minute: what stops it then, or
   * gives it another limit, has kept it, unless the breach was told before. null = not yet.
   */
  usedUpAtMs: number | null;
}

interface Counted {
  readonly row: ClockLimit;
  /** When the row came to hold for the ticket; null = it never has. */
  sinceMs: number | null;
  /** Minutes that have counted in its hours. */
  minutes: number;
  limitMinutes: number;
  warnMinutes: number;
  passedMs: number | null;
  warnedMs: number | null;
}

interface Live extends Recount {
  readonly counted: Counted[];
  readonly isAppointment: boolean;
}

/** Waits for settings that have a limit. */
interface Waiting {
  readonly appointmentMs: number | null;
  /** Its minutes so far; null = of an appointment. */
  readonly unseen: Live | null;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;
const SHANGHAI_MS = 8 * 60 * MINUTE_MS;

/** @param marks in the order of time, the first one received */
export function recount(marks: readonly TicketMark[], policy: Policy, nowMs: number): readonly Recount[] {
  return policy.clocks.flatMap((clock) => recountOne(clock, marks, policy, nowMs));
}

function recountOne(
  clock: ClockPolicy,
  marks: readonly TicketMark[],
  policy: Policy,
  nowMs: number,
): readonly Recount[] {
  const runs: Live[] = [];
  let live: Live | null = null;
  const armed: { start: Waiting | null } = { start: null };
  let settings: ClockSettings | null = null;
  let round = 1;
  let isPaused = false;
  let stage: string | null = null;
  let next = 0;
  // The appointment that a round began with or has made; one whose time has come is none of the next round.
  let standingMs: number | null = null;

  const tryStart = (atMs: number, appointmentMs: number | null): void => {
    if (live !== null) {
      // A new appointment moves the old one, unless that was missed already.
      if (appointmentMs === null || !live.isAppointment || live.breachedAtMs !== null) return;
    } else if (
      !clock.isEachStart &&
      (runs.some((run) => run.round === round) || (runs.length > 0 && !clock.isEachRound))
    )
      return;
    // Of one that begins with every start, rounds are its starts.
    const own = clock.isEachStart ? runs.length + 1 : round;
    const row = rowFor(clock.limits, settings);
    if (row === null) {
      const isWaiting = appointmentMs === null && armed.start?.unseen?.round === own;
      const unseen = appointmentMs === null ? start(clock, null, { atMs, appointmentMs, round: own }) : null;
      if (!isWaiting) armed.start = { appointmentMs, unseen };
      return;
    }
    const waited = appointmentMs === null ? toKeepable(armed.start?.unseen ?? null, row, atMs) : null;
    const made =
      waited === null
        ? start(clock, row, { atMs, appointmentMs, round: live?.round ?? own })
        : { ...waited, round: own };
    if (made === null) return;
    if (live !== null) runs.pop();
    live = made;
    armed.start = null;
    runs.push(made);
  };

  for (let atMs = marks[0]?.atMs ?? nowMs; atMs <= nowMs; atMs += MINUTE_MS) {
    noteUsedUp(runs.at(-1), isPaused, atMs);
    for (let mark = marks[next]; mark !== undefined && mark.atMs === atMs; mark = marks[++next]) {
      const { type } = mark;
      if ((clock.stop as string[]).includes(type) || ['cancelled', 'merged', 'archived'].includes(type)) {
        armed.start = null;
        // What is only said before an appointment's time has come is not what was to be done then.
        const isSaid = mark.stage === stage && (clock.stop as string[]).includes(type);
        const last = runs.at(-1);
        const isEarly = last?.isAppointment === true && last.startedAtMs > atMs && isSaid;
        if (live !== null && !isEarly) {
          const stopped: Live = live;
          stopped.stoppedAtMs = atMs;
          stopped.startedAtMs = Math.min(stopped.startedAtMs, atMs);
          stopped.isPaused = false;
          live = null;
        }
      }
      const isNewRound = type === 'reworked' || type === 'reopened';
      if (isNewRound) round++;
      if (mark.stage !== stage) {
        stage = mark.stage;
        isPaused = (clock.pauses as string[]).includes(mark.stage);
      }
      if (mark.settings !== undefined) {
        const wasDifficult: boolean = settings?.isDifficult ?? mark.settings.isDifficult;
        settings = mark.settings;
        const row = rowFor(clock.limits, settings);
        if (live !== null) change(live, clock, settings, wasDifficult, atMs);
        else if (armed.start !== null && row !== null) tryStart(atMs, armed.start.appointmentMs);
      }
      if (mark.appointmentMs !== undefined) standingMs = mark.appointmentMs;
      else if (isNewRound && standingMs !== null && standingMs <= atMs) standingMs = null;
      const isKept: boolean = isNewRound && standingMs !== null && live === null;
      const agreedMs: number | null = mark.appointmentMs ?? (isKept ? standingMs : null);
      // On the way to the work, nobody is asked to make the appointment that stands.
      const isMade = standingMs !== null && (clock.stop as string[]).includes('appointed');
      const isOnTheWay = isNewRound || ['recorded', 'dispatched', 'taken'].includes(type);
      if (agreedMs !== null && clock.start.includes('appointment')) tryStart(atMs, agreedMs);
      else if ((clock.start as string[]).includes(type) && !(isMade && isOnTheWay)) tryStart(atMs, null);
      noteUsedUp(runs.at(-1), isPaused, atMs);
    }
    if (live !== null) countMinute(live, policy, isPaused, atMs);
    const unseen = armed.start?.unseen ?? null;
    if (unseen !== null) countMinute(unseen, policy, isPaused, atMs);
  }
  return runs;
}

/** It has counted from its start, and the limit that comes to hold only now is not used up yet; null = it begins anew. */
function toKeepable(unseen: Live | null, row: ClockLimit, atMs: number): Live | null {
  const found = unseen?.counted.find((one) => one.row === row);
  if (unseen === null || found === undefined || found.minutes >= found.limitMinutes) return null;
  found.sinceMs = atMs;
  return unseen;
}

function start(
  clock: ClockPolicy,
  row: ClockLimit | null,
  { atMs, appointmentMs, round }: { atMs: number; appointmentMs: number | null; round: number },
): Live | null {
  const base = {
    id: clock.id,
    round,
    stoppedAtMs: null,
    breachedAtMs: null,
    isPaused: false,
    warnedAtMs: null,
    usedUpAtMs: null,
  };
  const counted = clock.limits.map(
    (one): Counted => ({
      row: one,
      sinceMs: one === row ? atMs : null,
      minutes: 0,
      limitMinutes: one.limitMs / MINUTE_MS,
      warnMinutes: (one.limitMs / MINUTE_MS) * one.warnRatio,
      passedMs: null,
      warnedMs: null,
    }),
  );
  if (appointmentMs === null) return { ...base, startedAtMs: atMs, counted, isAppointment: false };
  if (appointmentMs <= atMs || row === null) return null;
  const fromMs = appointmentMs - (row.leadMs ?? 0);
  const startedAtMs = Math.max(atMs, fromMs);
  const endMs = fromMs + row.limitMs > atMs ? fromMs + row.limitMs : appointmentMs;
  for (const one of counted) {
    if (one.row !== row) continue;
    one.limitMinutes = (endMs - startedAtMs) / MINUTE_MS;
    // As long before the end as the policy says, also where less time is left.
    one.warnMinutes = Math.max(0, one.limitMinutes - (row.limitMs / MINUTE_MS) * (1 - row.warnRatio));
  }
  return { ...base, startedAtMs, counted, isAppointment: true };
}

function change(
  live: Live,
  clock: ClockPolicy,
  settings: ClockSettings,
  wasDifficult: boolean,
  atMs: number,
): void {
  const row = rowFor(clock.limits, settings);
  const found = live.counted.find((one) => one.row === row);
  if (found === undefined) return;
  const isDifficult = settings.isDifficult && !wasDifficult && found.row.match.isDifficult === true;
  const isGiven = isDifficult && live.breachedAtMs === null;
  if (isGiven) for (const one of live.counted) one.sinceMs = null;
  else if (found.sinceMs !== null) return;
  found.sinceMs = atMs;
}

function countMinute(live: Live, policy: Policy, isPaused: boolean, atMs: number): void {
  live.isPaused = isPaused;
  for (const one of live.counted) {
    if (isPaused || atMs < live.startedAtMs) continue;
    if (one.passedMs === null && one.minutes >= one.limitMinutes) one.passedMs = atMs;
    if (one.warnedMs === null && one.minutes >= one.warnMinutes) one.warnedMs = atMs;
  }
  const warnings = live.counted.flatMap(({ sinceMs, warnedMs }) =>
    sinceMs === null || warnedMs === null ? [] : [warnedMs],
  );
  live.warnedAtMs = warnings.length === 0 ? null : Math.min(...warnings);
  const breaches = live.counted.flatMap(({ sinceMs, passedMs }) =>
    sinceMs === null || passedMs === null ? [] : [Math.max(sinceMs, passedMs)],
  );
  if (breaches.length > 0 && live.breachedAtMs === null) live.breachedAtMs = Math.min(...breaches);
  if (isPaused || atMs < live.startedAtMs) return;
  for (const one of live.counted) {
    const { calendar } = one.row;
    const hours = calendar === null ? undefined : policy.calendars.get(calendar);
    if (hours === undefined || isOpen(hours, atMs)) one.minutes++;
  }
}

/** In a pause no limit is used up, but one may come to hold that was used up before it. */
function noteUsedUp(last: Live | undefined, isPaused: boolean, atMs: number): void {
  if (last === undefined || last.stoppedAtMs !== null || atMs < last.startedAtMs) return;
  const isUsedUp = last.counted.some(
    ({ sinceMs, minutes, limitMinutes, passedMs }) =>
      sinceMs !== null && (passedMs !== null || (!isPaused && minutes >= limitMinutes)),
  );
  if (isUsedUp) last.usedUpAtMs ??= atMs;
}

function rowFor(rows: readonly ClockLimit[], settings: ClockSettings | null): ClockLimit | null {
  if (settings === null) return null;
  return rows.find(({ match }) => holds(match, settings)) ?? null;
}

function holds(match: Match, settings: ClockSettings): boolean {
  return Object.entries(match).every(([key, wanted]) => {
    const found = settings[key as keyof ClockSettings];
    return Array.isArray(wanted) ? wanted.includes(found) : wanted === found;
  });
}

/** Asked again for the same minutes: one clock after the other. Key of the inner map: UTC ms. */
const known = new WeakMap<Calendar, Map<number, boolean>>();

function isOpen(calendar: Calendar, atMs: number): boolean {
  const minutes = known.get(calendar) ?? new Map<number, boolean>();
  known.set(calendar, minutes);
  const found = minutes.get(atMs) ?? isOpenAt(calendar, atMs);
  minutes.set(atMs, found);
  return found;
}

function isOpenAt(calendar: Calendar, atMs: number): boolean {
  const local = new Date(atMs + SHANGHAI_MS);
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes();
  const yesterday = new Date(local.getTime() - DAY_MINUTES * MINUTE_MS);
  const today = hoursOf(calendar, local).some(
    ({ from, to }) => minute >= from && (to <= from || minute < to),
  );
  return today || hoursOf(calendar, yesterday).some(({ from, to }) => to <= from && minute < to);
}

function hoursOf({ week, holiday, makeUp, days }: Calendar, local: Date): Calendar['holiday'] {
  const date = local.toISOString().slice(0, 10);
  if (days?.holidays.has(date)) return holiday;
  if (days?.makeUpDays.has(date)) return makeUp ?? week[0] ?? [];
  return week[(local.getUTCDay() + 6) % 7] ?? [];
}
