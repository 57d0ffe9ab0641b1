/** All links to the field with their health, those that need attention first. */
import { Empty, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLinks } from '../api/queries.ts';
import { useQualitySummary } from '../quality/quality-queries.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { FieldTabs } from './field-tabs.tsx';
import { LinkCards } from './link-cards.tsx';
import { toLinkRows } from './link-order.ts';
import { LINK_RECHECK_MS } from './link-queries.ts';
import { LinkTable } from './link-table.tsx';

export function LinkListPage() {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const [search, setSearch] = useState('');
  const links = useLinks(LINK_RECHECK_MS);
  const quality = useQualitySummary();
  const retry = () => void Promise.all([links.refetch(), quality.refetch()]);
  if (links.data === undefined) return <QueryState error={links.error} onRetry={retry} />;
  const error = links.error ?? quality.error;
  const all = toLinkRows(links.data.items, quality.data?.links ?? []);
  const rows = toLinkRows(links.data.items, quality.data?.links ?? [], search);
  const List = isPhone ? LinkCards : LinkTable;
  return (
    <div data-testid="link-list-page">
      <div className="toolbar">
        <FieldTabs page="links" />
        <Input
          allowClear
          className="search"
          placeholder={t('links.search')}
          data-testid="link-search"
          onChange={(event) => setSearch(event.target.value)}
        />
        <span className="spread" />
        <TroubleCount count={all.filter(({ trouble }) => trouble !== null && trouble !== 'data').length} />
      </div>
      {error !== null && <QueryState error={error} onRetry={retry} />}
      {rows.length === 0 ? <Empty description={t('links.empty')} /> : <List rows={rows} />}
    </div>
  );
}

function TroubleCount({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  return (
    <span className={count > 0 ? 'attention' : 'hint'} data-testid="link-trouble-count">
      {count > 0 ? t('links.troubleCount', { count }) : t('links.allWell')}
    </span>
  );
}
