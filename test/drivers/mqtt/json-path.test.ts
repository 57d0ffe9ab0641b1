/** Singular queries of RFC 9535: what they name, and what is none. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseJsonPath, readPath } from '../../../src/drivers/mqtt/json-path.ts';
import { testSeed } from '../../support/seed.ts';

it.each([
  ['$', []],
  ['$.a', ['a']],
  ['$.a.b[0]', ['a', 'b', 0]],
  ["$.a.b[0]['c d']", ['a', 'b', 0, 'c d']],
  ['$["a"]["\\u4e2d\\"\\n"]', ['a', '中"\n']],
  ["$['it\\'s']['\"']['']", ["it's", '"', '']],
  ['$[-1]', [-1]],
  ['$.温度._x9', ['温度', '_x9']],
  ['$ .a [ 0 ] [ "b" ]', ['a', 0, 'b']],
  ['$.__proto__', ['__proto__']],
])('%j is a path', (text, path) => {
  expect(parseJsonPath(text)).toEqual(path);
});

it.each([
  '',
  'a',
  '$.',
  '$a',
  '$..a',
  '$.*',
  '$[*]',
  '$.a-b',
  '$.9',
  '$[01]',
  '$[-0]',
  '$[1:2]',
  "$['a",
  "$['a','b']",
  '$[?@.a]',
  '$[a]',
  "$['\\x']",
  "$['a\nb']",
  '$.a ',
  ' $.a',
  '$[0.5]',
  '$["\\\'"]',
  '$[99999999999999999999]',
])('%j is none', (text) => {
  expect(parseJsonPath(text)).toBeNull();
});

it.each([
  ['$.a[1]', { a: [1, 2] }, 2],
  ['$.a[-1]', { a: [1, 2] }, 2],
  ['$.a[2]', { a: [1, 2] }, undefined],
  ['$.a.length', { a: [1, 2] }, undefined],
  ['$.a.length', { a: 'text' }, undefined],
  ['$.toString', {}, undefined],
  ['$.__proto__', JSON.parse('{"__proto__":1}'), 1],
  ['$.__proto__', {}, undefined],
  ['$[0]', { 0: 'member' }, undefined],
  ['$.a.b', { a: null }, undefined],
  ['$', null, null],
])('%j of %j is %j', (path, document, expected) => {
  expect(readPath(document, parseJsonPath(path)!)).toEqual(expected);
});

it('any name can be written in either kind of quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const double = JSON.stringify(name);
      const single = `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
      expect(parseJsonPath(`$[${double}]`)).toEqual([name]);
      expect(parseJsonPath(`$[${single}]`)).toEqual([name]);
    }),
    { seed: testSeed() },
  );
});

it('any text is a path or none, soon and without an error', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 256 }), fc.jsonValue(), (text, document) => {
      const path = parseJsonPath(`$${text}`);
      if (path !== null) readPath(document, path);
    }),
    { seed: testSeed() },
  );
});
