/**
 * Checks a value against a TypeBox schema and says what is wrong in words: expected from the schema, found from
 * the value. Fills in defaults. Knows nothing of what the values mean.
 */
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { describe, list, type Schema } from './describe.ts';
import { didYouMean, isSecret, type Problems, quote, toFound } from './problems.ts';
import { type Environment, type Expansion, expandReferences } from './references.ts';
import type { Located, Path } from './source.ts';

export interface Checking {
  readonly problems: Problems;
  /** Where `${NAME}` and `file:` are replaced from; null in files that are plain data (profiles, policy). */
  readonly env: Environment | null;
}

type Issue = ReturnType<Validator['Errors']>[number];

const NONE: ReadonlySet<string> = new Set();

/** Key: schema object. Compiling is dear, schemas are few. */
const validators = new WeakMap<TSchema, Validator>();

/**
 * @returns the checked copy with references replaced and defaults filled in, or null when something was wrong
 * (then it stands in `problems`).
 */
export function validate<S extends TSchema>(
  schema: S,
  located: Located,
  { problems, env }: Checking,
): Static<S> | null {
  const expansion =
    env === null
      ? { value: structuredClone(located.value), hidden: NONE, failed: NONE }
      : expandReferences(schema, located, env, problems);
  const validator = toValidator(schema);
  const value = validator.Default(expansion.value);
  if (validator.Check(value)) return expansion.failed.size > 0 ? null : (value as Static<S>);
  report(schema, { ...located, value }, toErrors(validator, value), expansion, problems);
  return null;
}

/** Whether the document is of the version that we know; anything else would drown in follow-up messages. */
export function checkVersion({ source, path, value }: Located, problems: Checking['problems']): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.add(source, path, 'a mapping', value === null ? 'an empty file' : toFound(value, path));
    return false;
  }
  const version: unknown = (value as Readonly<Record<string, unknown>>)['version'];
  if (version === 1) return true;
  problems.add(source, [...path, 'version'], '1, the only version known', toFound(version, ['version']));
  return false;
}

function toValidator(schema: TSchema): Validator {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const made: Validator = Compile(schema);
  validators.set(schema, made);
  return made;
}

/** All errors: the library stops at 8 unless told otherwise. */
function toErrors(validator: Validator, value: unknown): Issue[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: Number.MAX_SAFE_INTEGER });
  try {
    return validator.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
}

function report(
  schema: TSchema,
  located: Located,
  issues: readonly Issue[],
  { hidden, failed }: Omit<Expansion, 'value'>,
  problems: Problems,
): void {
  const told = new Set<string>();
  const tell = (below: Path, expected: string, found: string, at: 'key' | 'value' = 'value'): void => {
    const path = [...located.path, ...below];
    const pointer = `${path.join('/')} ${at}`;
    if (told.has(pointer)) return;
    told.add(pointer);
    // What a reference would have brought is not known: its own problem is enough.
    if (failed.has(path.join('/'))) return;
    const isHidden = hidden.has(path.join('/'));
    problems.add(located.source, path, expected, isHidden ? '(secret)' : found, at);
  };
  for (const issue of issues) {
    if (!isNoise(issue, schema as Schema, located.value)) tellIssue(issue, schema as Schema, located, tell);
  }
  // A schema keyword that this file has no words for must still stop the start.
  if (told.size === 0) tell([], 'a value that fits the schema', toFound(located.value, located.path));
}

type Tell = (below: Path, expected: string, found: string, at?: 'key' | 'value') => void;

function tellIssue(issue: Issue, schema: Schema, located: Located, tell: Tell): void {
  const path = toPath(issue.instancePath, located.value);
  const part = toPart(schema, issue.schemaPath);
  if (issue.keyword === 'required') {
    for (const key of issue.params.requiredProperties) {
      tell([...path, key], describe(toProperties(part)[key] ?? {}), 'nothing');
    }
    return;
  }
  if (issue.keyword === 'additionalProperties') {
    const known = Object.keys(toProperties(part));
    for (const key of issue.params.additionalProperties) {
      tell(
        [...path, key],
        `one of the keys ${list(known)}`,
        `unknown key ${quote(key)}${didYouMean(key, known)}`,
        'key',
      );
    }
    return;
  }
  const value = toValue(located.value, path);
  const full = [...located.path, ...path];
  const hint = typeof value === 'string' && !isSecret(full) ? didYouMean(value, toEnum(part)) : '';
  tell(path, describe(part, issue.keyword), toFound(value, full) + hint);
}

/**
 * Of a union only one message is wanted: those of the mapping alternative when a mapping was written, else that of
 * the union. `required` for a property with a default comes up only inside unions, where defaults are not yet filled.
 */
function isNoise(issue: Issue, schema: Schema, root: unknown): boolean {
  if (issue.keyword === 'boolean') return true;
  if (issue.keyword === 'required') {
    const properties = toProperties(toPart(schema, issue.schemaPath));
    if (issue.params.requiredProperties.every((key) => properties[key]?.['default'] !== undefined))
      return true;
  }
  return toUnionPaths(issue).some((unionPath) => isNoiseIn(unionPath, issue, schema, root));
}

/** Schema paths of the unions that the issue stands in, the outermost first; last its own if it is one of a union. */
function toUnionPaths({ schemaPath, keyword }: Issue): readonly string[] {
  const around = [...schemaPath.matchAll(/\/anyOf\/\d+/g)].map(({ index }) => schemaPath.slice(0, index));
  return keyword === 'anyOf' ? [...around, schemaPath] : around;
}

function isNoiseIn(unionPath: string, issue: Issue, schema: Schema, root: unknown): boolean {
  const union = toPart(schema, unionPath);
  const mapping = (union['anyOf'] as readonly Schema[]).findIndex(
    (candidate) => candidate['type'] === 'object',
  );
  const isInMapping = issue.schemaPath.startsWith(`${unionPath}/anyOf/${mapping}`);
  const unionValue = toValue(root, toUnionPath(issue, unionPath, root));
  const isMapping =
    mapping >= 0 && typeof unionValue === 'object' && unionValue !== null && !Array.isArray(unionValue);
  return isMapping ? !isInMapping : issue.schemaPath !== unionPath;
}

/** Path of the value that the union describes: as many steps as the union's schema path has. */
function toUnionPath(issue: Issue, unionPath: string, root: unknown): Path {
  const steps = unionPath
    .split('/')
    .filter((_step, index, all) => all[index - 1] === 'properties' || all[index] === 'items');
  return toPath(issue.instancePath, root).slice(0, steps.length);
}

function toPath(pointer: string, root: unknown): Path {
  let value = root;
  const path: (string | number)[] = [];
  for (const raw of pointer.split('/').slice(1)) {
    const key = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    path.push(Array.isArray(value) ? Number(key) : key);
    value = toValue(value, path.slice(-1));
  }
  return path;
}

function toValue(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}

function toPart(schema: Schema, schemaPath: string): Schema {
  const part = toValue(schema, schemaPath.split('/').slice(1));
  return typeof part === 'object' && part !== null ? (part as Schema) : {};
}

function toProperties(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema['properties'] as Readonly<Record<string, Schema>> | undefined) ?? {};
}

function toEnum(schema: Schema): readonly string[] {
  const values = schema['enum'];
  return Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [];
}
