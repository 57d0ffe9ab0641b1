/**
 * What keeps a point from being written now, as far as this page knows: so that people read why before they try. The
 * gateway asks again and decides. Pure.
 */
import type { Equipment, LinkStatus, LockOut, Person, PointWriting, Text } from '../api/types.ts';

export type Obstacle =
  | { readonly type: 'locked-out'; readonly tag: HangingTag }
  | { readonly type: 'link'; readonly link: LinkStatus }
  /** `isKnown` false: its point has no good value, so nobody can say. */
  | { readonly type: 'interlock'; readonly text: Text; readonly isKnown: boolean }
  /** The last write or its revert has not ended. */
  | { readonly type: 'under-way' };

export interface HangingTag {
  readonly lockOut: LockOut;
  /** What it hangs on: the equipment itself, or what that is a part of. */
  readonly equipment: Equipment;
}

export interface Circumstances {
  readonly write: PointWriting;
  readonly tag: HangingTag | null;
  readonly link: LinkStatus | null;
  readonly isUnderWay: boolean;
}

/** Roles that are enough, as in writing/check.ts. Key: least role. */
const ENOUGH: Readonly<Record<PointWriting['role'], readonly string[]>> = {
  engineer: ['engineer', 'supervisor', 'admin'],
  supervisor: ['supervisor', 'admin'],
};

/** Whether the person has the permission and the role that this point asks for. */
export function mayWrite(person: Pick<Person, 'permissions' | 'roles'>, write: PointWriting): boolean {
  return (
    person.permissions.includes('point.write') &&
    person.roles.some((role) => ENOUGH[write.role].includes(role))
  );
}

/** The tag that forbids writing: on the equipment itself, else on what it is a part of; null = none. */
export function findTag(id: string, all: readonly Equipment[]): HangingTag | null {
  const equipment = all.find((candidate) => candidate.id === id);
  if (equipment === undefined) return null;
  if (equipment.lockOut !== null) return { lockOut: equipment.lockOut, equipment };
  const related = all.find(
    (one) => one.lockOut !== null && (one.id === equipment.parent || one.parent === equipment.id),
  );
  return related?.lockOut ? { lockOut: related.lockOut, equipment: related } : null;
}

/**
 * The worst first; empty = nothing known is in the way. An interlock that nobody can tell follows from a link that is
 * down, and is left out then.
 */
export function toObstacles({ write, tag, link, isUnderWay }: Circumstances): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (tag !== null) obstacles.push({ type: 'locked-out', tag });
  const isBlind = link !== null && isDown(link);
  if (isBlind) obstacles.push({ type: 'link', link });
  for (const { text, holds } of write.interlocks) {
    if (holds === false || (holds === null && !isBlind))
      obstacles.push({ type: 'interlock', text, isKnown: holds === false });
  }
  if (isUnderWay) obstacles.push({ type: 'under-way' });
  return obstacles;
}

/** A degraded link still carries frames to the devices that answer. */
function isDown({ state }: LinkStatus): boolean {
  return state !== 'online' && state !== 'degraded';
}
