/**
 * The trend of every point from memory: raw samples (recent.ts) for the last minutes, minutes in rings before that.
 * It covers what was read since the start of the process and nothing older; a history from the journal can stand
 * behind the same port.
 *
 * A reading stands until the next one: acquisition says at once when a value can no longer be trusted. So a minute
 * without a reading is what stood at its beginning, a good value or a gap, and needs no room: only minutes in which
 * something else was read are kept. Gaps stay gaps; nothing is interpolated, and no spike falls between two points of
 * a curve because every entry has its minimum and maximum.
 *
 *   bytes of a kept minute: 6 × 8 (minute, min, max, mean, last, bad) = 48
 *   bytes of a point:       96 at first, at most 69,120 (1,440 minutes that all differ: a day)
 *
 * On large sites the rings of a point end earlier, so that all together stay within MAX_BYTES.
 */
import type { HistoryPort, HistoryQuery, HistorySample, PointHistory } from '../api/services.ts';
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import { isBad } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { Recent } from './recent.ts';
import { toTextMask } from './text-points.ts';
import { MINUTE_MS, MinuteRing, type Tally } from './trend-ring.ts';

/** All rings together at their largest. */
const MAX_BYTES = 128 * 1024 * 1024;
/** Minutes that all differ: a day. */
const MAX_MINUTES = 1_440;
/** Fewer would not fill a curve. */
const MIN_MINUTES = 30;

export interface Trend extends HistoryPort {
  /** A batch of another configuration epoch is discarded, and so are texts. */
  apply(batch: ReadingBatch): void;
}

/** @param recent raw samples of the same feed; it must have taken a batch before this does */
export function createTrend(model: SiteModel, recent: Recent, maxBytes: number = MAX_BYTES): Trend {
  const minutes = toMinutesPerPoint(model.points.length, maxBytes);
  const rings: (MinuteRing | undefined)[] = Array.from({ length: model.points.length });
  const isText = toTextMask(model);
  return {
    apply(batch) {
      if (batch.epoch !== model.epoch) return;
      for (let at = 0; at < batch.count; at++) {
        const point = batch.point[at] as number;
        if (isText[point] === 1) continue;
        const ring = (rings[point] ??= new MinuteRing(minutes));
        const value = isBad(batch.quality[at] as number) ? Number.NaN : (batch.value[at] as number);
        ring.add(batch.receivedMs[at] as number, value);
      }
    },
    async history(query) {
      const ring = rings[query.point];
      if (ring === undefined) return { coveredFromMs: null, bucketMs: 0, samples: [toNothing(query.fromMs)] };
      return toRaw(query, recent, ring) ?? toBuckets(query, ring);
    },
  };
}

/** Minutes that a point can keep. */
export function toMinutesPerPoint(points: number, maxBytes: number = MAX_BYTES): number {
  const share = Math.floor(maxBytes / Math.max(1, points) / MinuteRing.bytesPerMinute);
  return Math.min(MAX_MINUTES, Math.max(MIN_MINUTES, share));
}

/** null when the raw samples do not reach back to the beginning of the range, or are too many. */
function toRaw(
  { point, fromMs, toMs, maxPoints }: HistoryQuery,
  recent: Recent,
  ring: MinuteRing,
): PointHistory | null {
  const all = afterLastStepBack(recent.get(point));
  const firstMs = all[0]?.[0];
  const isWhole = firstMs !== undefined && (firstMs <= fromMs || firstMs === ring.firstReadMs);
  if (!isWhole) return null;
  // What stood at the beginning of the range was read before it, or nothing stood.
  const first = all.findLastIndex(([atMs]) => atMs <= fromMs);
  const read = all.slice(Math.max(0, first)).filter(([atMs]) => atMs < toMs);
  const samples = [...(first < 0 ? [toNothing(fromMs)] : []), ...read.map(toRawSample)];
  if (samples.length > maxPoints) return null;
  return { coveredFromMs: ring.coveredFromMs, bucketMs: 0, samples };
}

function toNothing(atMs: number): HistorySample {
  return { atMs, min: null, max: null, mean: null, last: null, isGood: false };
}

/** Order of reception is not that of time where the wall clock was set back. */
function afterLastStepBack(samples: ReturnType<Recent['get']>): ReturnType<Recent['get']> {
  const from = samples.findLastIndex(
    ([atMs], at) => at > 0 && atMs < defined(samples[at - 1], 'a sample')[0],
  );
  return from < 0 ? samples : samples.slice(from);
}

function toRawSample([atMs, value]: readonly [number, number | null]): HistorySample {
  return { atMs, min: value, max: value, mean: value, last: value, isGood: value !== null };
}

/** As many whole minutes to an entry as it takes to stay within `maxPoints`. */
function toBuckets({ fromMs, toMs, maxPoints }: HistoryQuery, ring: MinuteRing): PointHistory {
  const firstMinute = Math.floor(fromMs / MINUTE_MS);
  const endMinute = Math.max(firstMinute + 1, Math.ceil(toMs / MINUTE_MS));
  const width = Math.ceil((endMinute - firstMinute) / maxPoints);
  const samples: HistorySample[] = [];
  const reader = ring.read(firstMinute);
  for (let minute = firstMinute; minute < endMinute; minute += width) {
    const tally = reader.upTo(Math.min(minute + width, endMinute));
    samples.push(toSample(minute * MINUTE_MS, tally));
  }
  return { coveredFromMs: ring.coveredFromMs, bucketMs: width * MINUTE_MS, samples };
}

function toSample(atMs: number, { min, max, sum, weight, last, hasBad }: Tally): HistorySample {
  if (weight === 0) return toNothing(atMs);
  return { atMs, min, max, mean: sum / weight, last: Number.isNaN(last) ? null : last, isGood: !hasBad };
}
