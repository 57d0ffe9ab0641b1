/** Which alarms a tab and a filter show. Pure. */
import type { Alarm, Equipment, Severity, Text } from '../api/types.ts';
import { isHidden } from '../shared/alarm-order.ts';
import type { AlarmFilter } from './alarm-address.ts';

/** What a filter looks at, of an alarm with or without an open occurrence. */
export interface Filtered {
  readonly equipment: string;
  readonly severity: Severity;
  readonly texts: readonly Text[];
  readonly place: Text;
}

/** Told to people: the other tabs have the others. */
export function isCurrent(alarm: Alarm): boolean {
  return alarm.endedAtMs === null && !isHidden(alarm);
}

export function isSuppressed(alarm: Alarm): boolean {
  return alarm.endedAtMs === null && alarm.state === 'F';
}

/** @param equipment the register, for systems */
export function createMatcher(
  { severity, system, place, words }: AlarmFilter,
  equipment: ReadonlyMap<string, Equipment>,
): (filtered: Filtered) => boolean {
  const wanted = words.trim().toLowerCase();
  return (filtered) =>
    (severity === null || filtered.severity === severity) &&
    (system === null || equipment.get(filtered.equipment)?.system === system) &&
    (place === null || isWithin(filtered.place.zh, place)) &&
    (wanted === '' || toWords(filtered).includes(wanted));
}

export function toFiltered({ equipment, severity, text, equipmentName, place, rule }: Alarm): Filtered {
  const id = `${equipment}/${rule}`;
  return { equipment, severity, texts: [text, equipmentName, { zh: id, en: id }], place };
}

/** Places that there are, each once. */
export function toPlaces(equipment: readonly Equipment[]): readonly Text[] {
  const places = new Map(equipment.map(({ place }) => [place.zh, place]));
  return [...places.values()].sort((a, b) => a.zh.localeCompare(b.zh, 'zh'));
}

/** A path of places is written from the whole to the part, with spaces between. */
function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place} `);
}

function toWords({ texts, place }: Filtered): string {
  return [...texts, place]
    .flatMap(({ zh, en }) => [zh, en])
    .join('\n')
    .toLowerCase();
}
