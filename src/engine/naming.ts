/**
 * Whom people name: an assignee, a contractor, an approver, a commander has to be somebody who can do it, else a ticket goes to
 * nobody or an approval comes from nobody. Who is known is asked of people/ (naming.ts there); where nobody is asked, any name
 * will do. What the gateway proposes by itself is assigning.ts.
 */
import type { Policy } from '../config/policy.ts';
import type { NamedAs } from '../core/duty.ts';
import { RiserError } from '../core/errors.ts';
import { isOutsider } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import type { IncidentChange } from '../incidents/changes.ts';
import type { Transition } from '../tickets/transitions.ts';
import type { DecisionContext } from './context.ts';

/** Kinds of contacts whom work can be given to, beside those that equipment names as its contractor; the others are rung up. */
const FIRMS: readonly string[] = ['maintainer', 'supplier', 'utility'];

/** Of a step that would be taken. @throws RiserError `unknown-person` */
export function requireNamed(
  context: DecisionContext,
  ticket: Pick<Ticket, 'contractor' | 'policyVersion'>,
  transitions: readonly Transition[],
  nowMs: number,
): void {
  for (const transition of transitions) requireOf(context, ticket, transition, nowMs);
}

/** Who commands an incident, and who has approved what is done to it. @throws RiserError `unknown-person` */
export function requireCommander(
  context: DecisionContext,
  change: IncidentChange,
  policy: Policy,
  nowMs: number,
): void {
  if (change.type === 'grade') requireKnown(context, 'commander', change.commander, 'commander', nowMs);
  if (change.type === 'grade' || change.type === 'confirm')
    requireKnown(context, 'approver', change.approver ?? '', 'approver', nowMs, policy);
}

/** Of feedback. @throws RiserError `unknown-person` */
export function requireHandler(context: DecisionContext, name: string, nowMs: number): void {
  requireKnown(context, 'handler', name, 'assignee', nowMs);
}

function requireOf(
  context: DecisionContext,
  { contractor, policyVersion }: Pick<Ticket, 'contractor' | 'policyVersion'>,
  transition: Transition,
  nowMs: number,
): void {
  const policy = context.policyOf({ policyVersion });
  switch (transition.type) {
    case 'dispatch':
    case 'transfer': {
      const { assignee } = transition;
      // The account that has it already may be its assignee as well; the name of a role would mean all of them.
      const isFirm = assignee === contractor?.user && !isOutsider(assignee);
      const as = isFirm ? 'contractor' : 'assignee';
      requireKnown(context, 'assignee', assignee, as, nowMs);
      return;
    }
    case 'give-contractor':
      requireKnown(context, 'user', transition.user ?? '', 'contractor', nowMs);
      requireFirm(context, transition.contact ?? '');
      return;
    case 'wait':
      requireKnown(context, 'approver', transition.approver, 'wait-approver', nowMs, policy);
      return;
    case 'set-difficult':
    case 'enter-dwelling':
      requireKnown(context, 'approver', transition.approver, 'approver', nowMs, policy);
      return;
    case 'cancel':
      requireKnown(context, 'approver', transition.approver ?? '', 'approver', nowMs, policy);
      return;
    default:
      return;
  }
}

/** What is left empty is the step's own to ask for. */
function requireKnown(
  { people, model }: DecisionContext,
  field: string,
  name: string,
  as: NamedAs,
  nowMs: number,
  policy: Pick<Policy, 'staff'> = model.policy,
): void {
  if (name === '' || people.isKnown === undefined || people.isKnown(name, as, nowMs, policy)) return;
  throw new RiserError('unknown-person', { field, name, expected: EXPECTED[as] });
}

function requireFirm({ people, model }: DecisionContext, name: string): void {
  if (name === '' || people.isKnown === undefined) return;
  const contact = [...model.contacts.values()].find(({ id }) => id === name);
  const isNamed = [...model.equipment.values()].some(({ service }) => service?.contractor === name);
  if (contact !== undefined && (isNamed || FIRMS.includes(contact.kind))) return;
  throw new RiserError('unknown-person', { field: 'contact', name, expected: FIRM });
}

const EXPECTED: Readonly<Record<NamedAs, Text>> = {
  assignee: {
    zh: '本单位在用账号、班组或有人担任的角色',
    en: 'an active account of the house, a group, or a role that somebody holds',
  },
  contractor: { zh: '在用的承包商账号', en: 'an active account of a contractor' },
  approver: {
    zh: '有批准权限的在用账号（主管、经理、领导）',
    en: 'an active account of a supervisor, manager or leader',
  },
  'wait-approver': {
    zh: '有批准权限的在用账号（领班、主管、经理、领导）',
    en: 'an active account of a foreman, supervisor, manager or leader',
  },
  commander: { zh: '本单位在用账号', en: 'an active account of the house' },
};
const FIRM: Text = {
  zh: '通讯录中的维保单位、供货厂家或供电供水单位',
  en: 'a maintainer, supplier or utility of the register of contacts',
};
