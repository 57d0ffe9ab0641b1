/** What the roll-ups say of themselves, and what of it is a fault. Plain data. */
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

/** What a person should see to, in plain English; null while all is well. Catching up is no fault. */
export function toRollupFault(status: RollupStatus): string | null {
  const { state, detail, openStatements, isRefusing, refusals, refusedLines } = status;
  const faults = [
    state === 'ok' ? detail : `${state}: ${detail}`,
    openStatements.length > 0 ? `statements to run: ${openStatements.join('; ')}` : '',
    isRefusing ? `${refusedLines} lines refused: ${refusals.at(-1) ?? ''}` : '',
  ].filter((fault) => fault !== '');
  return faults.length === 0 ? null : faults.join('. ');
}
