/**
 * InfluxDB as a source of the history: what the journal no longer has. Single readings slice by slice, with the quality as
 * a step function (it is written on change and as a heartbeat); roll-ups in place of readings where the buckets asked for are
 * made of whole ones.
 *
 * No aggregate of the server stands in for readings. None of InfluxQL weighs a standing value with time; one put together of
 * ELAPSED, DIFFERENCE and MOVING_AVERAGE does, but takes 13–40 s over a month at 1 s (InfluxDB 1.6), and COUNT, MIN, MAX,
 * FIRST, LAST by themselves 4–7 s, where handing out all readings takes 7 s.
 */
import type { InfluxSettings } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import type { Coverage, HistorySource } from '../../telemetry/history/source.ts';
import { createManagement, type Management } from '../influx-management.ts';
import type { HistoryPoint } from '../sink.ts';
import { createFirstTimes, type FirstTimes } from './first-times.ts';
import { countAtLeast, readings } from './readings.ts';
import { findStanding } from './standing.ts';
import { createStatements, ROLLUPS, type Statements } from './statements.ts';
import { stretches } from './stretches.ts';

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
    countAtLeast: (query) => countAtLeast(view, query),
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
