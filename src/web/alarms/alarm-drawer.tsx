/** One alarm in full, with its history. */
import LineChartOutlined from '@ant-design/icons/LineChartOutlined';
import { Alert, Descriptions, Drawer, Timeline } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAlarm, useAlarmHistory, useRule } from '../api/queries.ts';
import type { Alarm } from '../api/types.ts';
import { CauseNote, TicketDue } from '../shared/cause-note.tsx';
import { usePersonName } from '../shared/person-name.ts';
import { QueryState } from '../shared/query-state.tsx';
import { AlarmStateTag, SeverityTag } from '../shared/severity-tag.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { AcknowledgeButton } from './acknowledge-button.tsx';
import { AlarmDuration } from './alarm-duration.tsx';
import { EquipmentLink, TicketLink, toTrendPath } from './alarm-table.tsx';

/** Narrower windows give it their whole width. */
const WIDTH = 'min(560px, 100vw)';

export function AlarmDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const query = useAlarm(id);
  return (
    <Drawer open size={WIDTH} title={t('alarms.details')} onClose={onClose} data-testid="alarm-drawer">
      {query.data === undefined ? (
        <QueryState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <AlarmDetails alarm={query.data} />
      )}
    </Drawer>
  );
}

function AlarmDetails({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <div className="row-card-head">
        <SeverityTag severity={alarm.severity} />
        <AlarmStateTag state={alarm.state} />
        <span className="spread" />
        <TicketLink alarm={alarm} />
        <AcknowledgeButton alarm={alarm} />
      </div>
      <h2 className="drawer-title">{format.text(alarm.text)}</h2>
      {alarm.blindSinceMs !== null && (
        <Alert
          className="gap-below"
          type="warning"
          showIcon
          title={t('alarms.blind', { time: format.dateTime(alarm.blindSinceMs) })}
        />
      )}
      <Cause alarm={alarm} />
      <Guidance equipment={alarm.equipment} rule={alarm.rule} />
      <Facts alarm={alarm} />
      <h3 className="drawer-title">{t('alarms.history')}</h3>
      <History id={alarm.id} />
    </>
  );
}

function Cause({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  if (alarm.explainedBy === null) return <TicketDue alarm={alarm} />;
  const isSettling = alarm.ticketDueAtMs !== null;
  return (
    <Alert
      className="gap-below"
      type="info"
      showIcon
      data-testid="alarm-cause"
      title={<CauseNote alarm={alarm} />}
      description={isSettling ? <TicketDue alarm={alarm} /> : t('alarms.noTicketHelp')}
    />
  );
}

/** What the rule says is to be done; nothing while it is not known, or where the rule is no more. */
function Guidance({ equipment, rule }: { readonly equipment: string; readonly rule: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const guidance = useRule(equipment, rule).data?.guidance;
  if (guidance == null) return null;
  return (
    <Alert
      className="gap-below"
      type="info"
      title={t('alarms.guidance')}
      description={<span className="prewrap">{format.text(guidance)}</span>}
      data-testid="alarm-guidance"
    />
  );
}

function Facts({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const { acknowledged, evidence } = alarm;
  const time = (atMs: number | null) => (atMs === null ? t('common.none') : format.dateTime(atMs));
  const items = [
    { key: 'equipment', label: t('alarms.equipment'), children: <EquipmentLink alarm={alarm} /> },
    { key: 'place', label: t('alarms.place'), children: format.text(alarm.place) },
    {
      key: 'value',
      label: t('alarms.value'),
      children: (
        <>
          {format.text(evidence.pointName)} {format.text(evidence.valueText)}{' '}
          <Link className="quiet-link" to={toTrendPath(alarm)} data-testid="alarm-trend">
            <LineChartOutlined /> {t('alarms.trend')}
          </Link>
        </>
      ),
    },
    { key: 'onset', label: t('alarms.onset'), children: time(alarm.onsetAtMs) },
    { key: 'raised', label: t('alarms.raised'), children: time(alarm.raisedAtMs) },
    { key: 'returned', label: t('alarms.returned'), children: time(alarm.returnedAtMs) },
    { key: 'duration', label: t('alarms.duration'), children: <AlarmDuration alarm={alarm} /> },
    { key: 'count', label: t('alarms.count'), children: alarm.count },
    {
      key: 'acknowledged',
      label: t('alarms.acknowledge'),
      children:
        acknowledged === null
          ? t('common.none')
          : [
              t('alarms.acknowledgedBy', { by: toName(acknowledged.by), time: time(acknowledged.atMs) }),
              acknowledged.note,
            ]
              .filter((part) => part !== '')
              .join(' · '),
    },
    { key: 'rule', label: t('alarms.rule'), children: alarm.rule },
    ...(alarm.endedAtMs === null
      ? []
      : [
          {
            key: 'ended',
            label: t('alarms.ended'),
            children: `${time(alarm.endedAtMs)} ${toEventText(t, 'endReason', alarm.endReason ?? '')}`,
          },
        ]),
  ];
  return <Descriptions bordered size="small" column={1} items={items} />;
}

function History({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  const query = useAlarmHistory(id);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Timeline
      items={query.data.map((entry, index) => ({
        key: index,
        content: (
          <>
            <b>{toEventText(t, 'alarmEvent', entry.type)}</b>{' '}
            <span className="hint">
              {format.dateTime(entry.atMs)} {toName(entry.by)}
            </span>
            {entry.note !== '' && <div>{entry.note}</div>}
          </>
        ),
      }))}
    />
  );
}
