/** Address of the alarm records behind a number. Pure. */
import { NO_FILTER, toAlarmSearch } from '../alarms/alarm-address.ts';

export function toRecordsPath(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  equipment: string | null,
  rule: string | null,
): string {
  const scope = { equipment, rule, fromMs, toMs };
  const search = toAlarmSearch({ ...NO_FILTER, tab: 'history', scope });
  return `/alarms?${new URLSearchParams(search).toString()}`;
}
