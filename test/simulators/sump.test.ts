/** The sump's physics: floats switch pumps, the level integrates, faults take their course. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_UPSTREAM } from '../../simulators/devices/device.ts';
import { sump } from '../../simulators/devices/sump.ts';
import {
  createSump,
  NO_SUMP_FAULT,
  SUMP,
  type SumpInputs,
  type SumpState,
  stepSump,
} from '../../simulators/physics/sump.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';

const DT_S = 0.1;
const OVERFLOW: SumpInputs = { ...NO_SUMP_FAULT, isOverflowing: true };

function run(
  start: SumpState,
  inputs: SumpInputs,
  seconds: number,
  look: (state: SumpState) => void = () => {},
): SumpState {
  let state = start;
  for (let at = 0; at < Math.round(seconds / DT_S); at++) {
    state = stepSump(state, inputs, DT_S);
    look(state);
  }
  return state;
}

function toStarts(state: SumpState): number {
  return state.pumps[0].starts + state.pumps[1].starts;
}

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`never comes near high water and starts pumps at most 12 times an hour (seed ${seed})`, () => {
      let state = createSump(seed, 9);
      let highest = 0;
      let trips = 0;
      let most = 0;
      let least = Infinity;
      for (let hour = 0; hour < 24; hour++) {
        const before = toStarts(state);
        state = run(state, NO_SUMP_FAULT, 3600, ({ levelM, pumps }) => {
          highest = Math.max(highest, levelM);
          trips += pumps[0].tripCode + pumps[1].tripCode;
        });
        most = Math.max(most, toStarts(state) - before);
        least = Math.min(least, toStarts(state) - before);
      }
      expect(highest).toBeLessThan(SUMP.startSecondM);
      expect(trips).toBe(0);
      expect(most).toBeLessThanOrEqual(12);
      expect(least).toBeGreaterThan(0);
      const [first, second] = state.pumps;
      const fresh = createSump(seed, 9).pumps;
      expect(
        Math.abs(first.starts - fresh[0].starts - (second.starts - fresh[1].starts)),
      ).toBeLessThanOrEqual(1);
    }, 240_000);
  }

  it('starts a pump at the start level and stops it at the stop level', () => {
    const levels: number[] = [];
    let wasRunning = false;
    run(createSump(3, 9), NO_SUMP_FAULT, 7_200, (state) => {
      const isRunning = state.pumps.some((pump) => pump.isRunning);
      if (isRunning !== wasRunning) levels.push(state.levelM);
      wasRunning = isRunning;
    });
    expect(levels.length).toBeGreaterThan(4);
    for (const [index, level] of levels.entries()) {
      const expected = index % 2 === 0 ? SUMP.startFirstM : SUMP.stopM - SUMP.hysteresisM;
      expect(Math.abs(level - expected)).toBeLessThan(0.01);
    }
  });
});

describe('overflow', () => {
  it('closes the high-water float within 20 s although both pumps run', () => {
    const start = createSump(3, 9);
    let closedAfterS = Infinity;
    const end = run(start, OVERFLOW, 20, (state) => {
      if (state.floats.highWater) closedAfterS = Math.min(closedAfterS, state.timeS);
    });
    expect(closedAfterS).toBeLessThan(20);
    expect(closedAfterS).toBeGreaterThan(5);
    expect(end.pumps.every((pump) => pump.isRunning)).toBe(true);
  });

  it('rises to the brim and not beyond, and the pumps empty the sump when it is over', () => {
    const full = run(createSump(3, 9), OVERFLOW, 60);
    expect(full.levelM).toBeCloseTo(SUMP.brimM, 6);
    expect(full.totals.spilledM3).toBeGreaterThan(0);
    const after = run(full, NO_SUMP_FAULT, 600);
    expect(after.floats.highWater).toBe(false);
    expect(after.levelM).toBeLessThan(SUMP.startSecondM);
  });

  it('starts the two pumps one after the other', () => {
    const startedAt: number[] = [];
    let running = 0;
    run(createSump(3, 9), OVERFLOW, 20, (state) => {
      const now = state.pumps.filter((pump) => pump.isRunning).length;
      expect(now - running).toBeLessThanOrEqual(1);
      if (now > running) startedAt.push(state.timeS);
      running = now;
    });
    expect(startedAt).toHaveLength(2);
    expect((startedAt[1] ?? 0) - (startedAt[0] ?? 0)).toBeGreaterThanOrEqual(SUMP.startGapS);
  });
});

describe('trip', () => {
  it('of one pump leaves all the work to the other', () => {
    const start = createSump(3, 9);
    let highest = 0;
    const end = run(start, { ...NO_SUMP_FAULT, isTripped: [true, false] }, 7_200, ({ levelM }) => {
      highest = Math.max(highest, levelM);
    });
    expect(end.pumps[0]).toMatchObject({ tripCode: 48, isRunning: false, starts: start.pumps[0].starts });
    expect(end.pumps[1].starts - start.pumps[1].starts).toBeGreaterThan(4);
    expect(highest).toBeLessThan(SUMP.startSecondM);
  });

  it('of both lets the level rise to high water; clearing it empties the sump', () => {
    const flooded = run(createSump(3, 9), { ...NO_SUMP_FAULT, isTripped: [true, true] }, 3_600);
    expect(flooded.floats.highWater).toBe(true);
    const after = run(flooded, NO_SUMP_FAULT, 900);
    expect(after.pumps.map((pump) => pump.tripCode)).toEqual([0, 0]);
    expect(after.floats.highWater).toBe(false);
  });
});

describe('loss of power', () => {
  const DARK: SumpInputs = { ...OVERFLOW, isPowerLost: true };

  it('stops the pumps at once without a trip, and the level rises on', () => {
    const busy = run(createSump(3, 9), OVERFLOW, 10);
    expect(busy.pumps.map(({ isRunning }) => isRunning)).toEqual([true, true]);
    const dark = stepSump(busy, DARK, DT_S);
    expect(dark.pumps).toMatchObject([
      { isRunning: false, tripCode: 0, currentA: 0 },
      { isRunning: false, tripCode: 0, currentA: 0 },
    ]);
    expect(run(dark, DARK, 10).levelM).toBeGreaterThan(busy.levelM);
  });

  it('shows on the wire as pumps that stand in automatic without fault', () => {
    if (sump.protocol !== 'modbus') throw new Error('not Modbus');
    const device = sump.create({ id: 's', parts: ['s-1', 's-2'], seed: 3, startHour: 9 });
    const overflows = (_: string, fault: string): boolean => fault === 'overflow';
    const words = (): (number | undefined)[] =>
      [40, 41, 50, 51].map((at) => device.image(overflows).holding.get(at));
    for (let at = 0; at < 100; at++) device.step(overflows, DT_S, NO_UPSTREAM);
    expect(words()).toEqual([3, 0, 3, 0]);
    expect(device.demand?.(overflows).powerKw).toBeGreaterThan(5);
    device.step(overflows, DT_S, { ...NO_UPSTREAM, hasPower: false });
    expect(words()).toEqual([1, 0, 1, 0]);
    expect(device.demand?.(overflows)).toEqual({ powerKw: 0 });
  });

  it('is over: the pumps start again one after the other', () => {
    const dark = run(run(createSump(3, 9), OVERFLOW, 10), DARK, 10);
    const startedAt: number[] = [];
    let running = 0;
    run(dark, NO_SUMP_FAULT, 10, ({ pumps, timeS }) => {
      const now = pumps.filter((pump) => pump.isRunning).length;
      if (now > running) startedAt.push(timeS - dark.timeS);
      running = now;
    });
    expect(startedAt).toHaveLength(2);
    expect((startedAt[1] ?? 0) - (startedAt[0] ?? 0)).toBeGreaterThanOrEqual(SUMP.startGapS - DT_S);
  });
});

describe('whatever happens', () => {
  const phases = fc.array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 300 }),
      isOverflowing: fc.boolean(),
      isPowerLost: fc.boolean(),
      first: fc.boolean(),
      second: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it('the level is what came in less what was pumped and spilled, within bottom and brim', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 23 }), phases, (seed, startHour, course) => {
        let state = createSump(seed, startHour);
        const startM3 = state.levelM * SUMP.areaM2;
        for (const { seconds, first, second, ...inputs } of course) {
          state = run(state, { ...inputs, isTripped: [first, second] }, seconds, (each) => {
            const { inflowM3, pumpedM3, spilledM3 } = each.totals;
            const heldM3 = each.levelM * SUMP.areaM2;
            const { stop, startFirst, startSecond, highWater } = each.floats;
            const wrong = [
              Math.abs(startM3 + inflowM3 - pumpedM3 - spilledM3 - heldM3) > 1e-6 && 'balance',
              !(each.levelM >= 0 && each.levelM <= SUMP.brimM + 1e-9) && 'level',
              ((highWater && !startSecond) || (startSecond && !startFirst) || (startFirst && !stop)) &&
                'a float that is closed above an open one',
            ].find(Boolean);
            if (wrong) throw new Error(`${wrong} is wrong at ${each.timeS} s: ${JSON.stringify(each)}`);
          });
        }
      }),
      { numRuns: testRuns(8), seed: testSeed() },
    );
  }, 240_000);
});
