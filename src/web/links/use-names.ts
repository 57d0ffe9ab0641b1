/** Names of points and devices for pages that have only ids. An unknown point keeps its id. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, usePoints } from '../api/queries.ts';
import { zhLinks } from '../locales/zh-links.ts';
import { useFormat } from '../shared/use-format.ts';
import { toUnit } from './plan-words.ts';

/** `设定压力 · 1号生活水泵`. */
export function usePointName(): (point: string) => string {
  const format = useFormat();
  const points = usePoints().data?.items;
  const toEquipmentName = useEquipmentName();
  return useMemo(() => {
    const byId = new Map(points?.map((point) => [point.id, point]));
    return (id) => {
      const point = byId.get(id);
      return point === undefined ? id : `${format.text(point.text)} · ${toEquipmentName(point.equipment)}`;
    };
  }, [points, format, toEquipmentName]);
}

/** Of a part with its equipment's before it. */
export function useEquipmentName(): (equipment: string) => string {
  const format = useFormat();
  const equipment = useEquipment().data?.items;
  return useMemo(() => {
    const byId = new Map(equipment?.map((item) => [item.id, item]));
    return (id) => {
      const own = byId.get(id);
      if (own === undefined) return id;
      const whole = own.parent === null ? undefined : byId.get(own.parent);
      return [whole, own].flatMap((item) => (item === undefined ? [] : [format.text(item.name)])).join(' ');
    };
  }, [equipment, format]);
}

/** `unit 1` → `1号站`; what is no Modbus unit keeps its name. */
export function useDeviceName(): (device: string) => string {
  const { t } = useTranslation();
  return (device) => {
    const unit = toUnit(device);
    return unit === null ? device : t('links.unit', { unit });
  };
}

export function useTableName(): (table: string) => string {
  const { t } = useTranslation();
  return (table) => (isTable(table) ? t(`table.${table}`) : table);
}

function isTable(table: string): table is keyof typeof zhLinks.table {
  return Object.hasOwn(zhLinks.table, table);
}
