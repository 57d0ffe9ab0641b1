/** A store of readings in memory, as sources of the history are: with a beginning, holes, portions of any size, failures. */
import { createColumns } from '../../../src/telemetry/history/columns.ts';
import type {
  Coverage,
  HistorySource,
  ReadingColumns,
  SourceQuery,
  Standing,
  Summary,
} from '../../../src/telemetry/history/source.ts';

/** `[stampMs, value, quality]`; NaN and a bad code belong together. */
export type Row = readonly [stampMs: number, value: number, quality: number];

export interface MemoryOptions {
  readonly name?: string;
  /** Key: point. Sorted by stamp. */
  readonly rows: ReadonlyMap<number, readonly Row[]>;
  /** Default: the first reading. */
  readonly completeFromMs?: number;
  readonly portion?: number;
  /** Sealed chunks of so many readings stand as summaries where they lie in one bucket. */
  readonly chunk?: number;
  readonly finestMs?: number;
  /** Thrown by every call, or by the portion after so many readings. */
  readonly failure?: { readonly error: Error; readonly afterReadings?: number };
  /** Answers never come. */
  readonly hangs?: boolean;
}

export interface MemorySource extends HistorySource {
  /** What it was asked: method and arguments. */
  readonly asked: (readonly [method: string, ...rest: readonly unknown[]])[];
  /** Iterations begun and not yet ended. */
  open(): number;
}

export function createMemorySource(options: MemoryOptions): MemorySource {
  const { rows, portion = 3, chunk, failure, finestMs = 0 } = options;
  const asked: (readonly [string, ...unknown[]])[] = [];
  let open = 0;
  const inRange = ({ point, fromMs, toMs }: Pick<SourceQuery, 'point' | 'fromMs' | 'toMs'>) =>
    (rows.get(point) ?? []).filter(([ms]) => ms >= fromMs && ms < toMs);
  const gate = async (): Promise<void> => {
    if (options.hangs === true) await new Promise(() => {});
    if (failure !== undefined && failure.afterReadings === undefined) throw failure.error;
  };
  async function* read(
    query: SourceQuery,
    bucketMs: number | null,
  ): AsyncGenerator<ReadingColumns | Summary> {
    open++;
    try {
      await gate();
      let given = 0;
      const all = inRange(query);
      const size = bucketMs !== null && chunk !== undefined ? chunk : portion;
      for (let at = 0; at < all.length; at += size) {
        if (failure?.afterReadings !== undefined && given >= failure.afterReadings) throw failure.error;
        const part = all.slice(at, at + size);
        given += part.length;
        const isOneBucket =
          bucketMs !== null &&
          Math.floor((part[0]?.[0] ?? 0) / bucketMs) === Math.floor((part.at(-1)?.[0] ?? 0) / bucketMs);
        yield chunk !== undefined && isOneBucket ? toSummary(part) : toColumns(part);
      }
    } finally {
      open--;
    }
  }
  const source: MemorySource = {
    name: options.name ?? 'memory',
    asked,
    open: () => open,
    async coverage(point, fromMs): Promise<Coverage | null> {
      asked.push(['coverage', point, fromMs]);
      await gate();
      const first = rows.get(point)?.[0]?.[0];
      if (first === undefined) return null;
      return { fromMs: first, completeFromMs: options.completeFromMs ?? first, finestMs };
    },
    async standing(points, atMs) {
      asked.push(['standing', points, atMs]);
      await gate();
      return points.map((point): Standing | null => {
        const row = rows.get(point)?.findLast(([ms]) => ms <= atMs);
        if (row === undefined) return null;
        const isSure = atMs >= (options.completeFromMs ?? Number.NEGATIVE_INFINITY);
        return { stampMs: row[0], value: row[1], quality: row[2], isSure };
      });
    },
    async *readings(query) {
      asked.push(['readings', query.point, query.fromMs, query.toMs]);
      for await (const item of read(query, null)) if ('stampMs' in item) yield item;
    },
  };
  if (chunk === undefined) return source;
  return Object.assign(source, {
    async countAtLeast(query: SourceQuery) {
      await gate();
      return Math.floor(inRange(query).length / 2);
    },
    stretches(query: SourceQuery, bucketMs: number) {
      asked.push(['stretches', query.point, query.fromMs, query.toMs, bucketMs]);
      return read(query, bucketMs);
    },
  });
}

export function toColumns(rows: readonly Row[]): ReadingColumns {
  const columns = createColumns(Math.max(1, rows.length));
  for (const [stampMs, value, quality] of rows) columns.add(stampMs, value, quality);
  return columns.take();
}

export function toRows(columns: ReadingColumns): Row[] {
  return Array.from(
    { length: columns.count },
    (_, at): Row => [
      columns.stampMs[at] as number,
      columns.value[at] as number,
      columns.quality[at] as number,
    ],
  );
}

/** A sealed chunk: from its first reading to its last. */
export function toSummary(rows: readonly Row[]): Summary {
  const usable = rows.map(([, value]) => value).filter((value) => !Number.isNaN(value));
  let integral = 0;
  let usableMs = 0;
  for (const [at, [ms, value]] of rows.entries()) {
    const next = rows[at + 1];
    if (next === undefined || Number.isNaN(value)) continue;
    integral += value * (next[0] - ms);
    usableMs += next[0] - ms;
  }
  const [last] = rows.slice(-1);
  return {
    fromMs: rows[0]?.[0] ?? 0,
    toMs: last?.[0] ?? 0,
    count: rows.length,
    min: usable.length === 0 ? Number.NaN : Math.min(...usable),
    max: usable.length === 0 ? Number.NaN : Math.max(...usable),
    integral,
    usableMs,
    last: last?.[1] ?? Number.NaN,
    lastQuality: last?.[2] ?? 0,
    worstQuality: Math.max(...rows.map(([, , quality]) => quality)),
  };
}
