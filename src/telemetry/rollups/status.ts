/** What the roll-ups say of themselves. Plain data. */
import type { DeliveryStatus } from './delivery.ts';

/** Counters run from the start of the process. */
export interface RollupStatus extends DeliveryStatus {
  /** Hours that have passed are being computed from the journal. */
  readonly isCatchingUp: boolean;
  /** Every bucket up to here is stored, UTC ms; null = nothing is known to be. */
  readonly storedToMs: number | null;
  /** Readings that came after their bucket had been closed; their hours were or will be computed again. */
  readonly lateReadings: number;
}
