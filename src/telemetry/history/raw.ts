/** The readings themselves as the samples of a curve, as long as they are few enough. Pure. */
import { type HistorySample, UNKNOWN_QUALITY } from '../history-view.ts';
import type { ReadingColumns, Standing } from './source.ts';

export interface RawSamples {
  /** Readings in order of stamp, those before the range first. */
  add(columns: ReadingColumns): void;
  /** null when they are more than `maxPoints`. The first tells what stood at the beginning, or that nothing did. */
  finish(): readonly HistorySample[] | null;
}

/** @param standing the last reading before those that will be added */
export function createRawSamples(
  fromMs: number,
  toMs: number,
  maxPoints: number,
  standing: Pick<Standing, 'stampMs' | 'value' | 'quality'> | null,
): RawSamples {
  let first = standing === null ? toNothing(fromMs) : toReading(standing);
  const samples: HistorySample[] = [];
  let lastStampMs = standing?.stampMs ?? Number.NEGATIVE_INFINITY;
  return {
    add({ count, stampMs, value, quality }) {
      for (let at = 0; at < count && samples.length < maxPoints; at++) {
        const stamp = stampMs[at] as number;
        if (stamp >= toMs) return;
        if (stamp <= lastStampMs) continue;
        lastStampMs = stamp;
        const sample = toReading({
          stampMs: stamp,
          value: value[at] as number,
          quality: quality[at] as number,
        });
        if (stamp <= fromMs) first = sample;
        else samples.push(sample);
      }
    },
    finish: () => (samples.length < maxPoints ? [first, ...samples] : null),
  };
}

/** Nothing is known, from this instant on. */
export function toNothing(atMs: number): HistorySample {
  return { atMs, min: null, max: null, mean: null, last: null, isGood: false, quality: null, count: 0 };
}

function toReading({
  stampMs,
  value,
  quality,
}: Pick<Standing, 'stampMs' | 'value' | 'quality'>): HistorySample {
  const usable = Number.isNaN(value) ? null : value;
  return {
    atMs: stampMs,
    min: usable,
    max: usable,
    mean: usable,
    last: usable,
    isGood: usable !== null,
    quality: quality === UNKNOWN_QUALITY ? null : quality,
    count: 1,
  };
}
