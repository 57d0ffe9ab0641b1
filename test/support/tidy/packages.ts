/** Which packages may be imported where: what runs in production must be a dependency of production. */
import { builtinModules } from 'node:module';
import type { Finding, Import, Source } from './source.ts';

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Packages that only tests may use. */
const TEST_PACKAGES: readonly string[] = ['vitest', 'fast-check', 'playwright-core'];
/** Built by Vite into files: its packages are not needed at run time. */
const BUNDLED = 'src/web/';

export function checkPackages(sources: readonly Source[], manifest: Manifest): readonly Finding[] {
  return sources.flatMap((source) =>
    source.imports
      .filter(({ specifier }) => !specifier.startsWith('.'))
      .map((item) => ({ item, reason: judge(source.path, item, manifest) }))
      .filter(({ reason }) => reason !== null)
      .map(({ item, reason }) => ({ file: source.path, line: item.line, message: reason as string })),
  );
}

/** The lock file holds checksums only: an address in it would be that of whoever wrote it. */
export function checkLock(text: string): readonly Finding[] {
  return text
    .split('\n')
    .map((line, at) => ({
      file: 'package-lock.json',
      line: at + 1,
      message: 'names where a package was loaded from',
      text: line,
    }))
    .filter((entry) => /^\s*"resolved": "https?:/.test(entry.text))
    .map(({ text: _text, ...finding }) => finding);
}

function judge(path: string, { specifier, isTypeOnly }: Import, manifest: Manifest): string | null {
  if (specifier.startsWith('node:')) {
    return path.startsWith(BUNDLED) && !path.endsWith('.config.ts')
      ? `the page cannot use ${specifier}`
      : null;
  }
  const name = toPackageName(specifier);
  if (builtinModules.includes(name)) return `${specifier} is to be written node:${specifier}`;
  if (Object.hasOwn(manifest.dependencies, name)) return null;
  if (!Object.hasOwn(manifest.devDependencies, name)) return `package ${name} is not in package.json`;
  if (!isProduction(path) || isTypeOnly) return null;
  const isBundled = path.startsWith(BUNDLED) && !TEST_PACKAGES.includes(name);
  return isBundled ? null : `production code imports ${name}, which is a development dependency`;
}

function isProduction(path: string): boolean {
  return path.startsWith('src/') || path.startsWith('simulators/');
}

/** `@fastify/sse` for `@fastify/sse/client`, `typebox` for `typebox/compile`. */
export function toPackageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
