/** What is wrong with a condition, in words for whoever wrote it, with the place. Decides nothing. */
import type { ASTNode, ParseError, TypeError as TypeProblem } from '@marcbachmann/cel-js';
import type { RuleIssue } from '../../config/catalog.ts';
import { didYouMean, quote } from '../../config/problems.ts';

export type Refused = Pick<RuleIssue, 'expected' | 'found'>;

const CONDITION = 'a condition in CEL';
const ALLOWED = `${CONDITION} of points, numbers, comparisons, + - * /, && || !, ?:, in [numbers], abs, min, max, double`;

/** Well typed, but not what a condition may hold. */
export class NotAllowed extends Error {
  readonly expected: string;

  constructor(expected: string, found: string) {
    super(found);
    this.expected = expected;
  }
}

export function refuse(node: ASTNode, expected = ALLOWED): never {
  throw new NotAllowed(expected, `${quote(toSource(node))} at ${toPlace(node.input, node.start)}`);
}

export function toSource({ input, start, end }: ASTNode): string {
  return input.slice(start, end);
}

/** Columns and lines from 1; the line only where there are several. */
function toPlace(source: string, offset: number): string {
  const before = source.slice(0, offset).split('\n');
  const column = `column ${(before.at(-1) ?? '').length + 1}`;
  return source.includes('\n') ? `line ${before.length}, ${column}` : column;
}

export function toNoTruth(type: string): Refused {
  return { expected: 'a condition that is true or false', found: `an expression of type ${type}` };
}

/** @param error what the library says @param known names that the condition could use */
export function toRefused(
  error: ParseError | TypeProblem,
  source: string,
  known: readonly string[],
): Refused {
  const { code, summary, range = { start: 0, end: 0 } } = error;
  const place = toPlace(source, range.start);
  if (code !== 'unknown_variable') return { expected: CONDITION, found: `${summary} at ${place}` };
  const name = source.slice(range.start, range.end);
  return {
    expected: `a name of points, windows or working (${known.join(', ')})`,
    found: `${quote(name)} at ${place}${toHint(name, source.slice(range.start), known)}`,
  };
}

/** Ids have hyphens and expressions do not: `pump-1` is what is left of `pump` without 1. */
function toHint(name: string, from: string, known: readonly string[]): string {
  const [subtraction] = /^\w+-[\w.-]+/.exec(from) ?? [];
  return subtraction === undefined ? didYouMean(name, known) : ` (${quote(subtraction)} is a subtraction)`;
}
