/** Times that people promise lie ahead, and not where nobody will see them. */
import { expect, test } from 'vitest';
import { PROMISE_LIMIT_MS, requireAppointment } from '../../src/tickets/ahead.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import {
  COMPLETE,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  HOUR_MS,
  refusalOf,
} from './fixtures.ts';

const context = createContext({ policy: createFreePolicy() });
const { nowMs } = context;
const LAST_DATE_MS = 8.64e15;
const toSteps = (atMs: number): readonly Transition[] => [
  { type: 'appoint', fromMs: nowMs + HOUR_MS, toMs: atMs },
  { type: 'estimate', atMs },
  { ...(COMPLETE.wait as Transition & { type: 'wait' }), estimatedAtMs: atMs },
  { ...(COMPLETE.wait as Transition & { type: 'wait' }), untilMs: atMs, estimatedAtMs: atMs },
];
const ticket = createFull({ stage: 'handling', appointment: null });

test.each([nowMs + PROMISE_LIMIT_MS + 1, LAST_DATE_MS])('none is given for the year of %d', (atMs) => {
  for (const step of toSteps(atMs))
    expect(refusalOf(() => stepTicket(ticket, step, DESK, context)).code).toBe('end-too-far');
});

test('none is given that is over', () => {
  for (const step of toSteps(nowMs))
    expect(refusalOf(() => stepTicket(ticket, step, DESK, context)).code).toBe('end-not-ahead');
});

test('two years are long enough for any spare part', () => {
  for (const step of toSteps(nowMs + PROMISE_LIMIT_MS))
    expect(stepTicket(ticket, step, DESK, context).ticket.version).toBe(ticket.version + 1);
});

test('a ticket is opened with an appointment as the step makes one; one from paper may be over by now', () => {
  const open = (fromMs: number, toMs: number, more: { slip?: string; receivedAtMs?: number } = {}): void =>
    requireAppointment(
      { appointment: { fromMs, toMs }, slip: null, channel: 'phone', receivedAtMs: null, ...more },
      nowMs,
    );
  const far = nowMs + PROMISE_LIMIT_MS + HOUR_MS;
  expect(refusalOf(() => open(far, far + HOUR_MS)).code).toBe('end-too-far');
  expect(refusalOf(() => open(nowMs - HOUR_MS, nowMs + HOUR_MS)).code).toBe('end-not-ahead');
  expect(refusalOf(() => open(nowMs + 2 * HOUR_MS, nowMs + HOUR_MS)).code).toBe('end-not-ahead');
  open(nowMs + HOUR_MS, nowMs + 2 * HOUR_MS);
  open(nowMs - 2 * HOUR_MS, nowMs - HOUR_MS, { slip: 'Z-1', receivedAtMs: nowMs - 3 * HOUR_MS });
});
