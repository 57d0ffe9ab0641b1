/**
 * Messages of a round (notify/): made from what the round has decided, stored with it, and changed by what became of their
 * sending. Nothing is sent from here; the sender has them once they are stored.
 */

import { toOpenMs } from '../config/alarm-start.ts';
import { toId } from '../core/ids.ts';
import { isHeldForHours, isMessageOut } from '../core/message.ts';
import { DAY_MS } from '../core/zone.ts';
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
  // An attempt that was made before the wall clock was set back is not of the future.
  const message = stepMessage(before, { ...outcome, atMs: Math.min(outcome.atMs, nowMs) });
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

/**
 * After a step of the wall clock: what waits to be sent keeps its age and the time to its next attempt, and what is held for hours
 * waits for them by the clock on the wall.
 */
export function moveMessages(
  tx: Tentative,
  { model }: DecisionContext,
  clockStepMs: number,
  nowMs: number,
): void {
  if (clockStepMs === 0) return;
  for (const message of tx.service.queuedMessages()) {
    const { hours, notBeforeMs, nextAtMs, attempts } = message;
    const isHeld = isHeldForHours(message);
    const isWaiting = isHeld && notBeforeMs > nowMs - clockStepMs;
    const calendar = hours === undefined ? null : (model.policy.calendars.get(hours) ?? null);
    // Hours that nobody knows any more come within a day.
    const openMs = calendar === null ? Math.min(notBeforeMs, nowMs + DAY_MS) : toOpenMs(calendar, nowMs);
    // What was for no hours shows when it was made.
    const movedMs = isWaiting ? openMs : isHeld ? notBeforeMs + clockStepMs : notBeforeMs;
    tx.service.putMessage({
      ...message,
      notBeforeMs: movedMs,
      nextAtMs: attempts === 0 || nextAtMs === null ? movedMs : nextAtMs + clockStepMs,
      clockStepMs: (message.clockStepMs ?? 0) + clockStepMs,
    });
  }
}
