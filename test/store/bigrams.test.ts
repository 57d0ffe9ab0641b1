/** Words of the index: what people type is found where it stands, and only there. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toIndexWords, toMatch } from '../../src/store/sqlite/bigrams.ts';
import { testSeed } from '../support/seed.ts';
import { openTestStore } from './support/open.ts';
import * as rows from './support/rows.ts';

describe('the index gets', () => {
  test.each([
    ['the pairs of a run and its last character', '水泵房', '水泵 泵房 房'],
    ['a single character as it is', '水', '水'],
    ['words of letters and digits whole, small', 'Pump B1', 'pump b1'],
    ['runs apart from what stands between them', 'B1层水泵，漏水', 'b1 层水 水泵 泵 漏水 水'],
    ['full-width forms as the usual ones', 'ＧＣ２０２６', 'gc2026'],
    ['characters outside the basic plane whole', '𠮷水', '𠮷水 水'],
    ['nothing of what is no word', ' — “ ” * : " ', ''],
  ])('%s', (_what, text, words) => {
    expect(toIndexWords(text)).toBe(words);
  });
});

describe('a question becomes', () => {
  test.each([
    ['a pair', '水泵', '"水泵"'],
    ['pairs in a row', '水泵房', '"水泵 泵房"'],
    ['the beginning of pairs', '水', '"水" *'],
    ['the beginning of a word', 'pum', '"pum" *'],
    ['runs in a row', 'B1层', '"b1 层" *'],
    ['a run that ends before another one', '水泵B1', '"水泵 泵 b1" *'],
    ['a number as printed', 'GC20261121-0001', '"gc20261121 0001" *'],
    ['words that must all be there', '水泵  leak', '"水泵" AND "leak" *'],
    [
      'words, whatever the syntax of the index is',
      'content: OR "a* NEAR(b',
      '"content" * AND "or" * AND "a" * AND "near b" *',
    ],
  ])('%s', (_what, query, match) => {
    expect(toMatch(query)).toBe(match);
  });

  test.each(['', '   ', '"*"', '—'])('nothing where there is no word: %j', (query) => {
    expect(toMatch(query)).toBeNull();
  });

  test('ten words at most, of two hundred characters', () => {
    expect(toMatch('水 '.repeat(50))?.split(' AND ')).toHaveLength(10);
    expect(toMatch('a'.repeat(500))).toBe(`"${'a'.repeat(200)}" *`);
  });
});

test('a ticket is found by every piece of a Chinese text, and by no other', async () => {
  const seed = testSeed();
  const text = fc.string({
    unit: fc.constantFrom(...Array.from('水泵房漏电梯')),
    minLength: 1,
    maxLength: 8,
  });
  const texts = fc.sample(text, { seed, numRuns: 60 });
  const { store } = await openTestStore();
  const writes = texts.map((zh, at) => rows.ticket(`t-${at}`, { content: { zh, en: '' } }));
  await store.commit({ writes });
  const find = async (query: string) => {
    const { items } = await store.queries.tickets({ state: 'all', text: query, limit: 500, offset: 0 });
    return new Set(items.map(({ id }) => id));
  };
  // Place and equipment are 水泵 in every row of these tests: left out of what is asked for.
  const pieces = fc.sample(text, { seed: seed + 1, numRuns: 80 }).filter((piece) => !'水泵'.includes(piece));
  for (const piece of pieces) {
    const expected = texts.flatMap((zh, at) => (zh.includes(piece) ? [`t-${at}`] : []));
    expect([piece, await find(piece)]).toEqual([piece, new Set(expected)]);
  }
});
