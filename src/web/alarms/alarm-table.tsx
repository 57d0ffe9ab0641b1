/** Alarms as a table, for the desk: order and folding are the caller's. Long lists show only the rows in the window. */
import { Empty, Table, type TableColumnsType, type TableProps } from 'antd';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alarm } from '../api/types.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { CauseNote, TicketDue } from '../shared/cause-note.tsx';
import { AlarmStateTag, SeverityTag } from '../shared/severity-tag.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { AlarmDuration } from './alarm-duration.tsx';
import { AlarmLink, EquipmentLink, TicketLink, useOpenAlarm } from './alarm-links.tsx';
import { AlarmMarks, HidingNote } from './alarm-marks.tsx';
import { type AlarmRow, isBulkable } from './alarm-rows.ts';
import { useFreshAlarms } from './announcer.tsx';
import { RootTag, StormActions, StormHead } from './storm-row.tsx';
import { useTableHeight } from './use-table-height.ts';

export interface AlarmListProps {
  readonly rows: readonly AlarmRow[];
  readonly empty: string;
  /** What is chosen for a bulk acknowledgement; null = nothing can be chosen. */
  readonly selection: Selection | null;
  readonly onFold: (storm: string, isOpen: boolean) => void;
}

export interface Selection {
  /** Ids of occurrences. */
  readonly ids: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}

/** From here on only the rows in the window are made; below it every row is there to be found by the browser's search. */
const VIRTUAL_ABOVE = 150;
const WIDTH = 1180;
/** Columns of a storm's row that its head spans. */
const STORM_SPAN = 6;

export function AlarmTable(props: AlarmListProps) {
  const open = useOpenAlarm();
  return <Rows {...props} onOpen={open} />;
}

interface RowsProps extends AlarmListProps {
  /** Never another function: the rows must not be made again because an alarm has been opened. */
  readonly onOpen: (id: string) => void;
}

const Rows = memo(function Rows({ rows, empty, selection, onFold, onOpen }: RowsProps) {
  const isFresh = useFreshAlarms();
  const columns = useColumns(onFold);
  const dataSource = useMemo(() => [...rows], [rows]);
  const isVirtual = rows.length > VIRTUAL_ABOVE;
  const { ref, heightPx } = useTableHeight();
  const rowSelection = useRowSelection(selection);
  return (
    <div ref={ref} data-testid="alarm-table" data-virtual={isVirtual}>
      <Table<AlarmRow>
        rowKey="key"
        size="middle"
        className="alarm-table"
        columns={columns}
        dataSource={dataSource}
        virtual={isVirtual}
        scroll={isVirtual ? { x: WIDTH, y: heightPx } : { x: WIDTH }}
        pagination={false}
        {...(rowSelection !== null && { rowSelection })}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> }}
        rowClassName={(row) =>
          row.type === 'storm'
            ? `alarm-row storm-row edge-${row.severity}`
            : `${toRowClass(row.alarm, isFresh(row.alarm.id))} role-${row.role}`
        }
        onRow={(row) =>
          row.type === 'storm'
            ? { onClick: () => onFold(row.storm, !row.isOpen), ...testId(`storm-row-${row.storm}`) }
            : {
                onClick: () => onOpen(row.alarm.id),
                ...testId(`alarm-row-${row.alarm.id}`),
              }
        }
      />
    </div>
  );
});

type RowSelection = NonNullable<TableProps<AlarmRow>['rowSelection']>;

function useRowSelection(selection: Selection | null): RowSelection | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (selection === null) return null;
  return {
    selectedRowKeys: [...selection.ids],
    onChange: (_, chosen) =>
      selection.onChange(chosen.flatMap((row) => (row.type === 'alarm' ? [row.alarm.id] : []))),
    columnWidth: 48,
    getTitleCheckboxProps: () => ({ 'aria-label': t('bulk.selectAll') }),
    getCheckboxProps: (row) =>
      row.type === 'storm'
        ? { disabled: true }
        : {
            disabled: !isBulkable(row.alarm),
            'aria-label': t('bulk.select', { name: format.text(row.alarm.text) }),
            ...(row.alarm.severity === 'life-safety' && { title: t('bulk.lifeSafetyOnly') }),
            ...testId(`alarm-select-${row.alarm.id}`),
          },
    renderCell: (_, row, __, node) => (row.type === 'storm' ? null : node),
    onCell: () => ({ onClick: (event) => event.stopPropagation() }),
  };
}

function useColumns(onFold: AlarmListProps['onFold']): TableColumnsType<AlarmRow> {
  const { t } = useTranslation();
  const format = useFormat();
  return useMemo(() => {
    /** A cell of an alarm; in the row of a storm it is part of the head. */
    const ofAlarm = (render: (alarm: Alarm) => React.ReactNode) => ({
      render: (_: unknown, row: AlarmRow) => (row.type === 'alarm' ? render(row.alarm) : null),
      onCell: (row: AlarmRow) => (row.type === 'storm' ? { colSpan: 0 } : {}),
    });
    return [
      {
        title: t('alarms.severity'),
        width: 116,
        render: (_, row) =>
          row.type === 'storm' ? (
            <StormHead row={row} onFold={onFold} />
          ) : (
            <SeverityTag severity={row.alarm.severity} />
          ),
        onCell: (row) => (row.type === 'storm' ? { colSpan: STORM_SPAN } : {}),
      },
      { title: t('alarms.state'), width: 176, ...ofAlarm((alarm) => <AlarmStateTag state={alarm.state} />) },
      {
        title: t('alarms.alarm'),
        render: (_, row) => row.type === 'alarm' && <AlarmWords row={row} />,
        onCell: (row) => (row.type === 'storm' ? { colSpan: 0 } : {}),
      },
      {
        title: t('alarms.value'),
        width: 140,
        ...ofAlarm((alarm) => format.text(alarm.evidence.valueText)),
      },
      { title: t('alarms.raised'), width: 140, ...ofAlarm((alarm) => format.dateTime(alarm.raisedAtMs)) },
      { title: t('alarms.duration'), width: 132, ...ofAlarm((alarm) => <AlarmDuration alarm={alarm} />) },
      {
        title: t('alarms.count'),
        width: 60,
        align: 'right',
        render: (_, row) => (row.type === 'alarm' ? row.alarm.count : row.members.length),
      },
      {
        title: '',
        width: 208,
        align: 'right',
        render: (_, row) => (
          <span className="row-actions">
            {row.type === 'storm' ? (
              <StormActions members={row.members} />
            ) : (
              <>
                <TicketLink alarm={row.alarm} />
                <AcknowledgeButton alarm={row.alarm} />
              </>
            )}
          </span>
        ),
      },
    ];
  }, [t, format, onFold]);
}

function AlarmWords({ row: { alarm, role } }: { readonly row: AlarmRow & { readonly type: 'alarm' } }) {
  const format = useFormat();
  return (
    <>
      {role === 'root' && <RootTag />} <AlarmLink alarm={alarm} /> <AlarmMarks alarm={alarm} />
      <div className="hint alarm-source">
        <EquipmentLink alarm={alarm} /> · {format.text(alarm.place)}
        <CauseNote alarm={alarm} />
        <TicketDue alarm={alarm} />
        <HidingNote alarm={alarm} />
      </div>
    </>
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
