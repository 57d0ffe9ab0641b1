/** The list of tickets: open, ended or all, by filters and words; a table at the desk, cards on a phone. */
import DownloadOutlined from '@ant-design/icons/DownloadOutlined';
import PlusOutlined from '@ant-design/icons/PlusOutlined';
import { Button, Empty, Pagination, Segmented } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { useSession, useTickets } from '../api/queries.ts';
import { FOUND_ROWS, toSearch, useFoundTickets } from '../api/ticket-queries.ts';
import type { Page, Ticket } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { usePermission } from '../shared/use-permission.ts';
import { isOverdue, toFirstDueMs } from './clock-order.ts';
import { isNarrowed, type TicketFilters, toFirstFilters } from './filter-values.ts';
import { TicketFilterBar } from './ticket-filters.tsx';
import { TicketCards, TicketTable } from './ticket-rows.tsx';

const RANKS: Readonly<Record<Ticket['priority'], number>> = { emergency: 3, urgent: 2, normal: 1 };
const STATES = ['open', 'closed', 'all'] as const;

export function TicketListPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const [filters, setFilters] = useState<TicketFilters>(() => toFirstFilters(search));
  const [page, setPage] = useState(1);
  const change = (part: Partial<TicketFilters>): void => {
    setFilters({ ...filters, ...part });
    setPage(1);
  };
  return (
    <>
      <div className="toolbar">
        <h1>{t('tickets.title')}</h1>
        <Segmented
          options={STATES.map((value) => ({ value, label: t(`tickets.${value}`) }))}
          value={filters.state}
          onChange={(state) => change({ state })}
          data-testid="ticket-filter"
        />
        <span className="spread" />
        <ExportButton filters={filters} />
        <NewButton />
      </div>
      <TicketFilterBar filters={filters} onChange={change} />
      <Rows filters={filters} page={page} onPage={setPage} />
    </>
  );
}

function NewButton() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const isPhone = useIsPhone();
  const canOpen = usePermission('ticket.open');
  if (!canOpen) return null;
  return (
    <Button
      type="primary"
      icon={<PlusOutlined />}
      data-testid="ticket-new"
      aria-label={t('tickets.new')}
      onClick={() => void navigate('/tickets/new')}
    >
      {isPhone ? null : t('tickets.new')}
    </Button>
  );
}

/** The same filters as a table file; the browser saves it. */
function ExportButton({ filters }: { readonly filters: TicketFilters }) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const canExport = usePermission('archive.export');
  const username = useSession().data?.username ?? '';
  if (!canExport) return null;
  const search = new URLSearchParams(toSearch(toQuery(filters, username, 1)));
  search.delete('limit');
  search.delete('offset');
  search.set('format', 'xlsx');
  search.set('language', language);
  return (
    <Button icon={<DownloadOutlined />} href={`/api/v1/tickets/export?${search}`} data-testid="ticket-export">
      {t('tickets.export')}
    </Button>
  );
}

function toQuery(filters: TicketFilters, username: string, page: number) {
  const { isMine, isOverdue: _overdue, ...rest } = filters;
  return { ...rest, ...(isMine && { assignee: username }), page };
}

interface RowsProps {
  readonly filters: TicketFilters;
  readonly page: number;
  readonly onPage: (page: number) => void;
}

/** Open ones without further filters are the live list, sorted by what presses; everything else is asked for. */
function Rows({ filters, page, onPage }: RowsProps) {
  const username = useSession().data?.username ?? '';
  const isLive = filters.state === 'open' && !isNarrowed(filters);
  const search = useDeferredValue(toSearch(toQuery(filters, username, page)));
  const live = useTickets('open');
  const found = useFoundTickets(search, !isLive);
  const query = isLive ? live : found;
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      {filters.isOverdue ? (
        <OverdueRows page={query.data} />
      ) : (
        <Found
          page={query.data}
          isSorted={filters.state === 'open'}
          paging={isLive ? null : { page, onPage }}
        />
      )}
    </>
  );
}

/** Ticks with the clocks: what becomes overdue appears. */
function OverdueRows({ page }: { readonly page: Page<Ticket> }) {
  const nowMs = useServerNow();
  const items = page.items.filter((ticket) => isOverdue(ticket.clocks, nowMs));
  return <Found page={{ items, total: items.length }} isSorted paging={null} />;
}

interface FoundProps {
  readonly page: Page<Ticket>;
  readonly isSorted: boolean;
  readonly paging: { readonly page: number; readonly onPage: (page: number) => void } | null;
}

function Found({ page: { items, total }, isSorted, paging }: FoundProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const List = isPhone ? TicketCards : TicketTable;
  const tickets = isSorted ? items.toSorted(compareTickets) : items;
  return (
    <>
      {tickets.length === 0 ? <Empty description={t('tickets.empty')} /> : <List tickets={tickets} />}
      {paging === null && total > items.length && (
        <p className="attention">{t('common.more', { count: total - items.length })}</p>
      )}
      {paging !== null && (
        <Pagination
          className="gap-above"
          align="end"
          current={paging.page}
          pageSize={FOUND_ROWS}
          total={total}
          showSizeChanger={false}
          showTotal={(count) => t('common.pageTotal', { total: count })}
          onChange={paging.onPage}
        />
      )}
    </>
  );
}

/** Priority, then whose clock ends first. */
function compareTickets(a: Ticket, b: Ticket): number {
  return (
    RANKS[b.priority] - RANKS[a.priority] ||
    toFirstDueMs(a.clocks) - toFirstDueMs(b.clocks) ||
    b.receivedAtMs - a.receivedAtMs
  );
}
