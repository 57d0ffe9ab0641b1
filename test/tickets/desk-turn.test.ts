/**
 * "The desk dispatches: it confirms or redirects" (service-workflow.md §2), also where the gateway had dispatched the ticket before
 * it became an emergency: a lift's alarm button before its entrapment, a panel's pre-alarm before its fire.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { toId } from '../../src/core/ids.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import { createToMessages } from '../../src/notify/to-messages.ts';
import { applyAlarmEvent } from '../../src/tickets/coupling.ts';
import { addReport } from '../../src/tickets/duplicates.ts';
import { openAlarmTicket } from '../../src/tickets/open.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { sweepTicket } from '../../src/tickets/sweep.ts';
import { createDuty } from '../notify/fixtures.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createActor,
  createContext,
  createEvent,
  createOccurrence,
  DESK,
  MINUTE_MS,
  SUPERVISOR,
} from './fixtures.ts';

const RAISED_MS = BASE_MS + 8_000;
const ENGINEER = createActor('ann', ['engineer']);

/** Of the alarm button of a lift: urgent, and the gateway has dispatched it. */
function openButton(policy: Policy = defaultPolicy): Ticket {
  return openAlarmTicket(
    {
      number: 'GC-1',
      site: toId('test-site'),
      occurrence: createOccurrence({ severity: 'high' }),
      class: 'engineering',
      faultKind: 'entrapment',
      guidance: null,
      evidence: { atMs: BASE_MS, points: [], trend: null },
      firstReceiver: 'duty-sun',
      subject: {
        kind: 'lift',
        location: null,
        locations: [],
        owner: null,
        isUnderWarranty: false,
        contractor: null,
        sparePart: null,
        place: { zh: '1号楼', en: 'Building 1' },
        equipmentName: { zh: '2号客梯', en: 'Lift 2' },
        responsible: 'ann',
        contact: { id: null, name: { zh: '工程部', en: 'engineers' }, method: '8800' },
      },
    },
    policy,
    BASE_MS,
  ).ticket;
}

const entrapment = createEvent('raised', {
  id: toId('occurrence-2'),
  key: toId('test-site/pump/entrapment'),
  severity: 'life-safety',
});

function raise(ticket: Ticket, policy: Policy = defaultPolicy) {
  const step = applyAlarmEvent(ticket, entrapment, policy, RAISED_MS);
  if (step === null) throw new Error('the ticket takes the raise');
  return step;
}

const clockOf = ({ clocks }: Ticket, id: string) => clocks.find((clock) => clock.id === id);

describe('a ticket that an alarm makes an emergency before anybody has signed for it', () => {
  test('goes back before the desk, with whom it went to as the proposal and two minutes for the desk', () => {
    const button = openButton();
    expect(button).toMatchObject({ stage: 'dispatched', assignee: 'ann', priority: 'urgent' });
    const { ticket, events } = raise(button);
    expect(events.at(-1)).toMatchObject({
      type: 'recorded',
      by: 'gateway',
      detail: { reason: 'raised', proposed: 'ann' },
    });
    expect(ticket).toMatchObject({ stage: 'recorded', assignee: 'ann', priority: 'emergency' });
    expect(clockOf(ticket, 'dispatch-emergency')).toMatchObject({
      startedAtMs: RAISED_MS,
      dueAtMs: RAISED_MS + 2 * MINUTE_MS,
    });
    const late = sweepTicket(ticket, defaultPolicy, RAISED_MS + 3 * MINUTE_MS)?.ticket ?? ticket;
    expect(clockOf(late, 'dispatch-emergency')?.breachedAtMs).toBe(RAISED_MS + 2 * MINUTE_MS);
    const context = createContext({ nowMs: RAISED_MS + MINUTE_MS });
    const confirmed = stepTicket(ticket, { type: 'dispatch', assignee: 'ann' }, DESK, context).ticket;
    expect(confirmed.stage).toBe('dispatched');
    expect(clockOf(confirmed, 'dispatch-emergency')).toMatchObject({ breachedAtMs: null });
    // Once the desk has given it, a further alarm leaves it there.
    expect(raise(confirmed).ticket.stage).toBe('dispatched');
  });

  test('of which somebody has signed goes on, and the desk is asked all the same', () => {
    const context = createContext({ nowMs: BASE_MS + 4_000 });
    const taken = stepTicket(openButton(), { type: 'take', readBack: 'lift 2' }, ENGINEER, context).ticket;
    const { ticket, events } = raise(taken);
    expect(ticket).toMatchObject({ stage: 'taken', takenBy: 'ann' });
    expect(tell(events).filter(([to]) => to === 'desk-li')).toEqual([['desk-li', 'priority-raised']]);
  });

  test('stays dispatched where the policy leaves its dispatch to the gateway', () => {
    const { ticket } = raise(openButton(hospitalPolicy), hospitalPolicy);
    expect(ticket).toMatchObject({ stage: 'dispatched', priority: 'emergency' });
  });

  test('is told to the desk to dispatch, also where all of it is one round', () => {
    const opened = openAlarmRound();
    const told = tell(opened);
    expect(told).toContainEqual(['desk-li', 'to-dispatch']);
    expect(told).toContainEqual(['boss-wu', 'emergency']);
    expect(told.filter(([, kind]) => kind === 'assigned')).toEqual([]);
  });
});

describe('a person who makes an emergency of it', () => {
  const reclassify = { type: 'reclassify', priority: 'emergency', reason: 'people are in it' } as const;
  const context = createContext({ nowMs: RAISED_MS });

  test('leaves it where it is when the person may dispatch it', () => {
    expect(stepTicket(openButton(), reclassify, DESK, context).ticket.stage).toBe('dispatched');
  });

  test('puts it before the desk when the person may not', () => {
    const actors = { ...defaultPolicy.actors, dispatch: ['desk'] as const };
    const policy = { ...defaultPolicy, actors };
    const { ticket } = stepTicket(openButton(policy), reclassify, SUPERVISOR, { ...context, policy });
    expect(ticket).toMatchObject({ stage: 'recorded', priority: 'emergency' });
  });

  test('puts it before the desk by a second call', () => {
    const call = {
      content: 'two people are in it',
      channel: 'phone',
      slip: null,
      receivedAtMs: null,
      priority: 'emergency',
      impact: null,
      attendance: null,
    } as const;
    const { ticket } = addReport(openButton(), call, { username: 'rob' }, defaultPolicy, RAISED_MS);
    expect(ticket).toMatchObject({ stage: 'recorded', priority: 'emergency' });
  });
});

/** The button and the entrapment in one round of the gateway. */
function openAlarmRound(): readonly TicketEvent[] {
  const button = openButton();
  const opened: TicketEvent[] = (['opened', 'recorded', 'dispatched'] as const).map((type) => ({
    type,
    atMs: BASE_MS,
    by: 'gateway',
    ticket: button,
    detail: {},
  }));
  return [...opened, ...raise(button).events];
}

/** Recipient and kind of each message. */
function tell(events: readonly TicketEvent[]): readonly (readonly [string, string])[] {
  const people = {
    desk: ['desk-li'],
    ann: ['ann'],
    supervisor: ['boss-wu'],
    leader: ['leader-zhou'],
  };
  const toMessages = createToMessages({
    duty: () => createDuty(people),
    channels: [{ id: 'inbox', kinds: null, roles: null, reachesContacts: false }],
    timeZone: 'Asia/Shanghai',
  });
  let made = 0;
  return toMessages(events, [], {
    nowMs: RAISED_MS,
    nextId: () => toId(`m${++made}`),
    has: () => false,
    messagesOf: () => [],
    policyOf: () => defaultPolicy,
  }).map(({ recipient, kind }) => [recipient, kind]);
}
