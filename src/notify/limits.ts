/** Limits of sending, each with its reason. When a message is tried again is step-message.ts. */

export const NOTIFY_LIMITS = {
  /** One attempt, unless the channel has its own: a channel that says nothing for so long is tried again later. */
  attemptMs: 10_000,
  /** Attempts of one channel under way at once. */
  concurrency: 4,
  /** Beside them, for the first attempt of an emergency's first word only: hanging attempts of others keep none waiting. */
  emergencySlots: 2,
  /** Longest pause of a whole channel that asks for one (`Retry-After`). */
  maxPauseMs: 5 * 60_000,
  /** No attempt is put off for longer: an hour without a word is longer than people wait, whatever the wall clock shows. */
  maxRetryMs: 3_600_000,
  /** A channel looks at the wall clock at least so often: working time begins by it, and it may be set. */
  lookMs: 30_000,
  /** First pause after an outcome could not be recorded; doubled up to the second. */
  recordRetryMs: 500,
  recordRetryMaxMs: 15_000,
  /** Window of "failed lately", which the gateway's own alarm goes by. */
  failedWindowMs: 3_600_000,
  /** Attempts in vain after which a message that is still tried counts as undelivered: not a hiccup any more. */
  undeliveredAttempts: 5,
  /** Failures counted in that window; more are as bad. */
  failedKept: 10_000,
  /** Words of an answer that are kept, characters. */
  answerChars: 500,
} as const;
