/** What an equipment depends on and what depends on it, each with its state of this moment. */
import { Card } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useOpenAlarms } from '../api/queries.ts';
import type { Equipment } from '../api/types.ts';
import { compareAlarms } from '../shared/alarm-order.ts';
import { SeverityTag } from '../shared/severity-tag.tsx';
import { useFormat } from '../shared/use-format.ts';

const UPSTREAMS = ['power', 'water', 'linkage', 'link'] as const;
type Upstream = (typeof UPSTREAMS)[number];

interface Dependency {
  readonly by: Upstream;
  readonly equipment: Equipment;
}

interface DependenciesProps {
  readonly equipment: Equipment;
  readonly all: readonly Equipment[];
}

/** Nothing where the register names neither. Parts have what their equipment has. */
export function Dependencies({ equipment, all }: DependenciesProps) {
  const { t } = useTranslation();
  const above = UPSTREAMS.flatMap((by) => {
    const found = all.find(({ id }) => id === equipment.upstream[by]);
    return found === undefined ? [] : [{ by, equipment: found }];
  });
  const below = all
    .filter(({ parent }) => parent === null)
    .flatMap((other) =>
      UPSTREAMS.filter((by) => other.upstream[by] === equipment.id).map((by) => ({ by, equipment: other })),
    );
  if (above.length + below.length === 0) return null;
  return (
    <Card size="small" title={t('equipment.dependencies')} data-testid="equipment-dependencies">
      <DependencyList title={t('equipment.dependsOn')} items={above} />
      <DependencyList title={t('equipment.feeds')} items={below} />
    </Card>
  );
}

function DependencyList({ title, items }: { readonly title: string; readonly items: readonly Dependency[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (items.length === 0) return null;
  return (
    <>
      <h4 className="hint">{title}</h4>
      <ul className="plain-list dependencies">
        {items.map(({ by, equipment }) => (
          <li key={`${by} ${equipment.id}`}>
            <span className="tag">{t(`upstream.${by}`)}</span>
            <Link to={`/equipment/${equipment.id}`}>{format.text(equipment.name)}</Link>
            <WorstState equipment={equipment.id} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Of the equipment itself: what its parts have is not what it hands on. */
function WorstState({ equipment }: { readonly equipment: string }) {
  const alarms = useOpenAlarms().data?.items ?? [];
  const [worst] = alarms
    .filter((alarm) => alarm.isActive && alarm.equipment === equipment)
    .sort(compareAlarms);
  return worst === undefined ? null : <SeverityTag severity={worst.severity} />;
}
