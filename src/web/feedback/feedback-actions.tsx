/** What the caller may do with an entry now: the next step first, the rest beside it. */
import { Button, Card, Form, Input, Radio, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ColleagueSelect } from '../roster/colleague-select.tsx';
import { testId } from '../shared/test-id.ts';
import { TimeField } from '../shared/time-field.tsx';
import { type Feedback, type FeedbackChangeName, useFeedbackChange } from './feedback-queries.ts';
import { TicketIdField } from './ticket-id-field.tsx';
import { CHANNELS, MAX_LINE_CHARS, MAX_TEXT_CHARS, PRIORITIES, SOURCES, SUBJECTS, WAYS } from './words.ts';

/** The way onward first; what leads aside last. */
const ORDER: readonly FeedbackChangeName[] = [
  'handle',
  'tell',
  'analyse',
  'file',
  'assign',
  'complaint',
  'link',
  'correct',
  'void',
];
const BACKWARD: readonly FeedbackChangeName[] = ['void'];

export function FeedbackActions({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const offered = ORDER.filter((name) => feedback.changes.includes(name));
  const [chosen, setChosen] = useState<FeedbackChangeName | null>(null);
  const change = useFeedbackChange(feedback);
  // After a step the next one is on show, unless what was chosen is still possible.
  const name = chosen !== null && offered.includes(chosen) ? chosen : (offered[0] ?? 'handle');
  const submit = (values: Readonly<Record<string, unknown>>): void => {
    const body = Object.fromEntries(
      Object.entries(values).filter(([, value]) => value !== undefined && value !== ''),
    );
    change.mutate({ name, body }, { onSuccess: () => setChosen(null) });
  };
  return (
    <Card size="small" className="actions" title={t('ticket.action')}>
      <div className="action-tabs" role="tablist">
        {offered.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            aria-selected={one === name}
            className={`action-tab ${BACKWARD.includes(one) ? 'is-backward' : ''}`}
            data-testid={`feedback-change-${one}`}
            onClick={() => setChosen(one)}
          >
            {t(`feedback.change.${one}`)}
          </button>
        ))}
      </div>
      <Form key={`${name} ${feedback.stage}`} layout="vertical" onFinish={submit}>
        <Fields name={name} feedback={feedback} />
        <Button
          type="primary"
          htmlType="submit"
          loading={change.isPending}
          data-testid="feedback-change-submit"
        >
          {t('common.submit')}
        </Button>
      </Form>
    </Card>
  );
}

interface FieldsProps {
  readonly name: FeedbackChangeName;
  readonly feedback: Feedback;
}

function Fields({ name, feedback }: FieldsProps) {
  const { t } = useTranslation();
  const handlerRules = useRequired(t('feedback.handler'));
  const ticketRules = useRequired(t('feedback.ticketNumber'));
  switch (name) {
    case 'handle':
      return (
        <>
          <Words name="arranged" />
          <Form.Item name="arrangedBy" label={t('feedback.arrangedBy')} extra={t('feedback.arrangedByHint')}>
            <Input maxLength={MAX_LINE_CHARS} data-testid="feedback-arrangedBy" />
          </Form.Item>
          <Occurred />
        </>
      );
    case 'tell':
      return (
        <>
          <Words name="result" />
          <Way />
          <Satisfied />
          <Occurred />
        </>
      );
    case 'analyse':
      return (
        <>
          <Words name="cause" />
          <Words name="measure" />
          <Words name="opinion" />
          <Occurred />
        </>
      );
    case 'file':
      return <p className="hint">{t('feedback.fileHint')}</p>;
    case 'assign':
      return (
        <>
          <Form.Item name="handler" label={t('feedback.handler')} rules={handlerRules}>
            <ColleagueSelect name="feedback-assignee" without={feedback.handler} />
          </Form.Item>
          <Words name="note" isOptional />
        </>
      );
    case 'link':
      return (
        <Form.Item name="ticket" label={t('feedback.ticketNumber')} rules={ticketRules}>
          <TicketIdField />
        </Form.Item>
      );
    case 'complaint':
      return (
        <>
          <p className="hint">{t('feedback.complaintHint')}</p>
          <Form.Item name="priority" label={t('newTicket.priority')}>
            <Select
              allowClear
              placeholder={t('newTicket.byPolicy')}
              options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
            />
          </Form.Item>
        </>
      );
    case 'void':
      return <Words name="reason" />;
    case 'correct':
      return <Correction feedback={feedback} />;
    default:
      return name satisfies never;
  }
}

function useRequired(field: string) {
  const { t } = useTranslation();
  return [{ required: true, whitespace: true, message: t('common.required', { field }) }];
}

type WordsName = 'arranged' | 'result' | 'cause' | 'measure' | 'opinion' | 'reason' | 'note';

function Words({ name, isOptional = false }: { readonly name: WordsName; readonly isOptional?: boolean }) {
  const { t } = useTranslation();
  const required = useRequired(t(`feedback.${name}`));
  return (
    <Form.Item name={name} label={t(`feedback.${name}`)} rules={isOptional ? [] : required}>
      <Input.TextArea
        maxLength={MAX_TEXT_CHARS}
        autoSize={{ minRows: 2, maxRows: 10 }}
        data-testid={`feedback-${name}`}
      />
    </Form.Item>
  );
}

function Way() {
  const { t } = useTranslation();
  return (
    <Form.Item name="how" label={t('feedback.how')} initialValue="phone">
      <Radio.Group
        optionType="button"
        options={WAYS.map((value) => ({ value, label: t(`feedback.way.${value}`) }))}
      />
    </Form.Item>
  );
}

function Satisfied() {
  const { t } = useTranslation();
  return (
    <Form.Item name="isSatisfied" label={t('feedback.satisfied')}>
      <Radio.Group
        optionType="button"
        options={[
          { value: true, label: t('feedback.yes') },
          { value: false, label: t('feedback.no') },
        ]}
      />
    </Form.Item>
  );
}

/** 补录: rarely asked for. */
function Occurred() {
  const { t } = useTranslation();
  return (
    <details className="form-more">
      <summary>{t('feedback.occurredAt')}</summary>
      <Form.Item name="occurredAtMs" extra={t('feedback.lateHint')}>
        <TimeField label={t('feedback.occurredAt')} testId="feedback-occurred-at" />
      </Form.Item>
    </details>
  );
}

type Field = Parameters<typeof toFields>[0] extends never ? never : ReturnType<typeof toFields>[number];

/** What is written already. */
function toFields({ handling, answer, analysis }: Feedback) {
  return [
    'content',
    'place',
    'source',
    'channel',
    'subject',
    ...(handling === null ? [] : (['arranged', 'arrangedBy'] as const)),
    ...(answer === null ? [] : (['result'] as const)),
    ...(analysis === null ? [] : (['cause', 'measure', 'opinion'] as const)),
    'contactName',
    'contactMethod',
  ] as const;
}

function Correction({ feedback }: { readonly feedback: Feedback }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const field = Form.useWatch<Field | undefined>('field', form) ?? 'content';
  return (
    <>
      <Form.Item name="field" label={t('feedback.fieldLabel')} initialValue="content">
        <Select
          options={toFields(feedback).map((value) => ({ value, label: t(`feedback.field.${value}`) }))}
          onChange={() => form.setFieldValue('value', undefined)}
          {...testId('feedback-field')}
        />
      </Form.Item>
      <Form.Item name="value" label={t('feedback.newValue')}>
        <NewValue field={field} />
      </Form.Item>
      <Words name="reason" />
    </>
  );
}

interface NewValueProps {
  readonly field: Field;
  /** These three come from Form.Item. */
  readonly id?: string;
  readonly value?: string;
  readonly onChange?: (value: string) => void;
}

function NewValue({ field, id, value, onChange }: NewValueProps) {
  const { t } = useTranslation();
  const options =
    field === 'source'
      ? SOURCES.map((one) => ({ value: one, label: t(`feedback.source.${one}`) }))
      : field === 'channel'
        ? CHANNELS.map((one) => ({ value: one, label: t(`feedback.channel.${one}`) }))
        : field === 'subject'
          ? SUBJECTS.map((one) => ({ value: one, label: t(`feedback.subject.${one}`) }))
          : null;
  if (options !== null)
    return (
      <Select<string>
        {...(id !== undefined && { id })}
        value={value ?? null}
        options={options}
        onChange={(next) => onChange?.(next)}
      />
    );
  return (
    <Input.TextArea
      {...(id !== undefined && { id })}
      value={value ?? ''}
      maxLength={MAX_TEXT_CHARS}
      autoSize={{ minRows: 1, maxRows: 8 }}
      data-testid="feedback-new-value"
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}
