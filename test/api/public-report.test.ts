/** Reporting without an account: the link is the reporter's only, and nobody learns of anybody else. */
import { describe, expect, test } from 'vitest';
import { isReporterOf, PUBLIC_LIMITS, PublicReports, parseLink } from '../../src/api/public-reports.ts';
import { toPublicView } from '../../src/api/public-view.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { createGateway, NOW_MS, startApi, TICKET } from './support.ts';

const API = '/api/v1';
const REPORT = { content: '水管漏水', equipment: 'booster', contactMethod: '138 1234 0000' };

const PRIORITY_FROM = [
  { class: ['fire'], priority: 'emergency' },
  { class: ['help'], words: ['困'], priority: 'emergency' },
] as const;

/** The engine opens one ticket for each report, of the person who reports it; a second of the same goes onto the first. */
async function start(
  limits: Partial<Record<'publicReportsPerMinute' | 'publicEmergenciesPerMinute', number>> = {},
) {
  const gateway = createGateway();
  const { model } = gateway.services;
  const policy = { ...model.policy, priorityFrom: PRIORITY_FROM };
  Object.assign(gateway.services, {
    model: { ...model, site: { ...model.site, deskPhone: '8800' }, policy },
  });
  const tickets = new Map<string, Ticket>();
  Object.assign(gateway.services.queries, { ticket: async (id: string) => tickets.get(id) ?? null });
  gateway.answer = async (command) => {
    if (command.type !== 'open-ticket') throw new Error(command.type);
    const { username } = command.actor;
    const own = [username, ...(command.together ?? [])];
    const same = [...tickets.values()].find(({ reporter }) => reporter !== null && own.includes(reporter));
    const number = `GC20261121-${String(tickets.size + 1).padStart(4, '0')}`;
    const ticket: Ticket = same ?? { ...TICKET, id: number as Ticket['id'], number, reporter: username };
    tickets.set(ticket.id, ticket);
    return { occurrence: null, ticket, isMerged: same !== undefined };
  };
  const started = await startApi({ limits }, gateway);
  const report = (body: object, remoteAddress = '192.0.2.1') =>
    started.api.inject({ method: 'POST', url: `${API}/report`, payload: body, remoteAddress });
  const look = (token: string) => started.api.inject({ url: `${API}/report/${token}` });
  return Object.assign(started, { tickets, report, look });
}

test('a report is answered with a link that shows it in plain words, and nothing of the inside', async () => {
  await using gateway = await start();
  const answer = (await gateway.report(REPORT)).json();
  expect(answer).toMatchObject({ number: 'GC20261121-0001', isMerged: false });
  const [command] = gateway.submitted;
  expect(command).toMatchObject({
    actor: { username: expect.stringMatching(/^visitor-[0-9a-f]{32}$/), roles: ['occupant'] },
    ticket: { channel: 'qr-code', source: 'owner-call', priority: null },
    personal: { method: REPORT.contactMethod },
    isContactConfirmed: false,
  });
  expect(JSON.stringify(command)).not.toContain(answer.token.split('.')[1]);
  const view = await gateway.look(answer.token);
  expect(Object.keys(view.json()).sort()).toEqual(
    [
      'content',
      'isContactConfirmed',
      'isOver',
      'isTogether',
      'number',
      'place',
      'promised',
      'receivedAtMs',
      'stageText',
      'steps',
      'timeZone',
    ].sort(),
  );
  expect(view.json().timeZone).toBe('Asia/Shanghai');
  for (const inside of ['engineer', 'Chief', '8001', 'clocks', 'evidence'])
    expect(view.body).not.toContain(inside);
});

test('whoever says that somebody is in danger needs no number and no words that the policy knows', async () => {
  await using gateway = await start({ publicReportsPerMinute: 1 });
  const plain = { content: '人在井里', place: '三号楼' };
  const refused = await gateway.report(plain);
  expect(refused.json()).toMatchObject({ status: 422, code: 'missing-fields' });
  expect(refused.json().text.zh).toContain('有人有危险');
  const said = await gateway.report({ ...plain, inDanger: true });
  expect(said.statusCode, said.body).toBe(201);
  expect(gateway.submitted.at(-1)).toMatchObject({ ticket: { priority: 'emergency', place: '三号楼' } });
  // Nobody is found who does not say where.
  expect((await gateway.report({ content: '人在井里', inDanger: true })).statusCode).toBe(422);
});

test('a wrong link, and a right one with the number of another ticket, show nothing', async () => {
  await using gateway = await start();
  const first = (await gateway.report(REPORT)).json().token as string;
  const second = (await gateway.report({ ...REPORT, contactMethod: '13900000000' })).json().token as string;
  const secret = first.split('.')[1] ?? '';
  const swapped = `${second.split('.')[0]}.${secret}`;
  for (const token of [swapped, `GC20261121-0009.${secret}`, `GC20261121-0001.${'a'.repeat(22)}`, 'nonsense'])
    expect((await gateway.look(token)).json().code, token).toBe('not-found');
});

test('what the same contact reports twice is merged, and answered without the link of the first', async () => {
  await using gateway = await start();
  const first = (await gateway.report(REPORT)).json();
  const again = (await gateway.report({ ...REPORT, contactMethod: '13812340000' })).json();
  expect(again).toEqual({ number: first.number, token: null, isMerged: true });
  expect(gateway.tickets.size).toBe(1);
  const ended = gateway.tickets.get(first.number) as Ticket;
  gateway.tickets.set(first.number, { ...ended, stage: 'closed' });
  const anew = (await gateway.report(REPORT)).json();
  expect(anew.isMerged).toBe(false);
  expect(anew.token.split('.')[1]).not.toBe(first.token.split('.')[1]);
});

test('what one contact sends several times at once, however the number is written, is one report', async () => {
  await using gateway = await start();
  const report = { ...REPORT, equipment: undefined, place: '3F走廊' };
  const ways = ['13812340000', '138-1234-0000', '+86 13812340000', '１３８１２３４００００'];
  const answers = await Promise.all(
    ways.map((contactMethod) => gateway.report({ ...report, contactMethod })),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201]);
  expect(gateway.tickets.size).toBe(1);
  expect(answers.filter((answer) => answer.json().token !== null)).toHaveLength(1);
});

test('who says that it is another matter has a ticket and a link of its own, which opens nothing of the first', async () => {
  await using gateway = await start();
  const first = (await gateway.report(REPORT)).json();
  expect((await gateway.report(REPORT)).json().isMerged).toBe(true);
  const own = (await gateway.report({ ...REPORT, isNewMatter: true })).json();
  expect(own).toMatchObject({ isMerged: false, token: expect.stringContaining(own.number) });
  expect(own.number).not.toBe(first.number);
  expect(gateway.submitted.at(-1)).toMatchObject({ ticket: { isNewMatter: true } });
  const secret = own.token.split('.')[1];
  expect((await gateway.look(`${first.number}.${secret}`)).json().code).toBe('not-found');
  expect((await gateway.look(own.token)).statusCode).toBe(200);
  // It counts like every report of the contact.
  const more = async () => (await gateway.report({ ...REPORT, isNewMatter: true })).statusCode;
  expect([await more(), await more(), await more()]).toEqual([201, 201, 429]);
});

test('without a contact nobody can say that it is another matter', async () => {
  await using gateway = await start();
  const fire = { class: 'fire', content: '着火了', place: '3 号楼' };
  expect((await gateway.report(fire)).json().isMerged).toBe(false);
  expect((await gateway.report({ ...fire, isNewMatter: true })).json().isMerged).toBe(true);
  expect(gateway.submitted.at(-1)).not.toMatchObject({ ticket: { isNewMatter: true } });
});

test('too many reports of one contact, or of one address, are refused and counted', async () => {
  await using gateway = await start();
  const statuses: number[] = [];
  for (let at = 0; at < 6; at++) {
    const body = { ...REPORT, place: `room ${at}` };
    statuses.push((await gateway.report(body, `192.0.2.${at}`)).statusCode);
  }
  expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
  const { publicReports } = gateway.services;
  expect(publicReports.counters()).toEqual({ accepted: 5, merged: 0, refused: 1, limited: 0 });
  await using strict = await start({ publicReportsPerMinute: 1 });
  expect((await strict.report(REPORT)).statusCode).toBe(201);
  expect((await strict.report({ ...REPORT, contactMethod: '13900000000' })).json().code).toBe(
    'report-limited',
  );
  const counters = strict.services.publicReports.counters();
  expect(counters).toEqual({ accepted: 1, merged: 0, refused: 0, limited: 1 });
});

test('a report of unknown equipment, without words or a way to ring back is refused', async () => {
  await using gateway = await start();
  expect((await gateway.report({ ...REPORT, equipment: 'nothing' })).json().code).toBe('not-found');
  expect((await gateway.report({ ...REPORT, content: '  ' })).statusCode).toBe(400);
  for (const contactMethod of [undefined, '', '  '])
    expect((await gateway.report({ content: 'x', contactMethod })).json()).toMatchObject({
      code: 'missing-fields',
      params: { fields: 'contactMethod' },
    });
  expect((await gateway.report({ ...REPORT, contactMethod: '110' })).statusCode).toBe(400);
  expect((await gateway.report({ ...REPORT, priority: 'emergency' })).json().code).toBe('unknown-field');
  expect(gateway.submitted).toEqual([]);
});

describe('an emergency', () => {
  const FIRE = { class: 'fire', content: '着火了', equipment: 'booster', contactMethod: '13500000000' };
  const TRAPPED = { class: 'help', content: '电梯里困了三个人', place: '2号楼1号电梯' };

  test('is not refused for what others have reported from the same address', async () => {
    await using gateway = await start({ publicReportsPerMinute: 1 });
    expect((await gateway.report(REPORT)).statusCode).toBe(201);
    expect((await gateway.report({ ...REPORT, contactMethod: '13900000000' })).statusCode).toBe(429);
    expect((await gateway.report(FIRE)).statusCode).toBe(201);
    expect((await gateway.report(TRAPPED)).statusCode).toBe(201);
  });

  test('is not refused for what the same person has reported before, except at the same place again and again', async () => {
    await using gateway = await start();
    const contactMethod = FIRE.contactMethod;
    for (let at = 0; at < 6; at++) await gateway.report({ ...REPORT, contactMethod, place: `room ${at}` });
    for (let at = 0; at < 5; at++) expect((await gateway.report(FIRE)).statusCode).toBe(201);
    expect((await gateway.report(FIRE)).statusCode).toBe(429);
    expect((await gateway.report({ ...FIRE, place: 'roof', equipment: undefined })).statusCode).toBe(201);
  });

  test('has a bound of its own for one address, which is counted', async () => {
    await using gateway = await start({ publicEmergenciesPerMinute: 2 });
    const statuses: number[] = [];
    for (let at = 0; at < 3; at++)
      statuses.push((await gateway.report({ ...TRAPPED, place: `lift ${at}` })).statusCode);
    expect(statuses).toEqual([201, 201, 429]);
    expect(gateway.services.publicReports.counters().limited).toBe(1);
    expect((await gateway.report(REPORT)).statusCode).toBe(201);
  });

  test('needs a place and no telephone: nobody is asked to confirm one', async () => {
    await using gateway = await start();
    const answer = (await gateway.report(TRAPPED)).json();
    expect(answer).toMatchObject({ number: 'GC20261121-0001', isMerged: false });
    expect(gateway.submitted[0]).toMatchObject({ personal: null, isContactConfirmed: null });
    expect((await gateway.look(answer.token)).statusCode).toBe(200);
    const { code, params } = (await gateway.report({ class: 'fire', content: '着火了' })).json();
    expect([code, params.fields]).toEqual(['missing-fields', 'place']);
    // Two without a number at one address and place are one matter, of which nobody else has the link.
    const more = { number: answer.number, token: null, isMerged: true };
    expect((await gateway.report({ ...TRAPPED, place: '2号楼、１号电梯' })).json()).toEqual(more);
    expect((await gateway.report(TRAPPED)).json()).toEqual(more);
  });

  const anonymous = (at: number, place: string) => ({ class: 'fire', content: `着火了${at}`, place });

  test('of one address and place that leaves no contact is one ticket for minutes', async () => {
    await using gateway = await start();
    const fires = Array.from({ length: 5 }, (_, at) => gateway.report(anonymous(at, '12层')));
    const answers = await Promise.all(fires);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([201]));
    expect(gateway.tickets.size).toBe(1);
    expect(answers.filter((answer) => answer.json().token !== null)).toHaveLength(1);
    // Another kind of emergency is another.
    await gateway.report({ ...TRAPPED, place: '12层' });
    expect(gateway.tickets.size).toBe(2);
  });

  test('at another place is a ticket of its own; a flood of places from one address is not', async () => {
    await using gateway = await start();
    const places = ['1号楼A单元电梯', '2号楼B单元电梯', '9号楼C单元货梯', '10号楼D单元电梯'];
    const answers: { number: string; isMerged: boolean }[] = [];
    for (const place of places) answers.push((await gateway.report({ ...TRAPPED, place })).json());
    expect(answers.map(({ isMerged }) => isMerged)).toEqual([false, false, false, false]);
    expect(new Set(answers.map(({ number }) => number)).size).toBe(4);
    await Promise.all(Array.from({ length: 50 }, (_, at) => gateway.report(anonymous(at, `${at}号房`))));
    // Ten matters, and one of all other places.
    expect(gateway.tickets.size).toBe(PUBLIC_LIMITS.anonymousMatters + 1);
  });

  test('of one address: nobody is given the link of another, whatever became of the first ticket', async () => {
    await using gateway = await start();
    const first = (await gateway.report(anonymous(1, '12层'))).json();
    const ticket = gateway.tickets.get(first.number) as Ticket;
    gateway.tickets.set(first.number, { ...ticket, reporter: 'gone' });
    const next = (await gateway.report(anonymous(2, '12层'))).json();
    expect(next.isMerged).toBe(false);
    const [secret] = first.token.split('.').slice(1);
    expect((await gateway.look(`${next.number}.${secret}`)).json().code).toBe('not-found');
    expect((await gateway.look(next.token)).statusCode).toBe(200);
  });

  test('with a contact is never refused for those without one', async () => {
    await using gateway = await start({ publicEmergenciesPerMinute: 3 });
    for (const at of [1, 2, 3]) expect((await gateway.report(anonymous(at, '12层'))).statusCode).toBe(201);
    expect((await gateway.report(anonymous(4, '12层'))).statusCode).toBe(429);
    const real = { class: 'fire', content: '我家真的着火了', place: '1201', contactMethod: '13900001201' };
    expect((await gateway.report(real)).json()).toMatchObject({ isMerged: false });
    expect(gateway.tickets.size).toBe(2);
  });
});

test('whoever is refused, and whoever opens the form, is told whom to ring', async () => {
  await using gateway = await start({ publicReportsPerMinute: 1 });
  const form = (await gateway.api.inject({ url: `${API}/report` })).json();
  expect(form).toMatchObject({ deskPhone: '8800' });
  expect(form.personalDays).toBe(gateway.services.model.policy.retention.personalDays);
  await gateway.report(REPORT);
  const refused = (await gateway.report({ ...REPORT, contactMethod: '13900000000' })).json();
  expect(refused).toMatchObject({ code: 'report-limited', params: { phone: '8800' } });
  expect(refused.text.zh).toContain('8800');
  expect(refused.text.en).toContain('8800');
});

test('the QR code of an equipment leads to the form and nowhere else', async () => {
  await using gateway = await start();
  const to = async (path: string) => (await gateway.api.inject({ url: path })).headers['location'];
  expect(await to('/r/booster')).toBe('/report?equipment=booster');
  expect(await to('/r/%2F%2Fevil.example')).toBe('/report');
  const place = (await gateway.api.inject({ url: `${API}/report/equipment/booster` })).json();
  expect(place).toMatchObject({ equipment: 'booster', place: { en: 'B2 Pump room' } });
});

describe('a report that was merged', () => {
  const SURVIVOR: Ticket = {
    ...TICKET,
    id: 'GC20261121-0700' as Ticket['id'],
    number: 'GC20261121-0700',
    stage: 'handling',
    content: { zh: '王女士家漏水', en: 'Ms Wang has a leak' },
    estimatedAtMs: NOW_MS + 3_600_000,
  };
  const entry = (atMs: number, type: string) => ({ atMs, type, by: 'wang', note: '', detail: {} });

  async function startMerged(survivor: Ticket, through: readonly Ticket[] = []) {
    const gateway = await start();
    const { number, token } = (await gateway.report(REPORT)).json();
    const own = gateway.tickets.get(number) as Ticket;
    const into = (through[0] ?? survivor).id;
    const merged: Ticket = { ...own, stage: 'merged', links: [{ ticket: into, kind: 'merged-into' }] };
    for (const ticket of [merged, ...through, survivor]) gateway.tickets.set(ticket.id, ticket);
    const records: Record<string, ReturnType<typeof entry>[]> = {
      [number]: [entry(1, 'opened'), entry(5, 'merged')],
      [survivor.id]: [
        entry(2, 'opened'),
        entry(3, 'arrived'),
        entry(6, 'contact-confirmed'),
        entry(7, 'started'),
      ],
    };
    const ticketHistory = async (id: string) => records[id] ?? [];
    Object.assign(gateway.services.queries, { ticketHistory });
    return Object.assign(gateway, { see: async () => (await gateway.look(token)).json() });
  }

  test('goes on with the matter that it was put together with, without a word of who reported that', async () => {
    await using gateway = await startMerged(SURVIVOR);
    const view = await gateway.see();
    expect(view).toMatchObject({
      number: 'GC20261121-0001',
      isOver: false,
      isTogether: true,
      isContactConfirmed: null,
      promised: { atMs: SURVIVOR.estimatedAtMs },
    });
    expect(view.stageText.en).toBe('Work is under way');
    expect(view.steps.map(({ atMs }: { atMs: number }) => atMs)).toEqual([1, 5, 7]);
    for (const other of ['王女士', 'Ms Wang', '0700', 'wang'])
      expect(JSON.stringify(view)).not.toContain(other);
  });

  test('is over when the other is', async () => {
    await using gateway = await startMerged({ ...SURVIVOR, stage: 'closed' });
    expect(await gateway.see()).toMatchObject({ isOver: true, promised: null, stageText: { en: 'Closed' } });
  });

  test('is followed through another merge, never in a circle, and stays as it was where the other is gone', async () => {
    const middle: Ticket = {
      ...SURVIVOR,
      id: 'GC20261121-0600' as Ticket['id'],
      stage: 'merged',
      links: [{ ticket: SURVIVOR.id, kind: 'merged-into' }],
    };
    await using gateway = await startMerged(SURVIVOR, [middle]);
    expect(await gateway.see()).toMatchObject({ isOver: false, isTogether: true });
    const circle = { ...middle, links: [{ ticket: middle.id, kind: 'merged-into' as const }] };
    gateway.tickets.set(middle.id, circle);
    expect(await gateway.see()).toMatchObject({ isOver: true });
    gateway.tickets.delete(middle.id);
    expect(await gateway.see()).toMatchObject({ isOver: true, isTogether: false });
  });
});

test('the next promised time is the appointment, then the estimate, then the soonest clock', () => {
  const [clock] = TICKET.clocks;
  if (clock === undefined) throw new Error('the ticket has a clock');
  const clocks = [
    { ...clock, dueAtMs: NOW_MS + 50 },
    { ...clock, dueAtMs: NOW_MS + 20, breachedAtMs: NOW_MS },
    { ...clock, dueAtMs: NOW_MS - 1 },
  ];
  const appointment = { fromMs: NOW_MS + 5, toMs: NOW_MS + 9 };
  const at = (ticket: Partial<Ticket>) =>
    toPublicView({ ...TICKET, clocks, ...ticket }, [], 'Asia/Shanghai', NOW_MS).promised?.atMs ?? null;
  expect(at({ appointment, estimatedAtMs: NOW_MS + 7 })).toBe(NOW_MS + 5);
  expect(at({ estimatedAtMs: NOW_MS + 7 })).toBe(NOW_MS + 7);
  expect(at({})).toBe(NOW_MS + 50);
  expect(at({ clocks: [] })).toBeNull();
  expect(at({ appointment, stage: 'closed' })).toBeNull();
});

test('links that are none are known as such, and remembering is bounded', async () => {
  expect(parseLink('')).toBeNull();
  expect(parseLink('GC20261121-0001.short')).toBeNull();
  expect(isReporterOf({ reporter: null }, 'a'.repeat(22))).toBe(false);
  const reports = new PublicReports();
  for (let at = 0; at < 3_000; at++) reports.admit(`contact ${at}`, NOW_MS);
  for (let at = 0; at < 5; at++) expect(reports.admit('one', NOW_MS)).toBe(true);
  expect(reports.admit('one', NOW_MS)).toBe(false);
  expect(reports.admit('one', NOW_MS + 3_600_001)).toBe(true);
});
