/** What people are told of now, or what is suppressed: filtered, storms folded, ready to be acknowledged together. */
import { memo, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEquipment, useOpenAlarms, useStorms } from '../api/queries.ts';
import type { Alarm } from '../api/types.ts';
import { compareAlarms, isUnacknowledged } from '../shared/alarm-order.ts';
import { QueryState } from '../shared/query-state.tsx';
import { useIsPhone } from '../shared/use-is-phone.ts';
import { usePermission } from '../shared/use-permission.ts';
import { type AlarmFilter, hasFilter } from './alarm-address.ts';
import { AlarmCards } from './alarm-cards.tsx';
import { createMatcher, isCurrent, isSuppressed, toFiltered } from './alarm-filter.ts';
import { isBulkable, toAlarmRows, toSingleRows } from './alarm-rows.ts';
import { AlarmTable } from './alarm-table.tsx';
import { BulkButton } from './bulk-acknowledge.tsx';

const NONE: readonly Alarm[] = [];

interface ListProps {
  readonly filter: AlarmFilter;
}

/** An alarm that opens beside it changes nothing of it: a thousand rows are not made again. */
export const CurrentAlarms = memo(function CurrentAlarms({ filter }: ListProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const query = useOpenAlarms();
  const { alarms, all } = useShown(filter, isCurrent);
  const { rows, onFold } = useFolded(alarms, all);
  const [selected, setSelected] = useState<readonly string[]>([]);
  const canAcknowledge = usePermission('alarm.acknowledge');
  const selection = useMemo(
    () => (canAcknowledge ? { ids: selected, onChange: setSelected } : null),
    [canAcknowledge, selected],
  );
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const { items, total } = query.data;
  const List = isPhone ? AlarmCards : AlarmTable;
  return (
    <>
      {query.error !== null && <QueryState error={query.error} onRetry={() => void query.refetch()} />}
      <BulkBar alarms={alarms} selected={selected} onDone={() => setSelected([])} />
      <List
        rows={rows}
        empty={hasFilter(filter) ? t('alarmTabs.emptyFiltered') : t('alarms.empty')}
        selection={selection}
        onFold={onFold}
      />
      {total > items.length && (
        <p className="attention">{t('common.more', { count: total - items.length })}</p>
      )}
    </>
  );
});

/** Active or settling, and told to nobody because logic says so. */
export function SuppressedAlarms({ filter }: ListProps) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const query = useOpenAlarms();
  const { alarms } = useShown(filter, isSuppressed);
  if (query.data === undefined)
    return <QueryState error={query.error} onRetry={() => void query.refetch()} />;
  const List = isPhone ? AlarmCards : AlarmTable;
  return (
    <List
      rows={toSingleRows(alarms)}
      empty={t('alarmTabs.emptySuppressed')}
      selection={null}
      onFold={ignore}
    />
  );
}

/** A list without storms folds nothing. */
const ignore = (): void => undefined;

function useShown(filter: AlarmFilter, isMember: (alarm: Alarm) => boolean) {
  const all = useOpenAlarms().data?.items ?? NONE;
  const equipment = useEquipment().data?.items;
  const register = useMemo(() => new Map((equipment ?? []).map((one) => [one.id, one])), [equipment]);
  const alarms = useMemo(() => {
    const isWanted = createMatcher(filter, register);
    return all.filter((alarm) => isMember(alarm) && isWanted(toFiltered(alarm))).sort(compareAlarms);
  }, [all, filter, register, isMember]);
  return { alarms, all };
}

function useFolded(alarms: readonly Alarm[], all: readonly Alarm[]) {
  const storms = useStorms().data?.items;
  const [isOpen, setOpen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const roots = useMemo(() => new Map((storms ?? []).map(({ id, root }) => [id, root])), [storms]);
  const rows = useMemo(() => toAlarmRows(alarms, { roots, isOpen }, all), [alarms, roots, isOpen, all]);
  const onFold = useCallback(
    (storm: string, isUnfolded: boolean) => setOpen((known) => new Map(known).set(storm, isUnfolded)),
    [],
  );
  return { rows, onFold };
}

interface BulkBarProps {
  /** As filtered. */
  readonly alarms: readonly Alarm[];
  readonly selected: readonly string[];
  readonly onDone: () => void;
}

function BulkBar({ alarms, selected, onDone }: BulkBarProps) {
  const { t } = useTranslation();
  const all = useMemo(() => alarms.filter(isBulkable), [alarms]);
  const chosen = useMemo(() => all.filter(({ id }) => selected.includes(id)), [all, selected]);
  const lifeSafety = alarms.filter((alarm) => isUnacknowledged(alarm) && !isBulkable(alarm)).length;
  if (all.length < 2) return null;
  return (
    <div className="bulk-bar">
      {chosen.length > 0 && (
        <BulkButton
          name="bulk-some"
          isPrimary
          alarms={chosen}
          lifeSafety={0}
          text={t('bulk.some', { count: chosen.length })}
          onDone={onDone}
        />
      )}
      <BulkButton
        name="bulk-all"
        alarms={all}
        lifeSafety={lifeSafety}
        text={t('bulk.all', { count: all.length })}
        onDone={onDone}
      />
    </div>
  );
}
