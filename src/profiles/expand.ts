/** Puts an equipment of the site and its profile together: equipment and parts, points with their indexes, rules. */
import type { Equipment, LinkDef, PointDef, RuleDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import {
  type AlarmKey,
  type EquipmentId,
  MAX_ID_LENGTH,
  type PointId,
  type SiteId,
  toAlarmKey,
  toId,
  toPointId,
} from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type { PointTemplate } from './points.ts';
import type { Profile, Unit } from './profile.ts';
import type { RuleTemplate } from './rules.ts';

/** Tables that grow as equipment is added; indexes are places in `points`. */
export interface Tables {
  /** Key: equipment or part id. */
  readonly equipment: Map<EquipmentId, Equipment>;
  readonly points: PointDef[];
  readonly pointIndex: Map<PointId, number>;
}

/** What the site file says of an equipment. */
export type EquipmentBase = Omit<Equipment, 'parent' | 'kind'>;

export function createTables(): Tables {
  return { equipment: new Map(), points: [], pointIndex: new Map() };
}

/** Ids that the equipment takes: its own, then those of its parts. */
export function toUnitIds(id: EquipmentId, profile: Profile): readonly EquipmentId[] {
  return profile.units.map((unit) => toUnitId(id, unit));
}

export function isTooLong(id: string): boolean {
  return id.length > MAX_ID_LENGTH;
}

/** Adds the equipment with its parts and points; rules follow when all equipment is there. The ids must be free. */
export function addEquipment(
  base: EquipmentBase,
  profile: Profile,
  link: LinkDef | null,
  tables: Tables,
): void {
  for (const unit of profile.units) {
    const id = toUnitId(base.id, unit);
    const isPart = unit.part !== null;
    const name = unit.name ?? base.name;
    tables.equipment.set(id, { ...base, id, parent: isPart ? base.id : null, kind: unit.kind, name });
    for (const point of unit.points) addPoint(point, id, link, tables);
  }
  for (const unit of profile.units) addWrites(unit, base.id, tables);
}

export function toUnitId(id: EquipmentId, unit: Unit): EquipmentId {
  return unit.part === null ? id : toId(`${id}-${unit.part}`);
}

function addPoint(
  template: PointTemplate,
  equipment: EquipmentId,
  link: LinkDef | null,
  tables: Tables,
): void {
  const { at: _at, badData: _badData, write: _write, staleMs, isPolled, ...rest } = template;
  const index = tables.points.length;
  const id = toPointId(equipment, template.name);
  const timeoutMs = link?.options['timeoutMs'];
  const answerMs = typeof timeoutMs === 'number' ? timeoutMs : LIMITS.defaultTimeoutMs;
  tables.points.push({
    ...rest,
    index,
    id,
    equipment,
    staleMs: staleMs ?? (isPolled ? 3 * template.pollMs + answerMs : null),
    link: link?.id ?? null,
    write: null,
  });
  tables.pointIndex.set(id, index);
}

/** Once all points of the equipment and its parts have an index. */
function addWrites(unit: Unit, owner: EquipmentId, tables: Tables): void {
  const { points, pointIndex } = tables;
  const toIndex = (read: string): number =>
    defined(pointIndex.get(toReadId(owner, read)), `point ${read} of ${owner}`);
  for (const { name, write } of unit.points) {
    if (write === null) continue;
    const index = defined(
      pointIndex.get(toPointId(toUnitId(owner, unit), name)),
      `point ${name} of ${owner}`,
    );
    const { interlocks, readBack, ...rest } = write;
    points[index] = {
      ...defined(points[index], `point ${index}`),
      write: {
        ...rest,
        interlocks: interlocks.map(({ point, ...interlock }) => ({ ...interlock, point: toIndex(point) })),
        readBack: { ...readBack, point: toIndex(readBack.point) },
      },
    };
  }
}

/** A rule of the equipment with its key and points. @param index its place among the rules of the model */
export function toRuleDef(
  { reads, ...rule }: RuleTemplate,
  equipment: EquipmentId,
  owner: EquipmentId,
  index: number,
  { site, pointIndex }: { readonly site: SiteId; readonly pointIndex: ReadonlyMap<PointId, number> },
): RuleDef {
  const key: AlarmKey = toAlarmKey(site, equipment, rule.id);
  const points = reads.map((read) =>
    defined(pointIndex.get(toReadId(owner, read)), `point ${read} of ${owner}`),
  );
  return { ...rule, index, key, equipment, points };
}

/** `running` → `dws-1/running`; `pump-1/running` → `dws-1-pump-1/running`; `/sump-1/level` → `sump-1/level`. */
function toReadId(owner: EquipmentId, read: string): PointId {
  const at = read.indexOf('/');
  if (at < 0) return toPointId(owner, read);
  if (at === 0) return toId(read.slice(1));
  return toPointId(toId(`${owner}-${read.slice(0, at)}`), read.slice(at + 1));
}
