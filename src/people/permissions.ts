/**
 * Permissions and which role holds which. Every route of the API declares one of these, or `public`. What somebody may
 * do with one ticket is its policy's business besides (`actors`), and whose ticket it is.
 */
import type { Role } from '../core/roles.ts';

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
  'drill.end',
  'commissioning.work',
  'commissioning.manage',
  'ticket.read-all',
  'ticket.read-own',
  'ticket.personal',
  'ticket.personal-own',
  'ticket.open',
  'ticket.dispatch',
  'ticket.work',
  'ticket.accept',
  'ticket.visit',
  'ticket.cancel',
  'ticket.archive',
  'slip.manage',
  'archive.export',
  'personal.destroy',
  'ticket.redact',
  'incident.manage',
  'feedback.manage',
  'message.read',
  'message.read-all',
  'policy.edit',
  'policy.approve',
  'roster.edit',
  'roster.approve',
  'staff.personal',
  'staff.manage',
  'handover.sign',
  'point.write',
  'equipment.lock-out',
  'simulation.control',
  'user.manage',
  'backup.run',
  'storage.manage',
  'audit.read',
] as const;
/**
 * `alarm.shelve` is for medium and low severity, `alarm.shelve-high` for high; life safety is never shelved.
 * `ticket.read-own`: what was given to the person or reported by it. `ticket.personal` and `staff.personal` show names
 * and ways of reporters (also of feedback) and of colleagues; each reading is audited. `ticket.personal-own`: only of open tickets
 * that the person has been sent to. `ticket.redact` takes words out of a record and keeps
 * one from destruction. `message.read` is the person's own inbox.
 * `drill.run` begins a drill; `drill.end` is everybody's who works there: what is real must be able to break one off at once.
 * `commissioning.work` proves points, `commissioning.manage` begins and ends a commissioning and signs.
 */
export type Permission = (typeof PERMISSIONS)[number];

/** Of everybody who works in the building and has an account. */
const STAFF = [
  'site.read',
  'ticket.read-all',
  'ticket.read-own',
  'ticket.open',
  'drill.end',
  'message.read',
] as const satisfies readonly Permission[];

const ALARM_DESK = [
  'alarm.acknowledge',
  'alarm.shelve',
  'alarm.reset',
  'simulation.control',
] as const satisfies readonly Permission[];

const TRADE = [
  ...STAFF,
  ...ALARM_DESK,
  'ticket.personal',
  'ticket.work',
  'ticket.accept',
  'handover.sign',
] as const satisfies readonly Permission[];

const ENGINEER = [
  ...TRADE,
  'commissioning.work',
  'rule.edit',
  'point.write',
  'equipment.lock-out',
] as const satisfies readonly Permission[];

const DISPATCH = [
  'ticket.dispatch',
  'ticket.visit',
  'ticket.cancel',
  'staff.personal',
] as const satisfies readonly Permission[];

export const ROLE_PERMISSIONS = {
  admin: PERMISSIONS,
  desk: [
    ...STAFF,
    ...ALARM_DESK,
    ...DISPATCH,
    'ticket.personal',
    'ticket.archive',
    'slip.manage',
    'message.read-all',
    'handover.sign',
    'incident.manage',
    'feedback.manage',
  ],
  duty: [...TRADE, 'staff.personal', 'incident.manage', 'feedback.manage'],
  engineer: ENGINEER,
  'area-manager': TRADE,
  foreman: [...ENGINEER, 'ticket.dispatch', 'staff.personal', 'roster.edit'],
  supervisor: [
    ...ENGINEER,
    ...DISPATCH,
    'alarm.shelve-high',
    'alarm.out-of-service',
    'rule.approve',
    'drill.run',
    'commissioning.manage',
    'ticket.archive',
    'slip.manage',
    'archive.export',
    'incident.manage',
    'feedback.manage',
    'message.read-all',
    'policy.edit',
    'roster.edit',
    'roster.approve',
    'staff.manage',
    'audit.read',
  ],
  manager: [
    ...STAFF,
    ...DISPATCH,
    'commissioning.manage',
    'ticket.personal',
    'ticket.accept',
    'ticket.redact',
    'archive.export',
    'incident.manage',
    'feedback.manage',
    'message.read-all',
    'policy.edit',
    'policy.approve',
    'roster.edit',
    'roster.approve',
    'staff.manage',
    'audit.read',
  ],
  leader: [...STAFF, 'incident.manage', 'policy.approve', 'audit.read'],
  'lift-safety': [
    ...TRADE,
    'equipment.lock-out',
    'incident.manage',
    'drill.run',
    'commissioning.work',
    'commissioning.manage',
  ],
  'owner-service': [...STAFF, 'ticket.personal', 'ticket.accept', 'ticket.visit', 'feedback.manage'],
  commander: [...STAFF, 'alarm.acknowledge', 'staff.personal', 'incident.manage', 'message.read-all'],
  security: [...STAFF, 'alarm.acknowledge', 'ticket.personal-own', 'ticket.work', 'handover.sign'],
  archivist: [
    ...STAFF,
    'ticket.personal',
    'ticket.archive',
    'slip.manage',
    'archive.export',
    'personal.destroy',
    'ticket.redact',
  ],
  auditor: ['site.read', 'ticket.read-all', 'message.read', 'message.read-all', 'audit.read'],
  contractor: ['ticket.read-own', 'ticket.work', 'message.read'],
  occupant: ['ticket.read-own', 'ticket.open', 'message.read'],
} as const satisfies Record<Role, readonly Permission[]>;

export function toPermissions(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role] as readonly Permission[]));
}
