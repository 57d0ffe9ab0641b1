/** One incident: its countdown, its plan, its tickets, its reports, and what the commander does with it. */
import ArrowLeftOutlined from '@ant-design/icons/ArrowLeftOutlined';
import { Button, Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useTicket } from '../api/queries.ts';
import type { Incident } from '../api/types.ts';
import { type Fact, FactCard } from '../shared/fact-card.tsx';
import { useDoerName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { usePermission } from '../shared/use-permission.ts';
import { PriorityTag, StageTag } from '../tickets/ticket-tags.tsx';
import { IncidentActions } from './incident-actions.tsx';
import { IncidentTags } from './incident-list-page.tsx';
import { useIncident, usePlans } from './incident-queries.ts';
import { PlanReview, PlanSteps } from './plan-list.tsx';
import { ReportCountdown } from './report-countdown.tsx';
import { IncidentReports } from './report-form.tsx';
import { useIncidentPlace } from './use-incident-place.ts';

export function IncidentPage() {
  const { id = '' } = useParams();
  const query = useIncident(id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return <IncidentView key={id} incident={query.data} />;
}

function IncidentView({ incident }: { readonly incident: Incident }) {
  const { t } = useTranslation();
  const place = useIncidentPlace(incident);
  const navigate = useNavigate();
  const canManage = usePermission('incident.manage');
  return (
    <div className="ticket">
      <header>
        <div className="row-card-head">
          <Button
            type="text"
            icon={<ArrowLeftOutlined />}
            aria-label={t('common.back')}
            onClick={() => void navigate('/incidents')}
          />
          <span className="figures hint" data-testid="incident-number">
            {incident.number}
          </span>
          <IncidentTags incident={incident} />
        </div>
        <h1>
          {t(`incident.kind.${incident.kind}`)} · {place}
        </h1>
        <p className="incident-countdown">
          <ReportCountdown incident={incident} />
          {incident.owesFinalReport && (
            <span className="tag clock-warned" data-testid="incident-owes-report">
              {t('incident.owesFinalReport')}
            </span>
          )}
        </p>
      </header>
      <div className="ticket-columns">
        <div className="ticket-main">
          {canManage && incident.endedAtMs === null && <IncidentActions incident={incident} />}
          <IncidentReports incident={incident} canManage={canManage} />
        </div>
        <div className="ticket-side">
          <IncidentFacts incident={incident} />
          <IncidentTickets incident={incident} />
          <PlanCard id={incident.plan} />
        </div>
      </div>
    </div>
  );
}

function IncidentFacts({ incident }: { readonly incident: Incident }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toDoer = useDoerName();
  const { commander, endedAtMs, reportResponsible = null } = incident;
  const facts: readonly Fact[] = [
    [t('incident.place'), format.text(incident.place)],
    [t('incident.began'), format.dateTime(incident.beganAtMs)],
    [t('incident.ended'), endedAtMs === null ? null : format.dateTime(endedAtMs)],
    [t('incident.commander'), commander === null ? null : toDoer(commander)],
    [t('incident.reportResponsible'), reportResponsible === null ? null : toDoer(reportResponsible)],
    [t('incident.phaseLabel'), t(`incident.phase.${incident.phase}`)],
  ];
  return <FactCard title={t('ticket.details')} facts={facts} />;
}

function IncidentTickets({ incident }: { readonly incident: Incident }) {
  const { t } = useTranslation();
  return (
    <Card size="small" title={t('incident.tickets', { count: incident.tickets.length })}>
      <ul className="attached-alarms">
        {incident.tickets.map((id) => (
          <li key={id}>
            <TicketLine id={id} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function TicketLine({ id }: { readonly id: string }) {
  const format = useFormat();
  const ticket = useTicket(id).data;
  if (ticket === undefined) return <Link to={`/tickets/${id}`}>{id}</Link>;
  return (
    <>
      <Link className="figures" to={`/tickets/${id}`}>
        {ticket.number}
      </Link>
      <PriorityTag priority={ticket.priority} />
      <StageTag stage={ticket.stage} />
      <div>{format.text(ticket.content)}</div>
    </>
  );
}

function PlanCard({ id }: { readonly id: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const plan = usePlans().data?.items.find((candidate) => candidate.id === id);
  if (plan === undefined) return null;
  return (
    <Card
      size="small"
      title={`${t('incident.plan')} · ${format.text(plan.name)}`}
      data-testid="incident-plan"
    >
      <PlanSteps plan={plan} />
      <PlanReview plan={plan} />
    </Card>
  );
}
