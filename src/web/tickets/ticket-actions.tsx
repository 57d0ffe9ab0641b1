/** What this person can do now: the natural next step is open, the others are one tap away. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Card, Form } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError, request, toPath } from '../api/client.ts';
import { keys, useTicketHistory } from '../api/queries.ts';
import type { Ticket, TransitionType } from '../api/types.ts';
import { applyTicket } from '../live/cache.ts';
import { usePersonName } from '../shared/person-name.ts';
import { toEventText } from '../shared/to-event-text.ts';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { TransitionField } from './transition-field.tsx';
import { FORMS, naturalOf, toActions, toBody } from './transition-forms.ts';

const BACKWARD: readonly TransitionType[] = ['reject', 'cancel'];

export function TicketActions({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<{ readonly stage: string; readonly type: TransitionType } | null>(
    null,
  );
  const submit = useTransition(ticket);
  const actions = toActions(ticket);
  const isChoiceValid = chosen !== null && chosen.stage === ticket.stage && actions.includes(chosen.type);
  const type = isChoiceValid ? chosen.type : naturalOf(ticket);
  // A failure outlives the form: a ticket that somebody else moved on has another form already.
  const failure = submit.error !== null && <SubmitError error={submit.error} ticket={ticket} />;
  if (actions.length === 0) {
    return (
      <div>
        {failure}
        <NothingToDo ticket={ticket} />
      </div>
    );
  }
  const choose = (action: TransitionType) => {
    submit.reset();
    setChosen({ stage: ticket.stage, type: action });
  };
  return (
    <Card size="small" title={t('tickets.action')} className="actions">
      <ActionTabs actions={actions} chosen={type} onChoose={choose} />
      {failure}
      {type === null ? (
        <p className="hint">{t('tickets.noAction')}</p>
      ) : (
        <TransitionForm key={`${ticket.stage}-${type}`} ticket={ticket} type={type} submit={submit} />
      )}
    </Card>
  );
}

interface ActionTabsProps {
  readonly actions: readonly TransitionType[];
  readonly chosen: TransitionType | null;
  readonly onChoose: (action: TransitionType) => void;
}

function ActionTabs({ actions, chosen, onChoose }: ActionTabsProps) {
  const { t } = useTranslation();
  return (
    <div className="action-tabs" role="tablist">
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          role="tab"
          aria-selected={action === chosen}
          className={`action-tab ${BACKWARD.includes(action) ? 'is-backward' : ''}`}
          data-testid={`ticket-transition-${action}`}
          onClick={() => onChoose(action)}
        >
          {t(`transition.${action}`)}
        </button>
      ))}
    </div>
  );
}

function NothingToDo({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const isOver = ticket.stage === 'closed' || ticket.stage === 'cancelled';
  return <Alert type="info" showIcon title={isOver ? t('tickets.closedTicket') : t('tickets.noAction')} />;
}

interface TransitionInput {
  readonly type: TransitionType;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Sends one step under the version that is on show; whatever comes back, the ticket is read again. */
function useTransition(ticket: Ticket) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  return useMutation({
    mutationFn: ({ type, values }: TransitionInput) =>
      request<Ticket>('POST', toPath`/tickets/${ticket.id}/${type}`, {
        version: ticket.version,
        ...toBody(values),
      }),
    onSuccess: async (changed, { type }) => {
      void message.success(t('tickets.saved', { what: t(`transition.${type}`) }));
      client.setQueryData(keys.ticket(ticket.id), changed);
      applyTicket(client, changed);
      await client.invalidateQueries({ queryKey: keys.ticketHistory(ticket.id) });
    },
    onError: () => client.invalidateQueries({ queryKey: keys.ticket(ticket.id) }),
  });
}

interface TransitionFormProps {
  readonly ticket: Ticket;
  readonly type: TransitionType;
  readonly submit: ReturnType<typeof useTransition>;
}

function TransitionForm({ ticket, type, submit }: TransitionFormProps) {
  const { t } = useTranslation();
  const initialValues = Object.fromEntries(
    FORMS[type].map((field) => [field.name, toInitial(field.initial, field.name, ticket)]),
  );
  return (
    <Form
      layout="vertical"
      initialValues={initialValues}
      onFinish={(values: object) => submit.mutate({ type, values: { ...values } })}
    >
      <Warnings ticket={ticket} type={type} />
      {FORMS[type].map((field) => (
        <TransitionField key={field.name} field={field} />
      ))}
      <Button
        type="primary"
        htmlType="submit"
        danger={BACKWARD.includes(type)}
        loading={submit.isPending}
        className="action-submit"
        data-testid="ticket-form-submit"
      >
        {t('tickets.confirm', { what: t(`transition.${type}`) })}
      </Button>
    </Form>
  );
}

function toInitial(initial: string | undefined, name: string, ticket: Ticket): string | undefined {
  return name === 'assignee' ? (ticket.assignee ?? undefined) : initial;
}

function Warnings({ ticket, type }: Pick<TransitionFormProps, 'ticket' | 'type'>) {
  const { t } = useTranslation();
  const isActive = ticket.alarms.some((alarm) => alarm.isActive);
  const isBlind = ticket.alarms.some((alarm) => alarm.blindSinceMs !== null);
  const titles = [
    type === 'accept' && isActive && !isBlind ? t('tickets.activeWarning') : null,
    type === 'accept' && isBlind ? t('tickets.blindWarning') : null,
    type === 'cancel' && isActive ? t('tickets.cancelWarning') : null,
  ].filter((title) => title !== null);
  return titles.map((title) => (
    <Alert key={title} className="gap-below" type="warning" showIcon title={title} />
  ));
}

function SubmitError({ error, ticket }: { readonly error: Error; readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const toErrorText = useErrorText();
  const isConflict = error instanceof ProblemError && error.code === 'version-conflict';
  return (
    <Alert
      className="gap-below"
      type={isConflict ? 'warning' : 'error'}
      showIcon
      title={isConflict ? t('tickets.conflict') : toErrorText(error)}
      description={isConflict && <LatestChange ticket={ticket} />}
      data-testid="ticket-form-error"
    />
  );
}

/** Who was faster. */
function LatestChange({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const latest = useTicketHistory(ticket.id).data?.toSorted((a, b) => b.atMs - a.atMs)[0];
  if (latest === undefined) return null;
  const what = toEventText(t, 'ticketEvent', latest.type);
  return <>{t('tickets.conflictBy', { by: toName(latest.by), time: format.dateTime(latest.atMs), what })}</>;
}
