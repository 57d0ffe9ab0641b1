/** One field of a step, as the input that suits it. */
import { AutoComplete, Form, Input, InputNumber, Radio, type FormRule as Rule } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FieldSpec } from './transition-forms.ts';

/** core/limits.ts `textChars` and `shortTextChars`. */
const MAX_TEXT_CHARS = 4_000;
const MAX_LINE_CHARS = 200;
/** Roles that a ticket can be given to; a user name can be typed as well. */
const ASSIGNABLE_ROLES = ['engineer', 'supervisor', 'desk'] as const;

export function TransitionField({ field }: { readonly field: FieldSpec }) {
  const { t } = useTranslation();
  const label = t(`field.${field.name}`);
  return (
    <Form.Item
      name={field.name}
      label={field.isRequired ? label : t('common.optionalField', { field: label })}
      required={field.isRequired}
      rules={toRules(field, t('common.required', { field: label }))}
    >
      <FieldInput field={field} />
    </Form.Item>
  );
}

/** Blank text is no text; other values have their own types, which a text rule would refuse. */
function toRules(field: FieldSpec, message: string): Rule[] {
  if (!field.isRequired) return [];
  const isText = field.kind === 'text' || field.kind === 'assignee';
  return [isText ? { required: true, whitespace: true, message } : { required: true, message }];
}

interface FieldInputProps {
  readonly field: FieldSpec;
  /** Given by Form.Item. */
  readonly id?: string;
  readonly value?: unknown;
  readonly onChange?: (value: unknown) => void;
}

function FieldInput({ field, id, value, onChange }: FieldInputProps) {
  const { t } = useTranslation();
  const testId = `ticket-field-${field.name}`;
  const common = { id: id ?? field.name, 'data-testid': testId };
  switch (field.kind) {
    case 'line':
      return (
        <Input
          {...common}
          maxLength={MAX_LINE_CHARS}
          value={value as string}
          onChange={(event) => onChange?.(event.target.value)}
        />
      );
    case 'text':
      return (
        <Input.TextArea
          {...common}
          maxLength={MAX_TEXT_CHARS}
          autoSize={{ minRows: 2, maxRows: 8 }}
          value={value as string}
          onChange={(event) => onChange?.(event.target.value)}
        />
      );
    case 'amount':
      return (
        <InputNumber<number>
          {...common}
          min={0}
          precision={2}
          value={value as number}
          onChange={(amount) => onChange?.(amount)}
        />
      );
    case 'assignee':
      return (
        <AutoComplete
          id={common.id}
          value={value as string}
          options={ASSIGNABLE_ROLES.map((role) => ({ value: role, label: `${t(`role.${role}`)} (${role})` }))}
          onChange={(name: string) => onChange?.(name)}
        >
          <Input data-testid={testId} maxLength={MAX_LINE_CHARS} />
        </AutoComplete>
      );
    case 'choice':
      return (
        <Radio.Group value={value} onChange={(event) => onChange?.(event.target.value)}>
          {(field.options ?? []).map((option) => (
            <Radio.Button key={option} value={option}>
              <span data-testid={`${testId}-${option}`}>{t(`option.${option}`)}</span>
            </Radio.Button>
          ))}
        </Radio.Group>
      );
    case 'satisfaction':
      return (
        <Radio.Group value={value} onChange={(event) => onChange?.(event.target.value)}>
          {([true, false] as const).map((isSatisfied) => (
            <Radio.Button key={String(isSatisfied)} value={isSatisfied}>
              <span data-testid={`${testId}-${isSatisfied ? 'yes' : 'no'}`}>
                {isSatisfied ? t('option.satisfied') : t('option.dissatisfied')}
              </span>
            </Radio.Button>
          ))}
        </Radio.Group>
      );
    default:
      return field.kind satisfies never;
  }
}
