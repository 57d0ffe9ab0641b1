/** One field of a proposal, with what the gateway refuses of it beside it. */
import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSite } from '../api/queries.ts';
import type { Rule } from '../api/types.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { toFieldName } from './change-words.ts';
import { GuardsField } from './guards-field.tsx';
import type { Mistake } from './mistakes.ts';
import { type Field, type FieldValue, isGuards } from './override.ts';

/** Life safety is no severity that an edit gives. */
const CHOSEN_SEVERITIES = ['high', 'medium', 'low'] as const;
/** core/limits.ts `shortTextChars`, `textChars`. */
const MAX_TEXT_CHARS = 200;
const MAX_LONG_CHARS = 4_000;
const WIDE: ReadonlySet<Field['kind']> = new Set(['guards', 'text', 'long-text']);

interface FieldInputProps {
  readonly rule: Rule;
  readonly field: Field;
  readonly value: FieldValue;
  readonly mistakes: readonly Mistake[];
  readonly onChange: (value: FieldValue) => void;
}

export function FieldInput(props: FieldInputProps) {
  const { t } = useTranslation();
  const { field, value, mistakes, onChange } = props;
  const name = toFieldName(t, field);
  const isRefused = mistakes.length > 0;
  const help = isRefused && {
    validateStatus: 'error' as const,
    help: <MistakeLines mistakes={mistakes} field={field} />,
  };
  return (
    <Form.Item
      {...(field.kind !== 'boolean' && { label: name })}
      className={WIDE.has(field.kind) ? 'propose-wide' : ''}
      {...help}
    >
      {field.kind === 'boolean' ? (
        <Checkbox
          className="propose-boolean"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
          {...testId(`propose-${field.key}`)}
        >
          {name}
        </Checkbox>
      ) : (
        <Control {...props} name={name} />
      )}
    </Form.Item>
  );
}

function MistakeLines({ mistakes, field }: { readonly mistakes: readonly Mistake[]; readonly field: Field }) {
  const { t } = useTranslation();
  return (
    <div data-testid={`propose-refused-${field.key}`}>
      {mistakes.map(({ path, expected, found }) => (
        <div key={`${path} ${expected}`}>
          {t('ruleChange.refusedField', { expected, found: found ?? t('common.none') })}
        </div>
      ))}
    </div>
  );
}

function Control({ rule, field, value, onChange, name }: FieldInputProps & { readonly name: string }) {
  const { t } = useTranslation();
  const id = `propose-${field.key}`;
  switch (field.kind) {
    case 'severity':
      return (
        <Select
          value={value as string}
          aria-label={name}
          options={CHOSEN_SEVERITIES.map((one) => ({ value: one, label: t(`severity.${one}`) }))}
          onChange={onChange}
          {...testId(id)}
        />
      );
    case 'calendar':
      return <CalendarSelect id={id} name={name} value={value as string | null} onChange={onChange} />;
    case 'guards':
      return <GuardsField rule={rule} guards={isGuards(value) ? value : []} onChange={onChange} />;
    case 'text':
    case 'long-text':
      return <TextInput id={id} name={name} kind={field.kind} value={value as string} onChange={onChange} />;
    default:
      return <NumberInput id={id} name={name} kind={field.kind} value={value} onChange={onChange} />;
  }
}

interface InputProps {
  readonly id: string;
  readonly name: string;
  readonly onChange: (value: FieldValue) => void;
}

/** null = always. */
function CalendarSelect({ id, name, value, onChange }: InputProps & { readonly value: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const calendars = useSite().data?.calendars ?? [];
  return (
    <Select<string>
      value={value ?? ''}
      aria-label={name}
      options={[
        { value: '', label: t('rules.always') },
        ...calendars.map((one) => ({ value: one.id, label: format.text(one.name) })),
      ]}
      onChange={(chosen) => onChange(chosen === '' ? null : chosen)}
      {...testId(id)}
    />
  );
}

function TextInput({
  id,
  name,
  kind,
  value,
  onChange,
}: InputProps & { readonly kind: 'text' | 'long-text'; readonly value: string }) {
  const given = { value, 'aria-label': name, 'data-testid': id } as const;
  return kind === 'text' ? (
    <Input {...given} maxLength={MAX_TEXT_CHARS} onChange={(event) => onChange(event.target.value)} />
  ) : (
    <Input.TextArea
      {...given}
      autoSize={{ minRows: 1, maxRows: 6 }}
      maxLength={MAX_LONG_CHARS}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function NumberInput({
  id,
  name,
  kind,
  value,
  onChange,
}: InputProps & { readonly kind: Field['kind']; readonly value: FieldValue }) {
  const { t } = useTranslation();
  const isOptional = kind === 'minutes';
  return (
    <InputNumber
      className="propose-number"
      {...((kind === 'seconds' || isOptional) && { min: 0 })}
      {...(isOptional && { placeholder: t('rules.reAlarmPolicy') })}
      value={value === null ? null : Number(value)}
      aria-label={name}
      data-testid={id}
      onChange={(next) => (next !== null || isOptional) && onChange(next)}
    />
  );
}
