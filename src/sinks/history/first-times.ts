/** Since when InfluxDB has readings and roll-ups of a point; believed for a while, because every question begins with it. */
import { defined } from '../../core/assert.ts';
import { InfluxError } from '../influx-client.ts';
import type { InfluxView } from './influx-source.ts';
import { INFLUX_HISTORY_LIMITS } from './limits.ts';
import { ROLLUPS, type Rollup } from './statements.ts';

/** UTC ms; Infinity = there are none. */
export interface FirstTime {
  readonly rawMs: number;
  /** In the order of ROLLUPS. */
  readonly rollupMs: readonly number[];
}

const NONE = Number.POSITIVE_INFINITY;
/** How servers say that the place of a roll-up is not there (1.x: its policy; behind 2 and 3: what that is mapped to). */
const NO_PLACE = /\b(?:retention policy|database|bucket|mapping)\b.* not found/i;

export interface FirstTimes {
  /** @throws InfluxError; the signal's reason */
  find(point: number, signal: AbortSignal): Promise<FirstTime>;
}

export function createFirstTimes(view: InfluxView, monoMs: () => number): FirstTimes {
  /** Key: point. Insertion order = age. */
  const known = new Map<number, { readonly askedMs: number; readonly first: FirstTime }>();
  return {
    async find(point, signal) {
      const old = known.get(point);
      if (old !== undefined && monoMs() - old.askedMs < INFLUX_HISTORY_LIMITS.firstStampMs) return old.first;
      const first = await ask(view, point, signal);
      known.delete(point);
      if (known.size >= INFLUX_HISTORY_LIMITS.firstStamps) known.delete(known.keys().next().value ?? -1);
      // What was not there may come with the next write.
      if (Number.isFinite(first.rawMs)) known.set(point, { askedMs: monoMs(), first });
      return first;
    },
  };
}

async function ask(view: InfluxView, point: number, signal: AbortSignal): Promise<FirstTime> {
  const rollups = view.hasRollups ? ROLLUPS : [];
  const [value, quality, ...rollupMs] = await Promise.all([
    askOne(view, point, 'value', signal),
    askOne(view, point, 'quality', signal),
    // A roll-up that has no place, because nobody made it or somebody dropped it, hides nothing of the others.
    ...rollups.map((rollup) => askOne(view, point, rollup, signal).catch(noneWithoutPlace)),
  ]);
  return { rawMs: Math.min(value, quality), rollupMs };
}

async function askOne(
  { management, statements, points }: InfluxView,
  point: number,
  what: 'value' | 'quality' | Rollup,
  signal: AbortSignal,
): Promise<number> {
  const asked = defined(points[point], 'a point of the table');
  const { series } = await management.select(statements.first(asked, what), { rows: 1, signal });
  const stampMs = series[0]?.values[0]?.[0];
  return typeof stampMs === 'number' ? stampMs : NONE;
}

/** The server says that the place of a roll-up is not there. */
export function isWithoutPlace(error: unknown): boolean {
  return error instanceof InfluxError && error.kind === 'refused' && NO_PLACE.test(error.message);
}

function noneWithoutPlace(error: unknown): number {
  if (isWithoutPlace(error)) return NONE;
  throw error;
}
