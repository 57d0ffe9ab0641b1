/** What the schema cannot say about limits, found before anything runs. */
import { describe, expect, test } from 'vitest';
import { RULE_TYPES } from '../../src/rules/index.ts';

const check = (params: Record<string, unknown>) => RULE_TYPES['threshold']?.check({ point: 'p', ...params });

describe('checks of a threshold rule', () => {
  test('limits in order with dead-bands that do not meet are fine', () => {
    expect(
      check({
        lolo: { limit: 1 },
        lo: { limit: 2, deadband: 1 },
        hi: { limit: 8, deadband: 1 },
        hihi: { limit: 9 },
      }),
    ).toEqual([]);
  });

  test('no limit at all is refused', () => {
    expect(check({})).toMatchObject([{ expected: 'at least one of lolo, lo, hi, hihi' }]);
  });

  test('limits out of order are refused at the upper one', () => {
    expect(check({ lo: { limit: 5 }, hi: { limit: 5 } })?.[0]).toMatchObject({
      path: 'hi.limit',
      found: '5',
    });
    expect(check({ hi: { limit: 9 }, hihi: { limit: 8 } })?.[0]).toMatchObject({ path: 'hihi.limit' });
  });

  test('dead-bands that meet are refused: the value could belong to both', () => {
    expect(check({ lo: { limit: 2, deadband: 3 }, hi: { limit: 8, deadband: 3 } })).toMatchObject([
      { path: 'hi.deadband' },
    ]);
  });

  test('a state rule needs a list or a mask, not both', () => {
    const state = (params: Record<string, unknown>) => RULE_TYPES['state']?.check({ point: 'p', ...params });
    expect(state({ in: [1] })).toEqual([]);
    expect(state({})).toMatchObject([{ found: 'none' }]);
    expect(state({ in: [1], mask: 1 })).toMatchObject([{ found: 'both' }]);
  });
});

describe('a state rule with a mask', () => {
  const judge = (value: number, mask: number) =>
    RULE_TYPES['state']?.judge({ point: 'p', mask }, { condition: 'false', level: null, severity: null }, [
      { value, quality: 0, receivedMs: 0, sourceMs: Number.NaN },
    ]).condition;

  test('reads bit 31 as a bit, not as a sign', () => expect(judge(0x8000_0000, 0x8000_0000)).toBe('true'));
  test('cannot judge a fraction', () => expect(judge(1.5, 1)).toBe('unknown'));
});
