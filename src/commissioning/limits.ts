/** Limits of commissioning, with their reasons. */
import { SILENCE_HOURS } from '../core/commissioning.ts';

const DAY_MS = 24 * 3_600_000;

export const COMMISSIONING_LIMITS = {
  /** A commissioning without an end of its own is overdue after this time (ours): two weeks prove a plant room. */
  openMs: 14 * DAY_MS,
  /** Furthest end that can be asked for, and by which it can be put off at once. */
  longestMs: 90 * DAY_MS,
  /** Of silent life safety in use. */
  lifeSafetyMs: SILENCE_HOURS * 3_600_000,
  /** The supervisor is told again of one that stays overdue. */
  tellAgainMs: 7 * DAY_MS,
  /** What the gateway notes by itself is looked for this often. */
  tickMs: 1_000,
  /** Events of one commit: an area of 2,000 points is seen for the first time in one second. The others follow. */
  eventsPerCommit: 500,
  /** After a failed commit what the gateway notes by itself is tried again: nothing of it is lost, it is still to be seen. */
  retryMs: 10_000,
  /** Alarms and tickets that wait to be noted while the store refuses; beyond it the oldest are dropped and counted. */
  waiting: 10_000,
  /** Occurrences that are looked through after a start for alarms that came and went before their note was stored. */
  lookBack: 2_000,
  /** Events that are read at a time at the start. */
  readRows: 5_000,
  /** Photos of one point. */
  photos: 10,
  /** Points that are signed at once: a whole panel. */
  signAtOnce: 500,
  /** Alarms of one point that are kept as proofs; a rule needs one. */
  proofs: 20,
  /** Names of silent life-safety alarms in /health and in lists; the others are counted. */
  named: 10,
  /** Longest reason, note or explanation, characters. */
  textChars: 4_000,
  /** Part of the panel's value within which the shown one counts as the same, where nobody says otherwise (ours). */
  toleranceRatio: 0.02,
} as const;
