/**
 * The picture of trends, drawn as SVG so that it can be read by a screen reader, hatched where data is bad, and coloured by
 * the page's own palette. What stands where is layout.ts's business; what a move of pointer, wheel or key means is
 * use-chart-input.ts's.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/use-format.ts';
import { ChartCursor } from './chart-cursor.tsx';
import { ChartBottom, LaneView, PaneView, Patterns } from './chart-parts.tsx';
import type { Curve } from './curve.ts';
import { toLayout, toX } from './layout.ts';
import type { SiteTime } from './site-time.ts';
import { useChartInput } from './use-chart-input.ts';
import type { Window } from './window.ts';

interface TrendChartProps {
  readonly curves: readonly Curve[];
  readonly window: Window;
  readonly time: SiteTime;
  readonly isPhone: boolean;
  /** Under the pointer, or pinned, UTC ms; null = none. */
  readonly cursorMs: number | null;
  readonly pinnedMs: number | null;
  readonly onHover: (atMs: number | null) => void;
  readonly onPin: (atMs: number | null) => void;
  readonly onZoom: (window: Window) => void;
  readonly onBuilding: () => void;
}

/** Before it is known how wide it may be. */
const FIRST_WIDTH_PX = 800;
/** Header, toolbars, remarks; on a phone the navigation at the bottom too. */
const DESK_FRAME_PX = 236;
const PHONE_FRAME_PX = 420;

export function TrendChart(props: TrendChartProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { curves, window, time, isPhone, cursorMs, pinnedMs } = props;
  const [frame, { width, room }] = useRoom(isPhone);
  const layout = useMemo(
    () => toLayout({ curves, window, width, room, isPhone }),
    [curves, window, width, room, isPhone],
  );
  const svg = useRef<SVGSVGElement>(null);
  const { drawn, handlers } = useChartInput({ ...props, layout, svg });
  const x = useMemo(() => (atMs: number) => toX(layout, window, atMs), [layout, window]);
  const names = curves.map(({ point }) => format.text(point.text)).join(t('common.separator'));
  const shownMs = cursorMs ?? window.toMs;
  return (
    <div ref={frame} className="trend-chart">
      <svg
        ref={svg}
        role="slider"
        tabIndex={0}
        width={width}
        height={layout.height}
        data-testid="trend-chart"
        data-from={Math.round(window.fromMs)}
        data-to={Math.round(window.toMs)}
        aria-label={t('trends.chartLabel', { names })}
        aria-valuemin={Math.round(window.fromMs)}
        aria-valuemax={Math.round(window.toMs)}
        aria-valuenow={Math.round(shownMs)}
        aria-valuetext={format.dateTime(shownMs)}
        {...handlers}
      >
        <Patterns layout={layout} />
        <ChartBottom layout={layout} window={window} time={time} x={x} />
        {layout.panes.map((pane) => (
          <PaneView key={pane.unit} pane={pane} layout={layout} x={x} />
        ))}
        {layout.lanes.map((lane) => (
          <LaneView key={lane.curve.point.id} lane={lane} layout={layout} x={x} />
        ))}
        {drawn !== null && <Drawn drawn={drawn} x={x} height={layout.axisTop} />}
        {pinnedMs !== null && pinnedMs !== cursorMs && (
          <line className="trend-pin" x1={x(pinnedMs)} x2={x(pinnedMs)} y1={0} y2={layout.axisTop} />
        )}
        {cursorMs !== null && <ChartCursor layout={layout} window={window} atMs={cursorMs} x={x} />}
      </svg>
    </div>
  );
}

interface DrawnProps {
  readonly drawn: Window;
  readonly x: (atMs: number) => number;
  readonly height: number;
}

/** The stretch that is being drawn for a zoom. */
function Drawn({ drawn, x, height }: DrawnProps) {
  const [left, right] = [x(drawn.fromMs), x(drawn.toMs)];
  return <rect className="trend-drawn" x={left} y={0} width={Math.max(1, right - left)} height={height} />;
}

interface Room {
  readonly width: number;
  /** Height of the window without what stands above and below the picture. */
  readonly room: number;
}

function useRoom(isPhone: boolean): readonly [React.RefObject<HTMLDivElement | null>, Room] {
  const frame = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<Room>({ width: FIRST_WIDTH_PX, room: FIRST_WIDTH_PX });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const measure = (): void =>
      setRoom({
        width: Math.floor(element.clientWidth),
        room: globalThis.innerHeight - (isPhone ? PHONE_FRAME_PX : DESK_FRAME_PX),
      });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    globalThis.addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      globalThis.removeEventListener('resize', measure);
    };
  }, [isPhone]);
  return [frame, room];
}
