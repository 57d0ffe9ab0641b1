/**
 * Names, numbers and times of InfluxDB line protocol, validated by us (performance.md §4: the library lets newlines and NaN
 * through). Pure. Putting lines together is line-body.ts.
 *
 *   measurement,tag=value,tag=value field=1.5,field_quality=0 1700000000000
 *
 * Escaped with a backslash: comma and space everywhere, `=` in tags and field keys. A backslash itself has no escape: it is
 * sent as it is, and refused before a separator and at the end of a name, where the server would misread it. A line that
 * begins with `#` is a comment, so a measurement does not.
 * Source: InfluxData, "InfluxDB line protocol reference" 1.8, special characters.
 */
import type { SinkPoint } from './sink.ts';

/** A name or value that line protocol cannot carry. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/** What the lines of a point have in common. */
export interface SeriesKeys {
  /** `measurement,tags `. */
  readonly prefix: string;
  readonly field: string;
  readonly qualityField: string;
}

/** @throws LineError when a name is empty, holds a control character, or a backslash before a separator or at its end. */
export function toSeriesKeys(point: SinkPoint): SeriesKeys {
  return {
    prefix: `${toMeasurement(point.kind)},equipment=${toKey(point.equipment)},site=${toKey(point.site)} `,
    field: toKey(point.name),
    qualityField: toKey(toQualityField(point.name)),
  };
}

/** Field that holds the quality of a point, not escaped. */
export function toQualityField(name: string): string {
  return `${name}_quality`;
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
