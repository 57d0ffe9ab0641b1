/** Whom the gateway gives its tickets to, and who may not have them: the loop with real duty behind it, on a fake clock. */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { defined } from '../../src/core/assert.ts';
import { toId } from '../../src/core/ids.ts';
import { createEnginePeople } from '../../src/engine-people.ts';
import { createDutyView } from '../../src/people/duty.ts';
import type { StaffMember } from '../../src/people/staff-book.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { assign, makeBook, makeRoster, member, ZONE } from '../people/fixtures.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { toTicketCommand } from '../support/ticket-command.ts';

const holds = (kind: string) => ({ certificates: [{ kind, number: '1', validTo: '2027-01-01' }] });
const PEOPLE: readonly StaffMember[] = [
  member('li', ['desk']),
  member('gao', ['engineer'], { specialities: ['lift'], ...holds('lift') }),
  member('wang', ['engineer'], { specialities: ['water'] }),
  member('zhao', ['engineer'], { specialities: ['water'] }),
  member('off', ['engineer'], { specialities: ['water'], ...holds('lift') }),
];
/** The clock of tests: a Saturday, 10:00. */
const ROSTER = makeRoster([
  assign('2026-11-21', 'desk', 'day', 'li'),
  ...['gao', 'wang', 'zhao'].map((name) => assign('2026-11-21', 'duty-engineer', 'day', name)),
]);

function start(policy: Partial<Policy> = {}, people = PEOPLE): TestLoop {
  const rule = { type: 'state', params: { in: [1] }, severity: 'high' } as const;
  const equip = (id: string, kind: 'pump' | 'lift') => ({
    id,
    kind,
    points: [{ name: `${id}-a` }, { name: `${id}-b` }],
    rules: [
      { ...rule, id: `${id}-a`, faultKind: 'a', points: [`${id}-a`] },
      { ...rule, id: `${id}-b`, faultKind: 'b', points: [`${id}-b`], severity: 'life-safety' as const },
    ],
  });
  const model = createTestModel({
    equipment: [equip('p1', 'pump'), equip('p2', 'pump'), equip('p3', 'pump'), equip('l1', 'lift')],
    policy: { certificates: [{ match: {}, kind: 'lift', certificate: 'lift' }], ...policy },
  });
  const duty = createDutyView(makeBook(ROSTER, people));
  const loop = createTestLoop(model, undefined, { people: createEnginePeople(() => duty, ZONE) });
  loop.feed(Object.fromEntries(model.points.map(({ name }) => [name, 0])));
  return loop;
}

const ticketOf = (loop: TestLoop, equipment: string) =>
  defined(
    loop.tickets().find((it) => it.equipment === equipment),
    'the ticket',
  );
const step = (loop: TestLoop, equipment: string, transition: Transition, by: string) =>
  loop.command(toTicketCommand(ticketOf(loop, equipment), transition, by)).ticket;
const refused = (code: string) => expect.objectContaining({ code });

describe('a ticket from an alarm', () => {
  test('goes to one person of the role: on duty, of the trade, the least loaded in turn', () => {
    const loop = start();
    loop.feed({ 'p1-a': 1 });
    loop.feed({ 'p2-a': 1 });
    loop.feed({ 'p3-a': 1 });
    expect(['p1', 'p2', 'p3'].map((id) => ticketOf(loop, id).assignee)).toEqual(['wang', 'zhao', 'wang']);
    expect(ticketOf(loop, 'p1')).toMatchObject({ stage: 'dispatched', firstReceiver: 'li' });
  });

  test('of one round is shared out as well: what the round gives counts', () => {
    const loop = start();
    loop.feed({ 'p1-a': 1, 'p2-a': 1 });
    expect(new Set(['p1', 'p2'].map((id) => ticketOf(loop, id).assignee))).toEqual(new Set(['wang', 'zhao']));
  });

  test('goes to whoever holds the certificate; where nobody does the desk decides', () => {
    const loop = start();
    loop.feed({ 'l1-a': 1 });
    expect(ticketOf(loop, 'l1')).toMatchObject({ stage: 'dispatched', assignee: 'gao' });
    const without = start(
      {},
      PEOPLE.filter(({ username }) => username !== 'gao' && username !== 'off'),
    );
    without.feed({ 'l1-a': 1 });
    expect(ticketOf(without, 'l1')).toMatchObject({ stage: 'recorded', assignee: null });
  });

  test('of life safety waits for no certificate: whoever is there is proposed, the desk dispatches', () => {
    const loop = start(
      {},
      PEOPLE.filter(({ username }) => username !== 'gao' && username !== 'off'),
    );
    loop.feed({ 'l1-b': 1 });
    expect(ticketOf(loop, 'l1')).toMatchObject({ stage: 'recorded', assignee: 'wang' });
    const given = step(loop, 'l1', { type: 'dispatch', assignee: 'zhao' }, 'li');
    expect(given).toMatchObject({ assignee: 'zhao', banners: [{ kind: 'no-certificate' }] });
    expect(step(loop, 'l1', { type: 'take' }, 'zhao')).toMatchObject({ takenBy: 'zhao' });
  });
});

describe('somebody without the certificate', () => {
  test('is refused as assignee and as taker, and nothing has changed', () => {
    const loop = start();
    loop.feed({ 'l1-a': 1 });
    const before = ticketOf(loop, 'l1');
    const transfer: Transition = { type: 'transfer', assignee: 'wang', reason: 'busy' };
    expect(() => step(loop, 'l1', transfer, 'li')).toThrow(refused('missing-certificate'));
    expect(() => step(loop, 'l1', { type: 'take' }, 'wang')).toThrow(refused('missing-certificate'));
    expect(ticketOf(loop, 'l1')).toEqual(before);
    expect(step(loop, 'l1', { type: 'take' }, 'gao')).toMatchObject({ takenBy: 'gao', stage: 'taken' });
  });
});

test('a report that the desk writes down goes to the proposed person as well; one from a slip to the table', () => {
  const loop = start();
  const open = (slip: string | null, receivedAtMs: number | null) =>
    loop.command({
      type: 'open-ticket',
      actor: { username: 'li', roles: ['desk'], groups: [] },
      personal: null,
      ticket: {
        class: 'engineering',
        source: 'owner-call',
        channel: slip === null ? 'phone' : 'slip',
        content: 'no water',
        place: 'lobby',
        location: null,
        equipment: toId(slip === null ? 'p1' : 'p2'),
        contactName: 'Ms Chen',
        contactMethod: '8123',
        faultKind: null,
        priority: 'urgent',
        impact: null,
        attendance: null,
        flow: null,
        appointment: null,
        slip,
        receivedAtMs,
      },
    }).ticket;
  expect(open(null, null)).toMatchObject({ stage: 'dispatched', assignee: 'wang' });
  const late = open('ZD-000001', loop.clock.now().wallMs - 3_600_000);
  expect(late).toMatchObject({ stage: 'recorded', assignee: 'engineer' });
});

test('proposing costs far less than the 20 ms that an opening may take, also with hundreds of people', () => {
  const crowd = Array.from({ length: 300 }, (_, at) => member(`e${at}`, ['engineer']));
  const duty = createDutyView(makeBook(ROSTER, [...PEOPLE, ...crowd]));
  const { propose } = createEnginePeople(() => duty, ZONE);
  const loop = start();
  loop.feed({ 'p1-a': 1 });
  const question = {
    atMs: loop.clock.now().wallMs,
    policy: createTestModel().policy,
    settings: { ...ticketOf(loop, 'p1'), isDifficult: false },
    kind: 'pump',
    location: null,
    isLifeSafety: false,
    routed: 'engineer',
    openLoad: new Map(crowd.map(({ username }, at) => [username, at])),
  } as const;
  propose(question);
  const before = process.cpuUsage();
  for (let made = 0; made < 50; made += 1) expect(propose(question)).toBe('wang');
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 50 / 1_000;
  expect(cpuMs).toBeLessThan(5);
});

test('a clock names whoever of a role is on duty, and nobody who is off', () => {
  const duty = createDutyView(makeBook(ROSTER, PEOPLE));
  const { onDuty } = createEnginePeople(() => duty, ZONE);
  const saturday = Date.parse('2026-11-21T10:00:00+08:00');
  expect(onDuty('desk', saturday, null)).toBe('li');
  expect(onDuty('supervisor', saturday, null)).toBeNull();
  expect(onDuty('desk', saturday + 30 * 86_400_000, null)).toBeNull();
});

test('a clock of a role names who is on duty, also where somebody who is off has an account of that name', () => {
  const roster = makeRoster([
    assign('2026-11-21', 'desk', 'day', 'desk'),
    assign('2026-11-21', 'desk', 'night', 'desk-chen'),
    assign('2026-11-21', 'standby-electrician', 'night', 'zhao'),
    assign('2026-11-21', 'duty-engineer', 'day', 'engineer'),
    assign('2026-11-21', 'duty-engineer', 'day', 'an'),
  ]);
  const named = ['desk-chen', 'desk'].map((name) => member(name, ['desk']));
  const engineers = ['an', 'engineer', 'zhao'].map((name) => member(name, ['engineer']));
  const duty = createDutyView(makeBook(roster, [...named, ...engineers]));
  const { onDuty } = createEnginePeople(() => duty, ZONE);
  const noon = Date.parse('2026-11-21T12:00:00+08:00');
  const night = Date.parse('2026-11-21T23:00:00+08:00');
  expect([noon, night].map((atMs) => onDuty('desk', atMs, null))).toEqual(['desk', 'desk-chen']);
  // Whoever was meant by it, where both are there; then whoever is on stand-by.
  expect([noon, night].map((atMs) => onDuty('engineer', atMs, null))).toEqual(['engineer', 'zhao']);
  expect(onDuty('desk-chen', noon, null)).toBe('desk-chen');
});
