/**
 * Turns a point's history and what has come since into what the chart draws. A reading stands until the next one, gaps
 * stay gaps, nothing is bridged. Pure.
 *
 * | history           | a number                          | a state                                    |
 * | readings (bucket 0) | steps                           | steps                                      |
 * | stretches         | mean through their middles, band | steps of the last, band where it was not alone |
 */
import type { PointDefinition, PointHistory } from '../api/types.ts';
import { isUncertainCode } from '../live/point-state.ts';

type Sample = PointHistory['samples'][number];
/** [UTC ms, height or null for a gap]. */
export type Pair = readonly [number, number | null];
/** From, to; UTC ms. */
export type Stretch = readonly [number, number];

export interface TrendSeries {
  readonly curve: readonly Pair[];
  /** Lower edge of the band and how much higher the upper one is; both empty without a band. */
  readonly low: readonly Pair[];
  readonly spread: readonly Pair[];
  /** Without a usable value, at least in part. */
  readonly bad: readonly Stretch[];
  /** Before anything is known. */
  readonly unknown: readonly Stretch[];
  /** Where the quality was not simply good, or is not known; oldest first, without overlap. */
  readonly quality: readonly QualityStretch[];
}

export interface QualityStretch {
  readonly fromMs: number;
  readonly toMs: number;
  /** `bad`: without a usable value, at least in part. `unknown`: nothing is known yet. */
  readonly level: 'uncertain' | 'bad' | 'unknown';
  /** Worst code in it (core/quality.ts); null = not told. */
  readonly code: number | null;
}

/** A value received after the history was asked for; null = bad. */
export interface TailSample {
  readonly atMs: number;
  readonly value: number | null;
  readonly qualityCode: number;
}

export interface TrendInput {
  readonly history: PointHistory;
  /** Oldest first, all after `history.toMs`. */
  readonly tail: readonly TailSample[];
  /** Until when the last value is known to stand, UTC ms. */
  readonly endMs: number;
  /** Height of a value: the value itself, or the place of its state on the axis. */
  readonly toHeight: (value: number) => number;
  readonly isState: boolean;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sample: Pick<Sample, 'min' | 'max' | 'mean' | 'last' | 'isGood' | 'quality'>;
}

export function toTrendSeries({ history, tail, endMs, toHeight, isState }: TrendInput): TrendSeries {
  const past = toSpans(history, tail[0]?.atMs ?? endMs);
  const live = toTailSpans(tail, endMs);
  const isBucketed = history.bucketMs > 0;
  const height = (value: number | null): number | null => (value === null ? null : toHeight(value));
  const toCurve = isBucketed && !isState ? toMiddle : toStep;
  const value = ({ sample }: Span): number | null =>
    height(isBucketed && !isState ? sample.mean : sample.last);
  const band = isBucketed ? past : [];
  const edges = (span: Span): readonly [number | null, number | null] => [
    height(span.sample.min),
    height(span.sample.max),
  ];
  return {
    curve: [
      ...past.flatMap((span) => toCurve(span, value(span))),
      ...live.flatMap((span) => toStep(span, height(span.sample.last))),
    ],
    low: band.flatMap((span) => toCurve(span, edges(span)[0])),
    spread: band.flatMap((span) => {
      const [low, high] = edges(span);
      return toCurve(span, low === null || high === null ? null : high - low);
    }),
    bad: merge(
      [...past, ...live].filter(({ sample }) => sample.last === null || !sample.isGood),
      history.coveredFromMs,
    ),
    unknown: toUnknown(history),
    quality: toQualityStretches([...past, ...live], history),
  };
}

/** The sample that stands at this time, for the words beside the pointer; undefined = none does. */
export function findSample(
  input: Pick<TrendInput, 'history' | 'tail'>,
  atMs: number,
): Span['sample'] | undefined {
  const late = input.tail.findLast((sample) => sample.atMs <= atMs);
  if (late !== undefined) return toSample(late);
  return input.history.samples.findLast((sample) => sample.atMs <= atMs);
}

/** States on the axis from the bottom up: those that the profile names, then others that occurred. */
export function toStateAxis(
  point: PointDefinition,
  input: Pick<TrendInput, 'history' | 'tail'>,
): readonly number[] {
  const declared =
    point.states.length > 0 ? point.states.map(({ value }) => value) : point.type === 'boolean' ? [0, 1] : [];
  const seen = new Set([
    ...input.history.samples.flatMap(({ min, max, last }) => [min, max, last]),
    ...input.tail.map(({ value }) => value),
  ]);
  const occurred = [...seen].filter((value) => value !== null).sort((a, b) => a - b);
  // Of a long list only what occurred, or the axis could not be read.
  const named = declared.length > MAX_STATES ? declared.filter((value) => seen.has(value)) : declared;
  return [...named, ...occurred.filter((value) => !named.includes(value))];
}

/** Names that fit beside the chart. */
const MAX_STATES = 8;

function toSpans({ samples, fromMs, toMs }: PointHistory, endMs: number): readonly Span[] {
  const lastMs = Math.max(toMs, endMs);
  return samples
    .map((sample, at) => ({
      fromMs: Math.max(sample.atMs, fromMs),
      toMs: samples[at + 1]?.atMs ?? lastMs,
      sample,
    }))
    .filter((span) => span.toMs > span.fromMs);
}

function toTailSpans(tail: readonly TailSample[], endMs: number): readonly Span[] {
  return tail.map((sample, at) => ({
    fromMs: sample.atMs,
    toMs: tail[at + 1]?.atMs ?? Math.max(endMs, sample.atMs),
    sample: toSample(sample),
  }));
}

function toSample({ value, qualityCode }: TailSample): Span['sample'] {
  return {
    min: value,
    max: value,
    mean: value,
    last: value,
    isGood: value !== null,
    quality: qualityCode,
  };
}

function toStep({ fromMs, toMs }: Span, height: number | null): readonly Pair[] {
  return height === null
    ? [[fromMs, null]]
    : [
        [fromMs, height],
        [toMs, height],
      ];
}

function toMiddle({ fromMs, toMs }: Span, height: number | null): readonly Pair[] {
  return [[(fromMs + toMs) / 2, height]];
}

/** Neighbours become one; what lies before anything was known is not called bad. */
function merge(spans: readonly Span[], coveredFromMs: number | null): readonly Stretch[] {
  const merged: [number, number][] = [];
  if (coveredFromMs === null) return merged;
  for (const { fromMs, toMs } of spans) {
    if (toMs <= coveredFromMs) continue;
    const last = merged.at(-1);
    if (last !== undefined && last[1] >= fromMs) last[1] = toMs;
    else merged.push([Math.max(fromMs, coveredFromMs), toMs]);
  }
  return merged;
}

function toUnknown({ fromMs, toMs, coveredFromMs }: PointHistory): readonly Stretch[] {
  const endMs = Math.min(coveredFromMs ?? toMs, toMs);
  return endMs > fromMs ? [[fromMs, endMs]] : [];
}

function toQualityStretches(spans: readonly Span[], history: PointHistory): readonly QualityStretch[] {
  const unknown = toUnknown(history).map(([fromMs, toMs]) => ({
    fromMs,
    toMs,
    level: 'unknown' as const,
    code: null,
  }));
  const { coveredFromMs } = history;
  if (coveredFromMs === null) return unknown;
  const stretches: QualityStretch[] = [...unknown];
  for (const { fromMs, toMs, sample } of spans) {
    const level = toLevel(sample);
    if (level === null || toMs <= coveredFromMs) continue;
    const last = stretches.at(-1);
    const next = { fromMs: Math.max(fromMs, coveredFromMs), toMs, level, code: sample.quality };
    const isSame = last?.level === level && last.code === next.code && last.toMs >= next.fromMs;
    if (isSame) stretches[stretches.length - 1] = { ...last, toMs };
    else stretches.push(next);
  }
  return stretches;
}

/** null = good. A mere value, without a code, is taken as it is. */
function toLevel({ last, isGood, quality }: Span['sample']): 'uncertain' | 'bad' | null {
  if (last === null || !isGood) return 'bad';
  return quality !== null && isUncertainCode(quality) ? 'uncertain' : null;
}
