/** Who did it, in words: roles, the gateway, tickets, and colleagues by their names where the person may see the list. */
import { useTranslation } from 'react-i18next';
import { useStaff } from '../api/people-queries.ts';
import { useFormat } from './use-format.ts';
import { usePermission } from './use-permission.ts';

export const ROLES = [
  'admin',
  'desk',
  'duty',
  'engineer',
  'area-manager',
  'foreman',
  'supervisor',
  'manager',
  'leader',
  'lift-safety',
  'owner-service',
  'commander',
  'security',
  'archivist',
  'auditor',
  'contractor',
  'occupant',
] as const;
const TICKET_PREFIX = 'ticket:';
/** Somebody who reported a matter without an account (api/public-reports.ts). */
const VISITOR_PREFIX = 'visitor-';

export function usePersonName(): (name: string) => string {
  const { t } = useTranslation();
  const format = useFormat();
  const staff = useStaff(usePermission('ticket.read-all')).data?.items;
  return (name) => {
    if (name === 'gateway') return t('tickets.gateway');
    if (name === 'assignee') return t('tickets.assignee');
    if (name.startsWith(VISITOR_PREFIX)) return t('tickets.visitor');
    if (name.startsWith(TICKET_PREFIX)) return `${t('tickets.title')} ${name.slice(TICKET_PREFIX.length)}`;
    const role = ROLES.find((candidate) => candidate === name);
    if (role !== undefined) return t(`role.${role}`);
    const member = staff?.find(({ username }) => username === name);
    return member === undefined ? name : format.text(member.displayName);
  };
}

/** Of whoever did something, who is always a person: where an account is called like a role, the account is meant. */
export function useDoerName(): (username: string) => string {
  const format = useFormat();
  const toName = usePersonName();
  const staff = useStaff(usePermission('ticket.read-all')).data?.items;
  return (username) => {
    const member = staff?.find((one) => one.username === username);
    return member === undefined ? toName(username) : format.text(member.displayName);
  };
}
