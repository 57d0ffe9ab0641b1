/**
 * Acceptance over a standing alarm that is shelved (alarms.md B9, ACCEPTED / CLOSED): possible with an end and an approver, and
 * undone when the shelf ends and the alarm still stands. And how bad it got, which the ticket shows of each of its alarms.
 */
import { describe, expect, test } from 'vitest';
import { type AlarmKey, toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { createRig, KEY, MINUTE_MS, type Rig, refused } from './alarm-rig.ts';

const REPAIR: readonly Transition[] = [
  { type: 'take' },
  { type: 'arrive', how: 'by-hand' },
  { type: 'start' },
  { type: 'done', result: 'part on order' },
];
const ACCEPT: Transition = { type: 'accept', opinion: 'good' };
const END: readonly Transition[] = [
  ACCEPT,
  { type: 'visit', how: 'phone', isRepaired: true, isSatisfied: true },
  { type: 'close' },
];

function ticketOf({ loop }: Rig): Ticket {
  const [ticket] = loop.tickets();
  if (ticket === undefined) throw new Error('no ticket');
  return ticket;
}

function work(rig: Rig, ...transitions: readonly Transition[]): void {
  for (const transition of transitions) rig.loop.command(toTicketCommand(ticketOf(rig), transition));
}

/** Done, while the alarm stands. */
function createStanding(): Rig {
  const rig = createRig();
  rig.feed(5);
  rig.feed(15);
  work(rig, ...REPAIR);
  return rig;
}

function shelve({ loop }: Rig, minutes: number, approver?: string): void {
  loop.command({
    type: 'shelve-alarm',
    key: toId<AlarmKey>(KEY),
    by: 'wang',
    reason: 'part on order',
    untilMs: loop.clock.now().wallMs + minutes * MINUTE_MS,
    isOneShot: false,
    ...(approver !== undefined && { approver }),
  });
}

describe('a ticket whose alarm stands', () => {
  test('is accepted over a shelf that somebody else answers for, and not over one that nobody does', () => {
    const rig = createStanding();
    shelve(rig, 60);
    expect(() => work(rig, ACCEPT)).toThrow(refused('alarm-active'));
    rig.unshelve();
    for (const nobody of ['wang', ' wang ', ' '])
      expect(() => shelve(rig, 60, nobody)).toThrow(refused('approval-required'));
    shelve(rig, 60, 'chen');
    expect(ticketOf(rig).alarms[0]?.shelvedUntilMs).toBe(rig.loop.clock.now().wallMs + 60 * MINUTE_MS);
    work(rig, ...END);
    expect(ticketOf(rig)).toMatchObject({ stage: 'closed', acceptance: { override: null } });
  });

  for (const stage of ['accepted', 'closed'] as const) {
    test(`${stage} over it is back to work when the shelf ends and the alarm still stands`, () => {
      const rig = createStanding();
      shelve(rig, 5, 'chen');
      work(rig, ...(stage === 'closed' ? END : [ACCEPT]));
      expect(ticketOf(rig).stage).toBe(stage);
      rig.loop.advance(5 * MINUTE_MS + 1_000, () => rig.feed(15));
      expect(ticketOf(rig)).toMatchObject({ stage: 'rework', isFirstFix: false });
    });

    test(`${stage} over it is back to work when somebody takes it off the shelf before`, () => {
      const rig = createStanding();
      shelve(rig, 60, 'chen');
      work(rig, ...(stage === 'closed' ? END : [ACCEPT]));
      rig.unshelve();
      expect(ticketOf(rig).stage).toBe('rework');
    });
  }

  test('stays accepted when the alarm has returned by the end of the shelf', () => {
    const rig = createStanding();
    shelve(rig, 5, 'chen');
    work(rig, ACCEPT);
    rig.feed(5);
    rig.loop.advance(6 * MINUTE_MS, () => rig.feed(5));
    expect(ticketOf(rig).stage).toBe('accepted');
  });
});

describe('how bad an alarm got', () => {
  const peakOf = (rig: Rig): number | undefined => ticketOf(rig).alarms[0]?.peak?.value;

  test('is the worst reading that its raises and levels have shown', () => {
    const rig = createRig();
    rig.feed(5);
    rig.feed(15);
    expect(peakOf(rig)).toBe(15);
    rig.feed(25);
    expect(peakOf(rig)).toBe(25);
    rig.feed(5);
    rig.feed(12);
    expect(peakOf(rig)).toBe(25);
    expect(ticketOf(rig).alarms[0]?.count).toBe(2);
  });

  test('is the lowest below a low limit', () => {
    const low = { params: { point: 'p', lo: { limit: 10 }, lolo: { limit: 5, severity: 'high' } } };
    const rig = createRig({ rule: low });
    rig.feed(20);
    rig.feed(8);
    rig.feed(2);
    rig.feed(20);
    rig.feed(9);
    expect(peakOf(rig)).toBe(2);
  });
});
