/** The list of alarms, open ones or all records, with one alarm's details beside it when its id is in the address. */
import { Pagination, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { PAGE_ROWS, useAlarmRecords, useOpenAlarms } from '../api/queries.ts';
import { compareAlarms, isUnacknowledged } from '../shared/alarm-order.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { AlarmCards } from './alarm-cards.tsx';
import { AlarmDrawer } from './alarm-drawer.tsx';
import { AlarmTable } from './alarm-table.tsx';

type Filter = 'open' | 'all';

export function AlarmPage() {
  const { t } = useTranslation();
  const { id } = useParams();
  const navigate = useNavigate();
  const [filter, setFilter] = useState<Filter>('open');
  const options = (['open', 'all'] as const).map((value) => ({ value, label: t(`alarms.${value}`) }));
  return (
    <>
      <div className="toolbar">
        <h1>{t('alarms.title')}</h1>
        <Segmented options={options} value={filter} onChange={setFilter} data-testid="alarm-filter" />
        <span className="spread" />
        {filter === 'open' && <UnacknowledgedCount />}
      </div>
      {filter === 'open' ? <OpenAlarms /> : <AlarmRecords />}
      {id !== undefined && <AlarmDrawer id={id} onClose={() => void navigate('/alarms')} />}
    </>
  );
}

function UnacknowledgedCount() {
  const { t } = useTranslation();
  const count = useOpenAlarms().data?.items.filter(isUnacknowledged).length ?? 0;
  return (
    <span className={count > 0 ? 'attention' : 'hint'}>{t('alarms.unacknowledgedCount', { count })}</span>
  );
}

function OpenAlarms() {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const query = useOpenAlarms();
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  const List = isPhone ? AlarmCards : AlarmTable;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <List alarms={items.toSorted(compareAlarms)} empty={t('alarms.empty')} />
      {total > items.length && (
        <p className="attention">{t('common.more', { count: total - items.length })}</p>
      )}
    </>
  );
}

function AlarmRecords() {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const [page, setPage] = useState(1);
  const query = useAlarmRecords(page, true);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const List = isPhone ? AlarmCards : AlarmTable;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <List alarms={query.data.items} empty={t('alarms.emptyAll')} />
      <Pagination
        className="gap-above"
        align="end"
        current={page}
        pageSize={PAGE_ROWS}
        total={query.data.total}
        showSizeChanger={false}
        showTotal={(total) => t('common.pageTotal', { total })}
        onChange={setPage}
      />
    </>
  );
}
