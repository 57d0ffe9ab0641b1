/**
 * Where everything of the picture stands. Numbers share a pane with their unit, states have a lane each, all above one
 * axis of time; under each pane and lane a strip for each point tells of its quality. Pure; CSS px.
 *
 *   MPa   ┌──────────────────┐ pane
 *         └──────────────────┘
 *         ▒▒▒  strip of point 1
 *              ▒▒ strip of point 2
 *   state ▁▁▁██████▁▁▁▁▁▁▁▁▁▁▁ lane, with its strip
 *         02:00   02:10  axis
 */
import { toValueScale, type ValueScale } from './axis.ts';
import type { Curve } from './curve.ts';
import type { Window } from './window.ts';

export interface Strip {
  readonly curve: Curve;
  readonly top: number;
}

export interface Pane {
  readonly unit: string;
  /** Upper edge of the plot; the unit stands above it. */
  readonly top: number;
  readonly height: number;
  readonly scale: ValueScale;
  readonly curves: readonly Curve[];
  readonly strips: readonly Strip[];
}

export interface Lane {
  readonly curve: Curve;
  /** Upper edge of the lane; the name stands above it. */
  readonly top: number;
  readonly height: number;
  readonly strip: Strip;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Edges of the plots. */
  readonly left: number;
  readonly right: number;
  readonly panes: readonly Pane[];
  readonly lanes: readonly Lane[];
  /** Where the axis of time stands. */
  readonly axisTop: number;
}

/** As high as the number and the reason beside it. */
export const STRIP_PX = 10;
const STRIP_GAP_PX = 3;
const TITLE_PX = 20;
const LANE_PX = 26;
const GAP_PX = 12;
const AXIS_PX = 26;
/** Distance of two values on the axis. */
const TICK_PX = 34;
/** Least and greatest height of the plot of a pane; between them all of the picture fits the screen. */
const LEAST_PANE_PX = 110;
const MOST_PANE_PX = 400;

export interface LayoutInput {
  readonly curves: readonly Curve[];
  readonly window: Window;
  readonly width: number;
  /** What the screen has room for; the picture may become higher. */
  readonly room: number;
  readonly isPhone: boolean;
}

export function toLayout({ curves, window, width, room, isPhone }: LayoutInput): Layout {
  const numbers = Map.groupBy(
    curves.filter(({ states }) => states === null),
    ({ point }) => point.unit,
  );
  const height = toPaneHeight(curves, numbers.size, room);
  let top = 0;
  const panes = [...numbers].map(([unit, own]): Pane => {
    const pane = toPane(unit, own, window, top + TITLE_PX, height);
    top = pane.top + height + STRIP_GAP_PX + own.length * (STRIP_PX + STRIP_GAP_PX) + GAP_PX;
    return pane;
  });
  const lanes = curves
    .filter(({ states }) => states !== null)
    .map((curve): Lane => {
      const laneTop = top + TITLE_PX;
      const strip = { curve, top: laneTop + LANE_PX + STRIP_GAP_PX };
      top = strip.top + STRIP_PX + GAP_PX;
      return { curve, top: laneTop, height: LANE_PX, strip };
    });
  const left = isPhone ? 42 : 60;
  return {
    width,
    height: top + AXIS_PX,
    left,
    right: width - (isPhone ? 14 : 22),
    panes,
    lanes,
    axisTop: top,
  };
}

/** What is left of the room when everything that is not a plot has its own. */
function toPaneHeight(curves: readonly Curve[], panes: number, room: number): number {
  const lanes = curves.filter(({ states }) => states !== null).length;
  const taken =
    AXIS_PX +
    panes * (TITLE_PX + STRIP_GAP_PX + GAP_PX) +
    (curves.length - lanes) * (STRIP_PX + STRIP_GAP_PX) +
    lanes * (TITLE_PX + LANE_PX + STRIP_GAP_PX + STRIP_PX + GAP_PX);
  return Math.round(Math.min(MOST_PANE_PX, Math.max(LEAST_PANE_PX, (room - taken) / Math.max(1, panes))));
}

function toPane(unit: string, curves: readonly Curve[], window: Window, top: number, height: number): Pane {
  const heights = curves.flatMap((curve) => toVisibleHeights(curve, window));
  const least = 4 * Math.min(...curves.map(({ point }) => 10 ** -point.decimals));
  const [low, high] = heights.length === 0 ? [0, 1] : [toLeast(heights), toMost(heights)];
  const strips = curves.map((curve, at) => ({
    curve,
    top: top + height + STRIP_GAP_PX + at * (STRIP_PX + STRIP_GAP_PX),
  }));
  const scale = toValueScale(low, high, least, Math.floor(height / TICK_PX));
  return { unit, top, height, scale, curves, strips };
}

/** Of what lies in the window, with the neighbours whose line comes in from outside; with the edges of the band. */
function toVisibleHeights({ series }: Curve, { fromMs, toMs }: Window): readonly number[] {
  const isNear = (at: number, pairs: typeof series.curve): boolean =>
    (pairs[at + 1]?.[0] ?? Number.POSITIVE_INFINITY) >= fromMs && (pairs[at - 1]?.[0] ?? 0) <= toMs;
  const heights: number[] = [];
  series.curve.forEach(([, height], at) => {
    if (height !== null && isNear(at, series.curve)) heights.push(height);
  });
  series.low.forEach(([, low], at) => {
    const spread = series.spread[at]?.[1] ?? null;
    if (low !== null && spread !== null && isNear(at, series.low)) heights.push(low, low + spread);
  });
  return heights;
}

function toLeast(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value));
}

function toMost(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value));
}

export function toX({ left, right }: Pick<Layout, 'left' | 'right'>, window: Window, atMs: number): number {
  return left + ((atMs - window.fromMs) / (window.toMs - window.fromMs)) * (right - left);
}

/** The time under a place; beside the plots the nearer end. */
export function toTime({ left, right }: Pick<Layout, 'left' | 'right'>, window: Window, x: number): number {
  const share = Math.min(1, Math.max(0, (x - left) / (right - left)));
  return window.fromMs + share * (window.toMs - window.fromMs);
}

export function toY({ top, height, scale }: Pick<Pane, 'top' | 'height' | 'scale'>, value: number): number {
  return top + height - ((value - scale.min) / (scale.max - scale.min)) * height;
}
