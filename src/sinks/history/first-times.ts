/** Since when InfluxDB has readings and roll-ups of a point; believed for a while, because every question begins with it. */
import { defined } from '../../core/assert.ts';
import type { InfluxView } from './influx-source.ts';
import { INFLUX_HISTORY_LIMITS } from './limits.ts';
import { ROLLUPS } from './statements.ts';

/** UTC ms; Infinity = there are none. */
export interface FirstTime {
  readonly rawMs: number;
  /** In the order of ROLLUPS. */
  readonly rollupMs: readonly number[];
}

const NONE = Number.POSITIVE_INFINITY;

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

async function ask(
  { management, statements, points, hasRollups }: InfluxView,
  point: number,
  signal: AbortSignal,
): Promise<FirstTime> {
  const asked = defined(points[point], 'a point of the table');
  const kinds = ['value', 'quality', ...(hasRollups ? ROLLUPS : [])] as const;
  const [value = NONE, quality = NONE, ...rollupMs] = await Promise.all(
    kinds.map(async (what) => {
      const { series } = await management.select(statements.first(asked, what), { rows: 1, signal });
      const stampMs = series[0]?.values[0]?.[0];
      return typeof stampMs === 'number' ? stampMs : NONE;
    }),
  );
  return { rawMs: Math.min(value, quality), rollupMs };
}
