/** The building at a glance: figures, links, then every equipment by system with its live points. */
import { Empty, Input, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, useLinks, useOpenAlarms, usePoints } from '../api/queries.ts';
import type { Alarm, Equipment, LinkStatus, PointDefinition } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { EquipmentCard } from './equipment-card.tsx';
import { Figures } from './figures.tsx';
import { LinkStrip } from './link-strip.tsx';
import { filterSystems, toSystems } from './tree.ts';

const NO_ALARMS: readonly Alarm[] = [];
const NO_LINKS: readonly LinkStatus[] = [];

export function OverviewPage() {
  const equipment = useEquipment();
  const points = usePoints();
  const error = equipment.error ?? points.error;
  return (
    <>
      <Figures />
      <LinkStrip />
      {error !== null && (
        <QueryState error={error} onRetry={() => void Promise.all([equipment.refetch(), points.refetch()])} />
      )}
      {equipment.data === undefined || points.data === undefined ? (
        error === null && <QueryState error={null} onRetry={() => undefined} />
      ) : (
        <Systems equipment={equipment.data.items} points={points.data.items} />
      )}
    </>
  );
}

interface SystemsProps {
  readonly equipment: readonly Equipment[];
  readonly points: readonly PointDefinition[];
}

function Systems({ equipment, points }: SystemsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [search, setSearch] = useState('');
  const [scope, setScope] = useState<'all' | 'alarms'>('all');
  const alarms = useOpenAlarms().data?.items ?? NO_ALARMS;
  const links = useLinks().data?.items ?? NO_LINKS;
  const systems = useMemo(
    () => toSystems(equipment, points, alarms, links),
    [equipment, points, alarms, links],
  );
  const shown = filterSystems(systems, { search, hasAlarmOnly: scope === 'alarms' });
  return (
    <>
      <div className="toolbar">
        <Segmented
          value={scope}
          onChange={setScope}
          options={[
            { value: 'all', label: t('overview.filterAll') },
            { value: 'alarms', label: t('overview.filterAlarms') },
          ]}
        />
        <Input.Search
          allowClear
          className="search"
          placeholder={t('overview.search')}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      {shown.length === 0 && <Empty description={t('overview.noEquipment')} />}
      <div className="systems">
        {shown.map((system) => (
          <section key={system.id} className={`system ${system.nodes.length > 1 ? 'system-wide' : ''}`}>
            <h2>
              {format.text(system.text)}
              <small className="hint">
                {t('overview.systemSummary', { equipment: system.nodes.length, alarms: system.alarmCount })}
              </small>
            </h2>
            <div className="equipment-grid">
              {system.nodes.map((node) => (
                <EquipmentCard key={node.equipment.id} node={node} />
              ))}
            </div>
          </section>
        ))}
      </div>
    </>
  );
}
