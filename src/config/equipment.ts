/** Links and equipment of a site: each checked by the schema of its protocol, joined with its profile. */

import { type ContactId, type EquipmentId, isId, type LinkId, type LocationId, toId } from '../core/ids.ts';
import { KINDS } from '../core/kinds.ts';
import { addEquipment, createTables, isTooLong, type Tables, toUnitIds } from '../profiles/expand.ts';
import { type PointTemplate, toIssuePath } from '../profiles/points.ts';
import { type Profile, type ProfileContext, readProfile, toUnknownProfile } from '../profiles/profile.ts';
import type { Catalog, ProtocolSchema } from './catalog.ts';
import {
  addGateway,
  GATEWAY_ID,
  GATEWAY_LINK_PROFILE,
  GATEWAY_PROFILE,
  hasSharedLink,
  OWN_PROFILES,
} from './gateway.ts';
import { checkListeners, type Listener } from './listeners.ts';
import type { EquipmentService, LinkDef, Location } from './model.ts';
import { takeIds } from './places.ts';
import { toFirstUse } from './problems.ts';
import type { ProfileFinder } from './profile-finder.ts';
import { below, type Register, toRaw } from './register.ts';
import { readRuleChanges } from './rule-changes.ts';
import {
  EQUIPMENT_KEYS,
  INTERNAL_PROTOCOL,
  LINK_KEYS,
  type ServiceEntry,
  toEquipmentSchema,
  toLinkProtocols,
  toLinkSchema,
} from './schema.ts';
import { refuseWritesBesideLifeSafety } from './shared-devices.ts';
import type { RuleOwner } from './site-rules.ts';
import type { Located } from './source.ts';
import { checkUpstreams, toUpstream } from './upstream.ts';
import { type Checking, validate } from './validate.ts';

export interface Links {
  /** Key: link id. Only links without problems. */
  readonly items: ReadonlyMap<LinkId, LinkDef>;
  /** Key: link id. Where the id of each is written. */
  readonly places: ReadonlyMap<LinkId, Located>;
  readonly register: Register;
}

/** @param own where the gateway listens itself */
export function readLinks(
  items: readonly Located[],
  own: readonly Listener[],
  catalog: Catalog,
  checking: Checking,
): Links {
  const register = takeIds(items, 'a link', checking);
  const links = new Map<LinkId, LinkDef>();
  const places = new Map<LinkId, Located>();
  const ends: Ends = new Map();
  const listeners = [...own];
  for (const item of items) {
    const protocol = toRaw(item.value, 'protocol');
    const isKnown = typeof protocol === 'string' && toLinkProtocols(catalog).includes(protocol);
    const schema = cached(catalog, 'link', isKnown ? protocol : null, toLinkSchema);
    const entry = validate(schema, item, checking);
    if (entry === null || !isKnown) continue;
    const options = without(entry, LINK_KEYS);
    checkLink(options, item, catalog.protocols[protocol], checking);
    takeEnds(catalog.protocols[protocol]?.toEndpoints?.(options) ?? [], item, ends, checking);
    const listener = catalog.protocols[protocol]?.toListener?.(options) ?? null;
    if (listener !== null) {
      const at = { ...item, path: [...item.path, 'listen', 'port'] };
      listeners.push({ ...listener, sharer: protocol, at, link: item });
    }
    const id = toId<LinkId>(entry.id);
    const way = catalog.protocols[protocol]?.toWay?.(options);
    links.set(id, { id, name: entry.name, protocol, options, ...(way && { way }) });
    places.set(id, below(item, 'id'));
  }
  checkListeners(listeners, checking.problems);
  return { items: links, places, register };
}

function checkLink(
  options: LinkDef['options'],
  { source, path }: Located,
  schema: ProtocolSchema | undefined,
  { problems }: Checking,
): void {
  for (const issue of schema?.checkLink?.(options) ?? []) {
    problems.add(source, [...path, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
}

/** Key: where a link ends, as its protocol says it; value: the link that ended there first. */
type Ends = Map<string, Located>;

/** Links that end at one place would spoil each other's frames. */
function takeEnds(own: readonly string[], item: Located, ends: Ends, { problems }: Checking): void {
  const taken = own.find((end) => ends.has(end));
  const first = taken === undefined ? undefined : ends.get(taken);
  if (taken !== undefined && first !== undefined) {
    const expected = 'an endpoint of its own (equipment on one bus shares one link)';
    problems.add(item.source, item.path, expected, toFirstUse(taken, first));
  }
  for (const end of own) if (!ends.has(end)) ends.set(end, item);
}

export interface EquipmentContext extends ProfileContext {
  readonly checking: Checking;
  readonly links: Links;
  readonly locations: Register;
  readonly contacts: Register;
  readonly finder: ProfileFinder;
}

export interface ReadEquipment {
  readonly tables: Tables;
  /** What the rules are made from (site-rules.ts), in the order of the equipment. */
  readonly owners: readonly RuleOwner[];
  /** Profiles in use, in order of first use. */
  readonly profiles: readonly Profile[];
}

/**
 * @param home the gateway's own location; null when the site has none (reported elsewhere)
 * @param locations of the site, as far as they have no problems
 */
export function readEquipment(
  items: readonly Located[],
  home: LocationId | null,
  locations: ReadonlyMap<LocationId, Location>,
  context: EquipmentContext,
): ReadEquipment {
  const register = takeIds(items, 'an equipment', context.checking);
  const tables = createTables();
  /** Key: profile id; null = it has problems. */
  const profiles = new Map<string, Profile | null>();
  const load = (id: string): Profile | null | undefined => {
    if (!profiles.has(id)) {
      const path = context.finder.find(id);
      if (path === null) return undefined;
      profiles.set(id, readProfile(path, context));
    }
    return profiles.get(id);
  };
  /** Key: kind and point name. */
  const types: PointTypes = new Map();
  const owners = items.flatMap((item) => readOne(item, load, register, tables, types, context) ?? []);
  checkUpstreams(items, register, context.problems);
  refuseWritesBesideLifeSafety(items, tables, context.links, context.catalog, context.problems);
  const own = load(GATEWAY_PROFILE);
  if (own && home !== null) {
    const { items: links, places } = context.links;
    const link = hasSharedLink(tables) ? (load(GATEWAY_LINK_PROFILE) ?? null) : null;
    owners.push(...addGateway({ own, link }, { home, locations, links, places, register }, tables));
  }
  return { tables, owners, profiles: [...profiles.values()].filter((profile) => profile !== null) };
}

type PointTypes = Map<string, PointTemplate>;

/** @returns null when something is wrong; it is reported. */
function readOne(
  item: Located,
  load: (id: string) => Profile | null | undefined,
  register: Register,
  tables: Tables,
  types: PointTypes,
  context: EquipmentContext,
): RuleOwner | null {
  const { catalog, problems, checking, links } = context;
  const profileId = toRaw(item.value, 'profile');
  const profile = typeof profileId === 'string' ? load(profileId) : null;
  const schema = cached(catalog, 'equipment', profile?.protocol ?? null, toEquipmentSchema);
  const entry = validate(schema, item, checking);
  checkReferences(item, profile, context);
  const changes = profile ? readRuleChanges(item, profile, catalog, checking) : [];
  if (entry === null || !profile || profile.protocol === INTERNAL_PROTOCOL) return null;
  const id = toId<EquipmentId>(entry.id);
  if (!register.isFirst(id, below(item, 'id')) || !takeParts(id, profile, item, register, context))
    return null;
  const link = links.items.get(toId(entry.link));
  if (link !== undefined && link.protocol !== profile.protocol) {
    const expected = `a link of protocol ${profile.protocol}, as profile ${profile.id} wants`;
    problems.add(item.source, [...item.path, 'link'], expected, `"${link.id}", which is ${link.protocol}`);
  }
  if (link === undefined) return null;
  checkTypes(profile, types, context);
  const device = { ...profile.device, ...without(entry, EQUIPMENT_KEYS) };
  const addresses = profile.units.flatMap(({ points }) => points.map(({ address }) => address));
  for (const issue of catalog.protocols[profile.protocol]?.checkDevice?.(device, addresses, link.options) ??
    []) {
    problems.add(item.source, [...item.path, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
  const base = {
    id,
    name: entry.name,
    profile: profile.id,
    link: link.id,
    device,
    location: toId<LocationId>(entry.location),
    contact: entry.contact === undefined ? null : toId<ContactId>(entry.contact),
    responsible: entry.responsible ?? null,
    ...(entry.service === undefined ? {} : { service: toService(entry.service) }),
    upstream: toUpstream(entry.upstream),
  };
  addEquipment(base, profile, link, tables);
  return { id, profile, changes };
}

function toService(entry: ServiceEntry): EquipmentService {
  const { serves, isolation, sparePart, warrantyUntil, contractor, isCommissioning } = entry;
  return {
    serves: serves.map((id) => toId<LocationId>(id)),
    isolation: isolation ?? null,
    sparePart: sparePart ?? null,
    warrantyUntil: warrantyUntil ?? null,
    contractor: contractor === undefined ? null : toId<ContactId>(contractor),
    isCommissioning,
  };
}

function checkReferences(
  item: Located,
  profile: Profile | null | undefined,
  context: EquipmentContext,
): void {
  const { problems, finder, links, locations, contacts } = context;
  const id = toRaw(item.value, 'profile');
  if (typeof id === 'string' && isId(id) && profile === undefined) {
    const { expected, found } = toUnknownProfile(id, finder.ids());
    problems.add(item.source, [...item.path, 'profile'], expected, found);
  }
  if (typeof id === 'string' && OWN_PROFILES.includes(id)) {
    problems.add(
      item.source,
      [...item.path, 'profile'],
      'a profile of a device',
      `"${id}", which is the gateway's own`,
    );
  }
  if (toRaw(item.value, 'id') === GATEWAY_ID) {
    problems.add(
      item.source,
      [...item.path, 'id'],
      'another id',
      `"${GATEWAY_ID}", which is the gateway itself`,
    );
  }
  const registers = { link: links.register, location: locations, contact: contacts };
  for (const [key, register] of Object.entries(registers)) {
    const reference = toRaw(item.value, key);
    if (typeof reference === 'string' && isId(reference)) register.check(reference, below(item, key));
  }
  checkService(item, context);
}

function checkService(item: Located, { locations, contacts }: EquipmentContext): void {
  const at = below(item, 'service');
  const service = toRaw(item.value, 'service');
  const contractor = toRaw(service, 'contractor');
  if (typeof contractor === 'string' && isId(contractor)) contacts.check(contractor, below(at, 'contractor'));
  const serves = toRaw(service, 'serves');
  if (!Array.isArray(serves)) return;
  for (const place of serves)
    if (typeof place === 'string' && isId(place)) locations.check(place, below(at, 'serves'));
}

/** Parts share the ids of equipment. */
function takeParts(
  id: EquipmentId,
  profile: Profile,
  item: Located,
  register: Register,
  context: EquipmentContext,
): boolean {
  const at = below(item, 'id');
  const [, ...parts] = toUnitIds(id, profile);
  const long = parts.find(isTooLong);
  if (long !== undefined) {
    context.problems.add(at.source, at.path, 'a shorter id', `"${long}" for one of its parts, too long`);
    return false;
  }
  return parts.map((part) => register.take(part, at)).every(Boolean);
}

/** InfluxDB: measurement = kind, field = point; a field cannot be a number here and a boolean there. */
function checkTypes(profile: Profile, types: PointTypes, { problems }: EquipmentContext): void {
  for (const unit of profile.units) {
    for (const point of unit.points) {
      const key = `${unit.kind}/${point.name}`;
      const first = types.get(key);
      if (first === undefined) types.set(key, point);
      else if (first.type !== point.type && first.at.source !== point.at.source) {
        const { source, path } = first.at;
        const { line, column } = source.locate(path, 'value');
        const expected = `"${point.name}" as ${first.type}, as for ${KINDS[unit.kind].text.en} at ${source.file}:${line}:${column}`;
        problems.add(point.at.source, [...point.at.path, 'id'], expected, point.type);
      }
    }
  }
}

function without(entry: object, keys: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !keys.includes(key)));
}

/** Key: catalog, then what and protocol. Keeps compiled validators. */
const schemas = new WeakMap<Catalog, Map<string, unknown>>();

function cached<S>(
  catalog: Catalog,
  what: string,
  protocol: string | null,
  make: (catalog: Catalog, protocol: string | null) => S,
): S {
  const ofCatalog = schemas.get(catalog) ?? new Map<string, unknown>();
  schemas.set(catalog, ofCatalog);
  const key = `${what} ${protocol ?? ''}`;
  const schema = (ofCatalog.get(key) as S | undefined) ?? make(catalog, protocol);
  ofCatalog.set(key, schema);
  return schema;
}
