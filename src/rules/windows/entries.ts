/**
 * The last so many entries (to a state, starts of a pump), each with two ages: one by the clock, and one that stands
 * still while nobody could see. The first says that enough came within a window; only the second says that it has become
 * quiet, since a gap is not quiet. What is missing from a memory may have been entries: nothing is quiet then until the
 * window has been seen anew.
 */
import type { Now } from '../../core/clock.ts';
import type { JsonValue, Past } from '../rule.ts';
import { toDownMs, toNumber, toNumbers, toSaved } from './saved.ts';
import { countTo, createStopwatch, type Stopwatch, toElapsedAt } from './stopwatch.ts';

/** More than any rule asks for (`count`, `perHour` + 1). */
const MAX_ENTRIES = 1_001;

export class Entries {
  readonly #keep: number;
  readonly #withinMs: number;
  /** Rings: monotonic time, and known time, of each entry. */
  readonly #monoMs: Float64Array;
  readonly #knownMs: Float64Array;
  /** Time in which the input was known. */
  readonly #known: Stopwatch;
  /** Until when the input was known, before the present stretch in which it is. */
  #seenMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #next = 0;
  /** Until this known time there may have been entries that are not remembered; -Infinity = all are. */
  #tornMs = Number.NEGATIVE_INFINITY;

  /** @param keep how many entries are remembered, at least 1 @param withinMs the window that they are counted in */
  constructor(keep: number, withinMs: number, startMonoMs: number, past: Past) {
    this.#keep = keep;
    this.#withinMs = withinMs;
    this.#monoMs = new Float64Array(keep);
    this.#knownMs = new Float64Array(keep);
    this.#known = createStopwatch(startMonoMs);
    if (past !== 'whole') this.#tornMs = 0;
  }

  /** Brings the known time up to now; `isKnown` holds from now on. */
  pass(monoMs: number, isKnown: boolean): void {
    if (this.#known.isRunning) this.#seenMs = monoMs;
    countTo(this.#known, monoMs);
    this.#known.isRunning = isKnown;
  }

  /** One that was found just now, `pass` done. It is left out after a gap so long that it may be older than the window. */
  add(monoMs: number): void {
    if (monoMs - this.#seenMs <= this.#withinMs) this.#put(monoMs, this.#known.elapsedMs);
  }

  /** Whether `keep` entries are within the window. */
  isFull(monoMs: number): boolean {
    return this.#count === this.#keep && monoMs - (this.#monoMs[this.#next] as number) < this.#withinMs;
  }

  /** Whether they are when time in which nobody could see does not count. */
  mayBeFull(): boolean {
    if (this.#known.elapsedMs < this.#tornMs + this.#withinMs) return true;
    const knownMs = this.#known.elapsedMs - (this.#knownMs[this.#next] as number);
    return this.#count === this.#keep && knownMs < this.#withinMs;
  }

  /** When the answer of one of the two changes by time alone; Infinity = not. `pass` done. */
  dueAtMonoMs(monoMs: number): number {
    const isEnough = this.#count === this.#keep;
    const byClock = isEnough ? (this.#monoMs[this.#next] as number) + this.#withinMs : monoMs;
    if (byClock > monoMs) return byClock;
    const oldestMs = isEnough ? (this.#knownMs[this.#next] as number) : Number.NEGATIVE_INFINITY;
    const leftMs = Math.max(oldestMs, this.#tornMs) + this.#withinMs - this.#known.elapsedMs;
    return leftMs > 0 && this.#known.isRunning ? monoMs + leftMs : Number.POSITIVE_INFINITY;
  }

  save(now: Now): JsonValue {
    const knownNow = toElapsedAt(this.#known, now.monoMs);
    const rows: number[] = [];
    for (let at = 0; at < this.#count; at++) {
      const index = (this.#next - this.#count + at + this.#keep) % this.#keep;
      rows.push(now.monoMs - (this.#monoMs[index] as number), knownNow - (this.#knownMs[index] as number));
    }
    return {
      atMs: now.wallMs,
      unseenMs: this.#known.isRunning ? 0 : toFinite(now.monoMs - this.#seenMs),
      keep: this.#keep,
      tornMs: toFinite(knownNow - this.#tornMs),
      ages: rows,
    };
  }

  /**
   * The time since the save counts for the clock alone. Saved by a rule that remembered fewer, and as many as it could, the
   * others are missing.
   * @param saved what `save` gave; anything else counts as nothing
   */
  static restore(
    saved: JsonValue | undefined,
    keep: number,
    withinMs: number,
    start: Now,
    past: Past,
  ): Entries {
    const object = toSaved(saved);
    const atMs = toNumber(object?.['atMs']);
    const all = toNumbers(object?.['ages'], 2 * MAX_ENTRIES);
    if (atMs === null || all === null || all.length % 2 !== 0)
      return new Entries(keep, withinMs, start.monoMs, past);
    const kept = toNumber(object?.['keep'], 1) ?? keep;
    const isShort = kept < keep && all.length === 2 * kept;
    const entries = new Entries(keep, withinMs, start.monoMs, isShort ? 'lost' : past);
    const tornMs = toNumber(object?.['tornMs'], 0);
    if (past === 'whole' && !isShort && tornMs !== null) entries.#tornMs = -tornMs;
    const ages = all.slice(-2 * keep);
    const downMs = toDownMs(atMs, start);
    entries.#seenMs = start.monoMs - downMs - (toNumber(object?.['unseenMs'], 0) ?? 0);
    for (let at = 0; at < ages.length; at += 2) {
      entries.#put(start.monoMs - downMs - (ages[at] as number), -(ages[at + 1] as number));
    }
    return entries;
  }

  #put(monoMs: number, knownMs: number): void {
    this.#monoMs[this.#next] = monoMs;
    this.#knownMs[this.#next] = knownMs;
    this.#next = (this.#next + 1) % this.#keep;
    this.#count = Math.min(this.#count + 1, this.#keep);
  }
}

/** null for what has never been. */
function toFinite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
