/** The curves of the view: their history, what has come since where the range ends now, and the stretch of time on show. */
import { useMemo } from 'react';
import type { PointDefinition } from '../api/types.ts';
import { useLiveState } from '../live/live-context.tsx';
import { useServerNow } from '../live/server-clock.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { type Curve, toCurve } from './curve.ts';
import type { TrendView } from './trend-address.ts';
import { useHistories } from './trend-queries.ts';
import { useTails } from './use-tails.ts';
import { toWindow } from './window.ts';

const NONE: readonly string[] = [];
/** A month need not move every second: one px of it is longer. */
const STEPS = 1_500;

export function useCurves(view: TrendView, definitions: ReadonlyMap<string, PointDefinition>) {
  const { points, range } = view;
  const isPhone = useIsPhone();
  const known = useMemo(() => points.filter((id) => definitions.has(id)), [points, definitions]);
  const isLive = range.type === 'last';
  const query = useHistories(known, range, isPhone);
  const tails = useTails(isLive ? known : NONE);
  const nowMs = useServerNow();
  const { phase, silentForMs } = useLiveState();
  const exact = toWindow(range, nowMs);
  const stepMs = isLive ? (exact.toMs - exact.fromMs) / STEPS : 1;
  const toMs = isLive ? Math.ceil(exact.toMs / stepMs) * stepMs : exact.toMs;
  const fromMs = isLive ? toMs - (exact.toMs - exact.fromMs) : exact.fromMs;
  const window = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  // An old stream says nothing of the present: the curves end where it ended.
  const liveEndMs = phase === 'stale' ? nowMs - (silentForMs ?? 0) : toMs;
  const curves = useMemo(
    () =>
      (query.data?.items ?? []).flatMap((history): Curve[] => {
        const point = definitions.get(history.point);
        const slot = points.indexOf(history.point);
        if (point === undefined || slot < 0) return [];
        const endMs = isLive ? Math.max(history.toMs, liveEndMs) : history.toMs;
        return [toCurve({ slot, point, history, tail: tails.get(point.id) ?? [], endMs })];
      }),
    [query.data, definitions, points, tails, isLive, liveEndMs],
  );
  return { window, curves, query };
}
