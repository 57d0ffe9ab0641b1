/** 派单前到场: somebody was at the place of an emergency before the desk had dispatched it (service-workflow.md §2). */

/** Who, and when it was true. Kept for the round, whomever the desk gives it to afterwards. */
export interface EarlyArrival {
  /** User name. */
  readonly by: string;
  /** Whom it was proposed to: the person, or a group or role of theirs; null = arrived for the firm that was asked. */
  readonly as: string | null;
  /** UTC ms. */
  readonly atMs: number;
}
