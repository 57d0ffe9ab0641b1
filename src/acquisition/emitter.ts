/**
 * Turns what is known of one link's points into batches. Every batch carries the time of its reception; a value is
 * passed on once, when it arrives, and never again with a newer time.
 */
import type { PointDef, SiteModel } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import { QUALITIES, type QualityReason } from '../core/quality.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../core/reading.ts';
import type { PointSample } from '../drivers/driver.ts';
import { Freshness } from './freshness.ts';

export interface EmitterOptions {
  readonly model: SiteModel;
  readonly points: readonly PointDef[];
  readonly clock: Clock;
  readonly onBatch: (batch: ReadingBatch) => void;
}

export class Emitter {
  readonly #options: EmitterOptions;
  readonly #freshness: Freshness;

  constructor(options: EmitterOptions) {
    this.#options = options;
    this.#freshness = new Freshness(options.points);
  }

  samples(samples: readonly PointSample[]): void {
    if (samples.length === 0) return;
    const { model, clock, onBatch } = this.#options;
    const now = clock.now();
    const builder = new ReadingBatchBuilder(model.epoch, samples.length);
    for (const { point, value, quality, sourceMs } of samples) {
      builder.add(point, value, quality, now.wallMs, sourceMs);
      this.#freshness.note(point, quality, now.monoMs);
    }
    onBatch(builder.finish(now.monoMs));
  }

  bad(points: readonly number[], reason: QualityReason): void {
    const quality = QUALITIES[reason].code;
    this.samples(points.map((point) => ({ point, value: Number.NaN, quality, sourceMs: Number.NaN })));
  }

  /** All points of the link. */
  allBad(reason: QualityReason): void {
    this.bad(
      this.#options.points.map(({ index }) => index),
      reason,
    );
  }

  /** Marks values that have become too old. @returns how many */
  sweep(): number {
    const expired = this.#freshness.expire(this.#options.clock.now().monoMs);
    this.bad(expired, 'stale');
    return expired.length;
  }
}
