/** Whoever opens the page sees the entries that answer him, and none that refuses. */
import { expect, test } from 'vitest';
import { ROLE_NAMES, type Role } from '../../../src/core/roles.ts';
import { ROLE_PERMISSIONS } from '../../../src/people/permissions.ts';
import { ENTRIES, type EntryName, isOpenTo, toHome } from '../../../src/web/shell/entries.ts';

const NAMES = Object.keys(ENTRIES) as readonly EntryName[];
const WATCHING = ['overview', 'alarms', 'tickets', 'trends', 'links', 'duty', 'rules', 'reports', 'storage'];
/** Who may make the simulators fail. */
const TRYING: readonly Role[] = [
  'admin',
  'desk',
  'duty',
  'engineer',
  'area-manager',
  'foreman',
  'supervisor',
  'lift-safety',
];
/** Who proves points, or begins a commissioning and signs. */
const PROVING: readonly Role[] = ['admin', 'engineer', 'foreman', 'supervisor', 'manager', 'lift-safety'];
const OUTSIDE: readonly Role[] = ['contractor', 'occupant'];

test.each(ROLE_NAMES)('%s', (role) => {
  const seen = NAMES.filter((name) => isOpenTo(name, ROLE_PERMISSIONS[role]));
  if (OUTSIDE.includes(role)) expect(seen).toEqual(['tickets']);
  else
    expect(seen).toEqual([
      ...WATCHING,
      ...(PROVING.includes(role) ? ['commissioning'] : []),
      ...(TRYING.includes(role) ? ['faults'] : []),
    ]);
  expect(toHome(ROLE_PERMISSIONS[role])).toBe(OUTSIDE.includes(role) ? '/tickets' : '/');
});

test('nobody who is not logged in sees any', () => {
  expect(NAMES.filter((name) => isOpenTo(name, []))).toEqual([]);
});
