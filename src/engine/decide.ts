/**
 * Decisions of one round, made on tentative state: what rules say becomes alarm events, alarm events become tickets,
 * commands of people become either. Nothing here waits, stores or announces.
 */

import { type AlarmLevel, acknowledgeAlarm, stepAlarm } from '../alarms/step.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { EquipmentId, OccurrenceId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import { openReportedTicket } from '../tickets/open.ts';
import { stepTicket, sweepTicket } from '../tickets/step.ts';
import { applyAlarmStep, nextNumber, put } from './carry.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

/** What a rule says now, carried through alarm and ticket. */
export function decideLevel(
  tx: Tentative,
  context: DecisionContext,
  rule: RuleDef,
  level: AlarmLevel,
  nowMs: number,
): void {
  const step = stepAlarm(tx.occurrence(rule.key), level, () => nextOccurrence(tx), nowMs);
  applyAlarmStep(tx, context, step, rule, nowMs);
}

/** @throws RiserError when the command is refused; the tentative state is then unchanged. */
export function decideCommand(
  tx: Tentative,
  context: DecisionContext,
  command: Command,
  nowMs: number,
): CommandOutcome {
  switch (command.type) {
    case 'acknowledge-alarm':
      return {
        occurrence: acknowledge(tx, context, command.occurrence, command.by, command.note, nowMs),
        ticket: null,
      };
    case 'open-ticket':
      return { occurrence: null, ticket: openReported(tx, context, command, nowMs) };
    case 'ticket-transition':
      return { occurrence: null, ticket: transit(tx, context, command, nowMs) };
    default:
      return command satisfies never;
  }
}

function acknowledge(
  tx: Tentative,
  context: DecisionContext,
  id: OccurrenceId,
  by: string,
  note: string,
  nowMs: number,
): Occurrence {
  const occurrence = tx.occurrenceById(id);
  if (occurrence === null) throw new RiserError('alarm-ended');
  const step = acknowledgeAlarm(occurrence, by, note, nowMs);
  applyAlarmStep(tx, context, step, null, nowMs);
  return step.occurrence as Occurrence;
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
    acknowledge(tx, context, occurrence.id, command.by, `ticket ${next.number}`, nowMs);
  }
  return tx.ticket(next.id) as Ticket;
}

function nextOccurrence(tx: Tentative): OccurrenceId {
  return `o-${tx.next('occurrence')}` as OccurrenceId;
}
