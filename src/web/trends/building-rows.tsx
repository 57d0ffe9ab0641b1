/** The points of one system at an instant, folded away where nobody looks. */
import LineChartOutlined from '@ant-design/icons/LineChartOutlined';
import WarningOutlined from '@ant-design/icons/WarningOutlined';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useEquipmentName } from '../links/use-names.ts';
import { useFormat } from '../shared/use-format.ts';
import { type BuildingSystem, OLD_MS } from './building.ts';
import { MAX_POINTS } from './trend-address.ts';
import type { InstantPoint } from './trend-queries.ts';

interface BuildingSystemProps {
  readonly system: BuildingSystem;
  readonly chosen: readonly string[];
  readonly onAdd: (id: string) => void;
  /** The answer belongs to another instant: the right one is under way. */
  readonly isPlaceholder: boolean;
}

/** Rows drawn at once: a system may have ten thousand. */
const FIRST_ROWS = 150;

export function BuildingSystemRows({ system, chosen, onAdd, isPlaceholder }: BuildingSystemProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toEquipmentName = useEquipmentName();
  const [isWhole, setWhole] = useState(false);
  const rows = isWhole ? system.rows : system.rows.slice(0, FIRST_ROWS);
  return (
    <details className="panel building-system" open data-testid={`building-${system.id}`}>
      <summary>
        <b>{format.text(system.text)}</b>{' '}
        <span className="hint figures">{t('trends.building.count', { count: system.rows.length })}</span>
        {system.bad > 0 && (
          <span className="attention figures">
            <WarningOutlined /> {t('trends.building.bad', { count: system.bad })}
          </span>
        )}
      </summary>
      <table className={isPlaceholder ? 'building-table is-under-way' : 'building-table'}>
        <thead>
          <tr>
            <th>{t('trends.building.point')}</th>
            <th>{t('trends.building.value')}</th>
            <th>{t('trends.building.quality')}</th>
            <th>{t('trends.building.age')}</th>
            <th aria-label={t('trends.add')} />
          </tr>
        </thead>
        {[...Map.groupBy(rows, (row) => row.equipment)].map(([equipment, own]) => (
          <tbody key={equipment}>
            <tr className="building-equipment">
              <th colSpan={5} scope="rowgroup">
                {toEquipmentName(equipment)}
              </th>
            </tr>
            {own.map((row) => (
              <Row
                key={row.id}
                row={row}
                isChosen={chosen.includes(row.id)}
                isFull={chosen.length >= MAX_POINTS}
                onAdd={onAdd}
              />
            ))}
          </tbody>
        ))}
      </table>
      {rows.length < system.rows.length && (
        <Button type="link" onClick={() => setWhole(true)}>
          {t('trends.building.all', { count: system.rows.length })}
        </Button>
      )}
    </details>
  );
}

interface RowProps {
  readonly row: InstantPoint;
  readonly isChosen: boolean;
  readonly isFull: boolean;
  readonly onAdd: (id: string) => void;
}

function Row({ row, isChosen, isFull, onAdd }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const toEquipmentName = useEquipmentName();
  const { id, equipment, text, quality, qualityText, ageMs } = row;
  const name = `${format.text(text)} · ${toEquipmentName(equipment)}`;
  return (
    <tr data-testid={`building-row-${id}`} data-quality={quality ?? 'unknown'}>
      <td>
        <Link className="row-link" to={`/equipment/${equipment}?point=${encodeURIComponent(id)}`}>
          {format.text(text)}
        </Link>
      </td>
      <td className="building-value figures">
        <Value row={row} />
      </td>
      <td>
        {quality === null && row.stampMs === null ? (
          <span className="hint">{t('trends.level.unknown')}</span>
        ) : (
          <span className={`tag quality-tag-${quality ?? 'good'}`}>
            {qualityText === null ? t('trends.building.valueOnly') : format.text(qualityText)}
          </span>
        )}
      </td>
      <td className={ageMs !== null && ageMs > OLD_MS ? 'figures attention' : 'figures hint'}>
        {ageMs === null ? t('common.none') : format.duration(ageMs)}
      </td>
      <td>
        <Button
          type="text"
          size="small"
          icon={<LineChartOutlined />}
          disabled={isChosen || isFull}
          aria-label={t('trends.building.add', { name })}
          title={t('trends.building.add', { name })}
          onClick={() => onAdd(id)}
        />
      </td>
    </tr>
  );
}

function Value({ row: { value, stateText, unit } }: { readonly row: InstantPoint }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (value === null) return <span className="hint">{t('common.none')}</span>;
  if (stateText !== null) return <b>{format.text(stateText)}</b>;
  return (
    <>
      <b>{String(Number(value.toPrecision(VALUE_DIGITS)))}</b> <span className="unit">{unit}</span>
    </>
  );
}

/** A float of 32 bits holds no more. */
const VALUE_DIGITS = 6;
