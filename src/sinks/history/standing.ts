/**
 * What stood at an instant, of many points: two statements for each name of a point within a kind, because the answer has a
 * series for each equipment. A time stands only in the answer to a single LAST: so value and quality are asked apart.
 */
import { isBad } from '../../core/quality.ts';
import type { Standing } from '../../telemetry/history/source.ts';
import { UNKNOWN_QUALITY } from '../../telemetry/history-view.ts';
import type { InfluxSeries } from '../influx-client.ts';
import type { HistoryPoint } from '../sink.ts';
import type { InfluxView } from './influx-source.ts';
import { INFLUX_HISTORY_LIMITS } from './limits.ts';
import { toNumber, toQuality } from './rows.ts';

/** Time and content of the last row. */
interface Last {
  readonly stampMs: number;
  readonly cell: InfluxSeries['values'][number][number];
}

/** One for each point, in that order. @throws InfluxError; the signal's reason */
export async function findStanding(
  view: InfluxView,
  wanted: readonly number[],
  atMs: number,
  signal: AbortSignal,
): Promise<readonly (Standing | null)[]> {
  const points = wanted.map((index) => view.points[index]);
  /** Key: kind and name. Value: one point of them. */
  const names = new Map<string, HistoryPoint>();
  for (const point of points) {
    if (point !== undefined && point.type !== 'text') names.set(toKey(point), point);
  }
  /** Key: kind, name and equipment. */
  const found = new Map<string, Standing>();
  await inParallel([...names.values()], async (point) => {
    const [values, qualities] = await Promise.all([
      askLast(view, point, 'value', atMs, signal),
      askLast(view, point, 'quality', atMs, signal),
    ]);
    for (const equipment of new Set([...values.keys(), ...qualities.keys()])) {
      const standing = toStanding(values.get(equipment), qualities.get(equipment));
      if (standing !== null) found.set(`${toKey(point)} ${equipment}`, standing);
    }
  });
  return points.map((point) =>
    point === undefined ? null : (found.get(`${toKey(point)} ${point.equipment}`) ?? null),
  );
}

function toKey({ kind, name }: HistoryPoint): string {
  return `${kind} ${name}`;
}

/** Key: equipment. */
async function askLast(
  { management, statements }: InfluxView,
  point: HistoryPoint,
  what: 'value' | 'quality',
  atMs: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Last>> {
  const { series } = await management.select(statements.last(point, what, atMs), {
    rows: 1,
    series: Number.MAX_SAFE_INTEGER,
    signal,
  });
  return new Map(
    series.flatMap(({ tags, values: [row] }) => {
      const [stampMs, cell] = row ?? [];
      return typeof stampMs === 'number' && cell != null
        ? [[tags?.['equipment'] ?? '', { stampMs, cell }]]
        : [];
    }),
  );
}

function toStanding(value: Last | undefined, quality: Last | undefined): Standing | null {
  const code = toQuality(quality?.cell) ?? UNKNOWN_QUALITY;
  const stampMs = Math.max(
    value?.stampMs ?? Number.NEGATIVE_INFINITY,
    quality?.stampMs ?? Number.NEGATIVE_INFINITY,
  );
  if (stampMs === Number.NEGATIVE_INFINITY) return null;
  const isValueLast = value !== undefined && value.stampMs === stampMs;
  if (isValueLast) {
    return {
      stampMs,
      value: toNumber(value.cell),
      quality: isBad(code) ? UNKNOWN_QUALITY : code,
      isSure: false,
    };
  }
  return { stampMs, value: Number.NaN, quality: code, isSure: false };
}

/** A few at once. */
async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) await act(item);
  };
  await Promise.all(Array.from({ length: INFLUX_HISTORY_LIMITS.statements }, work));
}
