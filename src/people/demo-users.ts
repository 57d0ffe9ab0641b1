/** The accounts of `demo`, with a public password, and the check that keeps them out of `run`. Their duty is demo-duty.ts. */
import { RiserError } from '../core/errors.ts';
import type { Role } from '../core/roles.ts';
import type { Text } from '../core/text.ts';
import type { Store } from '../store/store.ts';
import { DEMO_PASSWORD } from './passwords.ts';
import type { People } from './people.ts';

interface DemoUser {
  readonly username: string;
  readonly displayName: Text;
  readonly role: Role;
}

/** One of each role that takes part; the user name of the first of a role is the role. */
export const DEMO_USERS: readonly DemoUser[] = [
  toUser('admin', 'admin', '系统管理员', 'Administrator'),
  toUser('supervisor', 'supervisor', '工程主管', 'Supervisor'),
  toUser('desk', 'desk', '前台', 'Service desk'),
  toUser('engineer', 'engineer', '值班工程师', 'Duty engineer'),
  toUser('desk-chen', 'desk', '陈静（前台夜班）', 'Chen Jing (night desk)'),
  toUser('liu-qiang', 'engineer', '刘强（强电班）', 'Liu Qiang (electrician)'),
  toUser('zhou-bin', 'engineer', '周斌（给排水班）', 'Zhou Bin (plumber)'),
  toUser('duty', 'duty', '消控室值班员', 'Fire control duty'),
  toUser('foreman', 'foreman', '孙伟（工程领班）', 'Sun Wei (foreman)'),
  toUser('lift-safety', 'lift-safety', '高翔（电梯安全管理员）', 'Gao Xiang (lift safety manager)'),
  toUser('owner-service', 'owner-service', '何丽（业主服务）', 'He Li (owner service)'),
  toUser('area-manager', 'area-manager', '林芳（区域责任人）', 'Lin Fang (area responsible person)'),
  toUser('security', 'security', '马超（安保队长）', 'Ma Chao (head of security)'),
  toUser('manager', 'manager', '吴敏（项目经理）', 'Wu Min (manager)'),
  toUser('leader', 'leader', '郑建国（公司领导）', 'Zheng Jianguo (leader)'),
  toUser('auditor', 'auditor', '审计员', 'Auditor'),
  toUser('contractor', 'contractor', '电梯维保单位', 'Lift maintainer'),
  toUser('occupant', 'occupant', '803业主', 'Owner of unit 803'),
];

function toUser(username: string, role: Role, zh: string, en: string): DemoUser {
  return { username, role, displayName: { zh, en } };
}

/** Makes the demo accounts that are not there yet; existing ones stay as they are. */
export async function ensureDemoUsers(
  people: Pick<People, 'createUser'>,
  store: Pick<Store, 'queries'>,
): Promise<void> {
  const known = new Set((await store.queries.users()).map(({ username }) => username));
  for (const { username, displayName, role } of DEMO_USERS) {
    if (known.has(username)) continue;
    const user = { username, displayName, roles: [role], password: DEMO_PASSWORD, isDemo: true };
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
