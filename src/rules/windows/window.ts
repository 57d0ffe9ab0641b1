/**
 * The last stretch of one point's values, for rules that look back: time-weighted mean, least, greatest, first and last
 * value, slope, how often it left zero, and for how much of the stretch a value was known at all. A value holds until the
 * next one; a gap (bad sample, gateway down) is neither quiet nor anything else: it is left out and seen in `knownMs`.
 * What follows from a window that is not fully known is the rule's business.
 *
 * Held stretches that together are no longer than a cell share one (exact mean, least and greatest), so that memory stays
 * bounded however fast values come. A figure is therefore exact unless a shared cell lies across the window's old edge;
 * there it is off by less than a cell, 1/250 of the window. Times are monotonic milliseconds and given by the caller.
 */
import type { Now } from '../../core/clock.ts';
import type { JsonValue } from '../rule.ts';
import { type Cell, CellRing } from './cells.ts';
import { addToLine, createLine, toSlope } from './line.ts';
import { toBoolean, toDownMs, toNumber, toSaved } from './saved.ts';
import { coarsen, parseCells, toRow } from './saved-cells.ts';

/** Two neighbouring cells are longer than one 250th together, so that twice as many and those at the edges fit the ring. */
const CELLS_PER_WINDOW = 250;
/** How often figures that move by time alone are asked for. */
const ASKS_PER_WINDOW = 100;
const LEAST_ASK_MS = 1_000;
/** Share of a window that must be known before a rule may say what its mean or slope is. */
export const MIN_KNOWN_RATIO = 0.8;

/** Figures of one window at one moment. Values are NaN where nothing is known. */
export interface WindowFigures {
  /** Time within the window in which a value was known, 0 – its length. */
  knownMs: number;
  /** Weighted by how long each value held. */
  mean: number;
  min: number;
  max: number;
  /** Value at the old edge; where none was known there, the first one after it. */
  first: number;
  /** Value that holds now; NaN in a gap. */
  last: number;
  /** How often it went from zero to anything else. What happened in a gap is seen, once, at the first sample after it. */
  rises: number;
}

export class SampleWindow {
  readonly overMs: number;
  readonly #cellMs: number;
  readonly #cells = new CellRing();
  readonly #figures: WindowFigures = { knownMs: 0, mean: 0, min: 0, max: 0, first: 0, last: 0, rises: 0 };
  /** Value since `#sinceMs`, which is where the newest cell ends; NaN = gap. */
  #held = Number.NaN;
  #sinceMs: number;
  /** 1 = the held value came after zero. */
  #heldRises = 0;
  /** Whether the last known value was not zero; null before the first. */
  #isOn: boolean | null = null;

  /** @param overMs length of the window, above 0 @param startMonoMs nothing is known of what was before */
  constructor(overMs: number, startMonoMs: number) {
    this.overMs = overMs;
    this.#cellMs = overMs / CELLS_PER_WINDOW;
    this.#sinceMs = startMonoMs;
  }

  /** Value that holds now; NaN in a gap. */
  get last(): number {
    return this.#held;
  }

  /** From when on the figures rest if no other value comes; mean and slope move all the time until then. */
  get restsAtMonoMs(): number {
    return this.#sinceMs + this.overMs;
  }

  /** When to ask again though no value comes: a hundred times per window, once a second at most. Infinity once it rests. */
  dueAtMonoMs(monoMs: number): number {
    if (monoMs >= this.restsAtMonoMs) return Number.POSITIVE_INFINITY;
    return Math.min(monoMs + Math.max(LEAST_ASK_MS, this.overMs / ASKS_PER_WINDOW), this.restsAtMonoMs);
  }

  /** The value from now on; anything but a finite number is a gap. A time before the last one counts as that. */
  push(monoMs: number, value: number): void {
    const next = Number.isFinite(value) ? value : Number.NaN;
    if (next === this.#held || (Number.isNaN(next) && Number.isNaN(this.#held))) return;
    this.#close(Math.max(monoMs, this.#sinceMs));
    this.#held = next;
    if (Number.isNaN(next)) return;
    this.#heldRises = this.#isOn === false && next !== 0 ? 1 : 0;
    this.#isOn = next !== 0;
  }

  /** @returns one object for all calls, overwritten by the next */
  read(monoMs: number): Readonly<WindowFigures> {
    const { columns, count } = this.#cells;
    const figures = clear(this.#figures);
    const nowMs = Math.max(monoMs, this.#sinceMs);
    const edgeMs = nowMs - this.overMs;
    for (let n = 0; n < count; n++) {
      const at = this.#cells.index(n);
      const fromMs = columns.fromMs[at] as number;
      const endMs = columns.endMs[at] as number;
      if (endMs <= edgeMs) continue;
      if (fromMs > edgeMs) figures.rises += columns.rises[at] as number;
      const min = columns.min[at] as number;
      if (min === Number.POSITIVE_INFINITY) continue;
      const share = fromMs < edgeMs ? (endMs - edgeMs) / (endMs - fromMs) : 1;
      const knownMs = (columns.knownMs[at] as number) * share;
      include(figures, knownMs, columns.mean[at] as number, min, columns.max[at] as number);
    }
    if (this.#sinceMs > edgeMs) figures.rises += this.#heldRises;
    const held = this.#held;
    if (!Number.isNaN(held)) include(figures, nowMs - Math.max(this.#sinceMs, edgeMs), held, held, held);
    figures.last = held;
    return finish(figures);
  }

  /**
   * Slope of the straight line through the held values (least squares), per millisecond; NaN when nothing is known.
   * Every value counts for as long as it held, so that faster polling and sending on change say the same, and one noisy
   * sample moves it little. A ramp seen in n equal steps gives 1 − 1/n² of its slope (5 steps: 96 %).
   */
  slope(monoMs: number): number {
    const { columns, count } = this.#cells;
    const nowMs = Math.max(monoMs, this.#sinceMs);
    const edgeMs = nowMs - this.overMs;
    const line = createLine();
    for (let n = 0; n < count; n++) {
      const at = this.#cells.index(n);
      const fromMs = columns.fromMs[at] as number;
      const endMs = columns.endMs[at] as number;
      const knownMs = columns.knownMs[at] as number;
      if (endMs <= edgeMs || knownMs === 0) continue;
      const beginMs = Math.max(fromMs, edgeMs);
      const share = (endMs - beginMs) / (endMs - fromMs);
      addToLine(line, beginMs - nowMs, endMs - nowMs, knownMs * share, columns.mean[at] as number);
    }
    const beginMs = Math.max(this.#sinceMs, edgeMs);
    if (!Number.isNaN(this.#held)) addToLine(line, beginMs - nowMs, 0, nowMs - beginMs, this.#held);
    return toSlope(line);
  }

  /** What a restart keeps: ages, in about sixty cells, so that the old edge is coarser for one length of the window. */
  save(now: Now): JsonValue {
    const cells = coarsen(this.#toCells(now.monoMs), this.overMs);
    const rows = cells.map((cell) => toRow(cell, now.monoMs));
    return { atMs: now.wallMs, isOn: this.#isOn, cells: rows };
  }

  /**
   * The time since the save is a gap.
   * @param saved what `save` gave for a window of this length; anything else counts as nothing saved
   */
  static restore(saved: JsonValue | undefined, overMs: number, start: Now): SampleWindow {
    const window = new SampleWindow(overMs, start.monoMs);
    const object = toSaved(saved);
    const atMs = toNumber(object?.['atMs']);
    if (object === null || atMs === null) return window;
    const savedMonoMs = start.monoMs - toDownMs(atMs, start);
    const cells = parseCells(object['cells'], savedMonoMs);
    if (cells === null) return window;
    window.#isOn = toBoolean(object['isOn']);
    for (const cell of coarsen(cells, overMs)) window.#cells.add(cell);
    window.#cells.dropUntil(start.monoMs - overMs);
    window.#sinceMs = savedMonoMs;
    return window;
  }

  /** What was held becomes part of the newest cell, or a cell of its own. */
  #close(nowMs: number): void {
    const cells = this.#cells;
    const cell = this.#toHeldCell(nowMs);
    cells.dropUntil(nowMs - this.overMs);
    const newest = cells.count === 0 ? null : cells.columns.fromMs[cells.index(cells.count - 1)];
    if (newest != null && nowMs - newest <= this.#cellMs) cells.extend(cell);
    else cells.add(cell);
    this.#sinceMs = nowMs;
    this.#heldRises = 0;
  }

  #toHeldCell(nowMs: number): Cell {
    const isKnown = !Number.isNaN(this.#held);
    return {
      fromMs: this.#sinceMs,
      endMs: nowMs,
      knownMs: isKnown ? nowMs - this.#sinceMs : 0,
      mean: this.#held,
      min: isKnown ? this.#held : Number.POSITIVE_INFINITY,
      max: isKnown ? this.#held : Number.NEGATIVE_INFINITY,
      rises: this.#heldRises,
    };
  }

  #toCells(monoMs: number): readonly Cell[] {
    const closed = Array.from({ length: this.#cells.count }, (_, n) => this.#cells.get(n));
    const all = [...closed, this.#toHeldCell(Math.max(monoMs, this.#sinceMs))];
    return all.filter(({ endMs }) => endMs > monoMs - this.overMs);
  }
}

function clear(figures: WindowFigures): WindowFigures {
  figures.knownMs = 0;
  figures.mean = 0;
  figures.min = Number.POSITIVE_INFINITY;
  figures.max = Number.NEGATIVE_INFINITY;
  figures.first = Number.NaN;
  figures.rises = 0;
  return figures;
}

/** The mean is summed relative to the first value, so that a value that rests is its own mean to the last digit. */
function include(figures: WindowFigures, knownMs: number, mean: number, min: number, max: number): void {
  if (Number.isNaN(figures.first)) figures.first = mean;
  figures.knownMs += knownMs;
  figures.mean += knownMs * (mean - figures.first);
  if (min < figures.min) figures.min = min;
  if (max > figures.max) figures.max = max;
}

function finish(figures: WindowFigures): WindowFigures {
  const isEmpty = Number.isNaN(figures.first);
  if (isEmpty) figures.min = figures.max = Number.NaN;
  // A value of this very moment has not lasted yet.
  if (figures.knownMs > 0) figures.mean = figures.first + figures.mean / figures.knownMs;
  else figures.mean = Number.isNaN(figures.last) ? figures.first : figures.last;
  return figures;
}
