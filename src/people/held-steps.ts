/**
 * Steps of the policy that nobody of the house can take: its tickets would stand there for ever. A role counts where an account that
 * works holds it, the owner where the register names one for every equipment; whoever reported a matter never does, because an
 * alarm and a telephone call have nobody who could sign in. Pure.
 */
import { type NeededStep, toNeededSteps } from '../config/needed-steps.ts';
import type { Actor, Policy } from '../config/policy.ts';
import { ROLE_NAMES, ROLES, type Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import { STAGES } from '../core/ticket.ts';
import type { Staff } from './staff-book.ts';

export interface HeldStep {
  /** E.g. `accept`. */
  readonly step: NeededStep['step'];
  /** That the policy lets take it; no account that works holds any of them. */
  readonly roles: readonly Role[];
  /** For people. */
  readonly text: Text;
}

/** They have it because somebody was dispatched or took it down. */
const ALWAYS: readonly Actor[] = ['assignee', 'taker', 'first-receiver'];

/**
 * In the order of the stages; empty where there are no accounts yet.
 * @param hasOwners whether the register names a responsible person for all equipment in question
 */
export function findHeldSteps(
  policy: Pick<Policy, 'paths' | 'actors' | 'forms'>,
  staff: Staff,
  hasOwners: boolean,
): readonly HeldStep[] {
  if (staff.size === 0) return [];
  const held = new Set(
    [...staff.values()].filter(({ isDisabled }) => !isDisabled).flatMap(({ roles }) => roles),
  );
  const canTake = (actor: Actor): boolean =>
    ALWAYS.includes(actor) || (actor === 'owner' ? hasOwners : held.has(actor as Role));
  return toNeededSteps(policy)
    .filter(({ actors }) => !actors.some(canTake))
    .map(toHeld);
}

function toHeld({ step, stage, actors }: NeededStep): HeldStep {
  const roles = ROLE_NAMES.filter((role) => actors.includes(role));
  const asksOwner = actors.includes('owner');
  const names = roles.map((role) => ROLES[role]);
  const zh = names.map((name) => name.zh).join('、');
  const en = names.map((name) => name.en).join(', ');
  const owner: Text = asksOwner
    ? { zh: '，且有设备未登记责任人', en: ', and there is equipment without a responsible person' }
    : { zh: '', en: '' };
  const who: Text =
    roles.length === 0
      ? { zh: '服务标准未指定任何岗位', en: 'the policy names no role for it' }
      : { zh: `没有启用的账号具有“${zh}”角色`, en: `no active account holds: ${en}` };
  return {
    step,
    roles,
    text: {
      zh: `服务标准要求的环节“${STAGES[stage].zh}”（${step}）无人可办理：${who.zh}${owner.zh}`,
      en: `Nobody can take the step ${step} (${STAGES[stage].en}) that the policy demands: ${who.en}${owner.en}`,
    },
  };
}
