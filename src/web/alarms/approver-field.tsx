/** Who approves that an alarm is taken out of service: chosen by name among those who may. */
import { Alert, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useApprovers } from './alarm-queries.ts';

interface ApproverFieldProps {
  /** User name; '' = nobody is chosen. */
  readonly value: string;
  readonly onChange: (username: string) => void;
}

export function ApproverField({ value, onChange }: ApproverFieldProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toErrorText = useErrorText();
  const { data, error } = useApprovers();
  if (error !== null) return <Alert type="error" showIcon title={toErrorText(error)} />;
  const people = data?.items ?? [];
  if (data !== undefined && people.length === 0)
    return <Alert type="warning" showIcon title={t('service.noApprover')} />;
  return (
    <Select<string | null>
      showSearch={{ optionFilterProp: 'label' }}
      loading={data === undefined}
      value={value === '' ? null : value}
      options={people.map(({ username, displayName }) => ({
        value: username,
        label: `${format.text(displayName)} (${username})`,
      }))}
      aria-label={t('service.approver')}
      placeholder={t('service.approverHelp')}
      onChange={(username) => onChange(username ?? '')}
      {...testId('service-approver')}
    />
  );
}
