/**
 * Everything that can go wrong on a link, together and by chance: refusals that come and go, silences, losses, commands,
 * links that are given back, several requests under way. Whatever has happened, all is well some time after it.
 */
import { expect, it } from 'vitest';
import type { LinkId } from '../../src/core/ids.ts';
import type { PollRequest } from '../../src/drivers/driver.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import type { Outcome } from './fake-driver.ts';
import { device, useRig } from './rig.ts';

const rig = useRig();

const PLANTS = 12;
const PHASES = 12;
const STEP_MS = 100;
/** A point that was to blame is asked again after a minute at the latest, a silent device after half of one. */
const RECOVERY_MS = 130_000;
const STEADY_MS = 30_000;
const OUTCOMES: readonly Outcome[] = [
  'answer',
  'timeout',
  'gateway-timeout',
  'exception',
  'lost',
  'hang',
  2,
  3,
  4,
];

interface Chance {
  readonly random: () => number;
  readonly pick: <T>(list: readonly T[]) => T;
}

interface Commands {
  given: number;
  /** How often each was settled. */
  readonly settled: number[];
}

function createChance(seed: number): Chance {
  const random = createRandom(seed);
  return { random, pick: (list) => list[Math.floor(random() * list.length)]! };
}

/** A plant that its link can serve with half its time. */
function startPlant({ pick }: Chance): void {
  rig.driver.habits = { maxInFlight: pick([1, 1, 2, 4, 16]), retries: pick([0, 0, 1, 3]) };
  rig.driver.releaseMs = pick([null, null, 0, 100, 300]);
  rig.driver.latencyMs = pick([1, 2, 5]);
  const count = pick([1, 2, 5, 12]);
  const units = Math.max(1, count - 1);
  const all = Array.from({ length: count }, (_, at) =>
    device(`d${at}`, at % units, pick([1, 4, 9]), pick([1_000, 2_000, 5_000])),
  );
  rig.start(...all);
}

function createTrouble({ random, pick }: Chance): (request: PollRequest) => Outcome {
  const { points } = rig.recorder.model;
  const holes = new Set(points.map(({ index }) => index).filter(() => random() < 0.15));
  const code = pick([2, 2, 3]);
  const dead = new Set(points.map(({ equipment }) => String(equipment)).filter(() => random() < 0.3));
  const [kind, share] = [pick(OUTCOMES), random() * random()];
  return (request) => {
    if (code === 2 && request.points.some((point) => holes.has(point))) return 2;
    if (code === 3 && request.points.length > 2) return 3;
    const isDead = dead.has(request.label.split(' ')[0]!);
    return random() < (isDead ? 0.9 : share) ? kind : 'answer';
  };
}

function give(commands: Commands, { random, pick }: Chance): void {
  const number = commands.given++;
  const { acquisition, model } = rig.recorder;
  const { index } = pick(model.points);
  const command = random() < 0.5 ? acquisition.write(index, number) : acquisition.read(index);
  const settle = () => {
    commands.settled[number] = (commands.settled[number] ?? 0) + 1;
  };
  command.then(settle, settle);
}

async function disturb(chance: Chance, commands: Commands): Promise<void> {
  const { random, pick } = chance;
  const { driver } = rig;
  driver.outcome = createTrouble(chance);
  driver.writeOutcome = () => (random() < 0.3 ? pick(OUTCOMES) : 'answer');
  const isRefused = random() < 0.2;
  driver.canConnect = () => !isRefused || random() < 0.5;
  for (let leftMs = pick([500, 3_000, 20_000]); leftMs > 0; leftMs -= STEP_MS) {
    if (random() < 0.1) give(commands, chance);
    if (random() < 0.01) driver.drop('dropped');
    await rig.pass(STEP_MS);
  }
}

function mend(): void {
  rig.driver.outcome = () => 'answer';
  rig.driver.writeOutcome = () => 'answer';
  rig.driver.canConnect = () => true;
}

async function expectSteady(): Promise<void> {
  const { recorder } = rig;
  const from = recorder.seen.length;
  await rig.pass(STEADY_MS);
  const seen = recorder.seen.slice(from);
  expect(seen.filter(({ quality }) => quality !== 'good')).toEqual([]);
  for (const { index, id, pollMs } of recorder.model.points) {
    const times = seen.filter(({ point }) => point === index).length;
    expect(Math.abs(times - STEADY_MS / pollMs), `${id} was read ${times} times`).toBeLessThanOrEqual(1);
  }
}

it.each(Array.from({ length: PLANTS }, (_, at) => at))(
  'a link recovers from everything that has happened to it, plant %i',
  { timeout: 240_000 },
  async (plant) => {
    const chance = createChance(testSeed() + plant);
    const commands: Commands = { given: 0, settled: [] };
    startPlant(chance);
    for (let phase = 0; phase < PHASES; phase++) await disturb(chance, commands);
    mend();
    await rig.pass(RECOVERY_MS);
    const { driver, recorder } = rig;
    expect(Object.entries(recorder.qualities()).filter(([, quality]) => quality !== 'good')).toEqual([]);
    expect(recorder.status('link').state).toBe('online');
    expect(commands.settled).toEqual(Array(commands.given).fill(1));
    expect(new Set(driver.writes.map(({ label }) => label)).size).toBe(driver.writes.length);
    expect(driver.maxOpen).toBe(1);
    const asked = recorder.acquisition.requests('link' as LinkId).flatMap(({ points }) => points);
    expect(asked.toSorted((a, b) => a - b)).toEqual(recorder.model.points.map(({ index }) => index));
    await expectSteady();
  },
);
