/** What a rule would have said of readings that came late (alarms.md B8 no. 5). */
import { describe, expect, test } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { createRuleEnvironment } from '../../src/rules/environment.ts';
import { RULE_TYPES } from '../../src/rules/index.ts';
import { isJudgedLate, judgeLate, MAX_LATE_STRETCHES } from '../../src/rules/late.ts';
import { createTestModel, type TestRule } from '../support/model.ts';

const SECOND = 1_000;
const T0 = Date.UTC(2026, 10, 21, 1);
const HIGH: TestRule = {
  id: 'high',
  type: 'threshold',
  points: ['p'],
  params: { point: 'p', hi: { limit: 10, deadband: 1 }, hihi: { limit: 20, severity: 'high' } },
};

/** @param course seconds after T0, value; null = bad @returns `10-20 returned hi medium` */
function judged(
  course: readonly (readonly [number, number | null])[],
  rule: Partial<TestRule> = {},
  staleMs: number | null = null,
): readonly string[] {
  const model = createTestModel({
    equipment: [{ id: 'pump', points: [{ name: 'p' }], rules: [{ ...HIGH, ...rule }] }],
  });
  const readings = course.map(([seconds, value]) => ({
    atMs: T0 + seconds * SECOND,
    value: value ?? Number.NaN,
    quality: QUALITIES[value === null ? 'comm-loss' : 'good'].code,
  }));
  const [def] = model.rules;
  if (def === undefined) throw new Error('no rule');
  return judgeLate(def, staleMs, readings, createRuleEnvironment(model)).map(
    ({ raisedAtMs, endedAtMs, isSeenToReturn, output }) => {
      const [from, to] = [raisedAtMs, endedAtMs].map((ms) => (ms - T0) / SECOND);
      return `${from}-${to} ${isSeenToReturn ? 'returned' : 'not seen'} ${output.level} ${output.severity}`;
    },
  );
}

describe('late readings', () => {
  test('give the stretches that would have been, in the time of the source, with the worst level', () => {
    const course = [
      [0, 5],
      [10, 15],
      [15, 25],
      [18, 12],
      [20, 5],
      [30, 11],
    ] as const;
    expect(judged(course)).toEqual(['10-20 returned hihi high', '30-30 not seen hi medium']);
  });

  test('go through dead-band and delays as live ones do, and a delay ends between two of them', () => {
    const course = [
      [0, 5],
      [10, 15],
      [40, 9.5],
      [50, 5],
      [70, 5],
    ] as const;
    expect(judged(course, { onDelayMs: 20_000, offDelayMs: 5_000 })).toEqual(['30-55 returned hi medium']);
    expect(judged(course, { onDelayMs: 41_000 })).toEqual([]);
  });

  test('neither raise nor return by a bad one, or by silence', () => {
    const bad = [
      [0, 15],
      [10, null],
      [20, null],
      [30, 5],
    ] as const;
    expect(judged(bad)).toEqual(['0-30 returned hi medium']);
    const silent = [
      [0, 5],
      [1, 15],
      [60, 15],
      [61, 5],
    ] as const;
    expect(judged(silent, { onDelayMs: 30_000 }), 'held all the time').toEqual(['31-61 returned hi medium']);
    expect(judged(silent, { onDelayMs: 30_000 }, 5_000), 'nobody knows what it was between').toEqual([]);
  });

  test('of one point make a bounded list', () => {
    const course = Array.from({ length: 200 }, (_, at) => [at, at % 2 === 0 ? 5 : 15] as const);
    expect(judged(course)).toHaveLength(MAX_LATE_STRETCHES);
  });

  test('that are none give nothing', () => {
    expect(judged([])).toEqual([]);
  });
});

test('only rules that look at one point alone and remember nothing are judged', () => {
  const model = createTestModel({
    equipment: [
      {
        id: 'pump',
        points: [{ name: 'p' }, { name: 'q' }],
        rules: [
          HIGH,
          { id: 'state', points: ['p'], params: { point: 'p', in: [1] } },
          { id: 'far', type: 'deviation', points: ['p'], params: { point: 'p', target: 1, band: 1 } },
          {
            id: 'pair',
            type: 'deviation',
            points: ['p', 'q'],
            params: { point: 'p', setpoint: 'q', band: 1 },
          },
          { ...HIGH, id: 'guarded', points: ['p', 'q'], when: [{ point: 'q', in: [1], notIn: null }] },
          {
            id: 'often',
            type: 'count',
            points: ['p'],
            params: { point: 'p', in: [1], count: 2, withinMs: 1 },
          },
          { id: 'silent', type: 'stale', points: ['p'], params: { point: 'p', afterMs: 1_000 } },
          { id: 'offline', type: 'offline', points: ['p'] },
          { id: 'p-bad-data', type: 'bad-data', points: ['p'] },
        ],
      },
    ],
  });
  const isJudged = (type: string, index: number): boolean => {
    const [def, known] = [model.rules[index], RULE_TYPES[type]];
    return def !== undefined && known !== undefined && isJudgedLate(def, known);
  };
  const ids = model.rules.filter(({ type }, index) => isJudged(type, index)).map(({ id }) => id);
  expect(ids).toEqual(['high', 'state', 'far']);
});
