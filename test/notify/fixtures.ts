/** Messages, people and channels for tests of notify/: name what matters, the rest is filled in. */
import pino from 'pino';
import type { MessageId, TicketId } from '../../src/core/ids.ts';
import type { Message } from '../../src/core/message.ts';
import type { DeliveryOutcome } from '../../src/engine/commands.ts';
import type { Delivery, Notifier, Recipient } from '../../src/notify/notifier.ts';
import { stepMessage } from '../../src/notify/step-message.ts';
import type { DutyLook } from '../../src/notify/to-messages.ts';

export const SILENT = pino({ level: 'silent' });
export const SENT: Delivery = { result: 'sent', answer: { code: '200', text: '' } };
export const BUSY: Delivery = { result: 'retry', answer: { code: '503', text: 'busy' }, afterMs: null };
export const REFUSED: Delivery = { result: 'refused', answer: { code: '400', text: 'no' } };

/** Queued at 1,000 ms for engineer-li. */
export function createMessage(given: Partial<Message> = {}): Message {
  const id = given.id ?? ('m1' as MessageId);
  return {
    id,
    key: `key-of-${id}`,
    kind: 'assigned',
    priority: 'normal',
    channel: 'test',
    recipient: 'engineer-li',
    subject: { zh: '【派单】1号楼 2号客梯：困人', en: '[Assigned] Lift 2: entrapment' },
    body: { zh: '请签收。', en: 'Sign for it.' },
    ticket: 'GC20261121-0001' as TicketId,
    occurrence: null,
    incident: null,
    isDrill: false,
    createdAtMs: 1_000,
    notBeforeMs: 1_000,
    state: 'queued',
    attempts: 0,
    nextAtMs: 1_000,
    sentAtMs: null,
    deliveredAtMs: null,
    readAtMs: null,
    answeredAtMs: null,
    answer: null,
    ...given,
  };
}

export function attempt(delivery: Delivery, atMs = 2_000): DeliveryOutcome {
  return { type: 'attempt', delivery, atMs };
}

export const toRecipient = (id: string): Recipient => ({ id, name: id, language: 'zh', addresses: [] });

/** Key: role, user or group; value: who is on. Everybody named is an account with the roles that name him. */
export function createDuty(who: Readonly<Record<string, readonly string[]>>): DutyLook {
  const accounts = new Set(Object.values(who).flat());
  return {
    recipientsOf: (assignee) => who[assignee] ?? (accounts.has(assignee) ? [assignee] : []),
    person: (username) =>
      accounts.has(username)
        ? {
            name: { zh: `名${username}`, en: `Name ${username}` },
            roles: Object.keys(who).filter((role) => who[role]?.includes(username)),
          }
        : null,
  };
}

/** What a channel was asked to do, and answers in turn; the last answer stays. */
export function createFakeNotifier(
  answers: readonly (Delivery | ((signal: AbortSignal) => Promise<Delivery>))[] = [SENT],
  id = 'test',
): Notifier & { readonly delivered: Message[]; isClosed: boolean } {
  const delivered: Message[] = [];
  return {
    id,
    maxBytes: 1_000,
    reachesContacts: false,
    delivered,
    isClosed: false,
    async deliver(message, _recipient, signal) {
      delivered.push(message);
      const answer = answers[Math.min(delivered.length, answers.length) - 1] ?? SENT;
      return typeof answer === 'function' ? answer(signal) : answer;
    },
    async close() {
      this.isClosed = true;
    },
  };
}

/** The engine as far as messages go: steps and keeps them, and announces what has changed. */
export function createFakeStore(initial: readonly Message[] = []) {
  const messages = new Map(initial.map((message) => [message.id, message]));
  const outcomes: DeliveryOutcome[] = [];
  const store = {
    messages,
    outcomes,
    /** The next so many records fail. */
    failing: 0,
    onMessages: (_changed: readonly Message[]): void => undefined,
    async submit(command: { readonly message: MessageId; readonly outcome: DeliveryOutcome }): Promise<void> {
      if (store.failing > 0) {
        store.failing -= 1;
        throw new Error('the store is full');
      }
      outcomes.push(command.outcome);
      const before = messages.get(command.message);
      if (before === undefined) return;
      const after = stepMessage(before, command.outcome);
      messages.set(after.id, after);
      if (after !== before) store.onMessages([after]);
    },
  };
  return store;
}
