/**
 * What a chunk amounts to, so that a long range is summarised without decoding it. A reading stands until the next one; what
 * the last one is worth until the next chunk is for whoever knows that one. Pure.
 *
 * Stored in chunks of SEALED_LIMITS.summaryReadings readings or more:
 *
 * | bytes  | what                                                                                                    |
 * | 5 × 8  | lowest and highest usable value, integral over time, first and last value: float64, NaN where there is none |
 * | 3 × 1  | first, last and worst quality                                                                           |
 * | varint | five: usable readings, good readings, usable ms, good ms, ms from first to last stamp                   |
 */
import { isBad, isGood } from '../../../core/quality.ts';
import type { BlockRows } from '../rows.ts';
import { type Cursor, readUnsigned, writeUnsigned } from '../varint.ts';

export interface ChunkSummary {
  readonly point: number;
  readonly readings: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Readings that are not bad, and those that are good. */
  readonly usableReadings: number;
  readonly goodReadings: number;
  /** From `firstMs` to `lastMs`: how long a usable, and how long a good reading stood. */
  readonly usableMs: number;
  readonly goodMs: number;
  /** Integral of the usable value over time, value × ms; not finite where it leaves the range of a float64. */
  readonly integral: number;
  /** Of the usable values; NaN when there are none. */
  readonly min: number;
  readonly max: number;
  /** NaN where the quality is bad. */
  readonly firstValue: number;
  readonly lastValue: number;
  readonly firstQuality: number;
  readonly lastQuality: number;
  /** The highest code: bad before uncertain before good. */
  readonly worstQuality: number;
}

const FLOATS = 5;
const QUALITY_BYTES = 3;
const FLOAT_BYTES = 8;

/** @param rows at least one, all of `point`, in order of stamp */
export function summarise(rows: BlockRows, point: number): ChunkSummary {
  const last = rows.count - 1;
  const tally = createTally();
  for (let at = 0; at < rows.count; at++) {
    const standsMs = at === last ? 0 : (rows.stampMs[at + 1] as number) - (rows.stampMs[at] as number);
    addReading(tally, rows.value[at] as number, rows.quality[at] as number, standsMs);
  }
  const hasUsable = tally.usableReadings > 0;
  return {
    point,
    readings: rows.count,
    firstMs: rows.stampMs[0] as number,
    lastMs: rows.stampMs[last] as number,
    ...tally,
    min: hasUsable ? tally.min : Number.NaN,
    max: hasUsable ? tally.max : Number.NaN,
    firstValue: rows.value[0] as number,
    lastValue: rows.value[last] as number,
    firstQuality: rows.quality[0] as number,
    lastQuality: rows.quality[last] as number,
  };
}

interface Tally {
  usableReadings: number;
  goodReadings: number;
  usableMs: number;
  goodMs: number;
  integral: number;
  min: number;
  max: number;
  worstQuality: number;
}

function createTally(): Tally {
  return {
    usableReadings: 0,
    goodReadings: 0,
    usableMs: 0,
    goodMs: 0,
    integral: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    worstQuality: 0,
  };
}

function addReading(tally: Tally, value: number, quality: number, standsMs: number): void {
  if (quality > tally.worstQuality) tally.worstQuality = quality;
  if (isBad(quality)) return;
  tally.usableReadings++;
  tally.usableMs += standsMs;
  tally.integral += value * standsMs;
  if (value < tally.min) tally.min = value;
  if (value > tally.max) tally.max = value;
  if (!isGood(quality)) return;
  tally.goodReadings++;
  tally.goodMs += standsMs;
}

/** The caller has made room for 96 bytes. */
export function writeSummary(cursor: Cursor, summary: ChunkSummary): void {
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + cursor.at, FLOATS * FLOAT_BYTES);
  const floats = [summary.min, summary.max, summary.integral, summary.firstValue, summary.lastValue];
  for (const [at, value] of floats.entries()) view.setFloat64(at * FLOAT_BYTES, value, true);
  cursor.at += FLOATS * FLOAT_BYTES;
  cursor.bytes[cursor.at++] = summary.firstQuality;
  cursor.bytes[cursor.at++] = summary.lastQuality;
  cursor.bytes[cursor.at++] = summary.worstQuality;
  writeUnsigned(cursor, summary.usableReadings);
  writeUnsigned(cursor, summary.goodReadings);
  writeUnsigned(cursor, summary.usableMs);
  writeUnsigned(cursor, summary.goodMs);
  writeUnsigned(cursor, summary.lastMs - summary.firstMs);
}

/** @throws RangeError when the bytes do not hold one. */
export function readSummary(
  cursor: Cursor,
  head: { readonly point: number; readonly readings: number; readonly firstMs: number },
): ChunkSummary {
  const start = cursor.at;
  if (cursor.bytes.length - start < FLOATS * FLOAT_BYTES + QUALITY_BYTES) {
    throw new RangeError('summary ends beyond the chunk');
  }
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset + start, FLOATS * FLOAT_BYTES);
  const float = (at: number): number => view.getFloat64(at * FLOAT_BYTES, true);
  cursor.at += FLOATS * FLOAT_BYTES;
  const quality = (): number => cursor.bytes[cursor.at++] as number;
  return {
    point: head.point,
    readings: head.readings,
    firstMs: head.firstMs,
    min: float(0),
    max: float(1),
    integral: float(2),
    firstValue: float(3),
    lastValue: float(4),
    firstQuality: quality(),
    lastQuality: quality(),
    worstQuality: quality(),
    usableReadings: readUnsigned(cursor),
    goodReadings: readUnsigned(cursor),
    usableMs: readUnsigned(cursor),
    goodMs: readUnsigned(cursor),
    lastMs: head.firstMs + readUnsigned(cursor),
  };
}
