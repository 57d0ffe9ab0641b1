/** One system of the building: its state in the head, then its equipment. */
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { isPressing, isUnacknowledged, toShownAlarm } from '../shared/alarm-order.ts';
import { SeverityIcon } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';
import { EquipmentRow } from './equipment-row.tsx';
import type { System } from './tree.ts';

interface SystemPanelProps {
  readonly system: System;
  readonly sharedPlace: string;
}

export const SystemPanel = memo(function SystemPanel({ system, sharedPlace }: SystemPanelProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { alarms, nodes } = system;
  const worst = toShownAlarm(alarms);
  const unacknowledged = alarms.filter(isUnacknowledged).length;
  return (
    <section
      className={`system ${worst === undefined ? '' : `system-${worst.severity}`} ${alarms.some(isPressing) ? 'is-pressing' : ''}`}
      data-testid={`system-${system.id}`}
    >
      <h2>
        {worst !== undefined && <SeverityIcon severity={worst.severity} />}
        {format.text(system.text)}
        <small className="hint">{t('overview.equipmentCount', { count: nodes.length })}</small>
        <span className="spread" />
        {alarms.length > 0 && (
          <small>
            {t('overview.alarmCount', { count: alarms.length })}
            {unacknowledged > 0 && t('overview.unacknowledgedCount', { count: unacknowledged })}
          </small>
        )}
      </h2>
      {nodes.map((node) => (
        <EquipmentRow key={node.equipment.id} node={node} sharedPlace={sharedPlace} />
      ))}
    </section>
  );
});
