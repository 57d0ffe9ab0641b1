/** Limits of handovers, with their reasons. */
export const HANDOVER_LIMITS = {
  /** Lines of one list; the last one says how many were left out. Nobody reads more at a change of shift. */
  lines: 500,
  /** A handover that both have not signed after this time is listed (ours). */
  unsignedMs: 30 * 60_000,
  /** Handovers looked through for unsigned ones at the start: two months of three shifts on two posts. */
  lookBack: 400,
  /** Longest note, characters. */
  noteChars: 4_000,
} as const;
