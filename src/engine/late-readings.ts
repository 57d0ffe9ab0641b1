/**
 * Readings that came too late to be live, kept until no more of their point come: what was stored up is sent in one go. They are in
 * memory only, for seconds; those of a crash are lost, as they are from devices that do not store. Nothing is judged here.
 */
import type { ReadingBatch } from '../core/reading.ts';
import type { LateReading } from '../rules/late.ts';

export const LATE_LIMITS = {
  /** Quiet after which a point has told all that it had. */
  settleMs: 10_000,
  /** From the first on, also where more come: a clock that runs behind sends late readings for ever. */
  longestMs: 120_000,
  /** Of one point: more than an hour of one a second; and of all, 1 MB. Beyond them the later ones are left out. */
  readingsPerPoint: 5_000,
  readings: 50_000,
} as const;

export interface LateCounters {
  readonly lateReadings: number;
  /** Beyond the limits. */
  readonly droppedLateReadings: number;
}

export interface SettledPoint {
  /** Index in the site model. */
  readonly point: number;
  /** Ascending, no two of one time. */
  readonly readings: readonly LateReading[];
}

interface Waiting {
  readonly firstMonoMs: number;
  lastMonoMs: number;
  /** Key: time of the source; of two the one that came last. */
  readonly readings: Map<number, LateReading>;
}

export class LateReadings {
  /** Key: point. */
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #taken = 0;
  #dropped = 0;

  take({ count, point, value, quality, sourceMs, monoMs }: ReadingBatch): void {
    for (let at = 0; at < count; at++) {
      const atMs = sourceMs[at] as number;
      if (!Number.isFinite(atMs)) continue;
      this.#taken++;
      this.#add(
        point[at] as number,
        { atMs, value: value[at] as number, quality: quality[at] as number },
        monoMs,
      );
    }
  }

  /** Points that have told all that they had. They are forgotten; `giveBack` keeps them. */
  takeSettled(monoMs: number): readonly SettledPoint[] {
    if (this.#waiting.size === 0) return [];
    const settled = [...this.#waiting].filter(
      ([, { firstMonoMs, lastMonoMs }]) =>
        monoMs - lastMonoMs >= LATE_LIMITS.settleMs || monoMs - firstMonoMs >= LATE_LIMITS.longestMs,
    );
    return settled.map(([point, { readings }]) => {
      this.#waiting.delete(point);
      this.#count -= readings.size;
      return { point, readings: [...readings.values()].toSorted((a, b) => a.atMs - b.atMs) };
    });
  }

  /** What was made of them could not be stored. */
  giveBack(settled: readonly SettledPoint[], monoMs: number): void {
    for (const { point, readings } of settled)
      for (const reading of readings) this.#add(point, reading, monoMs);
  }

  counters(): LateCounters {
    return { lateReadings: this.#taken, droppedLateReadings: this.#dropped };
  }

  #add(point: number, reading: LateReading, monoMs: number): void {
    const waiting = this.#waiting.get(point) ?? {
      firstMonoMs: monoMs,
      lastMonoMs: monoMs,
      readings: new Map(),
    };
    const isKnown = waiting.readings.has(reading.atMs);
    const isFull =
      waiting.readings.size >= LATE_LIMITS.readingsPerPoint || this.#count >= LATE_LIMITS.readings;
    if (isFull && !isKnown) {
      this.#dropped++;
      return;
    }
    if (!isKnown) this.#count++;
    waiting.lastMonoMs = monoMs;
    waiting.readings.set(reading.atMs, reading);
    this.#waiting.set(point, waiting);
  }
}
