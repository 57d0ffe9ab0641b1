/**
 * Roll-ups in any order of what goes on beside them: points whose readings come up to hours late, blocks that can be read
 * before they are durable, readings and writes that are slow or fail, stops and kills. In the end the sink has what the ledger
 * gives. RISER_TEST_EFFORT=<times> searches further.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'vitest';
import { testRuns } from '../../support/effort.ts';
import { createRandom, randomInteger, testSeed } from '../../support/seed.ts';
import type { Entry } from './ledger.ts';
import { CALM, useRacesRig } from './races-rig.ts';
import { good, HOUR_MS, MINUTE_MS, QUICK, START_MS } from './rig.ts';

const rig = useRacesRig();
const POINTS = 6;
const STEPS = 30;
/** Of a point: as a device that keeps what it could not send. */
const EVERY_MS = 10 * MINUTE_MS;
const LIMITS = {
  ...QUICK,
  rowsPerS: 1e9,
  waitingBlocks: 2,
  batchRows: 100,
  waitingRows: 300,
  rowsPerPoint: 1,
  lateGatherMs: 1,
};

const runs = Array.from({ length: testRuns(3) }, (_, at) => at);

test.each(runs)('in any order, run %i', async (run) => {
  const random = createRandom(testSeed() + run);
  const chance = (share: number): boolean => random() < share;
  const turns = async (most: number): Promise<void> => {
    for (let left = randomInteger(random, 0, most); left > 0; left--) await nextTurn();
  };
  /** Stamp of the next reading of each point. */
  const nextMs = Array.from({ length: POINTS }, (_, point) => START_MS + point * 1_000);
  const take = (point: number): readonly Entry[] => {
    const taken: Entry[] = [];
    for (; (nextMs[point] as number) <= rig.nowMs; nextMs[point] = (nextMs[point] as number) + EVERY_MS)
      taken.push(good(point, nextMs[point] as number, Math.round(random() * 1_000) / 8));
    return taken;
  };
  const takeAll = (share: number): void => {
    const taken = nextMs.flatMap((_, point) => (chance(share) ? take(point) : []));
    if (taken.length > 0) rig.write(...taken);
  };
  const disturb = (): void => {
    const slow = async (): Promise<void> => {
      await turns(12);
      if (chance(0.02)) throw new Error('EIO: i/o error, read');
    };
    const write = async () => {
      await turns(6);
      return chance(0.05)
        ? ({ outcome: 'retry', state: 'down', reason: 'refused', waitMs: null } as const)
        : null;
    };
    rig.hooks = { begin: slow, end: slow, write };
  };
  disturb();
  takeAll(1);
  rig.start(LIMITS);
  for (let step = 0; step < STEPS; step++) {
    rig.nowMs += chance(0.1)
      ? randomInteger(random, 30, 100) * MINUTE_MS
      : randomInteger(random, 1, 15) * MINUTE_MS;
    takeAll(0.5);
    await turns(10);
    if (chance(0.8)) rig.sync();
    await turns(chance(0.2) ? 300 : 30);
    if (!chance(0.08)) continue;
    await (chance(0.5) ? rig.stop() : rig.kill());
    disturb();
    rig.start(LIMITS);
  }
  takeAll(1);
  rig.sync();
  rig.hooks = CALM;
  // The rest of the last hour, so that every bucket of all that was read is over.
  rig.nowMs += HOUR_MS;
  await rig.settle();
});
