/** What InfluxDB is asked about the past of points. Pure. Where values, qualities and roll-ups stand: docs/influxdb.md. */
import type { InfluxSettings } from '../../config/model.ts';
import { type PolicyNames, toPolicyNames } from '../influx-management.ts';
import { quoteName, quoteText } from '../influxql.ts';
import { toQualityField } from '../line-protocol.ts';
import type { HistoryPoint } from '../sink.ts';

/** Roll-ups in ascending order; the suffix of the measurement says which. */
export const ROLLUPS = [
  { bucketMs: 60_000, suffix: '_1m', policy: 'minute' },
  { bucketMs: 15 * 60_000, suffix: '_15m', policy: 'quarter' },
  { bucketMs: 60 * 60_000, suffix: '_1h', policy: 'hour' },
] as const satisfies readonly { bucketMs: number; suffix: string; policy: keyof PolicyNames }[];

export type Rollup = (typeof ROLLUPS)[number];

export const HOURS: Rollup = ROLLUPS[2];

export interface Statements {
  /** Value and quality; null where the row does not hold it. Without a limit in time. */
  readings(point: HistoryPoint): string;
  /** First value, first quality, or first roll-up: a reading is at least one of the first two. */
  first(point: HistoryPoint, what: 'value' | 'quality' | Rollup): string;
  /** Last quality before an instant. */
  qualityBefore(point: HistoryPoint, beforeMs: number): string;
  /** Numbers of values and of qualities from `fromMs` to before `toMs`. */
  count(point: HistoryPoint, fromMs: number, toMs: number): string;
  /** Readings of the roll-ups from `fromMs` to before `toMs`. */
  countRollups(point: HistoryPoint, rollup: Rollup, fromMs: number, toMs: number): string;
  /** `min`, `max`, `mean`, `last`, `count`, `good`, `worst`. Without a limit in time. */
  rollups(point: HistoryPoint, rollup: Rollup): string;
  /** Last value, or last quality, up to an instant, of the points of this name of all equipment of a kind. */
  last(point: HistoryPoint, what: 'value' | 'quality', atMs: number): string;
}

export function createStatements(settings: Pick<InfluxSettings, 'retentionPolicy'>): Statements {
  const policies = toPolicyNames(settings);
  const from = ({ kind }: HistoryPoint, rollup: Rollup | null): string => {
    const policy = policies[rollup?.policy ?? 'raw'];
    const measurement = quoteName(kind + (rollup?.suffix ?? ''));
    return policy === null ? measurement : `${quoteName(policy)}.${measurement}`;
  };
  const where = ({ equipment, site }: HistoryPoint): string =>
    `equipment = ${quoteText(equipment)} AND site = ${quoteText(site)}`;
  const quality = ({ name }: HistoryPoint): string => quoteName(toQualityField(name));
  return {
    readings: (point) =>
      `SELECT ${quoteName(point.name)}, ${quality(point)} FROM ${from(point, null)} WHERE ${where(point)}`,
    first(point, what) {
      if (typeof what === 'string') {
        const field = what === 'value' ? quoteName(point.name) : quality(point);
        return `SELECT FIRST(${field}) FROM ${from(point, null)} WHERE ${where(point)}`;
      }
      return `SELECT FIRST(${quoteName(`${point.name}_count`)}) FROM ${from(point, what)} WHERE ${where(point)}`;
    },
    qualityBefore: (point, beforeMs) =>
      `SELECT LAST(${quality(point)}) FROM ${from(point, null)} WHERE ${where(point)} AND time < ${beforeMs}ms`,
    count: (point, fromMs, toMs) =>
      `SELECT COUNT(${quoteName(point.name)}), COUNT(${quality(point)}) FROM ${from(point, null)} WHERE ${where(point)} AND ${within(fromMs, toMs)}`,
    countRollups: (point, rollup, fromMs, toMs) =>
      `SELECT SUM(${quoteName(`${point.name}_count`)}) FROM ${from(point, rollup)} WHERE ${where(point)} AND ${within(fromMs, toMs)}`,
    rollups(point, rollup) {
      const names = ['min', 'max', 'mean', 'last', 'count', 'good', 'worst'];
      const fields = names.map((what) => quoteName(`${point.name}_${what}`));
      return `SELECT ${fields.join(', ')} FROM ${from(point, rollup)} WHERE ${where(point)}`;
    },
    last(point, what, atMs) {
      const field = what === 'value' ? quoteName(point.name) : quality(point);
      const site = `site = ${quoteText(point.site)}`;
      return `SELECT LAST(${field}) FROM ${from(point, null)} WHERE ${site} AND time <= ${atMs}ms GROUP BY equipment`;
    },
  };
}

function within(fromMs: number, toMs: number): string {
  return `time >= ${fromMs}ms AND time < ${toMs}ms`;
}
