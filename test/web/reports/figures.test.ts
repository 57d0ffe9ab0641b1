/** Alarm figures on the page: days and scope in the address, measures against their targets, numbers as people read them. */
import { describe, expect, test } from 'vitest';
import { createFigures } from '../../../src/alarms/figures/figures.ts';
import { viewFigures } from '../../../src/alarms/figures/view.ts';
import type { AlarmFigures } from '../../../src/web/api/types.ts';
import { toMeasures, toNumberText, toShareText } from '../../../src/web/reports/measures.ts';
import { toRecordsPath } from '../../../src/web/reports/records-path.ts';
import {
  toDays,
  toDaysProblem,
  toReportSearch,
  toReportView,
} from '../../../src/web/reports/report-address.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 10, 21, 4, 0, 0);
const parse = (search: string) => toReportView(new URLSearchParams(search));

describe('the address', () => {
  test('tells days and scope and gives the same back', () => {
    const view = {
      period: 'own',
      days: { from: '2026-11-01', to: '2026-11-20' },
      equipment: 'dws-1',
      rule: 'pressure-low',
    } as const;
    expect(toReportView(new URLSearchParams(toReportSearch(view)))).toEqual(view);
    expect(toReportSearch(parse(''))).toEqual({});
    expect(toReportSearch(parse('period=30d'))).toEqual({ period: '30d' });
  });

  test.each([
    'period=century',
    'from=2026-11-01',
    'from=2026-11-20&to=2026-11-01',
    'from=2026-02-30&to=2026-03-02',
    'from=2020-01-01&to=2026-01-01',
    'rule=pressure-low',
  ])('that cannot be understood shows a week of the site: %s', (search) =>
    expect(parse(search)).toEqual({ period: '7d', days: null, equipment: null, rule: null }),
  );

  test.each([
    ['today', '2026-03-01', '2026-03-01', '2026-03-01'],
    ['7d', '2026-03-01', '2026-02-23', '2026-03-01'],
    ['30d', '2026-01-15', '2025-12-17', '2026-01-15'],
    ['month', '2026-03-31', '2026-03-01', '2026-03-31'],
    ['last-month', '2028-03-31', '2028-02-01', '2028-02-29'],
    ['last-month', '2026-01-01', '2025-12-01', '2025-12-31'],
  ] as const)('%s on %s is %s to %s', (period, today, from, to) =>
    expect(toDays({ period, days: null }, today)).toEqual({ from, to }),
  );

  test.each([
    ['2026-11-01', '2026-11-01', null],
    ['2026-11-02', '2026-11-01', 'order'],
    ['', '2026-11-01', 'unfinished'],
    ['2026-11-31', '2026-12-01', 'unfinished'],
    ['2025-01-01', '2026-02-04', null],
    ['2025-01-01', '2026-02-05', 'long'],
  ])('from %s to %s is %s', (from, to, problem) => expect(toDaysProblem({ from, to })).toBe(problem));
});

/** Of a quiet hour, with what the test gives in it. */
function toFigures(given: (quiet: AlarmFigures) => Partial<AlarmFigures> = () => ({})): AlarmFigures {
  const question = { fromDate: '2026-11-21', toDate: '2026-11-21', scope: {}, rules: 10 };
  const figures = createFigures('Asia/Shanghai', NOW_MS - HOUR_MS);
  const quiet = viewFigures(figures, question, NOW_MS) as unknown as AlarmFigures;
  return { ...quiet, ...given(quiet) };
}

const toVerdicts = (figures: AlarmFigures) =>
  Object.fromEntries(toMeasures(figures).map(({ id, verdict }) => [id, verdict]));

describe('measures', () => {
  test('of a quiet time are met, and what nothing can be said of has no verdict', () => {
    expect(toVerdicts(toFigures())).toEqual({
      rate: 'met',
      peak: 'met',
      over10: 'met',
      flood: 'met',
      topTen: 'none',
      chattering: 'met',
      fleeting: 'met',
      stale: 'met',
      acknowledged: 'none',
      blind: 'none',
    });
  });

  test.each([
    [6, 'met'],
    [6.1, 'near'],
    [12, 'near'],
    [12.1, 'missed'],
  ])('%d alarms an hour are %s', (perHour, verdict) => {
    const given = (hours: number) =>
      toFigures(({ annunciated, period }) => ({
        annunciated: { ...annunciated, perHour },
        period: { ...period, hours },
      }));
    expect(toVerdicts(given(8))['rate']).toBe(verdict);
    expect(toVerdicts(given(7.9))['rate'], 'of less than a shift').toBe(
      verdict === 'met' ? 'met' : 'too-few',
    );
  });

  test.each([
    [4, 'met'],
    [5, 'missed'],
  ])('%d stale alarms on a day are %s', (mostOnOneDay, verdict) => {
    const figures = toFigures(() => ({ stale: { alarms: 9, mostOnOneDay } }));
    expect(toVerdicts(figures)['stale']).toBe(verdict);
  });

  test.each([
    [99, 'too-few'],
    [100, 'missed'],
  ])('the top ten of %d alarms are %s', (n, verdict) => {
    const figures = toFigures(({ annunciated, topTen }) => ({
      annunciated: { ...annunciated, n },
      topTen: { ...topTen, share: 0.3 },
    }));
    expect(toVerdicts(figures)['topTen']).toBe(verdict);
  });

  test('of a part of the site take the fixed intervals: nothing slides there', () => {
    const figures = toFigures(({ floods }) => ({
      floods: { sliding: null, fixed: { ...floods.fixed, n: 2, timeRatio: 0.02 } },
    }));
    const flood = toMeasures(figures).find(({ id }) => id === 'flood');
    expect(flood).toMatchObject({ value: 0.02, n: 2, verdict: 'missed' });
  });

  test('never stand without how many they are of', () => {
    for (const { n } of toMeasures(toFigures())) expect(Number.isInteger(n)).toBe(true);
  });
});

test.each([
  [null, '—'],
  [0, '0 %'],
  [0.0004, '< 0.1 %'],
  [0.0123, '1.2 %'],
  [0.5, '50 %'],
  [1, '100 %'],
])('a share of %s is written %s', (share, text) => expect(toShareText(share)).toBe(text));

test.each([
  [null, '—'],
  [0, '0'],
  [0.034, '0.03'],
  [5.26, '5.3'],
  [1234.5, '1235'],
])('%s is written %s', (value, text) => expect(toNumberText(value)).toBe(text));

test('the records behind a number are those of its scope and time', () => {
  const path = toRecordsPath({ fromMs: 5, toMs: 9 }, 'dws-1', 'pressure-low');
  expect(path).toBe('/alarms?tab=history&equipment=dws-1&rule=pressure-low&from=5&to=9');
});
