/** Points with their quality figures as a table, for the desk. Order is the gateway's: worst first. */
import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import { LastGood, Now, PointLink, Reasons, Share, Unchanged } from './quality-cells.tsx';
import type { PointQualityRow } from './quality-queries.ts';

export interface QualityRowsProps {
  readonly rows: readonly PointQualityRow[];
}

export function QualityTable({ rows }: QualityRowsProps) {
  const columns = useColumns();
  return (
    <Table<PointQualityRow>
      rowKey="point"
      size="small"
      columns={columns}
      dataSource={[...rows]}
      scroll={{ x: 1240 }}
      pagination={false}
      onRow={({ point }) => testId(`quality-row-${point}`)}
    />
  );
}

function useColumns(): TableColumnsType<PointQualityRow> {
  const { t } = useTranslation();
  return useMemo(
    () => [
      { title: t('dataQuality.point'), render: (_, row) => <PointLink row={row} /> },
      { title: t('dataQuality.now'), width: 190, render: (_, row) => <Now row={row} /> },
      {
        title: t('dataQuality.goodHour'),
        width: 150,
        render: (_, { goodRatioHour }) => <Share ratio={goodRatioHour} label={t('dataQuality.goodHour')} />,
      },
      {
        title: t('dataQuality.goodStart'),
        width: 166,
        render: (_, { goodRatio }) => <Share ratio={goodRatio} label={t('dataQuality.goodStart')} />,
      },
      { title: t('dataQuality.lastGood'), width: 138, render: (_, row) => <LastGood row={row} /> },
      { title: t('dataQuality.unchanged'), width: 124, render: (_, row) => <Unchanged row={row} /> },
      {
        title: t('dataQuality.sentinels'),
        width: 96,
        align: 'right',
        render: (_, { sentinels }) => (
          <span className={sentinels > 0 ? 'figures' : 'figures hint'}>{sentinels}</span>
        ),
      },
      { title: t('dataQuality.reasons'), width: 220, render: (_, row) => <Reasons row={row} /> },
    ],
    [t],
  );
}
