/** The digits of the site's clock, from which lists, fields and axes take their parts by position. */
import { expect, test } from 'vitest';
import { createSiteClock } from '../../../src/web/shared/site-clock.ts';

test('times are told in the zone of the site, each part always at the same place', () => {
  const shanghai = createSiteClock('Asia/Shanghai');
  expect(shanghai(Date.UTC(2026, 10, 21, 6, 5, 9))).toBe('2026-11-21 14:05:09');
  expect(shanghai(Date.UTC(2026, 11, 31, 16))).toBe('2027-01-01 00:00:00');
  expect(createSiteClock('UTC')(Date.UTC(2026, 0, 2, 3, 4, 5, 999))).toBe('2026-01-02 03:04:05');
});

test('where clocks change, the local time is that of the moment', () => {
  const berlin = createSiteClock('Europe/Berlin');
  expect(berlin(Date.UTC(2026, 2, 29, 0, 59, 59))).toBe('2026-03-29 01:59:59');
  expect(berlin(Date.UTC(2026, 2, 29, 1))).toBe('2026-03-29 03:00:00');
});
