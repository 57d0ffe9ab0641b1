/**
 * Schemas of profiles (`devices/<id>.yaml`). The address of a point, the properties of a rule and the protocol's own
 * section come from the catalog. Defaults are written here and nowhere else.
 */
import Type, { type Static } from 'typebox';
import type { Catalog } from '../config/catalog.ts';
import { closed } from '../config/schema.ts';
import { Id, Later, LongTextSchema, oneOf, ShortString, TextSchema, Version1 } from '../config/words.ts';
import { MAX_ID_LENGTH } from '../core/ids.ts';
import { KIND_NAMES } from '../core/kinds.ts';
import { SEVERITY_NAMES, type Severity } from '../core/severity.ts';
import { TICKET_CLASS_NAMES } from '../core/ticket.ts';
import { UNIT_NAMES } from '../core/units.ts';
import { UPSTREAM_NAMES } from '../core/upstream.ts';

/** Longest delay or interval: a day. */
const DAY_MS = 86_400_000;
const DelayMs = (options: { readonly default?: number } = {}) =>
  Type.Integer({ minimum: 0, maximum: DAY_MS, ...options });

/** Rule types that only the loader makes. */
export const DERIVED_RULE_TYPES: readonly string[] = ['offline', 'bad-data'];
/** Defaults of the loader's own rules: one missed poll or two must not wake anybody. */
export const DERIVED_ON_DELAY_MS = 5000;

const BadDataSchema = Type.Unsafe<false | { severity?: Severity; onDelayMs?: number }>({
  ...Type.Union([
    Type.Literal(false),
    closed({ severity: Type.Optional(oneOf(SEVERITY_NAMES)), onDelayMs: Type.Optional(DelayMs()) }),
  ]),
  expected: 'false or {severity, onDelayMs}',
});

const RangeSchema = closed({ min: Type.Number(), max: Type.Number() });
const StateSchema = closed({ value: Type.Integer(), name: TextSchema });

/** What the loader appends to the id of a point for its own rule. */
export const BAD_DATA_SUFFIX = '-bad-data';
const PointId = Type.String({ ...Id, maxLength: MAX_ID_LENGTH - BAD_DATA_SUFFIX.length });

const InterlockSchema = closed({
  point: Type.String(),
  in: Type.Optional(Type.Array(Type.Number(), { minItems: 1, maxItems: 256 })),
  notIn: Type.Optional(Type.Array(Type.Number(), { minItems: 1, maxItems: 256 })),
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  /** What is wrong when it does not hold. */
  text: TextSchema,
});

const writeProperties = {
  min: Type.Optional(Type.Number()),
  max: Type.Optional(Type.Number()),
  values: Type.Optional(Type.Array(Type.Number(), { minItems: 1, maxItems: 256 })),
  role: oneOf(['engineer', 'supervisor'], { default: 'engineer' }),
  interlocks: Type.Array(InterlockSchema, { maxItems: 10, default: [] }),
  readBack: closed(
    {
      point: Type.Optional(Type.String()),
      tolerance: Type.Number({ minimum: 0, default: 0 }),
      withinMs: Type.Integer({ minimum: 100, maximum: 600_000, default: 5_000 }),
    },
    { default: {} },
  ),
  /** Only where going back is always safe: interlocks are not asked then (writing/). */
  revertAfterMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: DAY_MS })),
};

const pointProperties = {
  id: PointId,
  name: TextSchema,
  unit: oneOf(UNIT_NAMES),
  /** For protocols that cannot tell from the address. */
  type: Type.Optional(oneOf(['number', 'boolean', 'text'])),
  decimals: Type.Optional(Type.Integer({ minimum: 0, maximum: 6 })),
  poll: Type.Integer({ minimum: 100, maximum: DAY_MS, default: 1000 }),
  staleAfter: Type.Optional(Type.Integer({ minimum: 100, maximum: 7 * DAY_MS })),
  deadband: Type.Number({ minimum: 0, default: 0 }),
  range: Type.Optional(RangeSchema),
  /** Largest believable change between two readings; a larger one is uncertain until it is confirmed. */
  maxStep: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  /** A value that rests for so long is uncertain: a frozen sensor. */
  stuckAfter: Type.Optional(Type.Integer({ minimum: 1_000, maximum: 7 * DAY_MS })),
  states: Type.Array(StateSchema, { maxItems: 256, default: [] }),
  /** One of the two to five points that staff look at first. */
  key: Type.Boolean({ default: false }),
  badData: Type.Optional(BadDataSchema),
};

const GuardValues = Type.Array(Type.Number(), { minItems: 1, maxItems: 256 });
/** A condition beside the rule's own: a point of the same equipment or part, and what it must or must not be. */
const GuardSchema = closed({
  point: Type.String(),
  in: Type.Optional(GuardValues),
  notIn: Type.Optional(GuardValues),
});

/** Defaults of a rule that the loader's own rules share. */
export const RULE_DEFAULTS = { offDelayMs: 0, uncertain: 'use', unknownHoldMs: 60_000 } as const;

export const ruleProperties = {
  id: Id,
  type: Type.String(),
  severity: oneOf(SEVERITY_NAMES),
  text: TextSchema,
  guidance: Type.Optional(LongTextSchema),
  /** Default: that of the kind (ticket-class.ts). */
  class: Type.Optional(oneOf(TICKET_CLASS_NAMES)),
  faultKind: Type.Optional(Id),
  onDelayMs: DelayMs({ default: 0 }),
  offDelayMs: DelayMs({ default: RULE_DEFAULTS.offDelayMs }),
  minGoodSamples: Type.Integer({ minimum: 1, maximum: 1000, default: 1 }),
  uncertain: oneOf(['use', 'unknown'], { default: RULE_DEFAULTS.uncertain }),
  unknownHoldMs: DelayMs({ default: RULE_DEFAULTS.unknownHoldMs }),
  ticket: Type.Boolean({ default: true }),
  when: Type.Array(GuardSchema, { maxItems: 10, default: [] }),
  /** A calendar of the site file: outside its hours the alarm is suppressed by design. */
  calendar: Type.Optional(Id),
  /** While all of these hold the alarm is an effect to be expected: suppressed by design, with this reason. */
  expectedWhen: Type.Optional(
    closed({ guards: Type.Array(GuardSchema, { minItems: 1, maxItems: 10 }), text: TextSchema }),
  ),
  latch: Type.Boolean({ default: false }),
  reAlarmMs: Type.Optional(Type.Integer({ minimum: 60_000, maximum: 7 * DAY_MS })),
  explains: Type.Optional(oneOf(UPSTREAM_NAMES)),
  explainedBy: Type.Array(oneOf(UPSTREAM_NAMES), { maxItems: UPSTREAM_NAMES.length, default: [] }),
};
const CommonRule = closed(ruleProperties);
export type RuleEntry = Static<typeof CommonRule> & Readonly<Record<string, unknown>>;

/** Rule types that a profile can use. */
export function toRuleTypes(catalog: Catalog): readonly string[] {
  return Object.keys(catalog.rules).filter((type) => !DERIVED_RULE_TYPES.includes(type));
}

/** Schema of a rule of this type; of any rule, its own keys unchecked, when the type is not known. */
export function toRuleSchema(catalog: Catalog, type: string | null) {
  const properties = { ...ruleProperties, type: oneOf(toRuleTypes(catalog)) };
  if (type === null) return Type.Object(properties);
  return closed({ ...properties, ...catalog.rules[type]?.properties });
}

/** A rule of the equipment itself, or `part/rule`. */
export const RULE_NAME = '^([a-z][a-z0-9-]*/)?[a-z][a-z0-9-]*$';

/** What a change of a rule has of its own; the properties of the rule are checked once they are merged (changed-rules.ts). */
export function toRuleChangeSchema(catalog: Catalog) {
  return Type.Object({
    id: Type.String({ pattern: RULE_NAME, maxLength: 2 * MAX_ID_LENGTH + 1 }),
    enabled: Type.Optional(Type.Boolean()),
    type: Type.Optional(oneOf(toRuleTypes(catalog))),
  });
}

const FaultKindSchema = closed({ id: Id, text: TextSchema });
export type FaultKindEntry = Static<typeof FaultKindSchema>;

/** Parts of one model at most: the zones of a large panel. */
const MAX_PARTS = 1000;
const head = {
  version: Version1,
  id: Id,
  vendor: ShortString,
  model: ShortString,
  kind: oneOf(KIND_NAMES),
  name: TextSchema,
  /** Manual, page, edition that the addresses are from. */
  source: Type.String({ minLength: 1, maxLength: 1000 }),
  verified: oneOf(['example', 'verified']),
};

function toPointSchema(catalog: Catalog, protocol: string) {
  const address = Type.Unsafe<Readonly<Record<string, unknown>>>(
    closed({ ...catalog.protocols[protocol]?.address }),
  );
  // Where it is written, when that is not where it is read.
  const write = closed({ ...writeProperties, address: Type.Optional(address) });
  /** `write`: people may write it; never on life-safety kinds. */
  return closed({ ...pointProperties, write: Type.Optional(write), address });
}

/** A profile whose protocol is not known: only what every profile has is checked. */
export function toOpenProfileSchema(catalog: Catalog) {
  return Type.Object({ ...head, protocol: oneOf(Object.keys(catalog.protocols)) });
}

export function toProfileSchema(catalog: Catalog, protocol: string) {
  const points = Type.Array(toPointSchema(catalog, protocol), { minItems: 1, maxItems: 2000 });
  const rules = Type.Array(Later, { maxItems: 1000, default: [] });
  const part = closed({
    id: Type.String({
      pattern: '^(?=.*\\{n\\})([a-z]|\\{n\\})([a-z0-9-]|\\{n\\})*$',
      maxLength: 40,
      expected: 'an id with "{n}", such as pump-{n}',
    }),
    count: Type.Integer({ minimum: 1, maximum: MAX_PARTS }),
    first: Type.Integer({ minimum: 0, maximum: 9999, default: 1 }),
    /** What numbers in addresses grow by from part to part; addresses in text use {n}. */
    stride: Type.Integer({ minimum: 0, maximum: 65_535, default: 0 }),
    kind: oneOf(KIND_NAMES),
    name: TextSchema,
    points,
    rules,
  });
  const section = closed({ ...catalog.protocols[protocol]?.profile }, { default: {} });
  const known = {
    ...head,
    protocol: Type.Literal(protocol),
    points,
    rules,
    /** What fault kinds that several rules share are called; one of a single rule is called as the rule is. */
    faultKinds: Type.Array(FaultKindSchema, { maxItems: 1000, default: [] }),
    parts: Type.Array(part, { maxItems: 20, default: [] }),
  };
  // The section named like the protocol holds the limits and habits of the model; only the driver knows its keys.
  const own: object = { [protocol]: section };
  return closed({ ...known, ...own });
}
export type ProfileFile = Static<ReturnType<typeof toProfileSchema>>;
export type PointEntry = ProfileFile['points'][number];
export type WriteEntry = NonNullable<PointEntry['write']>;
export type PartEntry = ProfileFile['parts'][number];
