/** Words that a step asks for: a reason, a note, an explanation. */
import { Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';

/** core/limits.ts `textChars`. */
const MAX_TEXT_CHARS = 4_000;

interface ReasonFieldProps {
  readonly name?: 'reason' | 'note' | 'explanation';
  readonly isOptional?: boolean;
  readonly help?: string;
}

export function ReasonField({ name = 'reason', isOptional = false, help }: ReasonFieldProps) {
  const { t } = useTranslation();
  const field = t(`commissioning.field.${name}`);
  const rules = [{ required: true, whitespace: true, message: t('common.required', { field }) }];
  return (
    <Form.Item
      name={name}
      label={isOptional ? t('common.optionalField', { field }) : field}
      extra={help}
      rules={isOptional ? [] : rules}
    >
      <Input.TextArea
        maxLength={MAX_TEXT_CHARS}
        autoSize={{ minRows: 2, maxRows: 8 }}
        data-testid={`commissioning-${name}`}
      />
    </Form.Item>
  );
}
