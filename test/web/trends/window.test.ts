/** The stretch of time on show: zoom, steps, what was drawn, and the clocks of the site. */
import { describe, expect, test } from 'vitest';
import { toTimeTicks, toValueScale } from '../../../src/web/trends/axis.ts';
import { createSiteTime, parseFieldText, toFieldText } from '../../../src/web/trends/site-time.ts';
import { moveBy, toRangeOf, toStretch, toWindow, zoomAround } from '../../../src/web/trends/window.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21, 6, 0, 0);

describe('a zoom', () => {
  test('keeps the time under the pointer where it is', () => {
    const window = zoomAround({ fromMs: 0, toMs: 1_000_000 }, 250_000, 0.5);
    expect(window).toEqual({ fromMs: 125_000, toMs: 625_000 });
  });

  test('ends where there is nothing more to see', () => {
    const { fromMs, toMs } = zoomAround({ fromMs: 0, toMs: 12_000 }, 6_000, 0.1);
    expect(toMs - fromMs).toBe(10_000);
  });

  test('into what was drawn does not care which way it was drawn, and never is too short', () => {
    expect(toStretch(90_000, 20_000)).toEqual({ fromMs: 20_000, toMs: 90_000 });
    expect(toStretch(50_000, 50_001)).toEqual({ fromMs: 45_000.5, toMs: 55_000.5 });
  });
});

describe('the range of a window', () => {
  test('moves with the time again when it is one of the lengths and ends now', () => {
    expect(toRangeOf({ fromMs: NOW - 8 * HOUR, toMs: NOW }, NOW)).toEqual({ type: 'last', id: '8h' });
  });

  test('stands still when it ends before, or has another length', () => {
    const before = toRangeOf({ fromMs: NOW - 2 * HOUR, toMs: NOW - HOUR }, NOW);
    expect(before).toEqual({ type: 'between', fromMs: NOW - 2 * HOUR, toMs: NOW - HOUR });
    expect(toRangeOf({ fromMs: NOW - 3 * HOUR, toMs: NOW }, NOW).type).toBe('between');
  });

  test('never reaches into the future', () => {
    const moved = moveBy({ fromMs: NOW - 3 * HOUR, toMs: NOW }, 0.5);
    expect(toRangeOf(moved, NOW)).toEqual({ type: 'between', fromMs: NOW - 3 * HOUR, toMs: NOW });
  });

  test('that moves with the time ends now', () => {
    expect(toWindow({ type: 'last', id: '1h' }, NOW)).toEqual({ fromMs: NOW - HOUR, toMs: NOW });
  });
});

describe('the clocks of the site', () => {
  test('fill the fields, wherever the browser stands, and are read from them', () => {
    const shanghai = createSiteTime('Asia/Shanghai');
    expect(toFieldText(shanghai, NOW)).toBe('2026-11-21T14:00:00');
    expect(parseFieldText(shanghai, '2026-11-21T14:00')).toBe(NOW);
    expect(parseFieldText(shanghai, '2026-11-21')).toBeNull();
    expect(parseFieldText(shanghai, '')).toBeNull();
  });

  test('that change are followed through the change', () => {
    const berlin = createSiteTime('Europe/Berlin');
    for (const utcMs of [
      Date.UTC(2026, 2, 29, 0, 30),
      Date.UTC(2026, 2, 29, 1, 30),
      Date.UTC(2026, 9, 25, 4),
    ]) {
      expect(berlin.toUtc(berlin.toLocal(utcMs)), new Date(utcMs).toISOString()).toBe(utcMs);
    }
  });

  test('give the times on the axis round digits, and days at local midnight', () => {
    const shanghai = createSiteTime('Asia/Shanghai');
    const window = { fromMs: NOW - 24 * HOUR, toMs: NOW };
    const ticks = toTimeTicks(window, 8, shanghai);
    expect(ticks.map(({ text }) => text)).toEqual(
      ['15:00', '18:00', '21:00', '11-21', '03:00', '06:00', '09:00', '12:00'].slice(0, ticks.length),
    );
    expect(ticks.find(({ isDay }) => isDay)?.atMs).toBe(Date.UTC(2026, 10, 20, 16));
    const short = toTimeTicks({ fromMs: NOW, toMs: NOW + 30_000 }, 6, shanghai);
    expect(short[1]?.text).toBe('14:00:05');
  });
});

describe('the axis of values', () => {
  test('has round steps and room above and below', () => {
    const { min, max, ticks, decimals } = toValueScale(0.41, 0.47, 0.001, 6);
    expect(min).toBeLessThan(0.41);
    expect(max).toBeGreaterThan(0.47);
    expect(ticks.map((tick) => tick.toFixed(decimals))).toEqual(['0.42', '0.44', '0.46']);
  });

  test('of a value that rests is not filled by its last digit', () => {
    const { min, max } = toValueScale(0.45, 0.45, 0.04, 5);
    expect(max - min).toBeGreaterThanOrEqual(0.04);
  });

  test('of a huge value still has a height', () => {
    const { min, max } = toValueScale(4e12, 4e12, 0.4, 5);
    expect(max).toBeGreaterThan(min);
  });
});
