/**
 * One configuration file: read within limits, parsed as YAML 1.2 (core schema), and able to say where a value
 * stands. Positions are worked out by a second parse, only when there is something to report.
 */
import { readFileSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParseOptions,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { type Problems, toFound } from './problems.ts';

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Source {
  /** As shown to people: relative to the working directory where it lies below it. */
  readonly file: string;
  readonly absolute: string;
  readonly text: string;
  /** Place of the value (or key) at a path; of its nearest ancestor when it is missing. */
  locate(path: Path, at: 'key' | 'value'): Place;
  position(offset: number): Place;
}

/** A value with the place that it was written at. */
export interface Located {
  readonly source: Source;
  readonly path: Path;
  readonly value: unknown;
}

/** Largest configuration file; the largest real one (10,000 equipment in includes) has 0.6 MiB a file. */
export const MAX_FILE_BYTES = 1024 * 1024;
/** Deepest nesting of mappings and lists; the schemas need 9. */
export const MAX_DEPTH = 32;
/** Uses of YAML aliases in one file, against documents that unfold without end. */
const MAX_ALIASES = 100;

const PARSE: ParseOptions & { readonly prettyErrors: false } = {
  prettyErrors: false,
  stringKeys: true,
  strict: true,
};

/** Reads and parses one file. Problems go to `problems`; then the result is null. */
export function readSource(path: string, problems: Problems): Located | null {
  const absolute = resolve(path);
  const file = toShownPath(absolute);
  const text = readText(absolute, file, problems);
  return text === null ? null : toLocated(createSource(file, absolute, text), problems);
}

/** The same of a text that did not come from a file. @param name stands for the file in messages */
export function readSourceText(name: string, text: string, problems: Problems): Located | null {
  if (Buffer.byteLength(text) <= MAX_FILE_BYTES) return toLocated(createSource(name, name, text), problems);
  problems.addFile(name, `at most ${MAX_FILE_BYTES} bytes`, `${Buffer.byteLength(text)} bytes`);
  return null;
}

function toLocated(source: Source, problems: Problems): Located | null {
  const value = parse(source, problems);
  return value === undefined ? null : { source, path: [], value };
}

/** Why a file cannot be read, in the words of a problem, or null when it can. */
export function whyUnreadable(path: string): string | null {
  try {
    return statSync(path).isFile() ? null : 'a folder';
  } catch (error) {
    return toReason(error);
  }
}

function toReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  return code === 'EACCES' ? 'no permission to read it' : (code ?? 'unreadable');
}

function toShownPath(absolute: string): string {
  const shown = relative(process.cwd(), absolute);
  return shown === '' || shown.startsWith('..') ? absolute : shown;
}

function readText(absolute: string, file: string, problems: Problems): string | null {
  try {
    const { size } = statSync(absolute);
    if (size > MAX_FILE_BYTES) {
      problems.addFile(file, `at most ${MAX_FILE_BYTES} bytes`, `${size} bytes`);
      return null;
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(absolute));
  } catch (error) {
    const isEncoding = error instanceof TypeError;
    problems.addFile(
      file,
      isEncoding ? 'text in UTF-8' : 'a readable file',
      isEncoding ? 'other bytes' : toReason(error),
    );
    return null;
  }
}

/** @returns undefined when the text is not acceptable YAML (null is what an empty file holds). */
function parse(source: Source, problems: Problems): unknown {
  try {
    const document = parseDocument(source.text, PARSE);
    const mistakes = [...document.errors, ...document.warnings];
    for (const mistake of mistakes) problems.addAt(source, mistake.pos[0], ...toWords(mistake));
    if (mistakes.length > 0) return undefined;
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return isAcceptable(value, [], source, problems) ? value : undefined;
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof ReferenceError)) throw error;
    if (!addUnknownAliases(source, error, problems)) {
      problems.addAt(source, 0, `at most ${MAX_DEPTH} levels and ${MAX_ALIASES} aliases`, 'more');
    }
    return undefined;
  }
}

/** The library finds out about unknown aliases only when it makes values of them, and then without the place. */
function addUnknownAliases(source: Source, error: Error, problems: Problems): boolean {
  if (!error.message.startsWith('Unresolved alias')) return false;
  const document = parseDocument(source.text, PARSE);
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      problems.addAt(source, alias.range?.[0] ?? 0, ...UNKNOWN_ALIAS);
    },
  });
  return true;
}

function isAcceptable(value: unknown, path: Path, source: Source, problems: Problems): boolean {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    problems.add(source, path, 'a finite number', toFound(value, path));
    return false;
  }
  if (typeof value !== 'object' || value === null) return true;
  if (path.length >= MAX_DEPTH) {
    problems.add(source, path, `at most ${MAX_DEPTH} levels`, 'more');
    return false;
  }
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value);
  return entries.map(([key, item]) => isAcceptable(item, [...path, key], source, problems)).every(Boolean);
}

const UNKNOWN_ALIAS = [
  'an alias of an anchor that stands before it (quote a text that begins with "*")',
  'an unknown alias',
] as const;
const FLOW_INDENT = ['a closing "]" or "}" before this line, or deeper indentation', 'neither'] as const;

/** Never the library's own message: it can repeat the text, and so a password. */
const SYNTAX: Partial<Record<YAMLError['code'], readonly [expected: string, found: string]>> = {
  DUPLICATE_KEY: ['every key once', 'the key a second time'],
  TAB_AS_INDENT: ['spaces for indentation', 'a tab'],
  BAD_INDENT: ['indentation in line with its neighbours', 'another indentation'],
  MISSING_CHAR: ['a closing quote or bracket, or a colon or comma', 'none'],
  BAD_ALIAS: UNKNOWN_ALIAS,
  TAG_RESOLVE_FAILED: ['a value without a tag (quote a text that begins with "!")', 'an unknown tag'],
  MULTIPLE_DOCS: ['one document in the file', 'a second one'],
  NON_STRING_KEY: ['a text as key', 'a list or mapping'],
  BLOCK_AS_IMPLICIT_KEY: ['one "key: value" on a line', 'a second ":" (quote a text that has one)'],
  MULTILINE_IMPLICIT_KEY: ['"key: value"', 'a key without ":"'],
  BAD_SCALAR_START: ['a quoted text', 'a text that begins with a reserved character'],
  UNEXPECTED_TOKEN: ['YAML', 'characters that do not belong here'],
  BAD_DQ_ESCAPE: ['a known escape after "\\"', 'an unknown one'],
};

function toWords(error: YAMLError): readonly [string, string] {
  if (error.code === 'BAD_INDENT' && /^flow/i.test(error.message)) return FLOW_INDENT;
  return (
    SYNTAX[error.code] ?? ['YAML 1.2', `a syntax error (${error.code.toLowerCase().replaceAll('_', '-')})`]
  );
}

function createSource(file: string, absolute: string, text: string): Source {
  let positions: { readonly lines: LineCounter; readonly document: Document.Parsed } | null = null;
  const parsed = (): NonNullable<typeof positions> => {
    if (positions === null) {
      const lines = new LineCounter();
      positions = { lines, document: parseDocument(text, { ...PARSE, lineCounter: lines }) };
    }
    return positions;
  };
  const position = (offset: number): Place => {
    // Counted by hand: a text that makes the parser give up has no line table.
    const before = text.slice(0, offset);
    return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
  };
  return {
    file,
    absolute,
    text,
    position,
    locate(path, at) {
      const { lines, document } = parsed();
      const { line, col } = lines.linePos(findOffset(document, path, at));
      return { line, column: col };
    },
  };
}

/** Offset of the deepest node on the path that is written down. */
function findOffset(document: Document.Parsed, path: Path, at: 'key' | 'value'): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, key] of path.entries()) {
    const held: Node | null = isAlias(node) ? (node.resolve(document) ?? null) : node;
    const step: Step | null = stepInto(held, key);
    if (step === null) return offset;
    const isLast = index === path.length - 1;
    offset = (isLast && at === 'key' ? step.keyOffset : step.valueOffset) ?? step.keyOffset ?? offset;
    node = step.value;
  }
  return offset;
}

interface Step {
  readonly value: Node | null;
  readonly keyOffset: number | null;
  readonly valueOffset: number | null;
}

function stepInto(node: Node | null, key: string | number): Step | null {
  if (isSeq(node) && typeof key === 'number') {
    const item = node.items[key];
    if (!isNode(item)) return null;
    return { value: item, keyOffset: null, valueOffset: item.range?.[0] ?? null };
  }
  if (!isMap(node)) return null;
  const pair = node.items.find((candidate) => toKey(candidate) === key);
  if (pair === undefined) return null;
  const value = isNode(pair.value) ? pair.value : null;
  // The range of an absent value lies anywhere up to the next token; its key is the better place.
  const isAbsent = isScalar(value) && value.value === null && value.source === '';
  const keyOffset = isNode(pair.key) ? (pair.key.range?.[0] ?? null) : null;
  return { value, keyOffset, valueOffset: isAbsent ? keyOffset : (value?.range?.[0] ?? null) };
}

function toKey(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}
