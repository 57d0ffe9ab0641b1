/** Tickets as a table and as cards. Order is the caller's. */
import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Ticket } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { PressingClock } from './clock-view.tsx';
import { PriorityTag, StageTag, TicketMarks } from './ticket-tags.tsx';

interface TicketRowsProps {
  readonly tickets: readonly Ticket[];
}

const VISIBLE_ROWS = 100;

export function TicketTable({ tickets }: TicketRowsProps) {
  const navigate = useNavigate();
  const columns = useColumns();
  return (
    <Table<Ticket>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={[...tickets]}
      scroll={{ x: 1120 }}
      pagination={tickets.length > VISIBLE_ROWS ? { pageSize: VISIBLE_ROWS, showSizeChanger: false } : false}
      rowClassName="ticket-row"
      onRow={(ticket) => ({
        onClick: () => void navigate(`/tickets/${ticket.id}`),
        ...testId(`ticket-row-${ticket.number}`),
      })}
    />
  );
}

function useColumns(): TableColumnsType<Ticket> {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        title: t('tickets.number'),
        width: 156,
        render: (_, ticket) => (
          <Link className="figures" to={`/tickets/${ticket.id}`} onClick={(event) => event.stopPropagation()}>
            {ticket.number}
          </Link>
        ),
      },
      {
        title: t('tickets.priority'),
        width: 108,
        render: (_, ticket) => <PriorityTag priority={ticket.priority} />,
      },
      { title: t('tickets.class'), width: 92, render: (_, ticket) => t(`class.${ticket.class}`) },
      { title: t('tickets.stage'), width: 112, render: (_, ticket) => <StageTag stage={ticket.stage} /> },
      {
        title: t('tickets.content'),
        render: (_, ticket) => (
          <>
            <b>{format.text(ticket.content)}</b> <TicketMarks ticket={ticket} />
            <div className="hint">{format.text(ticket.place)}</div>
          </>
        ),
      },
      { title: t('tickets.assignee'), width: 124, render: (_, ticket) => <Assignee ticket={ticket} /> },
      { title: t('tickets.clock'), width: 220, render: (_, ticket) => <PressingClock ticket={ticket} /> },
      {
        title: t('tickets.received'),
        width: 136,
        render: (_, ticket) => format.dateTime(ticket.receivedAtMs),
      },
    ],
    [t, format],
  );
}

export function TicketCards({ tickets }: TicketRowsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div className="cards">
      {tickets.map((ticket) => (
        <Link
          key={ticket.id}
          to={`/tickets/${ticket.id}`}
          className={`row-card ticket-card edge-${ticket.priority}`}
          data-testid={`ticket-row-${ticket.number}`}
        >
          <div className="row-card-head">
            <PriorityTag priority={ticket.priority} />
            <StageTag stage={ticket.stage} />
            <TicketMarks ticket={ticket} />
          </div>
          <b>{format.text(ticket.content)}</b>
          <div className="hint">{format.text(ticket.place)}</div>
          <PressingClock ticket={ticket} />
          <div className="hint figures">
            {ticket.number} · {t(`class.${ticket.class}`)} · <Assignee ticket={ticket} />
          </div>
        </Link>
      ))}
    </div>
  );
}

/** Who has it, else who is to take it, else that the desk must decide. */
export function Assignee({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useTranslation();
  const toName = usePersonName();
  const name = ticket.takenBy ?? ticket.assignee;
  return name === null ? <span className="attention">{t('tickets.unassigned')}</span> : <>{toName(name)}</>;
}
