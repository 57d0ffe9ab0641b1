/**
 * Who may do what on a ticket, and who may read it: the policy's table of actors, read for one person and one ticket. What
 * the stage allows is path.ts; permissions of the page and the API are people/permissions.ts.
 */
import { actorsOf, alsoOf } from '../config/also-may.ts';
import type { Actor, Policy } from '../config/policy.ts';
import { isOutsider, ROLES, type Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketActor, TransitionType } from './transitions.ts';

/** @param owner named owner of the ticket's equipment: user name, group or role; null = the register names none */
export function mayAct(
  ticket: Ticket,
  transition: TransitionType,
  actor: TicketActor,
  policy: Policy,
  owner: string | null,
): boolean {
  return isOneOf(ticket, actorsOf(ticket, transition, policy), actor, policy, owner);
}

/** Whether the person takes the step for himself, not for whoever has the ticket: an enquiry that is answered at the desk. */
export function isForSelf(ticket: Ticket, step: TransitionType, actor: TicketActor, policy: Policy): boolean {
  return isOneOf(ticket, alsoOf(ticket, step, policy), actor, policy, null);
}

/** Whether the person is one of those whom a list of the policy names, on this ticket. */
export function isOneOf(
  ticket: Ticket,
  allowed: readonly Actor[],
  actor: TicketActor,
  policy: Pick<Policy, 'staff'>,
  owner: string | null,
): boolean {
  return allowed.some((one) => isActor(ticket, one, actor, policy, owner));
}

/** Staff read all tickets; contractors those given to them or to their firm, occupants those that they have reported. */
export function mayRead(ticket: Ticket, actor: TicketActor): boolean {
  return isStaff(actor) || isTheirs(ticket, actor);
}

export function isStaff({ roles }: TicketActor): boolean {
  return roles.some((role) => !isOutsider(role));
}

/** Of people who hold roles of outsiders only: the house answers for what they report. */
export function isFromOutside({ roles }: Pick<TicketActor, 'roles'>): boolean {
  return roles.length > 0 && roles.every(isOutsider);
}

/** Whether a name of the policy or the register means this person: the person, a group or a role of theirs. */
export function isNamed(name: string | null, { username, roles, groups }: TicketActor): boolean {
  return name !== null && (name === username || roles.includes(name) || groups.includes(name));
}

/** Who may, for the refusal: `前台、工单责任人`. */
export function listActors(ticket: Ticket, transition: TransitionType, policy: Policy): Text {
  return listNames(actorsOf(ticket, transition, policy));
}

/** Of any list of the policy. */
export function listNames(allowed: readonly Actor[]): Text {
  const texts = allowed.map(toText);
  if (texts.length === 0) return { zh: '无', en: 'nobody' };
  return { zh: texts.map(({ zh }) => zh).join('、'), en: texts.map(({ en }) => en).join(', ') };
}

/** Given to the person, or to the firm that the account is tied to. */
export function isContractorOf(
  { contractor }: Pick<Ticket, 'contractor'>,
  { username, firm = null }: Pick<TicketActor, 'username' | 'firm'>,
): boolean {
  if (contractor === null) return false;
  return contractor.user === username || (firm !== null && contractor.contact === firm);
}

/** Its people, or the desk (off hours the duty person) that writes down what a firm without an account does. */
export function standsForContractor(
  ticket: Pick<Ticket, 'contractor'>,
  actor: TicketActor,
  { staff }: Pick<Policy, 'staff'>,
): boolean {
  if (isContractorOf(ticket, actor)) return true;
  const isWithoutAccount = ticket.contractor !== null && ticket.contractor.user === null;
  return isWithoutAccount && staff.contractorDesk.some((role) => actor.roles.includes(role));
}

function isTheirs(ticket: Ticket, actor: TicketActor): boolean {
  return isContractorOf(ticket, actor) || ticket.reporter === actor.username;
}

function isActor(
  ticket: Ticket,
  allowed: Actor,
  actor: TicketActor,
  policy: Pick<Policy, 'staff'>,
  owner: string | null,
): boolean {
  switch (allowed) {
    // A firm's people have what is given to firms, also where one of them has signed for it.
    case 'assignee':
      return !isFromOutside(actor) && isNamed(ticket.assignee, actor);
    case 'taker':
      return !isFromOutside(actor) && ticket.takenBy === actor.username;
    case 'first-receiver':
      return !isFromOutside(actor) && isNamed(ticket.firstReceiver, actor);
    case 'owner':
      return isNamed(owner, actor);
    case 'its-contractor':
      return standsForContractor(ticket, actor, policy);
    case 'reporter':
      return ticket.reporter === actor.username;
    default:
      return actor.roles.includes(allowed);
  }
}

const RELATIONS = {
  assignee: { zh: '工单责任人', en: 'the person it is assigned to' },
  taker: { zh: '签收人', en: 'the person who took it' },
  'first-receiver': { zh: '首接负责人', en: 'its first receiver' },
  owner: { zh: '设备责任人', en: 'the owner of the equipment' },
  'its-contractor': {
    zh: '承修单位（无账号时由前台代为登记）',
    en: 'its contractor (without an account: the desk)',
  },
  reporter: { zh: '报修人', en: 'the person who reported it' },
} as const satisfies Record<Exclude<Actor, Role>, Text>;

function toText(actor: Actor): Text {
  return actor in RELATIONS ? RELATIONS[actor as keyof typeof RELATIONS] : ROLES[actor as Role];
}
