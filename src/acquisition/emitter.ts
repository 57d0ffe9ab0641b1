/**
 * Turns what is known of one link's points into batches. Every batch carries the time of its reception; a value is
 * passed on once, when it arrives, and never again with a newer time. Texts become numbers here, and a good value that
 * is not plausible beside those before it becomes uncertain.
 */
import type { PointDef, SiteModel } from '../config/model.ts';
import type { Clock, Now } from '../core/clock.ts';
import { isBad, QUALITIES, type QualityReason } from '../core/quality.ts';
import { type ReadingBatch, ReadingBatchBuilder } from '../core/reading.ts';
import type { Texts } from '../core/texts.ts';
import type { PointSample } from '../drivers/driver.ts';
import type { AgeWatch } from './freshness.ts';
import { Plausibility } from './plausibility.ts';

export interface EmitterOptions {
  readonly model: SiteModel;
  readonly points: readonly PointDef[];
  readonly clock: Clock;
  readonly ages: AgeWatch;
  readonly texts: Texts;
  readonly onBatch: (batch: ReadingBatch) => void;
}

export class Emitter {
  readonly #options: EmitterOptions;
  /** null = no point of the link declares what is plausible. */
  readonly #plausibility: Plausibility | null;

  constructor(options: EmitterOptions) {
    this.#options = options;
    this.#plausibility = Plausibility.of(options.points);
  }

  /** @param now when they came */
  samples(samples: readonly PointSample[], now: Now = this.#options.clock.now()): void {
    if (samples.length === 0) return;
    const { model, ages, texts, onBatch } = this.#options;
    const plausibility = this.#plausibility;
    const builder = new ReadingBatchBuilder(model.epoch, samples.length);
    for (const sample of samples) {
      const { point, sourceMs, text } = sample;
      let { value, quality } = sample;
      if (text !== undefined && !isBad(quality)) {
        const number = texts.toNumber(text);
        if (number === null) quality = QUALITIES.decode.code;
        else value = number;
      }
      if (plausibility !== null) quality = plausibility.judge(point, value, quality, now.monoMs);
      builder.add(point, value, quality, now.wallMs, sourceMs);
      ages.note(point, quality, now.monoMs);
    }
    onBatch(builder.finish(now.monoMs));
  }

  bad(points: readonly number[], reason: QualityReason): void {
    const { clock, ages } = this.#options;
    const { monoMs } = clock.now();
    for (const point of points) ages.note(point, QUALITIES[reason].code, monoMs);
    this.#tell(points, reason);
  }

  /** All points of the link. */
  allBad(reason: QualityReason): void {
    this.bad(
      this.#options.points.map(({ index }) => index),
      reason,
    );
  }

  /** Marks values that have become too old. What it tells of them is no word of theirs, so no age begins. @returns how many */
  sweep(): number {
    const { ages, clock } = this.#options;
    const expired = ages.expire(clock.now().monoMs);
    for (const { points, reason } of expired) this.#tell(points, reason);
    return expired.reduce((count, { points }) => count + points.length, 0);
  }

  #tell(points: readonly number[], reason: QualityReason): void {
    if (points.length === 0) return;
    const { model, clock, onBatch } = this.#options;
    const now = clock.now();
    const builder = new ReadingBatchBuilder(model.epoch, points.length);
    for (const point of points) {
      builder.add(point, Number.NaN, QUALITIES[reason].code, now.wallMs);
      this.#plausibility?.forget(point);
    }
    onBatch(builder.finish(now.monoMs));
  }
}
