/** What the sources say together: who has what, what stood, and the joined readings of a stretch. */
import type { Asking } from './asking.ts';
import { mergeByStamp } from './merge.ts';
import type { Covered } from './plan.ts';
import type { HistorySource, ReadingColumns, SourceQuery, Standing } from './source.ts';

/** Sources in order of preference. */
export type Sources = readonly HistorySource[];

/** Sources are asked in turn until one is complete from the beginning on. */
export async function cover(
  sources: Sources,
  asking: Asking,
  point: number,
  fromMs: number,
): Promise<readonly Covered[]> {
  const covered: Covered[] = [];
  for (const source of sources) {
    const coverage = await asking.ask(source, (signal) => source.coverage(point, fromMs, signal));
    if (coverage === null) continue;
    covered.push({ source, coverage });
    if (coverage.completeFromMs <= fromMs) break;
  }
  return covered;
}

/** The latest of what the sources say; those after the first are asked only about what it is not sure of. */
export async function findStanding(
  sources: Sources,
  asking: Asking,
  points: readonly number[],
  atMs: number,
): Promise<readonly (Standing | null)[]> {
  const found: (Standing | null)[] = points.map(() => null);
  let open: readonly number[] = points.map((_, at) => at);
  for (const source of sources) {
    if (open.length === 0) break;
    const asked = open.map((at) => points[at] as number);
    const onMissing = asking.onMissing(source);
    const answers = await asking.ask(source, (signal) => source.standing(asked, atMs, signal, onMissing));
    if (answers === null) continue;
    open.forEach((at, place) => {
      found[at] = later(found[at] ?? null, answers[place] ?? null);
    });
    open = open.filter((at) => found[at]?.isSure !== true);
  }
  return found;
}

function later(one: Standing | null, other: Standing | null): Standing | null {
  if (one === null || other === null) return one ?? other;
  return other.stampMs > one.stampMs ? other : one;
}

/** The union of what the sources have; a source that fails ends earlier. */
export function readJoined(
  asking: Asking,
  range: Pick<SourceQuery, 'point' | 'fromMs' | 'toMs'>,
  sources: Sources,
): AsyncGenerator<ReadingColumns> {
  const streams = sources.map((source) => asking.follow(source, range, (query) => source.readings(query)));
  const [only] = streams;
  return streams.length === 1 && only !== undefined ? only : mergeByStamp(streams);
}
