/** Counters of writing for /metrics. */
import type { Outcome } from './step.ts';

export interface WritingCounters {
  /** Since start, by what came of them. */
  readonly confirmedWrites: number;
  readonly failedWrites: number;
  readonly differingWrites: number;
  readonly unknownWrites: number;
  /** Refused before anything was sent. */
  readonly refusedWrites: number;
  readonly reverts: number;
  /** Tries of reverts that failed. */
  readonly failedReverts: number;
  /** Reverts to come. */
  readonly pendingReverts: number;
  /** Points that still stand where a write for a time has put them, although it is over: failed, or given up lately. */
  readonly notPutBack: number;
  /** Refusals whose audit entry could not be stored or was left out, since start. */
  readonly unauditedRefusals: number;
  /** Outcomes that are not stored yet. */
  readonly unsavedOutcomes: number;
  /** Tags that hang. */
  readonly lockOuts: number;
}

type Counted = Omit<
  WritingCounters,
  'pendingReverts' | 'notPutBack' | 'unauditedRefusals' | 'unsavedOutcomes' | 'lockOuts'
>;

export interface Tally {
  refused(): void;
  written(state: Outcome['state']): void;
  reverted(hasWorked: boolean): void;
  counters(): Counted;
}

export function createTally(): Tally {
  const writes = { confirmed: 0, failed: 0, differs: 0, unknown: 0 };
  let [refusedWrites, reverts, failedReverts] = [0, 0, 0];
  return {
    refused: () => void refusedWrites++,
    written: (state) => void writes[state]++,
    reverted(hasWorked) {
      if (hasWorked) reverts++;
      else failedReverts++;
    },
    counters: () => ({
      confirmedWrites: writes.confirmed,
      failedWrites: writes.failed,
      differingWrites: writes.differs,
      unknownWrites: writes.unknown,
      refusedWrites,
      reverts,
      failedReverts,
    }),
  };
}
