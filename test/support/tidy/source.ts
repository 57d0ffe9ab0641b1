/**
 * A source file as the tidy rules see it: text, syntax tree, comments, imports. Parsed with Vite's parser (oxc),
 * because TypeScript 7 has no stable one. The rules themselves are in the files beside this one.
 */
import { parseSync } from 'vite';

export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** One syntax node; the rules look only at what they name. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

export interface Comment {
  readonly kind: 'line' | 'block';
  readonly text: string;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface Import {
  readonly specifier: string;
  /** Nothing of it is there at run time. */
  readonly isTypeOnly: boolean;
  /** Imported names; empty for `import()`, `*` and side effects. */
  readonly names: readonly string[];
  readonly line: number;
}

export interface Source {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly nodes: readonly Node[];
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
  lineAt(offset: number): number;
}

/** @throws Error with file and line when the text is not TypeScript. */
export function parseSource(path: string, text: string): Source {
  const lineAt = createLineFinder(text);
  const parsed = parseSync(path, text, { lang: path.endsWith('x') ? 'tsx' : 'ts', sourceType: 'module' });
  const [error] = parsed.errors;
  if (error !== undefined)
    throw new Error(`${path}:${lineAt(error.labels[0]?.start ?? 0)}: ${error.message}`);
  const nodes = collectNodes(parsed.program as unknown as Node);
  const comments = parsed.comments.map((comment) => ({
    kind: comment.type === 'Line' ? ('line' as const) : ('block' as const),
    text: comment.value,
    line: lineAt(comment.start),
    start: comment.start,
    end: comment.end,
  }));
  const imports = nodes.map((node) => toImport(node, lineAt(node.start))).filter((item) => item !== null);
  return { path, text, lineCount: text.trimEnd().split('\n').length, nodes, comments, imports, lineAt };
}

export function toFinding(source: Source, offset: number, message: string): Finding {
  return { file: source.path, line: source.lineAt(offset), message };
}

export function toFindingLine({ file, line, message }: Finding): string {
  return `${file}:${line}: ${message}`;
}

/** `Date.now` for a member expression of plain names, the name of an identifier, else null. */
export function toDottedName(node: unknown): string | null {
  const { type, name, object, property, computed } = (node ?? {}) as Partial<Node>;
  if (type === 'Identifier') return name as string;
  if (type !== 'MemberExpression' || computed === true) return null;
  const left = toDottedName(object);
  const right = toDottedName(property);
  return left === null || right === null ? null : `${left}.${right}`;
}

/** The text of a string literal or of a template without holes, else null. */
export function toLiteral(node: unknown): string | null {
  const { type, value, quasis } = (node ?? {}) as Partial<Node>;
  if (type === 'Literal' && typeof value === 'string') return value;
  const parts = (quasis ?? []) as readonly { readonly value: { readonly cooked: string | null } }[];
  return type === 'TemplateLiteral' && parts.length === 1 ? (parts[0]?.value.cooked ?? null) : null;
}

/** All nodes in source order. */
function collectNodes(root: Node): readonly Node[] {
  const nodes: Node[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (typeof node.type === 'string' && typeof node.start === 'number') nodes.push(node);
    for (const [key, child] of Object.entries(node)) if (key !== 'parent') visit(child);
  };
  visit(root);
  return nodes;
}

function toImport(node: Node, line: number): Import | null {
  if (node.type === 'ImportExpression') return fromSource(node['source'], false, [], line);
  if (node.type === 'TSImportType') return fromSource(node['source'] ?? node['argument'], true, [], line);
  if (node.type === 'ExportAllDeclaration')
    return fromSource(node['source'], node['exportKind'] === 'type', [], line);
  if (node.type === 'ImportDeclaration') return fromSpecifiers(node, 'importKind', 'imported', line);
  if (node.type === 'ExportNamedDeclaration') return fromSpecifiers(node, 'exportKind', 'local', line);
  return null;
}

function fromSpecifiers(node: Node, kind: string, nameKey: string, line: number): Import | null {
  const specifiers = (node['specifiers'] ?? []) as readonly Node[];
  const values = specifiers.filter((item) => item[kind] !== 'type');
  const isTypeOnly = node[kind] === 'type' || (specifiers.length > 0 && values.length === 0);
  const names = values.map((item) => toDottedName(item[nameKey])).filter((name) => name !== null);
  return fromSource(node['source'], isTypeOnly, names, line);
}

function fromSource(
  source: unknown,
  isTypeOnly: boolean,
  names: readonly string[],
  line: number,
): Import | null {
  const specifier = toLiteral(source);
  return specifier === null ? null : { specifier, isTypeOnly, names, line };
}

function createLineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const next = starts.findIndex((start) => start > offset);
    return next < 0 ? starts.length : next;
  };
}
