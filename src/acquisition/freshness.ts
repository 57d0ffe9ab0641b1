/** When the value of each point of one link turns stale. Pure; times are monotonic milliseconds. */
import type { PointDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import { isBad } from '../core/quality.ts';

export class Freshness {
  readonly #points: readonly PointDef[];
  /** Key: index of the point in the site model; value: place in the columns. */
  readonly #place: ReadonlyMap<number, number>;
  /** Infinity while there is no usable value that could age. */
  readonly #deadlineMs: Float64Array;

  constructor(points: readonly PointDef[]) {
    this.#points = points;
    this.#place = new Map(points.map((point, place) => [point.index, place]));
    this.#deadlineMs = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
  }

  note(point: number, quality: number, monoMs: number): void {
    const place = defined(this.#place.get(point), 'point of this link');
    const ageMs = isBad(quality) ? Number.POSITIVE_INFINITY : (this.#points[place] as PointDef).staleMs;
    this.#deadlineMs[place] = monoMs + ageMs;
  }

  /** Points whose value has become too old since the last call; each is named once. */
  expire(monoMs: number): readonly number[] {
    const expired: number[] = [];
    this.#deadlineMs.forEach((deadlineMs, place) => {
      if (monoMs < deadlineMs) return;
      this.#deadlineMs[place] = Number.POSITIVE_INFINITY;
      expired.push((this.#points[place] as PointDef).index);
    });
    return expired;
  }
}
