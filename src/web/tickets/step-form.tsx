/** The form of one action: the fields of its steps, the rules that ask for them, the real time of a late entry. */
import { Alert, Button, Form } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { ProblemError } from '../api/client.ts';
import { useSession, useTicketHistory } from '../api/queries.ts';
import type { useTicketStep } from '../api/ticket-queries.ts';
import type { OfferedField, OfferedStep, Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { TimeField } from '../shared/time-field.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { StepField, toMissingText } from './step-field.tsx';
import { toFieldProblems } from './step-problems.ts';
import {
  type Action,
  BACKWARD,
  isAsked,
  isDemanded,
  type StepValues,
  toBody,
  toInitialValues,
  toRoute,
} from './step-values.ts';

/** 复述确认: what whoever takes a ticket repeats. */
const READ_BACK = ['take', 'readBack'];

interface StepFormProps {
  readonly ticket: Ticket;
  readonly action: Action;
  readonly submit: ReturnType<typeof useTicketStep>;
  readonly onDone?: () => void;
}

export function StepForm({ ticket, action, submit, onDone }: StepFormProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [form] = Form.useForm<StepValues>();
  const username = useSession().data?.username ?? '';
  const scannedCode = useSearchParams()[0].get('code');
  const [occurredAtMs, setOccurredAtMs] = useState<number | null>(null);
  const what = format.text(action.text);
  const toFieldErrors = useFieldErrors(action);
  const send = (values: StepValues): void =>
    submit.mutate(
      { route: toRoute(action), body: toBody(action, values), occurredAtMs, what },
      {
        ...(onDone !== undefined && { onSuccess: onDone }),
        onError: (error) => form.setFields(toFieldErrors(error)),
      },
    );
  const isReadBack = action.steps.some(({ transition }) => transition === 'take');
  const typed = Form.useWatch<string | undefined>(READ_BACK, form);
  // Nothing typed: one tap repeats what the ticket says and signs for it.
  const isRepeated = isReadBack && (typed ?? '').trim() === '';
  const repeat = () => form.setFieldValue(READ_BACK, format.text(ticket.content));
  return (
    <Form<StepValues>
      form={form}
      layout="vertical"
      initialValues={toInitialValues(action, ticket, { username, language: format.language, scannedCode })}
      onFinish={send}
    >
      <Warnings ticket={ticket} action={action} />
      {action.steps.map((step) => (
        <StepFields key={step.transition} step={step} ticket={ticket} isOneOfMany={action.steps.length > 1} />
      ))}
      {isReadBack && (
        <Button className="read-back" data-testid="ticket-read-back" onClick={repeat}>
          {t('ticket.repeatContent')}
        </Button>
      )}
      <LateEntry value={occurredAtMs} onChange={setOccurredAtMs} error={submit.error} />
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        danger={BACKWARD.includes(action.id)}
        loading={submit.isPending}
        className="action-submit"
        data-testid="ticket-form-submit"
        {...(isRepeated && { onClick: repeat })}
      >
        {isRepeated ? t('ticket.repeatAndConfirm', { what }) : t('ticket.confirm', { what })}
      </Button>
      <Rules action={action} />
    </Form>
  );
}

/** A refusal stands at the fields that it is about as well, until they are changed. */
function useFieldErrors(action: Action): (error: Error) => { name: never; errors: string[] }[] {
  const { t } = useTranslation();
  const format = useFormat();
  const toErrorText = useErrorText();
  return (error) =>
    toFieldProblems(error, action).map(({ name, kind }) => {
      const field = findField(action, name);
      const isMissing = kind === 'missing' && field !== undefined;
      const text = isMissing ? toMissingText(t, field, format.text(field.text)) : toErrorText(error);
      return { name: name as never, errors: [text] };
    });
}

function findField(action: Action, [transition, name]: readonly [string, string]): OfferedField | undefined {
  const step = action.steps.find((one) => one.transition === transition);
  return step?.fields.find((field) => field.name === name);
}

interface StepFieldsProps {
  readonly step: OfferedStep;
  readonly ticket: Ticket;
  readonly isOneOfMany: boolean;
}

/** A short form is short: there, what may be left out is folded away. */
function StepFields({ step, ticket, isOneOfMany }: StepFieldsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toFields = (fields: readonly OfferedField[]) =>
    fields.map((field) => (
      <StepField key={field.name} transition={step.transition} field={field} ticket={ticket} />
    ));
  const reason = Form.useWatch<unknown>(['cancel', 'reason']);
  if (!isOneOfMany)
    return (
      <div className="step-fields">
        {toFields(step.fields.filter((field) => isAsked(step, field, reason)))}
      </div>
    );
  if (step.fields.length === 0) return null;
  const demanded = step.fields.filter((field) => isDemanded(field, ticket) || field.name === 'code');
  const others = step.fields.filter((field) => !demanded.includes(field));
  return (
    <fieldset className="step-fields">
      <legend>{format.text(step.text)}</legend>
      {toFields(demanded)}
      {others.length > 0 && (
        <details className="form-more">
          <summary data-testid={`ticket-more-fields-${step.transition}`}>{t('ticket.moreFields')}</summary>
          {toFields(others)}
        </details>
      )}
    </fieldset>
  );
}

/** 补录: folded away, because nearly everything is entered when it happens. */
function LateEntry({
  error,
  ...props
}: {
  readonly value: number | null;
  readonly onChange: (atMs: number | null) => void;
  readonly error: Error | null;
}) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const isWrong = error instanceof ProblemError && error.code === 'late-entry-order';
  return (
    <details className="late-entry">
      <summary className="hint" data-testid="ticket-late-entry">
        {t('ticket.lateEntry')}
      </summary>
      <label className="late-entry-time">
        <span className="hint">{t('ticket.occurredAt')}</span>
        <TimeField {...props} label={t('ticket.occurredAt')} testId="ticket-occurred-at" />
      </label>
      {isWrong ? (
        <p className="field-problem" data-testid="ticket-occurred-at-problem">
          {toErrorText(error)}
        </p>
      ) : (
        <p className="hint">{t('ticket.lateEntryHelp')}</p>
      )}
    </details>
  );
}

function Rules({ action }: { readonly action: Action }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rules = [...new Set(action.steps.flatMap((step) => step.rules.map(format.text)))];
  if (rules.length === 0) return null;
  return <p className="hint">{t('ticket.rules', { rules: rules.join(t('common.clause')) })}</p>;
}

function Warnings({ ticket, action }: Pick<StepFormProps, 'ticket' | 'action'>) {
  const { t } = useTranslation();
  const types = action.steps.map(({ transition }) => transition);
  const isActive = ticket.alarms.some((alarm) => alarm.isActive);
  const isBlind = ticket.alarms.some((alarm) => alarm.blindSinceMs !== null);
  const titles = [
    types.includes('accept') && isActive && !isBlind ? t('ticket.activeWarning') : null,
    types.includes('accept') && isBlind ? t('ticket.blindWarning') : null,
    types.includes('cancel') && isActive ? t('ticket.cancelWarning') : null,
  ].filter((title) => title !== null);
  return titles.map((title) => (
    <Alert key={title} className="gap-below" type="warning" showIcon title={title} />
  ));
}

/** Why a step was refused: what somebody else did meanwhile, which fields are missing and who asks for them, or the reason. */
export function SubmitError({ error, ticket }: { readonly error: Error; readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const isConflict = error instanceof ProblemError && error.code === 'version-conflict';
  return (
    <div ref={bringIntoSight} className="form-error">
      <Alert
        className="gap-below"
        type={isConflict ? 'warning' : 'error'}
        showIcon
        title={isConflict ? t('ticket.conflict') : toErrorText(error)}
        description={isConflict && <LatestChange ticket={ticket} />}
        data-testid="ticket-form-error"
      />
    </div>
  );
}

/** The button that was pressed stands at the foot of the form: on a phone this is out of sight there. */
function bringIntoSight(box: HTMLDivElement | null): void {
  box?.scrollIntoView({ block: 'nearest' });
}

/** Who was faster. */
function LatestChange({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const latest = useTicketHistory(ticket.id).data?.toSorted((a, b) => b.atMs - a.atMs)[0];
  if (latest === undefined) return null;
  const what = toEventText(t, 'ticketEvent', latest.type);
  return <>{t('ticket.conflictBy', { by: toName(latest.by), time: format.dateTime(latest.atMs), what })}</>;
}
