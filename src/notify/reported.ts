/**
 * Whom the report of an emergency has really reached: it is not enough that somebody was to be told. Reached is whoever has
 * a message that the channel has taken over, by one channel at least; whoever was told in place of somebody else is not
 * that person. What follows from it is tickets/reporting.ts.
 */
import { isMessageOut, type Message } from '../core/message.ts';

/** When the first message to each of the policy's recipients arrived. Key: role or `assignee`. */
export function toReached(messages: readonly Message[]): ReadonlyMap<string, number> {
  const reached = new Map<string, number>();
  for (const message of messages) {
    if (!isMessageOut(message)) continue;
    const atMs = message.sentAtMs ?? message.deliveredAtMs ?? message.createdAtMs;
    for (const to of message.reportsTo ?? []) reached.set(to, Math.min(atMs, reached.get(to) ?? atMs));
  }
  return reached;
}

/** Somebody of the policy whom no message has reached, and the people that it was tried with: none = nobody can be told. */
export interface Unreached {
  readonly to: string;
  readonly people: readonly string[];
}

/** @param open those who were to be told @param messages of the ticket, in any order */
export function toUnreached(
  open: readonly { readonly to: string }[],
  messages: readonly Message[],
): readonly Unreached[] {
  const reached = toReached(messages);
  return open
    .filter(({ to }) => !reached.has(to))
    .map(({ to }) => {
      const tried = messages.filter(({ reportsTo = [] }) => reportsTo.includes(to));
      return { to, people: [...new Set(tried.map(({ recipient }) => recipient))] };
    });
}
