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

  test('dead-bands that meet are refused for every pair, not only for the inner limits', () => {
    const limits = {
      lolo: { limit: 1, deadband: 9 },
      lo: { limit: 2 },
      hi: { limit: 8 },
      hihi: { limit: 20 },
    };
    expect(check(limits)).toMatchObject([
      { path: 'hi.deadband', expected: expect.stringContaining('lolo and hi ') },
    ]);
    expect(check({ lo: { limit: 2 }, hi: { limit: 8 }, hihi: { limit: 9, deadband: 7 } })).toMatchObject([
      { path: 'hihi.deadband' },
    ]);
  });
});
