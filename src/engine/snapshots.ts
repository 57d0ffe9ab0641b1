/**
 * Which rounds save what rules carry along: running delays every few seconds, memories of rule types once a minute. What
 * could not be stored is saved with a later round.
 */
import type { Now } from '../core/clock.ts';
import { LIMITS } from '../core/limits.ts';
import type { Evaluator } from '../rules/evaluator.ts';
import { toDelayRows, toMemoryRows } from './round.ts';
import type { Tentative } from './tentative.ts';

/** How often memories are saved: hours and windows may lose the last minute in a crash, not in an orderly stop. */
export const MEMORY_SNAPSHOT_MS = 60_000;

export interface Snapshot {
  settle(): void;
  fail(): void;
}

export class Snapshots {
  readonly #rules: Evaluator;
  #delaysAtMonoMs = Number.NEGATIVE_INFINITY;
  #memoriesAtMonoMs: number;
  /** Rows of the last stored snapshot of delays. */
  #delayRows: number;

  /** @param delayRows what the store holds */
  constructor(rules: Evaluator, delayRows: number, now: Now) {
    this.#rules = rules;
    this.#delayRows = delayRows;
    this.#memoriesAtMonoMs = now.monoMs + MEMORY_SNAPSHOT_MS;
  }

  /** Puts what is due into the round. */
  take(tx: Tentative, now: Now): Snapshot {
    const delays = this.#takeDelays(tx, now);
    const memories = now.monoMs < this.#memoriesAtMonoMs ? null : this.takeMemories(tx, now);
    return {
      settle: () => {
        if (delays !== null) {
          this.#delayRows = delays;
          this.#delaysAtMonoMs = now.monoMs + LIMITS.delaySnapshotMs;
        }
        memories?.settle();
      },
      fail: () => memories?.fail(),
    };
  }

  /** All memories that have changed since they were saved, whatever the time. */
  takeMemories(tx: Tentative, now: Now): Snapshot {
    const saved = this.#rules.takeMemories(now);
    tx.putMemories(toMemoryRows(saved, now));
    return {
      settle: () => {
        this.#memoriesAtMonoMs = now.monoMs + MEMORY_SNAPSHOT_MS;
      },
      fail: () => this.#rules.giveBackMemories(saved),
    };
  }

  /** @returns how many rows are to be saved; null when no snapshot is due */
  #takeDelays(tx: Tentative, now: Now): number | null {
    if (now.monoMs < this.#delaysAtMonoMs) return null;
    const rows = toDelayRows(this.#rules, now);
    if (rows.length > 0 || this.#delayRows > 0) tx.putDelays(rows);
    return rows.length;
  }
}
