/**
 * Reads the site file and everything that it includes; appends the lists of the includes to its own. Items are
 * handed on with the place that they were written at; references between them are checked by others.
 */
import { dirname, resolve } from 'node:path';
import type { TSchema } from 'typebox';
import { IncludeSchema, type SiteFile, SiteSchema } from './schema.ts';
import { type Located, readSource, type Source, whyUnreadable } from './source.ts';
import { type Checking, checkVersion, validate } from './validate.ts';

/** Files that one site may include, directly and through other includes. */
export const MAX_INCLUDES = 20;

const LISTS = ['locations', 'contacts', 'calendars', 'links', 'equipment'] as const;
type ListName = (typeof LISTS)[number];

export interface SiteFiles {
  /** Without problems of its own; null when it has some. */
  readonly site: SiteFile | null;
  readonly source: Source;
  /** The site file as written, for what can be checked even when it has problems. */
  readonly raw: unknown;
  /** Site file first, includes in order of reading. */
  readonly sources: readonly Source[];
  /** Items of all files, raw where a plug-in decides their schema. Empty for a file that has problems. */
  readonly lists: Readonly<Record<ListName, readonly Located[]>>;
}

interface Reading {
  readonly checking: Checking;
  readonly sources: Source[];
  readonly lists: Record<ListName, Located[]>;
  /** Absolute paths of all files read or about to be read. */
  readonly taken: Set<string>;
}

/** @returns null when the site file itself cannot be read. */
export function readSiteFiles(path: string, checking: Checking): SiteFiles | null {
  const main = readSource(path, checking.problems);
  if (main === null) return null;
  const lists = { locations: [], contacts: [], calendars: [], links: [], equipment: [] };
  const reading: Reading = { checking, sources: [], lists, taken: new Set([main.source.absolute]) };
  const site = readFile(SiteSchema, main, [], reading);
  return { site, source: main.source, raw: main.value, sources: reading.sources, lists };
}

function readFile<S extends TSchema>(
  schema: S,
  located: Located,
  above: readonly string[],
  reading: Reading,
) {
  const { checking, sources, lists } = reading;
  sources.push(located.source);
  const file = checkVersion(located, checking.problems) ? validate(schema, located, checking) : null;
  // A file with problems still gives its lists, so that their problems come up in the same run.
  const content = (file ?? located.value) as Readonly<Record<string, unknown>> | null;
  for (const name of LISTS) lists[name].push(...toItems(located, name, content?.[name]));
  const chain = [...above, located.source.absolute];
  for (const path of toIncludes(located.source, content?.['include'], chain, reading)) {
    const included = readSource(path, checking.problems);
    if (included !== null) readFile(IncludeSchema, included, chain, reading);
  }
  return file;
}

function toItems(located: Located, name: ListName, items: unknown): readonly Located[] {
  if (!Array.isArray(items)) return [];
  return items.map((value: unknown, index) => ({ ...located, path: [name, index], value }));
}

function toIncludes(
  source: Source,
  names: unknown,
  chain: readonly string[],
  reading: Reading,
): readonly string[] {
  if (!Array.isArray(names)) return [];
  const found: string[] = [];
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') continue;
    const absolute = resolve(dirname(source.absolute), name);
    const mistake = whyNotIncluded(absolute, chain, reading.taken);
    if (mistake === null) {
      reading.taken.add(absolute);
      found.push(absolute);
    } else reading.checking.problems.add(source, ['include', index], mistake.expected, mistake.found);
  }
  return found;
}

function whyNotIncluded(
  absolute: string,
  chain: readonly string[],
  taken: ReadonlySet<string>,
): { readonly expected: string; readonly found: string } | null {
  if (chain.includes(absolute)) {
    return { expected: 'includes without a circle', found: 'a file that leads back to this one' };
  }
  if (taken.has(absolute))
    return { expected: 'every file included once', found: 'a file that is included already' };
  if (taken.size > MAX_INCLUDES)
    return { expected: `at most ${MAX_INCLUDES} included files`, found: 'one more' };
  const reason = whyUnreadable(absolute);
  return reason === null ? null : { expected: 'a readable file', found: reason };
}
