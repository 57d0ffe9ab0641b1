/** How good the data is: of the site, of each link, of each point; from here to the equipment behind it. */
import { Empty, Pagination, Segmented, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PAGE_ROWS } from '../api/queries.ts';
import { FieldTabs } from '../links/field-tabs.tsx';
import { useEquipmentName } from '../links/use-names.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { QualityCards } from './quality-cards.tsx';
import {
  type QualityFilter,
  type QualitySummary,
  usePointQuality,
  useQualitySummary,
} from './quality-queries.ts';
import { QualitySummaryPanel } from './quality-summary.tsx';
import { QualityTable } from './quality-table.tsx';
import { countOnly, ONLY, toFilter, toSearch } from './quality-words.ts';

export function QualityPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filter = toFilter(search);
  const query = useQualitySummary();
  const change = (next: Partial<QualityFilter>) =>
    setSearch(toSearch({ ...filter, ...next }), { replace: true, preventScrollReset: true });
  const retry = () => void query.refetch();
  return (
    <div data-testid="quality-page">
      <div className="toolbar">
        <FieldTabs page="quality" />
        <span className="spread" />
        <span className="hint">{t('dataQuality.startNote')}</span>
      </div>
      {(query.error !== null || query.data === undefined) && (
        <QueryState error={query.error} onRetry={retry} />
      )}
      {query.data !== undefined && (
        <>
          <QualitySummaryPanel summary={query.data} link={filter.link} onLink={(link) => change({ link })} />
          <Filters summary={query.data} filter={filter} onChange={change} />
        </>
      )}
      <Rows key={JSON.stringify(filter)} filter={filter} />
    </div>
  );
}

interface FiltersProps {
  readonly summary: QualitySummary;
  readonly filter: QualityFilter;
  readonly onChange: (next: Partial<QualityFilter>) => void;
}

function Filters({ summary, filter, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toEquipmentName = useEquipmentName();
  const { only, link, equipment } = filter;
  const tally = link === null ? summary : summary.links.find((one) => one.link === link);
  const toLabel = (value: QualityFilter['only']): string => {
    const name = t(`dataQuality.only.${value}`);
    const count = equipment !== null || tally === undefined ? null : countOnly(tally, value);
    return count === null ? name : t('dataQuality.onlyCount', { name, count });
  };
  return (
    <div className="toolbar quality-filters">
      <Segmented
        value={only}
        data-testid="quality-only"
        options={ONLY.map((value) => ({ value, label: toLabel(value) }))}
        onChange={(value) => onChange({ only: value })}
      />
      <Select<string>
        className="quality-link"
        data-testid="quality-link"
        aria-label={t('dataQuality.link')}
        showSearch={{ optionFilterProp: 'label' }}
        value={link ?? ''}
        onChange={(value) => onChange({ link: value === '' ? null : value })}
        options={[
          { value: '', label: t('dataQuality.allLinks') },
          ...summary.links.map((one) => ({ value: one.link, label: format.text(one.name) })),
        ]}
      />
      {equipment !== null && (
        <Tag closable onClose={() => onChange({ equipment: null })}>
          {t('dataQuality.equipment', { name: toEquipmentName(equipment) })}
        </Tag>
      )}
    </div>
  );
}

function Rows({ filter }: { readonly filter: QualityFilter }) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const [page, setPage] = useState(1);
  const query = usePointQuality(filter, page);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  const List = isPhone ? QualityCards : QualityTable;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      {items.length === 0 ? (
        <Empty description={t(`dataQuality.empty.${filter.only}`)} />
      ) : (
        <List rows={items} />
      )}
      {total > PAGE_ROWS && (
        <Pagination
          className="gap-above"
          align="end"
          current={page}
          pageSize={PAGE_ROWS}
          total={total}
          showSizeChanger={false}
          showTotal={(count) => t('common.pageTotal', { total: count })}
          onChange={setPage}
        />
      )}
    </>
  );
}
