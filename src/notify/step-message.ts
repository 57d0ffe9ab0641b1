/**
 * One step of a message (发件箱): what an attempt, a recipient or the sender's own doubt makes of it. Pure; the engine stores
 * what comes out. When a message is tried again and when it is given up is decided here and nowhere else; the drawing of the
 * states is in core/message.ts.
 */
import { never } from '../core/assert.ts';
import type { Message } from '../core/message.ts';
import { isMessageOver, toSendableMs } from '../core/message.ts';
import type { Priority } from '../core/ticket.ts';
import type { DeliveryOutcome } from '../engine/commands.ts';
import { isWithoutPage } from './inbox.ts';
import { NOTIFY_LIMITS } from './limits.ts';
import type { Delivery } from './notifier.ts';

/** When a message is tried again, and when it is given up. */
export interface RetryPolicy {
  /** Before the second attempt; doubled with each further one … */
  readonly firstMs: number;
  /** … up to this. */
  readonly capMs: number;
  /** Attempts after which it has failed. */
  readonly maxAttempts: number;
  /** Age after which the next failure is the last, once `LEAST_ATTEMPTS` were made: a clock that was set loses no message. */
  readonly maxAgeMs: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** An emergency is tried often and for hours; what can wait is not tried all night. */
export const RETRIES: Readonly<Record<Priority, RetryPolicy>> = {
  emergency: { firstMs: SECOND_MS, capMs: 30 * SECOND_MS, maxAttempts: 500, maxAgeMs: 4 * HOUR_MS },
  urgent: { firstMs: 2 * SECOND_MS, capMs: 2 * MINUTE_MS, maxAttempts: 300, maxAgeMs: 8 * HOUR_MS },
  normal: { firstMs: 5 * SECOND_MS, capMs: 10 * MINUTE_MS, maxAttempts: 200, maxAgeMs: 24 * HOUR_MS },
};
/** Whatever its age: so many attempts every message gets. */
const LEAST_ATTEMPTS = 5;
/** A back-off is spread over this share of itself, so that a channel that comes back is not hit by all at once. */
const JITTER_RATIO = 0.25;

/** @returns the same object where nothing has changed: of what is over, and of what is known already */
export function stepMessage(message: Message, outcome: DeliveryOutcome): Message {
  if (isMessageOver(message) && !isStillRead(message, outcome)) return message;
  switch (outcome.type) {
    case 'attempt':
      return stepAttempt(message, outcome.delivery, outcome.atMs);
    case 'read':
      if (message.readAtMs !== null) return message;
      return { ...message, ...toArrived(message, outcome.atMs), state: 'read', readAtMs: outcome.atMs };
    case 'answered': {
      const { by, text, atMs } = outcome;
      const readAtMs = message.readAtMs ?? atMs;
      const answer = { code: by, text };
      return {
        ...message,
        ...toArrived(message, atMs),
        state: 'answered',
        readAtMs,
        answeredAtMs: atMs,
        answer,
      };
    }
    case 'dropped':
      if (message.state !== 'queued') return message;
      return { ...message, state: 'dropped', nextAtMs: null, answer: outcome.answer };
    default:
      return never(outcome);
  }
}

/** What no page showed for hours still lies in the inbox: whoever opens it there has read it. */
function isStillRead(message: Message, { type }: DeliveryOutcome): boolean {
  return (type === 'read' || type === 'answered') && message.state === 'failed' && isWithoutPage(message);
}

/** How long after the attempt it is tried again. @param attempts made so far, of 1 */
export function toBackOffMs({ id, priority }: Pick<Message, 'id' | 'priority'>, attempts: number): number {
  const { firstMs, capMs } = RETRIES[priority];
  const fullMs = Math.min(capMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(fullMs * (1 - JITTER_RATIO * toShare(`${id}/${attempts}`)));
}

/** A message that a person has read is with the person, whatever the channel says afterwards. */
function stepAttempt(message: Message, delivery: Delivery, atMs: number): Message {
  const { state } = message;
  if (state === 'sent' && delivery.result === 'delivered')
    return { ...message, state: 'delivered', deliveredAtMs: atMs, answer: delivery.answer };
  if (state !== 'queued') return message;
  const tried = { ...message, attempts: message.attempts + 1, answer: delivery.answer };
  switch (delivery.result) {
    case 'sent':
      return { ...tried, state: 'sent', nextAtMs: null, sentAtMs: atMs };
    case 'delivered':
      return { ...tried, ...toArrived(message, atMs), state: 'delivered' };
    case 'refused':
      return { ...tried, state: 'failed', nextAtMs: null, failedAtMs: atMs };
    case 'retry':
      return isGivenUp(tried, atMs)
        ? { ...tried, state: 'failed', nextAtMs: null, failedAtMs: atMs }
        : { ...tried, nextAtMs: atMs + toPauseMs(tried, delivery.afterMs) };
    default:
      return never(delivery);
  }
}

function toArrived({ sentAtMs, deliveredAtMs }: Message, atMs: number): Partial<Message> {
  return { nextAtMs: null, sentAtMs: sentAtMs ?? atMs, deliveredAtMs: deliveredAtMs ?? atMs };
}

function toPauseMs(message: Message, askedMs: number | null): number {
  return Math.max(toBackOffMs(message, message.attempts), Math.min(askedMs ?? 0, NOTIFY_LIMITS.maxRetryMs));
}

function isGivenUp(message: Message, atMs: number): boolean {
  const { priority, attempts } = message;
  const { maxAttempts, maxAgeMs } = RETRIES[priority];
  const ageMs = atMs - toSendableMs(message);
  return attempts >= maxAttempts || (attempts >= LEAST_ATTEMPTS && ageMs >= maxAgeMs);
}

/** 0–1, the same for the same text (FNV-1a, 32 bits): back-offs of one outage are spread, and a replay makes the same. */
function toShare(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash / 0x1_0000_0000;
}
