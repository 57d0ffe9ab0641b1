/** Documents and deployment files agree with the code: commands are described, named files exist. */
import { parseDocument } from 'yaml';
import type { Finding, Node, Source } from './source.ts';
import { toDottedName, toLiteral } from './source.ts';

/** Names in the table COMMANDS of src/main.ts. @throws Error when there is no such table. */
export function toCommandNames(main: Source): readonly string[] {
  const table = main.nodes.find(
    (node) => node.type === 'VariableDeclarator' && toDottedName(node['id']) === 'COMMANDS',
  );
  const properties = (table?.['init'] as Node | undefined)?.['properties'] as readonly Node[] | undefined;
  if (properties === undefined) throw new Error(`${main.path} has no table COMMANDS`);
  return properties.map(({ key }) => toDottedName(key) ?? toLiteral(key) ?? '');
}

/** Every command is shown in the README as it is typed, and so is `--help`; what it shows exists. */
export function checkReadmeCommands(readme: string, commands: readonly string[]): readonly Finding[] {
  const shown = new Set(
    Array.from(readme.matchAll(/main\.ts ([a-z][a-z-]*)/g), ([, name]) => name as string),
  );
  const missing = commands
    .filter((name) => !shown.has(name))
    .map((name) => `does not show the command \`main.ts ${name}\``);
  const unknown = [...shown]
    .filter((name) => !commands.includes(name))
    .map((name) => `shows an unknown command \`main.ts ${name}\``);
  const help = readme.includes('--help') ? [] : ['does not mention --help'];
  return [...missing, ...unknown, ...help].map((message) => ({ file: 'README.md', line: 1, message }));
}

/** `COPY` of files that are not in the project. Patterns and copies from another stage are not judged. */
export function checkDockerfile(text: string, exists: (path: string) => boolean): readonly Finding[] {
  return text.split('\n').flatMap((line, at) => {
    const words = /^COPY\s+(.*)$/.exec(line)?.[1]?.split(/\s+/) ?? [];
    if (words.some((word) => word.startsWith('--from='))) return [];
    const named = words.filter((word) => !word.startsWith('--')).slice(0, -1);
    return named
      .filter((path) => path !== '.' && !path.includes('*') && !exists(path))
      .map((path) => ({ file: 'Dockerfile', line: at + 1, message: `copies ${path}, which does not exist` }));
  });
}

interface Compose {
  readonly services?: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

interface Service {
  readonly build?: string;
  readonly image?: string;
  readonly volumes?: readonly string[];
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly environment?: Readonly<Record<string, unknown>>;
}

/** The file parses, what it mounts exists, volumes and services that it names are declared, secrets are asked for. */
export function checkCompose(text: string, exists: (path: string) => boolean): readonly Finding[] {
  const document = parseDocument(text);
  const syntax = document.errors.map((error) => ({
    line: error.linePos?.[0].line ?? 1,
    message: error.message,
  }));
  const compose = (syntax.length > 0 ? {} : document.toJS()) as Compose;
  const problems = Object.entries(compose.services ?? {}).flatMap(([name, service]) =>
    checkService(service, compose, exists).map((message) => ({
      line: findLine(text, name),
      message: `${name}: ${message}`,
    })),
  );
  return [...syntax, ...problems].map((finding) => ({ file: 'compose.yaml', ...finding }));
}

function checkService(
  service: Service,
  compose: Compose,
  exists: (path: string) => boolean,
): readonly string[] {
  const sources = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
  const missing = sources
    .filter((path) => path.startsWith('.') && !exists(path))
    .map((path) => `mounts ${path}, which does not exist`);
  const undeclared = sources
    .filter((volume) => /^\w/.test(volume) && !Object.hasOwn(compose.volumes ?? {}, volume))
    .map((volume) => `uses volume ${volume}, which is not declared`);
  const needs = Array.isArray(service.depends_on)
    ? service.depends_on
    : Object.keys(service.depends_on ?? {});
  const unknown = needs
    .filter((need) => !Object.hasOwn(compose.services ?? {}, need))
    .map((need) => `depends on unknown ${need}`);
  const plain = Object.entries(service.environment ?? {})
    .filter(([key, value]) => /PASSWORD|SECRET|TOKEN/.test(key) && !/^\$\{\w+:\?.+\}$/.test(String(value)))
    .map(([key]) => `${key} is not asked for with \${…:?…}`);
  const origin =
    service.image === undefined && service.build === undefined ? ['has neither image nor build'] : [];
  return [...missing, ...undeclared, ...unknown, ...plain, ...origin];
}

function findLine(text: string, service: string): number {
  return Math.max(1, text.split('\n').findIndex((line) => line.startsWith(`  ${service}:`)) + 1);
}
