/**
 * What the list of alarms shows, as the address of the page: tab and filters. Who has the address sees the same. Pure.
 *
 *   /alarms?tab=storms        /alarms?severity=high&system=water&place=示范大厦 地下一层&q=水泵
 */
import type { Severity } from '../api/types.ts';
import { SEVERITIES } from '../shared/alarm-order.ts';

export const TABS = ['current', 'shelved', 'suppressed', 'service', 'storms', 'history'] as const;
export type AlarmTab = (typeof TABS)[number];

export interface AlarmFilter {
  readonly severity: Severity | null;
  /** Id of the building system. */
  readonly system: string | null;
  /** Name of the place in Chinese, with what lies in it. */
  readonly place: string | null;
  /** In texts, names and places of both languages; '' = any. */
  readonly words: string;
}

export interface AlarmView extends AlarmFilter {
  readonly tab: AlarmTab;
}

export const NO_FILTER: AlarmFilter = { severity: null, system: null, place: null, words: '' };
/** As the API takes them. */
export const MAX_WORDS = 100;

/** What cannot be understood is left out: an address from elsewhere must still show something. */
export function toAlarmView(search: URLSearchParams): AlarmView {
  return {
    tab: TABS.find((tab) => tab === search.get('tab')) ?? 'current',
    severity: SEVERITIES.find((severity) => severity === search.get('severity')) ?? null,
    system: search.get('system') || null,
    place: search.get('place') || null,
    words: (search.get('q') ?? '').slice(0, MAX_WORDS),
  };
}

export function toAlarmSearch({ tab, severity, system, place, words }: AlarmView): Record<string, string> {
  return {
    ...(tab !== 'current' && { tab }),
    ...(severity !== null && { severity }),
    ...(system !== null && { system }),
    ...(place !== null && { place }),
    ...(words !== '' && { q: words }),
  };
}

/** The filters that records are asked for with; the API searches places by its words. */
export function toRecordSearch({ severity, system, words }: AlarmFilter): string {
  return new URLSearchParams({
    ...(severity !== null && { severity }),
    ...(system !== null && { system }),
    ...(words.trim() !== '' && { text: words.trim() }),
  }).toString();
}

export function hasFilter({ severity, system, place, words }: AlarmFilter): boolean {
  return severity !== null || system !== null || place !== null || words.trim() !== '';
}
