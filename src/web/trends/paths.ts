/** Shapes of curves, bands and lanes as SVG path data. A gap is a gap: nothing is bridged. Pure; one decimal of a px is enough. */
import type { Pair } from '../equipment/trend-data.ts';
import type { StateStretch } from './curve.ts';

type Scale = (value: number) => number;

export function toLinePath(pairs: readonly Pair[], x: Scale, y: Scale): string {
  let path = '';
  let isDrawing = false;
  for (const [atMs, height] of pairs) {
    if (height !== null) path += `${isDrawing ? 'L' : 'M'}${cut(x(atMs))} ${cut(y(height))}`;
    isDrawing = height !== null;
  }
  return path;
}

/** Readings that stand alone between gaps have no length: dots. */
export function toDots(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.filter(
    ([, height], at) =>
      height !== null && (pairs[at - 1]?.[1] ?? null) === null && (pairs[at + 1]?.[1] ?? null) === null,
  );
}

/** One closed shape for each stretch without a gap. @param spread how much higher the upper edge is */
export function toBandPath(low: readonly Pair[], spread: readonly Pair[], x: Scale, y: Scale): string {
  let path = '';
  let run: { readonly atMs: number; readonly low: number; readonly high: number }[] = [];
  const close = (): void => {
    const upper = run.map(({ atMs, high }) => `${cut(x(atMs))} ${cut(y(high))}`);
    const lower = run.toReversed().map((edge) => `${cut(x(edge.atMs))} ${cut(y(edge.low))}`);
    if (run.length > 1) path += `M${[...upper, ...lower].join('L')}Z`;
    run = [];
  };
  low.forEach(([atMs, bottom], at) => {
    const height = spread[at]?.[1] ?? null;
    if (bottom === null || height === null) close();
    else run.push({ atMs, low: bottom, high: bottom + height });
  });
  close();
  return path;
}

/** @param heights number of states: the higher the state, the higher its bar; the lowest is a line that can be seen */
export function toLanePath(
  stretches: readonly StateStretch[],
  heights: number,
  x: Scale,
  lane: { readonly top: number; readonly height: number },
): string {
  return stretches
    .map(({ fromMs, toMs, height }) => {
      const share = heights <= 1 ? 1 : LOWEST_BAR_RATIO + (1 - LOWEST_BAR_RATIO) * (height / (heights - 1));
      const [left, right, bottom] = [x(fromMs), x(toMs), lane.top + lane.height];
      return `M${cut(left)} ${bottom}V${cut(bottom - share * lane.height)}H${cut(right)}V${bottom}Z`;
    })
    .join('');
}

const LOWEST_BAR_RATIO = 0.18;

/** Bars of the same height, e.g. a strip of quality. */
export function toBarPath(
  stretches: readonly { readonly fromMs: number; readonly toMs: number }[],
  x: Scale,
  bar: { readonly top: number; readonly height: number },
): string {
  return stretches
    .map(({ fromMs, toMs }) => {
      const left = x(fromMs);
      // What lasted shorter than a px is seen too.
      const width = Math.max(LEAST_BAR_PX, x(toMs) - left);
      return `M${cut(left)} ${bar.top}h${cut(width)}v${bar.height}h${cut(-width)}Z`;
    })
    .join('');
}

const LEAST_BAR_PX = 1.5;

function cut(px: number): string {
  return String(Math.round(px * 10) / 10);
}
