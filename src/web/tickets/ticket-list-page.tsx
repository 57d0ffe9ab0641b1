/** The list of tickets: open, closed or all; a table at the desk, cards on a phone. */
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import { Button, Empty, Pagination, Segmented } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { PAGE_ROWS, type TicketFilter, useTickets } from '../api/queries.ts';
import type { Ticket } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { usePermission } from '../shared/use-permission.ts';
import { TicketCards, TicketTable } from './ticket-rows.tsx';

const RANKS: Readonly<Record<Ticket['priority'], number>> = { emergency: 3, urgent: 2, normal: 1 };

export function TicketListPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const canOpen = usePermission('ticket.open');
  const [filter, setFilter] = useState<TicketFilter>('open');
  const [page, setPage] = useState(1);
  const options = (['open', 'closed', 'all'] as const).map((value) => ({
    value,
    label: t(`tickets.${value}`),
  }));
  const show = (value: TicketFilter) => {
    setFilter(value);
    setPage(1);
  };
  return (
    <>
      <div className="toolbar">
        <h1>{t('tickets.title')}</h1>
        <Segmented options={options} value={filter} onChange={show} data-testid="ticket-filter" />
        <span className="spread" />
        {canOpen && (
          <Button
            type="primary"
            icon={<PlusOutlined />}
            data-testid="ticket-new"
            onClick={() => void navigate('/tickets/new')}
          >
            {t('tickets.new')}
          </Button>
        )}
      </div>
      <Rows key={filter} filter={filter} page={page} onPage={setPage} />
    </>
  );
}

interface RowsProps {
  readonly filter: TicketFilter;
  readonly page: number;
  readonly onPage: (page: number) => void;
}

function Rows({ filter, page, onPage }: RowsProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const query = useTickets(filter, page);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  const tickets = filter === 'open' ? items.toSorted(compareTickets) : items;
  const List = isPhone ? TicketCards : TicketTable;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      {tickets.length === 0 ? <Empty description={t('tickets.empty')} /> : <List tickets={tickets} />}
      {filter === 'open' && total > items.length && (
        <p className="attention">{t('common.more', { count: total - items.length })}</p>
      )}
      {filter !== 'open' && (
        <Pagination
          className="gap-above"
          align="end"
          current={page}
          pageSize={PAGE_ROWS}
          total={total}
          showSizeChanger={false}
          showTotal={(count) => t('common.pageTotal', { total: count })}
          onChange={onPage}
        />
      )}
    </>
  );
}

/** Priority, then whose clock ends first. */
function compareTickets(a: Ticket, b: Ticket): number {
  return (
    RANKS[b.priority] - RANKS[a.priority] || firstDueMs(a) - firstDueMs(b) || b.receivedAtMs - a.receivedAtMs
  );
}

/** Finite also without a running clock, so that two of them compare. */
function firstDueMs(ticket: Ticket): number {
  const running = ticket.clocks.filter((clock) => clock.stoppedAtMs === null).map((clock) => clock.dueAtMs);
  return Math.min(Number.MAX_SAFE_INTEGER, ...running);
}
