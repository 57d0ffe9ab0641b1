/**
 * InfluxDB as a source of the history: what the journal no longer has. Single readings page by page, with the quality as a
 * step function (it is written on change and as a heartbeat); roll-ups in place of readings where the buckets asked for are
 * made of whole ones. No aggregate of the server stands in for readings: none of InfluxQL weighs a standing value with time.
 */
import type { InfluxSettings } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import type {
  Coverage,
  HistorySource,
  ReadingColumns,
  SourceQuery,
  Summary,
} from '../../telemetry/history/source.ts';
import { createManagement, type Management } from '../influx-management.ts';
import type { HistoryPoint } from '../sink.ts';
import { createFirstTimes, type FirstTimes } from './first-times.ts';
import { INFLUX_HISTORY_LIMITS } from './limits.ts';
import { readPages, toSummaries } from './rows.ts';
import { findStanding } from './standing.ts';
import { createStatements, ROLLUPS, type Rollup, type Statements } from './statements.ts';

export interface InfluxSourceOptions {
  readonly settings: InfluxSettings;
  /** Of the present configuration: questions name them by index. */
  readonly points: readonly HistoryPoint[];
  readonly monoMs?: () => number;
}

export interface InfluxSource extends HistorySource {
  /** Frees the connections. */
  close(): void;
}

/** What the parts of the source share. */
export interface InfluxView {
  readonly management: Management;
  readonly statements: Statements;
  readonly points: readonly HistoryPoint[];
  readonly hasRollups: boolean;
}

/** All methods reject with InfluxError. */
export function createInfluxSource({ settings, points, monoMs }: InfluxSourceOptions): InfluxSource {
  const management = createManagement(settings);
  const statements = createStatements(settings);
  const view: InfluxView = { management, statements, points, hasRollups: settings.rollups !== null };
  const firstTimes = createFirstTimes(view, monoMs ?? (() => performance.now()));
  return {
    name: 'InfluxDB',
    coverage: (point, fromMs, signal) => cover(view, firstTimes, point, fromMs, signal),
    standing: (wanted, atMs, signal) => findStanding(view, wanted, atMs, signal),
    readings: (query) => readings(view, query),
    stretches: (query, bucketMs) => stretches(view, firstTimes, query, bucketMs),
    close: () => management.close(),
  };
}

async function cover(
  { points }: InfluxView,
  firstTimes: FirstTimes,
  point: number,
  fromMs: number,
  signal: AbortSignal,
): Promise<Coverage | null> {
  if (points[point] === undefined || points[point].type === 'text') return null;
  const { rawMs, rollupMs } = await firstTimes.find(point, signal);
  const first = Math.min(rawMs, ...rollupMs);
  if (first === Number.POSITIVE_INFINITY) return null;
  // A roll-up begins before the first reading in it: what begins within the bucket reaches back as far.
  const surelyFromMs = Math.min(rawMs, ...rollupMs.map((ms, at) => ms + toBucketMs(at) - 1));
  const reachMs = Math.max(fromMs, surelyFromMs);
  // Raw readings begin late where retention has taken those before; the finest roll-up that reaches back stands in.
  const at = rollupMs.findIndex((ms) => ms <= reachMs);
  const finestMs = rawMs <= reachMs ? 0 : toBucketMs(at);
  return { fromMs: first, surelyFromMs, completeFromMs: Number.POSITIVE_INFINITY, finestMs };
}

function toBucketMs(at: number): number {
  return defined(ROLLUPS[at], 'a roll-up').bucketMs;
}

async function* readings(view: InfluxView, query: SourceQuery): AsyncGenerator<ReadingColumns> {
  const point = view.points[query.point];
  if (point === undefined || point.type === 'text') return;
  const { statements, management } = view;
  const limits = { rows: INFLUX_HISTORY_LIMITS.pageRows, signal: query.signal };
  const before = await management.select(statements.qualityBefore(point, query.fromMs), limits);
  const quality = before.series[0]?.values.at(-1)?.[1] ?? null;
  const pages = management.pages(statements.readings(point), query.fromMs, query.toMs, limits);
  yield* readPages(pages, quality);
}

/** Roll-ups where the range has whole ones; readings at its ends, and where a roll-up is missing. */
async function* stretches(
  view: InfluxView,
  firstTimes: FirstTimes,
  query: SourceQuery,
  bucketMs: number,
): AsyncGenerator<ReadingColumns | Summary> {
  const rollup = view.hasRollups ? await chooseRollup(firstTimes, query, bucketMs) : null;
  let doneMs = query.fromMs;
  const summaries = rollup === null ? [] : readRollups(view, query, rollup);
  for await (const summary of summaries) {
    if (summary.fromMs > doneMs) yield* readings(view, { ...query, fromMs: doneMs, toMs: summary.fromMs });
    yield summary;
    doneMs = summary.toMs;
  }
  if (doneMs < query.toMs) yield* readings(view, { ...query, fromMs: doneMs });
}

/** The coarsest that buckets are made of: the fewest rows. null = readings it is. */
async function chooseRollup(
  firstTimes: FirstTimes,
  { point, toMs, signal }: SourceQuery,
  bucketMs: number,
): Promise<Rollup | null> {
  const { rollupMs } = await firstTimes.find(point, signal);
  return (
    ROLLUPS.findLast((one, at) => bucketMs % one.bucketMs === 0 && defined(rollupMs[at], 'a first') < toMs) ??
    null
  );
}

async function* readRollups(
  { statements, management, points }: InfluxView,
  { point, fromMs, toMs, signal }: SourceQuery,
  rollup: Rollup,
): AsyncGenerator<Summary> {
  const { bucketMs } = rollup;
  const startMs = Math.ceil(fromMs / bucketMs) * bucketMs;
  const endMs = Math.floor(toMs / bucketMs) * bucketMs;
  if (startMs >= endMs) return;
  const statement = statements.rollups(defined(points[point], 'a point of the table'), rollup);
  const limits = { rows: INFLUX_HISTORY_LIMITS.pageRows, signal };
  for await (const page of management.pages(statement, startMs, endMs, limits)) {
    yield* toSummaries(page, bucketMs);
  }
}
