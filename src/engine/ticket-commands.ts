/**
 * What people command of tickets that are there, decided on tentative state: steps and short forms, merging, splitting. The steps
 * themselves are tickets/; what of it touches alarms and other tickets is joined here. Opening is reported.ts.
 */
import { acknowledgeAlarm } from '../alarms/handling.ts';
import { RiserError } from '../core/errors.ts';
import type { AlarmKey, TicketId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { isFromOutside, mayRead } from '../tickets/actors.ts';
import { confirmContact } from '../tickets/confirm-contact.ts';
import { isRaisedAgain } from '../tickets/emergency-anew.ts';
import { linkBack, mergeTickets } from '../tickets/merge.ts';
import { toKinds } from '../tickets/routing.ts';
import { splitTicket } from '../tickets/split.ts';
import { type StepContext, stepForm, stepTicket, type TicketStep } from '../tickets/step.ts';
import { isSheetStep } from '../tickets/step-sheets.ts';
import { markMoved } from '../tickets/ticket-alarms.ts';
import type { TicketActor } from '../tickets/transitions.ts';
import { requireAtCode } from './arrival-code.ts';
import { toCompetence, toPropose } from './assigning.ts';
import { applyAlarmStep } from './carry.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { endDrillTicket } from './drills.ts';
import { followFire, followPeople, withEmergency } from './emergency.ts';
import { nextNumber, put, toCarrierOf } from './giving.ts';
import { followMerge } from './incidents.ts';
import { followLevel } from './level.ts';
import { requireNamed } from './naming.ts';
import { toSubject } from './register.ts';
import { sweepWithReport } from './reports.ts';
import { toAlarmFields } from './split-alarm.ts';
import type { Tentative } from './tentative.ts';

type TransitionCommand = Command & { readonly type: 'ticket-transition' };
type SplitCommand = Command & { readonly type: 'split-ticket' };

const TICKET: Text = { zh: '未关闭的工单', en: 'open ticket' };
const ANY_TICKET: Text = { zh: '工单', en: 'ticket' };

/**
 * Taking a ticket acknowledges its alarms (alarms.md B9); closing one never touches them. What the gateway has noted
 * since the person looked (clocks, alarms come and gone) does not refuse the step.
 * @throws RiserError `not-found`, `version-conflict`, `unknown-person`, and what the step throws; then nothing has changed
 */
export function decideTransition(
  tx: Tentative,
  context: DecisionContext,
  command: TransitionCommand,
  nowMs: number,
): Ticket {
  const ticket = toSeen(tx, command);
  const stepContext = toStepContext(tx, context, ticket, command, nowMs);
  // A clock that ran out unseen is told before the step that stops it.
  const swept = context.aside.has(ticket.id) ? null : sweepWithReport(tx, context, ticket, nowMs);
  const steps = toSteps(tx, context, swept?.ticket ?? ticket, command, stepContext);
  requireNamed(context, ticket, command.transitions, nowMs);
  requireAtCode(context.model, ticket, command.transitions);
  put(tx, swept);
  // What a sheet has just said is not of an earlier emergency, and a merge has weighed both tickets itself.
  const isOwn = command.transitions.some((it) => it.type === 'merge' || isSheetStep(it));
  for (const step of steps) {
    const before = tx.ticket(step.ticket.id) ?? ticket;
    const isAnew = !isOwn && isRaisedAgain(before, step, context.policyOf(ticket));
    put(tx, withEmergency(tx, context, step, nowMs, isAnew));
  }
  for (const transition of command.transitions)
    if (transition.type === 'merge') {
      moveAlarms(tx, transition.into);
      followMerge(tx, context, transition.into, command.actor.username, nowMs);
    }
  followFire(tx, context, ticket, command.actor.username, nowMs);
  followPeople(tx, context, ticket, nowMs);
  endDrillTicket(tx, context, ticket, command.actor.username, nowMs);
  const next = tx.ticket(ticket.id) as Ticket;
  if (command.personal !== null)
    for (const id of toSealed(steps)) tx.service.putPersonal({ id, atMs: nowMs, fields: command.personal });
  if (isSeen(next) && !isSeen(ticket)) acknowledgeAlarms(tx, context, next, command.actor.username, nowMs);
  return tx.ticket(ticket.id) as Ticket;
}

/** @throws RiserError `not-found`, `version-conflict`, `wrong-stage`, `contact-missing` */
export function decideConfirmation(
  tx: Tentative,
  { policyOf }: DecisionContext,
  command: Command & { readonly type: 'confirm-contact' },
  nowMs: number,
): Ticket {
  const { ticket: id, version, by } = command;
  const known = tx.ticket(id);
  const ticket =
    version === null && known !== null ? known : toSeen(tx, { ticket: id, version: version ?? 0 });
  return put(tx, confirmContact(ticket, command, by, policyOf(ticket), nowMs)) ?? ticket;
}

/** @throws RiserError `not-found`, `version-conflict`, and what the split throws */
export function decideSplit(
  tx: Tentative,
  context: DecisionContext,
  command: SplitCommand,
  nowMs: number,
): CommandOutcome {
  const ticket = toSeen(tx, command);
  const stepContext = toStepContext(
    tx,
    context,
    ticket,
    { ...command, occurredAtMs: null, personal: null },
    nowMs,
  );
  const { content, occurrences, reason, actor } = command;
  const number = nextNumber(tx, context.model, ticket.class, nowMs);
  const ofAlarm = toAlarmFields(tx, context, ticket, occurrences, nowMs);
  const input = { number, content, occurrences, reason, ofAlarm };
  const { from, opened } = splitTicket(ticket, input, actor, stepContext);
  put(tx, from);
  put(tx, withEmergency(tx, context, opened, nowMs, isRaisedAgain(ticket, opened, stepContext.policy)));
  moveAlarms(tx, opened.ticket.id);
  return { occurrence: null, ticket: tx.ticket(ticket.id), opened: tx.ticket(opened.ticket.id) };
}

/** Tickets that have to be known when the command is decided. */
export function toTicketsOf(command: Command): readonly TicketId[] {
  switch (command.type) {
    case 'split-ticket':
    case 'confirm-contact':
    case 'redact-words':
    case 'hold-ticket':
      return [command.ticket];
    case 'destroy-records':
      return command.records.map(({ ticket }) => ticket);
    default:
      return toOthersOf(command);
  }
}

function toOthersOf(command: Command): readonly TicketId[] {
  if (command.type === 'incident') return command.change.type === 'join' ? [command.change.ticket] : [];
  if (command.type === 'open-feedback') return command.entry.tickets;
  if (command.type === 'feedback') return command.change.type === 'link' ? [command.change.ticket] : [];
  if (command.type !== 'ticket-transition') return [];
  const others = command.transitions.flatMap((transition) => {
    if (transition.type === 'merge') return [transition.into];
    return transition.type === 'link' ? [transition.ticket] : [];
  });
  return [command.ticket, ...others];
}

/** From now on the alarms of this ticket tell it what becomes of them (alarms.md B9, MERGED: occurrences move). */
function moveAlarms(tx: Tentative, id: TicketId): void {
  for (const alarm of tx.ticket(id)?.alarms ?? []) {
    const occurrence = tx.occurrenceById(alarm.occurrence);
    if (occurrence !== null && occurrence.ticket !== id) tx.putOccurrence({ ...occurrence, ticket: id }, []);
  }
}

/** Rows of personal fields that the steps name. */
function toSealed(steps: readonly TicketStep[]): ReadonlySet<string> {
  const named = steps.flatMap(({ events }) => events.map(({ detail }) => detail['personal']));
  return new Set(named.filter((id) => typeof id === 'string'));
}

/** The ticket that the person saw. @throws RiserError `not-found`, `version-conflict` */
export function toSeen(
  tx: Tentative,
  { ticket: id, version }: { readonly ticket: TicketId; readonly version: number },
): Ticket {
  const ticket = tx.ticket(id);
  if (ticket === null) throw new RiserError('not-found', { what: TICKET });
  if (version > ticket.version || version < tx.decidedVersion(ticket))
    throw new RiserError('version-conflict', { current: ticket.version });
  return ticket;
}

function toStepContext(
  tx: Tentative,
  context: DecisionContext,
  ticket: Ticket,
  { occurredAtMs, personal }: Pick<TransitionCommand, 'occurredAtMs' | 'personal'>,
  nowMs: number,
): StepContext {
  const { model, policyOf } = context;
  const subject = toSubject(model, ticket.equipment, ticket.location, nowMs);
  return {
    policy: policyOf(ticket),
    nowMs,
    occurredAtMs,
    owner: subject.owner,
    kinds: toKinds(subject),
    personal,
    incident: ticket.incident === null ? null : tx.service.incident(ticket.incident),
    competence: toCompetence(tx, context, ticket, nowMs),
    propose: toPropose(tx, context, nowMs),
    isContractor: (name) => context.people.isKnown?.(name, 'contractor', nowMs, policyOf(ticket)) ?? false,
  };
}

/** Of the ticket itself, and of the other one that a merge or a link names. */
function toSteps(
  tx: Tentative,
  context: DecisionContext,
  ticket: Ticket,
  { transitions, form, actor }: TransitionCommand,
  stepContext: StepContext,
): readonly TicketStep[] {
  if (form !== null) return [stepForm(ticket, form, transitions, actor, stepContext)];
  const [transition] = transitions;
  if (transition.type === 'merge') {
    const into = toOther(tx, transition.into, actor, TICKET);
    const { incident: id } = into;
    const other = { policy: context.policyOf(into), incident: id === null ? null : tx.service.incident(id) };
    const merged = mergeTickets(ticket, into, transition, actor, stepContext, other);
    return [merged.from, merged.into];
  }
  // A sampled visit may open it again: what another open ticket carries by now stays that one's.
  const own = transition.type === 'sample-visit' ? withoutCarried(tx, ticket) : ticket;
  const step = stepTicket(own, transition, actor, stepContext);
  // Who may not, or not now, is told so first.
  if (transition.type === 'reopen') requireFreeKeys(tx, ticket);
  if (transition.type !== 'link') return [step];
  const other = toOther(tx, transition.ticket, actor, ANY_TICKET);
  const otherContext = { ...stepContext, policy: context.policyOf(other) };
  const back = linkBack(other, ticket, transition.kind, actor, otherContext);
  return back === null ? [step] : [step, back];
}

/** One open ticket per alarm key. @throws RiserError `alarm-has-ticket` */
function requireFreeKeys(tx: Tentative, { id, alarms }: Ticket): void {
  for (const { key } of alarms) {
    const other = toCarrierOf(tx, key as AlarmKey, id);
    if (other !== null) throw new RiserError('alarm-has-ticket', { number: other.number });
  }
}

function withoutCarried(tx: Tentative, ticket: Ticket): Ticket {
  const toCarrier = (key: string) => toCarrierOf(tx, key as AlarmKey, ticket.id)?.id ?? null;
  return { ...ticket, alarms: markMoved(ticket.alarms, toCarrier) };
}

/** That a step names beside its own: what the person may not read is not there. */
function toOther(tx: Tentative, id: TicketId, actor: TicketActor, what: Text): Ticket {
  const other = tx.ticket(id);
  if (other === null || (isFromOutside(actor) && !mayRead(other, actor)))
    throw new RiserError('not-found', { what });
  return other;
}

/** Taken, or somebody is there: an emergency may be signed for after arrival. */
function isSeen({ takenBy, stage, earlyArrival = null }: Ticket): boolean {
  return takenBy !== null || stage === 'on-site' || earlyArrival !== null;
}

/** Whoever takes a ticket has seen its alarms. */
function acknowledgeAlarms(
  tx: Tentative,
  context: DecisionContext,
  ticket: Ticket,
  by: string,
  nowMs: number,
): void {
  const note = `ticket ${ticket.number}`;
  for (const alarm of ticket.alarms) {
    const occurrence = tx.occurrenceById(alarm.occurrence);
    if (occurrence === null || occurrence.acknowledged !== null) continue;
    applyAlarmStep(tx, context, acknowledgeAlarm(occurrence, by, note, nowMs), nowMs);
    followLevel(tx, context, occurrence.key);
  }
}
