/** Bounds of rule tests that a person runs from the page. What is beyond them is refused and counted. */
export const RULE_TEST_LIMITS = {
  /** Runs that wait behind the one under way; a run takes a second or two. */
  queued: 4,
  /** Longest run: fifty cases of a day each take some seconds. */
  runMs: 60_000,
  /** Rules whose cases and last result are remembered; the one asked for longest ago is forgotten. */
  kept: 500,
  /** Lines of a time line that are kept of each case; a swing of a day would have thousands. */
  lines: 200,
  /** Heap of the thread: one profile, one equipment. */
  maxOldMegabytes: 256,
} as const;
