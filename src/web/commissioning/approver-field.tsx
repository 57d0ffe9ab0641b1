/** Who else answers for life safety that rings nobody: chosen by name among those who may. */
import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useCommissioningApprovers } from './commissioning-queries.ts';

/** core/commissioning.ts `SILENCE_HOURS`. */
export const SILENCE_HOURS = 24;

export function ApproverField() {
  const { t } = useTranslation();
  const format = useFormat();
  const toErrorText = useErrorText();
  const { data, error } = useCommissioningApprovers();
  const field = t('commissioning.approver');
  const people = data?.items ?? [];
  return (
    <Form.Item
      name="approver"
      label={field}
      extra={error === null ? t('commissioning.approverHelp') : toErrorText(error)}
      rules={[{ required: true, message: t('common.choose', { field }) }]}
    >
      <Select
        showSearch={{ optionFilterProp: 'label' }}
        loading={data === undefined}
        options={people.map(({ username, displayName }) => ({
          value: username,
          label: `${format.text(displayName)} (${username})`,
        }))}
        {...testId('commissioning-approver')}
      />
    </Form.Item>
  );
}
