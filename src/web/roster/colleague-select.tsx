/** A colleague with an open account, by name: where what is typed must be somebody who can log in and sign. */
import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useStaff } from '../api/people-queries.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';

/** Accounts that are nobody's colleague (core/roles.ts). */
const OUTSIDERS: readonly string[] = ['contractor', 'occupant'];

interface ColleagueSelectProps {
  /** `id`, `value` and `onChange` come from Form.Item. */
  readonly id?: string;
  readonly value?: string | null;
  readonly onChange?: (username: string) => void;
  /** User name of whom it cannot be. */
  readonly without?: string;
  readonly name: string;
}

export function ColleagueSelect({ id, value, onChange, without, name }: ColleagueSelectProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const staff = useStaff().data?.items ?? [];
  const options = staff
    .filter(({ username, isDisabled }) => isDisabled !== true && username !== without)
    .filter(({ roles }) => !roles.every((role) => OUTSIDERS.includes(role)))
    .map(({ username, displayName }) => ({
      value: username,
      label: `${format.text(displayName)} (${username})`,
    }));
  return (
    <Select<string>
      {...(id !== undefined && { id })}
      showSearch={{ optionFilterProp: 'label' }}
      value={value === '' ? null : (value ?? null)}
      placeholder={t('roster.chooseColleague')}
      options={options}
      {...(onChange !== undefined && { onChange: (username: string) => onChange(username) })}
      {...testId(name)}
    />
  );
}
