/** When the value of each point of one polled link turns stale. Pure; times are monotonic milliseconds. */
import type { PointDef } from '../config/model.ts';
import { assert } from '../core/assert.ts';
import type { EquipmentId } from '../core/ids.ts';
import { isBad, type QualityReason } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';

/** Watches the age of the values of one link. */
export interface AgeWatch {
  /** Samples of points, or what is known of them in place of one. */
  note(batch: Noted): void;
  /** Points whose value has become too old since the last call, each named once, by what is to be said of them. */
  expire(monoMs: number): readonly Expired[];
}

export type Noted = Pick<ReadingBatch, 'count' | 'point' | 'quality' | 'monoMs'>;

export interface Expired {
  readonly points: readonly number[];
  readonly reason: QualityReason;
}

/**
 * A value that is too old is `stale`; when its device is heard after
 * that while this value still does not come (an overloaded bus reads the others first), it is `missing`, which has an
 * alarm of its own: the device is not offline.
 */
export class Freshness implements AgeWatch {
  /** By place: index of the point in the site model. */
  readonly #point: Uint32Array;
  /** By index of the point: its place. Those of other links' points are foreign. */
  readonly #placeOf: Uint32Array;
  /** By place; Infinity = it is never too old. */
  readonly #staleMs: Float64Array;
  /** By place; Infinity while there is no usable value that could age. */
  readonly #deadlineMs: Float64Array;
  /** By place; since when it is stale, Infinity while it is not, or is called missing already. */
  readonly #staleSinceMs: Float64Array;
  /** By place: number of the device that answers for it. */
  readonly #device: Uint32Array;
  /** By device: when a usable value of it came last. */
  readonly #heardMs: Float64Array;

  /**
   * @param deviceOf the equipment that answers for the point: of a part, the equipment that it is a part of
   * @param placeOf room for one number for each point of the site model, which links share: a point is of one link
   */
  constructor(points: readonly PointDef[], deviceOf: (point: PointDef) => EquipmentId, placeOf: Uint32Array) {
    const devices = [...new Set(points.map(deviceOf))];
    /** Key: device; value: its number. */
    const numbers = new Map(devices.map((device, number) => [device, number]));
    this.#point = Uint32Array.from(points, ({ index }) => index);
    this.#placeOf = placeOf;
    this.#point.forEach((index, place) => (placeOf[index] = place));
    this.#staleMs = Float64Array.from(points, ({ staleMs }) => staleMs ?? Number.POSITIVE_INFINITY);
    this.#deadlineMs = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
    this.#staleSinceMs = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
    this.#device = Uint32Array.from(points, (point) => numbers.get(deviceOf(point)) as number);
    this.#heardMs = new Float64Array(devices.length).fill(Number.NEGATIVE_INFINITY);
  }

  note({ count, point, quality, monoMs }: Noted): void {
    for (let row = 0; row < count; row++) {
      const place = this.#placeOf[point[row] as number] as number;
      assert(this.#point[place] === point[row], 'point of this link');
      const isUsable = !isBad(quality[row] as number);
      if (isUsable) this.#heardMs[this.#device[place] as number] = monoMs;
      this.#staleSinceMs[place] = Number.POSITIVE_INFINITY;
      this.#deadlineMs[place] = isUsable
        ? monoMs + (this.#staleMs[place] as number)
        : Number.POSITIVE_INFINITY;
    }
  }

  expire(monoMs: number): readonly Expired[] {
    const stale: number[] = [];
    const missing: number[] = [];
    for (let place = 0; place < this.#point.length; place++) {
      const index = this.#point[place] as number;
      if (monoMs >= (this.#deadlineMs[place] as number)) {
        this.#deadlineMs[place] = Number.POSITIVE_INFINITY;
        this.#staleSinceMs[place] = monoMs;
        stale.push(index);
      } else if (this.#lastHeardMs(place) > (this.#staleSinceMs[place] as number)) {
        this.#staleSinceMs[place] = Number.POSITIVE_INFINITY;
        missing.push(index);
      }
    }
    return [
      ...(stale.length === 0 ? [] : [{ points: stale, reason: 'stale' } as const]),
      ...(missing.length === 0 ? [] : [{ points: missing, reason: 'missing' } as const]),
    ];
  }

  #lastHeardMs(place: number): number {
    return this.#heardMs[this.#device[place] as number] as number;
  }
}
