/** The pure parts take time, randomness and the world as arguments: they use no clock, timer, dice or disk. */
import { toPart } from './layers.ts';
import type { Finding, Node, Source } from './source.ts';
import { toDottedName, toFinding } from './source.ts';

export const PURE_PARTS: readonly string[] = [
  'core',
  'rules',
  'alarms',
  'tickets',
  'incidents',
  'plans',
  'profiles',
];
/** What decides in parts that also act. */
const PURE_FILES: readonly string[] = [
  'src/commissioning/notes.ts',
  'src/commissioning/shown.ts',
  'src/commissioning/state.ts',
  'src/commissioning/step.ts',
  'src/commissioning/subject.ts',
  'src/commissioning/views.ts',
  'src/drill-records/record.ts',
  'src/writing/check.ts',
  'src/writing/interlocks.ts',
  'src/writing/step.ts',
];

/** Key: what is called or read; value: what to use in its place. */
const BANNED: Readonly<Record<string, string>> = {
  'Date.now': 'a Now that is passed in',
  'performance.now': 'a Now that is passed in',
  'process.hrtime': 'a Now that is passed in',
  'Math.random': 'a random function that is passed in',
  'crypto.randomUUID': 'an id that is passed in',
  'crypto.getRandomValues': 'a random function that is passed in',
  setTimeout: 'a row with a due time',
  setInterval: 'a row with a due time',
  setImmediate: 'a plain call',
  queueMicrotask: 'a plain call',
  fetch: 'data that is passed in',
  process: 'data that is passed in',
  console: 'a result that is returned',
};

/** Built-in modules without effects, and the names that may be taken from them (null = all). */
const PURE_MODULES: Readonly<Record<string, readonly string[] | null>> = {
  'node:crypto': ['createHash'],
  // `resolve` and `relative` ask for the working directory.
  'node:path': ['basename', 'dirname', 'extname', 'join', 'posix', 'sep'],
  'node:util': null,
};

export function checkPurity(sources: readonly Source[]): readonly Finding[] {
  const pure = sources.filter(
    ({ path }) => path.startsWith('src/') && (PURE_PARTS.includes(toPart(path)) || PURE_FILES.includes(path)),
  );
  return pure.flatMap((source) => [...checkModules(source), ...checkUses(source)]);
}

function checkModules(source: Source): readonly Finding[] {
  return source.imports
    .filter(({ specifier, isTypeOnly }) => specifier.startsWith('node:') && !isTypeOnly)
    .filter(({ specifier, names }) => {
      const allowed = PURE_MODULES[specifier];
      return (
        allowed === undefined ||
        (allowed !== null && (names.length === 0 || names.some((name) => !allowed.includes(name))))
      );
    })
    .map(({ specifier, line }) => ({
      file: source.path,
      line,
      message: `a pure part may not import ${specifier}`,
    }));
}

function checkUses(source: Source): readonly Finding[] {
  const named = new Set(source.nodes.filter(isMemberOrKey).map((node) => node['property'] ?? node['key']));
  return source.nodes.flatMap((node) => {
    if (isBareDate(node))
      return [toFinding(source, node.start, 'a pure part reads the clock by Date without argument')];
    const name = named.has(node) ? null : toDottedName(node);
    const instead = name !== null && Object.hasOwn(BANNED, name) ? BANNED[name] : undefined;
    return instead === undefined
      ? []
      : [toFinding(source, node.start, `a pure part uses ${name}; use ${instead}`)];
  });
}

/** `x.process` and `{ process: 1 }` only happen to bear the name of a global. */
function isMemberOrKey(node: Node): boolean {
  if (node.type === 'MemberExpression' || node.type === 'Property') return node['computed'] !== true;
  return node.type.startsWith('TS') || node.type.endsWith('Definition');
}

function isBareDate(node: Node): boolean {
  const isCall = node.type === 'CallExpression' || node.type === 'NewExpression';
  if (!isCall || toDottedName(node['callee']) !== 'Date') return false;
  return node.type === 'CallExpression' || (node['arguments'] as readonly unknown[]).length === 0;
}
