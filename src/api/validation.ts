/** Explains refused input in the words of the contract: where, and what was expected. Every mistake at once. */
import type { FastifyRequest, FastifySchemaValidationError } from 'fastify';

export interface InputProblem {
  /** Dotted place, e.g. `body.displayName.zh`. */
  readonly path: string;
  readonly expected: string;
}

/** What no schema can say is wrong with the input, found by a route. Answered as `bad-request`. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly problems: readonly InputProblem[];

  constructor(problems: readonly InputProblem[]) {
    super(toDetail(problems));
    this.problems = problems;
  }
}

function toDetail(problems: readonly InputProblem[]): string {
  return problems.map(({ path, expected }) => `${path}: expected ${expected}`).join('; ');
}

export interface ValidationProblem {
  /** Fields that the schema does not know; empty when that is not what is wrong. */
  readonly fields: readonly string[];
  readonly problems: readonly InputProblem[];
  readonly detail: string;
}

/** @param part `body`, `querystring`, `params` or `headers` */
export function toValidationProblem(
  issues: readonly FastifySchemaValidationError[],
  part: string,
): ValidationProblem {
  const expected = new Map<string, Set<string>>();
  const fields: string[] = [];
  for (const issue of issues) {
    // `anyOf` only repeats that none of its branches matched; the branches say why.
    if (issue.keyword === 'anyOf') continue;
    const { path, text, unknown } = explain(issue, part === 'querystring' ? 'query' : part);
    if (unknown !== null) fields.push(unknown);
    const texts = expected.get(path) ?? new Set();
    expected.set(path, texts.add(text));
  }
  const problems = [...expected].map(([path, texts]) => ({ path, expected: [...texts].join(' or ') }));
  return { fields, problems, detail: toDetail(problems) };
}

function explain(
  issue: FastifySchemaValidationError,
  part: string,
): { path: string; text: string; unknown: string | null } {
  const path = [part, ...issue.instancePath.split('/').slice(1)].join('.');
  const { params } = issue;
  switch (issue.keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      return { path: `${path}.${name}`, text: 'no such field', unknown: name };
    }
    case 'required':
      return { path: `${path}.${String(params['missingProperty'])}`, text: 'a value', unknown: null };
    case 'enum':
      return { path, text: `one of ${(params['allowedValues'] as unknown[]).join(', ')}`, unknown: null };
    case 'type':
      return { path, text: String(params['type']), unknown: null };
    default:
      return {
        path,
        text: (issue.message ?? issue.keyword).replace(/^must (be |match |NOT )?/, '').trim(),
        unknown: null,
      };
  }
}

/**
 * A query string knows only text: turns what the route's schema calls a number into one, where it is one.
 * Bodies are never coerced.
 */
export function coerceQuery(request: Pick<FastifyRequest, 'query' | 'routeOptions'>): void {
  const schema = request.routeOptions.schema?.querystring as
    | { properties?: Readonly<Record<string, { type?: string }>> }
    | undefined;
  const query = request.query as Record<string, unknown>;
  for (const [name, property] of Object.entries(schema?.properties ?? {})) {
    const value = query[name];
    const isNumeric = property.type === 'integer' || property.type === 'number';
    if (isNumeric && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) query[name] = Number(value);
  }
}
