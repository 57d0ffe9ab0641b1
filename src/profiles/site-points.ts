/** Points of a whole site by the names that rules of its file can use: those of the own equipment first, then `equipment/point`. */
import type { EquipmentId } from '../core/ids.ts';
import type { PointTemplate } from './points.ts';
import type { Unit } from './profile.ts';
import { type PointNames, toLocalNames } from './rules.ts';

/** An equipment of the site file, with its parts. */
export interface SiteUnit {
  /** The equipment itself, also of a part. */
  readonly owner: EquipmentId;
  readonly unit: Unit;
}

/** Key: id of an equipment or part. */
export type SiteUnits = ReadonlyMap<EquipmentId, SiteUnit>;

export function toSiteNames({ owner, unit }: SiteUnit, units: SiteUnits): PointNames {
  const local = toLocalNames(unit.part, unit.readable);
  const find = (ref: string): (SiteUnit & { readonly id: string; readonly point: PointTemplate }) | null => {
    const [id, name] = split(ref);
    const other = units.get(id as EquipmentId);
    const point = other?.unit.readable.get(name);
    // `equipment/part/point` is not a name: a part has an id of its own.
    return other === undefined || point === undefined || name.includes('/') ? null : { ...other, id, point };
  };
  return {
    what: 'a point of this equipment, or equipment/point of another one',
    get: (ref) => local.get(ref) ?? find(ref)?.point,
    near(ref) {
      const [id] = split(ref);
      const other = units.get(id as EquipmentId);
      if (other === undefined) return local.near(ref);
      return other.unit.points.map(({ name }) => `${id}/${name}`);
    },
    toRead(ref) {
      if (local.get(ref) !== undefined) return local.toRead(ref);
      const found = find(ref);
      if (found === null) return local.toRead(ref);
      if (found.owner !== owner) return `/${found.id}/${found.point.name}`;
      return found.unit.part === null ? found.point.name : `${found.unit.part}/${found.point.name}`;
    },
  };
}

function split(ref: string): readonly [string, string] {
  const at = ref.indexOf('/');
  return at < 0 ? ['', ref] : [ref.slice(0, at), ref.slice(at + 1)];
}
