/** Points of a profile: checks what the schema cannot say, fills in what follows from the address. */

import type { Catalog, PartShift, ProtocolSchema } from '../config/catalog.ts';
import type { PointDef } from '../config/model.ts';
import { quote } from '../config/problems.ts';
import { closed } from '../config/schema.ts';
import type { Located } from '../config/source.ts';
import { validate } from '../config/validate.ts';
import type { Severity } from '../core/severity.ts';
import type { ProfileContext } from './profile.ts';
import { DERIVED_ON_DELAY_MS, type PointEntry } from './schema.ts';
import type { WriteTemplate } from './write.ts';

/** A point without what belongs to a single equipment: index, id, link. */
export interface PointTemplate
  extends Pick<
    PointDef,
    | 'name'
    | 'text'
    | 'unit'
    | 'type'
    | 'isKey'
    | 'decimals'
    | 'states'
    | 'range'
    | 'maxStep'
    | 'stuckMs'
    | 'deadband'
    | 'pollMs'
    | 'address'
  > {
  /** null = by the protocol: from poll interval and time-out where values are polled, else without age. */
  readonly staleMs: number | null;
  readonly isPolled: boolean;
  /** How it may be written (write.ts); null = it may not. */
  readonly write: WriteTemplate | null;
  /** The loader's rule about unusable data of this point; null = none wanted. */
  readonly badData: { readonly severity: Severity; readonly onDelayMs: number } | null;
  /** Where it is declared. */
  readonly at: Located;
}

/** Digits after the decimal point when the profile names none. */
const DEFAULT_DECIMALS = 2;

/** @param shift of the addresses in a repetition of a part; null for the equipment itself */
export function toPoints(
  entries: readonly PointEntry[],
  located: Located,
  protocol: string,
  context: ProfileContext,
  shift: PartShift | null = null,
): readonly PointTemplate[] {
  const schema = context.catalog.protocols[protocol] as ProtocolSchema;
  const first = new Map<string, Located>();
  return entries.map((entry, index) => {
    const at = { ...located, path: [...located.path, index], value: entry };
    const known = first.get(entry.id);
    if (known === undefined) first.set(entry.id, { ...at, path: [...at.path, 'id'] });
    else addDuplicate(entry.id, known, at, context);
    checkPoint(entry, at, schema, context);
    return toPoint(entry, toAddress(entry, at, schema, context, shift), schema, at);
  });
}

function addDuplicate(
  id: string,
  first: Located,
  { source, path }: Located,
  { problems }: ProfileContext,
): void {
  const { line, column } = first.source.locate(first.path, 'value');
  const found = `"${id}", first used at ${first.source.file}:${line}:${column}`;
  problems.add(source, [...path, 'id'], 'an id used once', found);
}

function toPoint(
  entry: PointEntry,
  address: PointTemplate['address'],
  schema: ProtocolSchema,
  at: Located,
): PointTemplate {
  const type = toType(entry, schema);
  const isBoolean = type === 'boolean';
  const badData = entry.badData ?? {};
  return {
    name: entry.id,
    text: entry.name,
    unit: entry.unit,
    type,
    isKey: entry.key,
    decimals: entry.decimals ?? (isBoolean || entry.states.length > 0 ? 0 : DEFAULT_DECIMALS),
    states: new Map(entry.states.map(({ value, name }) => [value, name])),
    range: entry.range ?? null,
    maxStep: entry.maxStep ?? null,
    stuckMs: entry.stuckAfter ?? null,
    deadband: entry.deadband,
    pollMs: entry.poll,
    staleMs: entry.staleAfter ?? null,
    isPolled: schema.isPolled,
    write: null,
    address,
    badData:
      badData === false
        ? null
        : { severity: badData.severity ?? 'medium', onDelayMs: badData.onDelayMs ?? DERIVED_ON_DELAY_MS },
    at,
  };
}

function toType({ address, type }: PointEntry, schema: ProtocolSchema): PointDef['type'] {
  if (schema.isText?.(address) === true) return 'text';
  return schema.isBoolean(address) ? 'boolean' : (type ?? 'number');
}

function checkPoint(
  entry: PointEntry,
  { source, path }: Located,
  schema: ProtocolSchema,
  { problems }: ProfileContext,
): void {
  const { range, staleAfter, poll, states, type } = entry;
  if (range !== undefined && range.min >= range.max) {
    problems.add(source, [...path, 'range', 'max'], `more than min (${range.min})`, String(range.max));
  }
  if (staleAfter !== undefined && schema.isPolled && staleAfter <= poll) {
    problems.add(
      source,
      [...path, 'staleAfter'],
      `more than the poll interval (${poll} ms)`,
      String(staleAfter),
    );
  }
  const isBoolean = schema.isBoolean(entry.address);
  if (isBoolean && type === 'number') {
    problems.add(source, [...path, 'type'], 'boolean (the address is a single bit)', quote(type));
  }
  checkText(entry, { source, path, value: entry }, schema, problems);
  const seen = new Set<number>();
  for (const [index, state] of states.entries()) {
    const at = [...path, 'states', index, 'value'];
    if (seen.has(state.value)) problems.add(source, at, 'every value once', `${state.value} a second time`);
    if ((isBoolean || type === 'boolean') && state.value !== 0 && state.value !== 1) {
      problems.add(source, at, '0 or 1 (the point is a boolean)', String(state.value));
    }
    seen.add(state.value);
  }
}

/** Nothing that measures or compares is said of a text. */
function checkText(
  entry: PointEntry,
  { source, path }: Located,
  schema: ProtocolSchema,
  problems: ProfileContext['problems'],
): void {
  const isText = schema.isText?.(entry.address) === true;
  const { type, states, range, maxStep, stuckAfter, deadband } = entry;
  if (isText && type !== undefined && type !== 'text') {
    problems.add(source, [...path, 'type'], 'text (the address holds one)', quote(type));
  }
  if (!isText && type === 'text') {
    problems.add(source, [...path, 'type'], 'number or boolean (the address holds no text)', quote(type));
  }
  if (!isText) return;
  const given = { states: states.length > 0, range, maxStep, stuckAfter, deadband: deadband > 0 };
  for (const [key, value] of Object.entries(given)) {
    if (value !== undefined && value !== false)
      problems.add(source, [...path, key], `no ${key} (the point is a text)`, key);
  }
}

/** Key: catalog's protocol. Keeps compiled validators. */
const addressSchemas = new WeakMap<Catalog['protocols'][string], ReturnType<typeof closed>>();

function toAddressSchema(schema: ProtocolSchema): ReturnType<typeof closed> {
  const known = addressSchemas.get(schema) ?? closed({ ...schema.address });
  addressSchemas.set(schema, known);
  return known;
}

function toAddress(
  entry: PointEntry,
  at: Located,
  schema: ProtocolSchema,
  context: ProfileContext,
  shift: PartShift | null,
): PointTemplate['address'] {
  const place = { ...at, path: [...at.path, 'address'] };
  const address = checkAddress(entry.address, place, schema, context, shift);
  const point = { staleAfterMs: entry.staleAfter ?? null, address };
  for (const issue of schema.checkPoint?.(point, context.device ?? {}) ?? []) {
    context.problems.add(at.source, [...at.path, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
  return address;
}

/** @param place of the address, which is of the form that the schema asks for @returns the address in this repetition */
export function checkAddress(
  declared: PointTemplate['address'],
  place: Located,
  schema: ProtocolSchema,
  { problems, device = {} }: ProfileContext,
  shift: PartShift | null,
): PointTemplate['address'] {
  const address = shift === null ? declared : schema.shiftAddress(declared, shift);
  // A shifted address can leave the range that the schema allows.
  if (shift !== null)
    validate(toAddressSchema(schema), { ...place, value: address }, { problems, env: null });
  for (const issue of schema.checkAddress(address, device)) {
    problems.add(place.source, [...place.path, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
  return address;
}

/** `hi.limit`, `in[0]` as steps. */
export function toIssuePath(path: string): readonly (string | number)[] {
  return (path.match(/[^.[\]]+/g) ?? []).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
