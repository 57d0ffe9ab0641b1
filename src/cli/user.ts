/**
 * `user`: makes and changes accounts in a data directory, while the gateway runs or not. It opens its own store on
 * the same riser.db and takes no lock on the directory; a running gateway sees the change within 30 s.
 * Passwords come from a file, from stdin or from the keyboard, never from the command line (which `ps` shows).
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { ID_PATTERN, isId } from '../core/ids.ts';
import { ROLE_NAMES, ROLES, type Role } from '../core/roles.ts';
import { createSystemClock } from '../engine/system-clock.ts';
import { readPassword } from '../people/password-input.ts';
import type { People } from '../people/people.ts';
import { createPeople } from '../people/service.ts';
import { makeDirectory } from '../store/data-directory.ts';
import { DATABASE_FILE } from '../store/sqlite/protocol.ts';
import type { Store } from '../store/store.ts';
import { reportError } from './errors.ts';

const HELP = `Usage: node src/main.ts user <action> [options]

  user add NAME --role ROLE[,ROLE] [--name-zh TEXT] [--name-en TEXT]   new account
  user list                                                          accounts with their roles
  user password NAME                                                 new password; ends the sessions
  user disable NAME | user enable NAME                               disabling ends the sessions

  --data DIR            data directory (default ./data); "add" makes it if missing
  --password-file FILE  first line is the password; without it the password is read from stdin,
                        or asked for twice when stdin is a terminal
Roles:
${ROLE_NAMES.map((role) => `  ${role.padEnd(14)} ${ROLES[role].en} / ${ROLES[role].zh}`).join('\n')}
Works while the gateway runs (it sees the change within 30 s) and while it does not.
Exit codes: 0 done, 1 refused (the reason is printed).
`;

const OPTIONS = {
  data: { type: 'string', default: './data' },
  role: { type: 'string' },
  'name-zh': { type: 'string' },
  'name-en': { type: 'string' },
  'password-file': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

interface Call {
  readonly name: string;
  readonly values: Values;
  readonly store: Store;
  readonly people: People;
}

/** Wrong use of the command; the message is all that a person needs. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Who the audit log says it was. */
const ACTOR = 'command-line';

/** Key: action. @returns what is told to the person. */
const ACTIONS: Readonly<
  Record<string, { readonly needsName: boolean; readonly act: (call: Call) => Promise<string> }>
> = {
  add: { needsName: true, act: add },
  list: { needsName: false, act: list },
  password: { needsName: true, act: changePassword },
  disable: { needsName: true, act: (call) => setDisabled(call, true) },
  enable: { needsName: true, act: (call) => setDisabled(call, false) },
};

/** @returns the exit code. */
export async function user(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    process.stdout.write(`${await perform(positionals, values)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) return reportError(error);
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

async function perform(
  [actionName = '', name = '', ...rest]: readonly string[],
  values: Values,
): Promise<string> {
  const action = Object.hasOwn(ACTIONS, actionName) ? ACTIONS[actionName] : undefined;
  if (action === undefined) {
    throw new UsageError(`user needs an action: ${Object.keys(ACTIONS).join(', ')}\n\n${HELP}`);
  }
  if ((name !== '') !== action.needsName || rest.length > 0) {
    throw new UsageError(
      `user ${actionName}: ${action.needsName ? 'expected one user name' : 'takes no name'}`,
    );
  }
  if (actionName === 'add') checkAdd(name, values);
  prepareDirectory(values.data, actionName === 'add');
  // Heavy, and not needed for what is refused.
  const { openStore } = await import('../store/sqlite/store.ts');
  const store = await openStore({ directory: values.data, log: pino({ level: 'silent' }) });
  try {
    const people = createPeople({ store, clock: createSystemClock() });
    return await action.act({ name, values, store, people });
  } finally {
    await store.close();
  }
}

/** A wrong path must not make a database that nobody reads; only the first account may come before the first start. */
function prepareDirectory(path: string, mayMake: boolean): void {
  if (mayMake) makeDirectory(resolve(path));
  else if (!existsSync(join(path, DATABASE_FILE))) {
    throw new UsageError(`${path} is no data directory (no ${DATABASE_FILE} in it); name it with --data`);
  }
}

function checkAdd(name: string, { role }: Values): void {
  if (!isId(name)) throw new UsageError(`user names look like ${ID_PATTERN}, found "${name}"`);
  const known: readonly string[] = ROLE_NAMES;
  const asked = toRoles(role);
  const unknown = asked.filter((one) => !known.includes(one));
  if (asked.length > 0 && unknown.length === 0) return;
  const problem = unknown.length > 0 ? `unknown role: ${unknown.join(', ')}` : 'user add needs --role';
  throw new UsageError(`${problem}; roles: ${known.join(', ')}`);
}

function toRoles(text = ''): readonly Role[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '') as Role[];
}

async function add({ name, values, people }: Call): Promise<string> {
  const zh = values['name-zh'] ?? values['name-en'] ?? name;
  const displayName = { zh, en: values['name-en'] ?? zh };
  const password = await readPassword(values['password-file']);
  await people.createUser({ username: name, displayName, roles: toRoles(values.role), password }, ACTOR);
  return `added / 已添加: ${name} (${values.data})`;
}

async function list({ store }: Call): Promise<string> {
  const users = await store.queries.users();
  if (users.length === 0) return 'no accounts / 没有用户';
  return users
    .map(({ username, displayName, roles, isDisabled, isDemo }) => {
      const marks = [isDisabled ? 'disabled / 已停用' : '', isDemo ? 'demo / 演示' : ''].filter(
        (mark) => mark !== '',
      );
      return [username, roles.join(','), displayName.zh, displayName.en, ...marks].join('\t');
    })
    .join('\n');
}

async function changePassword({ name, values, people }: Call): Promise<string> {
  await people.setPassword(name, await readPassword(values['password-file']), ACTOR);
  return `password changed / 密码已修改: ${name}`;
}

async function setDisabled({ name, people }: Call, isDisabled: boolean): Promise<string> {
  await people.setDisabled(name, isDisabled, ACTOR);
  return isDisabled ? `disabled / 已停用: ${name}` : `enabled / 已启用: ${name}`;
}
