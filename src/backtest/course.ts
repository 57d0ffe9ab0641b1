/**
 * One walk through the journal for all sides of a backtest: readings in order of reception, restarts and silence where the
 * journal tells of them, progress. Knows nothing of what is compared.
 */
import type { ReadingBatch } from '../core/reading.ts';
import { Instants, type InstantTaker } from './instants.ts';
import type { ReadingsPiece } from './journal-readings.ts';
import { BACKTEST_LIMITS } from './limits.ts';
import type { BacktestProgress, Gap, GapReason } from './port.ts';
import type { Replay } from './replay.ts';

export interface CourseOptions {
  readonly epoch: number;
  readonly replays: readonly Replay[];
  readonly range: { readonly fromMs: number; readonly toMs: number };
  /** What lies before it in the range is not in the journal any more, UTC ms. */
  readonly lostToMs: number;
  /** Silence for so long is a gap; Infinity where points send only what changes. */
  readonly silenceMs: number;
  readonly onProgress: (progress: BacktestProgress) => void;
  /** ms of any clock that runs on; for the pace of progress. */
  readonly elapsedMs: () => number;
}

export interface Course {
  readonly readings: number;
  /** Within the range. */
  readonly gaps: readonly Gap[];
  /** Gaps that were left out of the list. */
  readonly gapsLeftOut: number;
}

/** Instants between two looks at the clock. */
const LOOK_EVERY = 4096;

export function runCourse(pieces: Iterable<ReadingsPiece>, options: CourseOptions): Course {
  const walk = new Walk(options);
  const instants = new Instants(options.epoch);
  for (const piece of pieces) {
    instants.run(piece, walk);
    walk.readings += piece.count;
    walk.tell();
  }
  walk.finish();
  return { readings: walk.readings, gaps: walk.gaps, gapsLeftOut: walk.gapsLeftOut };
}

class Walk implements InstantTaker {
  readings = 0;
  readonly gaps: Gap[] = [];
  gapsLeftOut = 0;
  readonly #options: CourseOptions;
  #reachedMs: number | null = null;
  /** The run before has ended there. */
  #downFromMs: number | null = null;
  #instants = 0;
  #current = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(options: CourseOptions) {
    this.#options = options;
  }

  take(batch: ReadingBatch, nowMs: number): void {
    const { replays, silenceMs } = this.#options;
    const silentMs = this.#reachedMs === null ? 0 : nowMs - this.#reachedMs;
    if (this.#reachedMs === null) this.#noteLoss(nowMs);
    const fromMs = this.#downFromMs ?? (silentMs > silenceMs ? this.#reachedMs : null);
    if (fromMs !== null) this.#interrupt(fromMs, nowMs, 'gateway-down');
    this.#downFromMs = null;
    this.#reachedMs = nowMs;
    for (const replay of replays) replay.take(batch, nowMs);
    this.#current += batch.count;
    this.#instants += 1;
    if (this.#instants % LOOK_EVERY === 0) this.tell();
  }

  end(atMs: number): void {
    this.#downFromMs ??= atMs;
    this.#reachedMs = atMs;
  }

  tell(): void {
    const { onProgress, elapsedMs, range } = this.#options;
    if (elapsedMs() - this.#toldMs < BACKTEST_LIMITS.progressMs) return;
    this.#toldMs = elapsedMs();
    const ratio = (Math.max(this.#reachedMs ?? 0, range.fromMs) - range.fromMs) / (range.toMs - range.fromMs);
    onProgress({ ratio: Math.min(1, ratio), readings: this.#current, reachedMs: this.#reachedMs });
  }

  #interrupt(fromMs: number, nowMs: number, reason: GapReason): void {
    for (const replay of this.#options.replays) replay.restart(fromMs, nowMs, reason);
    this.#noteGap(fromMs, nowMs, reason);
  }

  /** Before the first reading. */
  #noteLoss(nowMs: number): void {
    const { lostToMs, range, silenceMs } = this.#options;
    if (lostToMs > range.fromMs) this.#interrupt(range.fromMs, Math.min(lostToMs, nowMs), 'out-of-retention');
    const fromMs = Math.max(range.fromMs, lostToMs);
    if (nowMs - fromMs > silenceMs) this.#interrupt(fromMs, nowMs, 'gateway-down');
  }

  /** What is behind the last reading of the journal was not recorded. */
  finish(): void {
    const { replays, silenceMs, range } = this.#options;
    const endMs = range.toMs;
    if (this.#reachedMs === null) this.#noteLoss(endMs);
    const reachedMs = this.#reachedMs ?? endMs;
    const fromMs = this.#downFromMs ?? (endMs - reachedMs > silenceMs ? reachedMs : null);
    if (fromMs !== null && fromMs < endMs) this.#interrupt(fromMs, endMs, 'gateway-down');
    for (const replay of replays) replay.end(endMs);
  }

  #noteGap(fromMs: number, toMs: number, reason: GapReason): void {
    const { range } = this.#options;
    if (toMs <= range.fromMs || fromMs >= range.toMs) return;
    const gap = { fromMs: Math.max(fromMs, range.fromMs), toMs: Math.min(toMs, range.toMs), reason };
    if (this.gaps.length < BACKTEST_LIMITS.gaps) this.gaps.push(gap);
    else this.gapsLeftOut += 1;
  }
}
