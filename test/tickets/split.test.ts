/** A second matter gets a ticket of its own: an alarm keeps its source, its raise and its clocks, anything else begins now. */
import { describe, expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import type { OccurrenceId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { toTypedParts } from '../../src/core/typed-words.ts';
import { toSettings } from '../../src/tickets/match.ts';
import { type AlarmFields, splitTicket } from '../../src/tickets/split.ts';
import { moveTicketClocks, stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import { toAgeMs } from '../../src/tickets/times.ts';
import {
  BASE_MS,
  createAlarm,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  MINUTE_MS,
  withClocks,
} from './fixtures.ts';

const policy = createFreePolicy();

test('the place that a second matter has from the first is typed words of its own, which can be redacted', () => {
  const place = { zh: '3-1201 陈女士家', en: '3-1201 陈女士家' };
  const ticket = createFull({ stage: 'handling', place });
  const input = { number: 'GC-2', content: 'a lamp', occurrences: [], reason: 'another matter' };
  const { opened } = splitTicket(ticket, input, DESK, createContext({ policy }));
  expect(opened.ticket.place).toEqual(place);
  const [event] = opened.events;
  expect(event).toMatchObject({ type: 'opened', detail: { place: place.zh } });
  expect(toTypedParts(defined(event, 'the event'))).toContainEqual({ field: 'place', value: place.zh });
});

const at = (minutes: number): number => BASE_MS + minutes * MINUTE_MS;
const alarm = createAlarm();

/** A phone ticket of 10:00 that an alarm of 10:03 was merged into; recorded, and nobody has signed for it. */
function createPhone(given: Partial<Ticket> = {}): Ticket {
  const ticket = createFull({
    source: 'owner-call',
    channel: 'phone',
    flow: 'daily',
    priority: 'urgent',
    attendance: 'urgent',
    stage: 'recorded',
    takenBy: null,
    reporter: 'rob',
    alarms: [{ ...alarm, firstAtMs: at(3) }],
    ...given,
  });
  const marks: Ticket['marks'] = [
    { type: 'received', atMs: at(0), stage: 'received', settings: toSettings(ticket) },
    { type: 'recorded', atMs: at(1), stage: 'recorded' },
  ];
  return withClocks({ ...ticket, marks }, policy, at(20));
}

const ofAlarm: AlarmFields = {
  source: 'equipment-alarm',
  channel: 'alarm',
  class: 'engineering',
  flow: 'public-area',
  priority: 'urgent',
  attendance: 'urgent',
  place: { zh: '泵房', en: 'pump room' },
  location: null,
  equipment: createFull().equipment,
  equipmentName: null,
  faultKind: 'pressure',
  sparePart: null,
  contact: {
    id: null,
    name: { zh: '工程部', en: 'engineers' },
    method: '8800',
    personal: null,
    isConfirmed: null,
  },
  assignee: 'engineer',
  contractor: null,
  history: [],
  affected: null,
};

const split = (ticket: Ticket, minute: number, occurrences: readonly OccurrenceId[] = [alarm.occurrence]) =>
  splitTicket(
    ticket,
    { number: 'GC-3', content: 'the pump', occurrences, reason: 'another matter', ofAlarm },
    DESK,
    createContext({ policy, nowMs: at(minute) }),
  ).opened.ticket;

const clockOf = ({ clocks }: Ticket, id: string) => clocks.find((clock) => clock.id === id);

describe('an alarm that leaves a phone ticket', () => {
  test('is an alarm again: its source, its place, its people, no resident to ask', () => {
    expect(split(createPhone(), 20)).toMatchObject({
      source: 'equipment-alarm',
      channel: 'alarm',
      flow: 'public-area',
      assignee: 'engineer',
      reporter: null,
      contact: { method: '8800' },
      raisedAtMs: at(3),
      receivedAtMs: at(3),
    });
  });

  test('has its clocks from the raise, and what was breached is not told again', () => {
    const phone = createPhone();
    const told = sweepTicket(phone, policy, at(20))?.ticket ?? phone;
    const opened = split(told, 20);
    expect(clockOf(opened, 'arrival')).toMatchObject({ startedAtMs: at(3), dueAtMs: at(33) });
    for (const id of ['dispatch', 'repair'])
      expect(clockOf(opened, id)).toMatchObject({ startedAtMs: at(3) });
    expect(clockOf(opened, 'dispatch')).toMatchObject({ breachedAtMs: at(5), isBreachTold: true });
    const again = sweepTicket(opened, policy, at(20) + 1)?.events ?? [];
    expect(again.flatMap(({ detail }) => detail['clocks'] ?? [])).not.toContain('dispatch');
  });

  test('what was signed for and reached in time there was; who has it now reads it back', () => {
    const context = (minute: number) => createContext({ policy, nowMs: at(minute) });
    const given = stepTicket(
      createPhone(),
      { type: 'dispatch', assignee: DESK.username },
      DESK,
      context(2),
    ).ticket;
    const taken = stepTicket(given, { type: 'take', readBack: 'water' }, DESK, context(2)).ticket;
    const there = stepTicket(taken, { type: 'arrive', how: 'by-hand' }, DESK, context(9)).ticket;
    const opened = split(there, 60);
    expect(opened).toMatchObject({ stage: 'dispatched', takenBy: null });
    expect(clockOf(opened, 'dispatch')).toMatchObject({ stoppedAtMs: at(3), breachedAtMs: null });
    expect(clockOf(opened, 'arrival')).toMatchObject({ stoppedAtMs: at(9), breachedAtMs: null });
    expect(clockOf(opened, 'repair')).toMatchObject({ startedAtMs: at(3), stoppedAtMs: null });
    expect(clockOf(opened, 'read-back')).toMatchObject({ startedAtMs: at(60), dueAtMs: at(62) });
    expect(opened.clocks.filter(({ breachedAtMs }) => breachedAtMs !== null)).toEqual([]);
  });

  test('is as old as it is, also where the wall clock was set in between', () => {
    const phone = createPhone();
    const moved = moveTicketClocks(phone, 60 * MINUTE_MS, policy, at(80)).ticket;
    const opened = split(moved, 90);
    expect(opened.receivedAtMs).toBe(at(63));
    expect(toAgeMs(opened, at(90))).toBe(27 * MINUTE_MS);
    expect(clockOf(opened, 'arrival')).toMatchObject({ startedAtMs: at(63), dueAtMs: at(93) });
    // Raised after it was set, it needs no correction.
    const late = { ...moved, alarms: [{ ...alarm, firstAtMs: at(85) }] };
    expect(split(late, 90).receivedAtMs).toBe(at(85));
  });

  test('of a later round begins with that round', () => {
    const phone = createPhone();
    const rework = { type: 'reworked', atMs: at(30), stage: 'rework' } as const;
    const back = withClocks(
      { ...phone, stage: 'rework', round: 2, marks: [...phone.marks, rework] },
      policy,
      at(40),
    );
    const opened = split(back, 40);
    expect(clockOf(opened, 'repair')).toMatchObject({ startedAtMs: at(30), round: 1 });
  });
});

test('what somebody said beside the matter begins when it is found', () => {
  const opened = split(createPhone(), 20, []);
  expect(opened).toMatchObject({ receivedAtMs: at(20), source: 'owner-call', contact: { method: '139' } });
  expect(clockOf(opened, 'repair')).toMatchObject({ startedAtMs: at(20) });
});
