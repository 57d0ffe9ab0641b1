/**
 * Finds properties of a rule by what its type's schema declares, at every depth: names that people give (points of an expression)
 * are not mistaken for properties. Knows no rule type.
 */
import type { Properties, RuleTypeSchema } from '../config/catalog.ts';
import type { Path } from '../config/source.ts';
import { isData } from './merge.ts';

type Params = Readonly<Record<string, unknown>>;

export interface Found {
  readonly path: Path;
  readonly value: unknown;
}

/** Every declared property whose name is wanted and that the rule has, outer ones first. */
export function findProperties(
  params: Params,
  properties: Properties,
  isWanted: (name: string) => boolean,
): readonly Found[] {
  return Object.entries(params).flatMap(([name, value]): readonly Found[] => {
    const schema: unknown = properties[name];
    const own = schema !== undefined && isWanted(name) ? [{ path: [name], value }] : [];
    return [...own, ...below(name, findInside(value, schema, isWanted))];
  });
}

/**
 * Property that names the point of that place in `pointRefs`; empty = it cannot be told. Asks the type itself: where another name
 * is written there, that place of its references is another one.
 */
export function toRefPath(type: RuleTypeSchema, params: Params, at: number): Path {
  const ref = type.pointRefs(params)[at];
  const places = findTexts(params).filter(({ value }) => value === ref);
  return places.find(({ path }) => type.pointRefs(withText(params, path))[at] === ELSEWHERE)?.path ?? [];
}

/** The name of no point. */
const ELSEWHERE = ' ';

function findInside(value: unknown, schema: unknown, isWanted: (name: string) => boolean): readonly Found[] {
  if (!isData(schema)) return [];
  const { properties, items, patternProperties } = schema;
  if (Array.isArray(value))
    return value.flatMap((item: unknown, at) => below(at, findInside(item, items, isWanted)));
  if (!isData(value)) return [];
  if (isData(properties)) return findProperties(value, properties as Properties, isWanted);
  // A record: its keys are names that somebody has given.
  const [inner] = isData(patternProperties) ? Object.values(patternProperties) : [];
  return Object.entries(value).flatMap(([name, item]) => below(name, findInside(item, inner, isWanted)));
}

function findTexts(value: unknown): readonly Found[] {
  if (typeof value === 'string') return [{ path: [], value }];
  if (Array.isArray(value)) return value.flatMap((item: unknown, at) => below(at, findTexts(item)));
  return isData(value) ? Object.entries(value).flatMap(([key, item]) => below(key, findTexts(item))) : [];
}

function withText(value: Params, path: Path): Params {
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const held = path.slice(0, -1).reduce((inner, key) => inner[key] as typeof copy, copy);
  const last = path.at(-1);
  if (last !== undefined) held[last] = ELSEWHERE;
  return copy;
}

function below(key: string | number, found: readonly Found[]): readonly Found[] {
  return found.map(({ path, value }) => ({ path: [key, ...path], value }));
}
