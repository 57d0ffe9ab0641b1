/** Adds a point to the curves: found by name of point, equipment or place; what was looked at last stands first. */
import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Equipment, PointDefinition } from '../api/types.ts';
import { useFormat } from '../shared/use-format.ts';
import { findChoices, type PointChoice, toChoices } from './point-search.ts';
import { noteRecent, readRecent } from './recent-points.ts';
import { MAX_POINTS } from './trend-address.ts';

interface PointPickerProps {
  readonly points: readonly PointDefinition[];
  readonly equipment: readonly Equipment[];
  readonly chosen: readonly string[];
  readonly onAdd: (id: string) => void;
}

/** More than somebody reads: another letter narrows it down. */
const MAX_FOUND = 200;

export function PointPicker({ points, equipment, chosen, onAdd }: PointPickerProps) {
  const { t } = useTranslation();
  const { language } = useFormat();
  const [search, setSearch] = useState('');
  const choices = useMemo(
    () => toChoices(points, equipment, language).filter(({ id }) => !chosen.includes(id)),
    [points, equipment, language, chosen],
  );
  const groups = useMemo(() => {
    const found = findChoices(choices, search, MAX_FOUND);
    const recent = search.trim() === '' ? toRecent(choices) : [];
    const byEquipment = Map.groupBy(found, (choice) => choice.equipment);
    return [
      ...(recent.length > 0 ? [toGroup(t('trends.recent'), recent, 'recent')] : []),
      ...[...byEquipment].map(([name, own]) => toGroup(name, own, name)),
    ];
  }, [choices, search, t]);
  const isFull = chosen.length >= MAX_POINTS;
  return (
    <Select
      className="trend-picker"
      data-testid="trend-picker"
      aria-label={t('trends.add')}
      showSearch={{ filterOption: false, onSearch: setSearch, searchValue: search }}
      disabled={isFull}
      value={null}
      placeholder={isFull ? t('trends.full', { count: MAX_POINTS }) : t('trends.add')}
      notFoundContent={t('trends.notFound')}
      listHeight={420}
      options={groups}
      onChange={(value: string | null) => {
        if (value === null) return;
        const id = value.slice(value.indexOf(' ') + 1);
        noteRecent(id);
        setSearch('');
        onAdd(id);
      }}
    />
  );
}

function toRecent(choices: readonly PointChoice[]): readonly PointChoice[] {
  const byId = new Map(choices.map((choice) => [choice.id, choice]));
  return readRecent().flatMap((id) => byId.get(id) ?? []);
}

/** The same point may stand in two groups: the group is part of the value. */
function toGroup(label: string, choices: readonly PointChoice[], group: string) {
  const isRecent = group === 'recent';
  return {
    label,
    options: choices.map(({ id, name, unit, equipment }) => ({
      value: `${isRecent ? 'recent' : 'all'} ${id}`,
      label: (
        <span className="trend-choice">
          {name} {unit !== '' && <span className="hint">{unit}</span>}
          {isRecent && <span className="hint"> · {equipment}</span>}
        </span>
      ),
    })),
  };
}
