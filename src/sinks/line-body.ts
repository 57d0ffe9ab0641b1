/**
 * Readings to the body of a write: lines as bytes, made in slices so that the thread is never held up by a large write.
 * What line protocol cannot carry is refused here, before a server sees it. What a name may be is line-protocol.ts.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { isBad } from '../core/quality.ts';
import { LineBuffer, NUMBER_BYTES } from './line-buffer.ts';
import { LineError, toSeriesKeys } from './line-protocol.ts';
import type { Rejection, SinkBlock, SinkPoint } from './sink.ts';

/** Readings between two pauses: well below 10 ms on a slow machine (performance.md §4). */
const SLICE_READINGS = 2_000;
/** First guess for the size of a line; the buffer grows beyond it. */
const LINE_BYTES = 72;
const LARGEST_FIRST_BYTES = 1024 * 1024;

const COMMA = 0x2c;
const SPACE = 0x20;
const NEWLINE = 0x0a;

export interface Body {
  /** Lines, without a newline at the end; empty when there is none. */
  readonly bytes: Buffer;
  readonly rejected: readonly Rejection[];
}

/** One reading: its block and its row. */
export interface Located {
  readonly block: SinkBlock;
  readonly at: number;
}

/** Encoded once for each point of a configuration. */
interface PointKeys {
  /** `measurement,tags `: the same buffer for all points of an equipment. */
  readonly prefix: Buffer;
  /** With `=`. */
  readonly field: Buffer;
  readonly qualityField: Buffer;
  /** Upper bound of all that a reading adds. */
  readonly maxBytes: number;
}

/** All readings of the blocks; those of one equipment with one stamp that follow each other share a line. */
export async function toBody(blocks: readonly SinkBlock[]): Promise<Body> {
  const readings = blocks.reduce((sum, { rows }) => sum + rows.count, 0);
  const lines = new LineWriter(readings);
  const rejected: Rejection[] = [];
  let room = SLICE_READINGS;
  for (const block of blocks) {
    for (let from = 0; from < block.rows.count; ) {
      const to = Math.min(block.rows.count, from + room);
      addRows(lines, block, from, to, rejected);
      room -= to - from;
      from = to;
      if (room > 0) continue;
      await pause();
      room = SLICE_READINGS;
    }
  }
  return { bytes: lines.finish(), rejected };
}

/** Each reading as a line of its own, to find out which ones a server refuses. All must be `findSendable`'s. */
export function toSingleLines(readings: readonly Located[]): Buffer {
  const lines = new LineWriter(readings.length);
  for (const { block, at } of readings) {
    lines.add(keysOf(block.points)[block.rows.point[at] as number] as PointKeys, block, at);
    lines.endLine();
  }
  return lines.finish();
}

/** The readings that `toBody` writes. */
export function findSendable(blocks: readonly SinkBlock[]): readonly Located[] {
  return blocks.flatMap((block) => {
    const keys = keysOf(block.points);
    const rows = Array.from({ length: block.rows.count }, (_, at) => ({ block, at }));
    return rows.filter(({ at }) => toFault(keys[block.rows.point[at] as number], block, at) === null);
  });
}

export function toPoint({ block, at }: Located): SinkPoint | null {
  return block.points[block.rows.point[at] as number] ?? null;
}

export function toRejection({ block, at }: Located, reason: string): Rejection {
  const { rows } = block;
  return {
    point: toPoint({ block, at }),
    stampMs: rows.stampMs[at] as number,
    value: rows.value[at] as number,
    quality: rows.quality[at] as number,
    mark: rows.mark[at] === 1 ? 1 : 0,
    reason,
  };
}

function addRows(lines: LineWriter, block: SinkBlock, from: number, to: number, rejected: Rejection[]): void {
  const keys = keysOf(block.points);
  const { point } = block.rows;
  for (let at = from; at < to; at++) {
    const key = keys[point[at] as number];
    const fault = toFault(key, block, at);
    if (fault === null) lines.add(key as PointKeys, block, at);
    else rejected.push(toRejection({ block, at }, fault));
  }
}

/** Why line protocol cannot carry the reading; null when it can. */
function toFault(key: PointKeys | LineError | undefined, block: SinkBlock, at: number): string | null {
  if (key === undefined) return 'the point is not in the table';
  if (key instanceof LineError) return key.message;
  const stampMs = block.rows.stampMs[at] as number;
  return Number.isSafeInteger(stampMs) && stampMs >= 0 ? null : 'the stamp is not a time';
}

/** Puts lines together; a line is ended when the next reading does not belong to it. */
class LineWriter {
  readonly #buffer: LineBuffer;
  #prefix: Buffer | null = null;
  #stampMs = 0;

  constructor(readings: number) {
    this.#buffer = new LineBuffer(Math.min(readings * LINE_BYTES, LARGEST_FIRST_BYTES) + LINE_BYTES);
  }

  add(key: PointKeys, { rows }: SinkBlock, at: number): void {
    const buffer = this.#buffer;
    const stampMs = rows.stampMs[at] as number;
    // Room for the end of the line before, too.
    buffer.reserve(key.maxBytes);
    if (key.prefix === this.#prefix && stampMs === this.#stampMs) buffer.addByte(COMMA);
    else {
      this.endLine();
      buffer.addBytes(key.prefix);
      this.#prefix = key.prefix;
      this.#stampMs = stampMs;
    }
    this.#addFields(key, rows.value[at] as number, rows.quality[at] as number, rows.mark[at] === 1);
  }

  endLine(): void {
    if (this.#prefix === null) return;
    this.#buffer.addByte(SPACE);
    this.#buffer.addInteger(this.#stampMs);
    this.#buffer.addByte(NEWLINE);
    this.#prefix = null;
  }

  finish(): Buffer {
    this.#buffer.reserve(NUMBER_BYTES + 2);
    this.endLine();
    return this.#buffer.finish(1);
  }

  /** `field=1.5,field_quality=0`. A bad reading is its quality alone. */
  #addFields(key: PointKeys, value: number, quality: number, isMarked: boolean): void {
    const buffer = this.#buffer;
    const hasValue = !isBad(quality) && Number.isFinite(value);
    if (hasValue) {
      buffer.addBytes(key.field);
      buffer.addNumber(value);
      if (!isMarked) return;
      buffer.addByte(COMMA);
    }
    buffer.addBytes(key.qualityField);
    buffer.addInteger(quality);
  }
}

/** Key: the points of a configuration. Value by index: keys, or why there are none. */
const keyCache = new WeakMap<readonly SinkPoint[], readonly (PointKeys | LineError)[]>();

function keysOf(points: readonly SinkPoint[]): readonly (PointKeys | LineError)[] {
  const known = keyCache.get(points);
  if (known !== undefined) return known;
  /** Key: prefix as text. */
  const prefixes = new Map<string, Buffer>();
  const keys = points.map((point) => toPointKeys(point, prefixes));
  keyCache.set(points, keys);
  return keys;
}

function toPointKeys(point: SinkPoint, prefixes: Map<string, Buffer>): PointKeys | LineError {
  try {
    const keys = toSeriesKeys(point);
    const prefix = prefixes.get(keys.prefix) ?? Buffer.from(keys.prefix);
    prefixes.set(keys.prefix, prefix);
    const field = Buffer.from(`${keys.field}=`);
    const qualityField = Buffer.from(`${keys.qualityField}=`);
    // Value, quality and the stamp of the line before are numbers; five separators.
    const maxBytes = prefix.length + field.length + qualityField.length + 3 * NUMBER_BYTES + 5;
    return { prefix, field, qualityField, maxBytes };
  } catch (error) {
    if (error instanceof LineError) return error;
    throw error;
  }
}
