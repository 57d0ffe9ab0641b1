/**
 * 挂牌上锁: tags that keep everybody from writing to an equipment and its parts. They hang in memory before they are
 * stored, so that nothing slips through while the disk is slow, and come off only when that is stored.
 */
import type { Equipment, SiteModel } from '../config/model.ts';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { AuditRow, LockOutRow, Store } from '../store/store.ts';
import { toLockedOut } from './check.ts';

export interface LockOutsOptions {
  readonly model: SiteModel;
  readonly store: Pick<Store, 'commit'>;
  readonly clock: Clock;
  /** As stored. Key: equipment id. */
  readonly hanging: ReadonlyMap<string, LockOutRow>;
}

const EQUIPMENT: Text = { zh: '设备', en: 'equipment' };
/** May take off what somebody else has hung. */
const OVERSEERS: readonly Role[] = ['supervisor', 'admin'];

export class LockOuts {
  readonly #options: LockOutsOptions;
  /** Key: equipment id. */
  readonly #hanging: Map<string, LockOutRow>;
  /** Key: equipment that has parts. */
  readonly #parts: ReadonlyMap<EquipmentId | null, readonly Equipment[]>;
  /** Equipment whose tag is being taken off. */
  readonly #leaving = new Set<string>();

  constructor(options: LockOutsOptions) {
    this.#options = options;
    this.#hanging = new Map(options.hanging);
    this.#parts = Map.groupBy(options.model.equipment.values(), ({ parent }) => parent);
  }

  all(): ReadonlyMap<string, LockOutRow> {
    return new Map(this.#hanging);
  }

  /**
   * The tag that forbids writing: of the equipment itself, of what it is a part of, or of one of its parts: a set-point of
   * the set can start the pump that somebody works on.
   */
  over(equipment: EquipmentId): LockOutRow | null {
    for (const id of this.#related(equipment)) {
      const lockOut = this.#hanging.get(id);
      if (lockOut !== undefined) return lockOut;
    }
    return null;
  }

  /** @throws RiserError `not-found`, `locked-out`, `store-failed` (then it does not hang) */
  async hang(equipment: EquipmentId, reason: string, by: string): Promise<LockOutRow> {
    if (!this.#options.model.equipment.has(equipment)) throw new RiserError('not-found', { what: EQUIPMENT });
    const known = this.#hanging.get(equipment);
    if (known !== undefined) throw toLockedOut(known);
    const lockOut: LockOutRow = { by, reason, atMs: this.#options.clock.now().wallMs };
    this.#hanging.set(equipment, lockOut);
    try {
      await this.#store(equipment, lockOut, { actor: by, action: 'lock-out', detail: { reason } });
    } catch (error) {
      this.#hanging.delete(equipment);
      throw error;
    }
    return lockOut;
  }

  /** @throws RiserError `not-found`, `not-locked-out`, `tag-of-another`, `store-failed` (then it still hangs) */
  async takeOff(equipment: EquipmentId, by: string, roles: readonly Role[]): Promise<void> {
    const known = this.#hanging.get(equipment);
    if (known === undefined || this.#leaving.has(equipment)) {
      const isKnown = this.#options.model.equipment.has(equipment);
      throw isKnown ? new RiserError('not-locked-out') : new RiserError('not-found', { what: EQUIPMENT });
    }
    if (known.by !== by && !roles.some((role) => OVERSEERS.includes(role))) {
      throw new RiserError('tag-of-another', { by: known.by });
    }
    this.#leaving.add(equipment);
    try {
      const detail = { by: known.by, reason: known.reason, sinceMs: known.atMs };
      await this.#store(equipment, null, { actor: by, action: 'unlock', detail });
      this.#hanging.delete(equipment);
    } finally {
      this.#leaving.delete(equipment);
    }
  }

  /** What a tag on the equipment forbids writing to. */
  covered(equipment: EquipmentId): ReadonlySet<EquipmentId> {
    return new Set(this.#related(equipment));
  }

  /** Itself, what it is a part of, its parts. */
  #related(equipment: EquipmentId): readonly EquipmentId[] {
    const parent = this.#options.model.equipment.get(equipment)?.parent ?? null;
    const parts = (this.#parts.get(equipment) ?? []).map(({ id }) => id);
    return [equipment, ...(parent === null ? [] : [parent]), ...parts];
  }

  #store(
    equipment: EquipmentId,
    lockOut: LockOutRow | null,
    told: Pick<AuditRow, 'actor' | 'action' | 'detail'>,
  ): Promise<void> {
    const entry: AuditRow = { ...told, atMs: this.#options.clock.now().wallMs, object: equipment };
    return this.#options.store.commit({
      writes: [
        { type: 'lock-out', equipment, lockOut },
        { type: 'audit', entry },
      ],
    });
  }
}
