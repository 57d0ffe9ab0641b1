/** How the repair of a ticket is proven. When it is watched, paused and ends is tickets/proof.ts. Times are UTC ms. */

/** 复核观察: after DONE the points are watched for a set time; a recurrence is rework. */
export interface RepairProof {
  /** `unproven`: nobody could see the points for as long as the proof would have taken; neither proven nor failed. */
  readonly state: 'watching' | 'paused' | 'proven' | 'failed' | 'unproven';
  readonly startedAtMs: number;
  /** Time left when it was paused last; while watching the end is `endsAtMs`. */
  readonly leftMs: number;
  readonly endsAtMs: number | null;
  /** Since when it stands still; left out while it does not. Older rows have none. */
  readonly pausedSinceMs?: number;
}
