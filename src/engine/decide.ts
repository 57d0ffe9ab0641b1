/**
 * What people command, decided on tentative state: it becomes alarm events or ticket events, or is refused. Nothing here
 * waits, stores or announces.
 */

import { acknowledgeAlarm, commentAlarm, resetAlarm } from '../alarms/handling.ts';
import type { AlarmStep } from '../alarms/step.ts';
import type { Occurrence } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { OccurrenceId } from '../core/ids.ts';
import { applyAlarmStep } from './carry.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { decideControl } from './controls.ts';
import { decideDrill } from './drills.ts';
import { decideFeedback, openFeedbackEntry } from './feedback.ts';
import { decideIncident } from './incidents.ts';
import { followLevel } from './level.ts';
import { decideDelivery } from './outbox.ts';
import { destroyPersonal } from './personal.ts';
import { destroyWords, holdRecord, redactRecord } from './record-words.ts';
import { decideHold, destroyRecords, redactWords } from './records.ts';
import { releaseTickets } from './release.ts';
import { openReported } from './reported.ts';
import { voidSlip } from './slips.ts';
import type { Tentative } from './tentative.ts';
import { decideConfirmation, decideSplit, decideTransition } from './ticket-commands.ts';

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
      return { ...NOTHING, ...openReported(tx, context, command, nowMs) };
    case 'ticket-transition':
      return { ...NOTHING, ticket: decideTransition(tx, context, command, nowMs) };
    case 'confirm-contact':
      return { ...NOTHING, ticket: decideConfirmation(tx, context, command, nowMs) };
    case 'split-ticket':
      return decideSplit(tx, context, command, nowMs);
    case 'incident':
      return { ...NOTHING, incident: decideIncident(tx, context, command, nowMs) };
    case 'open-feedback':
      return { ...NOTHING, feedback: openFeedbackEntry(tx, context, command, nowMs) };
    case 'feedback':
      return decideFeedback(tx, context, command, nowMs);
    case 'delivery':
      decideDelivery(tx, context, command, nowMs);
      return NOTHING;
    case 'release-tickets':
      releaseTickets(tx, context, command, nowMs);
      return NOTHING;
    case 'void-slip':
      voidSlip(tx, command, nowMs);
      return NOTHING;
    case 'tell':
      tx.service.tellings.push(command.telling);
      return NOTHING;
    case 'destroy-personal':
      destroyPersonal(tx, command, nowMs);
      return NOTHING;
    case 'redact-words':
      return { ...NOTHING, ticket: redactWords(tx, context, command, nowMs) };
    case 'hold-ticket':
      return { ...NOTHING, ticket: decideHold(tx, context, command, nowMs) };
    case 'destroy-records':
      destroyRecords(tx, context, command, nowMs);
      return NOTHING;
    case 'redact-record':
      redactRecord(tx, command, nowMs);
      return NOTHING;
    case 'hold-record':
      holdRecord(tx, command, nowMs);
      return NOTHING;
    case 'destroy-words':
      destroyWords(tx, command, nowMs);
      return NOTHING;
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
