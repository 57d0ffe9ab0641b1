/**
 * The last samples of every point, in memory: evidence for a ticket and the small curve on a page. At most one sample a
 * second and point, but every change of value or quality. Rings grow with use, so that points that hardly change cost little.
 */
import type { SiteModel } from '../config/model.ts';
import { assert } from '../core/assert.ts';
import type { ReadingBatch } from '../core/reading.ts';

/** Unchanged samples closer together than this are left out. */
const SAMPLE_MS = 1_000;
const FIRST_CAPACITY = 16;

/** `[receivedMs, value]`; the value is null where the quality was bad. */
export type RecentSample = readonly [receivedMs: number, value: number | null];

export interface Recent {
  /** A batch of another configuration epoch is discarded. */
  apply(batch: ReadingBatch): void;
  /** Oldest first. */
  get(point: number): readonly RecentSample[];
}

interface Ring {
  times: Float64Array;
  values: Float64Array;
  /** Index of the oldest sample. */
  start: number;
  count: number;
  lastQuality: number;
}

/** @param samplesPerPoint at least 1; LIMITS.recentSamplesPerPoint */
export function createRecent(model: SiteModel, samplesPerPoint: number): Recent {
  assert(samplesPerPoint >= 1, 'a point keeps at least one sample');
  const rings: (Ring | undefined)[] = Array.from({ length: model.points.length });
  return {
    apply(batch) {
      if (batch.epoch !== model.epoch) return;
      for (let at = 0; at < batch.count; at++) {
        const point = batch.point[at] as number;
        const ring = (rings[point] ??= createRing(Math.min(FIRST_CAPACITY, samplesPerPoint)));
        const quality = batch.quality[at] as number;
        addSample(ring, batch.receivedMs[at] as number, batch.value[at] as number, quality, samplesPerPoint);
      }
    },
    get(point) {
      const ring = rings[point];
      return ring === undefined ? [] : Array.from({ length: ring.count }, (_, at) => toSample(ring, at));
    },
  };
}

function createRing(capacity: number): Ring {
  const times = new Float64Array(capacity);
  const values = new Float64Array(capacity);
  return { times, values, start: 0, count: 0, lastQuality: -1 };
}

function addSample(ring: Ring, receivedMs: number, value: number, quality: number, maxSamples: number): void {
  if (ring.count > 0 && !isWorthKeeping(ring, receivedMs, value, quality)) return;
  if (ring.count === ring.times.length && ring.count < maxSamples) grow(ring, maxSamples);
  const capacity = ring.times.length;
  const at = (ring.start + ring.count) % capacity;
  ring.times[at] = receivedMs;
  ring.values[at] = value;
  ring.lastQuality = quality;
  if (ring.count < capacity) ring.count++;
  else ring.start = (ring.start + 1) % capacity;
}

function isWorthKeeping(ring: Ring, receivedMs: number, value: number, quality: number): boolean {
  const last = (ring.start + ring.count - 1) % ring.times.length;
  if (quality !== ring.lastQuality || !Object.is(value, ring.values[last])) return true;
  return Math.abs(receivedMs - (ring.times[last] as number)) >= SAMPLE_MS;
}

function grow(ring: Ring, maxSamples: number): void {
  const larger = createRing(Math.min(ring.times.length * 2, maxSamples));
  for (let at = 0; at < ring.count; at++) {
    const from = (ring.start + at) % ring.times.length;
    larger.times[at] = ring.times[from] as number;
    larger.values[at] = ring.values[from] as number;
  }
  ring.times = larger.times;
  ring.values = larger.values;
  ring.start = 0;
}

function toSample(ring: Ring, at: number): RecentSample {
  const index = (ring.start + at) % ring.times.length;
  const value = ring.values[index] as number;
  return [ring.times[index] as number, Number.isNaN(value) ? null : value];
}
