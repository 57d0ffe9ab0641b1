/** Form of a file: name, header, erasable TypeScript, no back doors, nothing left undone, no path of one machine. */
import { posix } from 'node:path';
import type { Finding, Node, Source } from './source.ts';
import { toDottedName, toFinding, toLiteral } from './source.ts';

/** `driver.ts`, `system-clock.test.ts`, `vite.config.ts`. */
const KEBAB_CASE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.(test|config|d))?\.tsx?$/;
const UNDONE = /\b(TODO|FIXME|XXX|HACK)\b/;
const SUPPRESSION = /^\s*(@ts-(ignore|nocheck|expect-error)|(eslint|oxlint)-disable\S*|biome-ignore\S*)(.*)$/;
/** Folders that exist on one machine only. */
const MACHINE_PATH = /(^|[\s"'`(=])\/(work|tmp|root|home|Users)\//;
/** Only these may skip or single out tests. */
const MAY_SKIP: readonly string[] = ['test/support/require-tool.ts'];
const TEST_ROOTS: readonly string[] = ['it', 'test', 'describe', 'suite', 'context', 'ctx', 't'];
const TEST_MODIFIERS: readonly string[] = ['only', 'skip', 'skipIf', 'runIf', 'todo', 'fails'];

export function checkNames(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(({ path }) => !KEBAB_CASE.test(posix.basename(path)))
    .map(({ path }) => ({ file: path, line: 1, message: 'file name is not kebab-case' }));
}

/** The first thing in a file is a comment that says what it does (style.md 20); a `#!` line may stand before it. */
export function checkHeaders(sources: readonly Source[]): readonly Finding[] {
  return sources
    .filter(({ text, comments }) => {
      const [first] = comments;
      const before = first === undefined ? text : text.slice(0, first.start);
      const isMissing = first === undefined || before.replace(/^#!.*\n/, '').trim() !== '';
      return isMissing || first.text.replace(/[\s*]/g, '').length < 10;
    })
    .map(({ path }) => ({
      file: path,
      line: 1,
      message: 'does not begin with a comment that says what it does',
    }));
}

/** Only TypeScript that can be stripped away, because the source runs as it is (style.md 6). */
export function checkErasable(sources: readonly Source[]): readonly Finding[] {
  const messages: Readonly<Record<string, string>> = {
    TSEnumDeclaration: 'enum; use a string union',
    TSModuleDeclaration: 'namespace; use a file',
    TSParameterProperty: 'parameter property; write the field',
    TSImportEqualsDeclaration: 'import = require; use import',
    TSExportAssignment: 'export =; use export',
    Decorator: 'decorator',
  };
  return findNodes(sources, (node) => {
    if (node['declare'] === true || !Object.hasOwn(messages, node.type)) return null;
    return `not erasable: ${messages[node.type]}`;
  });
}

/** A default export has no name to search for; build tools demand it, and the page's lazy loading does. */
export function checkDefaultExports(sources: readonly Source[]): readonly Finding[] {
  const own = sources.filter(({ path }) => !path.endsWith('.config.ts') && !path.startsWith('src/web/'));
  return findNodes(own, (node) => (node.type === 'ExportDefaultDeclaration' ? 'default export' : null));
}

export function checkAny(sources: readonly Source[]): readonly Finding[] {
  return findNodes(sources, (node) =>
    node.type === 'TSAnyKeyword' ? 'any; parse unknown at the border' : null,
  );
}

/** What silences a checker says why, behind ` -- ` or `: `; `@ts-ignore` and `@ts-nocheck` are never right. */
export function checkSuppressions(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    source.comments.flatMap((comment) => {
      const match = SUPPRESSION.exec(comment.text);
      if (match === null) return [];
      const [, directive = '', , , rest = ''] = match;
      if (/@ts-(ignore|nocheck)/.test(directive))
        return [toFinding(source, comment.start, `${directive} hides every error`)];
      const reason = directive.startsWith('@ts') ? rest : (/(--|:)\s*(.*)$/.exec(rest)?.[2] ?? '');
      return reason.trim().length >= 10
        ? []
        : [toFinding(source, comment.start, `${directive} without a reason`)];
    }),
  );
}

export function checkUndone(sources: readonly Source[]): readonly Finding[] {
  return sources.flatMap((source) =>
    source.comments
      .filter(({ text }) => UNDONE.test(text))
      .map((comment) =>
        toFinding(source, comment.start, `${UNDONE.exec(comment.text)?.[0]}: do it, or record the decision`),
      ),
  );
}

/** A test that is skipped or alone hides the others; `requireTool` is the way to skip. */
export function checkTestModifiers(sources: readonly Source[]): readonly Finding[] {
  const tests = sources.filter(({ path }) => path.startsWith('test/') && !MAY_SKIP.includes(path));
  return findNodes(tests, (node) => {
    const [root, ...rest] = (toDottedName(node) ?? '').split('.');
    const modifier = rest.at(-1) ?? '';
    const isModified = TEST_ROOTS.includes(root ?? '') && TEST_MODIFIERS.includes(modifier);
    return node.type === 'MemberExpression' && isModified ? `.${modifier} outside requireTool` : null;
  });
}

/** No string or comment of the product names a folder of the machine that it was written on. */
export function checkMachinePaths(sources: readonly Source[]): readonly Finding[] {
  const product = sources.filter(({ path }) => /^(src|simulators|bench)\//.test(path));
  const strings = findNodes(product, (node) =>
    MACHINE_PATH.test(toLiteral(node) ?? '') ? 'names a folder of one machine' : null,
  );
  const comments = product.flatMap((source) => checkTextPaths(source.path, maskCode(source)));
  return [...strings, ...comments];
}

/** The same for files that are no TypeScript: documents, profiles, configurations. */
export function checkTextPaths(file: string, text: string): readonly Finding[] {
  return text
    .split('\n')
    .map((line, at) => ({ file, line: at + 1, message: 'names a folder of one machine', text: line }))
    .filter((entry) => MACHINE_PATH.test(entry.text))
    .map(({ text: _text, ...finding }) => finding);
}

/** Comments only, on their own lines. */
function maskCode({ text, comments }: Source): string {
  let masked = '';
  let at = 0;
  for (const { start, end } of comments) {
    masked += text.slice(at, start).replace(/[^\n]/g, ' ') + text.slice(start, end);
    at = end;
  }
  return masked;
}

function findNodes(sources: readonly Source[], judge: (node: Node) => string | null): readonly Finding[] {
  return sources.flatMap((source) =>
    source.nodes.flatMap((node) => {
      const message = judge(node);
      return message === null ? [] : [toFinding(source, node.start, message)];
    }),
  );
}
