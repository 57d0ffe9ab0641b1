/** Accounts and sessions over a real store: who gets in, who does not, and what the audit log says about it. */
import { createHash } from 'node:crypto';
import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import { DEMO_USERS } from '../../src/people/demo-users.ts';
import { createPeople, DEMO_PASSWORD, ensureDemoUsers, refuseDemoUsers } from '../../src/people/service.ts';
import { SESSION_LIMITS } from '../../src/people/session-cache.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import type { Role, Store, WriteBatch } from '../../src/store/store.ts';
import { createFakeClock } from '../support/clock.ts';
import { temporaryDirectory } from '../support/temp.ts';

/** The smallest that Argon2 allows: these tests are not about cost. */
const CHEAP = { memoryKiB: 8, passes: 1, parallelism: 1 };
const PASSWORD = 'correct horse battery';
const HERE = '192.0.2.1';
const WRONG = { code: 'wrong-credentials' };

async function openPeople() {
  const store = await openStore({ directory: temporaryDirectory(), log: pino({ level: 'silent' }) });
  onTestFinished(() => store.close());
  const clock = createFakeClock();
  const batches: WriteBatch[] = [];
  let isBroken = false;
  const recording: Pick<Store, 'commit' | 'queries'> = {
    queries: store.queries,
    commit: async (batch) => {
      if (isBroken) throw new RiserError('store-failed');
      batches.push(batch);
      return store.commit(batch);
    },
  };
  const people = createPeople({ store: recording, clock, cost: CHEAP });
  const breakStore = (): void => {
    isBroken = true;
  };
  /** Another process on the same file: its changes do not pass our cache. */
  const elsewhere = createPeople({ store, clock, cost: CHEAP });
  const audit = async () =>
    (await store.queries.audit({ limit: 100, offset: 0 })).items.map(({ action }) => action).reverse();
  return { store, clock, people, elsewhere, batches, audit, breakStore };
}

function makeInput(username: string, roles: readonly Role[] = ['engineer'], password = PASSWORD) {
  return { username, displayName: { zh: '王工', en: 'Wang' }, roles, password };
}

async function openWithUser() {
  const opened = await openPeople();
  await opened.people.createUser(makeInput('wang'), 'admin');
  return opened;
}

describe('login', () => {
  test('gives a token of 32 random bytes, of which only the digest is stored', async () => {
    const { store, people, clock } = await openWithUser();
    const { token, expiresAtMs, person } = await people.login('wang', PASSWORD, HERE);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(expiresAtMs).toBe(clock.now().wallMs + SESSION_LIMITS.lifeMs);
    expect(person).toMatchObject({ username: 'wang', roles: ['engineer'] });
    expect(person.permissions.has('ticket.work')).toBe(true);
    expect(person.permissions.has('user.manage')).toBe(false);
    expect(await store.queries.session(createHash('sha256').update(token).digest('hex'))).not.toBeNull();
    expect(await store.queries.session(token)).toBeNull();
    expect(await people.authenticate(token)).toEqual(person);
  });

  test('is refused alike for an unknown name, a wrong password and a disabled account', async () => {
    const { people, audit, store } = await openWithUser();
    await people.createUser(makeInput('li'), 'admin');
    await people.setDisabled('li', true, 'admin');
    await expect(people.login('nobody', PASSWORD, HERE)).rejects.toMatchObject(WRONG);
    await expect(people.login('wang', 'wrong password', HERE)).rejects.toMatchObject(WRONG);
    await expect(people.login('li', PASSWORD, HERE)).rejects.toMatchObject(WRONG);
    expect((await audit()).slice(-3)).toEqual(['login-failed', 'login-failed', 'login-failed']);
    const { items } = await store.queries.audit({ limit: 3, offset: 0 });
    expect(items.map(({ detail }) => detail['reason'])).toEqual([
      'disabled',
      'wrong-password',
      'unknown-name',
    ]);
    expect(items.map(({ actor }) => actor)).toEqual(['gateway', 'gateway', 'gateway']);
  });

  test('computes a hash for an unknown name too, so that time tells nothing', async () => {
    const { people } = await openWithUser();
    for (const name of ['nobody', 'wang', 'NOT A NAME']) {
      await expect(people.login(name, 'wrong password', HERE)).rejects.toMatchObject(WRONG);
    }
    // One for making the account, one for each login.
    expect(people.counters()).toMatchObject({ hashes: 4, failedLogins: 3 });
  });

  test('puts a name that cannot exist, perhaps a password, into no record', async () => {
    const { people, store } = await openWithUser();
    await expect(people.login('MySecret!23', 'x', HERE)).rejects.toMatchObject(WRONG);
    const { items } = await store.queries.audit({ limit: 1, offset: 0 });
    expect(items[0]).toMatchObject({ action: 'login-failed', object: '?' });
    expect(JSON.stringify(items)).not.toContain('MySecret');
  });

  test('works while the store cannot write: somebody must be able to see the full disk', async () => {
    const { store, people, breakStore } = await openWithUser();
    breakStore();
    const { token } = await people.login('wang', PASSWORD, HERE);
    expect(await people.authenticate(token)).toMatchObject({ username: 'wang' });
    expect(await store.queries.session(createHash('sha256').update(token).digest('hex'))).toBeNull();
    expect(people.counters()).toMatchObject({ logins: 1, unstoredSessions: 1 });
    await people.logout(token);
    expect(await people.authenticate(token)).toBeNull();
    expect(people.counters().unstoredSessions).toBe(0);
  });

  test('with a wrong password stays wrong while the store cannot write', async () => {
    const { people, breakStore } = await openWithUser();
    breakStore();
    await expect(people.login('wang', 'not the password', HERE)).rejects.toMatchObject(WRONG);
    expect(people.counters()).toMatchObject({ failedLogins: 1, unauditedRefusals: 1 });
  });

  test('takes a password typed on a keyboard that composes characters differently', async () => {
    const { people } = await openPeople();
    await people.createUser(makeInput('wang', ['desk'], 'caf\u00e9 am Markt'), 'admin');
    await people.login('wang', 'cafe\u0301 am Markt', HERE);
  });
});

describe('too many failures', () => {
  test('delay the next attempt for the name, longer each time, even with the right password', async () => {
    const { people, clock } = await openWithUser();
    for (let n = 0; n < 3; n++)
      await expect(people.login('wang', 'wrong', `192.0.2.${n}`)).rejects.toMatchObject(WRONG);
    await expect(people.login('wang', PASSWORD, '192.0.2.9')).rejects.toMatchObject({
      code: 'too-many-requests',
    });
    clock.advance(1_000);
    await expect(people.login('wang', 'wrong', '192.0.2.10')).rejects.toMatchObject(WRONG);
    clock.advance(1_000);
    await expect(people.login('wang', PASSWORD, '192.0.2.9')).rejects.toMatchObject({
      code: 'too-many-requests',
    });
    clock.advance(1_000);
    await people.login('wang', PASSWORD, '192.0.2.9');
    await people.login('wang', PASSWORD, '192.0.2.9');
  });

  test('are audited once per delay, not per refused attempt', async () => {
    const { people, audit } = await openWithUser();
    for (let n = 0; n < 3; n++) await people.login('wang', 'wrong', HERE).catch(() => null);
    for (let n = 0; n < 20; n++) await people.login('wang', PASSWORD, HERE).catch(() => null);
    expect((await audit()).filter((action) => action === 'login-refused')).toHaveLength(1);
    expect(people.counters().refusedLogins).toBe(20);
  });

  test('sent at once are counted before the first has been judged', async () => {
    const { people } = await openWithUser();
    const all = await Promise.allSettled(
      Array.from({ length: 30 }, () => people.login('wang', 'wrong', HERE)),
    );
    const codes = all.map((one) =>
      one.status === 'rejected' ? (one.reason as { code: string }).code : 'in',
    );
    expect(codes.filter((code) => code === 'wrong-credentials')).toHaveLength(3);
    expect(codes.filter((code) => code === 'too-many-requests')).toHaveLength(27);
  });
});

describe('a session', () => {
  test('ends twelve hours after the login, used or not', async () => {
    const { people, clock } = await openWithUser();
    const { token } = await people.login('wang', PASSWORD, HERE);
    for (let hour = 0; hour < 11; hour++) {
      clock.advance(3_600_000);
      expect(await people.authenticate(token)).not.toBeNull();
    }
    clock.advance(3_599_999);
    expect(await people.authenticate(token)).not.toBeNull();
    clock.advance(1);
    expect(await people.authenticate(token)).toBeNull();
  });

  test('ends with logout, at once and for good', async () => {
    const { people, audit } = await openWithUser();
    const { token } = await people.login('wang', PASSWORD, HERE);
    expect(await people.authenticate(token)).not.toBeNull();
    await people.logout(token);
    expect(await people.authenticate(token)).toBeNull();
    await people.logout(token);
    await people.logout('no token');
    expect((await audit()).slice(-2)).toEqual(['login', 'logout']);
  });

  test.each([
    [
      'a new password',
      (people: ReturnType<typeof createPeople>) => people.setPassword('wang', 'another good one', 'admin'),
    ],
    ['disabling', (people: ReturnType<typeof createPeople>) => people.setDisabled('wang', true, 'admin')],
  ])('ends with %s: here at once, from another process within 30 s', async (_what, change) => {
    const { people, elsewhere, clock } = await openWithUser();
    const one = await people.login('wang', PASSWORD, HERE);
    expect(await people.authenticate(one.token)).not.toBeNull();
    await change(elsewhere);
    expect(await people.authenticate(one.token)).not.toBeNull();
    clock.advance(SESSION_LIMITS.recheckMs);
    expect(await people.authenticate(one.token)).toBeNull();
    await people.setDisabled('wang', false, 'admin');
    await people.setPassword('wang', PASSWORD, 'admin');
    const two = await people.login('wang', PASSWORD, HERE);
    expect(await people.authenticate(two.token)).not.toBeNull();
    await change(people);
    expect(await people.authenticate(two.token)).toBeNull();
  });

  test('is never found for what is no token', async () => {
    const { people } = await openWithUser();
    for (const token of ['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}=`, 'A'.repeat(10_000)]) {
      expect(await people.authenticate(token)).toBeNull();
    }
  });

  test('does not outlive a password that is changed while it is being opened', async () => {
    const { people, store } = await openWithUser();
    const [login] = await Promise.allSettled([
      people.login('wang', PASSWORD, HERE),
      people.setPassword('wang', 'another good one', 'admin'),
    ]);
    if (login.status === 'fulfilled') expect(await people.authenticate(login.value.token)).toBeNull();
    else expect(login.reason).toMatchObject(WRONG);
    expect((await store.queries.user('wang'))?.roles).toEqual(['engineer']);
  });
});

describe('accounts', () => {
  test('are made once; every change and its audit row are one batch', async () => {
    const { people, batches } = await openWithUser();
    await expect(people.createUser(makeInput('wang'), 'admin')).rejects.toMatchObject({
      code: 'user-exists',
    });
    await people.setPassword('wang', 'another good one', 'li');
    await people.setDisabled('wang', true, 'li');
    await people.setDisabled('wang', false, 'li');
    expect(batches.map(({ writes }) => writes.map(({ type }) => type))).toEqual([
      ['user', 'audit'],
      ['user', 'sessions-end', 'audit'],
      ['user', 'sessions-end', 'audit'],
      ['user', 'audit'],
    ]);
    const actions = batches.flatMap(({ writes }) =>
      writes.flatMap((one) => (one.type === 'audit' ? [one.entry] : [])),
    );
    expect(actions.map(({ actor, action }) => [actor, action])).toEqual([
      ['admin', 'user-create'],
      ['li', 'user-password'],
      ['li', 'user-disable'],
      ['li', 'user-enable'],
    ]);
    expect(JSON.stringify(batches)).not.toContain('another good one');
  });

  test('get another name and other roles at once, in sessions that go on', async () => {
    const { people, store } = await openWithUser();
    const { token } = await people.login('wang', PASSWORD, HERE);
    expect((await people.authenticate(token))?.permissions.has('ticket.dispatch')).toBe(false);
    const displayName = { zh: '王领班', en: 'Foreman Wang' };
    await people.setUser('wang', { displayName, roles: ['foreman', 'engineer'] }, 'admin');
    const person = await people.authenticate(token);
    expect(person).toMatchObject({ displayName, roles: ['foreman', 'engineer'] });
    expect(person?.permissions.has('ticket.dispatch')).toBe(true);
    const { items } = await store.queries.audit({ limit: 1, offset: 0 });
    expect(items[0]).toMatchObject({
      actor: 'admin',
      action: 'user-change',
      object: 'wang',
      detail: { from: { roles: ['engineer'] }, roles: ['foreman', 'engineer'] },
    });
  });

  test('leave one administrator: the last is neither closed nor given other roles', async () => {
    const { people } = await openWithUser();
    const { displayName } = makeInput('wang');
    await people.createUser(makeInput('root', ['admin']), 'command-line');
    await people.createUser(makeInput('spare', ['admin', 'manager']), 'root');
    await people.setDisabled('spare', true, 'root');
    const last = { code: 'last-admin' };
    await expect(people.setDisabled('root', true, 'root')).rejects.toMatchObject(last);
    await expect(people.setUser('root', { displayName, roles: ['manager'] }, 'root')).rejects.toMatchObject(
      last,
    );
    await people.setUser('root', { displayName, roles: ['admin', 'manager'] }, 'root');
    await people.setDisabled('spare', false, 'root');
    await people.setUser('root', { displayName, roles: ['manager'] }, 'root');
    await people.setDisabled('wang', true, 'spare');
  });

  test('of two administrators who close each other at the same time one stays', async () => {
    const { people } = await openPeople();
    for (const name of ['root', 'spare']) await people.createUser(makeInput(name, ['admin']), 'test');
    const both = await Promise.allSettled([
      people.setDisabled('root', true, 'spare'),
      people.setDisabled('spare', true, 'root'),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('from outside hold no role of the house beside', async () => {
    const { people } = await openWithUser();
    const mixed = { code: 'roles-mixed' };
    await expect(
      people.createUser(makeInput('firm', ['contractor', 'engineer']), 'admin'),
    ).rejects.toMatchObject(mixed);
    const { displayName } = makeInput('wang');
    await expect(
      people.setUser('wang', { displayName, roles: ['engineer', 'occupant'] }, 'admin'),
    ).rejects.toMatchObject(mixed);
    await people.createUser(makeInput('firm', ['contractor', 'occupant']), 'admin');
  });

  test('made twice at the same time exist once', async () => {
    const { people } = await openPeople();
    const both = await Promise.allSettled([1, 2].map(() => people.createUser(makeInput('wang'), 'admin')));
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test.each(['short', '九个字符的密码不够', DEMO_PASSWORD])('refuse the password %s', async (password) => {
    const { people } = await openWithUser();
    const weak = { code: 'weak-password', params: { min: 10 } };
    await expect(people.createUser(makeInput('li', ['desk'], password), 'admin')).rejects.toMatchObject(weak);
    await expect(people.setPassword('wang', password, 'admin')).rejects.toMatchObject(weak);
    await people.login('wang', PASSWORD, HERE);
  });

  test('refuse a name that is no id, an account without role, and a password without end', async () => {
    const { people } = await openPeople();
    const bad = { code: 'bad-request' };
    await expect(people.createUser(makeInput('Wang Gong'), 'admin')).rejects.toMatchObject(bad);
    await expect(people.createUser(makeInput('wang', []), 'admin')).rejects.toMatchObject(bad);
    await expect(
      people.createUser(makeInput('wang', ['desk'], 'x'.repeat(257)), 'admin'),
    ).rejects.toMatchObject(bad);
  });

  test('that do not exist cannot be changed', async () => {
    const { people } = await openPeople();
    const unknown = { code: 'user-unknown', params: { username: 'li' } };
    await expect(people.setPassword('li', PASSWORD, 'admin')).rejects.toMatchObject(unknown);
    await expect(people.setDisabled('li', true, 'admin')).rejects.toMatchObject(unknown);
    const { displayName, roles } = makeInput('li');
    await expect(people.setUser('li', { displayName, roles }, 'admin')).rejects.toMatchObject(unknown);
  });
});

describe('demo accounts', () => {
  test('are made once, one of each role that takes part under its name, and kept out of run while one is enabled', async () => {
    const { people, store } = await openPeople();
    await refuseDemoUsers(store);
    await ensureDemoUsers(people, store);
    await ensureDemoUsers(people, store);
    const users = await store.queries.users();
    expect(users.map(({ username, roles: [role] }) => [username, role])).toEqual(
      DEMO_USERS.map(({ username, role }) => [username, role]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
    for (const { role } of DEMO_USERS)
      expect(users.some(({ username, roles }) => username === role && roles.includes(role))).toBe(true);
    await people.login('desk', DEMO_PASSWORD, HERE);
    await expect(refuseDemoUsers(store, '/data')).rejects.toMatchObject({
      code: 'data-from-demo',
      params: { path: '/data' },
    });
    for (const { username } of users.slice(1)) await people.setDisabled(username, true, 'admin');
    await expect(refuseDemoUsers(store)).rejects.toMatchObject({ code: 'data-from-demo' });
    // With a password of its own it is an account like any other.
    await people.setPassword('admin', PASSWORD, 'admin');
    await refuseDemoUsers(store);
  });
});
