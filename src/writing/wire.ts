/**
 * The last gate before the field, for writes and reverts alike: one value per point at a time, never to what must not
 * be written, and known to whoever hangs a tag as long as it is on its way.
 */
import type { PointDef, SiteModel, WriteDef } from '../config/model.ts';
import { assert, defined } from '../core/assert.ts';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import { type Carried, carryOut, type Field, type Gate } from './carry-out.ts';
import { refusalForEver } from './check.ts';

export interface WireOptions {
  readonly model: SiteModel;
  readonly clock: Clock;
  readonly field: Field;
  /** Ends read-backs when the gateway stops. */
  readonly signal: AbortSignal;
}

export class Wire {
  readonly #options: WireOptions;
  /** Indexes of points that a write or a revert is under way for. */
  readonly #busy = new Set<number>();
  /** Key: index of a point; settles when its value has left the wire. */
  readonly #sending = new Map<number, Promise<void>>();

  constructor(options: WireOptions) {
    this.#options = options;
  }

  isBusy(point: PointDef): boolean {
    return this.#busy.has(point.index);
  }

  /** Keeps the point for this work until it has ended. The point must be free. */
  hold<T>(point: PointDef, work: () => Promise<T>): Promise<T> {
    assert(!this.isBusy(point), `point ${point.id} is free`);
    this.#busy.add(point.index);
    return work().finally(() => this.#busy.delete(point.index));
  }

  /**
   * @param gate asked at once, and again when the turn of the value comes in the queue of its link
   * @throws AssertionFailure for a point that must never be written, whatever the model says
   */
  carry(point: PointDef, value: number, gate: Gate): Promise<Carried> {
    assert(refusalForEver(point, this.kindsOf(point)) === null, `point ${point.id} may be written`);
    const { field, clock, signal } = this.#options;
    return carryOut({
      field: {
        read: (index) => field.read(index),
        write: (index, sent, asked) => this.#send(index, sent, asked),
      },
      point: point.index,
      value,
      gate: () => (signal.aborted ? new RiserError('engine-busy') : gate()),
      readBack: toWriteDef(point).readBack,
      monoMs: () => clock.now().monoMs,
      signal,
    });
  }

  /** What is on its way to this equipment. */
  sendingTo(equipment: ReadonlySet<EquipmentId>): readonly Promise<void>[] {
    const { points } = this.#options.model;
    return [...this.#sending]
      .filter(([index]) => equipment.has(defined(points[index], 'a point on the wire').equipment))
      .map(([, sent]) => sent);
  }

  /** Of the point's equipment and of what that is a part of. */
  kindsOf({ equipment }: PointDef): readonly Kind[] {
    const all = this.#options.model.equipment;
    const one = defined(all.get(equipment), `equipment ${equipment}`);
    const parent = one.parent === null ? undefined : all.get(one.parent);
    return parent === undefined ? [one.kind] : [one.kind, parent.kind];
  }

  async #send(point: number, value: number, gate: Gate): Promise<void> {
    const refusal = gate();
    if (refusal !== null) throw refusal;
    const sent = this.#options.field.write(point, value, gate);
    this.#sending.set(point, sent);
    await sent.finally(() => this.#sending.delete(point));
  }
}

export function toWriteDef({ write, id }: PointDef): WriteDef {
  return defined(write, `how ${id} is written`);
}
