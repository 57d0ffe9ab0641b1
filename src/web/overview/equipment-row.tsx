/** One equipment on the overview: name, place, worst alarm or state, key points, parts as tiles. Leads to its page. */
import DisconnectOutlined from '@ant-design/icons/DisconnectOutlined';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Alarm, PointDefinition } from '../api/types.ts';
import { useMissingPointCountOf } from '../live/readings.ts';
import { isPressing, toShownAlarm } from '../shared/alarm-order.ts';
import { CauseNote } from '../shared/cause-note.tsx';
import { DrillMark } from '../shared/drill-tag.tsx';
import { AlarmStateTag, BlindTag, NormalTag, SeverityIcon } from '../shared/severity-tag.tsx';
import { toShortNames } from '../shared/short-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { LockOutTag, PartLockOutTag } from '../writing/lock-out-tag.tsx';
import { toTilesPerRow } from './columns.ts';
import { PartTile } from './part-tile.tsx';
import { PointCell } from './point-cell.tsx';
import { chooseKeyPoints } from './point-choice.ts';
import { type EquipmentNode, toAlarming, toAllPoints } from './tree.ts';

interface EquipmentRowProps {
  readonly node: EquipmentNode;
  /** What all places of the site begin with: `Demo Tower `. */
  readonly sharedPlace: string;
}

export const EquipmentRow = memo(function EquipmentRow({ node, sharedPlace }: EquipmentRowProps) {
  const format = useFormat();
  const { equipment, allAlarms } = node;
  const worst = toShownAlarm(allAlarms);
  const place = format.text(equipment.place);
  const edge =
    worst === undefined ? '' : `edge-${worst.severity} ${allAlarms.some(isPressing) ? 'is-pressing' : ''}`;
  return (
    <article className={`equipment row-card ${edge}`} data-testid={`equipment-${equipment.id}`}>
      <header className="equipment-head">
        <Link
          className="row-link equipment-name"
          to={`/equipment/${equipment.id}`}
          title={`${format.text(equipment.name)} · ${place}`}
        >
          {format.text(equipment.name)}
        </Link>
        <Tags node={node} />
        <span className={`hint equipment-place ${worst === undefined ? '' : 'is-alarming'}`}>
          {place.startsWith(sharedPlace) ? place.slice(sharedPlace.length) : place}
        </span>
        <span className="equipment-state">
          <State node={node} worst={worst} />
        </span>
      </header>
      <KeyPoints node={node} />
      {node.parts.length > 0 && <Tiles parts={node.parts} />}
    </article>
  );
});

/** Its own tag, else the tags of its parts. */
function Tags({ node }: { readonly node: EquipmentNode }) {
  const format = useFormat();
  const { lockOut } = node.equipment;
  if (lockOut !== null) return <LockOutTag lockOut={lockOut} />;
  const tagged = node.parts.filter(({ equipment }) => equipment.lockOut !== null);
  if (tagged.length === 0) return null;
  return <PartLockOutTag names={tagged.map(({ equipment }) => format.text(equipment.name))} />;
}

/** One alarm in full, the others counted; else whether all its data are there. */
function State({ node, worst }: { readonly node: EquipmentNode; readonly worst: Alarm | undefined }) {
  if (worst === undefined) return <DataState node={node} />;
  return <WorstAlarm alarm={worst} others={node.allAlarms.length - 1} equipment={node.equipment.id} />;
}

interface WorstAlarmProps {
  readonly alarm: Alarm;
  readonly others: number;
  readonly equipment: string;
}

function WorstAlarm({ alarm, others, equipment }: WorstAlarmProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="alarm-lines">
      <span className={`severity-text-${alarm.severity}`}>
        <SeverityIcon severity={alarm.severity} />
      </span>
      <Link to={`/alarms/${alarm.id}`} title={format.text(alarm.text)} className="alarm-text">
        <span className={`severity-text-${alarm.severity}`}>{format.text(alarm.text)}</span>
      </Link>
      {alarm.isActive && alarm.explainedBy !== null ? (
        <CauseNote alarm={alarm} isShort />
      ) : (
        <AlarmStateTag state={alarm.state} isShort />
      )}
      <DrillMark alarm={alarm} />
      {alarm.blindSinceMs !== null && <BlindTag sinceMs={alarm.blindSinceMs} />}
      {others > 0 && (
        <Link
          to={`/equipment/${equipment}`}
          className="more"
          title={t('overview.otherAlarms', { count: others })}
        >
          +{others}
        </Link>
      )}
    </span>
  );
}

function DataState({ node }: { readonly node: EquipmentNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  const points = useMemo(() => toAllPoints(node), [node]);
  const missing = useMissingPointCountOf(points);
  if (node.link !== null && node.link.state !== 'online' && node.link.state !== 'degraded') {
    return (
      <span className="tag blind" title={format.text(node.link.name)}>
        <DisconnectOutlined /> {t(`link.${node.link.state}`)}
      </span>
    );
  }
  if (missing === 0) return <NormalTag />;
  return (
    <span className="tag blind">
      <DisconnectOutlined /> {t('overview.missingPoints', { count: missing })}
    </span>
  );
}

function KeyPoints({ node }: { readonly node: EquipmentNode }) {
  const keyPoints: readonly PointDefinition[] = useMemo(() => chooseKeyPoints(node.points), [node.points]);
  const alarming = useMemo(() => toAlarming(node.alarms), [node.alarms]);
  if (keyPoints.length === 0) return null;
  return (
    <dl className="cells">
      {keyPoints.map((point) => (
        <PointCell key={point.id} point={point} severity={alarming.get(point.id) ?? null} />
      ))}
    </dl>
  );
}

/** Parts of one kind together, their kind named once. */
function Tiles({ parts }: { readonly parts: readonly EquipmentNode[] }) {
  const format = useFormat();
  const groups = [...Map.groupBy(parts, ({ equipment }) => equipment.kind)];
  return groups.map(([kind, nodes]) => {
    const names = toShortNames(nodes.map(({ equipment }) => format.text(equipment.name)));
    const [first] = nodes;
    return (
      <div key={kind} className={`tiles tiles-${toTilesPerRow(nodes.length)}`}>
        <span className="hint tiles-kind">
          {first !== undefined && format.text(first.equipment.kindText)}
        </span>
        {nodes.map((node, at) => (
          <PartTile key={node.equipment.id} node={node} shortName={names[at] ?? ''} />
        ))}
      </div>
    );
  });
}
