/** Hours that the journal holds, reckoned by hand. */
import { expect, test } from 'vitest';
import { toCoverageText } from '../../src/cli/check.ts';
import { toJournalCoverage } from '../../src/telemetry/journal-coverage.ts';
import { createTestModel, pumpPoints } from './model.ts';

function siteOf(points: number, maxBytes: number, maxAgeDays = 14) {
  return { points: createTestModel(pumpPoints(points, 1)).points, journal: { maxBytes, maxAgeDays } };
}

test('2,000 points at 1 s in 8 GiB: twelve days when everything changes, the age limit when nothing does', () => {
  const coverage = toJournalCoverage(siteOf(2_000, 8 * 2 ** 30));
  expect(coverage.mostPerS).toBe(2_000);
  expect(coverage.leastPerS).toBeCloseTo(2_000 / 60);
  // 8 GiB ÷ 4 bytes ÷ 2,000/s ÷ 3,600
  expect(coverage.leastHours).toBeCloseTo(298.26, 1);
  expect(coverage.mostHours).toBe(14 * 24);
  expect(coverage.isLong).toBe(true);
});

test('100,000 points at 1 s in 8 GiB hold six hours, and that is said as a warning', () => {
  const site = siteOf(100_000, 8 * 2 ** 30);
  expect(toJournalCoverage(site).leastHours).toBeCloseTo(5.97, 2);
  expect(toCoverageText(site)).toContain(
    'it holds 6.0 h (every value changes at every poll, 100000 readings/s)',
  );
  expect(toCoverageText(site)).toContain('Warning: less than 24 h');
});

test('a site with room to spare is not warned about, and one span is said once', () => {
  const text = toCoverageText(siteOf(10, 8 * 2 ** 30));
  expect(text).toBe(
    'Journal: 8.0 GiB, 14 days at most; it holds 336 h (every value changes at every poll, 10 readings/s).\n',
  );
});

test('texts are not journalled and count for nothing; a point that is polled seldom beats no faster than it is polled', () => {
  const [first, second] = createTestModel(pumpPoints(2, 1)).points;
  const points = [
    { ...first!, type: 'text' as const },
    { ...second!, pollMs: 600_000 },
  ];
  const { mostPerS, leastPerS } = toJournalCoverage({
    points,
    journal: { maxBytes: 2 ** 30, maxAgeDays: 1 },
  });
  expect([mostPerS, leastPerS]).toEqual([1 / 600, 1 / 600]);
});
