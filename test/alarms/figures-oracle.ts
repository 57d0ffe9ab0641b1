/**
 * The figures once more, from all events at once and by their definitions: slow, without any state that is carried from one
 * event to the next. Shares no code with the figures but the rule for what an annunciation is (alarms/annunciation.ts).
 */
import { isAnnunciation } from '../../src/alarms/annunciation.ts';
import { type AlarmEvent, toIsaState } from '../../src/core/alarm.ts';
import { SEVERITY_NAMES } from '../../src/core/severity.ts';
import { isOfOccurrence, type LoggedEvent } from './figures-log.ts';

export interface Day {
  readonly date: string;
  readonly startMs: number;
  readonly endMs: number;
}

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** The event that ended it; null = it lasts. */
  readonly last: AlarmEvent | null;
}

const INTERVAL_MS = 600_000;

/** Days of a zone, found by looking at the clock every quarter of an hour. */
export function findDays(timeZone: string, fromMs: number, toMs: number): readonly Day[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const step = 900_000;
  const first = Math.floor(fromMs / step) * step - 100 * step;
  const starts: { date: string; startMs: number }[] = [];
  for (let at = first; at < toMs + 200 * step; at += step) {
    const date = format.format(at);
    if (starts.at(-1)?.date !== date) starts.push({ date, startMs: at });
  }
  return starts
    .slice(1, -1)
    .map((start, at) => ({ ...start, endMs: starts[at + 2]?.startMs ?? Number.POSITIVE_INFINITY }));
}

function keyOf(event: LoggedEvent): string {
  return isOfOccurrence(event) ? event.occurrence.key : event.control.key;
}

function stateOf({ occurrence, type }: AlarmEvent): string {
  return type === 'ended' ? 'none' : toIsaState(occurrence);
}

/** Times during which `isIn` holds after the events of one alarm. @param begin where it begins, if not at the event */
function stretches(
  events: readonly AlarmEvent[],
  nowMs: number,
  isIn: (event: AlarmEvent) => boolean,
  begin = (event: AlarmEvent): number => event.atMs,
): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const [at, event] of events.entries()) {
    const before = events[at - 1];
    if (!isIn(event) || (before !== undefined && isIn(before))) continue;
    const last = events.slice(at + 1).find((later) => !isIn(later)) ?? null;
    found.push({ fromMs: begin(event), toMs: last?.atMs ?? nowMs, last });
  }
  return found;
}

function overlap(fromMs: number, toMs: number, days: readonly Day[]): number {
  return days.reduce(
    (sum, { startMs, endMs }) => sum + Math.max(0, Math.min(toMs, endMs) - Math.max(fromMs, startMs)),
    0,
  );
}

/** @param days of the period */
export function countNaively(
  log: readonly LoggedEvent[],
  days: readonly Day[],
  allDays: readonly Day[],
  nowMs: number,
  isInScope: (key: string) => boolean,
) {
  const scoped = log.filter((event) => isInScope(keyOf(event)));
  const isIn = (atMs: number): boolean => days.some(({ startMs, endMs }) => atMs >= startMs && atMs < endMs);
  const real = scoped.filter(isOfOccurrence).filter(({ occurrence }) => !occurrence.isDrill);
  const calls = real.filter(isAnnunciation);
  const keys = [...new Set(scoped.map(keyOf))];
  const perKey = keys.map((key) =>
    countAlarm(
      key,
      scoped,
      real.filter((event) => keyOf(event) === key),
      days,
      nowMs,
      isIn,
    ),
  );
  const sum = (pick: (one: (typeof perKey)[number]) => number): number =>
    perKey.reduce((total, one) => total + pick(one), 0);
  const inside = calls.filter(({ atMs }) => isIn(atMs));
  const acknowledgements = perKey.flatMap(({ times }) => times);
  return {
    n: inside.length,
    bySeverity: SEVERITY_NAMES.map(
      (name) => inside.filter(({ occurrence }) => occurrence.severity === name).length,
    ),
    intervals: days.flatMap((day) => countIntervals(calls, day)),
    top: perKey.filter(({ n }) => n > 0).toSorted((a, b) => b.n - a.n || (a.key < b.key ? -1 : 1)),
    runs: sum(({ runs }) => runs.length),
    inverseRuns: sum(({ runs }) => runs.reduce((total, run) => total + 1 / Math.max(1, run), 0)),
    bursts: sum(({ bursts }) => bursts),
    fleeting: sum(({ fleeting }) => fleeting),
    staleAlarms: perKey.filter(({ staleDays }) => staleDays.length > 0).length,
    staleMost: Math.max(
      0,
      ...days.map((day) => perKey.filter(({ staleDays }) => staleDays.includes(day.date)).length),
    ),
    standing: perKey.filter(({ standsSinceMs }) => standsSinceMs !== null).length,
    asked: sum(({ asked }) => asked),
    acknowledgements,
    acknowledgedActive: sum(({ acknowledgedActive }) => acknowledgedActive),
    shelves: sum(({ shelves }) => shelves),
    reShelves: sum(({ shelves }) => Math.max(0, shelves - 1)),
    shelvedMs: sum(({ shelvedMs }) => shelvedMs),
    outMs: sum(({ outMs }) => outMs),
    blindMs: sum(({ blindMs }) => blindMs),
    suppressed: sum(({ suppressed }) => suppressed),
    raisedShelved: sum(({ raisedShelved }) => raisedShelved),
    activeMaxMs: Math.max(0, ...perKey.map(({ activeMaxMs }) => activeMaxMs)),
    waitMaxMs: Math.max(0, ...perKey.map(({ waitMaxMs }) => waitMaxMs)),
    reAlarmsMax: Math.max(0, ...perKey.map(({ reAlarmsMax }) => reAlarmsMax)),
    sliding: findSliding(calls, nowMs),
    fixed: findFixed(
      allDays.flatMap((day) => countIntervals(calls, day).map((count, at) => ({ day, at, count }))),
      nowMs,
    ),
  };
}

function countAlarm(
  key: string,
  log: readonly LoggedEvent[],
  events: readonly AlarmEvent[],
  days: readonly Day[],
  nowMs: number,
  isIn: (atMs: number) => boolean,
) {
  const calls = events.filter(isAnnunciation);
  const times = calls.map(({ atMs }) => atMs);
  const standing = stretches(events, nowMs, (event) => ['B', 'C'].includes(stateOf(event)));
  const active = stretches(
    events,
    nowMs,
    (event) => event.occurrence.isActive && !['G', 'none'].includes(stateOf(event)),
  );
  // Nobody waits for an answer before somebody was asked.
  const waits = stretches(events, nowMs, (event) => ['B', 'D'].includes(stateOf(event))).flatMap(
    (stretch) => {
      const fromMs = times.find((at) => at >= stretch.fromMs && at <= stretch.toMs);
      return fromMs === undefined ? [] : [{ ...stretch, fromMs }];
    },
  );
  const answered = waits.filter(
    ({ fromMs, last }) => isIn(fromMs) && last?.type === 'acknowledged' && last.by !== undefined,
  );
  const blind = stretches(
    events,
    nowMs,
    (event) => event.occurrence.blindSinceMs !== null && !['G', 'none'].includes(stateOf(event)),
    ({ occurrence, atMs }) => Math.min(atMs, occurrence.blindSinceMs ?? atMs),
  );
  const raises = events.filter(({ type, atMs }) => ['raised', 're-raised'].includes(type) && isIn(atMs));
  const decisions = log.filter((event) => keyOf(event) === key);
  return {
    key,
    n: times.filter(isIn).length,
    runs: times.flatMap((at, index) => {
      const before = times[index - 1];
      return before !== undefined && isIn(at) ? [(at - before) / 1_000] : [];
    }),
    bursts: times.filter((at, index) => isIn(at) && at - (times[index - 2] ?? -1e15) <= 60_000).length,
    fleeting: countFleeting(events, times, isIn),
    staleDays: days
      .filter((day) => standing.some(({ fromMs, toMs }) => overlap(fromMs + 86_400_000, toMs, [day]) > 0))
      .map(({ date }) => date),
    standsSinceMs: standing.find(({ last }) => last === null)?.fromMs ?? null,
    asked: waits.filter(({ fromMs }) => isIn(fromMs)).length,
    times: answered.map(({ fromMs, toMs }) => toMs - fromMs),
    acknowledgedActive: answered.filter(({ last }) => last?.occurrence.isActive).length,
    shelves: decisions.filter(({ type, atMs }) => type === 'shelved' && isIn(atMs)).length,
    ...countDecisions(decisions, days, nowMs),
    blindMs: blind.reduce((total, { fromMs, toMs }) => total + overlap(fromMs, toMs, days), 0),
    suppressed: raises.filter((event) => stateOf(event) === 'F').length,
    raisedShelved: raises.filter((event) => stateOf(event) === 'E').length,
    activeMaxMs: longest(active, isIn),
    waitMaxMs: longest(waits, isIn),
    reAlarmsMax: countReAlarms(events, isIn),
  };
}

/** Most re-alarms between a raise and the next, or the end; of a re-alarm of something that was active before. */
function countReAlarms(events: readonly AlarmEvent[], isIn: (atMs: number) => boolean): number {
  let [most, running] = [0, 0];
  for (const [at, event] of events.entries()) {
    if (['raised', 're-raised', 'ended'].includes(event.type)) running = 0;
    const before = events[at - 1];
    const wasActive = before?.occurrence.isActive === true && !['G', 'none'].includes(stateOf(before));
    if (event.type !== 're-alarmed' || !wasActive) continue;
    running++;
    if (isIn(event.atMs)) most = Math.max(most, running);
  }
  return most;
}

function longest(list: readonly Stretch[], isIn: (atMs: number) => boolean): number {
  return Math.max(0, ...list.filter(({ fromMs }) => isIn(fromMs)).map(({ fromMs, toMs }) => toMs - fromMs));
}

function countFleeting(
  events: readonly AlarmEvent[],
  times: readonly number[],
  isIn: (atMs: number) => boolean,
): number {
  return events.filter((event, at) => {
    if (!['raised', 're-raised'].includes(event.type) || !isAnnunciation(event) || !isIn(event.atMs))
      return false;
    const next = events
      .slice(at + 1)
      .find(({ type }) => ['returned', 'raised', 're-raised', 'ended'].includes(type));
    if (next?.type !== 'returned' || next.atMs - event.atMs >= 10_000) return false;
    const later = events.slice(events.indexOf(next) + 1);
    return !later.some((one) => isAnnunciation(one) && one.atMs - next.atMs < 60_000) && times.length > 0;
  }).length;
}

/** Shelves and permits, drills included: they belong to the alarm, not to the occurrence. */
function countDecisions(decisions: readonly LoggedEvent[], days: readonly Day[], nowMs: number) {
  const lasting = (begin: string, ends: readonly string[]): number => {
    let [total, sinceMs]: [number, number | null] = [0, null];
    for (const { type, atMs } of decisions) {
      if (type === begin) sinceMs ??= atMs;
      if (!ends.includes(type) || sinceMs === null) continue;
      total += overlap(sinceMs, atMs, days);
      sinceMs = null;
    }
    return total + (sinceMs === null ? 0 : overlap(sinceMs, nowMs, days));
  };
  return {
    shelvedMs: lasting('shelved', ['unshelved', 'shelf-expired']),
    outMs: lasting('out-of-service', ['in-service', 'service-expired']),
  };
}

function countIntervals(calls: readonly AlarmEvent[], { startMs, endMs }: Day): readonly number[] {
  return Array.from(
    { length: Math.ceil((endMs - startMs) / INTERVAL_MS) },
    (_, at) =>
      calls.filter(
        ({ atMs }) => atMs < endMs && atMs >= startMs && Math.floor((atMs - startMs) / INTERVAL_MS) === at,
      ).length,
  );
}

/** Floods on intervals of 10 minutes, every one of which is looked at. */
function findFixed(
  intervals: readonly { readonly day: Day; readonly at: number; readonly count: number }[],
  nowMs: number,
) {
  const found: { beganAtMs: number; endedAtMs: number | null; alarms: number; peak: number }[] = [];
  let open: (typeof found)[number] | null = null;
  for (const { day, at, count } of intervals) {
    const atMs = day.startMs + at * INTERVAL_MS;
    if (open !== null && count < 5 && atMs + INTERVAL_MS <= nowMs) {
      open.endedAtMs = atMs;
      open = null;
    } else if (open === null && count > 10) {
      open = { beganAtMs: atMs, endedAtMs: null, alarms: 0, peak: 0 };
      found.push(open);
    }
    if (open === null) continue;
    open.alarms += count;
    open.peak = Math.max(open.peak, count);
  }
  return found;
}

/** Begin, end and peak of floods by the second: more than 10 in the last 600 s, until fewer than 5. */
function findSliding(calls: readonly AlarmEvent[], nowMs: number) {
  const found: { beganAtMs: number; endedAtMs: number | null; alarms: number; peak: number }[] = [];
  const seconds = calls.map(({ atMs }) => Math.floor(atMs / 1_000));
  const moments = [
    ...calls.map(({ atMs }, at) => ({ second: seconds[at] as number, atMs, at: at as number | null })),
    ...seconds.map((second) => ({ second: second + 600, atMs: (second + 600) * 1_000, at: null })),
  ]
    .filter(({ atMs }) => atMs <= nowMs)
    .toSorted((a, b) => a.second - b.second || (a.at ?? -1) - (b.at ?? -1));
  let open: (typeof found)[number] | null = null;
  for (const { second, atMs, at } of moments) {
    const seen = at === null ? seconds.filter((one) => one < second) : seconds.slice(0, at + 1);
    const count = seen.filter((one) => one > second - 600).length;
    if (open !== null) {
      open.peak = Math.max(open.peak, count);
      if (at !== null) open.alarms++;
      if (count < 5) {
        open.endedAtMs = atMs;
        open = null;
      }
    } else if (at !== null && count > 10) {
      open = { beganAtMs: atMs, endedAtMs: null, alarms: count, peak: count };
      found.push(open);
    }
  }
  return found;
}
