/** What each role may do, where a mistake would be dear. */
import { describe, expect, test } from 'vitest';
import { ROLE_NAMES, type Role } from '../../src/core/roles.ts';
import {
  PERMISSIONS,
  type Permission,
  ROLE_PERMISSIONS,
  toPermissions,
} from '../../src/people/permissions.ts';

const may = (role: Role, permission: Permission): boolean => toPermissions([role]).has(permission);
const who = (permission: Permission): readonly Role[] => ROLE_NAMES.filter((role) => may(role, permission));

test('every role has a list without repetition, and every permission is held by somebody beside the administrator', () => {
  for (const role of ROLE_NAMES)
    expect(new Set(ROLE_PERMISSIONS[role]).size, role).toBe(ROLE_PERMISSIONS[role].length);
  const own: readonly Permission[] = ['user.manage', 'backup.run', 'storage.manage'];
  for (const permission of PERMISSIONS)
    expect(who(permission).length > 1 || own.includes(permission), permission).toBe(true);
});

describe('people from outside', () => {
  test.each(['contractor', 'occupant'] as const)(
    '%s sees nothing of the site, and only own tickets and messages',
    (role) => {
      const allowed: readonly Permission[] = [
        'ticket.read-own',
        'ticket.open',
        'ticket.work',
        'message.read',
      ];
      expect([...toPermissions([role])].filter((permission) => !allowed.includes(permission))).toEqual([]);
      expect(may(role, 'site.read')).toBe(false);
      expect(may(role, 'ticket.read-all')).toBe(false);
    },
  );

  test('an occupant works on no ticket', () => expect(may('occupant', 'ticket.work')).toBe(false));
});

describe('two pairs of eyes', () => {
  test('who approves the policy is not the supervisor who edits it', () => {
    expect(who('policy.approve')).toEqual(['admin', 'manager', 'leader']);
  });

  test('personal data is destroyed by the archive manager', () => {
    expect(who('personal.destroy')).toEqual(['admin', 'archivist']);
  });

  test('the auditor reads and changes nothing', () => {
    const reads = /\.read|read-all$/;
    expect([...toPermissions(['auditor'])].filter((permission) => !reads.test(permission))).toEqual([]);
    expect(may('auditor', 'ticket.personal')).toBe(false);
  });
});

test('what engineer, desk and supervisor could do before they still can', () => {
  const before: Readonly<Record<'desk' | 'engineer' | 'supervisor', readonly Permission[]>> = {
    desk: [
      'site.read',
      'alarm.acknowledge',
      'alarm.shelve',
      'alarm.reset',
      'ticket.open',
      'ticket.dispatch',
      'ticket.visit',
      'ticket.cancel',
      'simulation.control',
    ],
    engineer: [
      'site.read',
      'alarm.acknowledge',
      'alarm.shelve',
      'alarm.reset',
      'rule.edit',
      'ticket.open',
      'ticket.work',
      'ticket.accept',
      'point.write',
      'equipment.lock-out',
      'simulation.control',
    ],
    supervisor: [
      'alarm.shelve-high',
      'alarm.out-of-service',
      'rule.approve',
      'drill.run',
      'ticket.dispatch',
      'ticket.work',
      'ticket.accept',
      'ticket.visit',
      'ticket.cancel',
      'point.write',
      'audit.read',
    ],
  };
  for (const [role, permissions] of Object.entries(before))
    for (const permission of permissions)
      expect(may(role as Role, permission), `${role} ${permission}`).toBe(true);
});

test('several roles add up', () => {
  const both = toPermissions(['desk', 'engineer']);
  expect(both.has('ticket.dispatch') && both.has('ticket.work')).toBe(true);
});
