/** Incidents where they meet tickets and drills: through the engine's own rounds, with restarts in between. */
import { describe, expect, test } from 'vitest';
import { defined } from '../../src/core/assert.ts';
import type { DrillRecord } from '../../src/core/drill-record.ts';
import { type EquipmentId, type TicketId, toId } from '../../src/core/ids.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { IncidentChange } from '../../src/incidents/changes.ts';
import type { NewTicket } from '../../src/tickets/transitions.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel, type TestEquipment } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';
import { HOUR_MS, MINUTE_MS, MODEL, makePlan, POLICY } from './fixtures.ts';

/** A lift whose button and whose entrapment are one fault, as the shipped profile has it. */
function makeLift(id: string): TestEquipment {
  const rule = {
    type: 'state',
    params: { in: [1] },
    class: 'engineering',
    faultKind: 'passenger-alarm',
  } as const;
  return {
    id,
    kind: 'lift',
    location: toId('a-shaft'),
    points: [{ name: `${id}-button` }, { name: `${id}-trapped` }],
    rules: [
      { ...rule, id: 'button', points: [`${id}-button`], severity: 'high' },
      { ...rule, id: 'entrapment', points: [`${id}-trapped`], severity: 'life-safety' },
    ],
  };
}

const panel: TestEquipment = {
  id: 'panel-a',
  kind: 'fire-panel',
  location: toId('a-room'),
  points: [{ name: 'zone-1' }, { name: 'zone-2' }],
  rules: ['zone-1', 'zone-2'].map((id) => ({
    id,
    type: 'state',
    params: { in: [1] },
    points: [id],
    severity: 'life-safety',
    class: 'fire',
  })),
};

const model = createTestModel({
  equipment: [makeLift('lift-1'), makeLift('lift-2'), panel],
  policy: { incidents: POLICY.incidents },
  overrides: {
    locations: MODEL.locations,
    contacts: MODEL.contacts,
    plans: [makePlan('lift', { kind: 'entrapment' })],
  },
});

function incidentsOf(loop: TestLoop): readonly Incident[] {
  const rows = loop.writes.flatMap((write) => (write.type === 'incident' ? [write.incident] : []));
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

function recordsOf(loop: TestLoop): readonly DrillRecord[] {
  return loop.writes.flatMap((write) => (write.type === 'drill-record' ? [write.record] : []));
}

function change(loop: TestLoop, incident: Incident, it: IncidentChange) {
  const { id, version } = incidentsOf(loop).find((row) => row.id === incident.id) ?? incident;
  return loop.command({ type: 'incident', incident: id, version, change: it, by: 'li' }).incident;
}

function createLoop(): TestLoop {
  const loop = createTestLoop(model);
  loop.feed({
    'lift-1-button': 0,
    'lift-1-trapped': 0,
    'lift-2-button': 0,
    'lift-2-trapped': 0,
    'zone-1': 0,
    'zone-2': 0,
  });
  return loop;
}

const REPORT = {
  type: '困人',
  time: '10:00',
  place: 'A 座',
  nature: 'facility-failure',
  scope: '1#电梯',
  casualties: '无',
  propertyLoss: '无',
  cause: { people: '', equipment: '门锁', management: '', environment: '' },
  process: '经过',
  prevention: '更换门锁',
} as const;

const DESK = { username: 'li', roles: ['desk'], groups: [] };
const CALL: NewTicket = {
  class: 'help',
  source: 'owner-call',
  channel: 'phone',
  content: '有人被困电梯',
  place: '1#电梯',
  location: null,
  equipment: toId('lift-1'),
  contactName: '陈女士',
  contactMethod: '139',
  faultKind: null,
  priority: null,
  impact: null,
  attendance: null,
  flow: null,
  appointment: null,
  slip: null,
  receivedAtMs: null,
};

describe('people in a lift', () => {
  test('are an incident with a plan and a sheet as soon as the alarm is there', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1 });
    const [incident] = incidentsOf(loop);
    const [ticket] = loop.tickets();
    expect(incident).toMatchObject({ kind: 'entrapment', plan: 'lift', equipment: 'lift-1' });
    expect(ticket).toMatchObject({
      incident: incident?.id,
      entrapment: { liftCode: '设备lift-1', rescueLine: '96333', maintainer: '单位lift-firm 010-1' },
    });
  });

  test('are one also when the button came first and the ticket was there already', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-button': 1 });
    expect(incidentsOf(loop)).toEqual([]);
    expect(loop.tickets()[0]).toMatchObject({ incident: null, entrapment: null });
    loop.feed({ 'lift-1-trapped': 1 });
    const [incident] = incidentsOf(loop);
    expect(loop.tickets()).toMatchObject([
      { priority: 'emergency', incident: incident?.id, entrapment: { rescueLine: '96333' } },
    ]);
  });

  test('of two lifts in one shaft are two incidents, numbered one after the other', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1, 'lift-2-trapped': 1 });
    const numbers = incidentsOf(loop).map(({ number }) => number);
    expect(numbers.map((number) => number.slice(-3))).toEqual(['-01', '-02']);
  });
});

describe('people in a lift, of whom the desk hears by telephone,', () => {
  const ring = (loop: TestLoop, given: Partial<NewTicket> = {}) =>
    loop.command({ type: 'open-ticket', actor: DESK, personal: null, ticket: { ...CALL, ...given } }).ticket;
  const raise = (loop: TestLoop, ticket: Ticket | null) =>
    loop.command(
      toTicketCommand(defined(ticket, 'the ticket'), {
        type: 'reclassify',
        priority: 'emergency',
        reason: '困人',
      }),
    ).ticket;

  test('belong to the incident of the alarm of their lift, and not to that of another one', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1 });
    const [incident] = incidentsOf(loop);
    expect(raise(loop, ring(loop))).toMatchObject({ incident: incident?.id });
    expect(raise(loop, ring(loop, { class: 'engineering' }))).toMatchObject({ incident: incident?.id });
    expect(incidentsOf(loop)).toHaveLength(1);
    expect(raise(loop, ring(loop, { equipment: toId('lift-2') }))?.incident).toMatch(/-02$/);
  });

  test('are the incident that the alarm of their lift joins', () => {
    const loop = createLoop();
    const called = raise(loop, ring(loop));
    loop.feed({ 'lift-1-trapped': 1 });
    expect(incidentsOf(loop)).toMatchObject([{ id: called?.incident, kind: 'entrapment' }]);
  });

  test('belong to it also after a restart, and however long they have been in there', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1 });
    loop.restart(MINUTE_MS);
    raise(loop, ring(loop));
    loop.restart(HOUR_MS);
    const later = raise(loop, ring(loop, { class: 'security' }));
    expect(incidentsOf(loop)).toMatchObject([{ id: later?.incident, tickets: { length: 3 } }]);
  });

  test('are another matter once the first have been released and the time to join is over', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1 });
    const [ticket] = loop.tickets();
    loop.command(
      toTicketCommand(defined(ticket, 'the ticket'), {
        type: 'entrapment',
        step: 'released',
        people: 2,
      }),
    );
    loop.restart(HOUR_MS);
    raise(loop, ring(loop));
    expect(incidentsOf(loop)).toHaveLength(2);
  });
});

describe('a fire', () => {
  function burn() {
    const loop = createLoop();
    loop.feed({ 'zone-1': 1 });
    loop.feed({ 'zone-2': 1 });
    return { loop, tickets: loop.tickets().map(({ id }) => id) };
  }
  const confirm = (loop: TestLoop, id: TicketId | undefined, verdict: 'real' | 'false-alarm') => {
    const ticket = loop.tickets().find((it) => it.id === id);
    return loop.command({
      type: 'ticket-transition',
      ticket: toId(id ?? ''),
      version: ticket?.version ?? 0,
      transitions: [
        { type: 'confirm-fire', verdict, how: 'on-site', ...(verdict === 'real' ? {} : { cause: '水汽' }) },
      ],
      form: null,
      actor: { username: 'li', roles: ['desk'], groups: [] },
      occurredAtMs: null,
      personal: null,
    });
  };

  test('that raises two zones has two tickets and is one incident', () => {
    const { loop, tickets } = burn();
    expect(incidentsOf(loop)).toMatchObject([{ kind: 'fire', tickets }]);
    expect(tickets).toHaveLength(2);
  });

  test('that one ticket confirms is confirmed', () => {
    const { loop, tickets } = burn();
    confirm(loop, tickets[1], 'real');
    expect(incidentsOf(loop)[0]).toMatchObject({ verdict: 'confirmed' });
  });

  test('is a false alarm only when every zone was one', () => {
    const { loop, tickets } = burn();
    confirm(loop, tickets[0], 'false-alarm');
    expect(incidentsOf(loop)[0]?.verdict).toBe('open');
    confirm(loop, tickets[1], 'false-alarm');
    expect(incidentsOf(loop)[0]?.verdict).toBe('false-alarm');
  });
});

/** Those who were in the lift of the first ticket are out. */
function release(loop: TestLoop): void {
  const ticket = defined(loop.tickets()[0], 'the ticket');
  loop.command(toTicketCommand(ticket, { type: 'entrapment', people: 1, step: 'released' }));
}

test('an entrapment does not end while nobody has said how many are in the lift, or that they are out', () => {
  const loop = createLoop();
  loop.feed({ 'lift-1-trapped': 1 });
  const incident = defined(incidentsOf(loop)[0], 'the incident');
  const end = () => change(loop, incident, { type: 'end', note: '' });
  const refused = expect.objectContaining({ code: 'value-not-allowed' });
  expect(end, 'nobody has looked').toThrow(refused);
  change(loop, incident, { type: 'confirm', verdict: 'confirmed', note: '' });
  expect(end, 'nobody has spoken to the car').toThrow(refused);
  release(loop);
  expect(end()?.endedAtMs).not.toBeNull();
});

describe('the countdown', () => {
  function begin() {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1 });
    const [incident] = incidentsOf(loop);
    if (incident === undefined) throw new Error('no incident');
    return { loop, incident, now: () => incidentsOf(loop)[0] };
  }

  test('runs on over a restart and after the end, until a report has gone out; the final one is waited for', () => {
    const { loop, incident, now } = begin();
    change(loop, incident, { type: 'confirm', verdict: 'confirmed', note: '' });
    release(loop);
    change(loop, incident, { type: 'end', note: '人员已救出' });
    loop.restart(100 * MINUTE_MS);
    loop.advance(1_000);
    expect(now()).toMatchObject({ reportBreachedAtMs: null });
    expect(now()?.reportWarnedAtMs).not.toBeNull();
    loop.restart(30 * MINUTE_MS);
    loop.advance(1_000);
    expect(now()?.reportBreachedAtMs).not.toBeNull();
    const sent = { to: '业委会', how: '邮件', evidence: '回执', atMs: loop.clock.now().wallMs };
    for (const kind of ['first', 'final'] as const) {
      change(loop, incident, { type: 'report', report: { ...REPORT, kind } });
      change(loop, incident, { type: 'report-sent', kind, ...sent });
    }
    expect(() =>
      change(loop, incident, { type: 'report', report: { ...REPORT, kind: 'follow-up' } }),
    ).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  test('of a false alarm stops, and its incident is gone when it has ended', () => {
    const { loop, incident, now } = begin();
    change(loop, incident, { type: 'confirm', verdict: 'false-alarm', note: '误按', how: 'intercom' });
    loop.restart(3 * HOUR_MS);
    loop.advance(1_000);
    expect(now()).toMatchObject({ reportWarnedAtMs: null, reportBreachedAtMs: null });
    change(loop, incident, { type: 'end', note: '' });
    expect(() => change(loop, incident, { type: 'end', note: '' })).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
  });
});

describe('a ticket that a person joins', () => {
  function openAnother(loop: TestLoop): TicketId {
    loop.feed({ 'lift-2-button': 1 });
    const ticket = loop.tickets().find(({ equipment }) => equipment === 'lift-2');
    if (ticket === undefined) throw new Error('no ticket');
    return ticket.id;
  }

  test('names its incident, and its record says who did it', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1 });
    const [incident] = incidentsOf(loop);
    const ticket = openAnother(loop);
    if (incident === undefined) throw new Error('no incident');
    loop.announced();
    const joined = change(loop, incident, { type: 'join', ticket });
    expect(joined?.tickets).toContain(ticket);
    expect(loop.tickets().find(({ id }) => id === ticket)?.incident).toBe(incident.id);
    expect(loop.announced()).toEqual([expect.stringContaining('incident-set')]);
  });

  test('must be there, and be as real as the incident', () => {
    const loop = createLoop();
    loop.feed({ 'lift-1-trapped': 1 });
    const [incident] = incidentsOf(loop);
    if (incident === undefined) throw new Error('no incident');
    expect(() => change(loop, incident, { type: 'join', ticket: toId('gone') })).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
    drill(loop, 'lift-2', 10);
    const ticket = openAnother(loop);
    expect(() => change(loop, incident, { type: 'join', ticket })).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
    expect(incidentsOf(loop)[0]?.tickets).not.toContain(ticket);
  });
});

function drill(loop: TestLoop, id: string, minutes: number | null): void {
  const untilMs = minutes === null ? null : loop.clock.now().wallMs + minutes * MINUTE_MS;
  loop.command({ type: 'drill', equipment: toId<EquipmentId>(id), by: 'li', reason: '困人演练', untilMs });
}

describe('a drill', () => {
  test('opens an incident that is a test, and leaves its record when it is ended', () => {
    const loop = createLoop();
    drill(loop, 'lift-1', 30);
    loop.feed({ 'lift-1-trapped': 1 });
    expect(incidentsOf(loop)).toMatchObject([{ isDrill: true, verdict: 'test' }]);
    const [ticket] = loop.tickets();
    loop.feed({ 'lift-1-trapped': 0 });
    loop.advance(2_000);
    expect(recordsOf(loop)).toEqual([]);
    drill(loop, 'lift-1', null);
    expect(recordsOf(loop)).toMatchObject([
      {
        kind: 'lift-fault',
        content: '困人演练',
        begunBy: 'li',
        writtenBy: 'li',
        tickets: [{ id: ticket?.id }],
      },
    ]);
  });

  test('that runs out leaves its record too, and the next one has another', () => {
    const loop = createLoop();
    for (const _ of [1, 2]) {
      drill(loop, 'lift-1', 1);
      loop.advance(61_000);
    }
    expect(recordsOf(loop).map(({ id, writtenBy }) => [id, writtenBy])).toEqual([
      ['drill-1', 'gateway'],
      ['drill-2', 'gateway'],
    ]);
  });

  test('whose end cannot be stored goes on, and leaves one record when it can', () => {
    const loop = createLoop();
    drill(loop, 'lift-1', 1);
    loop.failCommits(true);
    loop.advance(61_000);
    loop.failCommits(false);
    loop.advance(1_000);
    expect(recordsOf(loop)).toHaveLength(1);
  });
});
