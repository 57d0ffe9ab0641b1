/**
 * From the body of a request to the command that opens a ticket: what people of the house say is taken as it is, others say
 * what is the matter and no more. A slip is looked up here and used up by the engine, with the ticket.
 */
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import { type EquipmentId, type LocationId, toId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Person } from '../people/people.ts';
import { isStaff } from '../tickets/actors.ts';
import type { NewTicket } from '../tickets/transitions.ts';
import { NOUNS } from './nouns.ts';
import { sealContact } from './personal.ts';
import { toLimited } from './public-answers.ts';
import { isEmergencyReport } from './report-urgency.ts';
import type { NewTicketInput } from './request-schemas.ts';
import type { ApiServices } from './services.ts';
import { toActor } from './ticket-readers.ts';

export interface OpenedTicket {
  readonly ticket: Ticket;
  /** It went onto one that was open for the same matter. */
  readonly isMerged: boolean;
}

/** @throws RiserError `not-found`, `not-permitted`, `slip-used`, `late-entry-order`, `report-limited`, `engine-busy`, `store-failed` */
export async function openTicket(
  input: NewTicketInput,
  person: Person,
  services: ApiServices,
): Promise<OpenedTicket> {
  const actor = toActor(person, services);
  const report = toNewTicket(input, services.model);
  if (report.isDrill === true && !person.permissions.has('drill.run'))
    throw new RiserError('not-permitted', { permission: 'drill.run' });
  const isOutside = !isStaff(actor);
  const ticket = isOutside ? toOutsideReport(report) : report;
  if (isOutside) admitOutside(ticket, actor.username, services);
  const slip = ticket.slip === null ? null : await services.slips.requireUnused(ticket.slip);
  const { ticket: opened, isMerged = false } = await services.commands.submit({
    type: 'open-ticket',
    actor,
    ticket,
    personal: sealContact(report.contactName, report.contactMethod),
    ...(slip !== null && { slip }),
  });
  return { ticket: defined(opened, 'the ticket that was opened'), isMerged };
}

/** An emergency is counted apart from what the same account has reported before. @throws RiserError `report-limited` */
function admitOutside(
  ticket: NewTicket,
  username: string,
  { publicReports, clock, model }: Pick<ApiServices, 'publicReports' | 'clock' | 'model'>,
): void {
  const nowMs = clock.now().wallMs;
  const { equipment, location, place } = ticket;
  const isAdmitted = isEmergencyReport(ticket, model)
    ? publicReports.admitEmergency(`account ${username}`, [equipment ?? '', location ?? '', place], nowMs)
    : publicReports.admitAccount(username, nowMs);
  if (!isAdmitted) throw toLimited(model);
}

/** @throws RiserError `not-found` when the register knows no such equipment or location. */
function toNewTicket(input: NewTicketInput, model: SiteModel): NewTicket {
  const equipment = input.equipment == null ? null : toId<EquipmentId>(input.equipment);
  const location = input.location == null ? null : toId<LocationId>(input.location);
  if (equipment !== null && !model.equipment.has(equipment))
    throw new RiserError('not-found', { what: NOUNS.equipment });
  if (location !== null && !model.locations.has(location)) {
    throw new RiserError('not-found', { what: NOUNS.location });
  }
  const { place = '', contactName = '', contactMethod = '', priority = null, impact = null } = input;
  const { attendance = null, flow = null, faultKind = null, appointment = null } = input;
  const { slip = null, receivedAtMs = null, ...rest } = input;
  const words = { place, contactName, contactMethod, faultKind };
  return {
    ...rest,
    ...words,
    equipment,
    location,
    priority,
    impact,
    attendance,
    flow,
    appointment,
    slip,
    receivedAtMs,
  };
}

/** Occupants and contractors say what is the matter; how urgent it is and how it is dealt with is the house's. */
function toOutsideReport(report: NewTicket): NewTicket {
  const channel = report.channel === 'qr-code' ? 'qr-code' : 'form';
  const left = { priority: null, impact: null, attendance: null, flow: null, slip: null, receivedAtMs: null };
  return { ...report, source: 'owner-call', channel, ...left };
}
