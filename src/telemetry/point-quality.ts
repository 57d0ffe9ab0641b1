/**
 * How good the data of each point is: shares of the time, counts by reason, last good reading, since when a value rests.
 * Counts readings as they come and judges nothing: what is good, stuck or too old is acquisition's business, what is
 * done about it that of rules/.
 *
 * Shares are weighted with time: a reading stands until the next one. What has stood since the last turn between good
 * and not good is reckoned when it is asked for, so a reading that changes nothing costs a few comparisons. The last hour
 * slides over seven slices of ten minutes; the oldest, partly outside the hour, counts by the part that is inside:
 *
 *         now − 1 h                                    now
 *   ├─ k−6 ─┼─ k−5 ─┼─ k−4 ─┼─ k−3 ─┼─ k−2 ─┼─ k−1 ─┼─ k ┄┄
 *      × ▓▓▓ └─────────────── whole ──────────────────┘     off by less than that part, ten minutes at most
 *
 * All times kept are monotonic, so a step of the wall clock changes no share and no age. A stamp is the age taken off the
 * wall clock of now: one that was taken before the clock was set would be wrong by that step.
 *
 *   bytes of a point: 18 codes × 4 + 7 slices × 4 + 5 × 8 (good, since, value, unchanged, last good) + 3 = 143
 */
import type { SiteModel } from '../config/model.ts';
import { assert } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import type { LinkId } from '../core/ids.ts';
import {
  GOOD,
  isBad,
  QUALITIES,
  type QualityInfo,
  type QualityLevel,
  type QualityReason,
  toQualityLevel,
} from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { PointQuality, PointQualityView, QualityTally } from './point-quality-view.ts';

export interface PointQualityColumns extends PointQualityView {
  /** A batch of another configuration epoch is discarded. */
  apply(batch: ReadingBatch): void;
  /** Memory of the columns. */
  readonly bytes: number;
}

const SLICE_MS = 600_000;
const SLICES_PER_HOUR = 6;
const HOUR_MS = SLICES_PER_HOUR * SLICE_MS;
/** One more than an hour has: the oldest lies partly outside. */
const SLICES = SLICES_PER_HOUR + 1;

const REASONS = Object.keys(QUALITIES) as readonly QualityReason[];
const INFOS: readonly QualityInfo[] = Object.values(QUALITIES);
const CODES = REASONS.length;
/** Place of a quality code among CODES. Key: code; 255 = never written. */
const UNKNOWN_PLACE = 255;
const PLACES = new Uint8Array(256).fill(UNKNOWN_PLACE);
for (const [place, { code }] of INFOS.entries()) PLACES[code] = place;
const GOOD_PLACE = PLACES[GOOD] as number;
const SENTINEL_PLACE = PLACES[QUALITIES.sentinel.code] as number;

const LEVELS = ['good', 'uncertain', 'bad'] as const satisfies readonly QualityLevel[];
const NEVER_GOOD = LEVELS.length;
/** Counts of one tally: one for each level, then `neverGood`. */
const TALLY_SIZE = LEVELS.length + 1;

/** Columns by point index of one model. Times are monotonic. */
interface Columns {
  /** Readings by point and place of their code; at 10 a second a count lasts 13 years. */
  readonly counts: Uint32Array;
  /** Good time, ms, by point and slice modulo SLICES, up to `sinceMs`. */
  readonly slices: Float32Array;
  /** Good time since the start, ms, up to `sinceMs`. */
  readonly goodMs: Float64Array;
  /** When it last turned from good to not good or back. */
  readonly sinceMs: Float64Array;
  /** Last usable value. NaN = none yet. */
  readonly value: Float64Array;
  /** When that value came first. */
  readonly unchangedMs: Float64Array;
  /** When a good reading came last. NaN = never. */
  readonly lastGoodMs: Float64Array;
  /** Quality code that stands. */
  readonly quality: Uint8Array;
  /** Place of the point's link among the tallies. */
  readonly link: Uint16Array;
}

/** Every point is watched from now on, and is bad (`no-data`) until its first reading. */
export function createPointQuality(model: SiteModel, clock: Clock): PointQualityColumns {
  const startMs = clock.now().monoMs;
  const columns = createColumns(model, startMs);
  const tallies = createTallies(model, columns);
  return {
    bytes: Object.values(columns).reduce((sum, column: Columns[keyof Columns]) => sum + column.byteLength, 0),
    apply(batch) {
      if (batch.epoch !== model.epoch) return;
      for (let at = 0; at < batch.count; at++) {
        const point = batch.point[at] as number;
        const quality = batch.quality[at] as number;
        const place = PLACES[quality] as number;
        assert(place !== UNKNOWN_PLACE, 'the quality of a reading is in the table');
        const wasNeverGood = columns.counts[point * CODES + GOOD_PLACE] === 0;
        columns.counts[point * CODES + place] = (columns.counts[point * CODES + place] as number) + 1;
        if (quality !== columns.quality[point]) {
          turn(columns, point, quality, batch.monoMs, startMs);
          tallies.move(point, columns.quality[point] as number, quality);
          columns.quality[point] = quality;
        }
        if (quality === GOOD) {
          columns.lastGoodMs[point] = batch.monoMs;
          if (wasNeverGood) tallies.firstGood(point);
        }
        if (isBad(quality) || batch.value[at] === columns.value[point]) continue;
        columns.value[point] = batch.value[at] as number;
        columns.unchangedMs[point] = batch.monoMs;
      }
    },
    get(point) {
      const { wallMs, monoMs } = clock.now();
      return toQuality(columns, point, { startMs, wallMs, nowMs: monoMs });
    },
    tally: (link) => tallies.get(link),
  };
}

function createColumns({ points }: SiteModel, startMs: number): Columns {
  const size = points.length;
  return {
    counts: new Uint32Array(size * CODES),
    slices: new Float32Array(size * SLICES),
    goodMs: new Float64Array(size),
    sinceMs: new Float64Array(size).fill(startMs),
    value: new Float64Array(size).fill(Number.NaN),
    unchangedMs: new Float64Array(size),
    lastGoodMs: new Float64Array(size).fill(Number.NaN),
    quality: new Uint8Array(size).fill(QUALITIES['no-data'].code),
    link: new Uint16Array(size),
  };
}

interface Tallies {
  move(point: number, from: number, to: number): void;
  firstGood(point: number): void;
  get(link: LinkId | null): QualityTally;
}

/** Kept up to date turn by turn, so that nobody has to count all points to show one number. */
function createTallies({ points, links }: SiteModel, { link }: Columns): Tallies {
  /** Place 0 is the gateway's own equipment, which has no link. Key: link. */
  const places = new Map<LinkId | null, number>([[null, 0]]);
  for (const id of links.keys()) places.set(id, places.size);
  for (const point of points) if (!places.has(point.link)) places.set(point.link, places.size);
  assert(places.size <= 0x1_00_00, 'a site has fewer than 65,536 links');
  const counts = new Uint32Array(places.size * TALLY_SIZE);
  const add = (point: number, column: number, change: number): void => {
    const at = (link[point] as number) * TALLY_SIZE + column;
    counts[at] = (counts[at] as number) + change;
  };
  for (const [index, point] of points.entries()) {
    link[index] = places.get(point.link) as number;
    add(index, toColumn(QUALITIES['no-data'].code), 1);
    add(index, NEVER_GOOD, 1);
  }
  return {
    move(point, from, to) {
      add(point, toColumn(from), -1);
      add(point, toColumn(to), 1);
    },
    firstGood: (point) => add(point, NEVER_GOOD, -1),
    get(id) {
      if (id === null) return toTally(sumColumns(counts));
      const place = places.get(id);
      return toTally(
        place === undefined ? [] : counts.subarray(place * TALLY_SIZE, (place + 1) * TALLY_SIZE),
      );
    },
  };
}

function toColumn(quality: number): number {
  return LEVELS.indexOf(toQualityLevel(quality));
}

function sumColumns(counts: Uint32Array): readonly number[] {
  const sums = Array.from({ length: TALLY_SIZE }, () => 0);
  for (const [at, count] of counts.entries())
    sums[at % TALLY_SIZE] = (sums[at % TALLY_SIZE] as number) + count;
  return sums;
}

function toTally(counts: ArrayLike<number>): QualityTally {
  const [good = 0, uncertain = 0, bad = 0, neverGood = 0] = Array.from(counts);
  return { points: good + uncertain + bad, good, uncertain, bad, neverGood };
}

/** Closes the stretch that ends now where the point turns from good to not good or back. */
function turn(columns: Columns, point: number, quality: number, monoMs: number, startMs: number): void {
  const wasGood = columns.quality[point] === GOOD;
  if (wasGood === (quality === GOOD)) return;
  const fromMs = (columns.sinceMs[point] as number) - startMs;
  // A batch that was made before the one before it closes nothing.
  const toMs = Math.max(fromMs, monoMs - startMs);
  const last = toSlice(toMs);
  const first = toSlice(fromMs);
  for (let slice = Math.max(first, last - SLICES + 1); slice <= last; slice++) {
    const at = point * SLICES + (slice % SLICES);
    if (slice > first) columns.slices[at] = 0;
    if (wasGood) columns.slices[at] = (columns.slices[at] as number) + toOverlapMs(slice, fromMs, toMs);
  }
  if (wasGood) columns.goodMs[point] = (columns.goodMs[point] as number) + toMs - fromMs;
  columns.sinceMs[point] = toMs + startMs;
}

/** @param ms since the start */
function toSlice(ms: number): number {
  return Math.floor(ms / SLICE_MS);
}

/** Time of the stretch that lies in the slice. */
function toOverlapMs(slice: number, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(toMs, (slice + 1) * SLICE_MS) - Math.max(fromMs, slice * SLICE_MS));
}

interface Instant {
  readonly startMs: number;
  readonly nowMs: number;
  readonly wallMs: number;
}

function toQuality(columns: Columns, point: number, now: Instant): PointQuality {
  const { startMs, nowMs } = now;
  const quality = columns.quality[point] as number;
  const elapsedMs = nowMs - startMs;
  const standingMs = quality === GOOD ? Math.max(0, nowMs - (columns.sinceMs[point] as number)) : 0;
  const goodMs = (columns.goodMs[point] as number) + standingMs;
  const hourMs = Math.min(elapsedMs, HOUR_MS);
  return {
    goodRatio: toRatio(goodMs, elapsedMs),
    goodRatioHour: toRatio(toHourMs(columns, point, elapsedMs, startMs), hourMs),
    lastGoodMs: toStamp(columns.lastGoodMs[point] as number, now),
    unchangedSinceMs: isBad(quality) ? null : toStamp(columns.unchangedMs[point] as number, now),
    ...countByLevel(columns.counts, point),
  };
}

/** UTC ms; null = never. */
function toStamp(atMs: number, { nowMs, wallMs }: Instant): number | null {
  return Number.isNaN(atMs) ? null : Math.round(wallMs - Math.max(0, nowMs - atMs));
}

function toRatio(partMs: number, wholeMs: number): number | null {
  return wholeMs <= 0 ? null : Math.min(1, Math.max(0, partMs / wholeMs));
}

/** Good time of the last hour. @param elapsedMs since the start */
function toHourMs(columns: Columns, point: number, elapsedMs: number, startMs: number): number {
  const sinceMs = (columns.sinceMs[point] as number) - startMs;
  const now = toSlice(elapsedMs);
  const noted = toSlice(sinceMs);
  const hourFromMs = elapsedMs - HOUR_MS;
  let goodMs = columns.quality[point] === GOOD ? Math.max(0, elapsedMs - Math.max(sinceMs, hourFromMs)) : 0;
  // Slices after `noted` hold nothing of theirs yet, those of SLICES before it have been written over.
  for (let slice = Math.max(0, now - SLICES_PER_HOUR, noted - SLICES + 1); slice <= noted; slice++) {
    const insideRatio = Math.min(1, ((slice + 1) * SLICE_MS - hourFromMs) / SLICE_MS);
    goodMs += (columns.slices[point * SLICES + (slice % SLICES)] as number) * insideRatio;
  }
  return goodMs;
}

type Counts = Pick<PointQuality, 'good' | 'uncertain' | 'bad' | 'sentinels' | 'reasons'>;

function countByLevel(counts: Uint32Array, point: number): Counts {
  const levels = { good: 0, uncertain: 0, bad: 0 };
  const reasons: Record<string, number> = {};
  for (let place = 0; place < CODES; place++) {
    const count = counts[point * CODES + place] as number;
    if (count === 0) continue;
    levels[(INFOS[place] as QualityInfo).level] += count;
    if (place !== GOOD_PLACE && place !== SENTINEL_PLACE) reasons[REASONS[place] as QualityReason] = count;
  }
  return { ...levels, sentinels: counts[point * CODES + SENTINEL_PLACE] as number, reasons };
}
