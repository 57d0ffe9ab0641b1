/** Turns the gateway's own data into the shapes of the public API (schemas.ts). Pure; adds nothing that is not known. */
import type { Equipment, PointDef, SiteModel } from '../config/model.ts';
import { type Occurrence, type Storm, toIsaState } from '../core/alarm.ts';
import { KINDS, SYSTEMS } from '../core/kinds.ts';
import type { ClockOffset, LinkStatus, ListenerStatus } from '../core/link.ts';
import { toMissingReasons } from '../core/missing-reason.ts';
import { QUALITIES, toQualityLevel, toQualityReason } from '../core/quality.ts';
import { toReasons } from '../core/reason.ts';
import type { Text } from '../core/text.ts';
import type { Texts } from '../core/texts.ts';
import { UNITS } from '../core/units.ts';
import type { Person } from '../people/people.ts';
import { toAccountVersion } from '../people/versions.ts';
import type { LockOutRow, UserRow } from '../store/store.ts';
import type { InstantReading, PointHistory } from '../telemetry/history-view.ts';
import type { LatestView } from '../telemetry/latest.ts';
import type { StormView } from './alarm-schemas.ts';
import { toExceptions } from './exceptions.ts';
import { createLocalTime } from './export/local-time.ts';
import type { InstantPointView, PointHistoryView } from './history-schema.ts';
import type { AlarmView, EquipmentView, LinkView, PersonView, PointView, UserView } from './schemas.ts';
import { toWriteView } from './write-views.ts';

const NOWHERE: Text = { zh: '', en: '' };

/** @param texts what the number of a text means */
export function toPointView(point: PointDef, latest: LatestView, texts: Pick<Texts, 'toText'>): PointView {
  const { value, quality, sourceMs, receivedMs, lastGood } = latest.get(point.index);
  const isText = point.type === 'text';
  const reason = toQualityReason(quality);
  return {
    id: point.id,
    equipment: point.equipment,
    name: point.name,
    text: point.text,
    unit: UNITS[point.unit],
    type: point.type,
    isKey: point.isKey,
    decimals: point.decimals,
    states: [...point.states].map(([state, text]) => ({ value: state, text })),
    value: isText ? null : value,
    textValue: isText && value !== null ? (texts.toText(value) ?? null) : null,
    quality: toQualityLevel(quality),
    qualityCode: quality,
    qualityReason: reason,
    qualityText: QUALITIES[reason].text,
    sourceMs,
    receivedMs,
    lastGood: isText ? null : lastGood,
    write: toWriteView(point, latest),
  };
}

export function toHistoryView(
  point: PointDef,
  range: { readonly fromMs: number; readonly toMs: number },
  { coveredFromMs, bucketMs, samples, missing }: PointHistory,
  timeZone: string,
): PointHistoryView {
  const { id, unit } = point;
  return {
    point: id,
    unit: UNITS[unit],
    ...range,
    coveredFromMs,
    bucketMs,
    samples: [...samples],
    ...toMissingView(missing, timeZone),
  };
}

/** @param timeZone of the site, IANA name */
export function toMissingView(
  missing: string | null,
  timeZone: string,
): Pick<PointHistoryView, 'missing' | 'missingReasons'> {
  if (missing === null) return { missing, missingReasons: [] };
  const time = createLocalTime(timeZone);
  const reasons = toMissingReasons(missing, (atMs) => time.toClock(atMs));
  return {
    missing,
    missingReasons: reasons.map(({ params, ...rest }) => ({ ...rest, params: { ...params } })),
  };
}

/** @param reading of this point */
export function toInstantPointView(
  point: PointDef,
  { stampMs, value, quality }: InstantReading,
  atMs: number,
): InstantPointView {
  const reason = quality === null ? null : toQualityReason(quality);
  return {
    id: point.id,
    equipment: point.equipment,
    text: point.text,
    unit: UNITS[point.unit],
    value,
    stateText: value === null ? null : (point.states.get(value) ?? null),
    quality: quality === null ? null : toQualityLevel(quality),
    qualityCode: quality,
    qualityText: reason === null ? null : QUALITIES[reason].text,
    stampMs,
    ageMs: stampMs === null ? null : atMs - stampMs,
  };
}

/**
 * @param points ids of the equipment's own points
 * @param lockOuts tags that hang; key: equipment id
 */
export function toEquipmentView(
  equipment: Equipment,
  model: SiteModel,
  points: readonly string[],
  lockOuts: ReadonlyMap<string, LockOutRow>,
  isCommissioning: boolean,
): EquipmentView {
  const contact = equipment.contact === null ? undefined : model.contacts.get(equipment.contact);
  const { system, text } = KINDS[equipment.kind];
  const { power, water, linkage, link } = equipment.upstream;
  return {
    id: equipment.id,
    parent: equipment.parent,
    kind: equipment.kind,
    kindText: text,
    system,
    systemText: SYSTEMS[system],
    name: equipment.name,
    place: model.locations.get(equipment.location)?.path ?? NOWHERE,
    link: equipment.link,
    contact: contact === undefined ? null : { name: contact.name, method: contact.method },
    upstream: { power: power ?? null, water: water ?? null, linkage: linkage ?? null, link: link ?? null },
    points: [...points],
    lockOut: lockOuts.get(equipment.id) ?? null,
    isCommissioning,
  };
}

/** Ids of each equipment's points. Key: equipment id. */
export function toPointsByEquipment(model: SiteModel): ReadonlyMap<string, readonly string[]> {
  const byEquipment = new Map<string, string[]>();
  for (const point of model.points) {
    const ids = byEquipment.get(point.equipment);
    if (ids === undefined) byEquipment.set(point.equipment, [point.id]);
    else ids.push(point.id);
  }
  return byEquipment;
}

/** @param listeners ports of ours at which devices connect */
export function toLinkView(
  status: LinkStatus,
  model: SiteModel,
  listeners: readonly ListenerStatus[],
  clocks: readonly ClockOffset[],
): LinkView {
  const link = model.links.get(status.link);
  const way = link?.way ?? null;
  const listener = listeners.find(({ place }) => way?.registration != null && way.ends.includes(place));
  return {
    link: status.link,
    name: link?.name ?? { zh: status.link, en: status.link },
    protocol: link?.protocol ?? '',
    state: status.state,
    sinceMs: status.sinceMs,
    reason: status.reason,
    causes:
      status.reason === null
        ? []
        : toReasons(status.reason).map(({ params, ...cause }) => ({ ...cause, params: { ...params } })),
    way: way === null ? null : { ...way, ends: [...way.ends] },
    listener: listener === undefined ? null : { ...listener, counters: { ...listener.counters } },
    counters: { ...status.counters },
    exceptions: toExceptions(status.counters),
    load: status.load === null ? null : { ...status.load },
    clocks: clocks.map((clock) => ({ ...clock })),
  };
}

export function toAlarmView(occurrence: Occurrence): AlarmView {
  const { site: _site, evidence, ...shown } = occurrence;
  return { ...shown, state: toIsaState(occurrence), evidence: { ...evidence } };
}

export function toStormView({ site: _site, ...storm }: Storm): StormView {
  return storm;
}

export function toPersonView(person: Person, site: PersonView['site']): PersonView {
  const { username, displayName, roles, permissions } = person;
  const { name, timeZone } = site;
  const own = { roles: [...roles], permissions: [...permissions] };
  return { username, displayName, ...own, site: { name, timeZone } };
}

/** Without the password's digest, which no answer ever carries. */
export function toUserView(user: UserRow): UserView {
  const { username, displayName, roles, isDisabled, isDemo, createdAtMs, changedAtMs } = user;
  const times = { createdAtMs, changedAtMs };
  const version = toAccountVersion(user);
  return { username, displayName, roles: [...roles], isDisabled, isDemo, ...times, version };
}
