/** Durations, sizes and digests. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toDigest } from '../../src/config/digest.ts';
import { didYouMean, toFound } from '../../src/config/problems.ts';
import { toBytes, toMs } from '../../src/config/words.ts';
import { testSeed } from '../support/seed.ts';

test.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['10 min', 600_000],
  ['8h', 28_800_000],
  ['1d', 86_400_000],
])('the duration %s is %i ms', (text, ms) => expect(toMs(text)).toBe(ms));

test.each([
  ['512MiB', 536_870_912],
  ['8GiB', 8_589_934_592],
  ['1 TiB', 1_099_511_627_776],
  [1000, 1000],
])('the size %s is %i bytes', (text, bytes) => expect(toBytes(text)).toBe(bytes));

test('a digest does not depend on the order of keys, at any depth', () => {
  const shuffle = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffle);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, held]) => [key, shuffle(held)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => toDigest(shuffle(value)) === toDigest(value)),
    { seed: testSeed() },
  );
  expect(toDigest({ a: 1, b: [1, 2] })).not.toBe(toDigest({ a: 1, b: [2, 1] }));
});

test.each([
  ['prot', ['host', 'port'], ', did you mean "port"?'],
  ['databse', ['database', 'url'], ', did you mean "database"?'],
  ['quite-another', ['host', 'port'], ''],
])('for %s among %j the hint is "%s"', (word, known, hint) => expect(didYouMean(word, known)).toBe(hint));

test('a wrong value is shown in its shape, shortened, without credentials', () => {
  expect(toFound('x'.repeat(100), ['a'])).toBe(`"${'x'.repeat(60)}…"`);
  expect(toFound('http://user:pass@host/', ['url'])).toBe('"http://(secret)@host/"');
  expect(toFound('hunter2', ['influx', 'password'])).toBe('(secret)');
  expect(toFound(['hunter2'], ['tokens', 0])).toBe('(secret)');
  expect(toFound(undefined, ['password'])).toBe('nothing');
});
