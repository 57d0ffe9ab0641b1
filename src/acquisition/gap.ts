/**
 * How long a request that may well stay unanswered can be under way without keeping a live poll from its time. Pure; times
 * are monotonic milliseconds.
 *
 * - Where one thing at a time is under way: until the next live poll is due.
 * - Where every request allows several: for ever, as long as half of them are left to the living. A gateway that takes
 *   several and serves one after another is found out by the first who has to wait for a probe; for a minute it is then
 *   treated as if it took one.
 */
import type { Task } from './task.ts';

/** So long a wire is not believed on which a probe has kept others waiting: one time-out a minute is what that costs. */
const BLOCKED_MS = 60_000;
/** What a probe beside it may cost a live poll, of its cycle. */
const TOLERATED_RATIO = 0.1;
/** Share of the newest answer in the usual latency. */
const USUAL_SHARE = 1 / 8;

export class Gap {
  /** Fewest at once that any request allows. */
  readonly #fewest: number;
  #blockedMs = Number.NEGATIVE_INFINITY;
  /** Latency beside no probe; null = none was answered yet. */
  #usualMs: number | null = null;

  /** @param fewest at once that any request allows, at least 1 */
  constructor(fewest: number) {
    this.#fewest = fewest;
  }

  /** @param liveMs when the next live poll is due */
  lengthMs(nowMs: number, liveMs: number, underWay: readonly Task[]): number {
    if (!this.#isBeside(nowMs)) return underWay.length === 0 ? liveMs - nowMs : 0;
    const probes = underWay.filter(({ isFree }) => isFree).length;
    return probes < Math.floor(this.#fewest / 2) ? Number.POSITIVE_INFINITY : 0;
  }

  /** When a gap ends that begins before the next live poll. */
  endMs(nowMs: number, liveMs: number): number {
    return this.#isBeside(nowMs) ? Number.POSITIVE_INFINITY : liveMs;
  }

  /** @param others that are still under way */
  answered(task: Task, others: readonly Task[], nowMs: number): void {
    if (this.#fewest < 2) return;
    const latencyMs = nowMs - task.sentMs;
    const isBesideProbe = others.some(({ isFree, sentMs }) => isFree && sentMs <= task.sentMs);
    if (isBesideProbe) this.#judge(task, nowMs);
    else this.#usualMs = (this.#usualMs ?? latencyMs) * (1 - USUAL_SHARE) + latencyMs * USUAL_SHARE;
  }

  /** A probe has ended without an answer of its device. @param others that are still under way */
  probed({ sentMs }: Task, others: readonly Task[], nowMs: number): void {
    if (this.#fewest < 2) return;
    for (const other of others) if (other.sentMs >= sentMs && !other.isFree) this.#judge(other, nowMs);
  }

  /** Whether a request that was sent after a probe has waited for it. */
  #judge({ sentMs, pollMs }: Task, nowMs: number): void {
    const waitedMs = nowMs - sentMs - (this.#usualMs ?? 0);
    if (waitedMs > TOLERATED_RATIO * pollMs) this.#blockedMs = nowMs + BLOCKED_MS;
  }

  #isBeside(nowMs: number): boolean {
    return this.#fewest >= 2 && nowMs >= this.#blockedMs;
  }
}
