/** What the page on data quality makes of the figures. */
import { expect, test } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { zh } from '../../src/web/locales/zh.ts';
import type { LinkQuality, QualityFilter } from '../../src/web/quality/quality-queries.ts';
import {
  countOnly,
  ONLY,
  sortLinks,
  toFilter,
  toReasons,
  toSearch,
} from '../../src/web/quality/quality-words.ts';
import { text } from './samples.ts';

function toLink(link: string, given: Partial<LinkQuality> = {}): LinkQuality {
  const none = { good: 9, uncertain: 0, bad: 0, neverGood: 0, coverageRatio: 1 };
  return { link, name: text(link), points: 9, ...none, ...given };
}

test('the links with most to see to come first, equals as configured', () => {
  const links = [
    toLink('well'),
    toLink('unsure', { uncertain: 2 }),
    toLink('bad', { bad: 1 }),
    toLink('never', { neverGood: 1, bad: 1 }),
    toLink('well-too'),
  ];
  expect(sortLinks(links).map(({ link }) => link)).toEqual(['never', 'bad', 'unsure', 'well', 'well-too']);
});

test('a tab has its count only where the summary knows it', () => {
  const tally = toLink('a', { points: 12, good: 5, bad: 4, neverGood: 3 });
  expect(ONLY.map((only) => [only, countOnly(tally, only)])).toEqual([
    ['never-good', 3],
    ['bad', 4],
    ['stuck', null],
    ['all', 12],
  ]);
});

test('what is on show stands in the address of the page, and comes back from it', () => {
  const filters: readonly QualityFilter[] = [
    { only: 'bad', link: null, equipment: null },
    { only: 'stuck', link: 'plant', equipment: null },
    { only: 'all', link: null, equipment: 'pump-1' },
  ];
  for (const filter of filters) expect(toFilter(new URLSearchParams(toSearch(filter)))).toEqual(filter);
});

test('an address with a tab that does not exist shows what is bad now', () => {
  expect(toFilter(new URLSearchParams('only=worst')).only).toBe('bad');
});

test('reasons are told most frequent first, without those that have a column or never occurred', () => {
  expect(toReasons({ reasons: { timeout: 2, sentinel: 90, stale: 0, 'out-of-range': 7 } })).toEqual([
    ['out-of-range', 7],
    ['timeout', 2],
  ]);
});

test('every quality has words, as a code and as a reason', () => {
  const codes = Object.values(QUALITIES).map(({ code }) => `q${code}`);
  expect(codes.filter((code) => !Object.hasOwn(zh.quality, code))).toEqual([]);
  const reasons = Object.keys(QUALITIES).filter((reason) => reason !== 'good');
  expect(reasons.filter((reason) => !Object.hasOwn(zh.qualityReason, reason))).toEqual([]);
});
