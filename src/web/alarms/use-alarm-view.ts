/** The view in the address of the page, and its changes; a tab is a step that the browser's back button takes back. */
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { type AlarmView, toAlarmSearch, toAlarmView } from './alarm-address.ts';

export function useAlarmView() {
  const [search, setSearch] = useSearchParams();
  const view = useMemo(() => toAlarmView(search), [search]);
  return {
    view,
    change: (next: Partial<AlarmView>): void =>
      // Another tab has no records to limit.
      setSearch(toAlarmSearch({ ...view, ...(next.tab !== undefined && { scope: null }), ...next }), {
        replace: next.tab === undefined,
        preventScrollReset: true,
      }),
  };
}
