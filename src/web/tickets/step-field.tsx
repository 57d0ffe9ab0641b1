/** One field that the API offers, as the input that suits its kind. */
import { Form, Input, InputNumber, Radio, type FormRule as Rule, Select } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Language, OfferedField, Ticket, TransitionType } from '../api/types.ts';
import { testId as toTestId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { useFormat } from '../shared/use-format.ts';
import { AssigneeProposals } from './assignee-proposals.tsx';
import { isCorrectable, toPresent } from './correctable.ts';
import { CorrectionValue } from './correction-value.tsx';
import { FaultKindInput } from './fault-kind-input.tsx';
import { ImpactInput } from './impact-input.tsx';
import { MAX_LINE_CHARS, MAX_TEXT_CHARS } from './limits.ts';
import { MaterialsInput } from './materials-input.tsx';
import { PersonInput } from './person-input.tsx';
import { PhotoInput } from './photo-input.tsx';
import { isDemanded } from './step-values.ts';
import { TicketInput } from './ticket-input.tsx';

/** More choices than these are a list to open. */
const MAX_BUTTONS = 4;

const CHOSEN: readonly OfferedField['kind'][] = ['choice', 'boolean', 'ticket', 'photo', 'impact'];

const CORRECTED_VALUE = ['correct', 'value'];

interface StepFieldProps {
  readonly transition: TransitionType;
  readonly field: OfferedField;
  readonly ticket: Ticket;
}

export function StepField(props: StepFieldProps) {
  const how = Form.useWatch<string | undefined>(['arrive', 'how']);
  if (!isScan(props)) return <ShownField {...props} />;
  // By hand there is no code, and none is sent.
  return how === 'qr-code' && <ShownField {...props} field={{ ...props.field, isRequired: true }} />;
}

/** What stands on the label: it is filled in by coming from there. */
function isScan({ transition, field }: Pick<StepFieldProps, 'transition' | 'field'>): boolean {
  return transition === 'arrive' && field.name === 'code';
}

function ShownField({ transition, field, ticket }: StepFieldProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = format.text(field.text);
  const isRequired = isDemanded(field, ticket);
  return (
    <Form.Item
      {...(isScan({ transition, field }) && { extra: t('ticket.scanHelp') })}
      name={[transition, field.name]}
      label={isRequired ? label : t('common.optionalField', { field: label })}
      required={isRequired}
      rules={[
        ...(isRequired ? toRules(field, toMissingText(t, field, label)) : []),
        ...(transition === 'correct' && field.name === 'value'
          ? [toChangedRule(ticket, format.language, t('ticket.unchanged'))]
          : []),
      ]}
    >
      <FieldInput transition={transition} field={field} ticket={ticket} />
    </Form.Item>
  );
}

/** What is chosen is not filled in. */
export function toMissingText(t: TFunction, { kind }: OfferedField, label: string): string {
  return t(CHOSEN.includes(kind) ? 'common.choose' : 'common.required', { field: label });
}

/** Blank text is no text; other values have their own types, which a text rule would refuse. */
function toRules({ kind }: OfferedField, message: string): Rule[] {
  const isText = kind === 'text' || kind === 'line' || kind === 'assignee' || kind === 'user';
  return [isText ? { required: true, whitespace: true, message } : { required: true, message }];
}

/** A correction begins with the old words: sent as they are they correct nothing. */
function toChangedRule(ticket: Ticket, language: Language, message: string): Rule {
  return ({ getFieldValue }) => ({
    validator: (_rule, value: unknown) => {
      const present = toPresent(ticket, String(getFieldValue(['correct', 'field'])), language);
      const isSame = present !== '' && present === value;
      return isSame ? Promise.reject(new Error(message)) : Promise.resolve();
    },
  });
}

interface FieldInputProps {
  readonly transition: TransitionType;
  readonly field: OfferedField;
  readonly ticket: Ticket;
  /** Given by Form.Item. */
  readonly id?: string;
  readonly value?: unknown;
  readonly onChange?: (value: unknown) => void;
}

function FieldInput({ transition, field, ticket, id, value, onChange }: FieldInputProps) {
  const { language } = useFormat();
  const form = Form.useFormInstance();
  const testId = `ticket-field-${field.name}`;
  const common = { id: id ?? field.name, 'data-testid': testId };
  const change = onChange ?? (() => undefined);
  const isCorrection = transition === 'correct';
  const beginWithPresent = (chosen: unknown): void => {
    change(chosen);
    form.setFieldValue(CORRECTED_VALUE, toPresent(ticket, String(chosen), language));
  };
  const own = { id: common.id, testId, value: value as string, onChange: change };
  if (field.name === 'faultKind') return <FaultKindInput {...own} equipment={ticket.equipment} />;
  // Whoever did the work: mostly a colleague, but a fitter without an account is entered in words.
  if (field.name === 'handler') return <PersonInput {...own} kind="user" />;
  if (isCorrection && field.name === 'value') return <CorrectionValue {...own} ticket={ticket} />;
  switch (field.kind) {
    case 'line':
      return (
        <Input
          {...common}
          maxLength={MAX_LINE_CHARS}
          value={value as string}
          onChange={(event) => change(event.target.value)}
        />
      );
    case 'text':
      return (
        <Input.TextArea
          {...common}
          maxLength={MAX_TEXT_CHARS}
          autoSize={{ minRows: 2, maxRows: 8 }}
          value={value as string}
          onChange={(event) => change(event.target.value)}
        />
      );
    case 'number':
    case 'integer':
      return (
        <InputNumber<number>
          {...common}
          min={0}
          precision={field.kind === 'integer' ? 0 : 2}
          value={value as number}
          onChange={change}
        />
      );
    case 'boolean':
      return <YesNo testId={testId} value={value} onChange={change} />;
    case 'choice':
      return (
        <Choice
          field={isCorrection ? withCorrectable(field, ticket, language) : field}
          testId={testId}
          value={value}
          onChange={isCorrection ? beginWithPresent : change}
        />
      );
    case 'time':
      return <TimeField id={common.id} testId={testId} value={value as number | null} onChange={change} />;
    case 'assignee':
    case 'user':
    case 'contact':
      return (
        <>
          <PersonInput {...own} kind={field.kind} transition={transition} />
          {field.kind === 'assignee' && (
            <AssigneeProposals ticket={ticket.id} value={value as string} onChoose={change} />
          )}
        </>
      );
    case 'ticket':
      return <TicketInput {...own} ticket={ticket} isOpenOnly={transition === 'merge'} />;
    case 'photo':
      return <PhotoInput {...own} ticket={ticket} />;
    case 'materials':
      return <MaterialsInput testId={testId} value={value} onChange={change} />;
    case 'impact':
      return <ImpactInput testId={testId} value={value} onChange={change} />;
    default:
      return field.kind satisfies never;
  }
}

/** What stands nowhere yet is filled in by its own step, not corrected. */
function withCorrectable(field: OfferedField, ticket: Ticket, language: Language): OfferedField {
  const options = (field.options ?? []).filter(({ value }) => isCorrectable(ticket, value, language));
  return { ...field, options };
}

interface ChoiceProps {
  readonly testId: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function YesNo({ testId, value, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  return (
    <Radio.Group value={value} onChange={(event) => onChange(event.target.value)}>
      {([true, false] as const).map((is) => (
        <Radio.Button key={String(is)} value={is}>
          <span data-testid={`${testId}-${is ? 'yes' : 'no'}`}>{is ? t('common.yes') : t('common.no')}</span>
        </Radio.Button>
      ))}
    </Radio.Group>
  );
}

function Choice({ field, testId, value, onChange }: ChoiceProps & { readonly field: OfferedField }) {
  const format = useFormat();
  const options = field.options ?? [];
  if (options.length > MAX_BUTTONS)
    return (
      <Select
        allowClear
        value={value}
        options={options.map((option) => ({ value: option.value, label: format.text(option.text) }))}
        onChange={onChange}
        {...toTestId(testId)}
      />
    );
  return (
    <Radio.Group value={value} onChange={(event) => onChange(event.target.value)}>
      {options.map((option) => (
        <Radio.Button key={option.value} value={option.value}>
          <span data-testid={`${testId}-${option.value}`}>{format.text(option.text)}</span>
        </Radio.Button>
      ))}
    </Radio.Group>
  );
}
