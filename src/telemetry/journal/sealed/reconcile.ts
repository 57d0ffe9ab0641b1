/** What a start does with sealed files and segments that stand side by side after a crash. Pure. */
import type { SealedFigures } from './record.ts';

export interface Reconciled {
  /** Segments (by first block) that complete, durable sealed files replace: to be deleted. */
  readonly obsoleteSegments: readonly number[];
  /** Sealed files (by first block) of a sealing that did not finish, whose segments are all there: to be deleted. */
  readonly unfinishedFiles: readonly number[];
}

/**
 * Sealing renames its parts before it deletes the first segment; so parts that are not complete beside a segment that they
 * would replace are a sealing that did not finish. Parts that are not complete without any segment have lost a sister to
 * retention or damage and stay.
 * @param segments first blocks of the segments there are
 * @param sealed figures of the sealed files that can be opened
 */
export function reconcileSealed(segments: readonly number[], sealed: readonly SealedFigures[]): Reconciled {
  const obsolete = new Set<number>();
  const unfinished: number[] = [];
  for (const parts of toSets(sealed)) {
    const covered = segments.filter((firstSeq) => isCovered(firstSeq, parts[0]));
    if (isComplete(parts)) for (const firstSeq of covered) obsolete.add(firstSeq);
    else if (covered.length > 0) unfinished.push(...parts.map((part) => part.firstSeq));
  }
  return { obsoleteSegments: [...obsolete], unfinishedFiles: unfinished };
}

/** Files of one sealing together. */
function toSets(sealed: readonly SealedFigures[]): readonly (readonly SealedFigures[])[] {
  /** Key: blocks covered. */
  const sets = new Map<string, SealedFigures[]>();
  for (const figures of sealed) {
    const key = `${figures.coverFirstSeq}-${figures.coverLastSeq}`;
    const set = sets.get(key);
    if (set === undefined) sets.set(key, [figures]);
    else set.push(figures);
  }
  return [...sets.values()];
}

function isComplete(parts: readonly SealedFigures[]): boolean {
  return new Set(parts.map((figures) => figures.part)).size === parts[0]?.parts;
}

function isCovered(firstSeq: number, figures: SealedFigures | undefined): boolean {
  return figures !== undefined && firstSeq >= figures.coverFirstSeq && firstSeq <= figures.coverLastSeq;
}
