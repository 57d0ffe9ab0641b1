/**
 * The view in the address of the page, and its changes: a zoom is a step that the browser's own back button takes back,
 * everything else replaces the address.
 */
import { useMemo, useRef } from 'react';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { serverNow } from '../live/server-clock.ts';
import { type TrendView, toTrendSearch, toTrendView } from './trend-address.ts';
import { toRangeOf, type Window } from './window.ts';

/** Zooms that follow each other so closely are one turn of a wheel: one step back. */
const JOIN_MS = 700;

/** How many steps of the history belong to zooms; kept with each of them. */
interface ZoomState {
  readonly zooms: number;
}

export function useTrendView() {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const location = useLocation();
  const lastZoomMs = useRef(Number.NEGATIVE_INFINITY);
  const view = useMemo(() => toTrendView(search), [search]);
  const zooms = (location.state as ZoomState | null)?.zooms ?? 0;
  const go = (next: TrendView, isStep: boolean): void =>
    setSearch(toTrendSearch(next), {
      replace: !isStep,
      preventScrollReset: true,
      state: { zooms: isStep ? zooms + 1 : zooms } satisfies ZoomState,
    });
  return {
    view,
    /** Without a step in the history. */
    change: (next: Partial<TrendView>) => go({ ...view, ...next }, false),
    zoom: (window: Window): void => {
      const isStep = performance.now() - lastZoomMs.current > JOIN_MS;
      lastZoomMs.current = performance.now();
      go({ ...view, range: toRangeOf(window, serverNow()) }, isStep);
    },
    /** null when no zoom is left to take back. */
    back: zooms === 0 ? null : () => void navigate(-1),
  };
}
