/**
 * The contract of a channel (通知渠道): one file per channel, listed in index.ts. A notifier hands one message to one
 * address and says what the other side answered. When to try again, whom else to tell, what is recorded: outbox and sender.
 */
import type { Message } from '../core/message.ts';

/** What the channel answered to one attempt. `HTTP 200` with an error in its body is a failure (alarms.md B8 no. 18). */
export type Delivery =
  /** Taken over; whether it arrived is not known. */
  | { readonly result: 'sent'; readonly answer: Answer | null }
  /** With the recipient. */
  | { readonly result: 'delivered'; readonly answer: Answer | null }
  /** Worth trying again, not before `afterMs` where the channel says so. */
  | { readonly result: 'retry'; readonly answer: Answer; readonly afterMs: number | null }
  /** Never will be: wrong address, refused signature, too large. */
  | { readonly result: 'refused'; readonly answer: Answer };

export interface Answer {
  /** The channel's own code, e.g. `503`, `errcode 310000`. */
  readonly code: string;
  /** Its words, at most 500 characters, without secrets. */
  readonly text: string;
}

export interface Recipient {
  /** User name or contact id. */
  readonly id: string;
  readonly name: string;
  readonly language: 'zh' | 'en';
  /** Ways to reach the person that this channel can use, e.g. a telephone number; empty for the page's inbox. */
  readonly addresses: readonly string[];
}

export interface Notifier {
  /** Of the table in index.ts, e.g. `inbox`, `webhook`. */
  readonly id: string;
  /** Longest body in UTF-8 bytes; longer ones are cut with a link, never within a character. */
  readonly maxBytes: number;
  /** Whether people without an account can be reached. */
  readonly reachesContacts: boolean;
  /**
   * One attempt. Ends by itself within `timeoutMs` of the sender's signal. Never throws for the other side's fault.
   * @param signal aborted by the time-out of the attempt or when the gateway stops
   */
  deliver(message: Message, recipient: Recipient, signal: AbortSignal): Promise<Delivery>;
  close(): Promise<void>;
}
