/** Every plug-in stands in its table, and plug-ins do not know each other (design.md §3). */
import { posix } from 'node:path';
import type { Finding, Node, Source } from './source.ts';

export interface PluginTable {
  /** Folder of the plug-ins. */
  readonly folder: string;
  /** Files that may list them; one of these must import each plug-in. */
  readonly tables: readonly string[];
  /**
   * What one plug-in is: a folder of its own, every file, or a file that exports a value of the contract's type
   * (then the other files are helpers).
   */
  readonly unit: 'folder' | 'file' | { readonly type: string };
}

export const PLUGIN_TABLES: readonly PluginTable[] = [
  { folder: 'src/drivers', tables: ['src/drivers/index.ts'], unit: 'folder' },
  { folder: 'src/rules', tables: ['src/rules/index.ts'], unit: { type: 'RuleType' } },
  { folder: 'src/sinks', tables: ['src/sinks/index.ts'], unit: { type: 'Sink' } },
  { folder: 'src/notify', tables: ['src/notify/index.ts'], unit: { type: 'Notifier' } },
  { folder: 'src/api/routes', tables: ['src/api/routes/index.ts', 'src/api/server.ts'], unit: 'file' },
];

export function checkPluginTables(sources: readonly Source[], tables = PLUGIN_TABLES): readonly Finding[] {
  return tables.flatMap((table) => {
    const listed = sources
      .filter(({ path }) => table.tables.includes(path))
      .flatMap((source) => source.imports.map(({ specifier }) => resolve(source.path, specifier)));
    const plugins = Map.groupBy(
      sources.filter((source) => toPlugin(source, table) !== null),
      (source) => toPlugin(source, table) as string,
    );
    return [...plugins]
      .filter(
        ([name, files]) => !listed.some((path) => files.some((file) => file.path === path)) && name !== '',
      )
      .map(([name, files]) => ({
        file: files[0]?.path ?? name,
        line: 1,
        message: `${name} is not in ${table.tables.join(' or ')}`,
      }));
  });
}

export function checkPluginsApart(sources: readonly Source[], tables = PLUGIN_TABLES): readonly Finding[] {
  return tables.flatMap((table) => {
    const pluginOf = new Map(sources.map((source) => [source.path, toPlugin(source, table)]));
    return sources.flatMap((source) => {
      const own = pluginOf.get(source.path) ?? null;
      if (own === null) return [];
      return source.imports
        .map((item) => ({ ...item, other: pluginOf.get(resolve(source.path, item.specifier)) ?? null }))
        .filter(({ other }) => other !== null && other !== own)
        .map(({ line, other }) => ({
          file: source.path,
          line,
          message: `plug-in ${own} imports plug-in ${other}`,
        }));
    });
  });
}

/** Name of the plug-in that the file belongs to, or null. */
function toPlugin(source: Source, { folder, tables, unit }: PluginTable): string | null {
  if (!source.path.startsWith(`${folder}/`) || tables.includes(source.path)) return null;
  const rest = source.path.slice(folder.length + 1);
  if (unit === 'folder') return rest.includes('/') ? `${folder}/${rest.split('/')[0]}` : null;
  if (unit === 'file') return source.path;
  return exportsValueOf(source, unit.type) ? source.path : null;
}

/** `export const x: RuleType`, `… satisfies RuleType`, or an exported function that returns one (or a promise of it). */
function exportsValueOf(source: Source, type: string): boolean {
  return source.nodes
    .filter((node) => node.type === 'ExportNamedDeclaration')
    .flatMap((node) => toDeclared(node['declaration'] as Node | null))
    .some((item) => toValueTypes(item).includes(type));
}

function toDeclared(declaration: Node | null): readonly Node[] {
  if (declaration === null) return [];
  return declaration.type === 'VariableDeclaration'
    ? (declaration['declarations'] as readonly Node[])
    : [declaration];
}

/** Names of the type that a declared value has, as far as they are written down. */
function toValueTypes(item: Node): readonly string[] {
  const id = item['id'] as Node | null;
  const init = item['init'] as Node | null | undefined;
  const satisfied = init?.type === 'TSSatisfiesExpression' ? init['typeAnnotation'] : null;
  return [id?.['typeAnnotation'], item['returnType'], init?.['returnType'], satisfied].flatMap(toTypeNames);
}

function toTypeNames(annotation: unknown): readonly string[] {
  const node = annotation as Node | null | undefined;
  if (node === null || node === undefined) return [];
  if (node.type === 'TSTypeAnnotation') return toTypeNames(node['typeAnnotation']);
  if (node.type !== 'TSTypeReference') return [];
  const name = (node['typeName'] as Node)['name'];
  const inner =
    name === 'Promise'
      ? ((node['typeArguments'] as Node | null)?.['params'] as readonly unknown[] | undefined)
      : [];
  return [typeof name === 'string' ? name : '', ...(inner ?? []).flatMap(toTypeNames)];
}

function resolve(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}
