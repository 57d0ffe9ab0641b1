/** Guards (`when`): the whole truth table of Kleene's AND, and what a guard's samples mean to delays. */
import { describe, expect, test } from 'vitest';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { Evaluator } from '../../src/rules/evaluator.ts';
import type { Condition } from '../../src/rules/rule.ts';
import { load } from '../config/support/load.ts';
import { ruleOf, write, writeSite } from '../config/support/site.ts';
import { createFakeClock } from '../support/clock.ts';
import { createTestModel, type TestRule } from '../support/model.ts';
import { temporaryDirectory } from '../support/temp.ts';

const ALL: readonly Condition[] = ['true', 'false', 'unknown'];
const GUARD = { in: [1], notIn: null };

interface Subject {
  /** One batch. Key: name of a point. */
  feed(values: Readonly<Record<string, number | QualityReason>>): void;
  wait(ms: number): void;
  readonly condition: Condition;
  readonly isActive: boolean;
}

/** A rule `p > 10` with the guards `g = 1`, `h = 1`. */
function createSubject(given: Partial<TestRule> = {}, guards: readonly string[] = ['g', 'h']): Subject {
  const rule = { type: 'threshold', params: { point: 'p', hi: { limit: 10 } }, ...given };
  const when = guards.map((point) => ({ point, ...GUARD }));
  const points = ['p', 'g', 'h'].map((name) => ({ name }));
  const model = createTestModel({
    equipment: [{ id: 'pump', points, rules: [{ ...rule, id: 'r', points: ['p', ...guards], when }] }],
  });
  const clock = createFakeClock();
  const rules = new Evaluator(model, new Map(), clock.now(), 0);
  return {
    feed(values) {
      const batch = new ReadingBatchBuilder(model.epoch, 10);
      for (const [name, value] of Object.entries(values)) {
        const index = points.findIndex((point) => point.name === name);
        const quality = typeof value === 'number' ? 0 : QUALITIES[value].code;
        batch.add(index, typeof value === 'number' ? value : Number.NaN, quality, clock.now().wallMs);
      }
      rules.apply(batch.finish(clock.now().monoMs), clock.now());
    },
    wait(ms) {
      for (let left = ms; left > 0; left -= 250) {
        clock.advance(Math.min(250, left));
        rules.sweep(clock.now());
      }
    },
    get condition() {
      return rules.output(0).delay.condition;
    },
    get isActive() {
      return rules.isActive(0);
    },
  };
}

/** A value of the rule's own point, and of a guard's, that means the condition. */
const OWN: Record<Condition, number | QualityReason> = { true: 11, false: 5, unknown: 'timeout' };
const HELD: Record<Condition, number | QualityReason> = { true: 1, false: 0, unknown: 'missing' };

const kleene = (...operands: readonly Condition[]): Condition =>
  operands.includes('false') ? 'false' : operands.includes('unknown') ? 'unknown' : 'true';

describe('own condition AND guards', () => {
  const pairs = ALL.flatMap((own) => ALL.map((guard) => [own, guard] as const));
  test.each(pairs)('%s AND %s', (own, guard) => {
    const subject = createSubject({}, ['g']);
    subject.feed({ p: OWN[own], g: HELD[guard] });
    expect(subject.condition).toBe(kleene(own, guard));
    expect(subject.isActive).toBe(own === 'true' && guard === 'true');
  });

  const triples = pairs.flatMap(([own, guard]) => ALL.map((other) => [own, guard, other] as const));
  test.each(triples)('%s AND %s AND %s, in whatever order they come', (own, guard, other) => {
    const values = { p: OWN[own], g: HELD[guard], h: HELD[other] };
    for (const order of ['pgh', 'phg', 'gph', 'ghp', 'hpg', 'hgp']) {
      const subject = createSubject();
      for (const name of order) subject.feed({ [name]: values[name as keyof typeof values] });
      expect(subject.condition, order).toBe(kleene(own, guard, other));
    }
  });

  test('a guard may read the very point that the rule judges', () => {
    const subject = createSubject({ params: { point: 'p', hi: { limit: 0 } } }, ['p']);
    subject.feed({ p: 1 });
    expect(subject.condition).toBe('true');
    subject.feed({ p: 2 });
    expect(subject.condition).toBe('false');
  });

  test('before anything was read it is unknown, and the first FALSE of anybody decides', () => {
    const subject = createSubject();
    expect(subject.condition).toBe('unknown');
    subject.feed({ h: 0 });
    expect(subject.condition).toBe('false');
  });

  test('uncertain data of a guard is used or not as the rule says', () => {
    for (const uncertain of ['use', 'unknown'] as const) {
      const model = createTestModel({
        equipment: [
          {
            id: 'pump',
            points: [{ name: 'p' }, { name: 'g' }],
            rules: [
              {
                id: 'r',
                type: 'threshold',
                params: { point: 'p', hi: { limit: 10 } },
                points: ['p', 'g'],
                when: [{ point: 'g', ...GUARD }],
                uncertain,
              },
            ],
          },
        ],
      });
      const clock = createFakeClock();
      const rules = new Evaluator(model, new Map(), clock.now(), 0);
      const batch = new ReadingBatchBuilder(1, 2);
      batch.add(0, 11, 0, 0);
      batch.add(1, 1, QUALITIES['source-time'].code, 0);
      rules.apply(batch.finish(0), clock.now());
      expect(rules.isActive(0)).toBe(uncertain === 'use');
    }
  });
});

describe('samples and guards', () => {
  test('samples of a guard do not stand in for those of the point that is judged', () => {
    const subject = createSubject({ onDelayMs: 2_000, minGoodSamples: 3 }, ['g']);
    subject.feed({ p: 11, g: 1 });
    for (let second = 0; second < 20; second++) {
      subject.wait(1_000);
      subject.feed({ g: 1 });
    }
    expect(subject.isActive).toBe(false);
    subject.feed({ p: 11 });
    expect(subject.isActive).toBe(false);
    subject.feed({ p: 11, g: 1 });
    expect(subject.isActive).toBe(true);
  });

  test('a guard that begins to hold raises at once on a value that comes by change only', () => {
    const subject = createSubject({}, ['g']);
    subject.feed({ p: 11 });
    subject.wait(3_600_000);
    subject.feed({ g: 0 });
    expect(subject.isActive).toBe(false);
    subject.feed({ g: 1 });
    expect(subject.isActive).toBe(true);
  });

  test('and after the whole delay where there is one, without another sample of anything', () => {
    const subject = createSubject({ onDelayMs: 5_000 }, ['g']);
    subject.feed({ p: 11, g: 0 });
    subject.wait(60_000);
    subject.feed({ g: 1 });
    subject.wait(4_750);
    expect(subject.isActive).toBe(false);
    subject.wait(250);
    expect(subject.isActive).toBe(true);
  });

  test('one batch with value and guard is one judgement: a moment that never was raises nothing', () => {
    const subject = createSubject({}, ['g']);
    subject.feed({ p: 5, g: 1 });
    subject.feed({ p: 11, g: 0 });
    subject.feed({ g: 1, p: 5 });
    expect([subject.isActive, subject.condition]).toEqual([false, 'false']);
  });

  test('the off-delay runs whether the value or the guard ended the condition', () => {
    const subject = createSubject({ offDelayMs: 3_000 }, ['g']);
    subject.feed({ p: 11, g: 1 });
    subject.feed({ g: 0 });
    subject.wait(2_000);
    subject.feed({ g: 1, p: 5 });
    subject.wait(750);
    expect(subject.isActive).toBe(true);
    subject.wait(250);
    expect(subject.isActive).toBe(false);
  });
});

describe('data that is missing on a device that answers', () => {
  const subjectOf = (type: string) => createSubject({ type, params: {} }, []);

  test('is bad data, silence is not', () => {
    const cases: readonly (readonly [QualityReason | number, Condition])[] = [
      ['missing', 'true'],
      ['decode', 'true'],
      ['timeout', 'unknown'],
      ['stale', 'unknown'],
      ['comm-loss', 'unknown'],
      ['no-data', 'unknown'],
      [5, 'false'],
    ];
    for (const [value, condition] of cases) {
      const subject = subjectOf('bad-data');
      subject.wait(250);
      subject.feed({ p: value });
      expect(subject.condition, String(value)).toBe(condition);
    }
  });

  test('is no sign of life: a device whose only value is missing is offline', () => {
    for (const [value, condition] of [
      ['missing', 'true'],
      ['timeout', 'true'],
      ['decode', 'false'],
    ] as const) {
      const subject = subjectOf('offline');
      subject.wait(250);
      subject.feed({ p: value });
      expect(subject.condition, value).toBe(condition);
    }
  });
});

test('a guard’s point has an alarm about bad data of its own, and stands behind the rule’s own points', () => {
  const directory = temporaryDirectory();
  const profile = `version: 1
id: guarded-pump
vendor: Test
model: Pump
kind: pump
name: { zh: 泵, en: Pump }
protocol: bus
source: test
verified: example
points:
  - { id: pressure, name: { zh: 压力, en: Pressure }, unit: bar, address: { register: 0 } }
  - { id: mode, name: { zh: 方式, en: Mode }, unit: none, address: { register: 1 } }
  - { id: unread, name: { zh: 闲置, en: Unread }, unit: none, address: { register: 2 } }
rules:
  - { id: low, type: threshold, severity: low, text: { zh: 压力低, en: Low }, point: pressure, lo: { limit: 1 }, when: [{ point: mode, in: [2] }] }
`;
  write(profile, directory, 'guarded-pump.yaml');
  const model = load(writeSite('p', 'guarded-pump', directory));
  const rule = ruleOf(model, 'house/p/low');
  expect(rule.points.map((index) => model.points[index]?.name)).toEqual(['pressure', 'mode']);
  expect(rule.when).toEqual([{ point: 'mode', in: [2], notIn: null }]);
  expect(ruleOf(model, 'house/p/mode-bad-data')).toMatchObject({ type: 'bad-data', when: [] });
  expect(model.rules.some(({ key }) => key === 'house/p/unread-bad-data')).toBe(false);
});
