/**
 * Messages of a round (notify/): made from what the round has decided, stored with it, and changed by what became of their
 * sending. Nothing is sent from here; the sender has them once they are stored.
 */
import { toId } from '../core/ids.ts';
import { isMessageOut } from '../core/message.ts';
import { stepMessage } from '../notify/step-message.ts';
import type { MessageView } from '../notify/telling.ts';
import type { Command } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { followReport } from './reports.ts';
import type { Tentative } from './tentative.ts';

/**
 * What became of an attempt, or what the recipient did. Of a message that is over or unknown nothing is kept. The delivery
 * that completes the report of an emergency is written on its ticket as well.
 */
export function decideDelivery(
  tx: Tentative,
  context: DecisionContext,
  { message: id, outcome, known }: Command & { readonly type: 'delivery' },
  nowMs: number,
): void {
  const before = tx.service.message(id) ?? known ?? null;
  if (before === null) return;
  const message = stepMessage(before, outcome);
  if (message === before) return;
  tx.service.putMessage(message);
  const { reportsTo, ticket } = message;
  if (reportsTo !== undefined && ticket !== null && isMessageOut(message) && !isMessageOut(before))
    followReport(tx, context, ticket, nowMs);
}

/** Who has to be told of what the round has decided: stored with it, so that nothing is announced that was not decided. */
export function writeMessages(tx: Tentative, { toMessages, policyOf, now }: DecisionContext): void {
  const { service } = tx;
  const { incidentEvents, feedbackEvents, tellings } = service;
  const told = [tx.ticketEvents, incidentEvents, feedbackEvents, tellings];
  if (told.every(({ length }) => length === 0)) return;
  const view: MessageView = {
    nowMs: now.wallMs,
    policyOf,
    nextId: () => toId(`m${tx.next('message')}`),
    has: (key) => service.hasMessage(key),
    messagesOf: (ticket) => service.messagesOf(ticket),
  };
  const messages = toMessages(tx.ticketEvents, incidentEvents, view, feedbackEvents, tellings);
  for (const message of messages) service.putMessage(message);
}
