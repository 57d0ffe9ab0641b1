/** One ticket: where it stands, what can be done, and everything that belongs to it. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import PrinterOutlined from '@ant-design/icons/PrinterOutlined';
import { Alert, Button, Card, Result } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { ProblemError } from '../api/client.ts';
import { useTicket } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { TicketFeedback } from '../feedback/ticket-feedback.tsx';
import { QueryState } from '../shared/query-state.tsx';
import { useErrorText } from '../shared/use-error-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { ClockList } from './clock-view.tsx';
import { TicketActions } from './ticket-actions.tsx';
import { TicketAlarms, TicketExplains } from './ticket-alarms.tsx';
import { PastRepairs, TicketAffected } from './ticket-background.tsx';
import { TicketBanners } from './ticket-banners.tsx';
import { TicketDrill } from './ticket-drill.tsx';
import { TicketEvidence } from './ticket-evidence.tsx';
import { TicketFacts, TicketRecord } from './ticket-facts.tsx';
import { TicketFiles } from './ticket-files.tsx';
import { TicketHistory } from './ticket-history.tsx';
import { TicketMessages } from './ticket-messages.tsx';
import { EntrapmentCard, FireCard } from './ticket-sheets.tsx';
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
      <TicketDrill ticket={ticket} />
      <TicketBanners ticket={ticket} />
      <TicketSteps ticket={ticket} />
      <div className="ticket-columns">
        <div className="ticket-main">
          <div className="sheets">
            <FireCard ticket={ticket} />
            <EntrapmentCard ticket={ticket} />
          </div>
          {/* A form that was filled in with words that are redacted now would write them back. */}
          <TicketActions key={`${ticket.content.zh} ${ticket.place.zh}`} ticket={ticket} />
          {ticket.guidance !== null && (
            <Alert
              className="guidance"
              type="info"
              showIcon
              title={t('ticket.guidance')}
              description={<span className="prewrap">{format.text(ticket.guidance)}</span>}
            />
          )}
          <TicketAlarms ticket={ticket} />
          <TicketExplains ticket={ticket} />
          <TicketAffected ticket={ticket} />
          {ticket.evidence != null && <TicketEvidence evidence={ticket.evidence} />}
          <PastRepairs ticket={ticket} />
        </div>
        <div className="ticket-side">
          <Card size="small" title={t('ticket.clocks')} className="clock-card" data-testid="ticket-clocks">
            <ClockList clocks={ticket.clocks} />
          </Card>
          <TicketFacts ticket={ticket} />
          <TicketRecord ticket={ticket} />
          <TicketFeedback ticket={ticket} />
          <TicketFiles ticket={ticket} />
          <TicketMessages ticket={ticket} />
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
  const isPhone = useIsPhone();
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
        <span className="spread" />
        {/* On a phone the first look belongs to the next step, and nobody prints there. */}
        {!isPhone && (
          <Link to={`/tickets/${ticket.id}/slip`} data-testid="ticket-slip">
            <PrinterOutlined /> {t('ticket.slipPrint')}
          </Link>
        )}
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
