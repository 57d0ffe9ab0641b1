/**
 * The last samples of every point, in memory: evidence for a ticket and the small curve on a page. Every change of
 * value or quality is kept; a stretch without change is its first sample and its latest. So a point that hardly changes
 * costs next to nothing and reaches back far.
 */
import type { SiteModel } from '../config/model.ts';
import { assert } from '../core/assert.ts';
import type { ReadingBatch } from '../core/reading.ts';
import { toTextMask } from './text-points.ts';

const FIRST_CAPACITY = 2;
/** Numbers of a sample. */
const FIELDS = 2;

/** `[receivedMs, value]`; the value is null where the quality was bad. */
export type RecentSample = readonly [receivedMs: number, value: number | null];

export interface Recent {
  /** A batch of another configuration epoch is discarded, and so are texts. */
  apply(batch: ReadingBatch): void;
  /** Oldest first. */
  get(point: number): readonly RecentSample[];
}

interface Ring {
  /** Time and value of each sample by turns: of a point that stands, one array costs less than its samples, two cost twice. */
  samples: Float64Array;
  /** Index of the oldest sample. */
  start: number;
  count: number;
  lastQuality: number;
  /** The last two samples are the ends of a stretch without change. */
  isStanding: boolean;
}

/** @param samplesPerPoint at least 1; app.ts divides LIMITS.recentSamples among the points */
export function createRecent(model: SiteModel, samplesPerPoint: number): Recent {
  assert(samplesPerPoint >= 1, 'a point keeps at least one sample');
  const rings: (Ring | undefined)[] = Array.from({ length: model.points.length });
  const isText = toTextMask(model);
  return {
    apply(batch) {
      if (batch.epoch !== model.epoch) return;
      for (let at = 0; at < batch.count; at++) {
        const point = batch.point[at] as number;
        if (isText[point] === 1) continue;
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
  const samples = new Float64Array(capacity * FIELDS);
  return { samples, start: 0, count: 0, lastQuality: -1, isStanding: false };
}

function addSample(ring: Ring, receivedMs: number, value: number, quality: number, maxSamples: number): void {
  const isSame = ring.count > 0 && isUnchanged(ring, value, quality);
  if (isSame && ring.isStanding) {
    ring.samples[lastPlace(ring) * FIELDS] = receivedMs;
    return;
  }
  // With room for one sample only, a stretch has no two ends.
  ring.isStanding = isSame && maxSamples > 1;
  if (ring.count === capacityOf(ring) && ring.count < maxSamples) grow(ring, maxSamples);
  const capacity = capacityOf(ring);
  const at = ((ring.start + ring.count) % capacity) * FIELDS;
  ring.samples[at] = receivedMs;
  ring.samples[at + 1] = value;
  ring.lastQuality = quality;
  if (ring.count < capacity) ring.count++;
  else ring.start = (ring.start + 1) % capacity;
}

function isUnchanged(ring: Ring, value: number, quality: number): boolean {
  return quality === ring.lastQuality && Object.is(value, ring.samples[lastPlace(ring) * FIELDS + 1]);
}

function capacityOf({ samples }: Ring): number {
  return samples.length / FIELDS;
}

function lastPlace(ring: Ring): number {
  return (ring.start + ring.count - 1) % capacityOf(ring);
}

function grow(ring: Ring, maxSamples: number): void {
  const capacity = capacityOf(ring);
  const larger = new Float64Array(Math.min(capacity * 2, maxSamples) * FIELDS);
  // The oldest stand behind the newest where the ring has gone round.
  larger.set(ring.samples.subarray(ring.start * FIELDS));
  larger.set(ring.samples.subarray(0, ring.start * FIELDS), (capacity - ring.start) * FIELDS);
  ring.samples = larger;
  ring.start = 0;
}

function toSample(ring: Ring, at: number): RecentSample {
  const index = ((ring.start + at) % capacityOf(ring)) * FIELDS;
  const value = ring.samples[index + 1] as number;
  return [ring.samples[index] as number, Number.isNaN(value) ? null : value];
}
