/** Explains refused input in the words of the contract: where, and what was expected. Every mistake at once. */
import type { FastifyRequest, FastifySchemaValidationError } from 'fastify';
import type { Text } from '../core/text.ts';
import { toPlaceName } from './problem-words.ts';

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
  /** The same in Chinese, for people: places by their names. */
  readonly detailZh: string;
}

/** Mistakes that the Chinese text names; who has more mends these first. */
const MAX_NAMED = 5;

/** @param part `body`, `querystring`, `params` or `headers` */
export function toValidationProblem(
  issues: readonly FastifySchemaValidationError[],
  part: string,
): ValidationProblem {
  const expected = new Map<string, Map<string, string>>();
  const fields: string[] = [];
  for (const issue of issues) {
    // `anyOf` only repeats that none of its branches matched; the branches say why.
    if (issue.keyword === 'anyOf') continue;
    const { path, text, unknown } = explain(issue, part === 'querystring' ? 'query' : part);
    if (unknown !== null) fields.push(unknown);
    const texts = expected.get(path) ?? new Map<string, string>();
    expected.set(path, texts.set(text.en, text.zh));
  }
  const problems = [...expected].map(([path, texts]) => ({ path, expected: [...texts.keys()].join(' or ') }));
  const named = [...expected].map(
    ([path, texts]) => `“${toPlaceName(path)}”${[...texts.values()].join('或')}`,
  );
  return { fields, problems, detail: toDetail(problems), detailZh: joinZh(named) };
}

/** What is wrong with the input of an `InputError`, as far as it can be said without the words of the route. */
export function toInputTextZh(problems: readonly InputProblem[]): string {
  return joinZh(problems.map(({ path }) => `“${toPlaceName(path)}”不符合要求`));
}

function joinZh(named: readonly string[]): string {
  const more = named.length > MAX_NAMED ? `；等 ${named.length} 处` : '';
  return `${named.slice(0, MAX_NAMED).join('；')}${more}`;
}

interface Explained {
  readonly path: string;
  readonly text: Text;
  /** The field that the schema does not know; null = that is not what is wrong. */
  readonly unknown: string | null;
}

function explain(issue: FastifySchemaValidationError, part: string): Explained {
  const path = [part, ...issue.instancePath.split('/').slice(1)].join('.');
  const { params } = issue;
  switch (issue.keyword) {
    case 'additionalProperties': {
      const name = String(params['additionalProperty']);
      return { path: `${path}.${name}`, text: { zh: '为未知字段', en: 'no such field' }, unknown: name };
    }
    case 'required': {
      const place = `${path}.${String(params['missingProperty'])}`;
      return { path: place, text: { zh: '应填写', en: 'a value' }, unknown: null };
    }
    default:
      return { path, text: toExpected(issue), unknown: null };
  }
}

function toExpected({ keyword, params, message }: FastifySchemaValidationError): Text {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'enum':
      return toChoice(params['allowedValues'] as unknown[]);
    case 'const':
      return toChoice([params['allowedValue']]);
    case 'type':
      return toType(params['type']);
    case 'maxLength':
      return { zh: `应不超过 ${limit} 个字符`, en: `at most ${limit} characters` };
    case 'minLength':
      return { zh: `应不少于 ${limit} 个字符`, en: `at least ${limit} characters` };
    case 'maxItems':
      return { zh: `应不超过 ${limit} 项`, en: `at most ${limit} items` };
    case 'minItems':
      return { zh: `应不少于 ${limit} 项`, en: `at least ${limit} items` };
    case 'maximum':
    case 'minimum':
    case 'exclusiveMaximum':
    case 'exclusiveMinimum':
      return { zh: `${COMPARISONS[keyword]} ${limit}`, en: toEnglish(message ?? keyword) };
    default:
      return { zh: FORMS[keyword] ?? '不符合要求', en: toEnglish(message ?? keyword) };
  }
}

const COMPARISONS = {
  maximum: '应不大于',
  minimum: '应不小于',
  exclusiveMaximum: '应小于',
  exclusiveMinimum: '应大于',
} as const;

const FORMS: Readonly<Record<string, string>> = {
  pattern: '格式有误',
  format: '格式有误',
  uniqueItems: '不得重复',
  multipleOf: '精度有误',
};

const TYPES: Readonly<Record<string, string>> = {
  string: '文本',
  integer: '整数',
  number: '数字',
  boolean: '是或否',
  array: '列表',
  object: '一组字段',
  null: '空',
};

function toChoice(values: readonly unknown[]): Text {
  const en = values.map(String);
  return en.length === 1
    ? { zh: `应为 ${en.join()}`, en: en.join() }
    : { zh: `应为 ${en.join('、')} 之一`, en: `one of ${en.join(', ')}` };
}

/** @param type one of JSON's, or several */
function toType(type: unknown): Text {
  const names = Array.isArray(type) ? type.map(String) : String(type).split(',');
  return { zh: `应为${names.map((name) => TYPES[name] ?? name).join('或')}`, en: names.join(',') };
}

/** The validator's own words without what `expected` says already; a "not" in them stays. */
function toEnglish(message: string): string {
  return message.replace(/^must (be |match )?/, '').trim();
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
