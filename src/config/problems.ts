/**
 * Collects every mistake of a configuration and turns it into `file:line:col path: expected …, found …`.
 * Secrets never get into a message. What is a mistake is decided elsewhere.
 */
import { ConfigError, type Problem } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { Located, Path, Source } from './source.ts';

export interface Problems {
  readonly count: number;
  /**
   * @param expected in both languages where people are to read it who know no file: it is told in both then
   * @param at whether the key or its value is the wrong part (default: the value).
   */
  add(source: Source, path: Path, expected: string | Text, found: string | Text, at?: 'key' | 'value'): void;
  /** A mistake whose place is known already (YAML syntax). */
  addAt(source: Source, offset: number, expected: string, found: string): void;
  /** A mistake in a file that could not be read as text. */
  addFile(file: string, expected: string, found: string): void;
  /** @throws ConfigError when there is anything to report; sorted by file (in order of reading), line, column. */
  throwIfAny(): void;
}

/** Problems reported at most; beyond it the last line says how many were left out. */
export const MAX_PROBLEMS = 500;
/** Characters of a wrong value that a message repeats. */
const MAX_SHOWN_CHARS = 60;
const SECRET_NAME = /passw|secret|token|credential|passphrase|private-?key|api-?key/i;

export function createProblems(): Problems {
  const problems: Problem[] = [];
  const files: string[] = [];
  const push = (problem: Problem): void => {
    if (!files.includes(problem.file)) files.push(problem.file);
    problems.push(problem);
  };
  return {
    get count() {
      return problems.length;
    },
    add(source, path, expected, found, at = 'value') {
      const place = { file: source.file, ...source.locate(path, at), path: toPathText(path) };
      const [wanted, held] = [toText(expected), toText(found)];
      const isInBoth = typeof expected !== 'string';
      push({
        ...place,
        expected: wanted.en,
        found: held.en,
        ...(isInBoth && { text: toBoth(wanted, held) }),
      });
    },
    addAt(source, offset, expected, found) {
      push({ file: source.file, ...source.position(offset), path: toPathText([]), expected, found });
    },
    addFile(file, expected, found) {
      push({ file, line: 1, column: 1, path: toPathText([]), expected, found });
    },
    throwIfAny() {
      if (problems.length === 0) return;
      const order = new Map(files.map((file, index) => [file, index]));
      problems.sort(
        (a, b) =>
          (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
      );
      throw new ConfigError(limit(problems));
    },
  };
}

function toText(words: string | Text): Text {
  return typeof words === 'string' ? { zh: words, en: words } : words;
}

function toBoth(expected: Text, found: Text): Text {
  return {
    zh: `应为：${expected.zh}；现为：${found.zh}`,
    en: `expected ${expected.en}, found ${found.en}`,
  };
}

function limit(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const kept = problems.slice(0, MAX_PROBLEMS - 1);
  const last = problems[MAX_PROBLEMS - 1] as Problem;
  const rest = problems.length - kept.length;
  return [
    ...kept,
    { ...last, expected: `at most ${MAX_PROBLEMS} problems in one report`, found: `${rest} more` },
  ];
}

/** `equipment[2].unit`, unusual keys as `["a b"]`; the whole document is `(document)`. */
export function toPathText(path: Path): string {
  const text = path.map(toStep).join('');
  return text === '' ? '(document)' : text.replace(/^\./, '');
}

function toStep(part: string | number): string {
  if (typeof part === 'number') return `[${part}]`;
  return /^[\w-]+$/.test(part) ? `.${part}` : `[${quote(part)}]`;
}

/** Whether the value at this path must never be repeated. */
export function isSecret(path: Path): boolean {
  return path.some((part) => typeof part === 'string' && SECRET_NAME.test(part));
}

/** A value as a message may show it: shape only for lists and mappings, shortened, no credentials. */
export function toFound(value: unknown, path: Path): string {
  if (value === undefined) return 'nothing';
  if (isSecret(path)) return '(secret)';
  if (value === null) return 'null';
  if (Array.isArray(value)) return toListText(value.length);
  if (typeof value === 'object') return 'a mapping';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'an unknown value';
}

function toListText(length: number): string {
  if (length === 0) return 'an empty list';
  return `a list of ${length} ${length === 1 ? 'item' : 'items'}`;
}

/** A text in quotes on one line, shortened, with the user part of a URL hidden. */
export function quote(value: string): string {
  const masked = value.replace(/\/\/[^/\s]*@/g, '//(secret)@');
  const text = masked.length > MAX_SHOWN_CHARS ? `${masked.slice(0, MAX_SHOWN_CHARS)}…` : masked;
  return JSON.stringify(text);
}

/** `, did you mean "x"?` when one of the known words is close to what was written, else nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.slice(0, 64), candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === null ? '' : `, did you mean "${best}"?`;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= a.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const steps = [
        cell(row - 1, column - 1) + (isSame ? 0 : 1),
        cell(row - 1, column) + 1,
        cell(row, column - 1) + 1,
        isSwap ? cell(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
      ];
      (rows[row] as number[])[column] = Math.min(...steps);
    }
  }
  return cell(a.length, b.length);
}

/** `"a", first used at file:line:col`: what a second use of an id is told. */
export function toFirstUse(id: string, first: Located): string {
  const { line, column } = first.source.locate(first.path, 'value');
  return `"${id}", first used at ${first.source.file}:${line}:${column}`;
}
