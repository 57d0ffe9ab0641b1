/**
 * Which rounds save what rules carry along: running delays every few seconds, memories of rule types once a minute, and that
 * of a rule with each raise and return of its alarm, so that no alarm that is stored has a memory that does not know of it
 * (alarms.md B8 no. 1). A stop in order saves all of it, so that nothing of a delay is lost by it. A saved delay that has been given up is saved anew at once, so that a kill lengthens none by more than
 * one snapshot. What could not be stored is saved with a later round.
 */
import type { Now } from '../core/clock.ts';
import { LIMITS } from '../core/limits.ts';
import { toElapsedMs } from '../rules/delay.ts';
import type { Evaluator } from '../rules/evaluator.ts';
import type { RunningDelay } from '../rules/rule-state.ts';
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
  /** Delays of the last stored snapshot; of the rows from before the start only whether there are any. */
  #saved: readonly RunningDelay[] = [];
  #hasRows: boolean;

  /** @param hasRows whether the store holds delays */
  constructor(rules: Evaluator, hasRows: boolean, now: Now) {
    this.#rules = rules;
    this.#hasRows = hasRows;
    this.#memoriesAtMonoMs = now.monoMs + MEMORY_SNAPSHOT_MS;
  }

  /**
   * Puts what is due into the round.
   * @param changed indexes of rules whose alarms the round changes
   */
  take(tx: Tentative, changed: readonly number[], isSweep: boolean, now: Now): Snapshot {
    const delays = isSweep ? this.#takeDelays(tx, now) : null;
    const isDue = isSweep && now.monoMs >= this.#memoriesAtMonoMs;
    const memories = isDue ? this.#takeMemories(tx, now) : this.#takeChanged(tx, changed, now);
    return {
      settle: () => {
        if (delays !== null) {
          this.#saved = delays;
          this.#hasRows = delays.length > 0;
          this.#delaysAtMonoMs = now.monoMs + LIMITS.delaySnapshotMs;
        }
        memories?.settle();
      },
      fail: () => memories?.fail(),
    };
  }

  /** Everything, whatever the time: the loop stops. */
  takeAll(tx: Tentative, now: Now): Snapshot {
    this.#putDelays(tx, now);
    return this.#takeMemories(tx, now);
  }

  /** All memories that have changed since they were saved, whatever the time. */
  #takeMemories(tx: Tentative, now: Now): Snapshot {
    const saved = this.#rules.takeMemories(now);
    tx.putMemories(toMemoryRows(saved, now));
    return {
      settle: () => {
        this.#memoriesAtMonoMs = now.monoMs + MEMORY_SNAPSHOT_MS;
      },
      fail: () => this.#rules.giveBackMemories(saved),
    };
  }

  #takeChanged(tx: Tentative, changed: readonly number[], now: Now): Snapshot | null {
    const saved = changed.length === 0 ? [] : this.#rules.takeMemories(now, changed);
    if (saved.length === 0) return null;
    tx.putMemories(toMemoryRows(saved, now));
    return { settle: () => {}, fail: () => this.#rules.giveBackMemories(saved) };
  }

  /** @returns what is saved; null when no snapshot is due */
  #takeDelays(tx: Tentative, now: Now): readonly RunningDelay[] | null {
    if (now.monoMs < this.#delaysAtMonoMs && !this.#isOverstated(now)) return null;
    return this.#putDelays(tx, now);
  }

  #putDelays(tx: Tentative, now: Now): readonly RunningDelay[] {
    const running = this.#rules.running(now);
    if (running.length > 0 || this.#hasRows) tx.putDelays(toDelayRows(running, now));
    return running;
  }

  /** A delay that was given up since it was saved would go on after a kill as if it had not been. */
  #isOverstated(now: Now): boolean {
    return this.#saved.some(({ rule, direction, elapsedMs }) => {
      if (elapsedMs <= LIMITS.delaySnapshotMs) return false;
      const { delay } = this.#rules.state(rule.index);
      if (delay.isActive === (direction === 'on')) return false;
      const isSame = delay.timer?.direction === direction;
      const nowMs = isSame ? (toElapsedMs(delay, now) ?? 0) : 0;
      return nowMs < elapsedMs - LIMITS.delaySnapshotMs;
    });
  }
}
