/** All records, page by page as the gateway gives them: the newest first. */
import { Pagination } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PAGE_ROWS, useAlarmRecords } from '../api/queries.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { type AlarmFilter, hasFilter, toRecordSearch } from './alarm-address.ts';
import { AlarmCards } from './alarm-cards.tsx';
import { toSingleRows } from './alarm-rows.ts';
import { AlarmTable } from './alarm-table.tsx';

export function AlarmRecords({ filter }: { readonly filter: AlarmFilter }) {
  const search = toRecordSearch(filter);
  // Another question begins at its first page.
  return <Records key={search} search={search} isFiltered={hasFilter({ ...filter, place: null })} />;
}

function Records({ search, isFiltered }: { readonly search: string; readonly isFiltered: boolean }) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const [page, setPage] = useState(1);
  const query = useAlarmRecords(search, page);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const List = isPhone ? AlarmCards : AlarmTable;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <List
        rows={toSingleRows(query.data.items)}
        empty={isFiltered ? t('alarmTabs.emptyFiltered') : t('alarms.emptyAll')}
        selection={null}
        onFold={() => undefined}
      />
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
