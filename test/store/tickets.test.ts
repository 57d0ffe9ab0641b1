/** Lists of tickets: every filter, alone and together, against the same asked of the objects; words follow changes. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { isTicketOpen, type Ticket } from '../../src/core/ticket.ts';
import type { Store, TicketFilter, Write } from '../../src/store/store.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { count, openTestStore } from './support/open.ts';
import * as rows from './support/rows.ts';

const ALL = { state: 'all', limit: 500, offset: 0 } as const;

async function find(store: Store, filter: Partial<TicketFilter>): Promise<readonly string[]> {
  const { items, total } = await store.queries.tickets({ ...ALL, ...filter });
  expect(total).toBe(items.length);
  return items.map(({ id }) => id);
}

function makeRandomTicket(random: () => number, at: number): Ticket {
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  return rows.makeTicket(`t-${at}`, {
    class: pick('engineering', 'fire', 'complaint'),
    priority: pick('urgent', 'normal'),
    stage: pick('recorded', 'handling', 'closed', 'archived', 'cancelled', 'merged'),
    receivedAtMs: Math.floor(random() * 20) * 100,
    closedAtMs: 5_000,
    equipment: pick(null, toId<never>('pump-1'), toId<never>('lift-1')),
    location: pick(null, toId<never>('b1')),
    faultKind: pick(null, 'leak', 'noise'),
    assignee: pick(null, 'wang', 'engineer'),
    contractor: pick(
      null,
      { user: 'lift-firm', contact: null },
      { user: null, contact: toId<never>('firm') },
    ),
    reporter: pick(null, 'owner-1'),
    content: pick({ zh: '水管漏水', en: 'pipe leaks' }, { zh: '电梯异响', en: 'lift is noisy' }),
  });
}

const FILTERS: readonly (readonly [Partial<TicketFilter>, (ticket: Ticket) => boolean])[] = [
  [{ state: 'open' }, isTicketOpen],
  [{ state: 'closed' }, (ticket) => !isTicketOpen(ticket)],
  [{ class: 'fire' }, (ticket) => ticket.class === 'fire'],
  [{ priority: 'urgent' }, (ticket) => ticket.priority === 'urgent'],
  [{ stage: 'handling' }, (ticket) => ticket.stage === 'handling'],
  [{ equipment: 'pump-1' }, (ticket) => ticket.equipment === 'pump-1'],
  [{ location: 'b1' }, (ticket) => ticket.location === 'b1'],
  [{ faultKind: 'leak' }, (ticket) => ticket.faultKind === 'leak'],
  [{ assignee: 'wang' }, (ticket) => ticket.assignee === 'wang'],
  [{ contractor: 'lift-firm' }, (ticket) => ticket.contractor?.user === 'lift-firm'],
  [
    { contractor: 'lift-firm', firm: 'firm' },
    ({ contractor }) => contractor?.user === 'lift-firm' || contractor?.contact === 'firm',
  ],
  [{ reporter: 'owner-1' }, (ticket) => ticket.reporter === 'owner-1'],
  [{ fromMs: 500, toMs: 1_000 }, (ticket) => ticket.receivedAtMs >= 500 && ticket.receivedAtMs < 1_000],
  [{ number: 'GC20261121-t-7' }, (ticket) => ticket.id === 't-7'],
  [{ text: '漏水' }, (ticket) => ticket.content.zh.includes('漏水')],
  [{ text: 'noisy' }, (ticket) => ticket.content.en.includes('noisy')],
  [
    { text: '异响', orFaultKinds: ['leak', 'unheard-of'] },
    ({ content, faultKind }) => content.zh.includes('异响') || faultKind === 'leak',
  ],
  [{ text: '？', orFaultKinds: ['noise'] }, ({ faultKind }) => faultKind === 'noise'],
];

test('each filter, and any two together, find what the objects say', async () => {
  const random = createRandom(testSeed());
  const tickets = Array.from({ length: 200 }, (_, at) => makeRandomTicket(random, at));
  const { store } = await openTestStore();
  await store.commit({
    writes: tickets.map((ticket): Write => ({ type: 'ticket', ticket, expectedVersion: null })),
  });
  for (const [one, isOne] of FILTERS) {
    for (const [other, isOther] of FILTERS) {
      if (Object.keys(one).some((name) => name in other) && one !== other) continue;
      const filter = { ...one, ...other };
      const expected = tickets.filter((ticket) => isOne(ticket) && isOther(ticket)).map(({ id }) => id);
      expect([filter, (await find(store, filter)).toSorted()]).toEqual([filter, expected.toSorted()]);
    }
  }
});

describe('lists', () => {
  test('begin with what was received last, and with words with what was entered last', async () => {
    const { store } = await openTestStore();
    const late = { receivedAtMs: 100, isLateEntry: true } as const;
    await store.commit({
      writes: [
        rows.ticket('t-1', { receivedAtMs: 300 }),
        rows.ticket('t-2', { receivedAtMs: 300 }),
        rows.ticket('t-3', late),
      ],
    });
    expect(await find(store, {})).toEqual(['t-2', 't-1', 't-3']);
    expect(await find(store, { text: '水泵' })).toEqual(['t-3', 't-2', 't-1']);
    const page = await store.queries.tickets({ ...ALL, limit: 1, offset: 1 });
    expect([page.items.map(({ id }) => id), page.total]).toEqual([['t-1'], 3]);
  });

  test('find nothing by words that are none', async () => {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.ticket('t-1')] });
    for (const text of ['', '  ', '***', '"']) expect(await find(store, { text })).toEqual([]);
    for (const text of ['水泵" OR "x', "x'); drop table ticket; --", 'NOT 水泵'])
      expect(await find(store, { text })).toEqual([]);
  });

  test('follow every change, words and all', async () => {
    const { store, file } = await openTestStore();
    await store.commit({ writes: [rows.ticket('t-1'), rows.ticket('t-2')] });
    const done = {
      version: 2,
      stage: 'done',
      diagnosis: '轴承磨损',
      result: '更换轴承',
      assignee: 'li',
    } as const;
    await store.commit({ writes: [rows.ticket('t-1', done, 1)] });
    expect(await find(store, { text: '轴承 磨损' })).toEqual(['t-1']);
    expect(await find(store, { stage: 'done', assignee: 'li' })).toEqual(['t-1']);
    await store.commit({ writes: [rows.ticket('t-1', { ...done, version: 3, diagnosis: null }, 2)] });
    expect(await find(store, { text: '磨损' })).toEqual([]);
    expect(await find(store, { text: '更换' })).toEqual(['t-1']);
    expect(['ticket', 'ticket_list', 'ticket_text'].map((table) => count(file, table))).toEqual([2, 2, 2]);
  });

  test('name no person by words: contact and handler are not among them', async () => {
    const { store } = await openTestStore();
    const name = { zh: '赵敏', en: 'Zhao Min' };
    const contact = { id: null, name, method: '13900001234', personal: 'c-1', isConfirmed: null };
    await store.commit({ writes: [rows.ticket('t-1', { contact, handler: '王工' })] });
    for (const text of ['赵敏', 'Zhao', '13900001234', '王工'])
      expect(await find(store, { text })).toEqual([]);
  });
});

test('what was repaired before on an equipment comes newest first, up to the limit', async () => {
  const { store } = await openTestStore();
  const writes = [1, 2, 3, 4].map((n) =>
    rows.ticket(`t-${n}`, { receivedAtMs: n, equipment: toId(n === 4 ? 'lift-1' : 'pump-1') }),
  );
  await store.commit({ writes });
  const found = await store.queries.ticketsOfEquipment('pump-1', 2);
  expect(found.map(({ id }) => id)).toEqual(['t-3', 't-2']);
  expect(await store.queries.ticketsOfEquipment('none', 10)).toEqual([]);
  expect(await store.queries.ticketsOfEquipment('pump-1', -1)).toEqual([]);
});

test('a start gets the due times of the tickets that it gets, and of no other', async () => {
  const window = { clock: 'archive', round: 1, what: 'archive' } as const;
  const { store } = await openTestStore();
  await store.commit({
    writes: [
      rows.ticket('t-1'),
      rows.ticket('t-2', { stage: 'closed', closedAtMs: 400 }),
      rows.ticket('t-3', { stage: 'closed', closedAtMs: 600 }),
      rows.dues('t-1', 900, 300),
      { type: 'ticket-dues', ticket: toId('t-2'), dues: [{ ...window, dueAtMs: 450 }] },
      rows.dues('t-3', 700),
    ],
  });
  const { dues, tickets } = await store.boot(500);
  expect(tickets.map(({ id }) => id).toSorted()).toEqual(['t-1', 't-3']);
  const found = (dues ?? []).map(({ ticket, dueAtMs }) => `${ticket} ${dueAtMs}`);
  expect(found.toSorted()).toEqual(['t-1 300', 't-1 900', 't-3 700']);
  expect(dues).toContainEqual({ ticket: 't-3', clock: 'arrival', round: 0, what: 'breach', dueAtMs: 700 });
});

test('due times are replaced ticket by ticket, and come soonest first', async () => {
  const { store } = await openTestStore();
  await store.commit({
    writes: [rows.ticket('t-1'), rows.ticket('t-2'), rows.dues('t-1', 900, 300), rows.dues('t-2', 500)],
  });
  await store.commit({ writes: [rows.dues('t-1', 700)] });
  const due = await store.queries.ticketDues(10);
  expect(due.map(({ ticket, dueAtMs }) => [ticket, dueAtMs])).toEqual([
    ['t-2', 500],
    ['t-1', 700],
  ]);
  expect(due[0]).toEqual({ ticket: 't-2', clock: 'arrival', round: 0, what: 'breach', dueAtMs: 500 });
  await store.commit({ writes: [rows.dues('t-1'), rows.dues('t-2')] });
  expect(await store.queries.ticketDues(10)).toEqual([]);
});

test('a repair that is opened again is none until it is closed anew, then with what was done the last time', async () => {
  const { store } = await openTestStore();
  const at = (version: number, changes: Partial<Ticket>) => ({
    ...rows.ticket('t-1', { version, ...changes }),
    expectedVersion: version === 1 ? null : version - 1,
  });
  const repairs = async () =>
    (await store.boot(0)).pastRepairs.map(({ repair }) => [repair.result, repair.closedAtMs]);
  await store.commit({ writes: [at(1, { stage: 'closed', closedAtMs: 100, result: 'first' })] });
  expect(await repairs()).toEqual([['first', 100]]);
  await store.commit({ writes: [at(2, { stage: 'rework', closedAtMs: null, result: 'first' })] });
  expect(await repairs()).toEqual([]);
  await store.commit({ writes: [at(3, { stage: 'closed', closedAtMs: 300, result: 'second' })] });
  await store.commit({ writes: [at(4, { stage: 'archived', closedAtMs: 300, result: 'second' })] });
  expect(await repairs()).toEqual([['second', 300]]);
});

test('the last five repairs of each equipment are there at the start, newest first, archived ones too', async () => {
  const { store } = await openTestStore();
  const closed = (n: number, changes: Partial<Ticket> = {}) =>
    rows.ticket(`t-${n}`, { stage: n % 2 === 0 ? 'closed' : 'archived', closedAtMs: n * 100, ...changes });
  const lift = toId<never>('lift-1');
  await store.commit({
    writes: [
      ...[3, 1, 2, 6, 4, 5].map((n) => closed(n)),
      closed(7, { equipment: lift, result: '更换门机皮带', faultKind: 'door' }),
      closed(8, { equipment: null }),
      rows.ticket('t-open', { equipment: lift }),
      closed(9, { equipment: lift, stage: 'cancelled' }),
      closed(10, { equipment: lift, stage: 'merged' }),
    ],
  });
  const { pastRepairs } = await store.boot(0);
  const found = pastRepairs.map(({ equipment, repair }) => `${equipment} ${repair.ticket}`);
  expect(found).toEqual(['lift-1 t-7', ...[6, 5, 4, 3, 2].map((n) => `pump-1 t-${n}`)]);
  expect(pastRepairs[0]?.repair).toEqual({
    ticket: 't-7',
    number: 'GC20261121-t-7',
    faultKind: 'door',
    content: { zh: '水泵', en: 'pump' },
    result: '更换门机皮带',
    closedAtMs: 700,
  });
});
