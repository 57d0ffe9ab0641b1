/** Limits of feedback, with their reasons. */
export const FEEDBACK_LIMITS = {
  /** Entries that are not filed or voided: a big site has a few hundred a year, and all open ones are in every sweep. */
  open: 2_000,
  /** Tickets that one entry is about. */
  tickets: 20,
  /** Longest free text, characters; as everywhere in the API. */
  textChars: 4_000,
  /** Names, places. */
  shortChars: 200,
  /** An entry is late (补录) when it was received so much before it is written down. */
  lateMs: 5 * 60_000,
} as const;
