/** The building at a glance: figures, links, then every system with its equipment, always at the same place. */
import { Empty, Input, Segmented } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, useLinks, useOpenAlarms, usePoints } from '../api/queries.ts';
import type { Alarm, Equipment, LinkStatus, PointDefinition } from '../api/types.ts';
import { QueryState } from '../shared/query-state.tsx';
import { toSharedWords } from '../shared/short-text.ts';
import { useFormat } from '../shared/use-format.ts';
import { toColumns } from './columns.ts';
import { Figures } from './figures.tsx';
import { LinkStrip } from './link-strip.tsx';
import { SystemPanel } from './system-panel.tsx';
import { filterSystems, toSystems } from './tree.ts';
import { useColumnCount } from './use-column-count.ts';

const NO_ALARMS: readonly Alarm[] = [];
const NO_LINKS: readonly LinkStatus[] = [];

type Scope = 'all' | 'alarms';

export function OverviewPage() {
  const equipment = useEquipment();
  const points = usePoints();
  const error = equipment.error ?? points.error;
  const [search, setSearch] = useState('');
  const [scope, setScope] = useState<Scope>('all');
  return (
    <>
      <Figures />
      <div className="overview-bar">
        <LinkStrip />
        <Filter scope={scope} onScope={setScope} onSearch={setSearch} />
      </div>
      {error !== null && (
        <QueryState error={error} onRetry={() => void Promise.all([equipment.refetch(), points.refetch()])} />
      )}
      {equipment.data === undefined || points.data === undefined ? (
        error === null && <QueryState error={null} onRetry={() => undefined} />
      ) : (
        <Systems
          equipment={equipment.data.items}
          points={points.data.items}
          search={search}
          hasAlarmOnly={scope === 'alarms'}
        />
      )}
    </>
  );
}

interface FilterProps {
  readonly scope: Scope;
  readonly onScope: (scope: Scope) => void;
  readonly onSearch: (search: string) => void;
}

function Filter({ scope, onScope, onSearch }: FilterProps) {
  const { t } = useTranslation();
  return (
    <div className="overview-filter">
      <Segmented
        value={scope}
        onChange={onScope}
        data-testid="overview-scope"
        options={[
          { value: 'all', label: t('overview.filterAll') },
          { value: 'alarms', label: t('overview.filterAlarms') },
        ]}
      />
      <Input
        allowClear
        className="search"
        placeholder={t('overview.search')}
        data-testid="overview-search"
        onChange={(event) => onSearch(event.target.value)}
      />
    </div>
  );
}

interface SystemsProps {
  readonly equipment: readonly Equipment[];
  readonly points: readonly PointDefinition[];
  readonly search: string;
  readonly hasAlarmOnly: boolean;
}

function Systems({ equipment, points, search, hasAlarmOnly }: SystemsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const columnCount = useColumnCount();
  const alarms = useOpenAlarms().data?.items ?? NO_ALARMS;
  const links = useLinks().data?.items ?? NO_LINKS;
  const systems = useMemo(
    () => toSystems(equipment, points, alarms, links),
    [equipment, points, alarms, links],
  );
  const sharedPlace = useMemo(() => {
    const places = equipment.map(({ place }) => format.text(place)).filter((place) => place !== '');
    return toSharedWords(places.map((place) => `${place} `));
  }, [equipment, format]);
  const shown = filterSystems(systems, { search, hasAlarmOnly });
  if (shown.length === 0) return <Empty description={t('overview.noEquipment')} />;
  return (
    <div className="systems" style={{ gridTemplateColumns: `repeat(${columnCount}, minmax(0, 1fr))` }}>
      {toColumns(shown, columnCount).map((column) => (
        <div key={column[0]?.id} className="systems-column">
          {column.map((system) => (
            <SystemPanel key={system.id} system={system} sharedPlace={sharedPlace} />
          ))}
        </div>
      ))}
    </div>
  );
}
