/**
 * Latest reading of every point, outside React: one subscription per point, so that a changed value renders one row.
 *
 * Two sources write here: the snapshot of GET /points and the live stream. An *epoch* is one life of the stream.
 * Within an epoch the newer reception wins; a snapshot asked for in an earlier epoch is thrown away; the first
 * snapshot of an epoch replaces what the epoch before left behind.
 */
import { useSyncExternalStore } from 'react';
import type { Point, ReadingTuple } from '../api/types.ts';
import { isBadCode, isMissing, type PointState } from './point-state.ts';

class ReadingStore {
  #epoch = 0;
  #missingCount = 0;
  /** Key: point id. */
  readonly #states = new Map<string, PointState>();
  /** Key: point id; '' = the count of points without a value. */
  readonly #listeners = new Map<string, Set<() => void>>();

  get epoch(): number {
    return this.#epoch;
  }

  get missingCount(): number {
    return this.#missingCount;
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
    this.#setMissingCount(0);
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
        text: isBadCode(point.qualityCode) ? null : point.textValue,
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
    for (const [point, value, qualityCode, receivedMs, , text = null] of tuples) {
      const known = this.#states.get(point);
      const isBad = isBadCode(qualityCode);
      if (isBad && (known === undefined || !isBadCode(known.qualityCode))) hasTurnedBad = true;
      const lastGood = isBad ? lastGoodOf(known) : value === null ? null : { value, receivedMs };
      this.#set(point, {
        value: isBad ? null : value,
        text: isBad ? null : text,
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
      if (isMissing(state)) this.#setMissingCount(this.#missingCount - 1);
      this.#notify(point);
    }
  }

  #set(point: string, state: PointState): void {
    const known = this.#states.get(point);
    this.#states.set(point, state);
    const change = Number(isMissing(state)) - Number(known !== undefined && isMissing(known));
    if (change !== 0) this.#setMissingCount(this.#missingCount + change);
    if (known === undefined || isShownDifferently(known, state)) this.#notify(point);
  }

  #setMissingCount(count: number): void {
    this.#missingCount = count;
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

/** As `useMissingPointCountOf`, of the whole site. */
export function useMissingPointCount(): number {
  return useSyncExternalStore(
    (listener) => readings.subscribe('', listener),
    () => readings.missingCount,
  );
}

/**
 * How many of these points lack a value that they should have. Without those of which the device says so itself: where
 * that is a fault the profile has a rule for it, elsewhere it would count what is not there at all.
 */
export function useMissingPointCountOf(points: readonly { readonly id: string }[]): number {
  return useSyncExternalStore(
    (listener) => readings.subscribe('', listener),
    () => points.filter(({ id }) => isMissing(readings.get(id))).length,
  );
}

/** Renders again when one of these points shows something else. @returns what they show, in the order of `points`. */
export function usePointStates(
  points: readonly { readonly id: string }[],
): readonly (PointState | undefined)[] {
  useSyncExternalStore(
    (listener) => {
      const ends = points.map(({ id }) => readings.subscribe(id, listener));
      return () => {
        for (const end of ends) end();
      };
    },
    () => points.map(({ id }) => toSignature(readings.get(id))).join(' '),
  );
  return points.map(({ id }) => readings.get(id));
}

function toSignature(state: PointState | undefined): string {
  return state === undefined ? '?' : `${state.value}/${state.text}/${state.qualityCode}`;
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
    before.text !== after.text ||
    before.qualityCode !== after.qualityCode ||
    before.lastGood?.value !== after.lastGood?.value ||
    (isBadCode(after.qualityCode) && before.lastGood?.receivedMs !== after.lastGood?.receivedMs)
  );
}
