/** What must not make a difference to any case (alarms.md D6), over random series of one point. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CaseEvent, RuleCase, RuleTests, Signal, SignalStep } from '../../src/rule-tests/case.ts';
import { playCase } from '../../src/rule-tests/play.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { load, toTests } from './files.ts';

const RUNS = testRuns(25);
const END_MS = 120_000;

const values = fc.constantFrom(1, 1.9, 2.1, 3.1);
const signals: fc.Arbitrary<Signal> = fc.oneof(
  {
    weight: 5,
    arbitrary: values.map((value): Signal => ({ type: 'held', value, quality: null, lateMs: 0 })),
  },
  { weight: 1, arbitrary: fc.constant<Signal>({ type: 'held', value: null, quality: 'timeout', lateMs: 0 }) },
);
const seconds = fc.integer({ min: 0, max: 100 }).map((s) => s * 1_000);
const series = fc
  .uniqueArray(fc.record({ atMs: seconds, signal: signals }), { maxLength: 8, selector: ({ atMs }) => atMs })
  .map((steps): readonly SignalStep[] => steps.toSorted((a, b) => a.atMs - b.atMs));

type Hear = (steps: readonly SignalStep[], more?: Partial<RuleCase>) => readonly string[];

/** What was announced of the rule, with the time of the case. Only inside a test. */
function createHear(): Hear {
  const { model, tests } = load(toTests('  level-high: [{ name: base, expect: { 120s: A } }]'));
  const { normal, cases } = tests as RuleTests;
  const level = model.points.findIndex(({ name }) => name === 'level');
  return (steps, more = {}) => {
    const points = new Map([[level, steps]]);
    const { timeline } = playCase(model, normal, { ...(cases[0] as RuleCase), points, ...more });
    return timeline.filter((line) => line.includes('  level-high '));
  };
}

test('the series tell of something', () => {
  const hear = createHear();
  // Of 25 series one set in 750 had none of which more than two lines are told.
  const many = fc.sample(series, { seed: testSeed(), numRuns: 4 * RUNS });
  const heard = many.map((steps) => hear(steps).length);
  expect(Math.max(...heard)).toBeGreaterThan(2);
});

test('a step of the wall clock, forward or back, at any time', () => {
  const hear = createHear();
  const hours = fc.integer({ min: -48, max: 48 });
  fc.assert(
    fc.property(series, seconds, hours, (steps, atMs, by) => {
      const event: CaseEvent = { atMs, happening: { type: 'clock', byMs: by * 3_600_000 }, refused: null };
      expect(hear(steps, { events: [event] })).toEqual(hear(steps));
    }),
    { seed: testSeed(), numRuns: RUNS },
  );
});

test('the same value given again', () => {
  const hear = createHear();
  fc.assert(
    fc.property(series, seconds, (steps, atMs) => {
      const last = steps.findLast((step) => step.atMs < atMs);
      const isFree = steps.every((step) => step.atMs !== atMs);
      const again = last === undefined || !isFree ? [] : [{ ...last, atMs }];
      const twice = [...steps, ...again].sort((a, b) => a.atMs - b.atMs);
      expect(hear(twice)).toEqual(hear(steps));
    }),
    { seed: testSeed(), numRuns: RUNS },
  );
});

test('when the whole case comes later', () => {
  const hear = createHear();
  fc.assert(
    fc.property(series, seconds, (steps, byMs) => {
      const moved = steps.map((step) => ({ ...step, atMs: step.atMs + byMs }));
      const later = [{ atMs: END_MS + byMs, expected: {} }];
      const strip = (lines: readonly string[], fromMs: number): readonly string[] =>
        lines.map((line) => {
          const [at = '', ...words] = line.split('s  ');
          return `${Number(at) * 1_000 - fromMs} ${words.join('')}`;
        });
      expect(strip(hear(moved, { expect: later }), byMs)).toEqual(strip(hear(steps), 0));
    }),
    { seed: testSeed(), numRuns: RUNS },
  );
});
