/** The requests of a poll plan as a table, for the desk; a row opens to the points that it reads. */
import { Empty, Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { testId } from '../shared/test-id.ts';
import type { PlannedRequest } from './link-queries.ts';
import { PlacedPoints } from './placed-points.tsx';
import { isTroubled, toRequestKey, toSecondsText } from './plan-words.ts';
import { RequestAnswered, RequestName, RequestResult, RequestTime } from './request-words.tsx';

interface PlanTableProps {
  readonly requests: readonly PlannedRequest[];
}

const VISIBLE_ROWS = 20;
const EXPANDABLE = { expandRowByClick: true, expandedRowRender: toPoints } as const;

function toPoints(request: PlannedRequest) {
  return <PlacedPoints request={request} />;
}

export function PlanTable({ requests }: PlanTableProps) {
  const { t } = useTranslation();
  const columns = useColumns();
  return (
    <Table<PlannedRequest>
      className="plan-table"
      rowKey={toRequestKey}
      size="small"
      columns={columns}
      dataSource={[...requests]}
      scroll={{ x: 980 }}
      pagination={requests.length > VISIBLE_ROWS ? { pageSize: VISIBLE_ROWS, showSizeChanger: false } : false}
      rowClassName={(request) => (isTroubled(request) ? 'is-troubled' : '')}
      onRow={(request) => testId(`request-${request.label}`)}
      expandable={EXPANDABLE}
      locale={{
        emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('plan.noTrouble')} />,
      }}
    />
  );
}

function useColumns(): TableColumnsType<PlannedRequest> {
  const { t } = useTranslation();
  return useMemo(
    () => [
      { title: t('plan.request'), render: (_, request) => <RequestName request={request} /> },
      {
        title: t('plan.interval'),
        width: 84,
        align: 'right',
        render: (_, { pollMs }) => t('plan.seconds', { seconds: toSecondsText(pollMs) }),
      },
      { title: t('plan.points'), width: 72, align: 'right', render: (_, { points }) => points.length },
      {
        title: t('plan.addresses'),
        width: 132,
        align: 'right',
        render: (_, { block }) => (block === null ? t('common.none') : `${block.used} / ${block.count}`),
      },
      {
        title: t('plan.time'),
        width: 168,
        align: 'right',
        render: (_, request) => <RequestTime request={request} />,
      },
      {
        title: t('plan.last'),
        width: 148,
        align: 'right',
        render: (_, request) => <RequestAnswered request={request} />,
      },
      { title: t('plan.result'), width: 240, render: (_, request) => <RequestResult request={request} /> },
    ],
    [t],
  );
}
