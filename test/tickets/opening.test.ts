/** How tickets begin: from alarms and from people, recorded, reported and dispatched as the policy says; late from paper; twice. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { toId } from '../../src/core/ids.ts';
import type { PastRepair, Ticket } from '../../src/core/ticket.ts';
import { mayRead } from '../../src/tickets/actors.ts';
import { addReport, findDuplicates } from '../../src/tickets/duplicates.ts';
import {
  type AlarmTicketInput,
  openAlarmTicket,
  openReportedTicket,
  type ReportedTicketInput,
  type TicketSubject,
} from '../../src/tickets/open.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { sweepTicket } from '../../src/tickets/sweep.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  COMPLETE,
  createActor,
  createContext,
  createFreePolicy,
  createFull,
  createOccurrence,
  DESK,
  HOUR_MS,
  MINUTE_MS,
} from './fixtures.ts';

const subject: TicketSubject = {
  kind: 'pump',
  location: toId('pump-room'),
  locations: [toId('site'), toId('basement'), toId('pump-room')],
  place: { zh: '泵房', en: 'pump room' },
  equipmentName: { zh: '水泵', en: 'pump' },
  responsible: null,
  contact: { id: toId('office'), name: { zh: '工程部', en: 'Engineering' }, method: '8001' },
  owner: 'olga',
  isUnderWarranty: false,
  contractor: { user: 'con', contact: null },
  sparePart: { zh: '机封', en: 'seal' },
};

function openAlarm(given: Partial<AlarmTicketInput> = {}, policy: Policy = defaultPolicy) {
  const input: AlarmTicketInput = {
    number: 'GC20260922-0001',
    site: toId('test-site'),
    subject,
    firstReceiver: 'duty-zhao',
    occurrence: createOccurrence(),
    class: 'engineering',
    faultKind: 'pressure',
    guidance: null,
    evidence: { atMs: BASE_MS, points: [], trend: null },
    ...given,
  };
  return openAlarmTicket(input, policy, BASE_MS);
}

const REPORT: NewTicket = {
  source: 'owner-call',
  channel: 'phone',
  class: 'engineering',
  priority: null,
  impact: null,
  attendance: null,
  flow: null,
  content: 'water on the floor',
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
const PERSONAL = { name: 'Ms Chen', method: '139', salt: 'ab', digest: 'd1' };
const OCCUPANT = createActor('unit-1203', ['occupant']);

function openReport(
  report: Partial<NewTicket> = {},
  given: Partial<ReportedTicketInput> = {},
  policy: Policy = defaultPolicy,
) {
  const input: ReportedTicketInput = {
    number: 'GC20260922-0001',
    site: toId('test-site'),
    subject: { ...subject, kind: null },
    firstReceiver: 'desk-li',
    report: { ...REPORT, ...report },
    actor: DESK,
    personal: PERSONAL,
    ...given,
  };
  return openReportedTicket(input, policy, BASE_MS);
}

const typesOf = (events: readonly { readonly type: string }[]) => events.map(({ type }) => type);

describe('an alarm', () => {
  test('opens a ticket that the gateway has recorded and dispatched by the table, as one change', () => {
    const { ticket, events } = openAlarm();
    expect(typesOf(events)).toEqual(['opened', 'recorded', 'dispatched']);
    expect(ticket).toMatchObject({
      version: 1,
      stage: 'dispatched',
      priority: 'normal',
      flow: 'public-area',
      attendance: 'next-working-day',
      assignee: 'engineer',
      firstReceiver: 'duty-zhao',
      recordedAtMs: BASE_MS,
      sparePart: { en: 'seal' },
      contractor: null,
      contact: { id: 'office', personal: null },
    });
    expect(events.every(({ by, ticket: at }) => by === 'gateway' && at.version === 1)).toBe(true);
    expect(events.at(-1)?.ticket).toBe(ticket);
    expect(typesOf(ticket.marks)).toEqual(['received', 'recorded', 'dispatched']);
  });

  test('of life safety is reported by the gateway and left to the desk', () => {
    const { ticket, events } = openAlarm({ occurrence: createOccurrence({ severity: 'life-safety' }) });
    expect(typesOf(events)).toEqual(['opened', 'recorded', 'reporting']);
    expect(ticket).toMatchObject({ stage: 'recorded', priority: 'emergency', attendance: 'emergency' });
    expect(ticket.reports.map(({ to }) => to)).toEqual(['assignee', 'supervisor', 'leader']);
    const clock = ticket.clocks.find(({ id }) => id === 'report');
    // That somebody is to be told is no report yet.
    expect(clock).toMatchObject({ stoppedAtMs: null, dueAtMs: BASE_MS + 90_000 });
  });

  test('that nobody is to be woken for is for the next working day', () => {
    const policy = { ...hospitalPolicy };
    const low = createOccurrence({ severity: 'low' });
    expect(openAlarm({ occurrence: low }, policy).ticket.attendance).toBe('next-working-day');
    const medium = createOccurrence({ severity: 'medium' });
    expect(openAlarm({ occurrence: medium }, policy).ticket.attendance).toBe('urgent');
  });

  test('under warranty takes the flow of the contractor who answers for it', () => {
    const { ticket } = openAlarm({ subject: { ...subject, isUnderWarranty: true } });
    expect(ticket).toMatchObject({ flow: 'warranty', contractor: { user: 'con' } });
  });

  test('without anybody to go to waits for the desk', () => {
    const { ticket, events } = openAlarm({}, { ...defaultPolicy, routing: [] });
    expect(typesOf(events)).toEqual(['opened', 'recorded']);
    expect(ticket).toMatchObject({ stage: 'recorded', assignee: null });
  });

  test('goes to the equipment’s own person, then by class, kind and place, first match first', () => {
    const row = { class: null, kind: null, location: null } as const;
    const routing: Policy['routing'] = [
      { ...row, location: 'tower-b', assignee: 'b-crew' },
      { ...row, kind: 'lift', assignee: 'lifts' },
      { ...row, class: 'fire', assignee: 'fire-crew' },
      { ...row, location: 'basement', assignee: 'basement-crew' },
      { ...row, assignee: 'anybody' },
    ];
    const policy = { ...defaultPolicy, routing };
    const to = (given: Partial<TicketSubject>) =>
      openAlarm({ subject: { ...subject, ...given } }, policy).ticket.assignee;
    expect(to({})).toBe('basement-crew');
    expect(to({ locations: [] })).toBe('anybody');
    expect(to({ kind: 'lift' })).toBe('lifts');
    expect(to({ responsible: 'wang' })).toBe('wang');
  });

  test('goes to whom it is proposed at this moment, and to the desk where nobody is', () => {
    const to = (proposed: string | null) => openAlarm({ propose: () => proposed }).ticket;
    expect(to('li')).toMatchObject({ stage: 'dispatched', assignee: 'li' });
    expect(to(null)).toMatchObject({ stage: 'recorded', assignee: null });
    const asked: Ticket[] = [];
    openAlarm({ propose: (ticket) => (asked.push(ticket), 'li') });
    expect(asked[0]).toMatchObject({ class: 'engineering', priority: 'normal', assignee: 'engineer' });
  });

  test('of a lift with people in it begins with the sheet and its two clocks', () => {
    const entrapment = { liftCode: 'L3', rescueLine: '96333', floor: '', people: null, steps: {} };
    const occurrence = createOccurrence({ severity: 'life-safety' });
    const { ticket } = openAlarm({ entrapment, occurrence });
    const running = (of: Ticket) =>
      of.clocks.filter(({ id, stoppedAtMs }) => id.startsWith('entrapment') && stoppedAtMs === null);
    expect(running(ticket).map(({ id }) => id)).toEqual(['entrapment-arrival', 'entrapment-release']);
    const context = createContext({ policy: { ...defaultPolicy, actors: createFreePolicy().actors } });
    const step = (at: Ticket, name: 'maintainer-arrived' | 'released') =>
      stepTicket(at, { type: 'entrapment', step: name, who: 'Lift Firm' }, DESK, context).ticket;
    const arrived = step(ticket, 'maintainer-arrived');
    expect(running(arrived).map(({ id }) => id)).toEqual(['entrapment-release']);
    expect(arrived.entrapment).toMatchObject({
      liftCode: 'L3',
      steps: { 'maintainer-arrived': { by: DESK.username, who: 'Lift Firm' } },
    });
    expect(running(step(arrived, 'released'))).toEqual([]);
  });
});

test('an emergency entered later from paper is told now, and its report is nobody’s breach', () => {
  const receivedAtMs = BASE_MS - 2 * 3_600_000;
  const { ticket, events } = openReport({ priority: 'emergency', slip: 'ZD-000001', receivedAtMs });
  expect(typesOf(events)).toEqual(expect.arrayContaining(['reporting', 'reported']));
  expect(ticket.reports.map(({ deliveredAtMs }) => deliveredAtMs)).toEqual([null, null, null]);
  const clock = ticket.clocks.find(({ id }) => id === 'report');
  expect(clock).toMatchObject({ stoppedAtMs: receivedAtMs, breachedAtMs: null });
});

describe('a stage that the policy does not have', () => {
  test('is passed by nobody: an emergency of the hospital goes straight to whom it is dispatched to', () => {
    const occurrence = createOccurrence({ severity: 'high' });
    const { ticket, events } = openAlarm({ occurrence }, hospitalPolicy);
    expect(typesOf(events)).toEqual(['opened', 'reporting', 'dispatched']);
    expect(ticket).toMatchObject({ stage: 'dispatched', recordedAtMs: null, priority: 'emergency' });
  });
});

describe('a report', () => {
  test('of the desk is recorded by writing it down, and dispatched by the table', () => {
    const { ticket, events } = openReport();
    expect(events.map(({ type, by }) => [type, by])).toEqual([
      ['opened', 'desk-li'],
      ['recorded', 'desk-li'],
      ['dispatched', 'gateway'],
    ]);
    expect(ticket).toMatchObject({
      priority: 'normal',
      flow: 'daily',
      attendance: 'appointment',
      reporter: null,
    });
  });

  test('of an occupant waits for the desk, and is seen by its author only', () => {
    const { ticket, events } = openReport(
      { channel: 'qr-code' },
      { actor: OCCUPANT, isContactConfirmed: false },
    );
    expect(typesOf(events)).toEqual(['opened']);
    expect(ticket).toMatchObject({ stage: 'received', recordedAtMs: null, reporter: 'unit-1203' });
    expect(ticket.contact.isConfirmed).toBe(false);
    expect(mayRead(ticket, OCCUPANT)).toBe(true);
    expect(mayRead(ticket, createActor('unit-1204', ['occupant']))).toBe(false);
    expect(mayRead(ticket, createActor('con', ['contractor']))).toBe(false);
    expect(
      mayRead({ ...ticket, contractor: { user: 'con', contact: null } }, createActor('con', ['contractor'])),
    ).toBe(true);
    expect(mayRead(ticket, createActor('x', ['contractor', 'desk']))).toBe(true);
    expect(mayRead(ticket, createActor('nobody'))).toBe(false);
  });

  test('that lacks what the record asks for waits for it, whoever wrote it', () => {
    const bare = { contactName: '', contactMethod: '' };
    const { ticket } = openReport(bare, { personal: null });
    expect(ticket.stage).toBe('received');
    const record = () => stepTicket(ticket, { type: 'record' }, DESK, createContext());
    expect(record).toThrow(expect.objectContaining({ code: 'missing-fields' }));
  });

  test('once recorded is dispatched by the gateway, except what the desk dispatches itself', () => {
    const { ticket } = openReport({ channel: 'form' }, { actor: OCCUPANT });
    const { events } = stepTicket(ticket, { type: 'record' }, DESK, createContext());
    expect(typesOf(events)).toEqual(['recorded', 'dispatched']);
    const urgent = openReport({ channel: 'form', priority: 'emergency' }, { actor: OCCUPANT }).ticket;
    expect(typesOf(stepTicket(urgent, { type: 'record' }, DESK, createContext()).events)).toEqual([
      'recorded',
    ]);
  });

  test('has its priority from its impact unless it says so itself', () => {
    const of = (report: Partial<NewTicket>) => openReport(report).ticket.priority;
    expect(of({ impact: { urgency: 3, complexity: 1, scope: 2 } })).toBe('emergency');
    expect(of({ impact: { urgency: 3, complexity: 1, scope: 1 } })).toBe('urgent');
    expect(of({ impact: { urgency: 2, complexity: 3, scope: 2 } })).toBe('normal');
    expect(of({ impact: { urgency: 3, complexity: 3, scope: 3 }, priority: 'normal' })).toBe('normal');
    expect(of({})).toBe('normal');
  });

  test('has an appointment with its own clock', () => {
    const appointment = { fromMs: BASE_MS + 5 * HOUR_MS, toMs: BASE_MS + 6 * HOUR_MS };
    const { ticket, events } = openReport({ appointment });
    expect(typesOf(events)).toContain('appointed');
    const clock = ticket.clocks.find(({ id }) => id === 'arrival-appointment');
    expect(clock?.dueAtMs).toBe(appointment.fromMs - 3 * MINUTE_MS);
  });

  test('leaves no personal word in its record: the chain has the row and its digest', () => {
    const { ticket, events } = openReport();
    expect(ticket.contact).toMatchObject({
      name: { zh: 'Ms Chen' },
      method: '139',
      personal: `${ticket.id}/1`,
    });
    const { content, ...sealed } = events[0]?.detail ?? {};
    expect(sealed).toEqual({ personal: `${ticket.id}/1`, digest: 'd1' });
    // What was said is words that the store keeps beside the chain.
    expect(content).toBe(ticket.content.zh);
    const context = createContext({ personal: { ...PERSONAL, method: '138', digest: 'd2' } });
    const step = { type: 'correct', field: 'contactMethod', value: '138', reason: 'new phone' } as const;
    const corrected = stepTicket(ticket, step, DESK, context);
    expect(corrected.ticket.contact).toMatchObject({ method: '138', personal: `${ticket.id}/2` });
    expect(corrected.events[0]?.detail).toEqual({
      field: 'contactMethod',
      from: `${ticket.id}/1`,
      personal: `${ticket.id}/2`,
      digest: 'd2',
      reason: 'new phone',
    });
    const record = { type: 'record', contactName: 'Mr Wu', contactMethod: '137' } as const;
    const received = openReport({ channel: 'form' }, { actor: OCCUPANT }).ticket;
    const recorded = stepTicket(
      received,
      record,
      DESK,
      createContext({ personal: { ...PERSONAL, name: 'Mr Wu' } }),
    );
    const written = JSON.stringify(
      [...events, ...corrected.events, ...recorded.events].map(({ detail }) => detail),
    );
    for (const word of ['Chen', '139', '138', 'Wu', '137']) expect(written).not.toContain(word);
    expect(recorded.ticket.contact.name.zh).toBe('Mr Wu');
  });

  test('a new contact without its sealed fields changes nothing', () => {
    const received = openReport({ channel: 'form' }, { actor: OCCUPANT }).ticket;
    const record = { type: 'record', contactName: 'Mr Wu' } as const;
    expect(() => stepTicket(received, record, DESK, createContext())).toThrow(
      expect.objectContaining({ code: 'missing-fields' }),
    );
  });
});

describe('a slip that is entered later', () => {
  const HOURS_AGO = BASE_MS - 3 * HOUR_MS;
  const entered = () =>
    openReport({ channel: 'slip', slip: 'S-0042', receivedAtMs: HOURS_AGO, priority: 'urgent' });

  test('is marked, keeps its real time and says when it was written down', () => {
    const { ticket, events } = entered();
    expect(ticket).toMatchObject({
      isLateEntry: true,
      slip: 'S-0042',
      stage: 'recorded',
      receivedAtMs: HOURS_AGO,
      recordedAtMs: HOURS_AGO,
    });
    expect(events.map(({ atMs, enteredAtMs }) => [atMs, enteredAtMs])).toEqual(
      events.map(() => [HOURS_AGO, BASE_MS]),
    );
  });

  test('breaches nothing that was kept, and says nothing while it is being entered', () => {
    const policy = { ...defaultPolicy, actors: createFreePolicy().actors };
    let { ticket } = entered();
    expect(sweepTicket(ticket, policy, BASE_MS)).toBeNull();
    const steps = [
      [COMPLETE.dispatch, 1],
      [COMPLETE.take, 1.5],
      [COMPLETE.arrive, 20],
      [COMPLETE.diagnose, 25],
      [COMPLETE.plan, 26],
      [COMPLETE.agree, 28],
      [COMPLETE.start, 30],
      [COMPLETE.done, 60],
    ] as const;
    for (const [at, [step, minutes]] of steps.entries()) {
      const occurredAtMs = HOURS_AGO + minutes * MINUTE_MS;
      const nowMs = BASE_MS + at * 10_000;
      ticket = stepTicket(ticket, step, DESK, createContext({ policy, nowMs, occurredAtMs })).ticket;
      expect(sweepTicket(ticket, policy, nowMs)).toBeNull();
    }
    expect(ticket).toMatchObject({ stage: 'done', stageSinceMs: HOURS_AGO + 60 * MINUTE_MS });
    const stopped = ticket.clocks.filter(({ stoppedAtMs }) => stoppedAtMs !== null);
    expect(stopped.length).toBeGreaterThan(3);
    expect(stopped.filter(({ breachedAtMs }) => breachedAtMs !== null)).toEqual([]);
  });

  test('happened neither before the step before it nor after now', () => {
    const { ticket } = entered();
    const at = (occurredAtMs: number) => () =>
      stepTicket(ticket, COMPLETE.dispatch, DESK, createContext({ nowMs: BASE_MS, occurredAtMs }));
    for (const bad of [HOURS_AGO - 1, BASE_MS + 1, Number.NaN])
      expect(at(bad)).toThrow(expect.objectContaining({ code: 'late-entry-order' }));
    expect(at(HOURS_AGO)().ticket.stage).toBe('dispatched');
    expect(at(BASE_MS)().events[0]).not.toHaveProperty('enteredAtMs');
    expect(() => openReport({ receivedAtMs: BASE_MS + 1 })).toThrow(
      expect.objectContaining({ code: 'late-entry-order' }),
    );
  });
});

describe('a repeat', () => {
  const repair = (closedAgoMs: number | null, given: Partial<PastRepair> = {}): PastRepair => ({
    ticket: toId('GC-old'),
    number: 'GC-old',
    faultKind: 'pressure',
    content: { zh: '', en: '' },
    result: null,
    closedAtMs: closedAgoMs === null ? null : BASE_MS - closedAgoMs,
    ...given,
  });
  const repeatOf = (...history: readonly PastRepair[]) => openAlarm({ history }).ticket.repeatOf;
  const DAY_MS = 24 * HOUR_MS;

  test('is the same fault within the day or the week of the policy', () => {
    expect(repeatOf(repair(DAY_MS))).toEqual({ ticket: 'GC-old', within: 'day' });
    expect(repeatOf(repair(DAY_MS + 1))).toEqual({ ticket: 'GC-old', within: 'week' });
    expect(repeatOf(repair(7 * DAY_MS + 1))).toBeNull();
  });

  test('of several the latest counts; other faults, open ones and none at all do not', () => {
    const newer = repair(HOUR_MS, { ticket: toId('GC-newer') });
    expect(repeatOf(repair(DAY_MS), newer, repair(2 * HOUR_MS))?.ticket).toBe('GC-newer');
    expect(repeatOf(repair(HOUR_MS, { faultKind: 'leak' }), repair(null))).toBeNull();
    expect(repeatOf()).toBeNull();
  });

  test('is marked, linked and shown', () => {
    const { ticket } = openAlarm({ history: [repair(HOUR_MS)] });
    expect(ticket.links).toEqual([{ ticket: 'GC-old', kind: 'previous' }]);
    expect(ticket.banners).toMatchObject([{ kind: 'repeat' }]);
  });

  test('is found out when the fault kind becomes known', () => {
    const ticket = createFull({ stage: 'on-site', history: [repair(HOUR_MS)] });
    const policy = { ...defaultPolicy, actors: createFreePolicy().actors };
    const diagnose = { type: 'diagnose', diagnosis: 'seal', faultKind: 'pressure' } as const;
    const step = stepTicket(ticket, diagnose, DESK, createContext({ policy }));
    expect(step.ticket.repeatOf).toEqual({ ticket: 'GC-old', within: 'day' });
    expect(step.events).toMatchObject([{ type: 'diagnosed', detail: { repeatOf: { within: 'day' } } }]);
    const correct = {
      type: 'correct',
      field: 'faultKind',
      value: 'pressure',
      reason: 'looked again',
    } as const;
    expect(stepTicket(ticket, correct, DESK, createContext({ policy })).ticket.repeatOf).not.toBeNull();
  });
});

describe('the same report twice', () => {
  const first = openReport({ channel: 'form' }, { actor: OCCUPANT }).ticket;
  const again = (report: Partial<NewTicket> = {}, actor = OCCUPANT, nowMs = BASE_MS + 10 * MINUTE_MS) =>
    findDuplicates([first], { ...REPORT, channel: 'form', ...report }, subject, actor, defaultPolicy, nowMs);

  test('is one matter: same person, place and class within the policy’s time', () => {
    expect(again()).toEqual([first]);
    expect(again({ class: 'cleaning' })).toEqual([]);
    expect(again({ location: toId('roof') })).toEqual([]);
    expect(again({ equipment: toId('pump') })).toEqual([]);
    expect(again({}, createActor('unit-1204', ['occupant']))).toEqual([]);
    expect(again({}, OCCUPANT, BASE_MS + defaultPolicy.duplicateMs + 1)).toEqual([]);
  });

  test('a closed ticket takes none', () => {
    const closed: Ticket = { ...first, stage: 'closed' };
    const report = { ...REPORT, channel: 'form' } as const;
    expect(findDuplicates([closed], report, subject, OCCUPANT, defaultPolicy, BASE_MS)).toEqual([]);
  });

  test('somebody without an account is known by the way of contact', () => {
    const phoned = openReport().ticket;
    const find = (contactMethod: string) =>
      findDuplicates([phoned], { ...REPORT, contactMethod }, subject, DESK, defaultPolicy, BASE_MS);
    expect(find('139')).toEqual([phoned]);
    expect(find('138')).toEqual([]);
    expect(find('')).toEqual([]);
  });

  test('is written on the record of the first', () => {
    const step = addReport(
      first,
      { ...REPORT, content: 'still wet', channel: 'form', slip: 'ZD-000007', receivedAtMs: BASE_MS - 1 },
      OCCUPANT,
      defaultPolicy,
      BASE_MS,
    );
    const detail = { content: 'still wet', slip: 'ZD-000007', receivedAtMs: BASE_MS - 1 };
    expect(step.events).toMatchObject([{ type: 'noted', by: 'unit-1203', detail }]);
  });
});
