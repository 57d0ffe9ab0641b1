/** The accounts of `demo`, with a public password, and the check that keeps them out of `run`. */
import { RiserError } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Role, Store } from '../store/store.ts';
import { DEMO_PASSWORD } from './passwords.ts';
import type { People } from './people.ts';

/** One per role; the user name is the role. */
const DEMO_USERS: Readonly<Record<Role, Text>> = {
  admin: { zh: '系统管理员', en: 'Administrator' },
  supervisor: { zh: '工程主管', en: 'Supervisor' },
  desk: { zh: '前台', en: 'Service desk' },
  engineer: { zh: '值班工程师', en: 'Duty engineer' },
};

/** Makes the demo accounts that are not there yet; existing ones stay as they are. */
export async function ensureDemoUsers(
  people: Pick<People, 'createUser'>,
  store: Pick<Store, 'queries'>,
): Promise<void> {
  for (const [role, displayName] of Object.entries(DEMO_USERS) as [Role, Text][]) {
    if ((await store.queries.user(role)) !== null) continue;
    const user = { username: role, displayName, roles: [role], password: DEMO_PASSWORD, isDemo: true };
    await people.createUser(user, 'gateway');
  }
}

/**
 * For `run`: nobody may log in with the public password.
 * @param path data directory or database, for the message
 * @throws RiserError `data-from-demo` when an enabled demo account exists.
 */
export async function refuseDemoUsers(store: Pick<Store, 'queries'>, path = 'riser.db'): Promise<void> {
  const users = await store.queries.users();
  if (users.some(({ isDemo, isDisabled }) => isDemo && !isDisabled))
    throw new RiserError('data-from-demo', { path });
}
