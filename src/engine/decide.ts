/**
 * What people command, decided on tentative state: it becomes alarm events or ticket events, or is refused. Nothing here
 * waits, stores or announces.
 */

import { acknowledgeAlarm, commentAlarm, resetAlarm } from '../alarms/handling.ts';
import type { AlarmStep } from '../alarms/step.ts';
import type { SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId, OccurrenceId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import { openReportedTicket } from '../tickets/open.ts';
import { stepTicket, sweepTicket } from '../tickets/step.ts';
import { applyAlarmStep } from './carry.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { decideControl } from './controls.ts';
import { decideDrill } from './drills.ts';
import { nextNumber, put } from './giving.ts';
import { followLevel } from './level.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

const NOTHING: CommandOutcome = { occurrence: null, ticket: null };

/** @throws RiserError when the command is refused; the tentative state is then unchanged. */
export function decideCommand(
  tx: Tentative,
  context: DecisionContext,
  command: Command,
  nowMs: number,
): CommandOutcome {
  switch (command.type) {
    case 'acknowledge-alarm':
    case 'reset-alarm':
    case 'comment-alarm':
      return { occurrence: handle(tx, context, HANDLING[command.type], command, nowMs), ticket: null };
    case 'acknowledge-alarms':
      return { ...NOTHING, acknowledged: acknowledgeAll(tx, context, command, nowMs) };
    case 'shelve-alarm':
    case 'unshelve-alarm':
    case 'take-out-of-service':
    case 'return-to-service':
      return decideControl(tx, context, command, nowMs);
    case 'drill':
      decideDrill(tx, context, command, nowMs);
      return NOTHING;
    case 'open-ticket':
      return { occurrence: null, ticket: openReported(tx, context, command, nowMs) };
    case 'ticket-transition':
      return { occurrence: null, ticket: transit(tx, context, command, nowMs) };
    default:
      return command satisfies never;
  }
}

type Handling = (occurrence: Occurrence, by: string, note: string, nowMs: number) => AlarmStep;

const HANDLING = {
  'acknowledge-alarm': acknowledgeAlarm,
  'reset-alarm': resetAlarm,
  'comment-alarm': commentAlarm,
} as const satisfies Record<string, Handling>;

function handle(
  tx: Tentative,
  context: DecisionContext,
  handling: Handling,
  { occurrence: id, by, note }: { occurrence: OccurrenceId; by: string; note: string },
  nowMs: number,
): Occurrence {
  const occurrence = tx.occurrenceById(id);
  if (occurrence === null) throw new RiserError('alarm-ended');
  const step = handling(occurrence, by, note, nowMs);
  applyAlarmStep(tx, context, step, nowMs);
  if (handling === acknowledgeAlarm) followLevel(tx, context, occurrence.key);
  return tx.occurrenceById(id) ?? (step.occurrence as Occurrence);
}

/** Each by itself: one that somebody else was quicker with keeps none of the others from being acknowledged. */
function acknowledgeAll(
  tx: Tentative,
  context: DecisionContext,
  { occurrences, by, note }: Command & { type: 'acknowledge-alarms' },
  nowMs: number,
): readonly OccurrenceId[] {
  return [...new Set(occurrences)].filter((id) => {
    const isOpen = tx.occurrenceById(id)?.acknowledged === null;
    if (isOpen) handle(tx, context, acknowledgeAlarm, { occurrence: id, by, note }, nowMs);
    return isOpen;
  });
}

function openReported(
  tx: Tentative,
  context: DecisionContext,
  command: Command & { type: 'open-ticket' },
  nowMs: number,
): Ticket {
  const { model } = context;
  const { ticket: report, by } = command;
  requireKnown(model, report.equipment, report.location);
  const subject = toSubject(model, report.equipment, report.location);
  const number = nextNumber(tx, model, report.class, nowMs);
  return put(
    tx,
    openReportedTicket({ number, site: model.site.id, report, subject, by }, model.policy, nowMs),
  ) as Ticket;
}

function requireKnown(model: SiteModel, equipment: EquipmentId | null, location: string | null): void {
  if (equipment !== null && !model.equipment.has(equipment)) {
    throw new RiserError('not-found', { what: { zh: '设备', en: 'equipment' } });
  }
  if (location !== null && !model.locations.has(location as never)) {
    throw new RiserError('not-found', { what: { zh: '位置', en: 'location' } });
  }
}

/**
 * Taking a ticket acknowledges its alarms (alarms.md B9); closing one never touches them. What the gateway has noted
 * since the person looked (clocks, alarms come and gone) does not refuse the step.
 */
function transit(
  tx: Tentative,
  context: DecisionContext,
  command: Command & { type: 'ticket-transition' },
  nowMs: number,
): Ticket {
  const ticket = tx.ticket(command.ticket);
  if (ticket === null) throw new RiserError('not-found', { what: { zh: '未关闭的工单', en: 'open ticket' } });
  if (command.version > ticket.version || command.version < tx.decidedVersion(ticket))
    throw new RiserError('version-conflict', { current: ticket.version });
  // A clock that ran out unseen is told before the step that stops it.
  const swept = sweepTicket(ticket, nowMs);
  const { policy } = context.model;
  const step = stepTicket(swept?.ticket ?? ticket, command.transition, command.by, policy, nowMs);
  put(tx, swept);
  const next = put(tx, step) as Ticket;
  if (ticket.takenBy !== null || next.takenBy === null) return next;
  for (const alarm of next.alarms) {
    const occurrence = tx.occurrenceById(alarm.occurrence);
    if (occurrence === null || occurrence.acknowledged !== null) continue;
    const seen = { occurrence: occurrence.id, by: command.by, note: `ticket ${next.number}` };
    handle(tx, context, acknowledgeAlarm, seen, nowMs);
  }
  return tx.ticket(next.id) as Ticket;
}
