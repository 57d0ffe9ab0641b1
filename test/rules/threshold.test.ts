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

  test('a state rule needs a list or a mask, not both', () => {
    const state = (params: Record<string, unknown>) => RULE_TYPES['state']?.check({ point: 'p', ...params });
    expect(state({ in: [1] })).toEqual([]);
    expect(state({})).toMatchObject([{ found: 'none' }]);
    expect(state({ in: [1], mask: 1 })).toMatchObject([{ found: 'both' }]);
  });
});

describe('a state rule on a point with declared values', () => {
  const check = (
    params: Record<string, unknown>,
    values: readonly number[],
    type: 'number' | 'boolean' = 'number',
  ) =>
    RULE_TYPES['state']?.check({ point: 'p', ...params }, [
      { type, states: new Map(values.map((it) => [it, it])) },
    ]);

  test('may only ask for a value that can come', () => {
    expect(check({ in: [57] }, [0, 57])).toEqual([]);
    expect(check({ in: [0, 5] }, [0, 57])).toEqual([
      { path: 'in[1]', expected: 'a value of the point (0, 57)', found: '5' },
    ]);
    expect(check({ in: [2] }, [], 'boolean')).toMatchObject([{ path: 'in[0]', found: '2' }]);
    expect(check({ in: [2] }, [])).toEqual([]);
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
