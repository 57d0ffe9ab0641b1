/** Links as a table, for the desk. Order is the caller's. */
import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { Busy, Count, GoodPoints, Latency, Reached } from './link-figures.tsx';
import { countBadFrames, type LinkRow } from './link-order.ts';
import { LinkReason, LinkState } from './link-state.tsx';
import { LinkWay } from './link-way.tsx';

export interface LinkRowsProps {
  readonly rows: readonly LinkRow[];
}

const VISIBLE_ROWS = 100;

export function LinkTable({ rows }: LinkRowsProps) {
  const navigate = useNavigate();
  const columns = useColumns();
  return (
    <Table<LinkRow>
      rowKey={({ link }) => link.link}
      size="middle"
      columns={columns}
      dataSource={[...rows]}
      scroll={{ x: 1180 }}
      pagination={rows.length > VISIBLE_ROWS ? { pageSize: VISIBLE_ROWS, showSizeChanger: false } : false}
      rowClassName={toRowClass}
      onRow={({ link }) => ({
        onClick: () => void navigate(`/links/${link.link}`),
        ...testId(`link-row-${link.link}`),
      })}
    />
  );
}

export function toRowClass({ trouble }: LinkRow): string {
  return `link-row ${trouble === null ? '' : `link-trouble-${trouble}`}`;
}

/** Name and protocol, leading to the link also by keyboard. */
export function LinkName({ row: { link } }: { readonly row: LinkRow }) {
  const format = useFormat();
  return (
    <>
      <Link className="row-link" to={`/links/${link.link}`} onClick={(event) => event.stopPropagation()}>
        {format.text(link.name)}
      </Link>{' '}
      <span className="hint link-protocol">{link.protocol}</span>
    </>
  );
}

function useColumns(): TableColumnsType<LinkRow> {
  const { t } = useTranslation();
  return useMemo(
    () => [
      {
        title: t('links.name'),
        render: (_, row) => (
          <>
            <LinkName row={row} />
            <LinkWay link={row.link} />
            <div>
              <LinkReason link={row.link} />
            </div>
          </>
        ),
      },
      { title: t('links.state'), width: 236, render: (_, { link }) => <LinkState link={link} /> },
      { title: t('links.busy'), width: 150, render: (_, { link }) => <Busy link={link} /> },
      { title: t('links.latency'), width: 116, render: (_, { link }) => <Latency link={link} /> },
      { title: t('links.reached'), width: 150, render: (_, { link }) => <Reached link={link} /> },
      ...toCountColumns(t('links.sinceStart'), [
        [t('links.timeouts'), ({ link }) => link.counters['timeouts']],
        [t('links.exceptions'), ({ link }) => link.counters['exceptions']],
        [t('links.badFrames'), ({ link }) => countBadFrames(link)],
      ]),
      {
        title: t('links.points'),
        width: 110,
        align: 'right',
        render: (_, { quality }) => <GoodPoints quality={quality} />,
      },
    ],
    [t],
  );
}

function toCountColumns(
  hint: string,
  columns: readonly (readonly [string, (row: LinkRow) => number | null | undefined])[],
): TableColumnsType<LinkRow> {
  return columns.map(([title, toCount]) => ({
    title: <span title={hint}>{title}</span>,
    width: 96,
    align: 'right',
    render: (_, row) => <Count count={toCount(row)} />,
  }));
}
