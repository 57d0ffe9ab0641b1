/** Permissions and which role holds which. Every route of the API declares one of these, or `public`. */
import type { Role } from '../store/store.ts';

export const PERMISSIONS = [
  'site.read',
  'alarm.acknowledge',
  'alarm.shelve',
  'alarm.shelve-high',
  'alarm.reset',
  'alarm.out-of-service',
  'rule.edit',
  'rule.approve',
  'drill.run',
  'ticket.open',
  'ticket.dispatch',
  'ticket.work',
  'ticket.accept',
  'ticket.visit',
  'ticket.cancel',
  'point.write',
  'equipment.lock-out',
  'simulation.control',
  'user.manage',
  'backup.run',
  'storage.manage',
  'audit.read',
] as const;
/** `alarm.shelve` is for medium and low severity, `alarm.shelve-high` for high; life safety is never shelved. */
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = {
  admin: PERMISSIONS,
  supervisor: [
    'site.read',
    'alarm.acknowledge',
    'alarm.shelve',
    'alarm.shelve-high',
    'alarm.reset',
    'alarm.out-of-service',
    'rule.edit',
    'rule.approve',
    'drill.run',
    'ticket.open',
    'ticket.dispatch',
    'ticket.work',
    'ticket.accept',
    'ticket.visit',
    'ticket.cancel',
    'point.write',
    'equipment.lock-out',
    'simulation.control',
    'audit.read',
  ],
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
} as const satisfies Record<Role, readonly Permission[]>;

export function toPermissions(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => ROLES[role] as readonly Permission[]));
}
