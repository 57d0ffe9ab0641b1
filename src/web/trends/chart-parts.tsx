/** Parts of the picture that stand still while the pointer moves: panes, lanes, strips, the axis of time. */
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { QualityStretch } from '../equipment/trend-data.ts';
import { useFormat } from '../shared/use-format.ts';
import { toTimeTicks } from './axis.ts';
import { type Curve, toMixedStretches, toStateStretches } from './curve.ts';
import { type Lane, type Layout, type Pane, STRIP_PX, type Strip, toY } from './layout.ts';
import { toBandPath, toBarPath, toDots, toLanePath, toLinePath } from './paths.ts';
import type { SiteTime } from './site-time.ts';
import type { Window } from './window.ts';

type X = (atMs: number) => number;

/** Distance of two times on the axis. */
const TIME_TICK_PX = 84;
/** Width of the letters of the lanes: Chinese, others. */
const WIDE_LETTER_PX = 12;
const LETTER_PX = 6.6;
const LEVELS = ['uncertain', 'bad', 'unknown'] as const satisfies readonly QualityStretch['level'][];

/** Hatched in different directions, so that they are told apart without colour. */
export function Patterns({ layout }: { readonly layout: Layout }) {
  const { left, right, axisTop } = layout;
  return (
    <defs>
      <clipPath id="trend-plots">
        <rect x={left} y={-2} width={Math.max(0, right - left)} height={axisTop + 4} />
      </clipPath>
      <Hatch id="trend-bad" angle={45} size={5} thick={2.6} />
      <Hatch id="trend-uncertain" angle={0} size={4} thick={2} />
      <Hatch id="trend-unknown" angle={-45} size={8} thick={1} />
      <Hatch id="trend-mixed" angle={90} size={3} thick={1.2} />
    </defs>
  );
}

interface HatchProps {
  readonly id: string;
  readonly angle: number;
  readonly size: number;
  readonly thick: number;
}

function Hatch({ id, angle, size, thick }: HatchProps) {
  return (
    <pattern
      id={id}
      width={size}
      height={size}
      patternUnits="userSpaceOnUse"
      patternTransform={`rotate(${angle})`}
    >
      <rect className={`${id}-ground`} width={size} height={size} />
      <rect className={`${id}-line`} width={thick} height={size} />
    </pattern>
  );
}

interface PaneViewProps {
  readonly pane: Pane;
  readonly layout: Layout;
  readonly x: X;
}

export const PaneView = memo(function PaneView({ pane, layout, x }: PaneViewProps) {
  const { t } = useTranslation();
  const { top, height, scale, unit, curves, strips } = pane;
  const { left, right } = layout;
  return (
    <g data-testid={`trend-pane-${unit}`}>
      <text className="trend-unit" x={0} y={top - 7}>
        {unit === '' ? t('trends.noUnit') : unit}
      </text>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line className="trend-grid" x1={left} x2={right} y1={toY(pane, tick)} y2={toY(pane, tick)} />
          <text className="trend-value" x={left - 6} y={toY(pane, tick) + 4}>
            {tick.toFixed(scale.decimals)}
          </text>
        </g>
      ))}
      <rect className="trend-frame" x={left} y={top} width={Math.max(0, right - left)} height={height} />
      <g clipPath="url(#trend-plots)">
        {curves.map((curve) => (
          <NumberCurve key={curve.point.id} curve={curve} pane={pane} x={x} />
        ))}
      </g>
      {strips.map((strip) => (
        <StripView key={strip.curve.point.id} strip={strip} layout={layout} x={x} />
      ))}
    </g>
  );
});

interface NumberCurveProps {
  readonly curve: Curve;
  readonly pane: Pane;
  readonly x: X;
}

function NumberCurve({ curve, pane, x }: NumberCurveProps) {
  const { series, slot, point } = curve;
  const y = (value: number): number => toY(pane, value);
  return (
    <g className={`curve curve-${slot + 1}`} data-testid={`curve-${point.id}`}>
      <path className="curve-band" d={toBandPath(series.low, series.spread, x, y)} />
      <path className="curve-line" d={toLinePath(series.curve, x, y)} />
      {toDots(series.curve).map(([atMs, height]) => (
        <circle key={atMs} className="curve-dot" cx={x(atMs)} cy={y(height ?? 0)} r={2.2} />
      ))}
    </g>
  );
}

interface StripViewProps {
  readonly strip: Strip;
  readonly layout: Layout;
  readonly x: X;
}

/** Number of its curve at the left, then what was not simply good. */
function StripView({ strip: { curve, top }, layout, x }: StripViewProps) {
  const { left, right } = layout;
  const bar = { top, height: STRIP_PX };
  return (
    <g data-testid={`strip-${curve.point.id}`}>
      <rect
        className={`trend-strip curve-${curve.slot + 1}`}
        x={left}
        y={top}
        width={Math.max(0, right - left)}
        height={STRIP_PX}
      />
      <text className={`trend-strip-number curve-${curve.slot + 1}`} x={left - 6} y={top + STRIP_PX - 1}>
        {curve.slot + 1}
      </text>
      <g clipPath="url(#trend-plots)">
        {LEVELS.map((level) => (
          <path
            key={level}
            className={`strip-${level}`}
            fill={`url(#trend-${level})`}
            d={toBarPath(
              curve.series.quality.filter((stretch) => stretch.level === level),
              x,
              bar,
            )}
          />
        ))}
      </g>
    </g>
  );
}

interface LaneViewProps {
  readonly lane: Lane;
  readonly layout: Layout;
  readonly x: X;
}

export const LaneView = memo(function LaneView({ lane, layout, x }: LaneViewProps) {
  const format = useFormat();
  const { curve, top, height } = lane;
  const { left, right } = layout;
  const stretches = useMemo(() => toStateStretches(curve), [curve]);
  const mixed = useMemo(() => toMixedStretches(curve), [curve]);
  return (
    <g data-testid={`lane-${curve.point.id}`} className={`curve curve-${curve.slot + 1}`}>
      <text className="trend-lane-name" x={left} y={top - 6}>
        {curve.slot + 1} {format.text(curve.point.text)}
      </text>
      <rect className="trend-lane" x={left} y={top} width={Math.max(0, right - left)} height={height} />
      <g clipPath="url(#trend-plots)">
        <path className="lane-bars" d={toLanePath(stretches, curve.states?.length ?? 1, x, lane)} />
        <path
          className="lane-mixed"
          fill="url(#trend-mixed)"
          d={toBarPath(
            mixed.map(([fromMs, toMs]) => ({ fromMs, toMs })),
            x,
            { top, height },
          )}
        />
        <StateNames curve={curve} stretches={stretches} lane={lane} layout={layout} x={x} />
      </g>
      <StripView strip={lane.strip} layout={layout} x={x} />
    </g>
  );
});

interface StateNamesProps extends LaneViewProps {
  readonly curve: Curve;
  readonly stretches: ReturnType<typeof toStateStretches>;
}

/** In the bars that are wide enough. */
function StateNames({ curve, stretches, lane, layout, x }: StateNamesProps) {
  const format = useFormat();
  return stretches.map(({ fromMs, toMs, value }) => {
    const [left, right] = [Math.max(x(fromMs), layout.left), Math.min(x(toMs), layout.right)];
    const text = format.value(curve.point, value);
    if (toWidth(text) + 8 > right - left) return null;
    return (
      <text key={fromMs} className="trend-state" x={left + 4} y={lane.top + lane.height / 2 + 4}>
        {text}
      </text>
    );
  });
}

function toWidth(text: string): number {
  return Array.from(text).reduce((sum, letter) => sum + (letter > '\u2e80' ? WIDE_LETTER_PX : LETTER_PX), 0);
}

interface ChartBottomProps {
  readonly layout: Layout;
  readonly window: Window;
  readonly time: SiteTime;
  readonly x: X;
}

/** Times, with a line through all panes at each. */
export function ChartBottom({ layout, window, time, x }: ChartBottomProps) {
  const { left, right, axisTop } = layout;
  const ticks = toTimeTicks(window, (right - left) / TIME_TICK_PX, time);
  return ticks.map(({ atMs, text, isDay }) => (
    <g key={atMs}>
      <line className="trend-grid" x1={x(atMs)} x2={x(atMs)} y1={0} y2={axisTop} />
      <text className={isDay ? 'trend-time is-day' : 'trend-time'} x={x(atMs)} y={axisTop + 16}>
        {text}
      </text>
    </g>
  ));
}
