/** Somebody who is named: a role, a group, a colleague, or a contact of the register. What is not in the list can be typed. */
import { useTranslation } from 'react-i18next';
import { useContacts, useStaff } from '../api/people-queries.ts';
import { useSession } from '../api/queries.ts';
import type { StaffMember, TransitionType } from '../api/types.ts';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { CodeInput, type CodeOption } from './code-input.tsx';

/** Roles that a ticket can be given to. */
const ASSIGNABLE_ROLES = [
  'engineer',
  'duty',
  'foreman',
  'supervisor',
  'security',
  'owner-service',
  'lift-safety',
  'desk',
] as const;
/** Whoever can be meant by the `user` of a step, as people/naming.ts has it. Key: step; others mean anybody. */
const MEANT: Readonly<Partial<Record<TransitionType, readonly string[]>>> = {
  wait: ['foreman', 'supervisor', 'manager', 'leader'],
  'set-difficult': ['supervisor', 'manager', 'leader'],
  'give-contractor': ['contractor'],
};
/** They run or watch the gateway, or work for others. */
const NO_ASSIGNEES: readonly string[] = ['admin', 'auditor', 'contractor', 'occupant'];

interface PersonInputProps {
  readonly id: string;
  readonly kind: 'assignee' | 'user' | 'contact';
  /** Step that asks; left out = anybody can be meant. */
  readonly transition?: TransitionType;
  readonly testId: string;
  readonly value: string;
  readonly onChange: (value: unknown) => void;
}

export function PersonInput({ kind, transition, ...input }: PersonInputProps) {
  const { t } = useTranslation();
  const options = useOptions(kind, transition);
  return <CodeInput {...input} options={options} placeholder={t('ticket.choosePerson')} />;
}

function useOptions(
  kind: PersonInputProps['kind'],
  transition: TransitionType | undefined,
): readonly CodeOption[] {
  const { t } = useTranslation();
  const format = useFormat();
  const username = useSession().data?.username;
  const staff = useStaff(kind !== 'contact').data?.items ?? [];
  const contacts = useContacts(kind === 'contact').data?.items ?? [];
  if (kind === 'contact')
    return contacts.map(({ id, name }) => ({ value: id, label: `${format.text(name)} (${id})` }));
  const toOption = ({ username: value, displayName }: StaffMember) => ({
    value,
    label: `${format.text(displayName)} (${value})`,
  });
  const active = staff.filter(({ isDisabled }) => isDisabled !== true);
  if (kind === 'user') {
    const roles = transition === undefined ? undefined : MEANT[transition];
    if (roles === undefined) return active.map(toOption);
    // Nobody approves what he asks for himself.
    return active.filter((member) => member.username !== username && hasRole(member, roles)).map(toOption);
  }
  const roles = ASSIGNABLE_ROLES.map((role) => ({ value: role, label: `${t(`role.${role}`)} (${role})` }));
  const house = active.filter(({ roles: held }) => held.some((role) => !NO_ASSIGNEES.includes(role)));
  const groups = [...new Set(house.flatMap((member) => member.groups ?? []))].sort();
  return toDistinct([
    ...roles,
    ...groups.map((group) => ({
      value: group,
      label: t('ticket.group', { group: toEventText(t, 'group', group) }),
    })),
    ...house.map(toOption),
  ]);
}

function hasRole({ roles }: StaffMember, wanted: readonly string[]): boolean {
  return roles.some((role) => wanted.includes(role));
}

/** A name of a role means the role, also where somebody has it for a user name (people/naming.ts). */
function toDistinct(options: readonly CodeOption[]): readonly CodeOption[] {
  return options.filter(({ value }, at) => options.findIndex((one) => one.value === value) === at);
}
