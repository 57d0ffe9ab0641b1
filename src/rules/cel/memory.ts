/**
 * What one expression rule keeps: its compiled condition, the frame of values that it reads, its windows and the hours of
 * its calendars. Fills the frame before each evaluation, so that nothing has an effect or is left out behind `&&`.
 */
import { assert } from '../../core/assert.ts';
import type { Now } from '../../core/clock.ts';
import { type CalendarId, toId } from '../../core/ids.ts';
import type { JsonValue, Judging, RuleEnvironment, Sample } from '../rule.ts';
import { SampleWindow } from '../windows/window.ts';
import { compileCondition } from './compile.ts';
import { type ExpressionParams, type Figure, MIN_KNOWN_PERCENT, toNames } from './params.ts';
import type { Frame, TruthNode } from './truth.ts';

/** A window moves all the time: asked again at most once a second, and no finer than its own cells are. */
const MIN_STEP_MS = 1_000;
const STEPS_PER_WINDOW = 250;
/** Calendars are made of minutes. */
const CALENDAR_STEP_MS = 60_000;

interface LiveWindow {
  /** Place of its point among the rule's. */
  readonly point: number;
  readonly of: Figure;
  readonly minKnownMs: number;
  readonly stepMs: number;
  readonly window: SampleWindow;
}

export interface ExpressionMemory {
  readonly run: TruthNode;
  readonly frame: Frame;
  readonly pointCount: number;
  readonly windows: readonly LiveWindow[];
  readonly working: readonly CalendarId[];
  /** Minute, since the epoch, for which `working` stands in the frame. */
  minute: number;
  dueAtMonoMs: number;
}

/**
 * Compiled conditions that rules share: 10,000 rules with one of their own each are five times slower, because the
 * processor's cache does not hold them. Key: names and condition.
 */
const compiled = new Map<string, TruthNode>();
/** A full map is emptied; rules that run keep theirs. */
const MAX_COMPILED = 1_000;

/** @param saved what `saveMemory` gave; null or anything else: windows begin empty */
export function createMemory(
  params: ExpressionParams,
  saved: JsonValue | null,
  start: Now,
): ExpressionMemory {
  const names = Object.keys(params.points);
  const rows: readonly JsonValue[] = Array.isArray(saved) ? saved : [];
  const windows = Object.values(params.windows).map(
    ({ point, over, of, minKnownPercent = MIN_KNOWN_PERCENT }, at): LiveWindow => {
      const row = rows[at] ?? null;
      return {
        point: names.indexOf(point),
        of,
        minKnownMs: (over * minKnownPercent) / 100,
        stepMs: Math.max(MIN_STEP_MS, over / STEPS_PER_WINDOW),
        window: row === null ? new SampleWindow(over, start.monoMs) : SampleWindow.restore(row, over, start),
      };
    },
  );
  const working = Object.values(params.working).map((id) => toId<CalendarId>(id));
  return {
    run: toRun(params),
    frame: { values: new Float64Array(names.length + windows.length + working.length), fault: '' },
    pointCount: names.length,
    windows,
    working,
    minute: Number.NaN,
    dueAtMonoMs: working.length > 0 ? start.monoMs : Number.POSITIVE_INFINITY,
  };
}

function toRun(params: ExpressionParams): TruthNode {
  const names = toNames(params);
  const key = JSON.stringify([names, params.condition]);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = compileCondition(params.condition, names);
  assert('run' in made, 'a condition that has been checked');
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(key, made.run);
  return made.run;
}

/** Of which points the windows are, and how long, by their place. */
export function toWindowsKey({ points, windows }: ExpressionParams): JsonValue {
  return Object.values(windows).map(({ point, over }) => [points[point] ?? null, over]);
}

/** Ages of the windows, by their place. */
export function saveMemory({ windows }: ExpressionMemory, now: Now): JsonValue | null {
  return windows.length === 0 ? null : windows.map(({ window }) => window.save(now));
}

export function fillFrame(memory: ExpressionMemory, samples: readonly Sample[], judging: Judging): void {
  const { frame, pointCount, windows, working } = memory;
  for (let at = 0; at < pointCount; at++) {
    frame.values[at] = judging.isUsable(at) ? (samples[at] as Sample).value : Number.NaN;
  }
  if (windows.length === 0 && working.length === 0) return;
  memory.dueAtMonoMs = Number.POSITIVE_INFINITY;
  for (let at = 0; at < windows.length; at++) {
    fillWindow(memory, windows[at] as LiveWindow, pointCount + at, judging.now);
  }
  if (working.length > 0) fillWorking(memory, judging);
}

function fillWindow(memory: ExpressionMemory, live: LiveWindow, at: number, now: Now): void {
  const { values } = memory.frame;
  live.window.push(now.monoMs, values[live.point] as number);
  values[at] = toFigure(live, now);
  if (live.of !== 'last' && now.monoMs < live.window.restsAtMonoMs)
    memory.dueAtMonoMs = Math.min(memory.dueAtMonoMs, now.monoMs + live.stepMs);
}

/** NaN where too much of the window, or its end, is not known: a figure of half the truth must not decide. */
function toFigure({ window, of, minKnownMs }: LiveWindow, now: Now): number {
  if (of === 'last') return window.last;
  const figures = window.read(now.monoMs);
  if (Number.isNaN(figures.last) || figures.knownMs < minKnownMs) return Number.NaN;
  switch (of) {
    case 'mean':
    case 'min':
    case 'max':
      return figures[of];
    case 'count':
      return figures.rises;
    case 'change':
      return toFinite(figures.last - figures.first);
    case 'rate':
      return toFinite(window.slope(now.monoMs) * 1000);
    default:
      return of satisfies never;
  }
}

/** An overflow is not the expression's; nothing is known then. */
function toFinite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

function fillWorking(memory: ExpressionMemory, { now, environment }: Judging): void {
  const minute = Math.floor(now.wallMs / CALENDAR_STEP_MS);
  if (minute !== memory.minute) setWorking(memory, environment, now);
  memory.minute = minute;
  const untilNextMs = (minute + 1) * CALENDAR_STEP_MS - now.wallMs;
  // A wall clock that is set meanwhile moves the edge; the step bounds how late that is seen.
  memory.dueAtMonoMs = Math.min(memory.dueAtMonoMs, now.monoMs + Math.max(MIN_STEP_MS, untilNextMs));
}

function setWorking(
  { frame, pointCount, windows, working }: ExpressionMemory,
  environment: RuleEnvironment,
  now: Now,
): void {
  const from = pointCount + windows.length;
  for (const [at, calendar] of working.entries()) {
    frame.values[from + at] = environment.isWithin(calendar, now.wallMs) ? 1 : 0;
  }
}
