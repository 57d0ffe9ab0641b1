/**
 * What the list of alarms shows, as the address of the page: tab and filters. Who has the address sees the same. Pure.
 *
 *   /alarms?tab=storms        /alarms?severity=high&system=water&place=示范大厦 地下一层&q=水泵
 *   /alarms?tab=history&equipment=dws-1&rule=pressure-low&from=1795400000000&to=1796000000000: the records behind a figure
 */
import type { Severity } from '../api/types.ts';
import { SEVERITIES } from '../shared/alarm-order.ts';

export const TABS = ['current', 'shelved', 'suppressed', 'service', 'storms', 'drills', 'history'] as const;
export type AlarmTab = (typeof TABS)[number];

/** Records of an equipment or a rule within a time: where a figure comes from. Only the history looks at it. */
export interface RecordScope {
  /** null = any. */
  readonly equipment: string | null;
  readonly rule: string | null;
  /** Raised in [fromMs, toMs), UTC ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface AlarmFilter {
  readonly severity: Severity | null;
  /** Id of the building system. */
  readonly system: string | null;
  /** Name of the place in Chinese, with what lies in it. */
  readonly place: string | null;
  /** In texts, names and places of both languages; '' = any. */
  readonly words: string;
  readonly scope: RecordScope | null;
}

export interface AlarmView extends AlarmFilter {
  readonly tab: AlarmTab;
}

/** As the gateway gives them (engine/level.ts). Whatever else stands there may be the path of a list: `/alarms/controls`. */
const OCCURRENCE_ID = /^o-[0-9]{1,16}$/;

export function isOccurrenceId(text: string): boolean {
  return OCCURRENCE_ID.test(text);
}

export const NO_FILTER: AlarmFilter = { severity: null, system: null, place: null, words: '', scope: null };
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
    scope: toScope(search),
  };
}

/** A stretch of time without a beginning or an end is none. */
function toScope(search: URLSearchParams): RecordScope | null {
  const fromMs = Number(search.get('from') || Number.NaN);
  const toMs = Number(search.get('to') || Number.NaN);
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(toMs) || fromMs < 0 || toMs <= fromMs)
    return null;
  return { equipment: search.get('equipment') || null, rule: search.get('rule') || null, fromMs, toMs };
}

export function toAlarmSearch({
  tab,
  severity,
  system,
  place,
  words,
  scope,
}: AlarmView): Record<string, string> {
  return {
    ...(tab !== 'current' && { tab }),
    ...(severity !== null && { severity }),
    ...(system !== null && { system }),
    ...(place !== null && { place }),
    ...(words !== '' && { q: words }),
    ...(tab === 'history' && scope !== null && toScopeSearch(scope, 'from', 'to')),
  };
}

/** The filters that records are asked for with; the API searches places by its words. */
export function toRecordSearch({ severity, system, words, scope }: AlarmFilter): string {
  return new URLSearchParams({
    ...(severity !== null && { severity }),
    ...(system !== null && { system }),
    ...(words.trim() !== '' && { text: words.trim() }),
    ...(scope !== null && toScopeSearch(scope, 'raisedFrom', 'raisedTo')),
  }).toString();
}

export function hasFilter({ severity, system, place, words, scope }: AlarmFilter): boolean {
  return [severity, system, place, scope].some((part) => part !== null) || words.trim() !== '';
}

function toScopeSearch(
  { equipment, rule, fromMs, toMs }: RecordScope,
  from: string,
  to: string,
): Record<string, string> {
  return {
    ...(equipment !== null && { equipment }),
    ...(rule !== null && { rule }),
    [from]: String(Math.floor(fromMs)),
    [to]: String(Math.floor(toMs)),
  };
}
