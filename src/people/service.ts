/**
 * People over the state store. Every login, refused login, logout and change of a user commits its audit row in the
 * same batch as the change itself. Permissions are judged at the edge (api/), with permissions.ts.
 */
import { createHash, randomBytes as cryptoRandomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import { isId } from '../core/ids.ts';
import { isOutsider, type Role } from '../core/roles.ts';
import type { AuditRow, Store, UserRow, Write } from '../store/store.ts';
import { createLoginLimiter, type LoginLimiter } from './login-limiter.ts';
import {
  type Argon2Cost,
  checkPassword,
  createPasswords,
  DEMO_PASSWORD,
  type Passwords,
} from './passwords.ts';
import type { LoginResult, People, Person } from './people.ts';
import { toPermissions } from './permissions.ts';
import { createSessionCache, SESSION_LIMITS, type SessionCache } from './session-cache.ts';
import { createUnstoredSessions, type UnstoredSessions } from './unstored-sessions.ts';
import { requireSeen, toAccountVersion } from './versions.ts';

export { ensureDemoDuty } from './demo-duty.ts';
export { ensureDemoUsers, refuseDemoUsers } from './demo-users.ts';
export { DEMO_PASSWORD } from './passwords.ts';

export interface PeopleOptions {
  readonly store: Pick<Store, 'commit' | 'queries'>;
  readonly clock: Clock;
  readonly randomBytes?: typeof cryptoRandomBytes;
  /** Default: OWASP's figures. Lower only in tests. */
  readonly cost?: Argon2Cost;
}

export interface PeopleCounters {
  readonly logins: number;
  readonly failedLogins: number;
  /** Logins refused because of too many failures before. */
  readonly refusedLogins: number;
  /** Logins refused because too many passwords were waiting to be hashed. */
  readonly refusedHashes: number;
  /** Passwords hashed, for logins and for changes. */
  readonly hashes: number;
  readonly cachedSessions: number;
  /** Sessions that live in memory only, because the store could not write. */
  readonly unstoredSessions: number;
  /** Refusals that could not be written into the audit log. */
  readonly unauditedRefusals: number;
}

interface Parts {
  readonly store: PeopleOptions['store'];
  readonly clock: Clock;
  readonly randomBytes: typeof cryptoRandomBytes;
  readonly passwords: Passwords;
  readonly limiter: LoginLimiter;
  readonly cache: SessionCache;
  /** Runs logins' and users' writes one after the other: each reads a row, then writes. */
  readonly inTurn: <T>(action: () => Promise<T>) => Promise<T>;
  readonly unstored: UnstoredSessions;
  /** One hash for all demo accounts: a salt of its own protects nobody whose password everybody knows. */
  readonly hashDemo: () => Promise<string>;
  readonly counts: { logins: number; failedLogins: number; unauditedRefusals: number };
}

interface UserChange {
  readonly user: UserRow;
  readonly action: string;
  readonly endsSessions: boolean;
  /** For the audit, beside the roles that the account has then. */
  readonly detail?: AuditRow['detail'];
}

const TOKEN_BYTES = 32;
/** 32 bytes in base64url. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The store stays the caller's. */
export function createPeople(options: PeopleOptions): People & { counters(): PeopleCounters } {
  const randomBytes = options.randomBytes ?? cryptoRandomBytes;
  const passwords = createPasswords(options.cost, randomBytes);
  let demoHash: Promise<string> | null = null;
  const parts: Parts = {
    store: options.store,
    clock: options.clock,
    randomBytes,
    passwords,
    hashDemo: () => (demoHash ??= passwords.hash(DEMO_PASSWORD)),
    limiter: createLoginLimiter(),
    cache: createSessionCache(),
    unstored: createUnstoredSessions(),
    inTurn: createTurns(),
    counts: { logins: 0, failedLogins: 0, unauditedRefusals: 0 },
  };
  return {
    login: (username, password, address) => login(parts, username, password, address),
    authenticate: (token) => authenticate(parts, token),
    logout: (token) => logout(parts, token),
    ...createUserChanges(parts),
    counters: () => ({
      ...parts.counts,
      refusedLogins: parts.limiter.counters().refused,
      refusedHashes: parts.passwords.counters().refused,
      hashes: parts.passwords.counters().hashes,
      cachedSessions: parts.cache.size(),
      unstoredSessions: parts.unstored.size(),
    }),
  };
}

async function login(
  parts: Parts,
  username: string,
  password: string,
  address: string,
): Promise<LoginResult> {
  // Names that cannot exist share one entry: they are neither worth remembering nor, being perhaps a password
  // typed into the wrong field, fit for the audit log.
  const name = isId(username) ? username : '?';
  const refusal = parts.limiter.begin(name, address, parts.clock.now().monoMs);
  if (refusal !== null) {
    if (refusal.isFirst) await auditRefusal(parts, 'login-refused', name, { address });
    throw refusal.error;
  }
  const user = name === '?' ? null : await parts.store.queries.user(name);
  const isRight = await parts.passwords.verify(password, user?.passwordHash ?? null);
  if (user === null || !isRight || user.isDisabled) {
    parts.counts.failedLogins++;
    await auditRefusal(parts, 'login-failed', name, { address, reason: toFailure(user, isRight) });
    throw new RiserError('wrong-credentials');
  }
  parts.limiter.succeed(name, address);
  return parts.inTurn(() => startSession(parts, user, address));
}

function toFailure(user: UserRow | null, isRight: boolean): string {
  if (user === null) return 'unknown-name';
  return isRight ? 'disabled' : 'wrong-password';
}

/** In turn with changes of users: a password changed while it was being verified must not leave a session behind. */
async function startSession(parts: Parts, verified: UserRow, address: string): Promise<LoginResult> {
  const user = await parts.store.queries.user(verified.username);
  if (user === null || user.isDisabled || user.passwordHash !== verified.passwordHash) {
    throw new RiserError('wrong-credentials');
  }
  const token = parts.randomBytes(TOKEN_BYTES).toString('base64url');
  const createdAtMs = parts.clock.now().wallMs;
  const expiresAtMs = createdAtMs + SESSION_LIMITS.lifeMs;
  const session = { tokenHash: toTokenHash(token), username: user.username, createdAtMs, expiresAtMs };
  const entry = toAudit(parts, user.username, 'login', user.username, { address });
  const isStored = await tryCommit(parts, [{ type: 'session', session }, entry]);
  if (!isStored) parts.unstored.add(session);
  parts.counts.logins++;
  return { token, expiresAtMs, person: toPerson(user) };
}

async function authenticate(parts: Parts, token: string): Promise<Person | null> {
  if (!TOKEN.test(token)) return null;
  const tokenHash = toTokenHash(token);
  const now = parts.clock.now();
  const known = parts.cache.find(tokenHash, now);
  if (known !== null) return known;
  const generation = parts.cache.generation();
  const session = parts.unstored.find(tokenHash) ?? (await parts.store.queries.session(tokenHash));
  if (session === null || session.expiresAtMs <= now.wallMs) return null;
  const user = await parts.store.queries.user(session.username);
  if (user === null || user.isDisabled) return null;
  const person = toPerson(user);
  const entry = { person, expiresAtMs: session.expiresAtMs, checkedMonoMs: now.monoMs };
  parts.cache.add(tokenHash, entry, generation);
  return person;
}

async function logout(parts: Parts, token: string): Promise<void> {
  if (!TOKEN.test(token)) return;
  const tokenHash = toTokenHash(token);
  if (parts.unstored.remove(tokenHash)) {
    parts.cache.remove(tokenHash);
    return;
  }
  const session = await parts.store.queries.session(tokenHash);
  if (session === null) return;
  const entry = toAudit(parts, session.username, 'logout', session.username, {});
  await parts.store.commit({ writes: [{ type: 'session-end', tokenHash }, entry] });
  parts.cache.remove(tokenHash);
}

function createUserChanges(
  parts: Parts,
): Pick<People, 'createUser' | 'setUser' | 'setPassword' | 'setDisabled'> {
  const { inTurn } = parts;
  return {
    createUser: (input, actor) => inTurn(() => createUser(parts, input, actor)),
    setUser: (username, input, actor, seen) => inTurn(() => setUser(parts, username, input, actor, seen)),
    setPassword: (username, password, actor, seen) =>
      inTurn(async () => {
        const user = await findUser(parts, username, seen);
        checkPassword(password, user.isDemo);
        const passwordHash = await parts.passwords.hash(password);
        // A demo account with a password of its own is an account like any other.
        const isDemo = user.isDemo && password === DEMO_PASSWORD;
        await change(
          parts,
          { user: { ...user, passwordHash, isDemo }, action: 'user-password', endsSessions: true },
          actor,
        );
      }),
    setDisabled: (username, isDisabled, actor, seen) =>
      inTurn(async () => {
        const user = await findUser(parts, username, seen);
        await requireAdmin(parts, { ...user, isDisabled });
        const action = isDisabled ? 'user-disable' : 'user-enable';
        await change(parts, { user: { ...user, isDisabled }, action, endsSessions: isDisabled }, actor);
      }),
  };
}

async function createUser(
  parts: Parts,
  input: Parameters<People['createUser']>[0],
  actor: string,
): Promise<void> {
  const { username, displayName, roles, password, isDemo = false } = input;
  if (!isId(username)) throw new RiserError('bad-request');
  requireRoles(roles);
  if ((await parts.store.queries.user(username)) !== null) throw new RiserError('user-exists', { username });
  checkPassword(password, isDemo);
  const isPublic = isDemo && password === DEMO_PASSWORD;
  const passwordHash = await (isPublic ? parts.hashDemo() : parts.passwords.hash(password));
  const atMs = parts.clock.now().wallMs;
  const times = { createdAtMs: atMs, changedAtMs: atMs };
  const user: UserRow = {
    username,
    displayName,
    roles: [...new Set(roles)],
    passwordHash,
    isDisabled: false,
    isDemo,
    ...times,
  };
  await change(parts, { user, action: 'user-create', endsSessions: false }, actor);
}

async function setUser(
  parts: Parts,
  username: string,
  { displayName, roles }: Parameters<People['setUser']>[1],
  actor: string,
  seen: string | undefined,
): Promise<void> {
  const before = await findUser(parts, username, seen);
  requireRoles(roles);
  const user: UserRow = { ...before, displayName, roles: [...new Set(roles)] };
  await requireAdmin(parts, user);
  const detail = { from: { displayName: before.displayName, roles: before.roles }, displayName };
  await change(parts, { user, action: 'user-change', endsSessions: false, detail }, actor);
}

/** @throws RiserError `bad-request` without any, `roles-mixed` */
function requireRoles(roles: readonly Role[]): void {
  if (roles.length === 0) throw new RiserError('bad-request');
  if (roles.some(isOutsider) && !roles.every(isOutsider)) throw new RiserError('roles-mixed');
}

/** Nobody locks the house out of its own gateway. @param next the account as it is to be @throws RiserError `last-admin` */
async function requireAdmin({ store }: Parts, next: UserRow): Promise<void> {
  const users = await store.queries.users();
  const isAdmin = ({ roles, isDisabled }: UserRow): boolean => !isDisabled && roles.includes('admin');
  const others = users.filter(({ username }) => username !== next.username);
  const wasAdmin = users.some((user) => user.username === next.username && isAdmin(user));
  if (wasAdmin && ![next, ...others].some(isAdmin)) throw new RiserError('last-admin');
}

async function change(
  parts: Parts,
  { user, action, endsSessions, detail = {} }: UserChange,
  actor: string,
): Promise<void> {
  const { username, roles, isDemo } = user;
  const changed: UserRow = { ...user, changedAtMs: parts.clock.now().wallMs };
  const writes: Write[] = [{ type: 'user', user: changed }];
  if (endsSessions) writes.push({ type: 'sessions-end', username });
  writes.push(toAudit(parts, actor, action, username, { ...detail, roles, isDemo }));
  await parts.store.commit({ writes });
  parts.unstored.removeUser(username);
  parts.cache.removeUser(username);
}

async function findUser(parts: Parts, username: string, seen?: string): Promise<UserRow> {
  const user = await parts.store.queries.user(username);
  if (user === null) throw new RiserError('user-unknown', { username });
  requireSeen(username, toAccountVersion(user), seen);
  return user;
}

/** @returns false when the store cannot write at present; every other failure is thrown. */
async function tryCommit(parts: Parts, writes: readonly Write[]): Promise<boolean> {
  try {
    await parts.store.commit({ writes });
    return true;
  } catch (error) {
    if (error instanceof RiserError && error.code === 'store-failed') return false;
    throw error;
  }
}

/** Nobody has proved to be `name`, so the gateway is the actor. A refusal stands even when it cannot be written down. */
async function auditRefusal(
  parts: Parts,
  action: string,
  name: string,
  detail: AuditRow['detail'],
): Promise<void> {
  const isStored = await tryCommit(parts, [toAudit(parts, 'gateway', action, name, detail)]);
  if (!isStored) parts.counts.unauditedRefusals++;
}

function toAudit(
  parts: Parts,
  actor: string,
  action: string,
  object: string,
  detail: AuditRow['detail'],
): Write {
  return { type: 'audit', entry: { atMs: parts.clock.now().wallMs, actor, action, object, detail } };
}

function toPerson({ username, displayName, roles }: UserRow): Person {
  return { username, displayName, roles, permissions: toPermissions(roles) };
}

function toTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function createTurns(): Parts['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return (action) => {
    const result = last.then(action, action);
    last = result.catch(() => undefined);
    return result;
  };
}
