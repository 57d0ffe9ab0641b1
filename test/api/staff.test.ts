/** Accounts and what is known of people, over HTTP and a real store: who may change what, and what follows at once. */
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { SiteModel } from '../../src/config/model.ts';
import { toId } from '../../src/core/ids.ts';
import type { Role } from '../../src/core/roles.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { openDutyBoard } from '../../src/people/duty-board.ts';
import { createPeople } from '../../src/people/service.ts';
import { NO_PROFILE } from '../../src/people/staff-book.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { createGateway, createModel, NOW_MS, startApi, TICKET } from './support.ts';

const API = '/api/v1';
const PASSWORD = 'correct horse battery';
/** The smallest that Argon2 allows: these tests are not about cost. */
const CHEAP = { memoryKiB: 8, passes: 1, parallelism: 1 };
const name = (word: string) => ({ zh: word, en: word });
const FIRM = { id: toId<never>('lift-maintainer'), name: name('Lifts'), method: '8805', phones: [], for: [] };

function toSite(): SiteModel {
  const model = createModel();
  return { ...model, contacts: new Map([...model.contacts, [FIRM.id, { ...FIRM, kind: 'maintainer' }]]) };
}

/** `root` is the administrator, `boss` a supervisor, `wang` an engineer, `firm` a contractor. */
async function start(tickets: readonly Ticket[] = []) {
  const store = await openStore({ directory: temporaryDirectory(), log: pino({ level: 'silent' }) });
  onTestFinished(() => store.close());
  await store.commit({
    writes: tickets.map((ticket) => ({ type: 'ticket', ticket, expectedVersion: null }) as const),
  });
  const model = toSite();
  const clock = { now: () => ({ wallMs: NOW_MS, monoMs: 0, bootId: 'boot' }) };
  const people = createPeople({ store, clock, cost: CHEAP });
  const accounts = { root: 'admin', boss: 'supervisor', wang: 'engineer', firm: 'contractor' } as const;
  for (const [username, role] of Object.entries(accounts))
    await people.createUser(
      { username, displayName: name(username), roles: [role], password: PASSWORD },
      'test',
    );
  const site = () => ({ timeZone: 'Asia/Shanghai', calendars: new Map(), parents: new Map() });
  const board = await openDutyBoard({ store, clock, site, createId: () => 'id' });
  const fake = createGateway({ model, clock });
  const policyVersion = async () => ({ ...model.policy, version: TICKET.policyVersion });
  const { queries } = store;
  const services = { ...fake.services.queries, ...queries };
  Object.assign(services, { policyVersion: async () => ({ policy: await policyVersion() }) });
  const gateway = createGateway({ model, clock, people, staff: board, roster: board, queries: services });
  const api = await startApi({}, gateway);
  const tokens = new Map<string, string>();
  const login = async (username: string): Promise<void> =>
    void tokens.set(username, (await people.login(username, PASSWORD, '192.0.2.1')).token);
  for (const username of Object.keys(accounts)) await login(username);
  const ask = (by: keyof typeof accounts, method: 'GET' | 'POST' | 'PUT', path: string, payload?: object) =>
    api.api.inject({
      method,
      url: `${API}${path}`,
      headers: { authorization: `Bearer ${tokens.get(by)}` },
      ...(payload !== undefined && { payload }),
    });
  const audit = async () => (await queries.audit({ limit: 1, offset: 0 })).items[0];
  /** The account as the administrator sees it, with its version. */
  const account = async (username: string): Promise<{ username: string; version: string }> =>
    (await ask('root', 'GET', '/users'))
      .json()
      .items.find((user: { username: string }) => user.username === username);
  const changeAccount = async (path: string, change: object = {}, method: 'POST' | 'PUT' = 'POST') => {
    const { version } = await account(path.split('/')[0] ?? '');
    return ask('root', method, `/users/${path}`, { version, ...change });
  };
  const putProfile = async (username: string, change: object) => {
    const { version } = (await ask('boss', 'GET', `/staff/${username}`)).json();
    return ask('boss', 'PUT', `/staff/${username}`, { ...PROFILE, version: version ?? 'none', ...change });
  };
  return Object.assign(api, { ask, audit, board, account, changeAccount, putProfile });
}

const PROFILE = {
  ...NO_PROFILE,
  groups: ['engineering'],
  specialities: ['lift'],
  certificates: [{ kind: 'lift', number: 'NUMBER-4711', validTo: '2028-02-29' }],
  ways: [{ way: 'phone', address: '8815' }],
  areas: ['pump-room'],
  language: 'en',
};

test('an administrator gives other roles, which count at once for session and duty; nobody else may', async () => {
  await using gateway = await start();
  const change = { displayName: name('Foreman Wang'), roles: ['foreman'] satisfies Role[] };
  expect((await gateway.ask('boss', 'PUT', '/users/wang', { version: 'any', ...change })).json().code).toBe(
    'not-permitted',
  );
  expect((await gateway.ask('wang', 'GET', '/staff/boss')).statusCode).toBe(403);
  const changed = await gateway.changeAccount('wang', change, 'PUT');
  expect(changed.json()).toMatchObject({ username: 'wang', ...change });
  expect((await gateway.ask('wang', 'GET', '/session')).json()).toMatchObject({ roles: ['foreman'] });
  expect((await gateway.ask('wang', 'GET', '/staff/boss')).statusCode).toBe(200);
  expect(gateway.board.view().book.staff.get('wang')).toMatchObject({
    roles: ['foreman'],
    name: change.displayName,
  });
  for (const [roles, code] of [
    [[], 'bad-request'],
    [['king'], 'bad-request'],
    [['engineer', 'occupant'], 'roles-mixed'],
  ] as const)
    expect((await gateway.changeAccount('wang', { ...change, roles }, 'PUT')).json().code).toBe(code);
  const nobody = await gateway.ask('root', 'PUT', '/users/nobody', { version: 'any', ...change });
  expect(nobody.json().code).toBe('user-unknown');
});

test('the last administrator stays one', async () => {
  await using gateway = await start();
  const roles = ['manager'] satisfies Role[];
  const change = { displayName: name('Root'), roles };
  expect((await gateway.changeAccount('root', change, 'PUT')).json()).toMatchObject({
    status: 409,
    code: 'last-admin',
  });
  expect((await gateway.changeAccount('root/disable')).json().code).toBe('last-admin');
  expect((await gateway.ask('root', 'GET', '/users')).statusCode).toBe(200);
});

test('everybody who is logged in is told the name of the site and its zone, people from outside too', async () => {
  await using gateway = await start();
  const { site } = toSite();
  const known = { site: { name: site.name, timeZone: site.timeZone } };
  expect((await gateway.ask('firm', 'GET', '/session')).json()).toMatchObject({ username: 'firm', ...known });
  expect((await gateway.ask('firm', 'GET', '/site')).statusCode).toBe(403);
});

test('a closed account is out at once, with its session, and counts as nobody', async () => {
  await using gateway = await start();
  expect((await gateway.changeAccount('wang/disable')).statusCode).toBe(204);
  expect((await gateway.ask('wang', 'GET', '/session')).statusCode).toBe(401);
  expect(gateway.board.view().book.staff.get('wang')?.isDisabled).toBe(true);
  expect((await gateway.changeAccount('wang/enable')).statusCode).toBe(204);
  expect((await gateway.ask('wang', 'GET', '/session')).statusCode, 'the old session stays ended').toBe(401);
  expect(gateway.board.view().book.staff.get('wang')?.isDisabled).toBe(false);
});

test('a supervisor edits everything of a colleague; personal fields are read by name and left out of the audit', async () => {
  await using gateway = await start();
  const own = await gateway.ask('wang', 'PUT', '/staff/wang', { version: 'any', ...PROFILE });
  expect(own.json().code).toBe('not-permitted');
  expect((await gateway.putProfile('wang', {})).statusCode).toBe(204);
  expect(JSON.stringify(await gateway.audit())).not.toMatch(/4711|8815/);
  expect((await gateway.ask('boss', 'GET', '/staff/wang')).json()).toEqual({
    ...PROFILE,
    version: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  expect(await gateway.audit()).toMatchObject({ actor: 'boss', action: 'staff-read', object: 'wang' });
  const listed = (await gateway.ask('wang', 'GET', '/staff')).json();
  const row = listed.items.find((item: { username: string }) => item.username === 'wang');
  expect(row).toMatchObject({
    reachedBy: ['phone'],
    certificates: [{ kind: 'lift', validTo: '2028-02-29' }],
  });
  expect(JSON.stringify(listed)).not.toMatch(/4711|8815/);
});

test('of two who edit a colleague at once one wins; the other is told, nothing of his is kept, and he can go on', async () => {
  await using gateway = await start();
  const { version } = (await gateway.ask('boss', 'GET', '/staff/wang')).json();
  const put = (by: 'root' | 'boss', seen: string, change: object) =>
    gateway.ask(by, 'PUT', '/staff/wang', { ...PROFILE, ...change, version: seen });
  const wishes = ['night', 'day'] as const;
  const answers = await Promise.all([
    put('root', version, { groups: [wishes[0]] }),
    put('boss', version, { groups: [wishes[1]] }),
  ]);
  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([204, 409]);
  const refused = answers.findIndex(({ statusCode }) => statusCode === 409);
  expect(answers[refused]?.json()).toMatchObject({ code: 'staff-changed', params: { username: 'wang' } });
  expect(gateway.board.profiles().get('wang')?.groups).toEqual([wishes[1 - refused]]);
  const now = (await gateway.ask('boss', 'GET', '/staff/wang')).json();
  expect(now.version).not.toBe(version);
  expect((await put('boss', now.version, { groups: [wishes[refused]] })).statusCode).toBe(204);
  const unnamed = await gateway.ask('boss', 'PUT', '/staff/wang', PROFILE);
  expect(unnamed.json().code).toBe('bad-request');
});

test('of two who change an account at once one wins, whatever the two change', async () => {
  const changes = [
    ['PUT', '', { displayName: name('Wang'), roles: ['foreman'] }],
    ['POST', '/password', { password: 'another good one' }],
    ['POST', '/disable', {}],
    ['POST', '/enable', {}],
  ] as const;
  await using gateway = await start();
  for (const [method, path, change] of changes) {
    const { version } = await gateway.account('wang');
    await gateway.changeAccount('wang', { displayName: name(`Wang ${path}`), roles: ['engineer'] }, 'PUT');
    const before = await gateway.account('wang');
    const late = await gateway.ask('root', method, `/users/wang${path}`, { version, ...change });
    expect(late.json(), path).toMatchObject({ status: 409, code: 'staff-changed' });
    expect(await gateway.account('wang'), path).toEqual(before);
  }
});

test('a profile is refused with every mistake and its place', async () => {
  await using gateway = await start();
  const wrong = {
    certificates: [{ kind: 'lift', number: '1', validTo: '2026-02-30' }],
    areas: ['pump-room', 'moon'],
    firm: 'nobody',
  };
  const { code, params } = (await gateway.putProfile('wang', wrong)).json();
  expect(code).toBe('bad-request');
  expect(params.problems.map(({ path }: { path: string }) => path)).toEqual([
    'body.certificates.0.validTo',
    'body.areas.1',
    'body.firm',
    'body.firm',
  ]);
  const put = async (change: object, username = 'wang') =>
    (await gateway.putProfile(username, change)).json().code;
  expect(await put({ specialities: ['magic'] })).toBe('bad-request');
  expect(await put({ ways: [{ way: 'pigeon', address: 'roof' }] })).toBe('bad-request');
  expect(await put({ language: 'fr' })).toBe('bad-request');
  expect(await put({ nickname: 'x' })).toBe('unknown-field');
  expect(await put({}, 'nobody')).toBe('user-unknown');
  expect(gateway.board.profiles().get('wang')?.groups).toEqual([]);
});

test('the account of a contractor is tied to a firm, and sees what was given to it or to its firm', async () => {
  const given = (id: string, contractor: Ticket['contractor']): Ticket => ({
    ...TICKET,
    id: toId(id),
    number: id,
    version: 1,
    alarms: [],
    contractor,
  });
  await using gateway = await start([
    given('GC20261121-0001', null),
    given('GC20261121-0002', { user: 'firm', contact: null }),
    given('GC20261121-0003', { user: null, contact: FIRM.id }),
    given('GC20261121-0004', { user: 'other', contact: toId('chief') }),
  ]);
  const seen = async () =>
    (await gateway.ask('firm', 'GET', '/tickets')).json().items.map(({ id }: { id: string }) => id.at(-1));
  expect(await seen()).toEqual(['2']);
  const put = async (firm: string | null) =>
    (await gateway.putProfile('firm', { areas: [], firm })).statusCode;
  expect(await put(null), 'a contractor without a firm').toBe(400);
  expect(await put('chief'), 'a contact of the house').toBe(400);
  expect(await put(FIRM.id)).toBe(204);
  expect((await seen()).sort()).toEqual(['2', '3']);
  const read = async (id: number) =>
    (await gateway.ask('firm', 'GET', `/tickets/GC20261121-000${id}`)).statusCode;
  expect([await read(1), await read(2), await read(3), await read(4)]).toEqual([404, 200, 200, 404]);
});

test('a handover is begun between two who can sign it: nobody without an account, a closed one, or roles that sign none', async () => {
  await using gateway = await start();
  const begin = async (to: string, from = 'boss') =>
    (await gateway.ask('boss', 'POST', '/handovers', { from, to, post: 'desk' })).json();
  expect(await begin('Mr Wang')).toMatchObject({ code: 'user-unknown', params: { username: 'Mr Wang' } });
  await gateway.changeAccount('wang/disable');
  expect(await begin('wang')).toMatchObject({ code: 'user-unknown' });
  await gateway.changeAccount('wang/enable');
  expect(await begin('wang')).not.toHaveProperty('code');
  // A firm's account is open, and signs none.
  const refused = { code: 'value-not-allowed', params: { value: 'firm' } };
  expect(await begin('firm')).toMatchObject(refused);
  expect(await begin('boss', 'firm')).toMatchObject(refused);
});

test('the places that can be the area of a colleague are listed with the way down to each', async () => {
  await using gateway = await start();
  const { items, total } = (await gateway.ask('wang', 'GET', '/locations')).json();
  expect(items).toHaveLength(total);
  expect(items).toContainEqual({
    id: 'pump-room',
    parent: expect.toSatisfy((parent: unknown) => parent === null || typeof parent === 'string'),
    path: { zh: expect.any(String), en: expect.any(String) },
  });
});
