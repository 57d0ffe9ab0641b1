/**
 * Facts of one alarm. What it was when it raised, what the point shows now, and the severity that stands stand beside each
 * other: an alarm that stays must not hide how things are (alarms.md B8, row 15).
 */
import LineChartOutlined from '@ant-design/icons/LineChartOutlined';
import { Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePoints } from '../api/queries.ts';
import type { Alarm } from '../api/types.ts';
import { usePointState } from '../live/readings.ts';
import { usePersonName } from '../shared/person-name.ts';
import { PointRemark, PointValue } from '../shared/point-value.tsx';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { toEventText } from '../shared/to-event-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { AlarmDuration } from './alarm-duration.tsx';
import { EquipmentLink, toTrendPath } from './alarm-links.tsx';

export function AlarmFacts({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const time = (atMs: number | null): string => (atMs === null ? t('common.none') : format.dateTime(atMs));
  const items = [
    { key: 'equipment', label: t('alarms.equipment'), children: <EquipmentLink alarm={alarm} /> },
    { key: 'place', label: t('alarms.place'), children: format.text(alarm.place) },
    { key: 'value', label: t('alarms.value'), children: <RaisedValue alarm={alarm} /> },
    ...(alarm.endedAtMs === null
      ? [{ key: 'now', label: t('alarms.now'), children: <PresentValue alarm={alarm} /> }]
      : []),
    { key: 'onset', label: t('alarms.onset'), children: <Onset alarm={alarm} /> },
    { key: 'raised', label: t('alarms.raised'), children: time(alarm.raisedAtMs) },
    { key: 'returned', label: t('alarms.returned'), children: time(alarm.returnedAtMs) },
    { key: 'duration', label: t('alarms.duration'), children: <AlarmDuration alarm={alarm} /> },
    { key: 'count', label: t('alarms.count'), children: alarm.count },
    { key: 'acknowledged', label: t('alarms.acknowledge'), children: <Acknowledged alarm={alarm} /> },
    {
      key: 'rule',
      label: t('alarms.rule'),
      children: (
        <Link className="quiet-link" to={`/rules/${alarm.equipment}/${alarm.rule}`} data-testid="alarm-rule">
          {alarm.rule}
        </Link>
      ),
    },
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

function RaisedValue({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { evidence } = alarm;
  return (
    <>
      {format.text(evidence.pointName)} {format.text(evidence.valueText)}{' '}
      <Link className="quiet-link" to={toTrendPath(alarm)} data-testid="alarm-trend">
        <LineChartOutlined /> {t('alarms.trend')}
      </Link>
    </>
  );
}

/** Live value, live condition and the severity that stands. */
function PresentValue({ alarm }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const id = `${alarm.equipment}/${alarm.evidence.point}`;
  const point = usePoints().data?.items.find((one) => one.id === id);
  const state = usePointState(id);
  const isKnown = alarm.blindSinceMs === null;
  return (
    <span className="alarm-now" data-testid="alarm-now">
      {point !== undefined && (
        <span className="alarm-now-value">
          <PointValue point={point} state={state} />
        </span>
      )}
      {isKnown ? (
        <span className={`tag ${alarm.isActive ? 'alarm-active' : 'alarm-returned'}`}>
          {alarm.isActive ? t('alarms.conditionActive') : t('alarms.conditionNormal')}
        </span>
      ) : (
        <span className="tag blind">{t('alarms.blindShort')}</span>
      )}
      <span className="hint">
        {t('alarms.latchedSeverity')} <SeverityTag severity={alarm.severity} />
      </span>
      {point !== undefined && <PointRemark point={point} state={state} />}
    </span>
  );
}

/** Polled data knows an interval, not a moment. */
function Onset({ alarm: { onsetAfterMs, onsetAtMs } }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (onsetAfterMs === null || format.dateTime(onsetAfterMs) === format.dateTime(onsetAtMs))
    return format.dateTime(onsetAtMs);
  return t('alarms.onsetBetween', { from: format.dateTime(onsetAfterMs), to: format.time(onsetAtMs) });
}

function Acknowledged({ alarm: { acknowledged } }: { readonly alarm: Alarm }) {
  const { t } = useTranslation();
  const format = useFormat();
  const toName = usePersonName();
  if (acknowledged === null) return t('common.none');
  const { by, atMs, note } = acknowledged;
  const words = t('alarms.acknowledgedBy', { by: toName(by), time: format.dateTime(atMs) });
  return [words, note].filter((part) => part !== '').join(' · ');
}
