/** How well the alarms serve the people: figures of a period against their targets, with the alarms behind every number. */
import { Alert, Empty } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useTimeZone } from '../api/queries.ts';
import type { AlarmReport } from '../api/types.ts';
import { serverNow } from '../live/server-clock.ts';
import { QueryState } from '../shared/query-state.tsx';
import { createSiteClock } from '../shared/site-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { BreakdownPanel } from './breakdown-panel.tsx';
import { FloodPanel } from './flood-panel.tsx';
import { MeasureTable } from './measure-table.tsx';
import { OtherFigures } from './other-figures.tsx';
import { PeriodBar } from './period-bar.tsx';
import { PriorityTable } from './priority-table.tsx';
import { type Days, type ReportView, toDays, toReportSearch, toReportView } from './report-address.ts';
import { useReport } from './report-queries.ts';
import { ScopeBar } from './scope-bar.tsx';
import { TopTen } from './top-ten.tsx';
import { WorstLists } from './worst-lists.tsx';

export type ReportItem = AlarmReport['items'][number];

export function ReportPage() {
  const { t } = useTranslation();
  const { view, change } = useReportView();
  const timeZone = useTimeZone();
  const days = toDays(view, createSiteClock(timeZone)(serverNow()).slice(0, 10));
  return (
    <div className="report-page" data-testid="report-page">
      <div className="toolbar">
        <h1>{t('reports.title')}</h1>
        <PeriodBar view={view} days={days} onChange={change} />
      </div>
      <ScopeBar view={view} onChange={change} />
      {timeZone !== undefined && <Report view={view} days={days} onChange={change} />}
    </div>
  );
}

function useReportView() {
  const [search, setSearch] = useSearchParams();
  const view = toReportView(search);
  return {
    view,
    change: (next: Partial<ReportView>): void => setSearch(toReportSearch({ ...view, ...next })),
  };
}

interface ReportProps {
  readonly view: ReportView;
  readonly days: Days;
  readonly onChange: (next: Partial<ReportView>) => void;
}

function Report({ view, days, onChange }: ReportProps) {
  const { t } = useTranslation();
  const query = useReport(days, view);
  const [item] = query.data?.items ?? [];
  if (item === undefined) return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { figures } = item;
  if (figures.period.hours === 0) return <Empty description={t('reports.nothing')} />;
  return (
    <div className={query.isPlaceholderData ? 'report report-old' : 'report'} data-testid="report">
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <PeriodNote item={item} days={days} />
      <section className="panel report-wide">
        <h2>{t('reports.againstTargets')}</h2>
        <MeasureTable item={item} />
      </section>
      <section className="panel">
        <h2>{t('reports.topAlarms')}</h2>
        <TopTen item={item} rows={figures.topTen.alarms} onChange={onChange} />
      </section>
      {view.equipment === null && (
        <section className="panel">
          <h2>{t('reports.topEquipment')}</h2>
          <TopTen item={item} rows={figures.topTen.equipment} onChange={onChange} />
        </section>
      )}
      <section className="panel">
        <h2>{t('reports.priorities')}</h2>
        <PriorityTable figures={figures} />
      </section>
      <FloodPanel figures={figures} />
      <OtherFigures figures={figures} />
      <WorstLists figures={figures} />
      {view.rule === null && (
        <BreakdownPanel key={view.equipment} view={view} days={days} onChange={onChange} />
      )}
    </div>
  );
}

/** What is really counted: the figures begin with the first that there is, and the present day is not over. */
function PeriodNote({ item: { figures }, days }: { readonly item: ReportItem; readonly days: Days }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fromMs, toMs, hours } = figures.period;
  const { changes, events } = figures.uncounted;
  return (
    <div className="report-wide">
      <p className="hint" data-testid="report-period">
        {t('reports.counted', {
          from: format.dateTime(fromMs),
          to: format.dateTime(toMs),
          duration: format.duration(hours * 3_600_000),
          days: days.from === days.to ? days.from : `${days.from} – ${days.to}`,
        })}{' '}
        {t('reports.leftOut')} <Link to="/alarms?tab=history">{t('reports.records')}</Link>
      </p>
      {changes + events > 0 && (
        <Alert type="warning" showIcon title={t('reports.uncounted', { count: changes + events })} />
      )}
    </div>
  );
}
