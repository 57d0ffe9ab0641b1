/** What people have shelved or taken out of service, with or without an open occurrence; what ends first stands on top. */
import { Empty, Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAlarmControls, useEquipment, useOpenAlarms } from '../api/queries.ts';
import type { AlarmControl } from '../api/types.ts';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { type AlarmFilter, hasFilter } from './alarm-address.ts';
import { createMatcher } from './alarm-filter.ts';
import { TimeLeft } from './alarm-marks.tsx';
import { ControlActions } from './control-actions.tsx';
import { NEARLY_OVER_MS } from './shelf-times.ts';

type Kind = 'shelf' | 'outOfService';

interface ControlListProps {
  readonly kind: Kind;
  readonly filter: AlarmFilter;
}

interface Row {
  readonly control: AlarmControl;
  /** Its open occurrence is active; null = it has none. */
  readonly isActive: boolean | null;
  /** Id of the open occurrence. */
  readonly occurrence: string | null;
}

export function ControlList({ kind, filter }: ControlListProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const query = useAlarmControls();
  const rows = useRows(kind, filter);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const nothing = kind === 'shelf' ? t('alarmTabs.emptyShelved') : t('alarmTabs.emptyService');
  const empty = hasFilter(filter) ? t('alarmTabs.emptyFiltered') : nothing;
  return isPhone ? (
    <ControlCards kind={kind} rows={rows} empty={empty} />
  ) : (
    <ControlTable kind={kind} rows={rows} empty={empty} />
  );
}

function useRows(kind: Kind, filter: AlarmFilter): readonly Row[] {
  const controls = useAlarmControls().data?.items;
  const open = useOpenAlarms().data?.items;
  const equipment = useEquipment().data?.items;
  return useMemo(() => {
    const register = new Map((equipment ?? []).map((one) => [one.id, one]));
    const alarms = new Map((open ?? []).map((alarm) => [alarm.key, alarm]));
    const isWanted = createMatcher(filter, register);
    return (controls ?? [])
      .filter((control) => control[kind] !== null)
      .filter(({ equipment: id, severity, text, equipmentName }) =>
        isWanted({
          equipment: id,
          severity,
          texts: [text, equipmentName],
          place: register.get(id)?.place ?? { zh: '', en: '' },
        }),
      )
      .sort((a, b) => (a[kind]?.untilMs ?? 0) - (b[kind]?.untilMs ?? 0))
      .map((control) => {
        const alarm = alarms.get(control.key);
        return { control, isActive: alarm?.isActive ?? null, occurrence: alarm?.id ?? null };
      });
  }, [controls, open, equipment, kind, filter]);
}

interface RowsProps {
  readonly kind: Kind;
  readonly rows: readonly Row[];
  readonly empty: string;
}

function ControlTable({ kind, rows, empty }: RowsProps) {
  const { t } = useTranslation();
  const columns: TableColumnsType<Row> = [
    {
      title: t('alarms.severity'),
      width: 116,
      render: (_, { control }) => <SeverityTag severity={control.severity} />,
    },
    { title: t('alarms.alarm'), render: (_, row) => <ControlName row={row} /> },
    { title: t('shelf.present'), width: 96, render: (_, row) => <Present row={row} /> },
    {
      title: kind === 'shelf' ? t('shelf.reason') : t('service.reason'),
      render: (_, { control }) => <Why control={control} kind={kind} />,
    },
    {
      title: kind === 'shelf' ? t('shelf.until') : t('service.until'),
      width: 210,
      render: (_, { control }) => <Until control={control} kind={kind} />,
    },
    { title: '', width: 150, align: 'right', render: (_, row) => <Ends row={row} /> },
  ];
  return (
    <Table<Row>
      rowKey={({ control }) => control.key}
      size="middle"
      columns={columns}
      dataSource={[...rows]}
      scroll={{ x: 1000 }}
      pagination={false}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} /> }}
      rowClassName={({ control }) => `control-row edge-${control.severity}`}
      onRow={({ control }) => testId(`control-row-${control.equipment}-${control.rule}`)}
    />
  );
}

function ControlCards({ kind, rows, empty }: RowsProps) {
  if (rows.length === 0) return <Empty description={empty} />;
  return (
    <div className="cards">
      {rows.map((row) => (
        <article
          key={row.control.key}
          className={`row-card edge-${row.control.severity}`}
          data-testid={`control-row-${row.control.equipment}-${row.control.rule}`}
        >
          <div className="row-card-head">
            <SeverityTag severity={row.control.severity} />
            <Present row={row} />
          </div>
          <ControlName row={row} />
          <Why control={row.control} kind={kind} />
          <Until control={row.control} kind={kind} />
          <div className="row-actions">
            <Ends row={row} />
          </div>
        </article>
      ))}
    </div>
  );
}

function ControlName({ row: { control, occurrence } }: { readonly row: Row }) {
  const format = useFormat();
  const { equipment, rule } = control;
  const path =
    occurrence === null
      ? `/rules/${equipment}/${rule}`
      : `/alarms/${occurrence}?tab=${control.shelf === null ? 'service' : 'shelved'}`;
  return (
    <>
      <Link className="row-link" to={path}>
        {format.text(control.text)}
      </Link>
      <div className="hint">{format.text(control.equipmentName)}</div>
    </>
  );
}

/** What hides it hides nothing here. */
function Present({ row: { isActive } }: { readonly row: Row }) {
  const { t } = useTranslation();
  return isActive === true ? (
    <span className="tag alarm-active">{t('shelf.active')}</span>
  ) : (
    <span className="tag alarm-returned">{t('shelf.normal')}</span>
  );
}

interface ControlProps {
  readonly control: AlarmControl;
  readonly kind: Kind;
}

function Why({ control, kind }: ControlProps) {
  const { t } = useTranslation();
  const toName = usePersonName();
  const { shelf, outOfService } = control;
  if (kind === 'shelf') {
    return (
      <>
        <span className="prewrap">{shelf?.reason}</span>{' '}
        {shelf?.isOneShot === true && <span className="tag">{t('shelf.oneShotTag')}</span>}
        <div className="hint">
          {t('common.pair', { name: t('shelf.by'), value: toName(shelf?.by ?? '') })}
        </div>
      </>
    );
  }
  const facts = [
    [t('service.permit'), outOfService?.permit ?? ''],
    [t('service.by'), toName(outOfService?.by ?? '')],
    [t('service.approvedBy'), toName(outOfService?.approver ?? '')],
  ] as const;
  return (
    <>
      <span className="prewrap">{outOfService?.reason}</span>{' '}
      {control.isLongOutOfService && <span className="tag clock-warned">{t('service.long')}</span>}
      <div className="hint">
        {facts.map(([name, value]) => t('common.pair', { name, value })).join(' · ')}
      </div>
    </>
  );
}

function Until({ control, kind }: ControlProps) {
  const format = useFormat();
  const untilMs = control[kind]?.untilMs ?? 0;
  return (
    <>
      {format.dateTime(untilMs)}
      <div>
        <TimeLeft untilMs={untilMs} nearMs={NEARLY_OVER_MS} />
      </div>
    </>
  );
}

function Ends({ row: { control } }: { readonly row: Row }) {
  const { equipment, rule } = control;
  return <ControlActions alarm={control} target={{ type: 'rule', equipment, rule }} isEndOnly />;
}
