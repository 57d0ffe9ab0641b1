/** One curve out of what the sources have: single readings where they fit, buckets where they do not. */
import {
  type HistoryQuery,
  type HistorySample,
  type PointHistory,
  UNKNOWN_QUALITY,
} from '../history-view.ts';
import type { Asking } from './asking.ts';
import { toBucketMs, toBucketStart } from './bucket-size.ts';
import { Bucketizer } from './bucketizer.ts';
import { cover, findStanding, readJoined, type Sources } from './joining.ts';
import { type Covered, type Segment, toSegments } from './plan.ts';
import { createRawSamples, toNothing } from './raw.ts';
import type { Summary } from './source.ts';

/** @param nowMs nothing stands beyond it, UTC ms */
export async function drawCurve(
  sources: Sources,
  asking: Asking,
  query: HistoryQuery,
  nowMs: number,
): Promise<PointHistory> {
  const { point, fromMs, maxPoints } = query;
  const toMs = Math.min(query.toMs, nowMs + 1);
  if (toMs <= fromMs)
    return { coveredFromMs: null, bucketMs: query.bucketMs ?? 0, samples: [], missing: null };
  const leastMs = query.bucketMs ?? toBucketMs(fromMs, toMs, maxPoints);
  const covered = await cover(sources, asking, point, toBucketStart(fromMs, leastMs));
  asking.requireAnswer();
  const coveredFromMs = toCoveredFrom(covered);
  const finestMs = toFinest(covered);
  const bucketMs = query.bucketMs ?? toBucketMs(fromMs, toMs, maxPoints, finestMs);
  const startMs = toBucketStart(fromMs, bucketMs);
  const shape: Shape = { point, fromMs, startMs, toMs, bucketMs, maxPoints };
  const segments = toSegments(covered, startMs, toMs);
  const mayBeRaw = query.bucketMs === undefined && finestMs === 0 && (await mayFit(asking, segments, shape));
  const wanted = mayBeRaw || bucketMs < finestMs ? 'readings' : 'stretches';
  const drawn = await draw(sources, asking, segments, shape, { wanted, mayBeRaw });
  asking.requireAnswer();
  return { coveredFromMs, ...drawn, missing: asking.missing };
}

/** What a curve is to look like. */
interface Shape {
  readonly point: number;
  readonly fromMs: number;
  /** Where the bucket begins that `fromMs` lies in. */
  readonly startMs: number;
  readonly toMs: number;
  readonly bucketMs: number;
  readonly maxPoints: number;
}

function toCoveredFrom(covered: readonly Covered[]): number | null {
  return covered.length === 0 ? null : Math.min(...covered.map(({ coverage }) => coverage.fromMs));
}

/** The least bucket that all can answer: roll-ups count where they reach back beyond the stores that are complete. */
function toFinest(covered: readonly Covered[]): number {
  let finestMs = 0;
  let completeFromMs = Number.POSITIVE_INFINITY;
  for (const { coverage } of covered) {
    const isNeeded = (coverage.surelyFromMs ?? coverage.fromMs) < completeFromMs;
    if (isNeeded) finestMs = Math.max(finestMs, coverage.finestMs);
    completeFromMs = Math.min(completeFromMs, coverage.completeFromMs);
  }
  return finestMs;
}

/** Whether it is worth trying; it is where nobody can tell. */
async function mayFit(asking: Asking, segments: readonly Segment[], shape: Shape): Promise<boolean> {
  let atLeast = 0;
  for (const { sources, fromMs, toMs } of segments) {
    const [source] = sources;
    const range = { point: shape.point, fromMs: Math.max(fromMs, shape.fromMs), toMs };
    if (source?.countAtLeast === undefined || range.fromMs >= toMs) continue;
    const count = await asking.ask(source, async () => source.countAtLeast?.(asking.query(source, range)));
    atLeast += count ?? 0;
    if (atLeast > shape.maxPoints) return false;
  }
  return true;
}

interface Wanted {
  readonly wanted: 'readings' | 'stretches';
  /** Samples may be the readings themselves. */
  readonly mayBeRaw: boolean;
}

async function draw(
  sources: Sources,
  asking: Asking,
  segments: readonly Segment[],
  { point, fromMs, startMs, toMs, bucketMs, maxPoints }: Shape,
  { wanted, mayBeRaw }: Wanted,
): Promise<Pick<PointHistory, 'bucketMs' | 'samples'>> {
  const [standing = null] = await findStanding(sources, asking, [point], startMs);
  const buckets = new Bucketizer(startMs, toMs, bucketMs);
  if (standing !== null) buckets.stand(standing);
  const raw = mayBeRaw ? createRawSamples(fromMs, toMs, maxPoints, standing) : null;
  const gapsMs: number[] = [];
  for (const segment of segments) {
    for await (const item of read(asking, point, segment, wanted === 'readings' ? null : bucketMs)) {
      if (!('stampMs' in item)) {
        buckets.addSummary(item);
        continue;
      }
      buckets.add(item);
      raw?.add(item);
      await asking.rest(item.count);
    }
    const gapMs = toGap(asking, segment);
    if (gapMs === null) continue;
    // What was read last stands no longer than it is known to.
    buckets.addSummary(toUnknown(gapMs));
    gapsMs.push(gapMs);
  }
  const isNothing = standing === null && segments.length === 0;
  if (isNothing && mayBeRaw) return { bucketMs: 0, samples: [toNothing(fromMs)] };
  const samples = withGaps(raw?.finish() ?? null, gapsMs, maxPoints);
  return samples === null ? { bucketMs, samples: buckets.finish() } : { bucketMs: 0, samples };
}

/** From where on nobody could be asked about the rest of the segment, UTC ms; null = somebody could. */
function toGap({ unread }: Asking, { sources, fromMs, toMs }: Segment): number | null {
  const left = sources.map((source) =>
    unread.find((one) => one.source === source && one.fromMs < toMs && one.toMs >= toMs),
  );
  const starts = left.map((one) => (one === undefined ? toMs : Math.max(fromMs, one.fromMs)));
  const gapMs = Math.max(...starts);
  return gapMs < toMs ? gapMs : null;
}

/** From this instant on nothing is known. */
function toUnknown(atMs: number): Summary {
  return {
    fromMs: atMs,
    toMs: atMs,
    count: 0,
    min: Number.NaN,
    max: Number.NaN,
    integral: 0,
    usableMs: 0,
    last: Number.NaN,
    lastQuality: UNKNOWN_QUALITY,
    worstQuality: 0,
  };
}

/** null when they are more than `maxPoints` with the gaps among them. */
function withGaps(
  samples: readonly HistorySample[] | null,
  gapsMs: readonly number[],
  maxPoints: number,
): readonly HistorySample[] | null {
  if (samples === null || gapsMs.length === 0) return samples;
  if (samples.length + gapsMs.length > maxPoints) return null;
  return [...samples, ...gapsMs.map(toNothing)].toSorted((one, other) => one.atMs - other.atMs);
}

/** @param bucketMs null = single readings are wanted */
function read(asking: Asking, point: number, { fromMs, toMs, sources }: Segment, bucketMs: number | null) {
  const range = { point, fromMs, toMs };
  const [source] = sources;
  if (bucketMs !== null && sources.length === 1 && source?.stretches !== undefined) {
    return asking.follow(
      source,
      range,
      (query) => source.stretches?.(query, bucketMs) ?? source.readings(query),
    );
  }
  return readJoined(asking, range, sources);
}
