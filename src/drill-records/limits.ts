/** Limits of drill records, with their reasons. */
export const DRILL_RECORD_LIMITS = {
  /** At least one drill of each kind within this time (service-workflow.md §3: one a year). */
  everyMs: 365 * 24 * 3_600_000,
  /** Tickets of one drill that its record names: a drill of a whole plant room has a few dozen. */
  tickets: 200,
  /** Lines of the flow: twelve steps of each of a few dozen tickets. */
  lines: 500,
  /** People on the list of one drill. */
  participants: 500,
  /** Longest name of a participant, characters. */
  nameChars: 100,
  /** Longest content, evaluation or line of the flow, characters. */
  textChars: 4_000,
} as const;
