/**
 * References in values of a site file, so that secrets and ports stay out of it:
 * `${NAME}`, `${NAME:-default}` (the environment, anywhere in a text; `$${` is a plain `${`) and
 * `file:path` (the content of a file, as the whole value; relative to the file that names it).
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { TSchema } from 'typebox';
import type { Problems } from './problems.ts';
import type { Located, Path } from './source.ts';
import { whyUnreadable } from './source.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Largest file behind a `file:` reference: a key or a certificate chain. */
export const MAX_SECRET_BYTES = 64 * 1024;

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}|\$\{/g;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

export interface Expansion {
  readonly value: unknown;
  /** Pointers (`/`-joined paths) of values that came from a file: never shown. */
  readonly hidden: ReadonlySet<string>;
  /** Pointers of values whose reference could not be followed; they have been reported. */
  readonly failed: ReadonlySet<string>;
}

/**
 * A copy of the value with every reference replaced. The schema tells where a number is wanted; below a place
 * that it does not describe (`later`), nothing is replaced.
 */
export function expandReferences(
  schema: TSchema,
  located: Located,
  env: Environment,
  problems: Problems,
): Expansion {
  const hidden = new Set<string>();
  const failed = new Set<string>();
  const expandText = (text: string, path: Path): string => {
    const before = problems.count;
    const value = replace(text, path);
    if (problems.count > before) failed.add(path.join('/'));
    return value;
  };
  const replace = (text: string, path: Path): string => {
    if (!text.startsWith('file:')) return expandEnvironment(text, { ...located, path }, env, problems);
    hidden.add(path.join('/'));
    return readReferenced(text.slice('file:'.length), { ...located, path }, problems);
  };
  const walk = (value: unknown, wanted: Schema | null, path: Path): unknown => {
    if (wanted?.['later'] === true) return value;
    if (typeof value === 'string') {
      const text = isReference(value) ? expandText(value, path) : value;
      return text === value ? value : toWanted(text, wanted);
    }
    if (Array.isArray(value))
      return value.map((item, index) => walk(item, toItems(wanted), [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, toProperty(wanted, key), [...path, key])]),
    );
  };
  const value = walk(located.value, schema as Schema, located.path);
  return { value, hidden, failed };
}

type Schema = Readonly<Record<string, unknown>>;

/** Whether a text names something that stands elsewhere. */
export function isReference(text: string): boolean {
  return text.includes('${') || text.startsWith('file:');
}

function expandEnvironment(text: string, located: Located, env: Environment, problems: Problems): string {
  const { source, path } = located;
  return text.replace(
    REFERENCE,
    (whole, name: string | undefined, _tail: unknown, fallback: string | undefined) => {
      if (whole === '$${') return '${';
      if (name === undefined) {
        problems.add(source, path, '${NAME} or ${NAME:-default}', 'an unfinished "${"');
        return '';
      }
      const value = env[name];
      if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
      if (value === undefined) {
        problems.add(
          source,
          path,
          `environment variable ${name} or a default: \${${name}:-…}`,
          'it is not set',
        );
      }
      return value ?? '';
    },
  );
}

function readReferenced(target: string, { source, path }: Located, problems: Problems): string {
  const absolute = resolve(dirname(source.absolute), target);
  const reason = whyUnreadable(absolute);
  if (reason === null && statSync(absolute).size <= MAX_SECRET_BYTES) {
    try {
      return readFileSync(absolute, 'utf8').replace(/\r?\n$/, '');
    } catch {
      problems.add(source, path, 'a readable file after "file:"', 'no permission to read it');
      return '';
    }
  }
  problems.add(
    source,
    path,
    'a readable file after "file:"',
    reason ?? `more than ${MAX_SECRET_BYTES} bytes`,
  );
  return '';
}

function toAlternatives(schema: Schema | null): readonly Schema[] {
  if (schema === null) return [];
  const anyOf = schema['anyOf'];
  return Array.isArray(anyOf) ? (anyOf as readonly Schema[]) : [schema];
}

function toItems(schema: Schema | null): Schema | null {
  const holder = toAlternatives(schema).find((candidate) => candidate['items'] !== undefined);
  return (holder?.['items'] as Schema | undefined) ?? null;
}

function toProperty(schema: Schema | null, key: string): Schema | null {
  for (const candidate of toAlternatives(schema)) {
    const properties = candidate['properties'] as Readonly<Record<string, Schema>> | undefined;
    if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key] ?? null;
  }
  return null;
}

/** A replaced text as the number or boolean that the schema wants; else the text, for the schema to refuse. */
function toWanted(text: string, schema: Schema | null): unknown {
  const types = toAlternatives(schema).map((candidate) => candidate['type']);
  if (types.includes('string')) return text;
  if ((types.includes('number') || types.includes('integer')) && NUMBER.test(text)) return Number(text);
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
