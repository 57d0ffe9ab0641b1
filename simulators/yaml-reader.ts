/**
 * Reads a YAML document field by field and reports every problem with file, line and column. What the fields mean
 * is scenario.ts.
 */
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';

/** The file cannot be used; `message` has one line `file:line:column path: …` per problem. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** Problems reported at once. */
const MAX_PROBLEMS = 50;
const ID = /^[a-z][a-z0-9-]{0,63}$/;

export type Path = readonly (string | number)[];
export type Fields = Readonly<Record<string, unknown>>;

export interface Reader {
  readonly problems: string[];
  problem(path: Path, message: string): void;
  problemAt(offset: number, message: string): void;
  /** The map at `path`; unknown fields are problems. */
  fields(value: unknown, path: Path, known: readonly string[]): Fields;
  list(value: unknown, path: Path): readonly unknown[];
  id(value: unknown, path: Path): string;
  integer(value: unknown, path: Path, min: number, max: number): number;
}

/** @param read makes the result; problems it reports refuse the file. @throws ScenarioError with all problems. */
export function parseYaml<T>(text: string, file: string, read: (reader: Reader, value: unknown) => T): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const reader = createReader(document, lines, file);
  for (const error of document.errors) reader.problemAt(error.pos[0], error.message.split('\n')[0] ?? '');
  if (document.errors.length === 0) {
    const result = read(reader, document.toJS({ maxAliasCount: 100 }));
    if (reader.problems.length === 0) return result;
  }
  throw new ScenarioError(reader.problems.slice(0, MAX_PROBLEMS).join('\n'));
}

function createReader(document: Document, lines: LineCounter, file: string): Reader {
  const problems: string[] = [];
  const at = (offset: number, message: string): void => {
    const { line, col } = lines.linePos(offset);
    problems.push(`${file}:${line}:${col} ${message}`);
  };
  const problem = (path: Path, message: string): void =>
    at(toOffset(document, path), `${toPathText(path)}: ${message}`);
  return {
    problems,
    problem,
    problemAt: at,
    fields(value, path, known) {
      if (!isFields(value)) {
        problem(path, `expected a map, found ${toShown(value)}`);
        return {};
      }
      for (const key of Object.keys(value)) {
        if (!known.includes(key)) problem([...path, key], `unknown field; known: ${known.join(', ')}`);
      }
      return value;
    },
    list(value, path) {
      if (Array.isArray(value)) return value;
      problem(path, `expected a list, found ${toShown(value)}`);
      return [];
    },
    id(value, path) {
      if (typeof value === 'string' && ID.test(value)) return value;
      problem(path, `expected an id like pump-room, found ${toShown(value)}`);
      return '';
    },
    integer(value, path, min, max) {
      if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
      problem(path, `expected a whole number ${min}–${max}, found ${toShown(value)}`);
      return min;
    },
  };
}

/** Offset of the node at `path`, or of the nearest one above it. */
function toOffset(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function toPathText(path: Path): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return text.replace(/^\./, '') || '(file)';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function toShown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60);
}
