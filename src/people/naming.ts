/**
 * Whether a name that somebody enters means people of whom that can be asked: an active account, a role that somebody holds, a
 * group with members. Look-ups only; what is refused, and with which words, is engine/naming.ts.
 */
import type { StaffPolicy } from '../config/policy.ts';
import type { NamedAs } from '../core/duty.ts';
import { isOutsider, type Role } from '../core/roles.ts';
import type { DutyView } from './duty.ts';

/** They run or watch the gateway; no ticket goes to whoever happens to hold one of these. */
const NO_ASSIGNEES: readonly Role[] = ['admin', 'auditor'];

/** @param staff of the policy: who lets others off (service-workflow.md §1, §2) */
export function isKnownAs(
  duty: DutyView,
  name: string,
  as: NamedAs,
  atMs: number,
  staff: Pick<StaffPolicy, 'approvers' | 'waitApprovers'>,
): boolean {
  switch (as) {
    case 'assignee':
      return isAssignee(duty, name, atMs);
    case 'contractor':
      return hasAccount(duty, name, (role) => role === 'contractor');
    case 'approver':
      return hasAccount(duty, name, (role) => staff.approvers.includes(role));
    case 'wait-approver':
      return hasAccount(duty, name, (role) => staff.waitApprovers.includes(role));
    case 'commander':
      return hasAccount(duty, name, isHouse);
    default:
      return as satisfies never;
  }
}

/** Read as `DutyView.membersOf` does: a role before a user, a user before a group. */
function isAssignee(duty: DutyView, name: string, atMs: number): boolean {
  if (isOutsider(name)) return false;
  if (NO_ASSIGNEES.some((role) => role === name)) return hasAccount(duty, name, isAtWork);
  return duty.membersOf(name, atMs).some(({ roles }) => roles.some(isAtWork));
}

/** Somebody who only audits the house does none of its work. */
function isAtWork(role: Role): boolean {
  return isHouse(role) && role !== 'auditor';
}

function isHouse(role: Role): boolean {
  return !isOutsider(role);
}

function hasAccount({ book }: DutyView, username: string, isFit: (role: Role) => boolean): boolean {
  const member = book.staff.get(username);
  return member !== undefined && !member.isDisabled && member.roles.some(isFit);
}
