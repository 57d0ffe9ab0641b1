/** The closed list of roles (service-workflow.md §4). What each may do is people/permissions.ts and the site's policy. */
import type { Text } from './text.ts';

export const ROLES = {
  admin: { zh: '系统管理员', en: 'Administrator' },
  desk: { zh: '前台', en: 'Desk' },
  duty: { zh: '当值', en: 'Duty person' },
  engineer: { zh: '专业责任人', en: 'Responsible person' },
  'area-manager': { zh: '区域责任人', en: 'Area responsible person' },
  foreman: { zh: '领班', en: 'Foreman' },
  supervisor: { zh: '主管', en: 'Department supervisor' },
  manager: { zh: '经理', en: 'Manager' },
  leader: { zh: '领导', en: 'Leader' },
  'lift-safety': { zh: '电梯安全管理员', en: 'Lift safety manager' },
  'owner-service': { zh: '业主服务', en: 'Owner service' },
  commander: { zh: '应急指挥', en: 'Incident commander' },
  security: { zh: '安保', en: 'Security' },
  archivist: { zh: '档案管理员', en: 'Archive manager' },
  auditor: { zh: '审计员', en: 'Auditor' },
  contractor: { zh: '承包商', en: 'Contractor' },
  occupant: { zh: '业主/使用人', en: 'Owner or occupant' },
} as const satisfies Record<string, Text>;
export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

/** Accounts and groups may be named like one: the name of a role means the role. */
export function isRole(name: string): name is Role {
  return ROLE_NAMES.some((role) => role === name);
}

/** People from outside: they see and touch only what is theirs, and hold no role of the house beside. */
export const OUTSIDER_ROLES = ['contractor', 'occupant'] as const satisfies readonly Role[];

export function isOutsider(role: string): boolean {
  return (OUTSIDER_ROLES as readonly string[]).includes(role);
}
