/** Incidents, newest first: what, where, how grave, and how long until the report is due. */
import { Empty, Pagination } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PAGE_ROWS } from '../api/queries.ts';
import type { Incident } from '../api/types.ts';
import { DutyTabs } from '../roster/duty-tabs.tsx';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useIncidents } from './incident-queries.ts';
import { PlanList } from './plan-list.tsx';
import { ReportCountdown } from './report-countdown.tsx';
import { useIncidentPlace } from './use-incident-place.ts';

export function IncidentListPage() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = useIncidents(page);
  return (
    <>
      <DutyTabs page="incidents" />
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          {query.data.items.length === 0 && <Empty description={t('incident.empty')} />}
          <div className="cards">
            {query.data.items.map((incident) => (
              <IncidentCard key={incident.id} incident={incident} />
            ))}
          </div>
          <Pagination
            className="gap-above"
            align="end"
            hideOnSinglePage
            current={page}
            pageSize={PAGE_ROWS}
            total={query.data.total}
            showSizeChanger={false}
            onChange={setPage}
          />
          <PlanList />
        </>
      )}
    </>
  );
}

function IncidentCard({ incident }: { readonly incident: Incident }) {
  const { t } = useTranslation();
  const format = useFormat();
  const place = useIncidentPlace(incident);
  const isOver = incident.endedAtMs !== null;
  return (
    <Link
      to={`/incidents/${incident.id}`}
      className={`row-card ${isOver ? 'is-ended' : 'edge-emergency'}`}
      data-testid={`incident-${incident.number}`}
    >
      <div className="row-card-head">
        <span className="figures hint">{incident.number}</span>
        <IncidentTags incident={incident} />
        <ReportCountdown incident={incident} />
      </div>
      <b>
        {t(`incident.kind.${incident.kind}`)} · {place}
      </b>
      <div className="hint">
        {format.dateTime(incident.beganAtMs)} · {t('incident.tickets', { count: incident.tickets.length })}
      </div>
    </Link>
  );
}

export function IncidentTags({ incident }: { readonly incident: Incident }) {
  const { t } = useTranslation();
  const isGrave = incident.grade === 'extra-major' || incident.grade === 'major';
  return (
    <>
      <span className={`tag ${isGrave ? 'priority-emergency' : 'priority-urgent'}`}>
        {t(`incident.grade.${incident.grade}`)}
      </span>
      <span className="tag">{t(`incident.nature.${incident.nature}`)}</span>
      <span className="tag" data-testid="incident-verdict" data-verdict={incident.verdict}>
        {t(`incident.verdict.${incident.verdict}`)}
      </span>
      <span className="tag">{t(`incident.phase.${incident.phase}`)}</span>
      {incident.isDrill && <span className="tag mark-drill">{t('incident.drill')}</span>}
    </>
  );
}
