/** The line at the time that is looked at: its time, a dot on each curve, and why data is not good where it is not. */
import { useFormat } from '../shared/use-format.ts';
import { toStanding } from './curve.ts';
import { type Layout, STRIP_PX, type Strip, toY } from './layout.ts';
import { useReasonWords } from './use-reason-words.ts';
import type { Window } from './window.ts';

interface ChartCursorProps {
  readonly layout: Layout;
  readonly window: Window;
  readonly atMs: number;
  readonly x: (atMs: number) => number;
}

/** Half of the widest time below the axis. */
const TIME_HALF_PX = 62;

export function ChartCursor({ layout, window, atMs, x }: ChartCursorProps) {
  const format = useFormat();
  if (atMs < window.fromMs || atMs > window.toMs) return null;
  const { panes, lanes, axisTop, left, right } = layout;
  const at = x(atMs);
  const labelX = Math.min(Math.max(at, left - 20 + TIME_HALF_PX), right + 20 - TIME_HALF_PX);
  const strips = [...panes.flatMap((pane) => pane.strips), ...lanes.map((lane) => lane.strip)];
  return (
    <g className="trend-cursor" aria-hidden pointerEvents="none">
      <line x1={at} x2={at} y1={0} y2={axisTop} />
      {panes.flatMap((pane) =>
        pane.curves.map((curve) => {
          const { value } = toStanding(curve, atMs);
          return value === null ? null : (
            <circle
              key={curve.point.id}
              className={`cursor-dot curve-${curve.slot + 1}`}
              cx={at}
              cy={toY(pane, value)}
              r={4}
            />
          );
        }),
      )}
      {strips.map((strip) => (
        <Reason
          key={strip.curve.point.id}
          strip={strip}
          atMs={atMs}
          at={at}
          isLeft={at > (left + right) / 2}
        />
      ))}
      <rect
        className="cursor-time"
        x={labelX - TIME_HALF_PX}
        y={axisTop + 2}
        width={2 * TIME_HALF_PX}
        height={20}
        rx={3}
      />
      <text className="cursor-time-text" x={labelX} y={axisTop + 16}>
        {format.dateTime(atMs)}
      </text>
    </g>
  );
}

interface ReasonProps {
  readonly strip: Strip;
  readonly atMs: number;
  readonly at: number;
  /** Whether it stands to the left of the line. */
  readonly isLeft: boolean;
}

function Reason({ strip: { curve, top }, atMs, at, isLeft }: ReasonProps) {
  const toWords = useReasonWords();
  const standing = toStanding(curve, atMs);
  if (standing.level === 'good') return null;
  return (
    <text
      className={`cursor-reason reason-${standing.level}`}
      x={isLeft ? at - 6 : at + 6}
      y={top + STRIP_PX - 0.5}
      textAnchor={isLeft ? 'end' : 'start'}
    >
      {toWords(standing)}
    </text>
  );
}
