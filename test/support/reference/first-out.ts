/**
 * Reference of first-out on polled data (alarms.md B7): which alarm of a group came first, or which cannot be told apart.
 *
 * Choices where the text leaves one:
 * - reading of the text: (a, b] ends before (c, d] starts when b <= c.
 * - reading of the text: an onset without a normal sample before it may lie as far back as one likes.
 * - reading of the text: a group are the onsets no more than `firstOutMs` after the earliest `atMs`.
 */

/** The onset lies after `afterMs` (last good FALSE; null = none seen), at `atMs` (first TRUE) at the latest. */
export interface Onset {
  readonly afterMs: number | null;
  readonly atMs: number;
}

/** Indexes of those of which none other is surely earlier: one = "A was first", several = "A or B". */
export function findFirstOut(onsets: readonly Onset[], firstOutMs: number): number[] {
  const earliestMs = Math.min(...onsets.map(({ atMs }) => atMs));
  const isEarlier = (a: Onset, b: Onset) => b.afterMs !== null && a.atMs <= b.afterMs;
  return onsets.flatMap((onset, index) => {
    if (onset.atMs - earliestMs > firstOutMs) return [];
    return onsets.some((other) => isEarlier(other, onset)) ? [] : [index];
  });
}
