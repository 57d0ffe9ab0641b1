/** What the stream tells of the chosen points while somebody looks: the end of a curve that runs up to now. */
import { useEffect, useState } from 'react';
import type { TailSample } from '../equipment/trend-data.ts';
import { isBadCode } from '../live/point-state.ts';
import { readings } from '../live/readings.ts';

/** Values kept of a point between two answers of the gateway, which come every minute. */
const MAX_TAIL = 600;

/** Key: point id. */
export type Tails = ReadonlyMap<string, readonly TailSample[]>;

const NONE: Tails = new Map();

/** @param points ids; none = no tails */
export function useTails(points: readonly string[]): Tails {
  const [tails, setTails] = useState(NONE);
  const key = points.join(',');
  useEffect(() => {
    const ids = key === '' ? [] : key.split(',');
    const ends = ids.map((id) => readings.subscribe(id, () => setTails((known) => takeReading(known, id))));
    return () => {
      for (const end of ends) end();
    };
  }, [key]);
  return tails;
}

function takeReading(known: Tails, id: string): Tails {
  const state = readings.get(id);
  if (state?.receivedMs == null) return known;
  const tail = known.get(id) ?? [];
  if ((tail.at(-1)?.atMs ?? 0) >= state.receivedMs) return known;
  const { receivedMs: atMs, qualityCode } = state;
  const sample = { atMs, qualityCode, value: isBadCode(qualityCode) ? null : state.value };
  return new Map(known).set(id, [...tail.slice(1 - MAX_TAIL), sample]);
}
