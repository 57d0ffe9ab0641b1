/** What the referee knows of each unit and of each of its points. Data, and how it is made from the plant. */
import type { SiteModel } from '../../../src/config/model.ts';
import { DAMAGES, type Damage, type Episode } from './fault-plan.ts';
import { POINTS, type Running, type SoakPoint, toEquipmentId } from './plant.ts';

export interface Judged {
  readonly unit: UnitState;
  readonly point: SoakPoint;
  /** Wall clock of the request whose answer is expected, or came last. */
  askedMs: number;
  isGood: boolean;
  /** When it came last, good or not. */
  toldMs: number;
}

export interface UnitState {
  readonly id: string;
  readonly unit: number;
  readonly running: Running;
  readonly points: Judged[];
  /** What strikes it now. */
  readonly struck: Set<Episode>;
  struckMs: number;
  clearMs: number;
  /** When another unit on its wire was struck last. */
  crowdedMs: number;
  /** The worst of what has struck it since it was good. */
  damage: Damage;
  /** It is struck, or has not come back since. */
  isOut: boolean;
  isReported: boolean;
}

export function toUnits(running: Running): readonly UnitState[] {
  return running.endpoint.units.map((unit) => ({
    id: toEquipmentId(running.endpoint, unit),
    unit,
    running,
    points: [],
    struck: new Set(),
    struckMs: 0,
    clearMs: 0,
    crowdedMs: Number.NEGATIVE_INFINITY,
    damage: 'link',
    isOut: true,
    isReported: false,
  }));
}

/** In the order of the model; each is entered with its unit. */
export function toJudged({ points }: SiteModel, units: readonly UnitState[]): readonly Judged[] {
  return points.map(({ equipment }, at) => {
    const unit = units.find(({ id }) => id === equipment) as UnitState;
    const point = POINTS[at % POINTS.length] as SoakPoint;
    const judged: Judged = { unit, point, askedMs: 0, isGood: false, toldMs: -1 };
    unit.points.push(judged);
    return judged;
  });
}

export function worse(one: Damage, other: Damage): Damage {
  return DAMAGES.indexOf(one) > DAMAGES.indexOf(other) ? one : other;
}

/** It has been read since the device has returned, and is good. */
export function isBack({ isGood, toldMs }: Judged, { clearMs }: UnitState): boolean {
  return isGood && toldMs >= clearMs;
}
