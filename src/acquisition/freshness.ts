/** When the value of each point of one polled link turns stale. Pure; times are monotonic milliseconds. */
import type { PointDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { EquipmentId } from '../core/ids.ts';
import { isBad, type QualityReason } from '../core/quality.ts';

/** Watches the age of the values of one link. */
export interface AgeWatch {
  /** A sample of the point, or what is known of it in place of one. */
  note(point: number, quality: number, monoMs: number): void;
  /** Points whose value has become too old since the last call, each named once, by what is to be said of them. */
  expire(monoMs: number): readonly Expired[];
}

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
  readonly #points: readonly PointDef[];
  /** Key: index of the point in the site model; value: its place. */
  readonly #place: ReadonlyMap<number, number>;
  /** By place; Infinity while there is no usable value that could age. */
  readonly #deadlineMs: Float64Array;
  /** By place; since when it is stale, Infinity while it is not, or is called missing already. */
  readonly #staleSinceMs: Float64Array;
  /** By place: the device that answers for it. */
  readonly #device: readonly Device[];

  /** @param deviceOf the equipment that answers for the point: of a part, the equipment that it is a part of */
  constructor(points: readonly PointDef[], deviceOf: (point: PointDef) => EquipmentId) {
    const devices = new Map<EquipmentId, Device>();
    this.#points = points;
    this.#place = new Map(points.map((point, place) => [point.index, place]));
    this.#deadlineMs = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
    this.#staleSinceMs = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
    this.#device = points.map((point) => {
      const id = deviceOf(point);
      const device = devices.get(id) ?? { heardMs: Number.NEGATIVE_INFINITY };
      devices.set(id, device);
      return device;
    });
  }

  note(point: number, quality: number, monoMs: number): void {
    const place = defined(this.#place.get(point), 'point of this link');
    const { staleMs } = this.#points[place] as PointDef;
    const isUsable = !isBad(quality);
    if (isUsable) (this.#device[place] as Device).heardMs = monoMs;
    this.#staleSinceMs[place] = Number.POSITIVE_INFINITY;
    this.#deadlineMs[place] = monoMs + (isUsable && staleMs !== null ? staleMs : Number.POSITIVE_INFINITY);
  }

  expire(monoMs: number): readonly Expired[] {
    const stale: number[] = [];
    const missing: number[] = [];
    for (let place = 0; place < this.#points.length; place++) {
      const { index } = this.#points[place] as PointDef;
      if (monoMs >= (this.#deadlineMs[place] as number)) {
        this.#deadlineMs[place] = Number.POSITIVE_INFINITY;
        this.#staleSinceMs[place] = monoMs;
        stale.push(index);
      } else if ((this.#device[place] as Device).heardMs > (this.#staleSinceMs[place] as number)) {
        this.#staleSinceMs[place] = Number.POSITIVE_INFINITY;
        missing.push(index);
      }
    }
    return [
      ...(stale.length === 0 ? [] : [{ points: stale, reason: 'stale' } as const]),
      ...(missing.length === 0 ? [] : [{ points: missing, reason: 'missing' } as const]),
    ];
  }
}

interface Device {
  /** When a usable value of it came last. */
  heardMs: number;
}
