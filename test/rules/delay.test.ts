/**
 * The evaluator against an independent reading of alarms.md B3 (support/reference-delay.ts): random series of good, bad,
 * uncertain and impossible values at irregular intervals, with restarts through exactly what would be saved.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlarmKey } from '../../src/core/ids.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { Evaluator } from '../../src/rules/evaluator.ts';
import type { RestoredRule } from '../../src/rules/rule-state.ts';
import { createFakeClock } from '../support/clock.ts';
import { testRuns } from '../support/effort.ts';
import { createTestModel } from '../support/model.ts';
import { createReferenceDelay, type ReferenceRule } from '../support/reference-delay.ts';
import { testSeed } from '../support/seed.ts';

const QUALITY = { good: QUALITIES.good.code, uncertain: QUALITIES.step.code, bad: QUALITIES.sentinel.code };

const rule: fc.Arbitrary<ReferenceRule> = fc.record({
  side: fc.constantFrom('hi', 'lo'),
  limit: fc.constant(10),
  deadband: fc.constantFrom(0, 3),
  onDelayMs: fc.constantFrom(0, 700, 2_000, 5_000),
  offDelayMs: fc.constantFrom(0, 700, 2_000, 5_000),
  minGoodSamples: fc.integer({ min: 1, max: 3 }),
  uncertain: fc.constantFrom('use', 'unknown'),
  unknownHoldMs: fc.constantFrom(0, 1_000, 4_000),
});
const sample = fc.record({
  do: fc.constant('sample' as const),
  afterMs: fc.oneof(fc.constantFrom(0, 250, 700, 1_000, 2_000, 5_000), fc.nat(3_000)),
  value: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(0, 6.9, 7, 8, 9.9, 10, 10.1, 12, 13, 13.1, 20) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
  ),
  quality: fc.constantFrom('good', 'good', 'good', 'good', 'uncertain', 'bad'),
});
const sweep = fc.record({ do: fc.constant('sweep' as const), afterMs: fc.integer({ min: 1, max: 6_000 }) });
const restart = fc.record({ do: fc.constant('restart' as const), downMs: fc.nat(60_000) });
const step = fc.oneof(
  { weight: 12, arbitrary: sample },
  { weight: 3, arbitrary: sweep },
  { weight: 1, arbitrary: restart },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const at = (afterMs: number, value: number, quality: keyof typeof QUALITY = 'good'): Step => ({
  do: 'sample',
  afterMs,
  value,
  quality,
});

/** What random series have found once: a return that was forgotten while blind, then a restart, then the dead-band. */
const FOUND: [ReferenceRule, Step[]] = [
  {
    side: 'hi',
    limit: 10,
    deadband: 3,
    onDelayMs: 0,
    offDelayMs: 5_000,
    minGoodSamples: 1,
    uncertain: 'unknown',
    unknownHoldMs: 0,
  },
  [
    at(0, 20),
    at(0, 0),
    at(0, 0, 'bad'),
    at(1, 0, 'bad'),
    { do: 'restart', downMs: 0 },
    at(1, 8),
    at(6_000, 8),
    at(1, 6.9),
    at(5_000, 6.9),
  ],
];

/** How often the runs reached what matters. */
const reached = { raises: 0, returns: 0, restartsWithDelay: 0 };

test('property: the evaluator raises and returns exactly where alarms.md B3 says', () => {
  fc.assert(
    fc.property(rule, fc.array(step, { minLength: 5, maxLength: 60 }), (given, steps) => {
      const subject = createSubject(given);
      const reference = createReferenceDelay(given);
      let wasActive = false;
      for (const [at, it] of steps.entries()) {
        if (it.do === 'sample') reference.sample(it.afterMs, it.value, it.quality);
        else if (it.do === 'sweep') reference.wait(it.afterMs);
        else reference.restart();
        subject.play(it);
        const where = `step ${at} ${JSON.stringify(it)} of ${JSON.stringify(given)}`;
        expect(subject.isActive(), `active at ${where}`).toBe(reference.isActive);
        expect(subject.elapsedMs(), `running delay at ${where}`).toBe(reference.elapsedMs);
        if (it.do === 'restart' && reference.elapsedMs !== null) reached.restartsWithDelay += 1;
        if (reference.isActive !== wasActive) reached[wasActive ? 'returns' : 'raises'] += 1;
        wasActive = reference.isActive;
      }
    }),
    { seed: testSeed(), numRuns: testRuns(500), examples: [FOUND] },
  );
  for (const [what, times] of Object.entries(reached)) expect(times, what).toBeGreaterThan(15);
});

function createSubject({ side, limit, deadband, ...given }: ReferenceRule) {
  const model = createTestModel({
    equipment: [
      {
        id: 'pump',
        points: [{ name: 'p' }],
        rules: [
          {
            id: 'r',
            type: 'threshold',
            points: ['p'],
            params: { point: 'p', [side]: { limit, deadband } },
            ...given,
          },
        ],
      },
    ],
  });
  const clock = createFakeClock();
  let rules = create(new Map());

  function create(restored: ReadonlyMap<AlarmKey, RestoredRule>): Evaluator {
    return new Evaluator(model, restored, clock.now(), 0);
  }
  const feed = (value: number, quality: number): void => {
    const batch = new ReadingBatchBuilder(model.epoch, 1);
    batch.add(0, value, quality, clock.now().wallMs);
    rules.apply(batch.finish(clock.now().monoMs), clock.now());
  };
  return {
    play(it: Step): void {
      if (it.do === 'restart') {
        const saved = toSaved(rules, side, clock.now());
        clock.reboot(it.downMs);
        rules = create(saved);
        return;
      }
      clock.advance(it.afterMs);
      if (it.do === 'sweep') rules.sweep(clock.now());
      else feed(it.value, QUALITY[it.quality]);
    },
    isActive: () => rules.isActive(0),
    elapsedMs: () => rules.running(clock.now())[0]?.elapsedMs ?? null,
  };
}

/**
 * What the store would hold if the snapshot were made at this moment (engine/boot.ts): the level of a running delay is
 * saved with it, else there is that of the open occurrence, whatever has been seen since that raised or returned nothing.
 */
function toSaved(
  rules: Evaluator,
  side: ReferenceRule['side'],
  now: Parameters<Evaluator['running']>[0],
): Map<AlarmKey, RestoredRule> {
  const { rule, delay } = rules.output(0);
  const running = rules.running(now)[0] ?? null;
  const { isActive, onsetAtMs, blindSinceMs } = delay;
  const level = running === null ? (isActive ? side : null) : running.level;
  return new Map([[rule.key, { isActive, onsetAtMs, blindSinceMs, level, timer: running }]]);
}
