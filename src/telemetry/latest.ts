/** Latest value of every point, in columns; the live view of API, page and rules. */
import type { SiteModel } from '../config/model.ts';
import { isBad, QUALITIES } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';

export interface LatestValue {
  /** null when there is none or the quality is bad: an old value is never shown as the present one. */
  readonly value: number | null;
  readonly quality: number;
  readonly sourceMs: number | null;
  /** When this quality or value arrived; null before the first reading. */
  readonly receivedMs: number | null;
  readonly lastGood: { readonly value: number; readonly receivedMs: number } | null;
}

/** Read side, for API and rules. */
export interface LatestView {
  /** @param point index in the site model. */
  get(point: number): LatestValue;
}

export interface Latest extends LatestView {
  apply(batch: ReadingBatch): void;
}

export function createLatest(model: SiteModel): Latest {
  const size = model.points.length;
  const value = new Float64Array(size).fill(Number.NaN);
  const quality = new Uint8Array(size).fill(QUALITIES['no-data'].code);
  const sourceMs = new Float64Array(size).fill(Number.NaN);
  const receivedMs = new Float64Array(size).fill(Number.NaN);
  const goodValue = new Float64Array(size).fill(Number.NaN);
  const goodMs = new Float64Array(size).fill(Number.NaN);

  return {
    apply(batch) {
      if (batch.epoch !== model.epoch) return;
      for (let at = 0; at < batch.count; at++) {
        const point = batch.point[at] as number;
        value[point] = batch.value[at] as number;
        quality[point] = batch.quality[at] as number;
        sourceMs[point] = batch.sourceMs[at] as number;
        receivedMs[point] = batch.receivedMs[at] as number;
        if (!isBad(batch.quality[at] as number)) {
          goodValue[point] = batch.value[at] as number;
          goodMs[point] = batch.receivedMs[at] as number;
        }
      }
    },
    get(point) {
      const good = goodMs[point] as number;
      return {
        value: orNull(value[point] as number),
        quality: quality[point] as number,
        sourceMs: orNull(sourceMs[point] as number),
        receivedMs: orNull(receivedMs[point] as number),
        lastGood: Number.isNaN(good) ? null : { value: goodValue[point] as number, receivedMs: good },
      };
    },
  };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
