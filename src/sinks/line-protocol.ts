/**
 * InfluxDB line protocol, encoded and validated by us (performance.md §4: the library lets newlines and NaN through). Pure.
 *
 *   measurement,tag=value,tag=value field=1.5,field_quality=0 1700000000000
 *
 * Escaped with a backslash: comma and space everywhere, `=` in tags and field keys. A backslash itself has no escape: it is
 * sent as it is, and refused before a separator and at the end of a name, where the server would misread it. A line that
 * begins with `#` is a comment, so a measurement does not.
 * Source: InfluxData, "InfluxDB line protocol reference" 1.8, special characters.
 */
import { isBad } from '../core/quality.ts';
import type { Rejection, SinkBlock, SinkPoint } from './sink.ts';

/** A name or value that line protocol cannot carry. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** What the lines of a point have in common, encoded once. */
export interface SeriesKeys {
  /** `measurement,tags `. */
  readonly prefix: string;
  readonly field: string;
  readonly qualityField: string;
}

/** One reading as a line of its own. */
export interface SingleLine {
  readonly line: string;
  readonly point: SinkPoint;
}

/** @throws LineError when a name is empty, holds a control character, or a backslash before a separator or at its end. */
export function toSeriesKeys(point: SinkPoint): SeriesKeys {
  return {
    prefix: `${toMeasurement(point.kind)},equipment=${toKey(point.equipment)},site=${toKey(point.site)} `,
    field: toKey(point.name),
    qualityField: toKey(`${point.name}_quality`),
  };
}

/** Escapes a measurement. @throws LineError like `toSeriesKeys`. */
export function toMeasurement(name: string): string {
  if (name.startsWith('#')) throw new LineError(`${JSON.stringify(name)} would make its lines comments`);
  return checkName(name).replaceAll(/[, ]/g, String.raw`\$&`);
}

/** Escapes a tag key, tag value or field key. @throws LineError like `toSeriesKeys`. */
export function toKey(name: string): string {
  return checkName(name).replaceAll(/[,= ]/g, String.raw`\$&`);
}

/** A number as a float field. @throws LineError when it is not finite. */
export function toFloat(value: number): string {
  if (!Number.isFinite(value)) throw new LineError(`${value} is not a number that a field can hold`);
  return String(value);
}

/** A time as integer ms. @throws LineError when it is not a time. */
export function toStamp(stampMs: number): string {
  if (!Number.isSafeInteger(stampMs)) throw new LineError(`${stampMs} is not a time`);
  return String(stampMs);
}

/**
 * All readings of the blocks; readings of one equipment with one stamp that follow each other share a line.
 * What cannot be encoded is set aside instead of holding up the rest.
 */
export function toLines(blocks: readonly SinkBlock[]): {
  readonly lines: string[];
  readonly rejected: Rejection[];
} {
  const lines: string[] = [];
  const rejected: Rejection[] = [];
  for (const block of blocks) addLines(block, lines, rejected);
  return { lines, rejected };
}

/** Each reading as a line of its own, to find out which ones a server refuses. */
export function toSingleLines(blocks: readonly SinkBlock[]): SingleLine[] {
  return blocks.flatMap((block) => {
    const singles: SingleLine[] = [];
    const keys = keysOf(block.points);
    for (let at = 0; at < block.rows.count; at++) {
      const index = block.rows.point[at] as number;
      const fields = toFields(block, at, keys[index]);
      const point = block.points[index];
      if (fields === null || point === undefined) continue;
      const prefix = (keys[index] as SeriesKeys).prefix;
      singles.push({ line: `${prefix}${fields} ${block.rows.stampMs[at]}`, point });
    }
    return singles;
  });
}

/** Key: the points of a configuration. Value by index: keys, or why there are none. */
const keyCache = new WeakMap<readonly SinkPoint[], readonly (SeriesKeys | LineError)[]>();

function keysOf(points: readonly SinkPoint[]): readonly (SeriesKeys | LineError)[] {
  const known = keyCache.get(points);
  if (known !== undefined) return known;
  const keys = points.map(keysOrError);
  keyCache.set(points, keys);
  return keys;
}

function keysOrError(point: SinkPoint): SeriesKeys | LineError {
  try {
    return toSeriesKeys(point);
  } catch (error) {
    if (error instanceof LineError) return error;
    throw error;
  }
}

function addLines(block: SinkBlock, lines: string[], rejected: Rejection[]): void {
  const { rows } = block;
  const keys = keysOf(block.points);
  let line = '';
  let prefix = '';
  let stamp = Number.NaN;
  for (let at = 0; at < rows.count; at++) {
    const key = keys[rows.point[at] as number];
    const fields = toFields(block, at, key);
    if (fields === null) {
      rejected.push({ line: describe(block, at), reason: toReason(key) });
      continue;
    }
    const ownPrefix = (key as SeriesKeys).prefix;
    if (ownPrefix === prefix && rows.stampMs[at] === stamp) line += `,${fields}`;
    else {
      if (line !== '') lines.push(`${line} ${stamp}`);
      prefix = ownPrefix;
      stamp = rows.stampMs[at] as number;
      line = prefix + fields;
    }
  }
  if (line !== '') lines.push(`${line} ${stamp}`);
}

/** `field=1.5,field_quality=0`; null when the reading cannot be encoded. A bad reading is its quality alone. */
function toFields(block: SinkBlock, at: number, key: SeriesKeys | LineError | undefined): string | null {
  if (key === undefined || key instanceof LineError) return null;
  const quality = block.rows.quality[at] as number;
  const value = block.rows.value[at] as number;
  if (!Number.isSafeInteger(block.rows.stampMs[at])) return null;
  if (isBad(quality) || !Number.isFinite(value)) return `${key.qualityField}=${quality}`;
  if (block.rows.mark[at] === 0) return `${key.field}=${value}`;
  return `${key.field}=${value},${key.qualityField}=${quality}`;
}

function toReason(key: SeriesKeys | LineError | undefined): string {
  if (key === undefined) return 'the point is not in the table';
  return key instanceof LineError ? key.message : 'the stamp is not a time';
}

function describe(block: SinkBlock, at: number): string {
  const { rows } = block;
  const point = block.points[rows.point[at] as number];
  return JSON.stringify({
    point,
    value: rows.value[at],
    quality: rows.quality[at],
    stampMs: rows.stampMs[at],
  });
}

function checkName(name: string): string {
  if (name === '') throw new LineError('an empty name cannot be written');
  if (hasControlCharacter(name)) {
    throw new LineError(`${JSON.stringify(name)} holds a control character`);
  }
  if (/\\(?:[,= ]|$)/.test(name)) {
    throw new LineError(`${JSON.stringify(name)} has a backslash at its end or before a separator`);
  }
  return name;
}

function hasControlCharacter(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
