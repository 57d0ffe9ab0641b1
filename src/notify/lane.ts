/**
 * The queue of one channel: what is due, in which order, how many at once. Each channel has its own, so that none blocks
 * another. The first word of an emergency goes before everything else and has slots of its own; what follows from one (a
 * breach, an escalation) has not. What becomes of an attempt is recorded before the message is looked at again; a message whose attempt was made and not recorded is made again after a restart, with the same id.
 *
 *   accept ─▶ waiting ──due, slot, token──▶ running ──attempt──▶ outcome ──recorded──▶ (accept again, or gone)
 */
import type { Logger } from 'pino';
import { never } from '../core/assert.ts';
import type { Clock, Now } from '../core/clock.ts';
import type { MessageId } from '../core/ids.ts';
import { isHeldForHours, type Message, type MessageKind, toSendableMs } from '../core/message.ts';
import { PRIORITIES } from '../core/ticket.ts';
import type { DeliveryOutcome } from '../engine/commands.ts';
import { isWithoutPage } from './inbox.ts';
import { NOTIFY_LIMITS } from './limits.ts';
import type { Answer, Delivery, Notifier, Recipient } from './notifier.ts';
import { createTokenBucket, type Rate, type TokenBucket } from './token-bucket.ts';

export interface LaneOptions {
  readonly notifier: Notifier;
  /** null = as fast as it takes them. */
  readonly rate: Rate | null;
  readonly attemptMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** null = nobody of that name, or no way to reach the person by this channel. */
  readonly toRecipient: (id: string, channel: string) => Recipient | null;
  readonly toDropReason: (message: Message) => Answer | null;
  /** Resolves when it is stored. */
  readonly record: (message: Message, outcome: DeliveryOutcome, signal: AbortSignal) => Promise<void>;
}

export interface LaneStatus {
  readonly channel: string;
  /** Not sent yet, those that wait for working time included. */
  readonly queued: number;
  /** Of them, attempts under way. */
  readonly running: number;
  readonly sent: number;
  /** Attempts that have to be made again. */
  readonly retries: number;
  readonly failed: number;
  readonly dropped: number;
  /** Of the queued, those that wait for their recipient to open a page; in neither of the next two. */
  readonly awaitingPage: number;
  /** Of the queued, those that have been tried in vain `undeliveredAttempts` times or more. */
  readonly undelivered: number;
  /** Since when the one that waits longest could have been sent, ms; 0 = none does. */
  readonly oldestMs: number;
  /** What the channel answered to the last attempt that failed; null = the last one went well. */
  readonly trouble: string | null;
}

interface Waiting {
  readonly message: Message;
  /** Monotonic time of the next attempt; of those that were tried already. */
  readonly dueMonoMs: number;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #bucket: TokenBucket | null;
  readonly #waiting = new Map<MessageId, Waiting>();
  readonly #running = new Map<MessageId, Message>();
  readonly #attempts = new Set<Promise<void>>();
  /** Under way while their recipient opened a page: made again as soon as they are back. */
  readonly #hurried = new Set<MessageId>();
  readonly #stop = new AbortController();
  readonly #counts = { sent: 0, retries: 0, failed: 0, dropped: 0 };
  /** Whether a raise went out: where none did, no return is told. Key: ticket/recipient. */
  readonly #isTold = new Map<string, boolean>();
  #isStarted = false;
  #pausedToMonoMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #trouble: string | null = null;

  constructor(options: LaneOptions) {
    this.#options = options;
    const { rate, clock } = options;
    this.#bucket = rate === null ? null : createTokenBucket(rate, clock.now().monoMs);
  }

  start(): void {
    this.#isStarted = true;
    this.pump();
  }

  /** A message as it is stored. Those that are not queued any more leave. */
  accept(message: Message): void {
    const { id, state, attempts, nextAtMs } = message;
    const running = this.#running.get(id);
    if (running !== undefined && attempts <= running.attempts && state === 'queued') return;
    if (state === 'queued') {
      const { wallMs, monoMs } = this.#options.clock.now();
      const isNow = this.#hurried.delete(id) || attempts === 0;
      const leftMs = Math.max(0, (nextAtMs ?? wallMs) - wallMs);
      const dueMonoMs = isNow ? monoMs : monoMs + Math.min(leftMs, NOTIFY_LIMITS.maxRetryMs);
      this.#waiting.set(id, { message, dueMonoMs });
      return;
    }
    this.#waiting.delete(id);
    this.#hurried.delete(id);
    if (state === 'failed' || state === 'dropped') this.#counts[state] += 1;
    this.#noteTold(message, state !== 'failed' && state !== 'dropped');
  }

  /** Begins what is due. */
  pump(): void {
    if (!this.#isStarted || this.#stop.signal.aborted) return;
    const now = this.#options.clock.now();
    if (now.monoMs >= this.#pausedToMonoMs) {
      for (const message of this.#toDue(now)) if (!this.#begin(message, now)) break;
    }
    this.#wait(now);
  }

  /** The recipient has opened a page: what waited for it is made now, not with its back-off. */
  hurry(recipient: string): void {
    const { monoMs } = this.#options.clock.now();
    for (const { id, recipient: whose, reportsTo } of this.#running.values())
      if (whose === recipient && reportsTo !== undefined) this.#hurried.add(id);
    const own = [...this.#waiting.values()].filter(
      ({ message }) => message.recipient === recipient && isWithoutPage(message),
    );
    for (const { message } of own) this.#waiting.set(message.id, { message, dueMonoMs: monoMs });
    if (own.length > 0) this.pump();
  }

  status(now: Now): LaneStatus {
    const { wallMs } = now;
    const all = [...[...this.#waiting.values()].map(({ message }) => message), ...this.#running.values()];
    const absent = new Set(all.filter(isWithoutPage).map(toThread));
    // What only informs waits behind what no page has shown (`#isBehindRaise`).
    const isAbsent = (message: Message): boolean =>
      isWithoutPage(message) || (message.kind === 'information' && absent.has(toThread(message)));
    const open = all.filter((message) => !isAbsent(message));
    const heldToMs = this.#toHeldMs();
    const ages = open.map((message) => {
      const heldMs = message.kind === 'information' ? (heldToMs.get(toThread(message)) ?? 0) : 0;
      return wallMs - Math.max(toSendableMs(message), heldMs);
    });
    return {
      channel: this.#options.notifier.id,
      queued: all.length,
      awaitingPage: all.length - open.length,
      running: this.#running.size,
      ...this.#counts,
      undelivered: open.filter(({ attempts }) => attempts >= NOTIFY_LIMITS.undeliveredAttempts).length,
      oldestMs: ages.reduce((oldest, age) => Math.max(oldest, age), 0),
      trouble: this.#trouble,
    };
  }

  /** Ends what is under way; what was not recorded is sent again after the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all(this.#attempts);
    await this.#options.notifier.close();
  }

  #toDue(now: Now): readonly Message[] {
    return [...this.#waiting.values()]
      .filter((waiting) => this.#isDue(waiting, now))
      .map(({ message }) => message)
      .sort(compare);
  }

  #isDue({ message, dueMonoMs }: Waiting, { wallMs, monoMs }: Now): boolean {
    if (this.#running.has(message.id)) return false;
    if (message.attempts > 0) return monoMs >= dueMonoMs;
    if (toHeldMs(message, wallMs) <= 0) return !this.#isBehindRaise(message, wallMs);
    // Held for the morning, and settled in the night: nobody is asked any more.
    return isRequest(message) && this.#toDropReason(message) !== null;
  }

  /**
   * What only informs follows what it is about, and is not told before. Whoever has been told waits for nothing that is held for
   * its hours.
   */
  #isBehindRaise(message: Message, wallMs: number): boolean {
    if (message.kind !== 'information' || message.ticket === null) return false;
    const thread = toThread(message);
    const isBefore = (other: Message): boolean => isRaise(other) && toThread(other) === thread;
    if ([...this.#running.values()].some(isBefore)) return true;
    const isTold = this.#isTold.get(thread) === true;
    return [...this.#waiting.values()].some(
      ({ message: other }) =>
        isBefore(other) && (!isTold || other.attempts > 0 || toHeldMs(other, wallMs) <= 0),
    );
  }

  /** Until when the raises are held for their hours that what informs waits for (`#isBehindRaise`). Key: thread. UTC ms. */
  #toHeldMs(): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    for (const { message } of this.#waiting.values()) {
      const thread = toThread(message);
      if (!isRaise(message) || !isHeldForHours(message) || this.#isTold.get(thread) === true) continue;
      held.set(thread, Math.max(held.get(thread) ?? 0, message.notBeforeMs));
    }
    return held;
  }

  /** @returns false when the channel takes no more now */
  #begin(message: Message, { monoMs }: Now): boolean {
    const isFirst = isFirstWord(message);
    // One that hangs must not keep the next emergency from being tried at all.
    const isNew = isFirst && message.attempts === 0;
    const slots = NOTIFY_LIMITS.concurrency + (isNew ? NOTIFY_LIMITS.emergencySlots : 0);
    if (this.#running.size >= slots) return false;
    const dropped = this.#toDropReason(message);
    if (dropped === null && this.#bucket?.take(isFirst, monoMs) === false) return false;
    this.#waiting.delete(message.id);
    this.#running.set(message.id, message);
    const work = this.#run(message, dropped).finally(() => {
      this.#attempts.delete(work);
      this.#running.delete(message.id);
      this.pump();
    });
    this.#attempts.add(work);
    return true;
  }

  #toDropReason(message: Message): Answer | null {
    if (message.kind === 'information' && this.#isTold.get(toThread(message)) === false) return UNTOLD;
    return this.#options.toDropReason(message);
  }

  async #run(message: Message, dropped: Answer | null): Promise<void> {
    const { clock, record } = this.#options;
    const { signal } = this.#stop;
    const delivery = dropped === null ? await this.#attempt(message) : null;
    // Whether it went out is not known: it is made again.
    if (signal.aborted && delivery?.result === 'retry') return;
    const atMs = clock.now().wallMs;
    const outcome: DeliveryOutcome =
      delivery === null
        ? { type: 'dropped', answer: dropped ?? UNTOLD, atMs }
        : { type: 'attempt', delivery, atMs };
    if (delivery !== null) this.#note(delivery);
    await record(message, outcome, signal);
  }

  async #attempt(message: Message): Promise<Delivery> {
    const { notifier, attemptMs, toRecipient, log } = this.#options;
    const recipient = toRecipient(message.recipient, notifier.id);
    if (recipient === null) return { result: 'refused', answer: NO_RECIPIENT };
    const late = AbortSignal.timeout(attemptMs);
    const signal = AbortSignal.any([this.#stop.signal, late]);
    try {
      return await Promise.race([notifier.deliver(message, recipient, signal), toLate(signal, attemptMs)]);
    } catch (error) {
      log.error({ err: error, channel: notifier.id, message: message.id }, 'a channel has failed in itself');
      return {
        result: 'retry',
        answer: { code: 'error', text: 'the channel failed in itself' },
        afterMs: null,
      };
    }
  }

  #note(delivery: Delivery): void {
    switch (delivery.result) {
      case 'sent':
      case 'delivered':
        this.#counts.sent += 1;
        this.#setTrouble(null);
        return;
      case 'retry': {
        this.#counts.retries += 1;
        if (isWithoutPage(delivery)) return;
        this.#setTrouble(`${delivery.answer.code} ${delivery.answer.text}`.trim());
        const pauseMs = Math.min(delivery.afterMs ?? 0, NOTIFY_LIMITS.maxPauseMs);
        const { monoMs } = this.#options.clock.now();
        if (pauseMs > 0) this.#pausedToMonoMs = Math.max(this.#pausedToMonoMs, monoMs + pauseMs);
        return;
      }
      case 'refused':
        this.#setTrouble(`${delivery.answer.code} ${delivery.answer.text}`.trim());
        return;
      default:
        never(delivery);
    }
  }

  /** A change is logged, not each attempt. */
  #setTrouble(trouble: string | null): void {
    const { log, notifier } = this.#options;
    const hadTrouble = this.#trouble !== null;
    this.#trouble = trouble;
    if (trouble === null && hadTrouble) log.info({ channel: notifier.id }, 'messages go out again');
    if (trouble !== null && !hadTrouble)
      log.warn({ channel: notifier.id, answer: trouble }, 'messages do not go out; they are tried again');
  }

  #noteTold(message: Message, isOut: boolean): void {
    if (!isRaise(message) || message.ticket === null) return;
    const thread = toThread(message);
    if (this.#isTold.size >= MAX_TOLD) this.#isTold.clear();
    this.#isTold.set(thread, isOut || this.#isTold.get(thread) === true);
  }

  /** Until the next is due, a pause is over, a token is there; at most `lookMs`. */
  #wait({ monoMs, wallMs }: Now): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.size === 0) return;
    let waitMs: number = NOTIFY_LIMITS.lookMs;
    for (const { message, dueMonoMs } of this.#waiting.values()) {
      const ownMs = message.attempts > 0 ? dueMonoMs - monoMs : toHeldMs(message, wallMs);
      const tokenMs = (this.#bucket?.nextMs(isFirstWord(message), monoMs) ?? monoMs) - monoMs;
      const readyMs = Math.max(ownMs, tokenMs, this.#pausedToMonoMs - monoMs);
      // What waits for a slot, or behind its raise, is begun by the attempt that ends.
      if (readyMs > 0) waitMs = Math.min(waitMs, Math.max(readyMs, LEAST_WAIT_MS));
    }
    this.#timer = setTimeout(() => this.pump(), waitMs);
    this.#timer.unref();
  }
}

/** Coarser than a timer's error: it must not come back just before the time. */
const LEAST_WAIT_MS = 5;
/** Threads that are remembered; forgetting them costs a return whose raise nobody got. */
const MAX_TOLD = 10_000;
const UNTOLD: Answer = { code: 'untold', text: '未送达过告警 / its raise was never told' };
const NO_RECIPIENT: Answer = {
  code: 'no-recipient',
  text: '没有可用的收件人 / nobody to be reached by this channel',
};

/** Messages by which people learn of an emergency, or that it is theirs; all else follows from it. */
const FIRST_WORDS: readonly MessageKind[] = ['emergency', 'assigned', 'to-dispatch', 'priority-raised'];

/** What asks for a step at the end of a ticket: it tells nobody of its alarm, and is answered by whoever takes the step. */
const REQUESTS: readonly MessageKind[] = ['to-accept', 'to-visit'];

function isRequest({ kind }: Message): boolean {
  return REQUESTS.includes(kind);
}

/** What a return is told after. */
function isRaise(message: Message): boolean {
  return message.kind !== 'information' && !isRequest(message);
}

function isFirstWord({ kind, priority, reportsTo }: Message): boolean {
  return reportsTo !== undefined || (priority === 'emergency' && FIRST_WORDS.includes(kind));
}

/** Emergencies first, of them those that nobody has been tried with; then by rank, in the order in which they came. */
function compare(a: Message, b: Message): number {
  const isFirst = isFirstWord(a);
  return (
    Number(isFirstWord(b)) - Number(isFirst) ||
    (isFirst ? Number(a.attempts > 0) - Number(b.attempts > 0) : 0) ||
    PRIORITIES[b.priority].rank - PRIORITIES[a.priority].rank ||
    toSendableMs(a) - toSendableMs(b)
  );
}

/** How long it is held for its hours yet; what is for none goes at once, whatever the wall clock shows. */
function toHeldMs(message: Message, wallMs: number): number {
  return isHeldForHours(message) ? message.notBeforeMs - wallMs : 0;
}

function toThread({ ticket, recipient }: Message): string {
  return `${ticket ?? ''}/${recipient}`;
}

/** A channel that does not end by itself is not waited for. */
function toLate(signal: AbortSignal, attemptMs: number): Promise<Delivery> {
  const answer = { code: 'timeout', text: `no answer within ${attemptMs} ms` };
  return new Promise((resolve) => {
    const end = (): void => resolve({ result: 'retry', answer, afterMs: null });
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
