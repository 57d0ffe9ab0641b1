/** Compares what a case expects at one time with what is there, and says both in the words of the tests. */
import type { AlarmEventType, IsaState, Occurrence } from '../core/alarm.ts';
import type { Ticket } from '../core/ticket.ts';
import type { Expected } from './case.ts';
import { toExpectedText } from './words.ts';

export interface Found {
  readonly occurrence: Occurrence | null;
  readonly state: IsaState;
  /** The newest that the alarm stands on. */
  readonly ticket: Ticket | null;
  /** Announced of the alarm since the expectation before. */
  readonly messages: readonly AlarmEventType[];
}

/** @returns the expectation as text when it is not met, else null */
export function compare(expected: Expected, found: Found): string | null {
  return isMet(expected, found) ? null : toExpectedText(expected);
}

/** Only what was asked for. */
export function toFoundText(found: Found, expected: Expected): string {
  const { occurrence, state, ticket, messages } = found;
  const isAsked = (key: keyof Expected): boolean => expected[key] !== undefined;
  return toExpectedText({
    state,
    ...(occurrence !== null && {
      ...(occurrence.level !== null && { level: occurrence.level }),
      ...(isAsked('severity') && { severity: occurrence.severity }),
      ...(isAsked('isBlind') && { isBlind: occurrence.blindSinceMs !== null }),
    }),
    ...(isAsked('ticket') && { ticket: ticket ?? 'none' }),
    ...((isAsked('messages') || (isAsked('isNothing') && messages.length > 0)) && { messages }),
  });
}

function isMet(expected: Expected, { occurrence, state, ticket, messages }: Found): boolean {
  const { isNothing, level, severity, isBlind } = expected;
  if (isNothing === true && (occurrence !== null || state !== 'A' || messages.length > 0)) return false;
  return (
    (expected.state === undefined || expected.state === state) &&
    (level === undefined || level === occurrence?.level) &&
    (severity === undefined || severity === occurrence?.severity) &&
    (isBlind === undefined || isBlind === (occurrence !== null && occurrence.blindSinceMs !== null)) &&
    (expected.messages === undefined || expected.messages.join() === messages.join()) &&
    isTicketMet(expected.ticket, ticket)
  );
}

function isTicketMet(expected: Expected['ticket'], ticket: Ticket | null): boolean {
  if (expected === undefined) return true;
  if (expected === 'none') return ticket === null;
  if (expected === 'opened') return ticket !== null;
  return ticket?.class === expected.class && ticket.priority === expected.priority;
}
