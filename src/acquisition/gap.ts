/**
 * How long a request that may well stay unanswered can be under way without keeping a live poll from its time. Pure; times
 * are monotonic milliseconds.
 *
 * - Where one thing at a time is under way: until the next live poll is due.
 * - Where every request allows several: for ever, as long as half of them are left to the living. One probe goes first,
 *   forced ones included; only when living ones were answered beside it as usual, two go, then four.
 * - A gateway that takes several and serves one after another, and a link whose living need all places, are found out by
 *   the first live poll that waits for a probe: `blocked`. For a minute it is then treated as if it took one, and one
 *   probe is under way at a time; each further minute that begins soon after the last is twice as long.
 */
import type { Task } from './task.ts';

/** So long a link is not believed on which a probe has kept others waiting. */
const BLOCKED_MS = 60_000;
/** At its longest: what the probe costs that tries it again is then lost in the day. */
const MAX_BLOCKED_MS = 16 * 60_000;
/** What a probe beside it may add to the latency of a live poll, of its cycle. */
const TOLERATED_RATIO = 0.1;
/** By how much later a live poll may go out for want of a place, of its cycle and at least; a pause of our own process is less. */
const LATE_RATIO = 0.25;
const LATE_MS = 50;
/** So long after a live request was not answered lateness says nothing of probes: that one has held the place. */
const TROUBLE_MS = 5_000;
/** Share of the newest figure in what is usual. */
const USUAL_SHARE = 1 / 8;

export class Gap {
  /** Fewest at once that any request allows. */
  readonly #fewest: number;
  #blockedMs = Number.NEGATIVE_INFINITY;
  /** When a request that was no free probe has last timed out. */
  #troubleMs = Number.NEGATIVE_INFINITY;
  /** Length of the last block. */
  #blockMs = 0;
  /** How many probes may be under way beside the living. */
  #places = 1;
  /** A living one was answered as usual beside the probes that are under way. */
  #isHarmless = false;
  /** Latency beside no probe; null = none was answered yet. */
  #usualMs: number | null = null;

  /** @param fewest at once that any request allows, at least 1 */
  constructor(fewest: number) {
    this.#fewest = fewest;
  }

  /** Several may be under way, but a probe has kept others waiting. */
  isBlocked(nowMs: number): boolean {
    return this.#fewest >= 2 && nowMs < this.#blockedMs;
  }

  /** Whether one probe at a time is under way, whatever it costs: several may add up. */
  isCareful(nowMs: number): boolean {
    return this.isBlocked(nowMs) || (this.#fewest >= 2 && this.#places === 1);
  }

  /** @param liveMs when the next live poll is due */
  lengthMs(nowMs: number, liveMs: number, underWay: readonly Task[]): number {
    if (!this.#isBeside(nowMs)) return underWay.length === 0 ? liveMs - nowMs : 0;
    const probes = underWay.filter(({ isFree }) => isFree).length;
    return probes < this.#places ? Number.POSITIVE_INFINITY : 0;
  }

  /** When a gap ends that begins before the next live poll. */
  endMs(nowMs: number, liveMs: number): number {
    return this.#isBeside(nowMs) ? Number.POSITIVE_INFINITY : liveMs;
  }

  /** A live poll goes out at its own rate. @param others that are under way, @param most of them and it together */
  sent(task: Task, others: readonly Task[], most: number, nowMs: number): void {
    if (this.#fewest < 2 || nowMs < this.#troubleMs + TROUBLE_MS) return;
    const { dueMs, pollMs, usualLateMs } = task;
    const lateMs = nowMs - dueMs;
    const isBesideProbe = others.some(({ isFree }) => isFree);
    if (!isBesideProbe) task.usualLateMs = toUsual(usualLateMs, lateMs);
    else if (others.length + 1 < most) return;
    else if (lateMs - (usualLateMs ?? 0) > Math.max(LATE_RATIO * pollMs, LATE_MS)) this.#block(nowMs);
  }

  /** @param others that are still under way */
  answered(task: Task, others: readonly Task[], nowMs: number): void {
    if (this.#fewest < 2) return;
    const latencyMs = nowMs - task.sentMs;
    const isBesideProbe = others.some(({ isFree, sentMs }) => isFree && sentMs <= task.sentMs);
    if (!isBesideProbe) this.#usualMs = toUsual(this.#usualMs, latencyMs);
    else if (!this.#judge(task, nowMs)) this.#isHarmless = !this.isBlocked(nowMs);
  }

  /** A probe has ended without an answer of its device. @param others that are still under way */
  probed({ sentMs }: Task, others: readonly Task[], nowMs: number): void {
    if (this.#fewest < 2) return;
    for (const other of others) if (other.sentMs >= sentMs && !other.isFree) this.#judge(other, nowMs);
    if (this.#isHarmless)
      this.#places = Math.max(1, Math.min(2 * this.#places, Math.floor(this.#fewest / 2)));
    this.#isHarmless = false;
  }

  /** A request that was no free probe has timed out. */
  troubled(nowMs: number): void {
    this.#troubleMs = nowMs;
  }

  /** @returns whether a request that was sent after a probe has waited for it */
  #judge({ sentMs, pollMs }: Task, nowMs: number): boolean {
    const waitedMs = nowMs - sentMs - (this.#usualMs ?? 0);
    const hasWaited = waitedMs > TOLERATED_RATIO * pollMs;
    if (hasWaited) this.#block(nowMs);
    return hasWaited;
  }

  #block(nowMs: number): void {
    this.#places = 1;
    this.#isHarmless = false;
    if (nowMs < this.#blockedMs) return;
    const isSoon = nowMs < this.#blockedMs + BLOCKED_MS;
    this.#blockMs = isSoon ? Math.min(2 * this.#blockMs, MAX_BLOCKED_MS) : BLOCKED_MS;
    this.#blockedMs = nowMs + this.#blockMs;
  }

  #isBeside(nowMs: number): boolean {
    return this.#fewest >= 2 && nowMs >= this.#blockedMs;
  }
}

function toUsual(usual: number | null, newest: number): number {
  return (usual ?? newest) * (1 - USUAL_SHARE) + newest * USUAL_SHARE;
}
