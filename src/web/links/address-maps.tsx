/** Address maps of a link: all of them where they are few, else one after choice; the troubled ones first. */
import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AddressGrid } from './address-grid.tsx';
import type { AddressMap, AddressUse } from './address-map.ts';
import { useDeviceName, useTableName } from './use-names.ts';

/** So many are drawn at once. */
const MAX_AT_ONCE = 3;
const USES = ['used', 'along', 'refused'] as const satisfies readonly AddressUse[];

export function AddressMaps({ maps }: { readonly maps: readonly AddressMap[] }) {
  const { t } = useTranslation();
  const toMapName = useMapName();
  const [chosen, setChosen] = useState<string | null>(null);
  const canChoose = maps.length > MAX_AT_ONCE;
  const first = maps.find(({ refused }) => refused > 0) ?? maps[0];
  const one = maps.find(({ id }) => id === chosen) ?? first;
  const shown = canChoose ? maps.filter((map) => map === one) : maps;
  return (
    <section className="address-maps" data-testid="address-maps">
      <div className="toolbar">
        <h2>{t('plan.mapTitle')}</h2>
        {canChoose && (
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            className="map-choice"
            data-testid="map-choice"
            aria-label={t('plan.mapChoose')}
            value={one?.id ?? null}
            onChange={setChosen}
            options={maps.map((map) => ({ value: map.id, label: toMapName(map) }))}
          />
        )}
        <Legend />
        <span className="hint">{t('plan.mapHelp')}</span>
      </div>
      {shown.map((map) => (
        <AddressGrid key={map.id} map={map} name={toMapName(map)} />
      ))}
    </section>
  );
}

function useMapName(): (map: AddressMap) => string {
  const { t } = useTranslation();
  const toDeviceName = useDeviceName();
  const toTableName = useTableName();
  return ({ device, table, refused }) => {
    const name = `${toDeviceName(device)} ${toTableName(table)}`;
    return refused > 0 ? `${name} · ${t('plan.mapRefused', { count: refused })}` : name;
  };
}

function Legend() {
  const { t } = useTranslation();
  return (
    <span className="map-legend">
      {USES.map((use) => (
        <span key={use}>
          <i className={`use-${use}`} aria-hidden /> {t(`plan.use.${use}`)}
        </span>
      ))}
    </span>
  );
}
