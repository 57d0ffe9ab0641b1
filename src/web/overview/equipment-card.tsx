/** One equipment with its parts: place, worst alarm, link, live points. A changed value renders its own row only. */
import DisconnectOutlined from '@ant-design/icons/DisconnectOutlined';
import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Alarm, Severity } from '../api/types.ts';
import { useBadPointCountOf } from '../live/readings.ts';
import { isUnacknowledged } from '../shared/alarm-order.ts';
import { AlarmStateTag, BlindTag, NormalTag, SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { choosePoints, type PointChoice } from './point-choice.ts';
import { PointRow } from './point-row.tsx';
import type { EquipmentNode } from './tree.ts';

/** Alarms named on a card; the others are counted. */
const NAMED_ALARMS = 3;

export const EquipmentCard = memo(function EquipmentCard({ node }: { readonly node: EquipmentNode }) {
  const format = useFormat();
  const { equipment, allAlarms, link } = node;
  const worst = allAlarms[0];
  const edge =
    worst === undefined ? '' : `edge-${worst.severity} ${isUnacknowledged(worst) ? 'is-unacknowledged' : ''}`;
  return (
    <article className={`equipment ${edge}`} data-testid={`equipment-${equipment.id}`}>
      <header className="equipment-head">
        <div>
          <h3>{format.text(equipment.name)}</h3>
          <div className="hint">
            {format.text(equipment.kindText)} · {format.text(equipment.place)}
          </div>
        </div>
        <span className="equipment-state">
          {worst === undefined ? <NormalTag /> : <SeverityTag severity={worst.severity} />}
        </span>
      </header>
      {link !== null && link.state !== 'online' && <LinkTag node={node} />}
      <AlarmLines alarms={allAlarms} />
      <Points node={node} />
      {node.parts.length > 0 && (
        <div className="parts">
          {node.parts.map((part) => (
            <Part key={part.equipment.id} node={part} />
          ))}
        </div>
      )}
    </article>
  );
});

function LinkTag({ node }: { readonly node: EquipmentNode }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (node.link === null) return null;
  return (
    <div className={`link-tag link-${node.link.state}`}>
      <DisconnectOutlined />{' '}
      {t('common.pair', { name: format.text(node.link.name), value: t(`link.${node.link.state}`) })}
    </div>
  );
}

function AlarmLines({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (alarms.length === 0) return null;
  return (
    <ul className="alarm-lines">
      {alarms.slice(0, NAMED_ALARMS).map((alarm) => (
        <li key={alarm.id}>
          <Link to={`/alarms/${alarm.id}`}>
            <span className={`severity-text-${alarm.severity}`}>{format.text(alarm.text)}</span>
          </Link>
          <AlarmStateTag state={alarm.state} />
          {alarm.blindSinceMs !== null && <BlindTag sinceMs={alarm.blindSinceMs} />}
        </li>
      ))}
      {alarms.length > NAMED_ALARMS && (
        <li>
          <Link to="/alarms">{t('common.more', { count: alarms.length - NAMED_ALARMS })}</Link>
        </li>
      )}
    </ul>
  );
}

/** All points of the equipment itself; of a part those that matter first, where it has many. */
function Points({ node }: { readonly node: EquipmentNode }) {
  const [isOpen, setOpen] = useState(false);
  const alarming = useMemo(() => toAlarming(node.alarms), [node.alarms]);
  if (node.points.length === 0) return null;
  const isPart = node.equipment.parent !== null;
  const choice = isPart ? choosePoints(node.points, alarming) : { shown: node.points, folded: [] };
  return (
    <>
      <dl className="points">
        {(isOpen ? node.points : choice.shown).map((point) => (
          <PointRow key={point.id} point={point} severity={alarming.get(point.id) ?? null} />
        ))}
      </dl>
      {choice.folded.length > 0 && (
        <FoldButton
          folded={choice.folded}
          isOpen={isOpen}
          equipment={node.equipment.id}
          onToggle={() => setOpen(!isOpen)}
        />
      )}
    </>
  );
}

/** Key: point id; value: the worst severity of its active alarms. @param alarms worst first. */
function toAlarming(alarms: readonly Alarm[]): ReadonlyMap<string, Severity> {
  const active = alarms.filter((alarm) => alarm.isActive).toReversed();
  return new Map(
    active.map(({ equipment, evidence, severity }) => [`${equipment}/${evidence.point}`, severity]),
  );
}

interface FoldButtonProps extends Pick<PointChoice, 'folded'> {
  readonly isOpen: boolean;
  readonly equipment: string;
  readonly onToggle: () => void;
}

/** Says how many of the hidden points are bad: what is folded away must not hide that. */
function FoldButton({ folded, isOpen, equipment, onToggle }: FoldButtonProps) {
  const { t } = useTranslation();
  const bad = useBadPointCountOf(folded);
  const count = folded.length;
  return (
    <button
      type="button"
      className="fold"
      aria-expanded={isOpen}
      data-testid={`points-fold-${equipment}`}
      onClick={onToggle}
    >
      {isOpen ? t('overview.foldPoints') : t('overview.morePoints', { count })}
      {!isOpen && bad > 0 && <span className="bad-reason">{t('overview.moreBad', { count: bad })}</span>}
    </button>
  );
}

function Part({ node }: { readonly node: EquipmentNode }) {
  const format = useFormat();
  const worst = node.allAlarms[0];
  return (
    <section className="part" data-testid={`equipment-${node.equipment.id}`}>
      <h4>
        {format.text(node.equipment.name)}
        {worst !== undefined && <SeverityTag severity={worst.severity} />}
      </h4>
      <Points node={node} />
      {node.parts.map((part) => (
        <Part key={part.equipment.id} node={part} />
      ))}
    </section>
  );
}
