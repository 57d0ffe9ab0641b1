/** Limits of rosters, staff and their files, with their reasons. What goes beyond is refused with its place. */
export const ROSTER_LIMITS = {
  /** 27 people on every day of a year; written out they fit into the largest file that is read. */
  assignments: 10_000,
  /** Days of one pattern: a leap year. */
  patternDays: 366,
  /** Earlier assignments go with the next version: the audit and the tickets say who was told. */
  keptDays: 400,
  posts: 200,
  shifts: 50,
  people: 500,
  patterns: 200,
  /** On duty in a row, hours, where the roster says nothing (ours): a 24-hour post is usual, what follows on it is not. */
  longestHours: 24,
  /** Swaps that wait for their approval. */
  swaps: 200,
  /** Days ahead for which certificates that run out are listed. */
  certificateDays: 30,
} as const;
