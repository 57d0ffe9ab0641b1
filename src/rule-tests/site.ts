/**
 * The smallest site that a profile can be tried in: one equipment with its parts, nothing upstream, the default service
 * policy. No link, no listener, no calendar that ever ends: rules meet what their case gives them.
 */
import type { Catalog } from '../config/catalog.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import type { Calendar } from '../core/calendar.ts';
import { type CalendarId, type EquipmentId, type LocationId, type SiteId, toId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import { addEquipment, createTables, toRuleDef, toUnitId } from '../profiles/expand.ts';
import type { Profile } from '../profiles/profile.ts';

const EQUIPMENT = toId<EquipmentId>('tested');
const SITE = toId<SiteId>('test');
const PLACE = toId<LocationId>('place');
const NAME: Text = { zh: '被测设备', en: 'Equipment under test' };
const TIME_ZONE = 'Asia/Shanghai';

export function createTestSite(profile: Profile, policy: Policy, catalog: Catalog): SiteModel {
  const tables = createTables();
  const { id, device } = profile;
  const own = { id: EQUIPMENT, profile: id, link: null, device, location: PLACE, name: NAME };
  addEquipment({ ...own, contact: null, responsible: null, upstream: {} }, profile, null, tables);
  const context = { site: SITE, pointIndex: tables.pointIndex };
  const rules = profile.units
    .flatMap((unit) => unit.rules.map((rule) => ({ rule, unit })))
    .map(({ rule, unit }, index) => toRuleDef(rule, toUnitId(EQUIPMENT, unit), EQUIPMENT, index, context));
  return {
    epoch: 1,
    hash: '',
    files: [],
    site: { id: SITE, name: NAME, timeZone: TIME_ZONE },
    locations: new Map([[PLACE, { id: PLACE, parent: null, name: NAME, path: NAME }]]),
    contacts: new Map(),
    links: new Map(),
    ...tables,
    rules,
    policy,
    plans: [],
    http: { host: '127.0.0.1', port: 0, tls: null },
    calendars: toCalendars(rules, catalog),
    influx: null,
    journal: { maxAgeDays: 1, maxBytes: 0 },
    backup: null,
    notify: { webhook: null },
  };
}

/** The gateway's own equipment is tried like any other, under the id of its own. */
export function toRuleName({ equipment, id }: RuleDef): string {
  return toLocal(equipment, id);
}

/** Key: `outlet-pressure`, `pump-1/running`; value: index. */
export function toPointNames(model: SiteModel): ReadonlyMap<string, number> {
  return new Map(model.points.map(({ equipment, name, index }) => [toLocal(equipment, name), index]));
}

/** Parts of the equipment: `pump-1`. */
export function toParts(model: SiteModel): readonly string[] {
  return [...model.equipment.values()].flatMap(({ id }) => (id === EQUIPMENT ? [] : [toPart(id)]));
}

function toLocal(equipment: EquipmentId, name: string): string {
  return equipment === EQUIPMENT ? name : `${toPart(equipment)}/${name}`;
}

function toPart(equipment: EquipmentId): string {
  return equipment.slice(EQUIPMENT.length + 1);
}

/** Those that rules name: always open. */
function toCalendars(rules: readonly RuleDef[], catalog: Catalog): ReadonlyMap<CalendarId, Calendar> {
  const named = rules.flatMap(({ calendar, type, params }) => [
    ...(calendar === null ? [] : [calendar]),
    ...(catalog.rules[type]?.calendarRefs?.(params) ?? []).map((ref) => toId<CalendarId>(ref.calendar)),
  ]);
  const allDay = [{ from: 0, to: 24 * 60 }];
  const toOpen = (id: CalendarId): Calendar => ({
    id,
    name: NAME,
    timeZone: TIME_ZONE,
    week: Array.from({ length: 7 }, () => allDay),
    holiday: allDay,
    makeUp: null,
    days: null,
  });
  return new Map(named.map((id) => [id, toOpen(id)]));
}
