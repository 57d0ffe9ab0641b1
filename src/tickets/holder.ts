/**
 * Who holds a clock: who is warned before it runs out, and with whom its breach is recorded. By the clock's own list in the
 * policy, else whoever has to act on the ticket (change.ts). Who is on duty and who owns the equipment, the engine is asked.
 */

import type { Actor, ClockPolicy } from '../config/policy.ts';
import { GATEWAY } from '../core/gateway.ts';
import { ROLE_NAMES, type Role } from '../core/roles.ts';
import type { Stage, Ticket } from '../core/ticket.ts';
import { toResponsible } from './change.ts';

/** What a ticket does not say of its people, at the moment of the question. */
export interface Holders {
  /** Named owner of its equipment: user name, group or role; null = the register names none. */
  owner(ticket: Ticket): string | null;
  /**
   * Who of a role or group is on duty for its place, or on stand-by; an account itself, unless it is named like a role. null =
   * nobody is, or nobody is known.
   */
  onDuty(name: string, ticket: Ticket): string | null;
}

export const NO_HOLDERS: Holders = { owner: () => null, onDuty: () => null };

/**
 * Who is warned: where it is a role's or a group's to act, all of them.
 * @param responsible of the clock; undefined = the policy leaves it to the ticket
 * @param barred user names that may not take the step which the clock waits for
 */
export function toHolder(
  ticket: Ticket,
  responsible: ClockPolicy['responsible'],
  holders: Holders,
  barred: readonly string[] = [],
): string {
  return choose(toHeld(ticket, responsible, holders, barred)) ?? toResponsible(ticket);
}

/**
 * With whom a breach is recorded: a person wherever one is known, also where a role has the ticket and no stage asks anybody to
 * sign for it. Who of the role is on duty, else the first receiver, who owns it until it is closed (首接负责). What it takes is
 * that of `toHolder`.
 */
export function toAnswerable(
  ticket: Ticket,
  responsible: ClockPolicy['responsible'],
  holders: Holders,
  barred: readonly string[] = [],
): string {
  const listed = toHeld(ticket, responsible, holders, barred).map((held) => toMan(held, ticket, holders));
  return choose(listed) ?? toPersonOf(toResponsible(ticket), ticket, holders);
}

/** The person whom a name of the ticket stands for; the name itself where nobody is known. */
export function toPersonOf(name: string, ticket: Ticket, holders: Holders): string {
  const own = toMan(toNamed(name), ticket, holders);
  const first = toMan(toNamed(ticket.firstReceiver), ticket, holders).name;
  return own.name ?? (first === GATEWAY ? null : first) ?? name;
}

function toHeld(
  ticket: Ticket,
  responsible: ClockPolicy['responsible'],
  holders: Holders,
  barred: readonly string[],
): readonly Person[] {
  return (responsible ?? []).map((actor) => {
    const { name, role } = toPerson(ticket, actor, holders);
    return { name: name !== null && barred.includes(name) ? null : name, role };
  });
}

/** The first who is named, else the first role as such. */
function choose(people: readonly Person[]): string | null {
  const first = people.find(({ name }) => name !== null)?.name;
  return first ?? people.find(({ role }) => role !== null)?.role ?? null;
}

/** Who of a named role or group is on duty; a role of which nobody is, is no person. Whoever has signed for it is one already. */
function toMan({ name, role }: Person, ticket: Ticket, holders: Holders): Person {
  if (name === null || name === ticket.takenBy) return { name, role };
  const found = holders.onDuty(name, ticket);
  if (found !== null) return { name: found, role };
  const own = ROLE_NAMES.find((one) => one === name);
  return own === undefined ? { name, role } : { name: null, role: own };
}

/** Named, but not yet theirs: whom the table proposes before anybody has dispatched it. */
const UNDISPATCHED: readonly Stage[] = ['received', 'recorded'];

interface Person {
  readonly name: string | null;
  /** Stands for itself where nobody of it is on duty. */
  readonly role: Role | null;
}

function toPerson(ticket: Ticket, actor: Actor, holders: Holders): Person {
  switch (actor) {
    case 'assignee':
      return toNamed(UNDISPATCHED.includes(ticket.stage) ? null : (ticket.takenBy ?? ticket.assignee));
    case 'taker':
      return toNamed(ticket.takenBy);
    case 'first-receiver':
      return toNamed(ticket.firstReceiver);
    case 'owner':
      return toNamed(holders.owner(ticket));
    case 'its-contractor':
      return toNamed(ticket.contractor?.user ?? ticket.contractor?.contact ?? null);
    case 'reporter':
      return toNamed(ticket.reporter);
    default:
      return { name: holders.onDuty(actor, ticket), role: actor };
  }
}

function toNamed(name: string | null): Person {
  return { name, role: null };
}
