/**
 * What pointer, wheel and keys do on the chart.
 *
 * | input | does |
 * |---|---|
 * | move; arrow keys (with Shift: larger steps) | the time whose values are shown |
 * | click, tap | pins that time; again: lets it go |
 * | drag with a mouse | zooms into what was drawn |
 * | wheel; `+` and `-` | zooms around that time |
 * | Enter | what stood in the whole building then |
 * | Escape | lets go |
 */
import {
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from 'react';
import { type Layout, toTime, toX } from './layout.ts';
import { clamp, toStretch, type Window, zoomAround } from './window.ts';

/** A shorter way of the pointer is a click. */
const DRAG_PX = 6;
/** One notch of a wheel, one press of a key. */
const ZOOM_FACTOR = 0.7;
/** One turn of a touch pad is many small ones: not more than one zoom in this time. */
const WHEEL_MS = 60;
/** Steps of the arrow keys, share of what is on show. */
const STEP_RATIO = 0.005;
const LARGE_STEP_RATIO = 0.05;

interface ChartInput {
  readonly layout: Layout;
  readonly window: Window;
  readonly svg: RefObject<SVGSVGElement | null>;
  readonly cursorMs: number | null;
  readonly pinnedMs: number | null;
  readonly onHover: (atMs: number | null) => void;
  readonly onPin: (atMs: number | null) => void;
  readonly onZoom: (window: Window) => void;
  readonly onBuilding: () => void;
}

export function useChartInput(input: ChartInput) {
  const { layout, window, svg, onHover } = input;
  const [drawn, setDrawn] = useState<Window | null>(null);
  /** Where the pressed pointer went down; null = none is. */
  const start = useRef<{ readonly x: number; readonly isMouse: boolean } | null>(null);
  useWheel(input);
  const timeAt = (event: { readonly clientX: number }): number =>
    toTime(layout, window, event.clientX - (svg.current?.getBoundingClientRect().left ?? 0));
  const handlers = {
    onPointerDown(event: PointerEvent<SVGSVGElement>) {
      if (event.button !== 0) return;
      const isMouse = event.pointerType === 'mouse';
      start.current = { x: event.clientX, isMouse };
      // A finger that scrolls the page must not be held.
      if (isMouse) event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event: PointerEvent<SVGSVGElement>) {
      const atMs = timeAt(event);
      onHover(atMs);
      const from = start.current;
      if (from?.isMouse && Math.abs(event.clientX - from.x) >= DRAG_PX) {
        const fromMs = timeAt({ clientX: from.x });
        setDrawn({ fromMs: Math.min(fromMs, atMs), toMs: Math.max(fromMs, atMs) });
      }
    },
    onPointerUp(event: PointerEvent<SVGSVGElement>) {
      const from = start.current;
      start.current = null;
      if (from === null) return;
      setDrawn(null);
      const isDrag = Math.abs(event.clientX - from.x) >= DRAG_PX;
      if (isDrag && from.isMouse) input.onZoom(toStretch(timeAt({ clientX: from.x }), timeAt(event)));
      else if (!isDrag) pin(input, timeAt(event));
    },
    onPointerCancel() {
      start.current = null;
      setDrawn(null);
    },
    onPointerLeave: () => start.current === null && onHover(null),
    onKeyDown: (event: KeyboardEvent<SVGSVGElement>) => press(input, event),
  };
  return { drawn, handlers };
}

/** At the pinned time lets go. */
function pin({ layout, window, pinnedMs, onPin }: ChartInput, atMs: number): void {
  const isSame =
    pinnedMs !== null && Math.abs(toX(layout, window, pinnedMs) - toX(layout, window, atMs)) < DRAG_PX;
  onPin(isSame ? null : atMs);
}

function press(input: ChartInput, event: KeyboardEvent): void {
  const { window, cursorMs } = input;
  const length = window.toMs - window.fromMs;
  const atMs = cursorMs ?? window.toMs;
  const step = length * (event.shiftKey ? LARGE_STEP_RATIO : STEP_RATIO);
  const go = (to: number): void => {
    input.onHover(null);
    input.onPin(clamp(to, window.fromMs, window.toMs));
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => go(atMs - step),
    ArrowRight: () => go(atMs + step),
    Home: () => go(window.fromMs),
    End: () => go(window.toMs),
    '+': () => input.onZoom(zoomAround(window, atMs, ZOOM_FACTOR)),
    '=': () => input.onZoom(zoomAround(window, atMs, ZOOM_FACTOR)),
    '-': () => input.onZoom(zoomAround(window, atMs, 1 / ZOOM_FACTOR)),
    Enter: () => input.onBuilding(),
    Escape: () => input.onPin(null),
  };
  const action = actions[event.key];
  if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
}

/** React listens to wheels passively: the page would scroll with every zoom. */
function useWheel(input: ChartInput): void {
  const { svg } = input;
  const lastMs = useRef(Number.NEGATIVE_INFINITY);
  const onWheel = useEffectEvent((event: WheelEvent) => {
    if (event.deltaY === 0) return;
    event.preventDefault();
    if (event.timeStamp - lastMs.current < WHEEL_MS) return;
    lastMs.current = event.timeStamp;
    const { layout, window } = input;
    const left = svg.current?.getBoundingClientRect().left ?? 0;
    const atMs = toTime(layout, window, event.clientX - left);
    input.onZoom(zoomAround(window, atMs, event.deltaY < 0 ? ZOOM_FACTOR : 1 / ZOOM_FACTOR));
  });
  useEffect(() => {
    const element = svg.current;
    const listen = (event: WheelEvent): void => onWheel(event);
    element?.addEventListener('wheel', listen, { passive: false });
    return () => element?.removeEventListener('wheel', listen);
  }, [svg]);
}
