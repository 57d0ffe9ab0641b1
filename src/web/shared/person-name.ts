/** Who did it, in words: roles, the gateway and tickets have names of their own; users keep theirs. */
import { useTranslation } from 'react-i18next';

const ROLES = ['admin', 'supervisor', 'desk', 'engineer'] as const;
const TICKET_PREFIX = 'ticket:';

export function usePersonName(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    if (name === 'gateway') return t('tickets.gateway');
    if (name.startsWith(TICKET_PREFIX)) return `${t('tickets.title')} ${name.slice(TICKET_PREFIX.length)}`;
    const role = ROLES.find((candidate) => candidate === name);
    return role === undefined ? name : t(`role.${role}`);
  };
}
