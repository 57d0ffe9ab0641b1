/** JSON Schemas for editors, made from the same schemas that check the files. */
import {
  toOpenProfileSchema,
  toProfileSchema,
  toRuleChangeSchema,
  toRuleSchema,
  toRuleTypes,
} from '../profiles/schema.ts';
import { CalendarSchema } from './calendar-schema.ts';
import type { Catalog } from './catalog.ts';
import { PolicySchema } from './policy-schema.ts';
import {
  ContactSchema,
  LocationSchema,
  SiteSchema,
  toEquipmentSchema,
  toLinkProtocols,
  toLinkSchema,
} from './schema.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

type Schema = Readonly<Record<string, unknown>>;

export function toSiteJsonSchema(catalog: Catalog): Schema {
  const protocols = toLinkProtocols(catalog);
  return publish('Riser site file, version 1', SiteSchema, true, {
    locations: LocationSchema,
    contacts: ContactSchema,
    calendars: CalendarSchema,
    links: anyOf(protocols.map((protocol) => withProtocol(toLinkSchema(catalog, protocol), protocol))),
    equipment: anyOf(protocols.map((protocol) => toEquipmentSchema(catalog, protocol))),
    rules: toRuleChangeSchema(catalog),
  });
}

export function toProfileJsonSchema(catalog: Catalog): Schema {
  const rules = anyOf(toRuleTypes(catalog).map((type) => withType(toRuleSchema(catalog, type), type)));
  const variants = Object.keys(catalog.protocols).map((protocol) => toProfileSchema(catalog, protocol));
  const all = variants.length === 0 ? toOpenProfileSchema(catalog) : anyOf(variants);
  return publish('Riser profile, version 1', all, false, { rules });
}

export function toPolicyJsonSchema(): Schema {
  return publish('Riser service policy, version 2', PolicySchema, false, { calendars: CalendarSchema });
}

function anyOf(schemas: readonly object[]): object {
  return schemas.length === 1 ? (schemas[0] as object) : { anyOf: schemas };
}

function withProtocol(schema: object, protocol: string): object {
  return withConstant(schema as Schema, 'protocol', protocol);
}

function withType(schema: object, type: string): object {
  return withConstant(schema as Schema, 'type', type);
}

function withConstant(schema: Schema, key: string, value: string): Schema {
  return { ...schema, properties: { ...(schema['properties'] as Schema), [key]: { const: value } } };
}

/** A value with `${NAME}` in it, or `file:PATH`; what it stands for is checked when the site is loaded. */
const REFERENCE = { type: 'string', pattern: '^file:.|\\$\\{' };

/**
 * @param hasReferences whether values may be references to environment and files
 * @param lists schema of the items of lists that are checked item by item, by name of the list
 */
function publish(
  title: string,
  schema: object,
  hasReferences: boolean,
  lists: Readonly<Record<string, object>>,
): Schema {
  return { $schema: DIALECT, title, ...(clean(schema, { hasReferences, lists }) as Schema) };
}

interface Cleaning {
  readonly hasReferences: boolean;
  readonly lists: Readonly<Record<string, object>>;
}

function clean(node: unknown, cleaning: Cleaning): unknown {
  if (Array.isArray(node)) return node.map((item) => clean(item, cleaning));
  if (typeof node !== 'object' || node === null) return node;
  const { expected: _expected, required, properties, ...rest } = node as Schema;
  const cleaned = Object.entries(rest).map(([key, value]) => [key, clean(value, cleaning)]);
  if (properties === undefined) return withReference(Object.fromEntries(cleaned) as Schema, cleaning);
  const known = properties as Readonly<Record<string, Schema>>;
  const own = Object.entries(known).map(([key, value]) => [
    key,
    clean(withItems(key, value, cleaning), cleaning),
  ]);
  // What has a default may be left out, also where the loader fills it in before it checks.
  const wanted = ((required as readonly string[] | undefined) ?? []).filter(
    (key) => known[key]?.['default'] === undefined,
  );
  return Object.fromEntries([...cleaned, ['required', wanted], ['properties', Object.fromEntries(own)]]);
}

function withItems(key: string, schema: Schema, { lists }: Cleaning): Schema {
  const items = lists[key];
  const isLater = (schema['items'] as Schema | undefined)?.['later'] === true;
  return isLater && items !== undefined ? { ...schema, items } : schema;
}

function withReference(schema: Schema, { hasReferences }: Cleaning): Schema {
  const isNarrow =
    schema['type'] === 'integer' || schema['type'] === 'number' || schema['pattern'] !== undefined;
  if (!hasReferences || !isNarrow || schema['const'] !== undefined) return schema;
  const { default: fallback, description, ...narrow } = schema;
  const kept = Object.entries({ default: fallback, description }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(kept), anyOf: [narrow, REFERENCE] };
}
