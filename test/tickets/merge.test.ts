/** Two tickets at once: merged, split, linked. Either both change, or neither. */
import { describe, expect, test } from 'vitest';
import type { OccurrenceId, TicketId } from '../../src/core/ids.ts';
import { toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { recompute } from '../../src/tickets/mark.ts';
import { toSettings } from '../../src/tickets/match.ts';
import { linkBack, mergeTickets } from '../../src/tickets/merge.ts';
import { splitTicket } from '../../src/tickets/split.ts';
import { stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import { MAX_ATTACHMENTS, MAX_LINKS } from '../../src/tickets/step-data.ts';
import {
  BASE_MS,
  COMPLETE,
  createActor,
  createAlarm,
  createAlarmTicket,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  MINUTE_MS,
  PHOTO,
  refusalOf,
  withClocks,
} from './fixtures.ts';

const policy = createFreePolicy();
const NOW_MS = BASE_MS + 20 * MINUTE_MS;
const context = createContext({ policy, nowMs: NOW_MS });
const merge = { type: 'merge', into: 'GC-2' as TicketId, note: 'same leak' } as const;

const second = createAlarm({ id: toId('occurrence-2'), key: toId('test-site/pump/low') });

function createInto(given: Partial<Ticket> = {}): Ticket {
  const ticket = createFull({
    id: merge.into,
    number: 'GC-2',
    stage: 'taken',
    receivedAtMs: BASE_MS + 10 * MINUTE_MS,
    stageSinceMs: BASE_MS + 11 * MINUTE_MS,
    alarms: [second],
    ...given,
  });
  return withClocks(ticket, policy, NOW_MS);
}

const from = createAlarmTicket({ stage: 'dispatched', attachments: [{ ...PHOTO, id: toId('photo-2') }] });

const SHEET = { liftCode: '', rescueLine: '', floor: '', people: null, steps: {} } as const;
const OUT = { atMs: BASE_MS, by: 'li', who: 'li', note: '' };

test('an appointment and the firm of a ticket are kept by the one that takes it over', () => {
  const appointment = { fromMs: NOW_MS + 60 * MINUTE_MS, toMs: NOW_MS + 120 * MINUTE_MS };
  const contractor = { user: 'firm', contact: null };
  const given = { ...from, appointment, contractor, estimatedAtMs: appointment.toMs };
  const into = createInto({ contractor: null, appointment: null, estimatedAtMs: null });
  const merged = mergeTickets(given, into, merge, DESK, context).into;
  expect(merged.ticket).toMatchObject({ appointment, contractor, estimatedAtMs: appointment.toMs });
  expect(merged.events.map(({ type }) => type)).toContain('appointed');
  // What the other one has promised itself stays.
  const own = { fromMs: NOW_MS + 5 * MINUTE_MS, toMs: NOW_MS + 10 * MINUTE_MS };
  const kept = mergeTickets(given, createInto({ appointment: own }), merge, DESK, context).into;
  expect(kept.ticket.appointment).toEqual(own);
});

describe('people in lifts', () => {
  const lift = (equipment: string | null, people: number | null, isOut = false): Partial<Ticket> => ({
    equipment: equipment as Ticket['equipment'],
    entrapment: { ...SHEET, people, steps: isOut ? { released: OUT } : {} },
  });
  const into = (given: Partial<Ticket>) => createInto(given);
  const mergedFrom = (given: Partial<Ticket>, other: Partial<Ticket>) =>
    mergeTickets({ ...from, ...given }, into(other), merge, DESK, context).into.ticket.entrapment;

  test.each([
    ['of another lift', lift('lift-2', 3), lift('lift-1', 1)],
    ['of a lift whose people are out', lift('lift-1', 3), lift('lift-1', 1, true)],
  ])('are not put onto the sheet %s', (_what, given, other) => {
    expect(refusalOf(() => mergedFrom(given, other))).toMatchObject({ code: 'merge-refused' });
  });

  const said = (zh: string, place: string, people: number): Partial<Ticket> => ({
    ...lift(null, people),
    content: { zh, en: zh },
    place: { zh: place, en: place },
  });

  test.each([
    [said('1号梯困人', '大堂', 2), said('2号梯困人', '大堂', 3)],
    [said('电梯困人', '1号楼', 2), said('电梯困人', '2号楼', 3)],
    [said('1号楼货梯困人', '', 2), said('1号楼客梯困人', '', 3)],
  ])('are not put onto the sheet of a lift that the words call another: %#', (given, other) => {
    expect(refusalOf(() => mergedFrom(given, other))).toMatchObject({ code: 'merge-refused' });
  });

  test.each([
    [said('电梯困人', '大堂', 2), said('2号梯困人', '大堂', 3)],
    [said('1号楼2号梯困人', '', 2), said('二号电梯有人', '1栋', 3)],
  ])('are, where the words may mean one lift: %#', (given, other) => {
    expect(mergedFrom(given, other)).toMatchObject({ people: 3 });
  });

  test('who were told of twice are on one sheet', () => {
    expect(mergedFrom(lift(null, 3), lift('lift-1', null))).toMatchObject({ people: 3, steps: {} });
  });

  test('who are out elsewhere are not out here', () => {
    expect(mergedFrom(lift('lift-1', 2, true), lift('lift-1', 1))).toMatchObject({ people: 1, steps: {} });
  });
});

describe('merging', () => {
  test('moves alarms and photos, and keeps the earliest start', () => {
    const into = createInto();
    const merged = mergeTickets(from, into, merge, DESK, context);
    expect(merged.from.ticket).toMatchObject({
      stage: 'merged',
      alarms: [],
      closedAtMs: NOW_MS,
      links: [{ ticket: 'GC-2', kind: 'merged-into' }],
    });
    expect(merged.from.events).toMatchObject([
      { type: 'merged', detail: { into: 'GC-2', occurrences: ['occurrence-1'] } },
    ]);
    const { ticket } = merged.into;
    expect(ticket.alarms.map(({ occurrence }) => occurrence)).toEqual(['occurrence-2', 'occurrence-1']);
    expect(ticket).toMatchObject({ stage: 'taken', version: 2, receivedAtMs: BASE_MS });
    expect(ticket.attachments.map(({ id }) => id)).toEqual(['photo-1', 'photo-2']);
    const dueOf = (of: Ticket) => of.clocks.find(({ id }) => id === 'arrival')?.startedAtMs;
    expect(dueOf(into)).toBe(BASE_MS + 10 * MINUTE_MS);
    expect(dueOf(ticket)).toBe(BASE_MS);
  });

  test('takes over the clocks of people in a lift, as far as they have come', () => {
    const at = (minutes: number) => BASE_MS + minutes * MINUTE_MS;
    const step = (ticket: Ticket, given: object, minute: number): Ticket =>
      stepTicket(ticket, { type: 'entrapment', ...given }, DESK, createContext({ policy, nowMs: at(minute) }))
        .ticket;
    const emergency = { ...from, priority: 'emergency', attendance: 'emergency' } as const;
    const begun = step(emergency, { people: 2 }, 1);
    const trapped = step(begun, { step: 'maintainer-arrived' }, 12);
    const { ticket } = mergeTickets(trapped, createInto(), merge, DESK, context).into;
    const clockOf = (id: string) => ticket.clocks.find((clock) => clock.id === id);
    expect(ticket.entrapment).toEqual(trapped.entrapment);
    expect(clockOf('entrapment-arrival')).toMatchObject({ startedAtMs: at(1), stoppedAtMs: at(12) });
    expect(clockOf('entrapment-release')).toMatchObject({ dueAtMs: at(61), stoppedAtMs: null });
    // One that has a sheet of its own keeps it, and the clocks of it.
    const own = step(createInto({ priority: 'emergency' }), { people: 1 }, 15);
    const kept = mergeTickets(trapped, own, merge, DESK, context).into.ticket;
    expect(kept.clocks.find(({ id }) => id === 'entrapment-release')?.dueAtMs).toBe(at(75));
  });

  test('takes over people in a lift from a ticket whose own policy has no clock for them', () => {
    const at = (minute: number): number => BASE_MS + minute * MINUTE_MS;
    const former = {
      ...policy,
      clocks: policy.clocks.filter(({ start }) => !start.some((event) => event === 'entrapment')),
    };
    const emergency = { ...from, priority: 'emergency', attendance: 'emergency' } as const;
    const known = withClocks(emergency, former, at(0));
    const sheet = { type: 'entrapment', people: 2 } as const;
    const called = { type: 'entrapment', step: 'maintainer-arrived' } as const;
    const fill = (ticket: Ticket, step: typeof sheet | typeof called, minute: number): Ticket =>
      stepTicket(ticket, step, DESK, createContext({ policy: former, nowMs: at(minute) })).ticket;
    const trapped = fill(fill(known, sheet, 1), called, 12);
    expect(trapped.clocks.map(({ id }) => id)).not.toContain('entrapment-arrival');
    const other = { policy, incident: null };
    const { ticket } = mergeTickets(
      trapped,
      createInto(),
      merge,
      DESK,
      { ...context, policy: former },
      other,
    ).into;
    const clockOf = (id: string) => ticket.clocks.find((clock) => clock.id === id);
    expect(clockOf('entrapment-arrival')).toMatchObject({ startedAtMs: at(1), stoppedAtMs: at(12) });
    expect(clockOf('entrapment-release')).toMatchObject({ startedAtMs: at(1), stoppedAtMs: null });
  });

  test('keeps the graver priority, and a later start changes nothing', () => {
    const urgent = { ...from, priority: 'urgent', receivedAtMs: NOW_MS } as const;
    const { ticket, events } = mergeTickets(urgent, createInto(), merge, DESK, context).into;
    expect(ticket).toMatchObject({ priority: 'urgent', receivedAtMs: BASE_MS + 10 * MINUTE_MS });
    expect(events.map(({ type }) => type)).toEqual(['linked', 'priority-raised']);
  });

  test('an emergency that goes into another ticket is not reported twice, one that nobody knows of is', () => {
    const emergency = { ...from, priority: 'emergency' } as const;
    const told = { to: 'supervisor', atMs: BASE_MS, deliveredAtMs: BASE_MS + 1, answeredAtMs: null };
    const join = (reports: Ticket['reports']) =>
      mergeTickets({ ...emergency, reports }, createInto(), merge, DESK, context).into;
    expect(join([told]).ticket.reports).toEqual([told]);
    expect(join([told]).events.at(-1)).toMatchObject({ type: 'reported', detail: { to: ['supervisor'] } });
    const clockOf = ({ ticket }: ReturnType<typeof join>) => ticket.clocks.find(({ id }) => id === 'report');
    expect(clockOf(join([told]))).toMatchObject({ stoppedAtMs: NOW_MS });
    // Its messages are not sent any more: who was not reached is told of the ticket that goes on.
    const underWay = join([told, { ...told, to: 'leader', deliveredAtMs: null }]);
    expect(underWay.events.at(-1)).toMatchObject({ type: 'reporting', detail: { to: ['leader'] } });
    expect(underWay.ticket.reports).toEqual([
      told,
      { to: 'leader', atMs: NOW_MS, deliveredAtMs: null, answeredAtMs: null },
    ]);
    expect(clockOf(underWay)).toMatchObject({ stoppedAtMs: null });
    const unknown = mergeTickets(emergency, createInto(), merge, DESK, context).into;
    expect(unknown.events.at(-1)).toMatchObject({ type: 'reporting', ticket: { priority: 'emergency' } });
  });

  test('whoever has the ticket that goes on is told where somebody else had the emergency', () => {
    const told = { to: 'assignee', atMs: BASE_MS, deliveredAtMs: BASE_MS + 1, answeredAtMs: null };
    const emergency = { ...from, priority: 'emergency', reports: [told], assignee: 'guard' } as const;
    const { ticket, events } = mergeTickets(emergency, createInto(), merge, DESK, context).into;
    expect(events.at(-1)).toMatchObject({ type: 'reporting', detail: { to: ['assignee'] } });
    expect(ticket).toMatchObject({ assignee: 'ann', reports: [{ to: 'assignee', deliveredAtMs: null }] });
    const same = mergeTickets({ ...emergency, assignee: 'ann' }, createInto(), merge, DESK, context).into;
    expect(same.events.at(-1)?.type).toBe('reported');
  });

  test('a light bulb that takes over a fire goes before the desk, with whom the fire was to go to as the proposal', () => {
    const fire = {
      ...from,
      priority: 'emergency',
      attendance: 'emergency',
      class: 'fire',
      assignee: 'guard',
    } as const;
    const bulb = createInto({ stage: 'dispatched', takenBy: null });
    const { ticket, events } = mergeTickets(fire, bulb, merge, DESK, context).into;
    expect(events.map(({ type }) => type)).toEqual([
      'linked',
      'priority-raised',
      'emergency-began',
      'reporting',
      'recorded',
    ]);
    expect(events[1]).toMatchObject({ detail: { merged: from.number, class: 'fire' } });
    expect(ticket).toMatchObject({ stage: 'recorded', assignee: 'guard', priority: 'emergency' });
    const clock = ticket.clocks.find(({ id }) => id === 'dispatch-emergency');
    expect(clock).toMatchObject({ startedAtMs: NOW_MS, stoppedAtMs: null });
    // Who has signed for it goes on.
    const taken = mergeTickets(fire, createInto(), merge, DESK, context).into.ticket;
    expect(taken).toMatchObject({ stage: 'taken', assignee: 'ann' });
  });

  test('keeps the earliest start of every clock, and tells no breach twice', () => {
    const at = (minutes: number) => BASE_MS + minutes * MINUTE_MS;
    const urgent = { priority: 'urgent', attendance: 'urgent', takenBy: null } as const;
    const mark = (type: 'received' | 'recorded' | 'taken', minute: number, stage: Ticket['stage']) => ({
      type,
      stage,
      atMs: at(minute),
    });
    const alarm = recompute(
      {
        ...from,
        ...urgent,
        marks: [
          { ...mark('received', 0, 'received'), settings: toSettings({ ...from, ...urgent }) },
          mark('recorded', 0, 'recorded'),
        ],
      },
      policy,
      NOW_MS,
    );
    const told = sweepTicket(alarm, policy, NOW_MS)?.ticket ?? alarm;
    const phone = createInto({ ...urgent, stage: 'recorded' });
    const into = recompute(
      {
        ...phone,
        marks: [
          { ...mark('received', 15, 'received'), settings: toSettings(phone) },
          mark('recorded', 16, 'recorded'),
        ],
        receivedAtMs: at(15),
      },
      policy,
      NOW_MS,
    );
    const { ticket } = mergeTickets(told, into, merge, DESK, context).into;
    for (const id of ['dispatch', 'arrival', 'repair'])
      expect(ticket.clocks.find((clock) => clock.id === id)).toMatchObject({ startedAtMs: at(0) });
    const dispatch = told.clocks.find(({ id }) => id === 'dispatch');
    expect(dispatch?.breachedAtMs).toBe(at(2));
    expect(ticket.clocks.find(({ id }) => id === 'dispatch')).toMatchObject({
      breachedAtMs: at(2),
      isBreachTold: true,
      responsible: dispatch?.responsible,
    });
    // Signed for in time there, it is not late because it was merged.
    const signed = recompute(
      { ...alarm, stage: 'taken', marks: [...alarm.marks, mark('taken', 1, 'taken')] },
      policy,
      NOW_MS,
    );
    const kept = mergeTickets(signed, into, merge, DESK, context).into.ticket;
    expect(kept.clocks.find(({ id }) => id === 'dispatch')).toMatchObject({ startedAtMs: at(16) });
    expect(kept.clocks.find(({ id }) => id === 'arrival')).toMatchObject({ startedAtMs: at(0) });
  });

  test('a start that is taken over leaves no stage before it was reached: an approved wait stays one', () => {
    const at = (minutes: number) => BASE_MS + minutes * MINUTE_MS;
    const waits = { ...policy, clocks: policy.clocks.filter(({ id }) => id === 'repair') };
    const [repair] = waits.clocks;
    const own = {
      ...waits,
      clocks: repair ? [repair, { ...repair, id: 'work', start: ['started' as const] }] : [],
    };
    const phone = createInto({ stage: 'handling' });
    const marks = [
      { type: 'received', atMs: at(0), stage: 'received', settings: toSettings(phone) },
      { type: 'recorded', atMs: at(0), stage: 'recorded' },
      { type: 'taken', atMs: at(1), stage: 'taken' },
      { type: 'waited', atMs: at(2), stage: 'waiting' },
      { type: 'resumed', atMs: at(12), stage: 'taken' },
      { type: 'started', atMs: at(13), stage: 'handling' },
    ] as const;
    const into = recompute({ ...phone, receivedAtMs: at(0), marks }, own, NOW_MS);
    const begun = createInto({ ...from, stage: 'handling' });
    const other = recompute(
      {
        ...begun,
        marks: [
          { type: 'received', atMs: at(0), stage: 'received', settings: toSettings(begun) },
          { type: 'started', atMs: at(5), stage: 'handling' },
        ],
      },
      own,
      NOW_MS,
    );
    const { ticket } = mergeTickets(other, into, merge, DESK, { ...context, policy: own }).into;
    const spent = ticket.clocks.map(({ id, startedAtMs, spentMs }) => [id, startedAtMs, spentMs]);
    expect(spent).toEqual([
      ['repair', at(0), 10 * MINUTE_MS],
      ['work', at(5), 8 * MINUTE_MS],
    ]);
  });

  test('refuses itself, drills with what is real, other sites, and a ticket that is done', () => {
    const refuse = (of: Ticket, into: Ticket) =>
      refusalOf(() => mergeTickets(of, into, merge, DESK, context)).code;
    expect(refuse(from, from)).toBe('merge-refused');
    expect(refuse(from, createInto({ isDrill: true }))).toBe('merge-refused');
    expect(refuse(from, createInto({ site: toId('elsewhere') }))).toBe('merge-refused');
    for (const stage of ['done', 'closed', 'cancelled', 'merged'] as const)
      expect(refuse(from, createInto({ stage }))).toBe('merge-refused');
    expect(refuse({ ...from, stage: 'done' }, createInto())).toBe('wrong-stage');
    expect(refusalOf(() => mergeTickets(from, createInto(), merge, createActor('x'), context)).code).toBe(
      'not-your-step',
    );
  });
});

describe('splitting', () => {
  const ticket = createAlarmTicket({ stage: 'on-site', alarms: [createAlarm(), second] });
  const input = {
    number: 'GC-3',
    content: 'the valve leaks as well',
    occurrences: ['occurrence-2' as OccurrenceId],
    reason: 'another part',
  };

  test('opens a ticket of its own for the second matter, with its alarms', () => {
    const split = splitTicket(ticket, input, DESK, context);
    expect(split.from.ticket.alarms.map(({ occurrence }) => occurrence)).toEqual(['occurrence-1']);
    expect(split.from.ticket).toMatchObject({
      stage: 'on-site',
      links: [{ ticket: 'GC-3', kind: 'split-into' }],
    });
    expect(split.from.events).toMatchObject([
      { type: 'split', detail: { into: 'GC-3', reason: 'another part' } },
    ]);
    expect(split.opened.ticket).toMatchObject({
      id: 'GC-3',
      version: 1,
      stage: 'dispatched',
      equipment: 'pump',
      assignee: 'ann',
      takenBy: null,
      receivedAtMs: BASE_MS,
      content: { en: 'the valve leaks as well' },
      links: [{ ticket: ticket.id, kind: 'split-from' }],
    });
    expect(split.opened.ticket.alarms.map(({ occurrence }) => occurrence)).toEqual(['occurrence-2']);
  });

  test('refuses what is done, alarms of others, and a matter without words', () => {
    const refuse = (of: Ticket, given: object) =>
      refusalOf(() => splitTicket(of, { ...input, ...given }, DESK, context)).code;
    expect(refuse({ ...ticket, stage: 'done' }, {})).toBe('wrong-stage');
    expect(refuse(ticket, { occurrences: ['occurrence-9'] })).toBe('value-not-allowed');
    expect(refuse(ticket, { content: ' ' })).toBe('missing-fields');
    expect(refusalOf(() => splitTicket(ticket, input, createActor('x'), context)).code).toBe('not-your-step');
  });
});

describe('links and photos', () => {
  const link = (of: Ticket, kind: 'previous' | 'related' | 'duplicate', other = 'GC-9') =>
    stepTicket(of, { type: 'link', ticket: other as TicketId, kind }, DESK, context).ticket;

  test('a link is there once, and not to itself', () => {
    const linked = link(link(createFull(), 'related'), 'related');
    expect(linked.links).toEqual([{ ticket: 'GC-9', kind: 'related' }]);
    expect(refusalOf(() => link(createFull(), 'related', createFull().id)).code).toBe('value-not-allowed');
  });

  test('the other side shows it where it means the same there, and while it is open', () => {
    const other = createInto();
    expect(linkBack(other, from, 'duplicate', DESK, context)?.ticket.links).toEqual([
      { ticket: from.id, kind: 'duplicate' },
    ]);
    expect(linkBack(other, from, 'previous', DESK, context)).toBeNull();
    expect(linkBack({ ...other, stage: 'closed' }, from, 'related', DESK, context)).toBeNull();
    const known = { ...other, links: [{ ticket: from.id, kind: 'related' as const }] };
    expect(linkBack(known, from, 'related', DESK, context)).toBeNull();
  });

  test('there is an end to both', () => {
    const links = Array.from({ length: MAX_LINKS }, (_, at) => ({
      ticket: `GC-x${at}` as TicketId,
      kind: 'related' as const,
    }));
    expect(refusalOf(() => link(createFull({ links }), 'related')).code).toBe('ticket-full');
    const attachments = Array.from({ length: MAX_ATTACHMENTS }, () => PHOTO);
    const full = createFull({ attachments });
    expect(refusalOf(() => stepTicket(full, COMPLETE.attach, DESK, context)).code).toBe('ticket-full');
  });
});
