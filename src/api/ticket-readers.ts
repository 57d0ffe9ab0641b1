/**
 * Who reads a ticket: the person behind a request as the rules of tickets see them, whose tickets they may know of, and what
 * is shown of one. What somebody may not read is answered as if it were not there.
 */

import { findFaultKinds } from '../config/fault-kinds.ts';
import type { SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Person } from '../people/people.ts';
import type { TicketFilter } from '../store/store.ts';
import { isStaff, mayRead } from '../tickets/actors.ts';
import type { TicketActor } from '../tickets/transitions.ts';
import { NOUNS } from './nouns.ts';
import { findSurvivor } from './public-answers.ts';
import { toStanding } from './public-view.ts';
import type { TicketsQueryInput } from './request-schemas.ts';
import type { ApiServices } from './services.ts';
import type { TicketPolicies } from './ticket-policies.ts';
import type { TicketView } from './ticket-schemas.ts';
import { isInside, toTicketView } from './ticket-views.ts';

/** Of every route about tickets: what of them the person may see is decided for each ticket. */
export const READ_TICKETS = ['ticket.read-all', 'ticket.read-own'] as const;

type Services = Pick<ApiServices, 'queries' | 'model' | 'roster' | 'clock'>;

export function toActor(
  { username, roles }: Pick<Person, 'username' | 'roles'>,
  { roster }: Pick<ApiServices, 'roster'>,
): TicketActor {
  const member = roster.view().book.staff.get(username);
  const isContractor = roles.includes('contractor');
  const firm = isContractor ? (member?.firm ?? null) : null;
  return { username, roles, groups: member?.groups ?? [], ...(firm !== null && { firm }) };
}

/** What narrows a list to what the person may read; empty = all of it. */
export function toOwnFilter(actor: TicketActor): Pick<TicketFilter, 'contractor' | 'firm' | 'reporter'> {
  if (isStaff(actor)) return {};
  const { username, firm = null, roles } = actor;
  if (!roles.includes('contractor')) return { reporter: username };
  return { contractor: username, ...(firm !== null && { firm }) };
}

/** From the names of the query to those of the store. Words are looked for in what fault kinds are called as well. */
export function toTicketFilter(
  { from, to, ...rest }: TicketsQueryInput,
  model: Pick<SiteModel, 'rules'>,
): TicketFilter {
  const { text } = rest;
  const orFaultKinds = text === undefined ? [] : findFaultKinds(model, text);
  return {
    ...rest,
    ...(orFaultKinds.length > 0 && { orFaultKinds }),
    ...(from !== undefined && { fromMs: from }),
    ...(to !== undefined && { toMs: to }),
  };
}

/** @throws RiserError `not-found` */
export async function findTicket(
  id: string,
  actor: TicketActor,
  { queries }: Pick<ApiServices, 'queries'>,
): Promise<Ticket> {
  const ticket = await queries.ticket(id);
  if (ticket === null || !mayRead(ticket, actor)) throw new RiserError('not-found', { what: NOUNS.ticket });
  return ticket;
}

/** For steps: staff may name any ticket, and the engine looks for it; others only what they may read. @throws RiserError `not-found` */
export async function requireReadable(id: string, actor: TicketActor, services: Services): Promise<void> {
  if (!isStaff(actor)) await findTicket(id, actor, services);
}

export interface ShowOptions {
  /** With the fields of every step and the short forms: for one ticket, not for a list. */
  readonly isWhole: boolean;
  readonly explained: readonly Occurrence[];
}

export async function showTicket(
  ticket: Ticket,
  actor: TicketActor,
  services: Services,
  policies: TicketPolicies,
  { isWhole, explained }: ShowOptions,
): Promise<TicketView> {
  const policy = await policies.of(ticket.policyVersion);
  const reader = { actor, policy, owner: toOwner(ticket, services), rules: services.model.rules };
  const view = toTicketView(ticket, reader, { isWhole, explained });
  const together = isInside(ticket, actor) ? null : await toTogether(ticket, services);
  return together === null ? view : { ...view, together };
}

/** Of a merged one: where the matter stands that it went into, without what belongs to others. */
async function toTogether(
  ticket: Ticket,
  { queries, clock }: Services,
): Promise<NonNullable<TicketView['together']> | null> {
  const survivor = await findSurvivor(ticket, queries);
  return survivor === null ? null : { stage: survivor.stage, ...toStanding(survivor, clock.now().wallMs) };
}

/** Named owner of the ticket's equipment: user name, group or role; null = the register names none. */
export function toOwner({ equipment }: Ticket, { model }: Pick<ApiServices, 'model'>): string | null {
  return equipment === null ? null : (model.equipment.get(equipment)?.responsible ?? null);
}
