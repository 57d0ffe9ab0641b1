/**
 * The `user` command, while the gateway's store is open and while it is not: as a process where its standard input or its
 * exit matters, called as the process would where only its words do.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { user as command } from '../../src/cli/user.ts';
import { createPeople } from '../../src/people/service.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { capture } from '../support/capture.ts';
import { createFakeClock } from '../support/clock.ts';
import { startProcess } from '../support/process.ts';
import { temporaryDirectory } from '../support/temp.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const PASSWORD = 'correct horse battery';
const HERE = '192.0.2.1';

async function user(args: readonly string[], input = '') {
  await using child = await startProcess(process.execPath, [MAIN, 'user', ...args], { input });
  const { code } = await child.waitForExit(60_000);
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

afterEach(() => {
  vi.restoreAllMocks();
});

/** The same in this process. */
async function call(args: readonly string[], input = '') {
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(
    Readable.from([Buffer.from(input)]) as typeof process.stdin,
  );
  const written = capture();
  const code = await command(args);
  vi.restoreAllMocks();
  return { code, stdout: written.out, stderr: written.err };
}

async function openGateway(directory: string) {
  const store = await openStore({ directory, log: pino({ level: 'silent' }) });
  onTestFinished(() => store.close());
  const clock = createFakeClock();
  return { store, clock, people: createPeople({ store, clock }) };
}

describe('add', () => {
  test('makes the first account before the first start, and the gateway lets it in', async () => {
    const data = join(temporaryDirectory(), 'data');
    const names = ['--name-zh', '王工', '--name-en', 'Wang'];
    const added = await user(
      ['add', 'wang', '--role', 'admin,desk', ...names, '--data', data],
      `${PASSWORD}\n`,
    );
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const { people, store } = await openGateway(data);
    const { person } = await people.login('wang', PASSWORD, HERE);
    expect(person).toMatchObject({ roles: ['admin', 'desk'], displayName: { zh: '王工', en: 'Wang' } });
    const { items } = await store.queries.audit({ limit: 9, offset: 0 });
    expect(items.at(-1)).toMatchObject({ actor: 'command-line', action: 'user-create', object: 'wang' });
  });

  test('works while the gateway writes to the same file', async () => {
    const data = temporaryDirectory();
    const { people, store } = await openGateway(data);
    const isDone = user(['add', 'wang', '--role', 'desk', '--data', data], PASSWORD);
    const commits: Promise<void>[] = [];
    for (let n = 0; n < 200; n++) {
      commits.push(store.commit({ writes: [{ type: 'counter', name: 'n', value: n }] }));
      if (n % 20 === 0) await commits.at(-1);
    }
    expect((await isDone).code).toBe(0);
    await Promise.all(commits);
    expect(await people.login('wang', PASSWORD, HERE)).toMatchObject({ person: { roles: ['desk'] } });
    expect(await store.verify()).toEqual([]);
  });

  test.each([
    ['an unknown role', ['add', 'wang', '--role', 'boss'], 'roles: admin, desk, duty, engineer'],
    ['no role', ['add', 'wang'], 'roles: admin, desk, duty, engineer'],
    ['no name', ['add', '--role', 'desk'], 'expected one user name'],
    ['a name that is no id', ['add', 'Wang', '--role', 'desk'], 'Wang'],
    ['a short password', ['add', 'wang', '--role', 'desk'], 'weak-password'],
    [
      'an unreadable password file',
      ['add', 'wang', '--role', 'desk', '--password-file', 'none.txt'],
      'none.txt',
    ],
  ])('refuses %s and says why', async (_what, args, reason) => {
    const data = temporaryDirectory();
    const { code, stderr } = await call([...args, '--data', data], 'short\n');
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
  });

  test('refuses a name that is taken', async () => {
    const data = temporaryDirectory();
    await call(['add', 'wang', '--role', 'desk', '--data', data], PASSWORD);
    const second = await call(['add', 'wang', '--role', 'admin', '--data', data], PASSWORD);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('user-exists') });
  });
});

test('a running gateway ends the sessions of an account within 30 s of its being disabled', async () => {
  const data = temporaryDirectory();
  const { people, clock } = await openGateway(data);
  const displayName = { zh: '王工', en: 'Wang' };
  await people.createUser({ username: 'wang', displayName, roles: ['desk'], password: PASSWORD }, 'admin');
  const { token } = await people.login('wang', PASSWORD, HERE);
  expect(await people.authenticate(token)).not.toBeNull();
  expect((await call(['disable', 'wang', '--data', data])).code).toBe(0);
  clock.advance(30_000);
  expect(await people.authenticate(token)).toBeNull();
  await expect(people.login('wang', PASSWORD, HERE)).rejects.toMatchObject({ code: 'wrong-credentials' });
  expect((await call(['list', '--data', data])).stdout).toContain('disabled');
  expect((await call(['enable', 'wang', '--data', data])).code).toBe(0);
  await people.login('wang', PASSWORD, HERE);
});

test('a new password comes from a file and is not shown', async () => {
  const data = temporaryDirectory();
  await call(['add', 'wang', '--role', 'desk', '--data', data], PASSWORD);
  const file = join(temporaryDirectory(), 'password');
  writeFileSync(file, 'another good one\r\nsecond line\n');
  const { code, stdout, stderr } = await call(['password', 'wang', '--password-file', file, '--data', data]);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain('another good one');
  const { people } = await openGateway(data);
  await people.login('wang', 'another good one', HERE);
});

test('a wrong directory is named and not made', async () => {
  const data = join(temporaryDirectory(), 'typo');
  for (const args of [['list'], ['password', 'wang'], ['disable', 'wang']]) {
    expect(await call([...args, '--data', data], PASSWORD)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(data),
    });
  }
  expect(existsSync(data)).toBe(false);
});

test('help names every action and role; an unknown action and a stray name are refused', async () => {
  const help = await user(['--help']);
  expect(help.code).toBe(0);
  for (const word of ['add', 'list', 'password', 'disable', 'enable', 'supervisor'])
    expect(help.stdout).toContain(word);
  expect((await user(['delete', 'wang'])).code).toBe(1);
  expect((await call(['list', 'wang'])).code).toBe(1);
  expect((await call(['toString'])).code).toBe(1);
});
