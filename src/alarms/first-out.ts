/**
 * What came first among alarms of one cause (alarms.md B7, first-out on polled data): an onset is not a moment but the
 * interval between the last reading that was normal and the first that was not. Pure.
 *
 *   A  ──────(══]──────────      A ends before B begins:  A was first
 *   B  ───────────(══]─────
 *
 *   A  ──────(═════]───────      they overlap:            A or B
 *   B  ─────────(═════]────
 */

/** One onset: in (afterMs, atMs]. */
export interface FirstOutMember<Id extends string = string> {
  readonly id: Id;
  /** Last good reading that was still normal; null = none was seen: it may have begun at any time before. */
  readonly afterMs: number | null;
  /** First reading that was not. */
  readonly atMs: number;
  /** Name of the clock that stamped both; left out = the gateway's own. Stamps of different clocks are not compared. */
  readonly sourceClock?: string;
}

export type FirstOut<Id extends string = string> =
  | { readonly certain: Id }
  /** Each may have been the first; in the order of `atMs`. */
  | { readonly oneOf: readonly Id[] }
  | 'cannot tell';

/** An alarm as far as its group goes: which of them belong to one matter. */
export interface GroupMember<Id extends string = string> extends FirstOutMember<Id> {
  readonly raisedAtMs: number;
  /** Since when it is normal and acknowledged; null = it is not. */
  readonly overAtMs: number | null;
}

/** `cannot tell`: no members, clocks that need not agree, or several of which none has been seen normal. */
export function toFirstOut<Id extends string>(members: readonly FirstOutMember<Id>[]): FirstOut<Id> {
  const clocks = new Set(members.map(({ sourceClock }) => sourceClock));
  const earliestMs = toEarliest(members);
  if (clocks.size !== 1) return 'cannot tell';
  const candidates = members.filter((member) => mayBeFirst(member, earliestMs));
  const [first, second] = candidates;
  if (first !== undefined && second === undefined) return { certain: first.id };
  if (candidates.every(({ afterMs }) => afterMs === null)) return 'cannot tell';
  return { oneOf: candidates.toSorted((a, b) => a.atMs - b.atMs).map(({ id }) => id) };
}

/**
 * Whether nothing is certain to have been earlier: its interval begins before the earliest one ends.
 * @param earliestMs smallest `atMs` of all
 */
export function mayBeFirst(
  { afterMs, atMs }: Pick<FirstOutMember, 'afterMs' | 'atMs'>,
  earliestMs: number,
): boolean {
  return afterMs === null || afterMs < earliestMs || atMs <= earliestMs;
}

/**
 * The members that one alarm is compared with: raised within the window of the first of them. Once all of them are normal
 * and acknowledged the matter is over, and the next one to be raised begins another.
 * @returns empty when the alarm is not among the members
 */
export function toFirstOutGroup<Id extends string>(
  members: readonly GroupMember<Id>[],
  id: Id,
  windowMs: number,
): readonly GroupMember<Id>[] {
  let group: GroupMember<Id>[] = [];
  for (const member of members.toSorted((a, b) => a.raisedAtMs - b.raisedAtMs)) {
    const begunAtMs = group[0]?.raisedAtMs ?? member.raisedAtMs;
    const isReset = group.every(({ overAtMs }) => overAtMs !== null && overAtMs <= member.raisedAtMs);
    if (isReset || member.raisedAtMs - begunAtMs > windowMs) {
      if (group.some((it) => it.id === id)) return group;
      group = [];
    }
    group.push(member);
  }
  return group.some((it) => it.id === id) ? group : [];
}

function toEarliest(members: readonly FirstOutMember[]): number {
  return members.reduce((least, { atMs }) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
}
