/**
 * Swaps of duty (换班): asked for by one person, approved by another who has no part in it. Pure steps over a roster; who
 * may approve at all is a permission, and the service's business to ask for.
 *
 *   asked ──approve──▶ assignment with its new person, `swappedFrom` and `approver`
 *     └──refuse, withdraw──▶ gone (the audit keeps it)
 */
import type { Assignment, Roster, SwapRequest } from '../core/duty.ts';
import { RiserError } from '../core/errors.ts';
import { isOutsider, ROLES } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import { type DutyEntry, toEntries } from './duty.ts';
import { toCertificateGaps } from './gaps.ts';
import { ROSTER_LIMITS } from './roster-limits.ts';
import type { Staff } from './staff-book.ts';

type Slot = Pick<Assignment, 'date' | 'post' | 'shift'>;

/** @throws RiserError `swap-not-possible` with the reason */
export function requestSwap(roster: Roster, request: SwapRequest, staff: Staff, nowMs: number): Roster {
  // What cannot be carried out any more stands in nobody's way.
  const waiting = sortSwaps(roster, staff, nowMs).kept;
  if (waiting.length >= ROSTER_LIMITS.swaps)
    refuse(`待批的换班已达 ${waiting.length} 项`, `${waiting.length} swaps are waiting already`);
  const isSame = waiting.some((one) => one.from === request.from && isSlot(one, request));
  if (isSame) refuse('该班次已有待批的换班', 'a swap of this shift waits for its approval already');
  apply(roster, request, null, staff, nowMs);
  return { ...roster, swaps: [...waiting, request] };
}

/** Nobody is put on duty by others alone: whoever takes the shift over has agreed before it is approved. */
export function isAgreed({ by, to, agreedAtMs }: SwapRequest): boolean {
  return by === to || agreedAtMs !== undefined;
}

/** By whoever takes the shift over. @throws RiserError `not-found`; `swap-of-others` */
export function agreeSwap(roster: Roster, id: string, by: string, nowMs: number): Roster {
  const request = findSwap(roster, id);
  if (by !== request.to) throw new RiserError('swap-of-others');
  if (isAgreed(request)) return roster;
  const agreed = { ...request, agreedAtMs: nowMs };
  return { ...roster, swaps: (roster.swaps ?? []).map((one) => (one === request ? agreed : one)) };
}

/**
 * The roster with the swap carried out.
 * @throws RiserError `not-found`; `swap-approver`; `swap-not-agreed`; `swap-not-possible` when it does not fit any more
 */
export function approveSwap(
  roster: Roster,
  id: string,
  approver: string,
  staff: Staff,
  nowMs: number,
): Roster {
  const request = findSwap(roster, id);
  if ([request.from, request.to, request.by].includes(approver)) throw new RiserError('swap-approver');
  if (!isAgreed(request)) throw new RiserError('swap-not-agreed', { to: request.to });
  const assignments = apply(roster, request, approver, staff, nowMs);
  return { ...withoutSwap(roster, id), assignments };
}

/**
 * Swaps that wait, by whether the roster still lets them be carried out: a new roster, a closed account or a shift that is over
 * makes one void. The service writes down which, and why.
 */
export function sortSwaps(
  roster: Roster,
  staff: Staff,
  nowMs: number,
): {
  readonly kept: readonly SwapRequest[];
  readonly void: readonly { readonly swap: SwapRequest; readonly reason: Text }[];
} {
  const judged = (roster.swaps ?? []).map((swap) => ({
    swap,
    reason: toObstacle(roster, swap, staff, nowMs),
  }));
  return {
    kept: judged.filter(({ reason }) => reason === null).map(({ swap }) => swap),
    void: judged.flatMap(({ swap, reason }) => (reason === null ? [] : [{ swap, reason }])),
  };
}

/** null = it can be carried out. */
function toObstacle(roster: Roster, swap: SwapRequest, staff: Staff, nowMs: number): Text | null {
  try {
    apply(roster, swap, null, staff, nowMs);
    return null;
  } catch (error) {
    if (!(error instanceof RiserError) || error.code !== 'swap-not-possible') throw error;
    return error.params['reason'] as Text;
  }
}

/** Refused or withdrawn. @throws RiserError `not-found` */
export function dropSwap(roster: Roster, id: string): Roster {
  findSwap(roster, id);
  return withoutSwap(roster, id);
}

/** @throws RiserError `not-found` */
export function findSwap(roster: Roster, id: string): SwapRequest {
  const found = roster.swaps?.find((one) => one.id === id);
  if (found === undefined) throw new RiserError('not-found', { what: { zh: '换班申请', en: 'swap' } });
  return found;
}

function withoutSwap(roster: Roster, id: string): Roster {
  return { ...roster, swaps: (roster.swaps ?? []).filter((one) => one.id !== id) };
}

/** Assignments after the swap, checked: both must be there, lie ahead, and put nobody on two posts at once. */
function apply(
  roster: Roster,
  { from, to, inReturn, ...slot }: SwapRequest,
  approver: string | null,
  staff: Staff,
  nowMs: number,
): readonly Assignment[] {
  const taker = staff.get(to);
  if (taker === undefined || taker.isDisabled)
    refuse(`${to} 无账号或已停用`, `${to} has no account, or a disabled one`);
  if (from === to) refuse('换班双方不能是同一人', 'it is between two different people');
  const once = hand(roster.assignments, slot, from, to, approver);
  const assignments = inReturn === null ? once : hand(once, inReturn, to, from, approver);
  const moved: readonly (readonly [Slot, string])[] =
    inReturn === null
      ? [[slot, to]]
      : [
          [slot, to],
          [inReturn, from],
        ];
  const entries = toEntries(
    roster,
    staff,
    assignments.filter(({ username }) => username === from || username === to),
  );
  for (const [at, username] of moved) checkEntry(roster, at, username, entries, nowMs);
  return assignments;
}

function hand(
  assignments: readonly Assignment[],
  slot: Slot,
  from: string,
  to: string,
  approver: string | null,
): readonly Assignment[] {
  const index = assignments.findIndex((one) => one.username === from && isSlot(one, slot));
  if (index < 0)
    refuse(`${from} 在 ${slot.date} 没有该班次`, `${from} does not have that shift on ${slot.date}`);
  return assignments.map((one, at) =>
    at === index ? { ...one, username: to, swappedFrom: from, approver } : one,
  );
}

function checkEntry(
  roster: Roster,
  slot: Slot,
  username: string,
  entries: readonly DutyEntry[],
  nowMs: number,
): void {
  const own = entries.filter(({ assignment }) => assignment.username === username);
  const entry = own.find(({ assignment }) => isSlot(assignment, slot));
  if (entry === undefined) refuse('班次或岗位不存在', 'there is no such shift or post');
  if (entry.toMs <= nowMs) refuse(`${slot.date} 的班次已结束`, `the shift of ${slot.date} is over`);
  // Who has been on duty so far stays on the record: the rest of a shift is handed over, not swapped.
  if (entry.fromMs <= nowMs)
    refuse(
      `${slot.date} 的班次已开始，不能换班，请办理交接班`,
      `the shift of ${slot.date} has begun: hand it over instead`,
    );
  const other = own.find((one) => one !== entry && one.fromMs < entry.toMs && entry.fromMs < one.toMs);
  if (other !== undefined) {
    const { zh, en } = other.post.name;
    refuse(`${username} 同时在“${zh}”值班`, `${username} is on ${en} at the same time`);
  }
  requireQualified(roster, entry, username);
}

/** Of the house, with the role of the post and its certificates on every day of the shift. */
function requireQualified(roster: Roster, entry: DutyEntry, username: string): void {
  const { member, post } = entry;
  const { roles = [] } = member ?? {};
  if (roles.some(isOutsider))
    refuse(
      `${username} 是外部人员（承包商、业主），不能值班`,
      `${username} is from outside (contractor, occupant) and does no duty`,
    );
  const { zh, en } = ROLES[post.role];
  if (!roles.includes(post.role))
    refuse(`${username} 没有该岗位的角色“${zh}”`, `${username} lacks the role ${en} of the post`);
  const [lack] = member === null ? [] : toCertificateGaps(entry, member, roster);
  if (lack === undefined) return;
  const { detail } = lack;
  if (lack.kind === 'certificate-missing')
    refuse(`${username} 无该岗位要求的证书 ${detail}`, `${username} has no certificate ${detail}`);
  refuse(`${username} 的证书 ${detail} 到期`, `the certificate ${detail} of ${username} has run out`);
}

function isSlot(a: Slot, b: Slot): boolean {
  return a.date === b.date && a.post === b.post && a.shift === b.shift;
}

function refuse(zh: string, en: string): never {
  const reason: Text = { zh, en };
  throw new RiserError('swap-not-possible', { reason });
}
