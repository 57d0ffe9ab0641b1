/** The words of rule tests: what they mean, and that a slip of the pen is never taken for something else. */
import { describe, expect, test } from 'vitest';
import {
  parseExpected,
  parseHappening,
  parseSignal,
  parseTicket,
  parseTime,
  toExpectedText,
  toSignalText,
} from '../../src/rule-tests/words.ts';

describe('times', () => {
  test.each([
    ['0s', 0],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['10min', 600_000],
    ['24h', 86_400_000],
    ['1d', 86_400_000],
  ])('%s', (text, ms) => expect(parseTime(text)).toBe(ms));

  test.each(['', '10', 's', '-1s', '1 hour', '1e3s', '10s '])('"%s" is none', (text) =>
    expect(parseTime(text)).toBeNull(),
  );
});

describe('what a point gives', () => {
  const held = { type: 'held', value: null, quality: null, lateMs: 0 };

  test.each([
    [3, { ...held, value: 3 }],
    ['_', { type: 'silent' }],
    ['bad', { ...held, quality: 'device-error' }],
    ['uncertain', { ...held, quality: 'source-uncertain' }],
    ['uncertain(3)', { ...held, value: 3, quality: 'source-uncertain' }],
    ['nan', { ...held, quality: 'not-a-number' }],
    ['sentinel', { ...held, quality: 'sentinel' }],
    ['stuck(-3.5)', { ...held, value: -3.5, quality: 'stuck' }],
    ['late(5s, 3)', { ...held, value: 3, lateMs: 5_000 }],
    ['ramp(0.5, 0.3, 30s)', { type: 'ramp', from: 0.5, to: 0.3, overMs: 30_000 }],
    ['alternate(0, 1, 2s)', { type: 'alternate', values: [0, 1], everyMs: 2_000 }],
  ])('%s', (value, signal) => expect(parseSignal(value)).toEqual(signal));

  test.each([
    'up',
    'late(3)',
    'late(3, 5s)',
    'late(5s, x)',
    'ramp(0, 3)',
    'ramp(0, 3, 0s)',
    'ramp(0, 3, 4, 30s)',
    'alternate(1, 2s)',
    'alternate(0, x, 2s)',
    'sentinel(3)',
    'stuck(1, 2)',
    'stuck()',
    'toString',
    null,
    true,
  ])('%s is nothing that a point gives', (value) => expect(parseSignal(value)).toBeNull());

  test.each(['_', 'sentinel', 'stuck(3)', 'late(5s, 3)', 'ramp(0, 3, 30s)', 'alternate(0, 1, 2s)'])(
    '%s is shown as it is written',
    (text) => {
      const signal = parseSignal(text);
      expect(signal && toSignalText(signal)).toBe(text);
    },
  );
});

describe('what happens', () => {
  test.each([
    ['restart 30s', { type: 'restart', downMs: 30_000 }],
    ['clock +90s', { type: 'clock', byMs: 90_000 }],
    ['clock -1h', { type: 'clock', byMs: -3_600_000 }],
    ['acknowledge', { type: 'acknowledge' }],
    ['shelve 10min', { type: 'shelve', forMs: 600_000, isOneShot: false }],
    ['shelve once 10min', { type: 'shelve', forMs: 600_000, isOneShot: true }],
    ['out-of-service 1h', { type: 'out-of-service', forMs: 3_600_000 }],
    ['drill 1h', { type: 'drill', forMs: 3_600_000 }],
  ])('%s', (text, happening) => expect(parseHappening(text)).toEqual({ happening, refused: null }));

  test('a refusal names its code', () => {
    expect(parseHappening('unshelve refused not-shelved')).toEqual({
      happening: { type: 'unshelve' },
      refused: 'not-shelved',
    });
  });

  test.each(['', 'restart', 'restart -30s', 'clock 90s', 'clock +', 'shelve', 'acknowledged', 'drill +1h'])(
    '"%s" is nothing that happens',
    (text) => expect(parseHappening(text)).toBeNull(),
  );
});

describe('what is expected', () => {
  test('words stand in any order and are shown in one', () => {
    const expected = parseExpected('fire/urgent hihi blind B high');
    expect(expected).toEqual({
      state: 'B',
      level: 'hihi',
      severity: 'high',
      isBlind: true,
      ticket: { class: 'fire', priority: 'urgent' },
    });
    expect(typeof expected !== 'string' && toExpectedText(expected)).toBe('B hihi high blind fire/urgent');
  });

  test('nothing is said by itself', () => {
    expect(parseExpected('nothing')).toEqual({ isNothing: true });
    expect(parseExpected('B nothing')).toBe('nothing');
  });

  test.each([
    ['B H', 'H'],
    ['B C', 'C'],
    ['lo hi', 'hi'],
    ['B fire/soon', 'fire/soon'],
    ['', ''],
    ['B fire/urgent/now', 'fire/urgent/now'],
  ])('"%s" has a word too many: "%s"', (text, word) => expect(parseExpected(text)).toBe(word));

  test('a ticket is none, any, or one of a class and priority', () => {
    expect(parseTicket('none')).toBe('none');
    expect(parseTicket('opened')).toBe('opened');
    expect(parseTicket('engineering')).toBeNull();
  });
});
