/**
 * One message to one person through one channel: a row of the outbox (发件箱). It is written in the transaction of what it
 * tells; notify/ sends it afterwards and writes down what became of it. Times UTC milliseconds.
 *
 *   queued ──sent──▶ sent ──▶ delivered ──▶ read ──▶ answered
 *     │  ▲ retry with back-off                (as far as the channel can tell)
 *     ├──┘
 *     ├─▶ failed (attempts or time used up, or refused for good)
 *     └─▶ dropped (no longer true before it was sent, or over a limit; counted)
 */
import type { CalendarId, FeedbackId, IncidentId, MessageId, OccurrenceId, TicketId } from './ids.ts';
import type { Text } from './text.ts';
import type { Priority } from './ticket.ts';

export const MESSAGE_STATES = [
  'queued',
  'sent',
  'delivered',
  'read',
  'answered',
  'failed',
  'dropped',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** What a message is about; the page's sound and the channels' templates go by it. */
export const MESSAGE_KINDS = {
  emergency: { zh: '突发紧急', en: 'Emergency' },
  assigned: { zh: '派单', en: 'Assigned' },
  'clock-warned': { zh: '时限预警', en: 'Clock warning' },
  'clock-breached': { zh: '超时', en: 'Clock breached' },
  escalated: { zh: '升级', en: 'Escalated' },
  urged: { zh: '督促', en: 'Urged' },
  'to-accept': { zh: '待验收', en: 'To be accepted' },
  'to-visit': { zh: '待回访', en: 'To be visited' },
  reworked: { zh: '返工', en: 'Rework' },
  'priority-raised': { zh: '级别提升', en: 'Priority raised' },
  'to-dispatch': { zh: '待派单', en: 'To be dispatched' },
  'report-due': { zh: '事件报告', en: 'Incident report due' },
  information: { zh: '知会', en: 'For information' },
} as const satisfies Record<string, Text>;
export type MessageKind = keyof typeof MESSAGE_KINDS;

export interface Message {
  readonly id: MessageId;
  /** Same key = the same message: it is never queued twice. E.g. `GC20261121-0001/assigned/2/engineer-li/inbox`. */
  readonly key: string;
  readonly kind: MessageKind;
  readonly priority: Priority;
  /** Notifier of notify/index.ts. */
  readonly channel: string;
  /** User name, or id of a contact of the register for people without an account. */
  readonly recipient: string;
  readonly subject: Text;
  readonly body: Text;
  readonly ticket: TicketId | null;
  readonly occurrence: OccurrenceId | null;
  readonly incident: IncidentId | null;
  /** Left out = not of feedback. */
  readonly feedback?: FeedbackId;
  readonly isDrill: boolean;
  /**
   * Of the report of an emergency: which of the policy's recipients the person is (roles, `assignee`); left out = none. In
   * the inbox such a message is delivered when an open page has shown it, not when it is stored.
   */
  readonly reportsTo?: readonly string[];
  readonly createdAtMs: number;
  /** Not sent before it; a message that wakes nobody waits for working time. */
  readonly notBeforeMs: number;
  /** In whose hours it is sent; left out = it waits for none, or was made by a version that did not write it down. */
  readonly hours?: CalendarId;
  /** How far the wall clock has been set since it was made, ms; left out = not. Its beginning stays as it was shown then. */
  readonly clockStepMs?: number;
  readonly state: MessageState;
  readonly attempts: number;
  /** Of the next attempt; null = none. */
  readonly nextAtMs: number | null;
  readonly sentAtMs: number | null;
  readonly deliveredAtMs: number | null;
  readonly readAtMs: number | null;
  readonly answeredAtMs: number | null;
  /** When it was given up; left out = it was not, or by a version that did not write it down. */
  readonly failedAtMs?: number;
  /** What the channel answered, parsed: its own code and words. */
  readonly answer: { readonly code: string; readonly text: string } | null;
}

/** Left the gateway: taken over by the channel at least. */
const OUT: readonly MessageState[] = ['sent', 'delivered', 'read', 'answered'];

export function isMessageOut({ state }: Pick<Message, 'state'>): boolean {
  return OUT.includes(state);
}

const OVER: readonly MessageState[] = ['answered', 'failed', 'dropped'];

/** Whether anything can still happen to it without a person. */
export function isMessageOver({ state }: Pick<Message, 'state'>): boolean {
  return OVER.includes(state);
}

/** Whether it waits, or has waited, for the hours of somebody. */
export function isHeldForHours({ hours, notBeforeMs, createdAtMs }: MessageTimes): boolean {
  return hours !== undefined || notBeforeMs > createdAtMs;
}

/** Since when it could have been sent, by the wall clock as it is set now; UTC ms. */
export function toSendableMs(message: MessageTimes): number {
  const madeMs = message.createdAtMs + (message.clockStepMs ?? 0);
  return isHeldForHours(message) ? Math.max(madeMs, message.notBeforeMs) : madeMs;
}

type MessageTimes = Pick<Message, 'hours' | 'notBeforeMs' | 'createdAtMs' | 'clockStepMs'>;
