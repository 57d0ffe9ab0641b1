/** Limits of writing, with their reasons. Units are in the names. */

export const WRITING_LIMITS = {
  /** Longest reason, in characters: it stands in the audit and on a tag, not in an essay. */
  reasonChars: 200,
  /** Pause between two reads of a read-back: a drive takes some hundred ms to show a new set-point. */
  readBackEveryMs: 250,
  /**
   * Longest wait for one call to the field. Longer than the queue of a link (30 s) and two exchanges at the longest
   * time-out (60 s each): what is given up here must not be sent afterwards.
   */
  fieldMs: 180_000,
  /** A caller waits no longer than this and is answered with what is known; the write goes on. Less than the API waits. */
  answerMs: 15_000,
  /** A revert that failed is tried again after this time, then twice, four times … as long, up to the greatest. */
  revertRetryMinMs: 5_000,
  revertRetryMaxMs: 600_000,
  /** Tries of one revert since the start of the gateway, about 4 h; then people must do it, and are told so. */
  revertTries: 30,
  /** Audit entries of refusals that wait for a slow disk; what comes on top is counted and left out. */
  refusalsUnderWay: 64,
  /** Pause before an outcome that could not be stored is tried again. */
  storeRetryMs: 1_000,
  /** A revert that was given up is an alarm of the gateway for this long; then its ticket is what is left of it. */
  givenUpShownMs: 86_400_000,
  /** Stopping waits this long for writes that are under way. */
  settleMs: 5_000,
} as const;
