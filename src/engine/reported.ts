/**
 * What people report, decided on tentative state: it goes onto the ticket that is open for it, or opens one; two where one call
 * tells of a fire in a lift with people in it, for each has its own sheet, clocks, plan and people who are told
 * (service-workflow.md §3).
 */
import type { SiteModel } from '../config/model.ts';
import type { SaidEvent } from '../config/policy.ts';
import { toSaidEventsOf } from '../config/said-events.ts';
import { defined } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId, LocationId } from '../core/ids.ts';
import type { Ticket, TicketClass } from '../core/ticket.ts';
import { isFromOutside } from '../tickets/actors.ts';
import { requireAppointment } from '../tickets/ahead.ts';
import { addReport, findDuplicates, isEmergencyReport } from '../tickets/duplicates.ts';
import { linkBack } from '../tickets/merge.ts';
import { openReportedTicket } from '../tickets/open.ts';
import { toKinds } from '../tickets/routing.ts';
import type { TicketActor } from '../tickets/transitions.ts';
import { isTooSoon, withRemark } from '../tickets/unheard.ts';
import { toPropose } from './assigning.ts';
import type { Command } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { withEmergency } from './emergency.ts';
import { nextNumber, put } from './giving.ts';
import { toSubject } from './register.ts';
import { namesOtherLift, toKnownKind, toTaking } from './second-call.ts';
import { requireAfterPrint, requireUnused, useSlip } from './slips.ts';
import type { Tentative } from './tentative.ts';

type OpenCommand = Command & { readonly type: 'open-ticket' };

/** The ticket that the matter is on, and whether that was open for it already. */
interface Reported {
  readonly ticket: Ticket;
  readonly isMerged: boolean;
}

/**
 * A ticket of what somebody reports; the slip that it is entered from is used up with it.
 * @returns of two the one of the class that was chosen
 * @throws RiserError `not-found`, `late-entry-order`, `slip-used`, `end-not-ahead`, `end-too-far`
 */
export function openReported(
  tx: Tentative,
  context: DecisionContext,
  command: OpenCommand,
  nowMs: number,
): Reported {
  const { slip, actor, ticket: report } = command;
  requireAppointment(report, nowMs);
  if (slip !== undefined) {
    requireUnused(tx, slip);
    requireAfterPrint(slip, report.receivedAtMs ?? nowMs);
  }
  requireKnown(context.model, report.equipment, report.location);
  const reported = openEach(tx, context, command, nowMs);
  if (slip !== undefined) useSlip(tx, slip, reported.ticket.id, actor.username, nowMs);
  return reported;
}

/** Each of the emergencies that are told of in one call; all in one transaction. */
function openEach(tx: Tentative, context: DecisionContext, command: OpenCommand, nowMs: number): Reported {
  const { ticket: report, actor } = command;
  const { location, place } = toSubject(context.model, report.equipment, report.location, nowMs);
  const subject = {
    ...report,
    location: report.location ?? location,
    content: { zh: report.content, en: report.content },
    place: report.place === '' ? place : { zh: report.place, en: report.place },
  };
  const events = toSaidEventsOf(subject, context.model);
  if (events.size < 2) {
    // Whoever reports a fire as one has said what it is.
    const [said = null] = report.class === 'fire' ? [] : events;
    return openOrAdd(tx, context, command, said, null, nowMs);
  }
  const [first, second]: readonly [SaidEvent, SaidEvent] =
    report.class === 'fire' ? ['fire', 'entrapment'] : ['entrapment', 'fire'];
  const known = findDuplicates(tx.openTickets(), report, subject, actor, context.model.policy, nowMs, false);
  const toPart = (event: SaidEvent, name: TicketClass): OpenCommand => {
    const same = known.find((ticket) => toKnownKind(ticket, context.model) === event);
    return { ...command, ticket: { ...report, class: same?.class ?? name } };
  };
  const main = openOrAdd(tx, context, toPart(first, report.class), first, null, nowMs);
  const part = toPart(second, second === 'fire' ? 'fire' : 'help');
  const beside = openOrAdd(tx, context, part, second, main.ticket, nowMs);
  if (beside.isMerged && !main.isMerged) linkBoth(tx, context, main.ticket, beside.ticket, actor, nowMs);
  return { ...main, ticket: tx.ticket(main.ticket.id) ?? main.ticket };
}

function linkBoth(
  tx: Tentative,
  { policyOf }: DecisionContext,
  one: Ticket,
  other: Ticket,
  actor: TicketActor,
  nowMs: number,
): void {
  const of = ({ id }: Ticket): Ticket => defined(tx.ticket(id), 'a ticket of the report');
  put(tx, linkBack(of(one), other, 'related', actor, { policy: policyOf(one), nowMs }));
  put(tx, linkBack(of(other), one, 'related', actor, { policy: policyOf(other), nowMs }));
}

/**
 * What is reported twice goes onto the open ticket of the same matter (service-workflow.md §2).
 * @param event which emergency the words tell of; null = of none, or the class says it
 * @param linked the ticket of the other half of the report
 */
function openOrAdd(
  tx: Tentative,
  context: DecisionContext,
  command: OpenCommand,
  event: SaidEvent | null,
  linked: Ticket | null,
  nowMs: number,
): Reported {
  const { ticket: report, actor } = command;
  const { model } = context;
  const subject = toSubject(model, report.equipment, report.location, nowMs);
  const kinds = toKinds(subject);
  const remarked = addRemark(tx, context, command, event, nowMs);
  if (remarked !== null) return { ticket: remarked, isMerged: true };
  const before = findDuplicates(tx.openTickets(), report, subject, actor, model.policy, nowMs);
  const taking = toTaking(before, report, event, context);
  if (taking === null) return openOne(tx, context, command, before[0] ?? null, linked, nowMs);
  const { ticket, call } = taking;
  const known = context.policyOf(ticket);
  const added = addReport(ticket, report, actor, known, nowMs, kinds, { isTurn: call === 'turns' });
  const isAnew = isEmergencyReport(ticket, report, known, kinds);
  return { ticket: put(tx, withEmergency(tx, context, added, nowMs, isAnew)) as Ticket, isMerged: true };
}

/** What somebody who leaves no contact adds to what others of the same address have reported; null = it is no such report. */
function addRemark(
  tx: Tentative,
  context: DecisionContext,
  { ticket: report, actor, together = [] }: OpenCommand,
  event: SaidEvent | null,
  nowMs: number,
): Ticket | null {
  if (together.length === 0) return null;
  const found = tx
    .openTickets()
    .filter(({ reporter }) => reporter !== null && together.includes(reporter))
    .filter((ticket) => !namesOtherLift(ticket, report));
  const before = found.find((ticket) => toKnownKind(ticket, context.model) === event) ?? found[0];
  if (before === undefined) return null;
  const { place, ...subject } = toSubject(context.model, report.equipment, report.location, nowMs);
  const kinds = toKinds(subject);
  const known = context.policyOf(before);
  const where = report.place === '' ? place.zh : report.place;
  const remark = { ...report, content: where === '' ? report.content : `${where}: ${report.content}` };
  const how = { isRemark: true, isSilent: isTooSoon(before, nowMs) };
  const added = withRemark(addReport(before, remark, actor, known, nowMs, kinds, how), before, nowMs);
  const isAnew = isEmergencyReport(before, report, known, kinds);
  return put(tx, withEmergency(tx, context, added, nowMs, isAnew));
}

/** @param before ticket of the same matter that does not take it in @param linked as for `openOrAdd` */
function openOne(
  tx: Tentative,
  context: DecisionContext,
  { ticket: report, actor, personal, isContactConfirmed = null }: OpenCommand,
  before: Ticket | null,
  linked: Ticket | null,
  nowMs: number,
): Reported {
  const { model } = context;
  const { policy } = model;
  const subject = toSubject(model, report.equipment, report.location, nowMs);
  // Of an emergency, or another matter, the same caller has told something else, too.
  const isLinked = report.isNewMatter === true || isEmergencyReport(report, report, policy, toKinds(subject));
  const others = isLinked
    ? findDuplicates(tx.openTickets(), report, subject, actor, policy, nowMs, false)
    : [];
  const beside = linked ?? before ?? others[0] ?? null;
  const step = openReportedTicket(
    {
      number: nextNumber(tx, model, report.class, nowMs),
      site: model.site.id,
      report,
      subject,
      actor,
      personal,
      isContactConfirmed,
      firstReceiver: isFromOutside(actor) ? context.people.firstReceiver(nowMs) : actor.username,
      propose: toPropose(tx, context, nowMs),
      history: report.equipment === null ? [] : tx.service.pastRepairs(report.equipment),
      links: beside === null ? [] : [{ ticket: beside.id, kind: 'related' }],
    },
    policy,
    nowMs,
  );
  if (personal !== null && step.ticket.contact.personal !== null)
    tx.service.putPersonal({ id: step.ticket.contact.personal, atMs: nowMs, fields: personal });
  const opened = put(tx, withEmergency(tx, context, step, nowMs)) as Ticket;
  if (beside !== null)
    put(tx, linkBack(beside, opened, 'related', actor, { policy: context.policyOf(beside), nowMs }));
  return { ticket: opened, isMerged: false };
}

function requireKnown(model: SiteModel, equipment: EquipmentId | null, location: LocationId | null): void {
  if (equipment !== null && !model.equipment.has(equipment)) {
    throw new RiserError('not-found', { what: { zh: '设备', en: 'equipment' } });
  }
  if (location !== null && !model.locations.has(location)) {
    throw new RiserError('not-found', { what: { zh: '位置', en: 'location' } });
  }
}
