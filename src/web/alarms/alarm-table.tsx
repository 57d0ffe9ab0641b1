/** Alarms as a table, for the desk. Order is the caller's. */
import { Empty, Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Alarm } from '../api/types.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { CauseNote, TicketDue } from '../shared/cause-note.tsx';
import { AlarmStateTag, BlindTag, SeverityTag } from '../shared/severity-tag.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { AlarmDuration } from './alarm-duration.tsx';
import { useFreshAlarms } from './announcer.tsx';

export interface AlarmListProps {
  readonly alarms: readonly Alarm[];
  readonly empty: string;
}

const VISIBLE_ROWS = 100;

export function AlarmTable({ alarms, empty }: AlarmListProps) {
  const navigate = useNavigate();
  const isFresh = useFreshAlarms();
  const columns = useColumns();
  return (
    <Table<Alarm>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={[...alarms]}
      scroll={{ x: 1140 }}
      pagination={alarms.length > VISIBLE_ROWS ? { pageSize: VISIBLE_ROWS, showSizeChanger: false } : false}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> }}
      rowClassName={(alarm) => toRowClass(alarm, isFresh(alarm.id))}
      onRow={(alarm) => ({
        onClick: () => void navigate(`/alarms/${alarm.id}`),
        ...testId(`alarm-row-${alarm.id}`),
      })}
    />
  );
}

function useColumns(): TableColumnsType<Alarm> {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(
    () => [
      {
        title: t('alarms.severity'),
        width: 116,
        render: (_, alarm) => <SeverityTag severity={alarm.severity} />,
      },
      { title: t('alarms.state'), width: 176, render: (_, alarm) => <AlarmStateTag state={alarm.state} /> },
      {
        title: t('alarms.alarm'),
        render: (_, alarm) => (
          <>
            <AlarmLink alarm={alarm} />{' '}
            {alarm.blindSinceMs !== null && <BlindTag sinceMs={alarm.blindSinceMs} />}
            <div className="hint alarm-source">
              <EquipmentLink alarm={alarm} /> · {format.text(alarm.place)}
              <CauseNote alarm={alarm} />
              <TicketDue alarm={alarm} />
            </div>
          </>
        ),
      },
      { title: t('alarms.value'), width: 140, render: (_, alarm) => format.text(alarm.evidence.valueText) },
      { title: t('alarms.raised'), width: 140, render: (_, alarm) => format.dateTime(alarm.raisedAtMs) },
      { title: t('alarms.duration'), width: 132, render: (_, alarm) => <AlarmDuration alarm={alarm} /> },
      { title: t('alarms.count'), width: 72, align: 'right', render: (_, alarm) => alarm.count },
      {
        title: '',
        width: 232,
        align: 'right',
        render: (_, alarm) => (
          <span className="row-actions">
            <TicketLink alarm={alarm} />
            <AcknowledgeButton alarm={alarm} />
          </span>
        ),
      },
    ],
    [t, format],
  );
}

/** The alarm's text, leading to its details also by keyboard. */
export function AlarmLink({ alarm }: { readonly alarm: Alarm }) {
  const format = useFormat();
  return (
    <Link className="row-link" to={`/alarms/${alarm.id}`} onClick={(event) => event.stopPropagation()}>
      {format.text(alarm.text)}
    </Link>
  );
}

/** The equipment's name, leading to its page with the point that raised. */
export function EquipmentLink({ alarm }: { readonly alarm: Alarm }) {
  const format = useFormat();
  return (
    <Link
      className="quiet-link"
      to={toTrendPath(alarm)}
      data-testid={`alarm-equipment-${alarm.id}`}
      onClick={(event) => event.stopPropagation()}
    >
      {format.text(alarm.equipmentName)}
    </Link>
  );
}

/** Page of the alarm's equipment, the trend of the point that raised on show. */
export function toTrendPath({ equipment, evidence }: Pick<Alarm, 'equipment' | 'evidence'>): string {
  return `/equipment/${equipment}?point=${encodeURIComponent(`${equipment}/${evidence.point}`)}`;
}

/** Link to the alarm's ticket; nothing where the alarm has none. */
export function TicketLink({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  if (alarm.ticket === null) return null;
  return (
    <Link
      to={`/tickets/${alarm.ticket}`}
      data-testid={`alarm-ticket-${alarm.id}`}
      onClick={(event) => event.stopPropagation()}
    >
      {t('alarms.openTicket')}
    </Link>
  );
}

export function toRowClass(alarm: Alarm, isFresh: boolean): string {
  return [
    'alarm-row',
    `edge-${alarm.severity}`,
    isUnacknowledged(alarm) ? 'is-unacknowledged' : '',
    alarm.endedAtMs === null ? '' : 'is-ended',
    isFresh ? 'is-fresh' : '',
  ].join(' ');
}
