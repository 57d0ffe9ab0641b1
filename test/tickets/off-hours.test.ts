/** 000: emergencies and urgent repairs are dispatched at once; other matters are recorded and handled on the next working day. */
import { expect, test } from 'vitest';
import { toQuietHours } from '../../src/config/alarm-start.ts';
import type { Policy } from '../../src/config/policy.ts';
import { toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { openReportedTicket, type TicketSubject } from '../../src/tickets/open.ts';
import { stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { createContext, DESK, HOUR_MS, MINUTE_MS, SUPERVISOR } from './fixtures.ts';

/** 01:23 in Shanghai, a Tuesday that is a working day; and 10:00 of it. */
const NIGHT_MS = Date.UTC(2026, 8, 21, 17, 23);
const MORNING_MS = Date.UTC(2026, 8, 22, 2, 0);
const SUBJECT: TicketSubject = {
  kind: null,
  location: toId('lobby'),
  locations: [toId('lobby')],
  place: { zh: '大堂', en: 'lobby' },
  equipmentName: null,
  responsible: null,
  contact: { id: null, name: { zh: '', en: '' }, method: '' },
  owner: null,
  isUnderWarranty: false,
  contractor: null,
  sparePart: null,
};
const TAP: NewTicket = {
  source: 'owner-call',
  channel: 'phone',
  class: 'engineering',
  priority: null,
  impact: null,
  attendance: null,
  flow: null,
  content: 'a tap drips',
  faultKind: null,
  equipment: null,
  location: toId('lobby'),
  place: '',
  contactName: 'Ms Chen',
  contactMethod: '139',
  appointment: null,
  slip: null,
  receivedAtMs: null,
};

function open(given: Partial<NewTicket> = {}, nowMs = NIGHT_MS, policy: Policy = defaultPolicy): Ticket {
  const report = { ...TAP, ...given };
  const number = 'GC20260922-0001';
  const born = { number, site: toId<Ticket['site']>('site'), subject: SUBJECT, firstReceiver: 'desk-li' };
  return openReportedTicket({ ...born, report, actor: DESK, personal: null }, policy, nowMs).ticket;
}

test('a dripping tap at 01:23 is recorded, and neither warned of nor overdue before the next working day', () => {
  const ticket = open();
  expect(ticket).toMatchObject({ stage: 'dispatched', attendance: 'next-working-day' });
  // Nobody is rung either: what would be told waits for the hours of work.
  expect(toQuietHours(ticket, defaultPolicy)?.id).toBe('working');
  // 08:59, and 09:31 with nobody having signed for it.
  expect(sweepTicket(ticket, defaultPolicy, NIGHT_MS + 7 * HOUR_MS + 36 * MINUTE_MS)).toBeNull();
  const late = sweepTicket(ticket, defaultPolicy, NIGHT_MS + 8 * HOUR_MS + 8 * MINUTE_MS);
  const breached = late?.ticket.clocks.filter(({ breachedAtMs }) => breachedAtMs !== null);
  expect(breached?.map(({ id }) => id)).toEqual(['dispatch']);
  // Somebody has to come without an appointment as well.
  expect(ticket.clocks.map(({ id }) => id)).toContain('arrival');
});

test.each([
  ['complaint', 'next-working-day'],
  ['cleaning', 'next-working-day'],
  ['enquiry', 'next-working-day'],
  ['help', 'immediate'],
] as const)('a matter of class %s is then attended: %s', (name, attendance) => {
  const ticket = open({ class: name });
  expect(ticket.attendance).toBe(attendance);
  const atNight = sweepTicket(ticket, defaultPolicy, NIGHT_MS + HOUR_MS);
  expect(atNight === null).toBe(attendance === 'next-working-day');
});

test('what is urgent or an emergency waits for nothing', () => {
  expect(open({ priority: 'urgent' }).attendance).toBe('urgent');
  expect(open({ priority: 'emergency' }).attendance).toBe('emergency');
  expect(open({ class: 'fire' }).attendance).toBe('emergency');
});

test('raised at night it is urgent at once', () => {
  const step = { type: 'reclassify', priority: 'urgent', reason: 'it runs now' } as const;
  const raised = stepTicket(open(), step, SUPERVISOR, createContext({ nowMs: NIGHT_MS + MINUTE_MS }));
  expect(raised.ticket).toMatchObject({ priority: 'urgent', attendance: 'urgent' });
  const arrival = raised.ticket.clocks.find(({ id }) => id === 'arrival');
  expect(arrival?.dueAtMs).toBeLessThanOrEqual(NIGHT_MS + 31 * MINUTE_MS);
});

test('what the desk says itself, an appointment that stands, and the hours of work leave it as it was', () => {
  const appointment = { fromMs: MORNING_MS, toMs: MORNING_MS + HOUR_MS };
  expect(open({ appointment }).attendance).toBe('appointment');
  expect(open({ attendance: 'immediate' }).attendance).toBe('immediate');
  expect(open({}, MORNING_MS).attendance).toBe('appointment');
  // A Saturday morning is off hours.
  expect(open({}, MORNING_MS + 4 * 24 * HOUR_MS).attendance).toBe('next-working-day');
});

test('a policy without off hours treats the night as the day', () => {
  expect(hospitalPolicy.offHours).toBeNull();
  expect(open({}, NIGHT_MS, hospitalPolicy).attendance).toBe(open({}, MORNING_MS, hospitalPolicy).attendance);
});
