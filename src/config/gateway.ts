/**
 * The gateway among its equipment: itself, and a part for every link that several equipment share. When all of them are
 * silent the link is to blame: one alarm, which explains theirs (alarms.md B7). The only equipment of a link has its own
 * `offline`, which says the same at its own place.
 */
import { type EquipmentId, type LinkId, type LocationId, MAX_ID_LENGTH, toId } from '../core/ids.ts';
import { KINDS } from '../core/kinds.ts';
import { addEquipment, type EquipmentBase, type Tables } from '../profiles/expand.ts';
import type { PointTemplate } from '../profiles/points.ts';
import type { Profile } from '../profiles/profile.ts';
import { toDigest } from './digest.ts';
import type { Equipment, LinkDef, Location } from './model.ts';
import type { Register } from './register.ts';
import type { RuleOwner } from './site-rules.ts';
import type { Located } from './source.ts';

/** Id and profile of the equipment that is the gateway itself. */
export const GATEWAY_ID = 'gateway';
export const GATEWAY_PROFILE = 'riser-gateway';
/** Profile of its part for a shared link. */
export const GATEWAY_LINK_PROFILE = 'riser-gateway-link';
/** What only the loader uses. */
export const OWN_PROFILES: readonly string[] = [GATEWAY_PROFILE, GATEWAY_LINK_PROFILE];

const LINK_PREFIX = `${GATEWAY_ID}-link-`;
/** Equipment that make a link one that is shared. */
const SHARERS = 2;
/** Hex digits behind the id of a link that is too long. */
const DIGEST_CHARS = 8;

export interface GatewayProfiles {
  readonly own: Profile;
  /** null = it has problems. */
  readonly link: Profile | null;
}

export interface GatewaySite {
  /** The gateway's own location. */
  readonly home: LocationId;
  readonly locations: ReadonlyMap<LocationId, Location>;
  readonly links: ReadonlyMap<LinkId, LinkDef>;
  /** Key: link id. Where each is written. */
  readonly places: ReadonlyMap<LinkId, Located>;
  /** Ids of equipment and parts. */
  readonly register: Register;
}

/** Adds them behind all other equipment, which gets its links as upstream. @returns what their rules are made from */
export function addGateway(
  profiles: GatewayProfiles,
  site: GatewaySite,
  tables: Tables,
): readonly RuleOwner[] {
  const { own, link } = profiles;
  const gateway = { ...toBase(own, GATEWAY_ID, site.home), name: KINDS.gateway.text };
  const shared = findShared(tables);
  addEquipment(gateway, own, null, tables);
  const owners = [{ id: gateway.id, profile: own, changes: [] }];
  if (link === null) return owners;
  /** Key: link. Its part of the gateway. */
  const parts = new Map<LinkId, EquipmentId>();
  for (const [id, users] of shared) {
    const def = site.links.get(id);
    const at = site.places.get(id);
    const part = toLinkEquipment(id);
    if (def === undefined || at === undefined || !site.register.take(part, at)) continue;
    const base = {
      ...toBase(link, part, toCommonLocation(users, site)),
      ...toDependency(users),
      name: toName(def),
    };
    const profile = withLink(link, id);
    addEquipment(base, profile, null, tables);
    tables.equipment.set(base.id, { ...base, parent: gateway.id, kind: KIND });
    owners.push({ id: base.id, profile, changes: [] });
    parts.set(id, base.id);
  }
  addUpstream(parts, tables);
  return owners;
}

const KIND = 'gateway';

/** Equipment id of the gateway's part for a link; a long id of the link is cut and told apart by its digest. */
export function toLinkEquipment(link: LinkId): EquipmentId {
  const id = `${LINK_PREFIX}${link}`;
  if (id.length <= MAX_ID_LENGTH) return toId(id);
  const digest = toDigest(link).slice(0, DIGEST_CHARS);
  return toId(`${id.slice(0, MAX_ID_LENGTH - DIGEST_CHARS - 1)}-${digest}`);
}

function toBase(profile: Profile, id: string, location: LocationId): Omit<EquipmentBase, 'name'> {
  return {
    id: toId(id),
    profile: profile.id,
    link: null,
    device: profile.device,
    location,
    contact: null,
    responsible: null,
    upstream: {},
  };
}

export function hasSharedLink(tables: Tables): boolean {
  return findShared(tables).size > 0;
}

/** Whole equipment by link, in order of first use. */
function findShared(tables: Tables): ReadonlyMap<LinkId, readonly Equipment[]> {
  const whole = [...tables.equipment.values()].filter(({ parent }) => parent === null);
  const byLink = new Map<LinkId, Equipment[]>();
  for (const equipment of whole) {
    if (equipment.link === null) continue;
    const users = byLink.get(equipment.link);
    if (users === undefined) byLink.set(equipment.link, [equipment]);
    else users.push(equipment);
  }
  return new Map([...byLink].filter(([, users]) => users.length >= SHARERS));
}

function toName({ name }: LinkDef): LinkDef['name'] {
  return { zh: `通信链路：${name.zh}`, en: `Link: ${name.en}` };
}

/** Power that feeds all of them feeds what they are reached by, as far as anybody can tell. */
function toDependency(users: readonly Equipment[]): Pick<Equipment, 'upstream'> {
  const [power, ...others] = [...new Set(users.map(({ upstream }) => upstream.power))];
  return { upstream: power === undefined || others.length > 0 ? {} : { power } };
}

/** The smallest place that holds all of them; the gateway's own when there is none. */
function toCommonLocation(users: readonly Equipment[], { home, locations }: GatewaySite): LocationId {
  const chains = users.map(({ location }) => toChain(location, locations));
  const [first = []] = chains;
  return first.find((location) => chains.every((chain) => chain.includes(location))) ?? home;
}

/** From the place itself up to the top. Circles have been refused, and end here all the same. */
function toChain(location: LocationId, locations: GatewaySite['locations']): readonly LocationId[] {
  const chain: LocationId[] = [];
  let next: LocationId | null = location;
  while (next !== null && !chain.includes(next)) {
    chain.push(next);
    next = locations.get(next)?.parent ?? null;
  }
  return chain;
}

/** Its figures are those of one link. */
function withLink(profile: Profile, link: LinkId): Profile {
  const toOwn = (point: PointTemplate): PointTemplate => ({ ...point, address: { ...point.address, link } });
  return { ...profile, units: profile.units.map((unit) => ({ ...unit, points: unit.points.map(toOwn) })) };
}

function addUpstream(parts: ReadonlyMap<LinkId, EquipmentId>, { equipment }: Tables): void {
  for (const [id, one] of equipment) {
    const link = one.link === null ? undefined : parts.get(one.link);
    if (link !== undefined) equipment.set(id, { ...one, upstream: { ...one.upstream, link } });
  }
}
