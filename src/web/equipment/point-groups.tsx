/** All points of an equipment and its parts, live: value, quality, age; a tap shows the trend, a button writes. */
import LineChartOutlined from '@ant-design/icons/LineChartOutlined';
import { Card } from 'antd';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { PointDefinition, Severity } from '../api/types.ts';
import { readings, usePointState } from '../live/readings.ts';
import { useServerNow } from '../live/server-clock.ts';
import { type EquipmentNode, toAlarming } from '../overview/tree.ts';
import { toShownAlarm } from '../shared/alarm-order.ts';
import { isBadState, PointRemark, PointValue } from '../shared/point-value.tsx';
import { SeverityIcon, SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { WriteButton } from '../writing/write-button.tsx';
import { type PointQualityRow, type QualityMark, toMark, useEquipmentQuality } from './point-quality.ts';
import { QualityMarkTag } from './quality-facts.tsx';

/** A younger value counts as of this moment: polls and rechecks of the page lie below it. */
const RECENT_MS = 60_000;

interface PointGroupsProps {
  readonly node: EquipmentNode;
  /** Id of the point whose trend is on show; null = none. */
  readonly selected: string | null;
  readonly onSelect: (point: string) => void;
}

export function PointGroups({ node, selected, onSelect }: PointGroupsProps) {
  const { t } = useTranslation();
  // Of its own points only: those of a part are marked on the page of the part, and shown beside its trend.
  const quality = useEquipmentQuality(node.equipment.id);
  const title = t('equipment.points');
  return (
    <>
      {node.points.length > 0 && (
        <Card size="small" title={title} data-testid="equipment-points">
          <PointList node={node} selected={selected} onSelect={onSelect} quality={quality} />
        </Card>
      )}
      {node.parts.length > 0 && (
        <div className="part-cards">
          {node.parts.map((part) => (
            <PartCard key={part.equipment.id} node={part} selected={selected} onSelect={onSelect} />
          ))}
        </div>
      )}
    </>
  );
}

function PartCard(props: PointGroupsProps) {
  const format = useFormat();
  const { equipment, allAlarms } = props.node;
  const worst = toShownAlarm(allAlarms);
  return (
    <Card
      size="small"
      data-testid={`equipment-${equipment.id}`}
      title={<Link to={`/equipment/${equipment.id}`}>{format.text(equipment.name)}</Link>}
      extra={worst !== undefined && <SeverityTag severity={worst.severity} />}
    >
      <PointList {...props} />
      {props.node.parts.map((part) => (
        <PartCard key={part.equipment.id} {...props} node={part} />
      ))}
    </Card>
  );
}

interface PointListProps extends PointGroupsProps {
  /** Key: point id; left out where no marks are shown. */
  readonly quality?: ReadonlyMap<string, PointQualityRow>;
}

function PointList({ node, selected, onSelect, quality }: PointListProps) {
  const alarming = useMemo(() => toAlarming(node.alarms), [node.alarms]);
  return (
    <dl className="point-list">
      {node.points.map((point) => (
        <PointLine
          key={point.id}
          point={point}
          severity={alarming.get(point.id) ?? null}
          mark={toMark(quality?.get(point.id))}
          isSelected={point.id === selected}
          onSelect={onSelect}
        />
      ))}
    </dl>
  );
}

interface PointLineProps {
  readonly point: PointDefinition;
  readonly severity: Severity | null;
  readonly mark: QualityMark | null;
  readonly isSelected: boolean;
  readonly onSelect: (point: string) => void;
}

const PointLine = memo(function PointLine({ point, severity, mark, isSelected, onSelect }: PointLineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const state = usePointState(point.id);
  const isBad = isBadState(state);
  return (
    // The row is a shortcut; the button inside it serves the keyboard.
    <div
      className={`point point-line ${isBad ? 'is-bad' : ''} ${isSelected ? 'is-selected' : ''}`}
      data-testid={`point-${point.equipment}-${point.name}`}
      data-quality={state?.qualityCode}
      onClick={() => onSelect(point.id)}
    >
      <dt>
        <button
          type="button"
          className="point-name"
          title={t('equipment.showTrend')}
          data-testid={`trend-of-${point.equipment}-${point.name}`}
        >
          <LineChartOutlined aria-hidden /> {format.text(point.text)}
        </button>
      </dt>
      <dd className={severity === null ? '' : `is-alarming severity-text-${severity}`}>
        {severity !== null && <SeverityIcon severity={severity} />}
        <PointValue point={point} state={state} />
        <PointRemark point={point} state={state} />
        {!isBad && <PointAge point={point.id} />}
        {!(isBad && mark?.type === 'share') && <QualityMarkTag mark={mark} />}
      </dd>
      <WriteButton point={point} />
    </div>
  );
});

/** Says how old a good value is where it was not received just now. */
function PointAge({ point }: { readonly point: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ageMs = useServerNow() - (readings.get(point)?.receivedMs ?? 0);
  if (ageMs < RECENT_MS) return null;
  return (
    <span className="hint point-age figures">
      {t('duration.ago', { duration: format.wholeMinutes(ageMs) })}
    </span>
  );
}
