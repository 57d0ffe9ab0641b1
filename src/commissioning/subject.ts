/**
 * What the site model says of points under test: the digests of their definition, which alarms prove them, which alarms
 * are mute. Pure look-ups.
 *
 * An alarm is mute while any point that its rule judges is unproven (of life safety only where that was approved, or of new
 * equipment: state.ts `isSilencing`); guards (`when`) do not count, they only narrow it.
 * `offline` speaks of the whole device: it tells people as soon as one of its points is signed.
 */
import { toDigest } from '../config/digest.ts';
import type { Equipment, PointDef, RuleDef, SiteModel } from '../config/model.ts';
import { POINT_FACET_NAMES, type PointFacet, type PointFacets } from '../core/commissioning.ts';
import type { AlarmKey, EquipmentId, LinkId, LocationId } from '../core/ids.ts';
import { type CommissioningState, isOpen, isSilencing } from './state.ts';

/** What a point has to be proven by. */
export interface PointSubject {
  readonly point: PointDef;
  readonly facets: PointFacets;
  /** Rules that judge it, without those about its data and its device: these say nothing of the process. */
  readonly rules: readonly RuleDef[];
  /** All of life safety among them; without any, one of them is enough. */
  readonly isLifeSafety: boolean;
  readonly opensTicket: boolean;
}

/** Which part of the site is put into commissioning. */
export type CommissioningScope =
  | { readonly equipment: EquipmentId }
  | { readonly location: LocationId }
  | { readonly link: LinkId };

/** Rules about data and device. */
const ABOUT_DATA: readonly string[] = ['offline', 'bad-data'];

/** Own points of each rule, by point. Made once for a model. */
export interface SubjectIndex {
  of(point: PointDef): PointSubject;
  /** Of one equipment or part. */
  pointsOf(equipment: EquipmentId): readonly PointDef[];
}

export function createSubjects(model: SiteModel): SubjectIndex {
  const rules = new Map<number, RuleDef[]>();
  for (const rule of model.rules)
    for (const point of new Set(toOwnPoints(rule))) {
      const list = rules.get(point);
      if (list === undefined) rules.set(point, [rule]);
      else list.push(rule);
    }
  const points = Map.groupBy(model.points, ({ equipment }) => equipment);
  return {
    of: (point) => toSubject(model, point, rules.get(point.index) ?? []),
    pointsOf: (equipment) => points.get(equipment) ?? [],
  };
}

/** Without those of guards and of effects that are to be expected. */
export function toOwnPoints(rule: RuleDef): readonly number[] {
  const others = rule.when.length + (rule.expectedWhen?.guards.length ?? 0);
  return rule.points.slice(0, rule.points.length - others);
}

function toSubject(model: SiteModel, point: PointDef, all: readonly RuleDef[]): PointSubject {
  const rules = all.filter(({ type }) => !ABOUT_DATA.includes(type));
  return {
    point,
    facets: toFacets(model, point, rules),
    rules,
    isLifeSafety: rules.some(({ severity }) => severity === 'life-safety'),
    opensTicket: rules.some(({ opensTicket }) => opensTicket),
  };
}

function toFacets(model: SiteModel, point: PointDef, rules: readonly RuleDef[]): PointFacets {
  const { address, link, type, unit, states, range, decimals, maxStep } = point;
  const device = model.equipment.get(point.equipment)?.device ?? {};
  return {
    address: toDigest([pick(address, isPlace), pick(device, isDevice), link]),
    scale: toDigest([
      pick(address, (key) => !isPlace(key) && key !== 'isOptional'),
      range,
      decimals,
      maxStep,
    ]),
    kind: toDigest([type, unit, [...states]]),
    alarms: toDigest(Object.fromEntries(rules.map(({ key, version }) => [key, version]))),
  };
}

/**
 * Where a value lies, in the words of all protocols; the rest of an address says what it means. Of a device its number counts
 * and not its limits, of a link its id and not its host: a network that is renumbered does not make a building unproven.
 */
const PLACE_KEYS: readonly string[] = ['table', 'address', 'bit', 'mask', 'topic', 'path', 'node', 'index'];
const DEVICE_KEYS: readonly string[] = ['unit', 'topic', 'object'];
const isPlace = (key: string): boolean => PLACE_KEYS.includes(key);
const isDevice = (key: string): boolean => DEVICE_KEYS.includes(key);

function pick(of: Readonly<Record<string, unknown>>, isMeant: (key: string) => boolean): object {
  return Object.fromEntries(Object.entries(of).filter(([key]) => isMeant(key)));
}

export function toChangedFacets(before: PointFacets, now: PointFacets): readonly PointFacet[] {
  return POINT_FACET_NAMES.filter((facet) => before[facet] !== now[facet]);
}

/** Whether its alarms are mute: its equipment is in commissioning, and it is not signed as it is now. */
export function isUnproven(state: CommissioningState, subject: PointSubject): boolean {
  const { point, facets } = subject;
  if (!isOpen(state.commissions.get(point.equipment))) return false;
  const record = state.points.get(point.id);
  if (record === undefined || record.signed === null || record.facets === null) return true;
  return toChangedFacets(record.facets, facets).length > 0;
}

export interface Muted {
  readonly keys: ReadonlySet<AlarmKey>;
  /** Rules of life safety among them: never to be mute without somebody knowing. */
  readonly lifeSafety: readonly RuleDef[];
  /** Points that are unproven. */
  readonly points: number;
}

export const NOTHING_MUTED: Muted = { keys: new Set(), lifeSafety: [], points: 0 };

export function toMuted(model: SiteModel, subjects: SubjectIndex, state: CommissioningState): Muted {
  const open = [...state.commissions.values()].filter(isOpen);
  if (open.length === 0) return NOTHING_MUTED;
  const unproven = new Set<number>();
  const grave = new Set<number>();
  for (const commission of open)
    for (const point of subjects.pointsOf(commission.equipment)) {
      if (!isUnproven(state, subjects.of(point))) continue;
      unproven.add(point.index);
      if (isSilencing(commission)) grave.add(point.index);
    }
  if (unproven.size === 0) return NOTHING_MUTED;
  const rules = model.rules.filter((rule) =>
    isMute(rule, rule.severity === 'life-safety' ? grave : unproven),
  );
  return {
    keys: new Set(rules.map(({ key }) => key)),
    lifeSafety: rules.filter(({ severity }) => severity === 'life-safety'),
    points: unproven.size,
  };
}

function isMute(rule: RuleDef, unproven: ReadonlySet<number>): boolean {
  const own = toOwnPoints(rule);
  if (rule.type === 'offline') return own.length > 0 && own.every((point) => unproven.has(point));
  return own.some((point) => unproven.has(point));
}

/**
 * Equipment and parts with points of its own that a scope means; never the gateway's own. Parents before their parts.
 */
export function toScoped(model: SiteModel, scope: CommissioningScope): readonly EquipmentId[] {
  const withPoints = new Set(model.points.map(({ equipment }) => equipment));
  return [...model.equipment.values()]
    .filter((item) => item.link !== null && withPoints.has(item.id) && isInScope(model, item, scope))
    .map(({ id }) => id);
}

function isInScope(model: SiteModel, item: Equipment, scope: CommissioningScope): boolean {
  if ('link' in scope) return item.link === scope.link;
  if ('location' in scope) return isWithin(model, item.location, scope.location);
  return item.id === scope.equipment || (item.parent !== null && isPart(model, item.parent, scope.equipment));
}

function isPart(model: SiteModel, id: EquipmentId, whole: EquipmentId): boolean {
  const parent = model.equipment.get(id)?.parent ?? null;
  return id === whole || (parent !== null && isPart(model, parent, whole));
}

function isWithin(model: SiteModel, id: LocationId, whole: LocationId): boolean {
  const parent = model.locations.get(id)?.parent ?? null;
  return id === whole || (parent !== null && isWithin(model, parent, whole));
}
