/** Permissions and which role holds which. Every route of the API declares one of these, or `public`. */
import type { Role } from '../store/store.ts';

export const PERMISSIONS = [
  'site.read',
  'alarm.acknowledge',
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
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = {
  admin: PERMISSIONS,
  supervisor: [
    'site.read',
    'alarm.acknowledge',
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
    'ticket.open',
    'ticket.dispatch',
    'ticket.visit',
    'ticket.cancel',
    'simulation.control',
  ],
  engineer: [
    'site.read',
    'alarm.acknowledge',
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
