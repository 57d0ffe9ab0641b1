/** The account in a colleague's form, for those who look after accounts: names, roles, a new password, open or closed. */
import { Form, Input, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { ROLES } from '../shared/person-name.ts';
import { testId } from '../shared/test-id.ts';

/** core/limits.ts `shortTextChars`. */
const MAX_LINE_CHARS = 200;

export function AccountFields() {
  const { t } = useTranslation();
  const label = t('staff.roles');
  return (
    <>
      <div className="form-grid">
        <NameField language="zh" label={t('staffForm.nameZh')} />
        <NameField language="en" label={t('staffForm.nameEn')} />
      </div>
      <Form.Item
        name={['account', 'roles']}
        label={label}
        rules={[{ required: true, message: t('common.required', { field: label }) }]}
      >
        <Select
          mode="multiple"
          options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
          showSearch={{ optionFilterProp: 'label' }}
          {...testId('staff-roles')}
        />
      </Form.Item>
      <Form.Item
        name={['account', 'password']}
        label={t('staffForm.password')}
        extra={t('staffForm.passwordHelp')}
      >
        <Input.Password maxLength={MAX_LINE_CHARS} autoComplete="new-password" data-testid="staff-password" />
      </Form.Item>
      <Form.Item
        name={['account', 'isEnabled']}
        label={t('staffForm.account')}
        valuePropName="checked"
        extra={t('staffForm.accountHelp')}
      >
        <Switch data-testid="staff-enabled" />
      </Form.Item>
    </>
  );
}

interface NameFieldProps {
  readonly language: 'zh' | 'en';
  readonly label: string;
}

function NameField({ language, label }: NameFieldProps) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={['account', 'displayName', language]}
      label={label}
      rules={[{ required: true, whitespace: true, message: t('common.required', { field: label }) }]}
    >
      <Input maxLength={MAX_LINE_CHARS} autoComplete="off" data-testid={`staff-name-${language}`} />
    </Form.Item>
  );
}
