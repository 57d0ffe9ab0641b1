/** Which store is asked about which part of a range: each as little as is enough. Pure. */
import type { Coverage, HistorySource } from './source.ts';

/** A source with what it has of the point. */
export interface Covered {
  readonly source: HistorySource;
  readonly coverage: Coverage;
}

export interface Segment {
  readonly fromMs: number;
  readonly toMs: number;
  /** In order of preference; never empty. */
  readonly sources: readonly HistorySource[];
}

/**
 * Segments in order of time; parts of which nobody knows anything are left out.
 * @param covered in order of preference: where one is complete, those after it are not asked
 */
export function toSegments(covered: readonly Covered[], fromMs: number, toMs: number): readonly Segment[] {
  const borders = covered.flatMap(({ coverage }) => [coverage.fromMs, coverage.completeFromMs]);
  const inside = borders.filter((ms) => ms > fromMs && ms < toMs);
  const cuts = [...new Set([fromMs, ...inside, toMs])].sort((one, other) => one - other);
  return cuts.slice(1).flatMap((endMs, at): Segment[] => {
    const startMs = cuts[at] as number;
    const sources = toSources(covered, startMs);
    return sources.length === 0 ? [] : [{ fromMs: startMs, toMs: endMs, sources }];
  });
}

function toSources(covered: readonly Covered[], atMs: number): readonly HistorySource[] {
  const complete = covered.findIndex(({ coverage }) => coverage.completeFromMs <= atMs);
  const asked = complete < 0 ? covered : covered.slice(0, complete + 1);
  return asked.filter(({ coverage }) => coverage.fromMs <= atMs).map(({ source }) => source);
}
