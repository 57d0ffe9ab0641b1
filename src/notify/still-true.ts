/**
 * Whether a message is still true when it is about to be sent (alarms.md B8 no. 11, 13): minutes or, after an outage, days lie
 * between what was decided and the attempt. What is not true any more is dropped, counted, and says why.
 */
import { never } from '../core/assert.ts';
import type { Feedback } from '../core/feedback.ts';
import type { FeedbackId } from '../core/ids.ts';
import type { Message } from '../core/message.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { Answer } from './notifier.ts';

/** What the judgement goes by, as it is now. */
export interface Present {
  /** null = not among those in memory: long closed. */
  ticket(id: NonNullable<Message['ticket']>): Ticket | null;
  /** null = not open any more. Default: whatever is said of feedback is true. */
  feedback?(id: FeedbackId): Feedback | null;
  /** Every active alarm of the ticket is shelved, suppressed or out of service. Default: none is. */
  isSilenced?(ticket: Ticket): boolean;
}

/** @returns null = send it; else why not */
export function toDropReason(message: Message, present: Present): Answer | null {
  if (message.feedback !== undefined && present.feedback !== undefined)
    return judgeFeedback(message, present.feedback(message.feedback));
  if (message.ticket === null) return null;
  const ticket = present.ticket(message.ticket);
  if (ticket === null) return message.kind === 'information' ? null : OVER;
  const isSilenced = present.isSilenced?.(ticket) ?? false;
  return judge(message, ticket, isSilenced);
}

function judge({ kind, recipient }: Message, ticket: Ticket, isSilenced: boolean): Answer | null {
  const isOpen = isTicketOpen(ticket);
  const isWorked = ticket.takenBy !== null;
  switch (kind) {
    case 'information':
    case 'report-due':
      return null;
    case 'emergency':
    case 'priority-raised':
    case 'urged':
      return isOpen ? null : OVER;
    case 'assigned':
      if (!isOpen) return OVER;
      return isWorked && ticket.takenBy !== recipient && ticket.priority !== 'emergency' ? TAKEN : null;
    case 'to-dispatch':
      return ['received', 'recorded', 'rework'].includes(ticket.stage) ? null : DONE;
    case 'reworked':
      return ticket.stage === 'rework' ? null : isOpen ? TAKEN : OVER;
    case 'clock-warned':
      return isWarned(ticket) ? null : DONE;
    case 'clock-breached':
      return isOpen || ticket.stage === 'closed' ? null : OVER;
    case 'escalated':
      if (!isOpen || ticket.escalation.level === 0) return OVER;
      return isSilenced && ticket.priority !== 'emergency' ? SILENCED : null;
    case 'to-accept':
      return ticket.stage === 'done' ? null : DONE;
    case 'to-visit':
      return ticket.stage === 'accepted' ? null : DONE;
    default:
      return never(kind);
  }
}

/** A breach is told whatever has become of it since; a warning only while a limit that was warned of is still ahead. */
function judgeFeedback({ kind, recipient }: Message, feedback: Feedback | null): Answer | null {
  if (kind === 'clock-breached') return null;
  if (feedback === null) return FEEDBACK_OVER;
  if (kind === 'assigned')
    return feedback.handling === null || feedback.handling.by !== recipient ? null : DONE;
  const stands = feedback.clocks.some(
    ({ warnedAtMs, stoppedAtMs, breachedAtMs }) =>
      warnedAtMs !== null && stoppedAtMs === null && breachedAtMs === null,
  );
  return stands ? null : DONE;
}

/** Some clock's warning stands, and nobody has answered it. */
function isWarned({ clocks }: Ticket): boolean {
  return clocks.some(
    ({ warnedAtMs, answeredAtMs, stoppedAtMs }) =>
      warnedAtMs !== null && answeredAtMs === null && stoppedAtMs === null,
  );
}

const OVER: Answer = { code: 'over', text: '工单已结束 / the ticket is over' };
const FEEDBACK_OVER: Answer = { code: 'over', text: '反馈已归档 / the feedback is filed' };
const TAKEN: Answer = { code: 'taken', text: '已有人签收 / somebody has taken it' };
const DONE: Answer = { code: 'done', text: '该步骤已完成 / that step has been taken' };
const SILENCED: Answer = { code: 'silenced', text: '告警已搁置、抑制或停用 / its alarms are silenced' };
