/**
 * Random answers, time-outs, refusals, losses and commands from a printed seed, against what must hold whatever happens:
 * every point of a living device is read within a bound, no request is lost or doubled, nothing is under way beyond its
 * limit, every command is settled, and when the faults end everything is good.
 */
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { testRuns } from '../support/effort.ts';
import { createTestLink, createTestModel } from '../support/model.ts';
import { createRandom, randomInteger, testSeed } from '../support/seed.ts';
import { createFakeDriver, type Outcome } from './fake-driver.ts';
import { device } from './rig.ts';
import { record } from './support.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const POINTS = 12;
const STEP_MS = 250;
const STEPS = 400;
/** Two faulty units may each take their time-outs, a lost connection its back-off. */
const MAX_BLIND_MS = 15_000;

interface Storm {
  readonly salt: number;
  readonly maxInFlight: number;
  readonly retries: number;
  readonly releaseMs: number | null;
}

const storms: fc.Arbitrary<Storm> = fc.record({
  salt: fc.nat(),
  maxInFlight: fc.integer({ min: 1, max: 6 }),
  retries: fc.integer({ min: 0, max: 2 }),
  releaseMs: fc.constantFrom(null, 0, 150),
});

/** Unit 1 always answers when there is a wire; units 2 and 3 do as chance has it. */
function toFate(random: () => number): (unit: string) => Outcome {
  const outcomes: readonly Outcome[] = ['answer', 'timeout', 'gateway-timeout', 'exception', 2, 3, 6];
  return (unit) => (unit === 'unit 1' ? 'answer' : outcomes[randomInteger(random, 0, outcomes.length - 1)]!);
}

async function weather({ salt, maxInFlight, retries, releaseMs }: Storm, seed: number): Promise<void> {
  const random = createRandom(seed + salt);
  const driver = createFakeDriver();
  Object.assign(driver, {
    habits: { maxInFlight, retries },
    releaseMs,
    latencyMs: randomInteger(random, 1, 40),
  });
  const equipment = [1, 2, 3].map((unit) => device(`u${unit}`, unit, POINTS / 3, 500 * unit));
  const seen = record(createTestModel({ equipment, links: [createTestLink()] }), driver);
  const link = seen.status('link').link;
  const fate = toFate(random);
  const settled: string[] = [];
  let given = 0;
  let isCalm = false;
  let cutMs = 0;
  driver.outcome = ({ device: unit }) => (isCalm ? 'answer' : fate(unit));
  driver.writeOutcome = ({ device: unit }) => (isCalm ? 'answer' : fate(unit));
  driver.canConnect = () => isCalm || Date.now() >= cutMs;
  seen.acquisition.start();
  let heardMs = Date.now();
  for (let step = 0; step < STEPS; step++) {
    const chance = random();
    if (chance < 0.02) {
      cutMs = Date.now() + randomInteger(random, 0, 3_000);
      driver.drop('storm');
    }
    if (chance > 0.8) {
      given++;
      const point = randomInteger(random, 0, POINTS - 1);
      const command = chance > 0.9 ? seen.acquisition.write(point, 1) : seen.acquisition.read(point);
      command.then(
        () => settled.push('done'),
        (error: unknown) => settled.push(String((error as { code?: string }).code)),
      );
    }
    await vi.advanceTimersByTimeAsync(STEP_MS);
    if (Date.now() < cutMs + 3_000) heardMs = Date.now();
    const lastMs = Math.max(heardMs, seen.last('u1/p0')?.monoMs ?? 0);
    expect(performance.now() - lastMs, 'u1/p0 is read').toBeLessThan(MAX_BLIND_MS);
    const points = seen.acquisition.requests(link).flatMap((request) => request.points);
    expect(points.toSorted((a, b) => a - b)).toEqual([...Array(POINTS).keys()]);
  }
  isCalm = true;
  await vi.advanceTimersByTimeAsync(62_000);
  expect(settled.length).toBe(given);
  expect(new Set(Object.values(seen.qualities()))).toEqual(new Set(['good']));
  expect(driver.maxOpen).toBe(1);
  expect(driver.maxReads).toBeLessThanOrEqual(maxInFlight);
  expect(driver.writes.every(({ underWay }) => underWay === 0)).toBe(true);
  await seen.acquisition.stop();
  expect([driver.openNow, vi.getTimerCount()]).toEqual([0, 0]);
}

it('a storm of faults loses nothing, doubles nothing and passes', { timeout: 240_000 }, async () => {
  const seed = testSeed();
  await fc.assert(
    fc.asyncProperty(storms, (storm) => weather(storm, seed)),
    { seed, numRuns: testRuns(6) },
  );
});
