/** One ticket: where it stands, what can be done, and everything that belongs to it. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import { Alert, Button, Card, Descriptions, Result } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { ProblemError } from '../api/client.ts';
import { useTicket } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { ClockList } from './clock-view.tsx';
import { TicketActions } from './ticket-actions.tsx';
import { TicketAlarms, TicketExplains } from './ticket-alarms.tsx';
import { TicketEvidence } from './ticket-evidence.tsx';
import { TicketHistory } from './ticket-history.tsx';
import { Assignee } from './ticket-rows.tsx';
import { TicketSteps } from './ticket-steps.tsx';
import { PriorityTag, StageTag, TicketMarks } from './ticket-tags.tsx';

export function TicketPage() {
  const { id = '' } = useParams();
  const query = useTicket(id);
  const toErrorText = useErrorText();
  if (query.error instanceof ProblemError && query.error.status === 404) {
    return <Result status="404" title={toErrorText(query.error)} />;
  }
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <TicketView key={id} ticket={query.data} />
    </>
  );
}

function TicketView({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="ticket">
      <TicketHeader ticket={ticket} />
      <TicketSteps ticket={ticket} />
      <div className="ticket-columns">
        <div className="ticket-main">
          <TicketActions ticket={ticket} />
          {ticket.guidance !== null && (
            <Alert
              className="guidance"
              type="info"
              showIcon
              title={t('tickets.guidance')}
              description={<span className="prewrap">{format.text(ticket.guidance)}</span>}
            />
          )}
          <TicketAlarms ticket={ticket} />
          <TicketExplains ticket={ticket} />
          {ticket.evidence !== null && <TicketEvidence evidence={ticket.evidence} />}
        </div>
        <div className="ticket-side">
          <Card size="small" title={t('tickets.clocks')} className="clock-card">
            <ClockList clocks={ticket.clocks} />
          </Card>
          <TicketFacts ticket={ticket} />
          <TicketRecord ticket={ticket} />
          <TicketHistory ticket={ticket} />
        </div>
      </div>
    </div>
  );
}

function TicketHeader({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const navigate = useNavigate();
  return (
    <header className="ticket-header">
      <div className="row-card-head">
        <Button
          type="text"
          icon={<ArrowLeftOutlined />}
          aria-label={t('common.back')}
          onClick={() => void navigate('/tickets')}
        />
        <span className="figures hint" data-testid="ticket-number">
          {ticket.number}
        </span>
        <PriorityTag priority={ticket.priority} />
        <span className="tag">{t(`class.${ticket.class}`)}</span>
        <StageTag stage={ticket.stage} testId="ticket-stage" />
        <TicketMarks ticket={ticket} />
      </div>
      <h1 className="prewrap">{format.text(ticket.content)}</h1>
      <div className="hint">
        {ticket.equipmentName !== null && ticket.equipment !== null && (
          <>
            <Link className="quiet-link" to={`/equipment/${ticket.equipment}`} data-testid="ticket-equipment">
              {format.text(ticket.equipmentName)}
            </Link>{' '}
            ·{' '}
          </>
        )}
        {format.text(ticket.place)}
      </div>
    </header>
  );
}

function TicketFacts({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const contact = [format.text(ticket.contact.name), ticket.contact.method]
    .filter((part) => part !== '')
    .join('　');
  return (
    <FactCard
      title={t('tickets.details')}
      facts={[
        [t('tickets.assignee'), <Assignee key="assignee" ticket={ticket} />],
        [t('tickets.contact'), contact],
        [
          t('tickets.source'),
          `${t(`source.${ticket.source as 'round'}`)} · ${t(`channel.${ticket.channel as 'page'}`)}`,
        ],
        [t('tickets.received'), format.dateTime(ticket.receivedAtMs)],
        [t('tickets.firstReceiver'), toName(ticket.firstReceiver)],
        [t('tickets.takenBy'), ticket.takenBy === null ? null : toName(ticket.takenBy)],
      ]}
    />
  );
}

/** What people entered on the way; nothing while nothing has been entered. */
function TicketRecord({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { acceptance, visit, cancellation } = ticket;
  const signed = (by: string, atMs: number, ...parts: readonly string[]) =>
    [...parts.filter((part) => part !== ''), `${toName(by)} ${format.dateTime(atMs)}`].join(' · ');
  const facts: readonly Fact[] = [
    [t('field.diagnosis'), ticket.diagnosis],
    [t('field.plan'), ticket.plan],
    [t('field.result'), ticket.result],
    [t('field.materials'), ticket.materials],
    [t('field.amountYuan'), ticket.amountYuan === null ? null : ticket.amountYuan.toFixed(2)],
    [t('tickets.acceptance'), acceptance && signed(acceptance.by, acceptance.atMs, acceptance.opinion)],
    [
      t('tickets.visit'),
      visit &&
        signed(
          visit.by,
          visit.atMs,
          t(`option.${visit.how}`),
          visit.isSatisfied ? t('option.satisfied') : t('option.dissatisfied'),
          visit.note,
        ),
    ],
    [
      t('tickets.cancellation'),
      cancellation &&
        signed(cancellation.by, cancellation.atMs, t(`option.${cancellation.reason}`), cancellation.note),
    ],
  ];
  const entered = facts.filter(([, value]) => value !== null);
  return entered.length === 0 ? null : <FactCard title={t('tickets.record')} facts={entered} />;
}

/** Label and value; null is shown as a dash. */
type Fact = readonly [string, ReactNode];

function FactCard({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  const { t } = useTranslation();
  const items = facts.map(([label, value]) => ({
    key: label,
    label,
    children: <span className="prewrap">{value ?? t('common.none')}</span>,
  }));
  return (
    <Card size="small" title={title}>
      <Descriptions size="small" column={1} items={items} />
    </Card>
  );
}
