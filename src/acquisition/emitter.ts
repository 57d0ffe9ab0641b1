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
import type { PointSample, SampleColumns } from '../drivers/driver.ts';
import type { AgeWatch } from './freshness.ts';
import { Plausibility } from './plausibility.ts';

export interface EmitterOptions {
  readonly model: SiteModel;
  readonly points: readonly PointDef[];
  readonly clock: Clock;
  readonly ages: AgeWatch;
  readonly texts: Texts;
  readonly onBatch: (batch: ReadingBatch) => void;
  /** What came too late to be live; left out = it is of no use. */
  readonly onLate?: ((batch: ReadingBatch) => void) | undefined;
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
    const builder = new ReadingBatchBuilder(this.#options.model.epoch, samples.length);
    for (const { point, value, quality, sourceMs } of samples)
      builder.add(point, value, quality, now.wallMs, sourceMs);
    const batch = builder.finish(now.monoMs);
    for (let row = 0; row < samples.length; row++) this.#setText(batch, row, samples[row]?.text);
    this.#judge(batch);
    this.#tell(batch);
  }

  /** Touches no age and no plausibility: neither knows of the past. Texts are left out, no rule reads them. */
  late(samples: readonly PointSample[]): void {
    const { model, clock, onLate } = this.#options;
    const numbers = samples.filter(({ text }) => text === undefined);
    if (numbers.length === 0 || onLate === undefined) return;
    const now = clock.now();
    const builder = new ReadingBatchBuilder(model.epoch, numbers.length);
    for (const { point, value, quality, sourceMs } of numbers)
      builder.add(point, value, quality, now.wallMs, sourceMs);
    onLate(builder.finish(now.monoMs));
  }

  /** The same for columns, which are copied. */
  columns(columns: SampleColumns, now: Now): void {
    const { count, text } = columns;
    if (count === 0) return;
    const builder = new ReadingBatchBuilder(this.#options.model.epoch, count);
    builder.addAll(columns, now.wallMs);
    const batch = builder.finish(now.monoMs);
    if (text !== null) for (let row = 0; row < count; row++) this.#setText(batch, row, text[row]);
    this.#judge(batch);
    this.#tell(batch);
  }

  bad(points: readonly number[], reason: QualityReason): void {
    if (points.length > 0) this.#tell(this.#toBad(points, reason));
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
    for (const { points, reason } of expired) this.#options.onBatch(this.#toBad(points, reason));
    return expired.reduce((count, { points }) => count + points.length, 0);
  }

  #setText({ value, quality }: ReadingBatch, row: number, text: string | undefined): void {
    if (text === undefined || isBad(quality[row] as number)) return;
    const number = this.#options.texts.toNumber(text);
    value[row] = number ?? Number.NaN;
    if (number === null) quality[row] = QUALITIES.decode.code;
  }

  #judge({ count, point, value, quality, monoMs }: ReadingBatch): void {
    const plausibility = this.#plausibility;
    if (plausibility === null) return;
    for (let row = 0; row < count; row++) {
      const [index, number, given] = [point[row] as number, value[row] as number, quality[row] as number];
      quality[row] = plausibility.judge(index, number, given, monoMs);
    }
  }

  #toBad(points: readonly number[], reason: QualityReason): ReadingBatch {
    const { model, clock } = this.#options;
    const now = clock.now();
    const builder = new ReadingBatchBuilder(model.epoch, points.length);
    for (const point of points) {
      builder.add(point, Number.NaN, QUALITIES[reason].code, now.wallMs);
      this.#plausibility?.forget(point);
    }
    return builder.finish(now.monoMs);
  }

  #tell(batch: ReadingBatch): void {
    this.#options.ages.note(batch);
    this.#options.onBatch(batch);
  }
}
