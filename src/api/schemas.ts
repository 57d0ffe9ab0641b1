/**
 * Shapes of the public API (v1): one schema gives validation, types, OpenAPI and the page's types.
 * Times are UTC milliseconds; texts come in both languages; null means "there is none".
 */
import Type, { type Static } from 'typebox';
import { ROLE_NAMES } from '../core/roles.ts';

export type { AlarmControlView, AlarmView, HistoryEntryView } from './alarm-schemas.ts';
export type { LinkView } from './link-schema.ts';
export type { LiveEventName, LiveEvents, ReadingTuple, Trouble } from './live-events.ts';
export type { RuleChangeView, RuleView } from './rule-schemas.ts';
export type { TicketView } from './ticket-schemas.ts';

export const strings = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });
export const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()]);
export const Ms = Type.Number({ description: 'UTC milliseconds since 1970' });

/** A pair in the form of an array: tuples are written differently in every version of JSON Schema. */
export const SampleSchema = Type.Unsafe<[number, number | null]>({
  type: 'array',
  items: { anyOf: [{ type: 'number' }, { type: 'null' }] },
  minItems: 2,
  maxItems: 2,
});

export const TextSchema = Type.Object({ zh: Type.String(), en: Type.String() });

export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable code; docs/errors.md' }),
  params: Type.Record(Type.String(), Type.Unknown()),
  detail: Type.String(),
  text: TextSchema,
});
export type ProblemDocument = Static<typeof ProblemSchema>;

// --- site ---------------------------------------------------------------------------------------------------------

/** A tag that hangs. */
export const LockOutSchema = Type.Object({ by: Type.String(), reason: Type.String(), atMs: Ms });

const PointWritingSchema = Type.Object(
  {
    min: Type.Number(),
    max: Type.Number(),
    values: nullable(
      Type.Array(Type.Number(), { description: 'The only values; null = all from min to max' }),
    ),
    role: strings(['engineer', 'supervisor']),
    revertAfterMs: nullable(
      Type.Number({ description: 'What stood before is written again after this time' }),
    ),
    interlocks: Type.Array(
      Type.Object({
        text: TextSchema,
        holds: nullable(
          Type.Boolean({ description: 'By the latest readings; null = cannot be told, and refuses' }),
        ),
      }),
    ),
  },
  { description: 'How it may be written; null = read only' },
);

export const PointViewSchema = Type.Object({
  id: Type.String({ description: 'equipment/point' }),
  equipment: Type.String(),
  name: Type.String(),
  text: TextSchema,
  unit: Type.String({ description: 'Symbol, e.g. MPa; empty for none' }),
  type: strings(['number', 'boolean', 'text']),
  isKey: Type.Boolean({ description: 'Staff look at it first; a profile may name none' }),
  decimals: Type.Integer(),
  states: Type.Array(Type.Object({ value: Type.Number(), text: TextSchema })),
  value: nullable(Type.Number({ description: 'Never of a text' })),
  textValue: nullable(Type.String({ description: 'Of type `text` only, in place of `value`' })),
  quality: strings(['good', 'uncertain', 'bad']),
  qualityCode: Type.Integer(),
  qualityReason: Type.String(),
  qualityText: TextSchema,
  sourceMs: nullable(Ms),
  receivedMs: nullable(Ms),
  lastGood: nullable(Type.Object({ value: Type.Number(), receivedMs: Ms }, { description: 'Not of a text' })),
  write: nullable(PointWritingSchema),
});
export type PointView = Static<typeof PointViewSchema>;

export const EquipmentViewSchema = Type.Object({
  id: Type.String(),
  parent: nullable(Type.String()),
  kind: Type.String(),
  kindText: TextSchema,
  system: Type.String(),
  systemText: TextSchema,
  name: TextSchema,
  place: TextSchema,
  link: nullable(Type.String()),
  contact: nullable(Type.Object({ name: TextSchema, method: Type.String() })),
  upstream: Type.Object(
    {
      power: nullable(Type.String()),
      water: nullable(Type.String()),
      linkage: nullable(Type.String()),
      link: nullable(Type.String()),
    },
    { description: 'Equipment that this one depends on' },
  ),
  points: Type.Array(Type.String({ description: 'Point ids' })),
  lockOut: Type.Union([LockOutSchema, Type.Null()], {
    description: 'Tag on this very equipment; one on what it is a part of forbids writing as well',
  }),
  isCommissioning: Type.Boolean({
    description:
      'In commissioning: alarms of its unproven points are listed, but open no ticket and wake nobody',
  }),
});
export type EquipmentView = Static<typeof EquipmentViewSchema>;

export const SiteViewSchema = Type.Object({
  id: Type.String(),
  name: TextSchema,
  timeZone: Type.String(),
  version: Type.String({ description: 'Version of the gateway' }),
  hasSimulation: Type.Boolean(),
  shelveMaxMs: Type.Object(
    {
      'life-safety': Type.Number(),
      high: Type.Number(),
      medium: Type.Number(),
      low: Type.Number(),
    },
    { description: 'Longest shelf of an alarm by severity, milliseconds; 0 = never' },
  ),
  calendars: Type.Array(Type.Object({ id: Type.String(), name: TextSchema }), {
    description: 'Hours that rules may be limited to',
  }),
});
export type SiteView = Static<typeof SiteViewSchema>;

export const LocationSchema = Type.Object({
  id: Type.String(),
  parent: nullable(Type.String()),
  path: { ...TextSchema, description: 'Names from the top down' },
});

// --- people, simulation -------------------------------------------------------------------------------------------

export const PersonViewSchema = Type.Object({
  username: Type.String(),
  displayName: TextSchema,
  roles: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
  site: Type.Object(
    { name: TextSchema, timeZone: Type.String({ description: 'IANA zone: times are told in it' }) },
    { description: 'What people from outside too may know of the site' },
  ),
});
export type PersonView = Static<typeof PersonViewSchema>;

export const SimulatedFaultSchema = Type.Object({
  equipment: Type.String(),
  fault: Type.String(),
  text: TextSchema,
  isActive: Type.Boolean(),
});

export const SessionViewSchema = Type.Object({
  person: PersonViewSchema,
  token: Type.String({ description: 'For `Authorization: Bearer`; browsers have it in the cookie' }),
  expiresAtMs: Ms,
});
export type SessionView = Static<typeof SessionViewSchema>;

export const UserViewSchema = Type.Object({
  username: Type.String(),
  displayName: TextSchema,
  roles: Type.Array(strings(ROLE_NAMES)),
  isDisabled: Type.Boolean(),
  isDemo: Type.Boolean(),
  createdAtMs: Ms,
  changedAtMs: Ms,
  version: Type.String({ description: 'Sent back with a change' }),
});
export type UserView = Static<typeof UserViewSchema>;

export const AuditEntrySchema = Type.Object({
  atMs: Ms,
  actor: Type.String({ description: 'User name, `gateway` or `command-line`' }),
  action: Type.String(),
  object: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
});
export type AuditEntryView = Static<typeof AuditEntrySchema>;

// --- operations ---------------------------------------------------------------------------------------------------

export const HealthViewSchema = Type.Object({
  isAlive: Type.Boolean(),
  status: strings(['ok', 'degraded', 'failed']),
  parts: Type.Array(Type.Object({ name: Type.String(), isHealthy: Type.Boolean(), detail: Type.String() })),
});
export const ReadyViewSchema = Type.Object({ isReady: Type.Boolean() });
