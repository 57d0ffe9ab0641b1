/**
 * The figures of a period for a seat (the site), an equipment or a rule: what the API and the report show. A period is whole
 * local days; of the present day it is what has passed. Drills and what is out of service are in none of the numbers.
 */
import { SEVERITY_NAMES, type Severity } from '../../core/severity.ts';
import { addToSum, type CellSum, createSum } from './cell.ts';
import { type AlarmMemory, type DayFigures, type Figures, splitKey } from './figures.ts';
import { type FloodFigures, findFixedFloods, type Interval, type Period, toFloodFigures } from './floods.ts';
import { FIGURE_LIMITS, FIGURE_RULES, PRIORITY_TARGETS } from './limits.ts';
import { toDayOfDate, toLocalDay } from './local-days.ts';
import { entriesOf } from './shards.ts';
import { settleFigures } from './step.ts';
import { type Summary, summarise, summariseAcknowledgements } from './summary.ts';

export interface FigureScope {
  /** Equipment without its parts; none = the whole site. */
  readonly equipment?: string;
  /** Only together with an equipment. */
  readonly rule?: string;
}

export interface FigureRequest {
  /** Local dates `YYYY-MM-DD`, both included. */
  readonly fromDate: string;
  readonly toDate: string;
  readonly scope: FigureScope;
  /** Rules in the scope that are to be judged: the time that blindness is a share of. */
  readonly rules: number;
}

export interface Ranked {
  /** Alarm key or equipment. */
  readonly id: string;
  readonly n: number;
  readonly share: number;
}

export interface FiguresView {
  /** What is counted: from the first figure that there is to now, within the period. */
  readonly period: Period & { readonly hours: number };
  readonly annunciated: {
    readonly n: number;
    readonly perHour: number | null;
    /** Intervals of 10 minutes since local midnight, those without an alarm included. */
    readonly per10Min: Summary;
    readonly intervalsOver10Ratio: number | null;
  };
  /** `fixed`: intervals of 10 minutes since local midnight; `sliding`: any 10 minutes, for the whole site only. */
  readonly floods: { readonly fixed: FloodFigures; readonly sliding: FloodFigures | null };
  readonly chattering: {
    /** Ψ over all run lengths of the scope, in alarms/s; null without any run. */
    readonly index: number | null;
    readonly runs: number;
    /** Annunciations that were the third within a minute. */
    readonly bursts: number;
    /** Alarms with Ψ of 0.05 or more, the worst first. */
    readonly alarms: number;
    readonly worst: readonly { readonly id: string; readonly index: number; readonly runs: number }[];
  };
  readonly fleeting: number;
  readonly stale: { readonly alarms: number; readonly mostOnOneDay: number };
  readonly standing: {
    readonly n: number;
    readonly stale: number;
    /** The oldest first. */
    readonly oldest: readonly { readonly id: string; readonly sinceMs: number }[];
  };
  readonly topTen: {
    readonly share: number | null;
    readonly alarms: readonly Ranked[];
    readonly equipment: readonly Ranked[];
  };
  readonly priorities: readonly {
    readonly severity: Severity;
    readonly n: number;
    readonly share: number | null;
    readonly target: number;
  }[];
  readonly acknowledgement: {
    /** Times that an alarm began to wait for an acknowledgement. */
    readonly asked: number;
    readonly acknowledged: number;
    readonly acknowledgedActive: number;
    /** Acknowledged while active, of those asked. */
    readonly ratio: number | null;
    readonly ms: Summary;
  };
  readonly shelving: { readonly n: number; readonly hours: number; readonly reShelves: number };
  /** Raised without being annunciated. */
  readonly hidden: { readonly suppressed: number; readonly shelved: number };
  readonly falseAlarms: number;
  readonly outOfServiceHours: number;
  readonly blind: { readonly ms: number; readonly scheduledMs: number; readonly ratio: number | null };
  readonly opcUa: OpcUaFigures;
  /** Not counted one by one, because a limit was reached (limits.ts). */
  readonly uncounted: { readonly changes: number; readonly events: number };
}

/** AlarmMetricsType of OPC UA Part 9 (v1.04, 8.2). Rates are alarms per 10 minutes, times are ms. */
export interface OpcUaFigures {
  readonly AlarmCount: number;
  /** UTC ms. */
  readonly StartTime: number;
  /** Of the last 10 minutes; null for a part of the site. */
  readonly CurrentAlarmRate: number | null;
  /** Sliding for the site, on fixed intervals for a part of it. */
  readonly MaximumAlarmRate: number;
  readonly AverageAlarmRate: number;
  readonly MaximumActiveState: number;
  readonly MaximumUnAck: number;
  readonly MaximumReAlarmCount: number;
}

/** Blind time of rules that had no open occurrence (blind-time.ts). */
export type UnseenMs = (scope: FigureScope, period: Period) => number;

/** @throws RangeError for what is no date */
export function viewFigures(
  figures: Figures,
  request: FigureRequest,
  nowMs: number,
  unseenMs: UnseenMs = () => 0,
): FiguresView {
  const settled = settleFigures(figures, nowMs);
  const period = toPeriod(figures, request, nowMs);
  const isSite = request.scope.equipment === undefined;
  const days = settled.days.filter(({ startMs, endMs }) => startMs < period.toMs && endMs > period.fromMs);
  const keys = sumByKey(days, request.scope);
  const total = createSum();
  for (const sum of keys.values()) addToSum(total, sum);
  const intervals = withDaysInFlood(settled.days, days).flatMap((day) => toIntervals(day, request.scope));
  const inside = days.flatMap((day) => toIntervals(day, request.scope));
  const annunciated = toAnnunciated(inside, period);
  const windowMax = Math.max(0, ...days.map((day) => day.windowMax));
  const { listed } = FIGURE_LIMITS;
  const sliding = settled.days.flatMap(({ floods }) => floods);
  return {
    period: { ...period, hours: toHours(period.toMs - period.fromMs) },
    annunciated,
    floods: {
      fixed: toFloodFigures(findFixedFloods(intervals, nowMs), period, nowMs, listed),
      sliding: isSite ? toFloodFigures(sliding, period, nowMs, listed) : null,
    },
    ...toAlarmFigures(keys, total, annunciated.n, days, request.scope),
    standing: toStanding(figures, request.scope, nowMs),
    ...toPeopleFigures(keys, total),
    blind: toBlind(total, unseenMs(request.scope, period), request.rules, period),
    opcUa: {
      AlarmCount: annunciated.n,
      StartTime: period.fromMs,
      CurrentAlarmRate: isSite ? settled.sliding.count : null,
      MaximumAlarmRate: isSite ? windowMax : (annunciated.per10Min.max ?? 0),
      AverageAlarmRate: annunciated.per10Min.mean ?? 0,
      MaximumActiveState: total.activeMaxMs,
      MaximumUnAck: total.waitMaxMs,
      MaximumReAlarmCount: total.reAlarmsMax,
    },
    uncounted: { changes: days.reduce((sum, { uncounted }) => sum + uncounted, 0), events: figures.tooOld },
  };
}

/** Whole intervals: the first one counts from its beginning, though something was heard only in the middle of it. */
function toPeriod(figures: Figures, { fromDate, toDate }: FigureRequest, nowMs: number): Period {
  const { timeZone, sinceMs } = figures;
  const { startMs } = toLocalDay(timeZone, sinceMs);
  const firstMs = sinceMs - ((sinceMs - startMs) % FIGURE_RULES.intervalMs);
  const fromMs = Math.max(toDayOfDate(timeZone, fromDate).startMs, firstMs);
  return { fromMs, toMs: Math.max(fromMs, Math.min(toDayOfDate(timeZone, toDate).endMs, nowMs)) };
}

function isIn(key: string, { equipment, rule }: FigureScope): boolean {
  if (equipment === undefined) return true;
  const parts = splitKey(key);
  return parts.equipment === equipment && (rule === undefined || parts.rule === rule);
}

/** Key: alarm key. */
function sumByKey(days: readonly DayFigures[], scope: FigureScope): ReadonlyMap<string, CellSum> {
  const sums = new Map<string, CellSum>();
  for (const { cells } of days) {
    for (const [key, cell] of entriesOf(cells)) {
      if (!isIn(key, scope)) continue;
      const sum = sums.get(key) ?? createSum();
      addToSum(sum, cell);
      sums.set(key, sum);
    }
  }
  return sums;
}

/** Also the days around the period from which, or into which, a flood may reach. @returns nothing where `days` is empty */
function withDaysInFlood(all: readonly DayFigures[], days: readonly DayFigures[]): readonly DayFigures[] {
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) return [];
  let from = all.indexOf(first);
  let to = all.indexOf(last);
  while (isFollowedInFlood(all[from - 1], all[from])) from--;
  while (isFollowedInFlood(all[to], all[to + 1])) to++;
  return all.slice(from, to + 1);
}

function isFollowedInFlood(before: DayFigures | undefined, day: DayFigures | undefined): boolean {
  if (before === undefined || before.endMs !== day?.startMs) return false;
  const last = Math.ceil((before.endMs - before.startMs) / FIGURE_RULES.intervalMs) - 1;
  return (before.intervals[last] ?? 0) >= FIGURE_RULES.floodLeave;
}

function toIntervals(day: DayFigures, scope: FigureScope): readonly Interval[] {
  return [...countIntervals(day, scope)]
    .filter(([, count]) => count > 0)
    .toSorted(([a], [b]) => a - b)
    .map(([at, count]) => {
      const atMs = day.startMs + at * FIGURE_RULES.intervalMs;
      return { atMs, endMs: Math.min(day.endMs, atMs + FIGURE_RULES.intervalMs), count };
    });
}

function countIntervals(day: DayFigures, scope: FigureScope): ReadonlyMap<number, number> {
  if (scope.equipment === undefined) return new Map(day.intervals.entries());
  const counts = new Map<number, number>();
  for (const [key, { intervals }] of entriesOf(day.cells)) {
    if (!isIn(key, scope)) continue;
    for (const [at, count] of intervals) counts.set(at, (counts.get(at) ?? 0) + count);
  }
  return counts;
}

function toAnnunciated(intervals: readonly Interval[], { fromMs, toMs }: Period): FiguresView['annunciated'] {
  const counts = intervals.map(({ count }) => count);
  const n = counts.reduce((sum, count) => sum + count, 0);
  const all = Math.max(counts.length, Math.ceil((toMs - fromMs) / FIGURE_RULES.intervalMs));
  const over = counts.filter((count) => count > FIGURE_RULES.floodEnter).length;
  return {
    n,
    perHour: toMs > fromMs ? n / toHours(toMs - fromMs) : null,
    per10Min: summarise(counts, all - counts.length),
    intervalsOver10Ratio: all === 0 ? null : over / all,
  };
}

function toAlarmFigures(
  keys: ReadonlyMap<string, CellSum>,
  total: CellSum,
  n: number,
  days: readonly DayFigures[],
  scope: FigureScope,
): Pick<FiguresView, 'chattering' | 'fleeting' | 'stale' | 'topTen' | 'priorities'> {
  const alarms = toRanked(new Map([...keys].map(([key, cell]) => [key, cell.n])), n);
  const byEquipment = new Map<string, number>();
  for (const [key, cell] of keys) {
    const { equipment } = splitKey(key);
    byEquipment.set(equipment, (byEquipment.get(equipment) ?? 0) + cell.n);
  }
  return {
    chattering: toChattering(keys, total),
    fleeting: total.fleeting,
    stale: {
      alarms: [...keys.values()].filter(({ stale }) => stale === 1).length,
      mostOnOneDay: Math.max(0, ...days.map((day) => countStale(day, scope))),
    },
    topTen: {
      share: n === 0 ? null : alarms.reduce((sum, one) => sum + one.n, 0) / n,
      alarms,
      equipment: toRanked(byEquipment, n),
    },
    priorities: SEVERITY_NAMES.map((severity, at) => {
      const count = total.bySeverity[at] ?? 0;
      const share = total.n === 0 ? null : count / total.n;
      return { severity, n: count, share, target: PRIORITY_TARGETS[severity] };
    }),
  };
}

/** The ten with the most, those with equal numbers by their name. */
function toRanked(counts: ReadonlyMap<string, number>, all: number): readonly Ranked[] {
  return [...counts]
    .filter(([, n]) => n > 0)
    .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, 10)
    .map(([id, n]) => ({ id, n, share: n / all }));
}

function toChattering(keys: ReadonlyMap<string, CellSum>, total: CellSum): FiguresView['chattering'] {
  const indices = [...keys]
    .map(([id, { inverseRunsHz, runs }]) => ({ id, index: runs === 0 ? 0 : inverseRunsHz / runs, runs }))
    .filter(({ index }) => index >= FIGURE_RULES.chatteringIndex)
    .toSorted((a, b) => b.index - a.index || (a.id < b.id ? -1 : 1));
  return {
    index: total.runs === 0 ? null : total.inverseRunsHz / total.runs,
    runs: total.runs,
    bursts: total.bursts,
    alarms: indices.length,
    worst: indices.slice(0, 10),
  };
}

function countStale({ cells }: DayFigures, scope: FigureScope): number {
  let count = 0;
  for (const [key, { stale }] of entriesOf(cells)) if (stale === 1 && isIn(key, scope)) count++;
  return count;
}

/** Of this moment, whatever the period. */
function toStanding(figures: Figures, scope: FigureScope, nowMs: number): FiguresView['standing'] {
  const standing: { readonly id: string; readonly sinceMs: number }[] = [];
  const alarms: Iterable<readonly [string, AlarmMemory]> = entriesOf(figures.alarms);
  for (const [id, { standingSinceMs }] of alarms) {
    if (standingSinceMs !== null && isIn(id, scope)) standing.push({ id, sinceMs: standingSinceMs });
  }
  const oldest = standing.toSorted((a, b) => a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1));
  return {
    n: standing.length,
    stale: standing.filter(({ sinceMs }) => nowMs - sinceMs > FIGURE_RULES.staleMs).length,
    oldest: oldest.slice(0, FIGURE_LIMITS.listed),
  };
}

function toPeopleFigures(
  keys: ReadonlyMap<string, CellSum>,
  total: CellSum,
): Pick<FiguresView, 'acknowledgement' | 'shelving' | 'hidden' | 'falseAlarms' | 'outOfServiceHours'> {
  const { waits: asked, acknowledged, acknowledgedActive, shelves: n } = total;
  return {
    acknowledgement: {
      asked,
      acknowledged,
      acknowledgedActive,
      ratio: asked === 0 ? null : acknowledgedActive / asked,
      ms: summariseAcknowledgements(total),
    },
    shelving: {
      n,
      hours: toHours(total.shelvedMs),
      reShelves: [...keys.values()].reduce((sum, { shelves }) => sum + Math.max(0, shelves - 1), 0),
    },
    hidden: { suppressed: total.suppressed, shelved: total.raisedShelved },
    falseAlarms: total.falseAlarms,
    outOfServiceHours: toHours(total.outOfServiceMs),
  };
}

/** What is out of service is not scheduled. */
function toBlind(
  total: CellSum,
  unseenMs: number,
  rules: number,
  { fromMs, toMs }: Period,
): FiguresView['blind'] {
  const scheduledMs = Math.max(0, rules * (toMs - fromMs) - total.outOfServiceMs);
  const ms = total.blindMs + unseenMs;
  const ratio = scheduledMs === 0 ? null : Math.min(1, ms / scheduledMs);
  return { ms, scheduledMs, ratio };
}

function toHours(ms: number): number {
  return ms / 3_600_000;
}
