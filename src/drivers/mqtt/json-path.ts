/**
 * Paths into a JSON document: the singular queries of RFC 9535 (§2.3.5.1), which name one place at most, such as
 * `$.phases[0]['active power']`. Pure.
 */

/** Names of members and places in arrays (negative = from the end), outermost first. */
export type JsonPath = readonly (string | number)[];

const NAME = '[A-Za-z_\\u0080-\\uFFFF][A-Za-z0-9_\\u0080-\\uFFFF]*';
const ESCAPE = '[\\\\/bfnrt]|u[0-9A-Fa-f]{4}';
const SINGLE_QUOTED = `'(?:[^'\\\\\\u0000-\\u001F]|\\\\(?:'|${ESCAPE}))*'`;
const DOUBLE_QUOTED = `"(?:[^"\\\\\\u0000-\\u001F]|\\\\(?:"|${ESCAPE}))*"`;
const INDEX = '0|-?[1-9][0-9]{0,8}';
const SPACE = '[ \\t\\r\\n]*';
const SEGMENT = `${SPACE}(?:\\.(${NAME})|\\[${SPACE}(?:(${INDEX})|(${SINGLE_QUOTED}|${DOUBLE_QUOTED}))${SPACE}\\])`;

/** For schemas. Indexes have nine digits at most. */
export const JSON_PATH_PATTERN = `^\\$(?:${SEGMENT})*$`;
export const JSON_PATH_EXPECTED = "a JSON path such as $.state or $.phases[0]['active power']";

const whole = new RegExp(JSON_PATH_PATTERN);

/** @returns null when it is no singular query. */
export function parseJsonPath(text: string): JsonPath | null {
  if (!whole.test(text)) return null;
  return [...text.slice(1).matchAll(new RegExp(SEGMENT, 'g'))].map(([, name, index, quoted]) => {
    if (name !== undefined) return name;
    return index === undefined ? unquote(quoted as string) : Number(index);
  });
}

/** @returns undefined when the document has no such place. Members that an object inherits are none. */
export function readPath(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (typeof step === 'number') value = Array.isArray(value) ? value.at(step) : undefined;
    else if (Array.isArray(value) || !Object.hasOwn(value, step)) return undefined;
    else value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

function unquote(quoted: string): string {
  if (quoted.startsWith('"')) return JSON.parse(quoted) as string;
  const inner = quoted.slice(1, -1).replaceAll("\\'", "'").replaceAll('"', '\\"');
  return JSON.parse(`"${inner}"`) as string;
}
