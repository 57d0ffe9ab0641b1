/** What a schema wants, in a few words, for the "expected" of a message. */

export type Schema = Readonly<Record<string, unknown>>;

/** Words listed at most in one message. */
const MAX_LISTED = 24;

export function list(words: readonly string[]): string {
  if (words.length === 0) return '(none)';
  return words.length <= MAX_LISTED ? words.join(', ') : `${words.slice(0, MAX_LISTED).join(', ')}, …`;
}

/**
 * `an integer from 1 to 9`. The schema's own `expected` overrides.
 * @param keyword keyword of the schema that was not met
 */
export function describe(schema: Schema, keyword?: string): string {
  if (typeof schema['expected'] === 'string') return schema['expected'];
  if (Array.isArray(schema['anyOf'])) {
    return [...new Set((schema['anyOf'] as readonly Schema[]).map((part) => describe(part)))].join(' or ');
  }
  if (Array.isArray(schema['enum'])) return `one of ${list(schema['enum'].map(String))}`;
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  switch (schema['type']) {
    case 'integer':
      return `an integer${describeRange(schema)}`;
    case 'number':
      return `a number${describeRange(schema)}`;
    case 'string':
      return describeString(schema);
    case 'array':
      // How long it may be matters only to a list that is too long.
      return describeSize('a list', schema, 'minItems', keyword === 'maxItems' ? 'maxItems' : '', 'items');
    case 'object':
      return 'a mapping';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    default:
      return 'a value';
  }
}

function describeRange(schema: Schema): string {
  const min = toNumber(schema, 'minimum');
  const max = toNumber(schema, 'maximum');
  if (min !== null && max !== null) return ` from ${min} to ${max}`;
  const limits = [
    [' above', toNumber(schema, 'exclusiveMinimum')],
    [' below', toNumber(schema, 'exclusiveMaximum')],
    [' of at least', min],
    [' of at most', max],
  ] as const;
  const given = limits.filter(([, limit]) => limit !== null);
  return given.map(([words, limit]) => `${words} ${limit}`).join(' and');
}

function describeString(schema: Schema): string {
  const size = describeSize('a text', schema, 'minLength', 'maxLength', 'characters');
  return typeof schema['pattern'] === 'string' ? `${size} like ${schema['pattern']}` : size;
}

function describeSize(what: string, schema: Schema, minKey: string, maxKey: string, of: string): string {
  const min = toNumber(schema, minKey);
  const max = toNumber(schema, maxKey);
  if (min !== null && max !== null) return `${what} of ${min} to ${max} ${of}`;
  if (min !== null) return `${what} of at least ${min} ${of}`;
  return max === null ? what : `${what} of at most ${max} ${of}`;
}

function toNumber(schema: Schema, key: string): number | null {
  const value = schema[key];
  return typeof value === 'number' ? value : null;
}
