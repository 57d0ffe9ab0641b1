/** Filters of the lists of alarms; they stand in the address of the page. */
import { Button, Input, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment } from '../api/queries.ts';
import { SEVERITIES } from '../shared/alarm-order.ts';
import { compareSystems } from '../shared/system-order.ts';
import { testId } from '../shared/test-id.ts';
import { useFormat } from '../shared/use-format.ts';
import { type AlarmFilter, hasFilter, MAX_WORDS, NO_FILTER } from './alarm-address.ts';
import { toPlaces } from './alarm-filter.ts';

interface FilterBarProps {
  readonly filter: AlarmFilter;
  /** Records are searched by words, which find places as well. */
  readonly hasPlaces: boolean;
  readonly onChange: (filter: Partial<AlarmFilter>) => void;
}

export function FilterBar({ filter, hasPlaces, onChange }: FilterBarProps) {
  const { t } = useTranslation();
  const { systems, places } = useChoices();
  const severities = SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }));
  return (
    <div className="alarm-filters">
      <Choice
        name="severity"
        value={filter.severity}
        options={severities}
        onChange={(severity) => onChange({ severity })}
      />
      <Choice
        name="system"
        value={filter.system}
        options={systems}
        onChange={(system) => onChange({ system })}
      />
      {hasPlaces && (
        <Choice
          name="place"
          value={filter.place}
          options={places}
          onChange={(place) => onChange({ place })}
        />
      )}
      <Input
        className="alarm-words"
        type="search"
        allowClear
        maxLength={MAX_WORDS}
        value={filter.words}
        aria-label={t('alarmFilter.words')}
        placeholder={t('alarmFilter.words')}
        data-testid="alarm-words"
        onChange={(event) => onChange({ words: event.target.value })}
      />
      <ScopeNote filter={filter} />
      {hasFilter(filter) && (
        <Button type="link" data-testid="alarm-filter-clear" onClick={() => onChange(NO_FILTER)}>
          {t('alarmFilter.clear')}
        </Button>
      )}
    </div>
  );
}

/** The records behind a figure: of what, and from when to when. */
function ScopeNote({ filter: { scope } }: { readonly filter: AlarmFilter }) {
  const { t } = useTranslation();
  const format = useFormat();
  const equipment = useEquipment().data?.items;
  if (scope === null) return null;
  const name = equipment?.find(({ id }) => id === scope.equipment)?.name;
  const of = [name === undefined ? scope.equipment : format.text(name), scope.rule].filter(Boolean);
  return (
    <span className="tag scope-note" data-testid="alarm-scope">
      {[
        ...of,
        t('alarmFilter.raised', { from: format.dateTime(scope.fromMs), to: format.dateTime(scope.toMs) }),
      ].join(' · ')}
    </span>
  );
}

interface ChoiceProps<T extends string> {
  readonly name: 'severity' | 'system' | 'place';
  readonly value: T | null;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T | null) => void;
}

function Choice<T extends string>({ name, value, options, onChange }: ChoiceProps<T>) {
  const { t } = useTranslation();
  return (
    <Select<T | null>
      className={`alarm-choice alarm-choice-${name}`}
      popupMatchSelectWidth={false}
      allowClear
      value={value}
      options={[...options]}
      aria-label={t(`alarmFilter.${name}`)}
      placeholder={t(`alarmFilter.${name}`)}
      {...(name === 'place' && { showSearch: { optionFilterProp: 'label' } })}
      {...testId(`alarm-filter-${name}`)}
      onChange={(chosen) => onChange(chosen ?? null)}
    />
  );
}

function useChoices() {
  const format = useFormat();
  const equipment = useEquipment().data?.items;
  return useMemo(() => {
    const all = equipment ?? [];
    const systems = new Map(all.map(({ system, systemText }) => [system, format.text(systemText)]));
    return {
      systems: [...systems]
        .sort(([a], [b]) => compareSystems(a, b))
        .map(([value, label]) => ({ value, label })),
      places: toPlaces(all).map((place) => ({ value: place.zh, label: format.text(place) })),
    };
  }, [equipment, format]);
}
