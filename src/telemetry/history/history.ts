/**
 * The history of points over all stores that remember some of it: which of them is asked for what (plan.ts), joined
 * (merge.ts), as a curve (curve.ts), as one instant, as single readings. It keeps nothing itself.
 *
 *   question ─▶ gate ─▶ coverage ─▶ segments ─▶ standing value + readings or summaries ─▶ samples, and what is missing
 */
import type { Clock } from '../../core/clock.ts';
import {
  type HistoryPort,
  type Instant,
  type InstantQuery,
  type InstantReading,
  type ReadingsPortion,
  type ReadingsQuery,
  UNKNOWN_QUALITY,
} from '../history-view.ts';
import { Asking } from './asking.ts';
import { drawCurve } from './curve.ts';
import { createGate, type Gate } from './gate.ts';
import { cover, findStanding, readJoined, type Sources } from './joining.ts';
import { HISTORY_LIMITS, type HistoryLimits } from './limits.ts';
import { toSegments } from './plan.ts';
import type { HistorySource, ReadingColumns, Standing } from './source.ts';

export interface HistoryOptions {
  /** In order of preference: the first is right where two differ, and asked alone where it is complete. */
  readonly sources: readonly HistorySource[];
  /** Nothing stands beyond now. */
  readonly clock: Clock;
  readonly limits?: Partial<HistoryLimits>;
}

export interface History extends HistoryPort {
  counters(): HistoryCounters;
}

/** Since start; `running` and `waiting` are of this moment. */
export interface HistoryCounters {
  readonly queries: number;
  readonly failedQueries: number;
  /** Answers that had to say that something may be missing. */
  readonly incompleteAnswers: number;
  readonly refusedQueries: number;
  readonly running: number;
  readonly waiting: number;
}

interface Context {
  readonly sources: Sources;
  readonly limits: HistoryLimits;
  readonly counts: { queries: number; failed: number; incomplete: number };
}

export function createHistory({ sources, clock, limits: shrunk }: HistoryOptions): History {
  const limits: HistoryLimits = { ...HISTORY_LIMITS, ...shrunk };
  const counts = { queries: 0, failed: 0, incomplete: 0 };
  const context: Context = { sources, limits, counts };
  const queries = createGate(limits.queries, limits.waitingQueries);
  const runs = createGate(limits.runs, limits.waitingRuns);
  return {
    history: (query, signal) =>
      inTurn(context, queries, signal, (asking) => drawCurve(sources, asking, query, clock.now().wallMs)),
    instant: (query, signal) => inTurn(context, queries, signal, (asking) => instant(context, asking, query)),
    readings: (query, signal) => run(context, runs, query, signal),
    counters: () => ({
      queries: counts.queries,
      failedQueries: counts.failed,
      incompleteAnswers: counts.incomplete,
      refusedQueries: queries.refused + runs.refused,
      running: queries.running + runs.running,
      waiting: queries.waiting + runs.waiting,
    }),
  };
}

async function inTurn<T extends { readonly missing: string | null }>(
  context: Context,
  gate: Gate,
  signal: AbortSignal | undefined,
  answer: (asking: Asking) => Promise<T>,
): Promise<T> {
  const leave = await gate.enter(signal);
  const { counts, limits } = context;
  counts.queries++;
  const asking = new Asking(limits, limits.queryMs, signal);
  try {
    const answered = await answer(asking);
    if (answered.missing !== null) counts.incomplete++;
    return answered;
  } catch (error) {
    counts.failed++;
    throw error;
  } finally {
    asking.end();
    leave();
  }
}

// --- instants -------------------------------------------------------------------------------------------------------

async function instant(context: Context, asking: Asking, { points, atMs }: InstantQuery): Promise<Instant> {
  const standing = await findStanding(context.sources, asking, points, atMs);
  asking.requireAnswer();
  const readings = points.map((point, at) => toInstantReading(point, standing[at] ?? null));
  return { readings, missing: asking.missing };
}

function toInstantReading(point: number, standing: Standing | null): InstantReading {
  if (standing === null) return { point, stampMs: null, value: null, quality: null };
  const { stampMs, value, quality } = standing;
  return {
    point,
    stampMs,
    value: Number.isNaN(value) ? null : value,
    quality: quality === UNKNOWN_QUALITY ? null : quality,
  };
}

// --- single readings ------------------------------------------------------------------------------------------------

async function* run(
  context: Context,
  gate: Gate,
  { points, fromMs, toMs }: ReadingsQuery,
  signal: AbortSignal | undefined,
): AsyncGenerator<ReadingsPortion> {
  const leave = await gate.enter(signal);
  const { counts, limits } = context;
  counts.queries++;
  const asking = new Asking(limits, null, signal);
  const toDone = (at: number, stampMs: number): number =>
    (at + (stampMs - fromMs) / (toMs - fromMs)) / points.length;
  try {
    for (const [at, point] of points.entries()) {
      for await (const columns of readPoint(context, asking, point, fromMs, toMs)) {
        const doneRatio = toDone(at, columns.stampMs[columns.count - 1] ?? fromMs);
        yield { point, ...columns, missing: asking.missing, doneRatio };
        await asking.rest(columns.count);
      }
      asking.requireAnswer();
      yield { point, ...NO_READINGS, missing: asking.missing, doneRatio: (at + 1) / points.length };
    }
    if (asking.missing !== null) counts.incomplete++;
  } catch (error) {
    counts.failed++;
    throw error;
  } finally {
    asking.end();
    leave();
  }
}

const NO_READINGS: ReadingColumns = {
  count: 0,
  stampMs: new Float64Array(0),
  value: new Float64Array(0),
  quality: new Uint8Array(0),
};

async function* readPoint(
  context: Context,
  asking: Asking,
  point: number,
  fromMs: number,
  toMs: number,
): AsyncGenerator<ReadingColumns> {
  const covered = await cover(context.sources, asking, point, fromMs);
  for (const { fromMs: startMs, toMs: endMs, sources } of toSegments(covered, fromMs, toMs)) {
    yield* readJoined(asking, { point, fromMs: startMs, toMs: endMs }, sources);
  }
}
