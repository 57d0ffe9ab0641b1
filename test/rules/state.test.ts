/** State rules: listed values, any other than those, bits; and what a value without a declared meaning says. */
import { describe, expect, test } from 'vitest';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { FALSE_VERDICT } from '../../src/rules/rule.ts';
import { state } from '../../src/rules/state.ts';
import { createJudging } from './judging.ts';

const POINT = { type: 'number', states: new Map([-1, 0, 1].map((value) => [value, value])) } as const;

function judge(params: object, value: number, quality: QualityReason = 'good'): string {
  const sample = { value, quality: QUALITIES[quality].code, receivedMs: 0, sourceMs: Number.NaN };
  return state.judge({ point: 'code', ...params }, FALSE_VERDICT, [sample], createJudging()).condition;
}

describe('a value', () => {
  test.each([
    [{ in: [1] }, 1, 'true'],
    [{ in: [1] }, 0, 'false'],
    [{ notIn: [-1] }, -1, 'false'],
    [{ notIn: [-1] }, 1, 'true'],
    [{ mask: 0b110 }, 0b1010, 'true'],
    [{ mask: 0b110 }, 0b1001, 'false'],
    [{ mask: 0x8000_0000 }, 0x8000_0000, 'true'],
    [{ mask: 1 }, 1.5, 'unknown'],
  ])('under %o, %d is %s', (params, value, condition) => {
    expect(judge(params, value)).toBe(condition);
  });

  test.each([
    [{ in: [1] }, 9, 'unknown'],
    [{ in: [9] }, 9, 'true'],
    [{ notIn: [-1] }, 9, 'true'],
    [{ notIn: [9] }, 9, 'false'],
  ])('without a declared meaning, under %o, %d is %s', (params, value, condition) => {
    expect(judge(params, value, 'unknown-state')).toBe(condition);
  });
});

describe('a rule is refused that', () => {
  const check = (params: object) => state.check({ point: 'code', ...params }, [POINT]);

  test.each([
    ['lists nothing', {}, 'none'],
    ['lists both ways', { in: [1], notIn: [0] }, 'in, notIn'],
    ['lists values and bits', { notIn: [0], mask: 1 }, 'notIn, mask'],
  ])('%s', (_name, params, found) => {
    expect(check(params)).toEqual([{ path: '', expected: 'exactly one of in, notIn, mask', found }]);
  });

  test('names a value that the point cannot have', () => {
    expect(check({ notIn: [-1, 7] })).toEqual([
      { path: 'notIn[1]', expected: 'a value of the point (-1, 0, 1)', found: '7' },
    ]);
    expect(check({ in: [1] })).toEqual([]);
    const isOn = { type: 'boolean', states: new Map() } as const;
    expect(state.check({ point: 'on', in: [2] }, [isOn])).toMatchObject([{ path: 'in[0]', found: '2' }]);
    const isAny = { type: 'number', states: new Map() } as const;
    expect(state.check({ point: 'any', in: [2] }, [isAny])).toEqual([]);
  });
});
