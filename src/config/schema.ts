/**
 * Schemas of the site file and its includes; that of the policy is policy-schema.ts. What depends on a plug-in (links,
 * equipment) is put together here from the catalog. Defaults are written here and nowhere else.
 */
import Type, { type Static, type TProperties } from 'typebox';
import { CONTACT_KIND_NAMES } from '../core/duty.ts';
import { KIND_NAMES } from '../core/kinds.ts';
import type { Catalog } from './catalog.ts';
import { NotifySchema } from './notify.ts';
import { FilePath, Id, Later, oneOf, orNull, ShortString, Size, TextSchema, Version1 } from './words.ts';

/** Objects refuse keys that they do not know. */
export const closed = <P extends TProperties>(properties: P, options: object = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

const Port = Type.Integer({ minimum: 0, maximum: 65_535, expected: 'a port from 0 (any free one) to 65535' });
/** Upper bounds keep a slip of the finger from being taken for a wish. */
const MAX_ITEMS = 20_000;

export const LocationSchema = closed({
  id: Id,
  parent: Type.Optional(Id),
  name: TextSchema,
});

export const ContactSchema = closed({
  id: Id,
  name: TextSchema,
  method: ShortString,
  kind: oneOf(CONTACT_KIND_NAMES, { default: 'internal' }),
  phones: Type.Array(ShortString, { maxItems: 10, default: [] }),
  for: Type.Array(oneOf(KIND_NAMES), { maxItems: KIND_NAMES.length, default: [] }),
});

export const HttpSchema = closed(
  {
    host: Type.String({ minLength: 1, maxLength: 255, default: '127.0.0.1' }),
    port: Type.Integer({ ...Port, default: 8080 }),
    tls: Type.Optional(closed({ cert: FilePath, key: FilePath })),
  },
  { default: {} },
);

/** How long the sink keeps a resolution. */
const kept = (span: string | 0) =>
  Type.Unsafe<string | 0>({
    anyOf: [
      { type: 'integer', minimum: 0, maximum: 0 },
      { type: 'string', pattern: '^[1-9]\\d{0,5} ?(h|d)$' },
    ],
    default: span,
    expected: 'a duration such as 48h or 730d, or 0 for ever',
  });

/** A retention policy is made for each resolution where Riser may. */
export const RollupSchema = closed({
  raw: kept(0),
  minute: kept('730d'),
  quarter: kept('1825d'),
  hour: kept(0),
});

export const InfluxSchema = closed({
  url: Type.String({
    pattern: '^https?://[^\\s]+$',
    maxLength: 1024,
    expected: 'a URL that begins with http:// or https://',
  }),
  database: Type.String({
    pattern: '^[A-Za-z0-9_.-]{1,64}$',
    expected: 'a database name (letters, digits, "_", ".", "-")',
  }),
  username: Type.Optional(ShortString),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  /** InfluxDB 2 and 3, in place of user name and password. */
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  /** Where raw readings go; without it the database's default one. */
  retentionPolicy: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', expected: 'a name (letters, digits, "_", "-")' }),
  ),
  timeoutMs: Type.Integer({ minimum: 100, maximum: 120_000, default: 5000 }),
  /** Default: on, unless the server is on this machine. */
  gzip: Type.Optional(Type.Boolean()),
  /** Backlog sent in a second at most, readings; live readings are not held back. */
  catchUpPerS: Type.Integer({ minimum: 100, maximum: 10_000_000, default: 50_000 }),
  rollups: orNull(RollupSchema, { default: null }),
});

export const JournalSchema = closed(
  {
    maxAgeDays: Type.Number({ exclusiveMinimum: 0, maximum: 3650, default: 14 }),
    maxBytes: Type.Unsafe<string | number>({ ...Size, default: '8GiB' }),
  },
  { default: {} },
);

export const BackupSchema = closed({
  /** Of another disk or machine, if it is to be of use. */
  directory: FilePath,
  /** Local time of the site. */
  at: Type.String({
    pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
    default: '03:30',
    expected: 'a time of day such as 03:30',
  }),
  keep: Type.Integer({ minimum: 1, maximum: 1_000, default: 7 }),
});

const list = <S extends Parameters<typeof Type.Array>[0]>(items: S) =>
  Type.Array(items, { maxItems: MAX_ITEMS, default: [] });

/** Keys that an included file may have; their lists are appended to the site file's. Items are checked one by one. */
const shared = {
  version: Version1,
  include: list(FilePath),
  locations: list(Later),
  contacts: list(Later),
  calendars: list(Later),
  links: list(Later),
  equipment: list(Later),
};

export const IncludeSchema = closed(shared);
export const SiteSchema = closed({
  ...shared,
  site: closed({
    id: Id,
    name: TextSchema,
    timeZone: ShortString,
    /** Telephone of the desk, day and night: shown to whoever reports without an account. */
    deskPhone: Type.Optional(ShortString),
  }),
  http: HttpSchema,
  influx: orNull(InfluxSchema, { default: null }),
  journal: JournalSchema,
  backup: orNull(BackupSchema, { default: null }),
  notify: NotifySchema,
  policy: Type.Optional(FilePath),
  /** 应急预案; default: those of config/plans-default.yaml. */
  plans: Type.Optional(FilePath),
  profiles: Type.Array(FilePath, { maxItems: 10, default: [] }),
});
export type SiteFile = Static<typeof SiteSchema>;

const linkProperties = { id: Id, name: TextSchema };
/** What tickets of an equipment are born with. */
const ServiceSchema = closed({
  /** Locations that lose water, power or lift with it. */
  serves: Type.Array(Id, { maxItems: 1000, default: [] }),
  /** Valve or breaker that isolates it. */
  isolation: Type.Optional(TextSchema),
  sparePart: Type.Optional(TextSchema),
  /** Last day of the warranty, local date. */
  warrantyUntil: Type.Optional(
    Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', expected: 'a date such as 2027-06-30' }),
  ),
  /** Contact of the register that repairs it under warranty. */
  contractor: Type.Optional(Id),
  /** 调试中: alarms are listed, but open no ticket and wake nobody. */
  isCommissioning: Type.Boolean({ default: false }),
});
export type ServiceEntry = Static<typeof ServiceSchema>;

const equipmentProperties = {
  id: Id,
  profile: Id,
  link: Id,
  location: Id,
  name: TextSchema,
  contact: Type.Optional(Id),
  responsible: Type.Optional(ShortString),
  upstream: closed(
    { power: Type.Optional(Id), water: Type.Optional(Id), linkage: Type.Optional(Id) },
    { default: {} },
  ),
  service: Type.Optional(ServiceSchema),
  /** What differs from the profile, and rules beside those of the profile. */
  rules: Type.Array(Later, { maxItems: 1000, default: [] }),
};

export const LINK_KEYS = ['protocol', ...Object.keys(linkProperties)] as const;
export const EQUIPMENT_KEYS = Object.keys(equipmentProperties);
/** Protocol of the gateway's own points; it has no links. */
export const INTERNAL_PROTOCOL = 'internal';

/** Protocols that a link can have. */
export function toLinkProtocols(catalog: Catalog): readonly string[] {
  return Object.keys(catalog.protocols).filter((protocol) => protocol !== INTERNAL_PROTOCOL);
}

/** Schema of a link of this protocol; of any link, its own keys unchecked, when the protocol is not known. */
export function toLinkSchema(catalog: Catalog, protocol: string | null) {
  const properties = { ...linkProperties, protocol: oneOf(toLinkProtocols(catalog)) };
  if (protocol === null) return Type.Object(properties);
  return closed({ ...properties, ...catalog.protocols[protocol]?.link });
}

/** Schema of an equipment on a link of this protocol; its own keys unchecked when the protocol is not known. */
export function toEquipmentSchema(catalog: Catalog, protocol: string | null) {
  if (protocol === null) return Type.Object(equipmentProperties);
  return closed({ ...equipmentProperties, ...catalog.protocols[protocol]?.device });
}
