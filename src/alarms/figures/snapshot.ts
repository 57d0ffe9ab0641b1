/**
 * The figures as parts to be saved: one per local day and one for all that runs on. Between two savings only the days that
 * have changed are parts again, so a year costs a few kilobytes each time. What is not understood is made again from the
 * alarm history.
 */
import type { FiguresPart } from '../../store/store.ts';
import { type Cell, EMPTY_CELL } from './cell.ts';
import { type AlarmMemory, type DayFigures, type Figures, NO_MEMORY, type Sliding } from './figures.ts';
import { FIGURE_LIMITS, FIGURES_VERSION } from './limits.ts';
import { editShards, emptyShards, entriesOf, type Shards } from './shards.ts';

const STATE = 'state';

interface SavedState
  extends Pick<Figures, 'timeZone' | 'sinceMs' | 'alarmCursor' | 'ticketCursor' | 'tooOld' | 'sliding'> {
  readonly version: number;
  readonly alarms: readonly (readonly [string, Partial<AlarmMemory>])[];
}

type SavedDay = Omit<DayFigures, 'cells'> & {
  readonly cells: readonly (readonly [string, Partial<Cell>])[];
};

/**
 * What has to be written so that `figures` is saved: one transaction for each list, in that order. Most times it is one; a
 * whole year is many, so that none takes long: the first takes away what says that something is saved, the last puts it back.
 * @param saved as it was written last; null = nothing is known to be saved
 */
export function toSavings(figures: Figures, saved: Figures | null): readonly (readonly FiguresPart[])[] {
  if (figures === saved) return [];
  const [state, ...days] = toParts(figures, saved);
  if (state === undefined) return [];
  if (days.length <= FIGURE_LIMITS.daysPerSaving) return [[state, ...days]];
  const lists = [[{ part: STATE, doc: null }]] as FiguresPart[][];
  for (let at = 0; at < days.length; at += FIGURE_LIMITS.daysPerSaving) {
    lists.push(days.slice(at, at + FIGURE_LIMITS.daysPerSaving));
  }
  return [...lists, [state]];
}

/** The state first. */
function toParts(figures: Figures, saved: Figures | null): readonly FiguresPart[] {
  const before = new Map((saved?.days ?? []).map((day) => [day.date, day]));
  const now = new Set(figures.days.map(({ date }) => date));
  const changed = figures.days.filter((day) => before.get(day.date) !== day);
  const gone = [...before.keys()].filter((date) => !now.has(date));
  return [
    { part: STATE, doc: toState(figures) },
    ...changed.map((day) => ({ part: day.date, doc: { ...day, cells: toEntries(day.cells, EMPTY_CELL) } })),
    ...gone.map((part) => ({ part, doc: null })),
  ];
}

/** A part as it was read: what takes time is done part by part. */
export function toDecoded(part: string, doc: unknown): unknown {
  return part === STATE ? doc : toDay(doc as SavedDay);
}

/** @param parts decoded, by name @returns null for another version, another zone, or what is no saving at all: begin anew */
export function fromFiguresParts(parts: ReadonlyMap<string, unknown>, timeZone: string): Figures | null {
  const state = parts.get(STATE) as SavedState | undefined;
  if (state?.version !== FIGURES_VERSION || state.timeZone !== timeZone) return null;
  const days = [...parts]
    .filter(([part]) => part !== STATE)
    .map(([, doc]) => doc as DayFigures)
    .toSorted((a, b) => a.startMs - b.startMs);
  const { sinceMs, alarmCursor, ticketCursor, tooOld, sliding } = state;
  return {
    timeZone,
    sinceMs,
    days,
    alarms: fromEntries(state.alarms, NO_MEMORY),
    sliding: sliding satisfies Sliding,
    alarmCursor,
    ticketCursor,
    cells: days.reduce((sum, { cells }) => sum + cells.size, 0),
    tooOld,
  };
}

function toState(figures: Figures): SavedState {
  const { timeZone, sinceMs, alarmCursor, ticketCursor, tooOld, sliding } = figures;
  return {
    version: FIGURES_VERSION,
    timeZone,
    sinceMs,
    alarmCursor,
    ticketCursor,
    tooOld,
    sliding,
    alarms: toEntries(figures.alarms, NO_MEMORY),
  };
}

function toDay(doc: SavedDay): DayFigures {
  return { ...doc, cells: fromEntries(doc.cells, EMPTY_CELL) };
}

/** Without what is as in `empty`. */
function toEntries<V extends object>(shards: Shards<V>, empty: V): [string, Partial<V>][] {
  return [...entriesOf(shards)].map(([key, value]) => [key, omitDefaults(value, empty)]);
}

function omitDefaults<V extends object>(value: V, empty: V): Partial<V> {
  const names = Object.keys(empty) as (keyof V)[];
  const told: Partial<V> = {};
  for (const name of names) {
    const item = value[name];
    if (item !== empty[name] && !(Array.isArray(item) && item.length === 0)) told[name] = item;
  }
  return told;
}

function fromEntries<V extends object>(
  entries: readonly (readonly [string, Partial<V>])[],
  empty: V,
): Shards<V> {
  const edit = editShards(emptyShards<V>());
  for (const [key, value] of entries) edit.set(key, { ...empty, ...value });
  return edit.finish();
}
