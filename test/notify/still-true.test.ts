/** What is not sent any more because it is not true any more, and what is sent all the same. */
import { expect, test } from 'vitest';
import type { MessageKind } from '../../src/core/message.ts';
import type { Stage, Ticket } from '../../src/core/ticket.ts';
import { toDropReason } from '../../src/notify/still-true.ts';
import { createTestTicket } from '../support/ticket.ts';
import { createMessage } from './fixtures.ts';

function judge(kind: MessageKind, given: Partial<Ticket> | null, isSilenced = false): string | null {
  const ticket = given === null ? null : createTestTicket(given);
  const present = { ticket: () => ticket, isSilenced: () => isSilenced };
  return toDropReason(createMessage({ kind }), present)?.code ?? null;
}

test.for([
  ['assigned', 'dispatched', null],
  ['assigned', 'cancelled', 'over'],
  ['to-dispatch', 'recorded', null],
  ['to-dispatch', 'dispatched', 'done'],
  ['emergency', 'handling', null],
  ['emergency', 'closed', 'over'],
  ['reworked', 'rework', null],
  ['reworked', 'taken', 'taken'],
  ['to-accept', 'done', null],
  ['to-accept', 'accepted', 'done'],
  ['to-visit', 'accepted', null],
  ['to-visit', 'visited', 'done'],
  ['clock-breached', 'closed', null],
  ['clock-breached', 'cancelled', 'over'],
  ['information', 'cancelled', null],
  ['report-due', 'closed', null],
] as const satisfies readonly (readonly [MessageKind, Stage, string | null])[])(
  '%s of a ticket that is %s: %s',
  ([kind, stage, expected]) => {
    expect(judge(kind, { stage })).toBe(expected);
  },
);

test('what somebody else has taken is not assigned any more, unless it is an emergency', () => {
  expect(judge('assigned', { stage: 'taken', takenBy: 'engineer-zhao' })).toBe('taken');
  expect(judge('assigned', { stage: 'taken', takenBy: 'engineer-li' })).toBeNull();
  expect(judge('assigned', { stage: 'taken', takenBy: 'engineer-zhao', priority: 'emergency' })).toBeNull();
});

test('an escalation is looked at once more at each step: silenced alarms escalate no further, emergencies do', () => {
  const escalation = { level: 1, sinceMs: 1, reason: 'arrival', nextAtMs: null };
  expect(judge('escalated', { escalation })).toBeNull();
  expect(judge('escalated', { escalation }, true)).toBe('silenced');
  expect(judge('escalated', { escalation, priority: 'emergency' }, true)).toBeNull();
  expect(judge('escalated', { escalation: { ...escalation, level: 0 } })).toBe('over');
});

test('a warning that was answered is not sent', () => {
  const clock = {
    id: 'arrival',
    name: { zh: '到场', en: 'Arrival' },
    round: 1,
    startedAtMs: 0,
    limitMs: 1,
    warnAtMs: 1,
    dueAtMs: 1,
    spentMs: 0,
    isPaused: false,
    stoppedAtMs: null,
    warnedAtMs: 1,
    answeredAtMs: null,
    breachedAtMs: null,
    isBreachTold: false,
    responsible: null,
  };
  expect(judge('clock-warned', { clocks: [clock] })).toBeNull();
  expect(judge('clock-warned', { clocks: [{ ...clock, answeredAtMs: 2 }] })).toBe('done');
  expect(judge('clock-warned', { clocks: [{ ...clock, stoppedAtMs: 2 }] })).toBe('done');
});

test('a ticket that is long gone has nothing to tell, but what only informs', () => {
  expect(judge('assigned', null)).toBe('over');
  expect(judge('information', null)).toBeNull();
});
