/**
 * Latest reading of every point, outside React: one subscription per point, so that a changed value renders one row.
 *
 * Two sources write here: the snapshot of GET /points and the live stream. An *epoch* is one life of the stream.
 * Within an epoch the newer reception wins; a snapshot asked for in an earlier epoch is thrown away; the first
 * snapshot of an epoch replaces what the epoch before left behind.
 */
import { useSyncExternalStore } from 'react';
import type { Point, ReadingTuple } from '../api/types.ts';

export interface PointState {
  /** null when bad: an old value is never shown as the present one. */
  readonly value: number | null;
  /** core/quality.ts: 0 good, 64–127 uncertain, from 128 bad. */
  readonly qualityCode: number;
  readonly receivedMs: number | null;
  /** `receivedMs` is null while only the stream has told of the change; the next snapshot knows it. */
  readonly lastGood: { readonly value: number; readonly receivedMs: number | null } | null;
  readonly epoch: number;
}

const FIRST_BAD_CODE = 128;
const FIRST_UNCERTAIN_CODE = 64;

export function isBadCode(code: number): boolean {
  return code >= FIRST_BAD_CODE;
}

export function isUncertainCode(code: number): boolean {
  return code >= FIRST_UNCERTAIN_CODE && code < FIRST_BAD_CODE;
}

class ReadingStore {
  #epoch = 0;
  #badCount = 0;
  /** Key: point id. */
  readonly #states = new Map<string, PointState>();
  /** Key: point id; '' = the count of bad points. */
  readonly #listeners = new Map<string, Set<() => void>>();

  get epoch(): number {
    return this.#epoch;
  }

  get badCount(): number {
    return this.#badCount;
  }

  get(point: string): PointState | undefined {
    return this.#states.get(point);
  }

  /** A new stream has begun. */
  beginEpoch(): void {
    this.#epoch += 1;
  }

  clear(): void {
    this.#states.clear();
    this.#setBadCount(0);
    for (const point of this.#listeners.keys()) this.#notify(point);
  }

  applySnapshot(points: readonly Point[], epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#forgetAllBut(new Set(points.map((point) => point.id)));
    for (const point of points) {
      const known = this.#states.get(point.id);
      const isOlder = known?.epoch === epoch && (known.receivedMs ?? 0) > (point.receivedMs ?? 0);
      if (isOlder) {
        this.#learnLastGood(point.id, known, point.lastGood);
        continue;
      }
      this.#set(point.id, {
        value: isBadCode(point.qualityCode) ? null : point.value,
        qualityCode: point.qualityCode,
        receivedMs: point.receivedMs,
        lastGood: point.lastGood,
        epoch,
      });
    }
  }

  /** @returns whether a point turned bad, so that the exact time of its last good value is worth asking for. */
  applyReadings(tuples: readonly ReadingTuple[]): boolean {
    let hasTurnedBad = false;
    for (const [point, value, qualityCode, receivedMs] of tuples) {
      const known = this.#states.get(point);
      const isBad = isBadCode(qualityCode);
      if (isBad && (known === undefined || !isBadCode(known.qualityCode))) hasTurnedBad = true;
      const lastGood = isBad ? lastGoodOf(known) : value === null ? null : { value, receivedMs };
      this.#set(point, {
        value: isBad ? null : value,
        qualityCode,
        receivedMs,
        lastGood,
        epoch: this.#epoch,
      });
    }
    return hasTurnedBad;
  }

  subscribe(point: string, listener: () => void): () => void {
    const set = this.#listeners.get(point) ?? new Set();
    set.add(listener);
    this.#listeners.set(point, set);
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#listeners.delete(point);
    };
  }

  /** An older snapshot still knows when the last good value was received. */
  #learnLastGood(point: string, known: PointState, lastGood: Point['lastGood']): void {
    if (lastGood === null || known.lastGood?.receivedMs !== null || known.lastGood.value !== lastGood.value)
      return;
    this.#set(point, { ...known, lastGood });
  }

  /** Points that a new configuration no longer has. */
  #forgetAllBut(points: ReadonlySet<string>): void {
    for (const [point, state] of this.#states) {
      if (points.has(point)) continue;
      this.#states.delete(point);
      if (isBadCode(state.qualityCode)) this.#setBadCount(this.#badCount - 1);
      this.#notify(point);
    }
  }

  #set(point: string, state: PointState): void {
    const known = this.#states.get(point);
    this.#states.set(point, state);
    const change =
      Number(isBadCode(state.qualityCode)) - Number(known !== undefined && isBadCode(known.qualityCode));
    if (change !== 0) this.#setBadCount(this.#badCount + change);
    if (known === undefined || isShownDifferently(known, state)) this.#notify(point);
  }

  #setBadCount(count: number): void {
    this.#badCount = count;
    this.#notify('');
  }

  #notify(point: string): void {
    for (const listener of this.#listeners.get(point) ?? []) listener();
  }
}

/** The one store of this page. */
export const readings = new ReadingStore();

export function usePointState(point: string): PointState | undefined {
  return useSyncExternalStore(
    (listener) => readings.subscribe(point, listener),
    () => readings.get(point),
  );
}

export function useBadPointCount(): number {
  return useSyncExternalStore(
    (listener) => readings.subscribe('', listener),
    () => readings.badCount,
  );
}

/** How many of these points are bad. */
export function useBadPointCountOf(points: readonly { readonly id: string }[]): number {
  return useSyncExternalStore(
    (listener) => readings.subscribe('', listener),
    () => points.filter(({ id }) => isBadCode(readings.get(id)?.qualityCode ?? FIRST_BAD_CODE)).length,
  );
}

/** While good the reading on show is the last good one, but it may have been confirmed since: its time is unknown. */
function lastGoodOf(known: PointState | undefined): PointState['lastGood'] {
  if (known === undefined) return null;
  if (isBadCode(known.qualityCode) || known.value === null) return known.lastGood;
  return { value: known.value, receivedMs: null };
}

function isShownDifferently(before: PointState, after: PointState): boolean {
  return (
    before.value !== after.value ||
    before.qualityCode !== after.qualityCode ||
    before.lastGood?.value !== after.lastGood?.value ||
    (isBadCode(after.qualityCode) && before.lastGood?.receivedMs !== after.lastGood?.receivedMs)
  );
}
