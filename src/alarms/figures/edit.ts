/**
 * One change of the figures, of one event or of thousands: days and alarms that it touches are copied once, the rest is
 * shared with the figures before. Knows where things are kept and how much of it; what counts as what is step.ts's business.
 */
import { type Cell, EMPTY_CELL } from './cell.ts';
import {
  type AlarmMemory,
  type Cursor,
  type DayFigures,
  type Figures,
  type Flood,
  NO_MEMORY,
  type Sliding,
} from './figures.ts';
import { FIGURE_LIMITS, FIGURE_RULES } from './limits.ts';
import { type LocalDay, toLocalDay } from './local-days.ts';
import { editShards, emptyShards, entriesOf, type ShardsEdit } from './shards.ts';
import { addToSliding, passSliding, type SlidingStep } from './sliding.ts';

/** A day while it is changed. */
interface DayEdit {
  readonly base: DayFigures;
  readonly cells: ShardsEdit<Cell>;
  readonly intervals: number[];
  readonly floods: Flood[];
  windowMax: number;
  uncounted: number;
}

export class FiguresEdit {
  readonly #base: Figures;
  readonly #alarms: ShardsEdit<AlarmMemory>;
  /** Ascending; those that are not changed are as they were. */
  readonly #days: (DayFigures | DayEdit)[];
  #sliding: Sliding;
  #sinceMs: number;
  #cells: number;
  #tooOld: number;
  #alarmCursor: Cursor;
  #ticketCursor: Cursor;

  constructor(base: Figures) {
    this.#base = base;
    this.#alarms = editShards(base.alarms);
    this.#days = [...base.days];
    this.#sliding = base.sliding;
    this.#sinceMs = base.sinceMs;
    this.#cells = base.cells;
    this.#tooOld = base.tooOld;
    this.#alarmCursor = base.alarmCursor;
    this.#ticketCursor = base.ticketCursor;
  }

  memoryOf(key: string): AlarmMemory {
    return this.#alarms.get(key) ?? NO_MEMORY;
  }

  remember(key: string, memory: AlarmMemory): void {
    this.#alarms.set(key, memory);
  }

  /** Nothing is counted of days that are no longer kept, nor of more alarms of a day than its limit. */
  change(key: string, atMs: number, toChange: (cell: Cell) => Partial<Cell>): void {
    const day = this.#dayOf(atMs);
    if (day === null) return;
    const known = day.cells.get(key);
    if (known === undefined) {
      if (day.cells.size >= FIGURE_LIMITS.alarmsPerDay) {
        day.uncounted++;
        return;
      }
      this.#cells++;
    }
    const cell = known ?? EMPTY_CELL;
    day.cells.set(key, { ...cell, ...toChange(cell) });
  }

  /** Time from `fromMs` to `toMs`, split at local midnights. */
  spread(
    key: string,
    fromMs: number,
    toMs: number,
    toChange: (cell: Cell, ms: number) => Partial<Cell>,
  ): void {
    let atMs = Math.max(fromMs, toMs - FIGURE_LIMITS.days * 86_400_000);
    while (atMs < toMs) {
      const { endMs } = toLocalDay(this.#base.timeZone, atMs);
      const ms = Math.min(endMs, toMs) - atMs;
      this.change(key, atMs, (cell) => toChange(cell, ms));
      atMs = endMs;
    }
  }

  /** One annunciation, for the site as a whole. @returns its interval within the day */
  annunciate(atMs: number): number {
    this.#slide(addToSliding(this.#sliding, atMs));
    const day = this.#dayOf(atMs);
    if (day === null) return 0;
    const at = Math.floor((atMs - day.base.startMs) / FIGURE_RULES.intervalMs);
    day.intervals[at] = (day.intervals[at] ?? 0) + 1;
    day.windowMax = Math.max(day.windowMax, this.#sliding.count);
    return at;
  }

  /** Time has passed without an annunciation. */
  pass(nowMs: number): void {
    this.#slide(passSliding(this.#sliding, nowMs));
  }

  /** Puts a flood among those of the day on which it began. */
  addFlood(flood: Flood): void {
    this.#dayOf(flood.beganAtMs)?.floods.push(flood);
  }

  moveTo(cursors: Partial<Pick<Figures, 'alarmCursor' | 'ticketCursor'>>): void {
    this.#alarmCursor = cursors.alarmCursor ?? this.#alarmCursor;
    this.#ticketCursor = cursors.ticketCursor ?? this.#ticketCursor;
  }

  /** The edit must not be used afterwards. */
  finish(): Figures {
    return {
      timeZone: this.#base.timeZone,
      sinceMs: this.#sinceMs,
      days: this.#days.map((day) => ('base' in day ? finishDay(day) : day)),
      alarms: this.#alarms.finish(),
      sliding: this.#sliding,
      alarmCursor: this.#alarmCursor,
      ticketCursor: this.#ticketCursor,
      cells: this.#cells,
      tooOld: this.#tooOld,
    };
  }

  get sliding(): Sliding {
    return this.#sliding;
  }

  #slide({ sliding, over }: SlidingStep): void {
    this.#sliding = sliding;
    if (over !== null) this.addFlood(over);
  }

  /** null = older than what is kept. */
  #dayOf(atMs: number): DayEdit | null {
    const at = this.#days.findLastIndex((day) => startOf(day) <= atMs);
    const found = this.#days[at];
    if (at >= 0 || !this.#isFull()) this.#sinceMs = Math.min(this.#sinceMs, atMs);
    if (found !== undefined && atMs < endOf(found)) {
      if ('base' in found) return found;
      const edit = editDay(found);
      this.#days[at] = edit;
      return edit;
    }
    return this.#addDay(at, toLocalDay(this.#base.timeZone, atMs));
  }

  /** Days are counted, not measured: one stray event of a wrong year costs the oldest day, not all of them. */
  #addDay(after: number, day: LocalDay): DayEdit | null {
    if (this.#isFull()) {
      if (after < 0) {
        this.#tooOld++;
        return null;
      }
      this.#dropOldest();
      return this.#addDay(after - 1, day);
    }
    const none = { intervals: [], windowMax: 0, floods: [], cells: emptyShards<Cell>(), uncounted: 0 };
    const edit = editDay({ ...day, ...none });
    this.#days.splice(after + 1, 0, edit);
    if (after + 2 === this.#days.length) this.#forget(startOf(this.#days[0] ?? edit));
    return edit;
  }

  #dropOldest(): void {
    const oldest = this.#days.shift();
    if (oldest === undefined) return;
    this.#cells -= oldest.cells.size;
    this.#sinceMs = Math.max(this.#sinceMs, endOf(oldest));
  }

  #isFull(): boolean {
    return this.#days.length >= FIGURE_LIMITS.days || this.#cells >= FIGURE_LIMITS.cells;
  }

  /** Alarms of which nothing runs and which were last heard before the oldest day. */
  #forget(beforeMs: number): void {
    const base = this.#base.alarms;
    for (const [key] of entriesOf(base)) {
      const memory = this.#alarms.get(key);
      if (memory !== undefined && isOver(memory) && (memory.lastMs ?? beforeMs) < beforeMs)
        this.#alarms.delete(key);
    }
  }
}

function isOver(memory: AlarmMemory): boolean {
  const { activeSinceMs, standingSinceMs, waitingSinceMs, blindSinceMs, shelvedSinceMs, outSinceMs } = memory;
  const running = [activeSinceMs, standingSinceMs, waitingSinceMs, blindSinceMs, shelvedSinceMs, outSinceMs];
  return !memory.isActive && running.every((sinceMs) => sinceMs === null);
}

function startOf(day: DayFigures | DayEdit): number {
  return 'base' in day ? day.base.startMs : day.startMs;
}

function endOf(day: DayFigures | DayEdit): number {
  return 'base' in day ? day.base.endMs : day.endMs;
}

function editDay(base: DayFigures): DayEdit {
  const { intervals, floods, windowMax, uncounted } = base;
  const cells = editShards(base.cells);
  return { base, cells, intervals: [...intervals], floods: [...floods], windowMax, uncounted };
}

function finishDay({ base, cells, intervals, floods, windowMax, uncounted }: DayEdit): DayFigures {
  const { date, startMs, endMs } = base;
  return {
    date,
    startMs,
    endMs,
    intervals: Array.from(intervals, (count) => count ?? 0),
    windowMax,
    floods,
    cells: cells.finish(),
    uncounted,
  };
}
