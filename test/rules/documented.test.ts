/** Every rule type that a profile may use is shown in docs/extend.md, and what is shown is accepted. */
import { readFileSync } from 'node:fs';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { CATALOG } from '../../src/catalog.ts';
import { toRuleSchema, toRuleTypes } from '../../src/profiles/schema.ts';
import { RULE_TYPES } from '../../src/rules/index.ts';

type Entry = Readonly<Record<string, unknown>> & { readonly type: string };

const PAGE = readFileSync('docs/extend.md', 'utf8');
const SECTION = PAGE.slice(PAGE.indexOf('### Rules that look at more than one value'));
const SHOWN = parse(/```yaml\n([\s\S]*?)```/.exec(SECTION)?.[1] ?? '') as readonly Entry[];
const HEAD = { id: 'rule', severity: 'low', text: { zh: '规则', en: 'Rule' } };
/** Shown in sections of their own. */
const ELSEWHERE = ['threshold', 'state', 'expression'];

test('every type has its example', () => {
  const expected = toRuleTypes(CATALOG).filter((type) => !ELSEWHERE.includes(type));
  expect([...new Set(SHOWN.map(({ type }) => type))].toSorted()).toEqual(expected.toSorted());
});

test.each(SHOWN)('the example of $type is accepted, with defaults filled in', (entry) => {
  const validator = Compile(toRuleSchema(CATALOG, entry.type));
  const filled = validator.Default({ ...HEAD, ...structuredClone(entry) }) as Entry;
  expect([...validator.Errors(filled)]).toEqual([]);
  expect(RULE_TYPES[entry.type]?.check(filled)).toEqual([]);
  expect(RULE_TYPES[entry.type]?.pointRefs(filled).length).toBeGreaterThan(0);
});

test.each(SHOWN)('a misspelt key of $type is refused', (entry) => {
  const validator = Compile(toRuleSchema(CATALOG, entry.type));
  expect(validator.Check(validator.Default({ ...HEAD, ...structuredClone(entry), afterMS: 5 }))).toBe(false);
});
