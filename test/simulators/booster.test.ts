/** The booster set's physics: quiet without faults, and the course of each fault. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boosterSet } from '../../simulators/devices/booster-set.ts';
import { NO_UPSTREAM } from '../../simulators/devices/device.ts';
import {
  BOOSTER,
  type BoosterInputs,
  type BoosterState,
  createBooster,
  NO_BOOSTER_FAULT,
  stepBooster,
} from '../../simulators/physics/booster.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';

const DT_S = 0.1;
const DAY_S = 86_400;
const TRIP_FIRST: BoosterInputs = { ...NO_BOOSTER_FAULT, isTripped: [true, false] };
const DRAIN: BoosterInputs = { ...NO_BOOSTER_FAULT, isDraining: true };

/** Steps for `seconds`; `look` sees every state. */
function run(
  start: BoosterState,
  inputs: BoosterInputs,
  seconds: number,
  look: (state: BoosterState) => void = () => {},
): BoosterState {
  let state = start;
  for (let at = 0; at < Math.round(seconds / DT_S); at++) {
    state = stepBooster(state, inputs, DT_S);
    look(state);
  }
  return state;
}

/** Seconds until `isTrue`, or Infinity. */
function until(start: BoosterState, inputs: BoosterInputs, isTrue: (state: BoosterState) => boolean): number {
  let found = Number.POSITIVE_INFINITY;
  run(start, inputs, 120, (state) => {
    if (found === Number.POSITIVE_INFINITY && isTrue(state)) found = state.timeS - start.timeS;
  });
  return found;
}

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`keeps pressure in 0.42–0.48 MPa, the tank full and no pump tripped (seed ${seed})`, () => {
      let min = Infinity;
      let max = -Infinity;
      let lowest = Infinity;
      let trips = 0;
      run(createBooster(seed, 9), NO_BOOSTER_FAULT, DAY_S, (state) => {
        min = Math.min(min, state.pressureMpa);
        max = Math.max(max, state.pressureMpa);
        lowest = Math.min(lowest, state.tankLevelM);
        if (state.isShort || state.pumps.some((pump) => pump.tripCode !== 0)) trips++;
      });
      expect(min).toBeGreaterThan(0.42);
      expect(max).toBeLessThan(0.48);
      expect(lowest).toBeGreaterThan(1.5);
      expect(trips).toBe(0);
    }, 240_000);
  }

  it('alternates duty, so that both pumps have worked for hours by the evening', () => {
    const start = createBooster(5, 0);
    const end = run(start, NO_BOOSTER_FAULT, DAY_S);
    for (const index of [0, 1] as const) {
      expect(end.pumps[index].runningHours - start.pumps[index].runningHours).toBeGreaterThan(8);
      expect(end.pumps[index].starts - start.pumps[index].starts).toBeLessThan(12);
    }
  }, 240_000);

  it('uses energy and current that fit a motor of 5.5 kW', () => {
    const start = createBooster(5, 9);
    const end = run(start, NO_BOOSTER_FAULT, 3600);
    expect(end.energyKwh - start.energyKwh).toBeGreaterThan(1.5);
    expect(end.energyKwh - start.energyKwh).toBeLessThan(7);
    expect(end.pumps[0].currentA).toBeGreaterThan(5);
    expect(end.pumps[0].currentA).toBeLessThan(BOOSTER.ratedA);
    expect(end.pumps[0].temperatureC).toBeGreaterThan(40);
    expect(end.pumps[1].currentA).toBe(0);
  });
});

describe('trip of the pump on duty', () => {
  it('shows at once, lets pressure fall over seconds, and the standby brings it back', () => {
    const start = createBooster(7, 9);
    const first = stepBooster(start, TRIP_FIRST, DT_S);
    expect(first.pumps[0]).toMatchObject({ tripCode: 49, speedHz: 0, currentA: 0 });
    expect(first.pressureMpa).toBeGreaterThan(0.43);

    let lowest = Infinity;
    const end = run(first, TRIP_FIRST, 40, (state) => {
      lowest = Math.min(lowest, state.pressureMpa);
    });
    expect(lowest).toBeLessThan(0.35);
    expect(lowest).toBeGreaterThan(0.2);
    expect(end.pressureMpa).toBeGreaterThan(0.43);
    expect(end.pumps[1].speedHz).toBeGreaterThan(30);
    expect(end.pumps[1].starts - start.pumps[1].starts).toBe(1);
    expect(end.pumps[0].starts).toBe(start.pumps[0].starts);
  });

  it('does not start the standby before its delay', () => {
    const standbyAfterS = until(createBooster(7, 9), TRIP_FIRST, (state) => state.pumps[1].speedHz > 0);
    expect(standbyAfterS).toBeGreaterThan(1.5);
    expect(standbyAfterS).toBeLessThan(3);
  });

  it('of both pumps lets pressure go to almost nothing, and clearing brings the plant back by itself', () => {
    const dead = run(createBooster(7, 9), { ...NO_BOOSTER_FAULT, isTripped: [true, true] }, 60);
    expect(dead.pressureMpa).toBeLessThan(0.05);
    expect(dead.flowM3h).toBe(0);
    const back = run(dead, NO_BOOSTER_FAULT, 120);
    expect(back.pressureMpa).toBeGreaterThan(0.43);
    expect(back.pumps.map((pump) => pump.tripCode)).toEqual([0, 0]);
  });

  it('of the pump that stands by changes nothing for the consumers', () => {
    let lowest = Infinity;
    run(createBooster(7, 9), { ...NO_BOOSTER_FAULT, isTripped: [false, true] }, 60, (state) => {
      lowest = Math.min(lowest, state.pressureMpa);
    });
    expect(lowest).toBeGreaterThan(0.43);
  });
});

describe('dry running', () => {
  it('trips both pumps with code 57 within 10 s, after the shortage contact has closed', () => {
    const start = createBooster(7, 9);
    const shortS = until(start, DRAIN, (state) => state.isShort);
    const tripS = until(start, DRAIN, (state) => state.pumps.every((pump) => pump.tripCode === 57));
    expect(shortS).toBeLessThan(tripS);
    expect(tripS).toBeLessThan(10);
    expect(run(start, DRAIN, 30).pressureMpa).toBeLessThan(0.2);
  });

  it('ends by itself when the tank has water again', () => {
    const dry = run(createBooster(7, 9), DRAIN, 30);
    const back = run(dry, NO_BOOSTER_FAULT, 120);
    expect(back.isShort).toBe(false);
    expect(back.pumps.map((pump) => pump.tripCode)).toEqual([0, 0]);
    expect(back.pressureMpa).toBeGreaterThan(0.43);
    expect(back.pressureMpa).toBeLessThan(0.48);
  });
});

describe('loss of power', () => {
  const DARK: BoosterInputs = { ...NO_BOOSTER_FAULT, isPowerLost: true };

  it('stops the pumps at once without a trip, and pressure goes', () => {
    const start = createBooster(7, 9);
    const first = stepBooster(start, DARK, DT_S);
    expect(first.pumps[0]).toMatchObject({ tripCode: 0, speedHz: 0, currentA: 0, flowM3h: 0 });
    expect(first.pressureMpa).toBeGreaterThan(0.4);
    const dark = run(first, DARK, 60);
    expect(dark.pressureMpa).toBeLessThan(0.05);
    expect(dark.pumps.map((pump) => [pump.tripCode, pump.starts])).toEqual(
      start.pumps.map((pump) => [0, pump.starts]),
    );
    expect(dark.energyKwh - start.energyKwh).toBe(0);
  });

  it('of ten seconds, until the generator has it: one pump starts after its delay, pressure is back in a minute', () => {
    const dark = run(createBooster(7, 9), DARK, 10);
    let bothAt = Infinity;
    let firstAt = Infinity;
    let highest = 0;
    const back = run(dark, NO_BOOSTER_FAULT, 60, ({ pumps, timeS, pressureMpa }) => {
      const running = pumps.filter(({ speedHz }) => speedHz > 0).length;
      if (running > 0) firstAt = Math.min(firstAt, timeS - dark.timeS);
      if (running > 1) bothAt = Math.min(bothAt, timeS - dark.timeS);
      highest = Math.max(highest, pressureMpa);
    });
    expect(firstAt).toBeGreaterThan(1.5);
    expect(firstAt).toBeLessThan(3);
    expect(bothAt - firstAt).toBeGreaterThan(2);
    expect(back.pressureMpa).toBeGreaterThan(0.43);
    expect(highest).toBeLessThan(0.5);
  });

  it('shows on the wire as pumps that are not ready, without any fault; the rest is still answered', () => {
    if (boosterSet.protocol !== 'modbus') throw new Error('not Modbus');
    const device = boosterSet.create({ id: 'b', parts: ['b-1', 'b-2'], seed: 7, startHour: 9 });
    const words = (): (number | undefined)[] =>
      [5, 20, 21, 22, 40, 41].map((at) => device.image(() => false).holding.get(at));
    device.step(() => false, DT_S, { ...NO_UPSTREAM, hasPower: false });
    expect(words()).toEqual([0, 0x200, 0, 0, 0x200, 0]);
    expect(device.demand?.(() => false)).toEqual({ powerKw: 0 });
    for (let at = 0; at < 100; at++) device.step(() => false, DT_S, NO_UPSTREAM);
    expect(words().toSpliced(3, 1)).toEqual([0, 0x201, 0, 0x203, 0]);
    expect(device.demand?.(() => false).powerKw).toBeGreaterThan(0.5);
  });

  it('shows a trip that is there, and forgets none of it', () => {
    const both = { ...DARK, isTripped: [true, false] } as const;
    expect(run(createBooster(7, 9), both, 1).pumps.map(({ tripCode }) => tripCode)).toEqual([49, 0]);
  });
});

describe('a lost pressure signal', () => {
  it('makes the drive hold its speed, and a tripped pump is still replaced', () => {
    const blind: BoosterInputs = { ...NO_BOOSTER_FAULT, isSensorLost: true };
    const start = run(createBooster(7, 9), NO_BOOSTER_FAULT, 10);
    const held = run(start, blind, 60);
    expect(held.pumps[0].speedHz).toBeCloseTo(start.pumps[0].speedHz, 0);
    expect(held.control.outputHz).toBe(start.control.outputHz);
    const replaced = run(held, { ...blind, isTripped: [true, false] }, 20);
    expect(replaced.pumps[1].speedHz).toBeCloseTo(start.control.outputHz, 0);
  });
});

describe('whatever happens', () => {
  const phases = fc.array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 120 }),
      isDraining: fc.boolean(),
      isSensorLost: fc.boolean(),
      isPowerLost: fc.boolean(),
      first: fc.boolean(),
      second: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it('no water is made or lost, and nothing is negative or beyond its container', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 23 }), phases, (seed, startHour, course) => {
        let state = createBooster(seed, startHour);
        const startM3 = state.tankLevelM * BOOSTER.tankAreaM2;
        for (const { seconds, first, second, ...rest } of course) {
          state = run(state, { ...rest, isTripped: [first, second] }, seconds, (each) => {
            const { madeUpM3, pumpedM3, drainedM3, spilledM3 } = each.totals;
            const heldM3 = each.tankLevelM * BOOSTER.tankAreaM2;
            const wrong = [
              Math.abs(startM3 + madeUpM3 - pumpedM3 - drainedM3 - spilledM3 - heldM3) > 1e-6 && 'balance',
              !(each.tankLevelM >= 0 && each.tankLevelM <= BOOSTER.tankBrimM) && 'tank level',
              !(each.pressureMpa >= 0 && each.pressureMpa < 0.7) && 'pressure',
              each.pumps.some(({ speedHz }) => !(speedHz >= 0 && speedHz <= 50)) && 'speed',
              each.pumps.some((pump) => pump.tripCode !== 0 && pump.speedHz + pump.flowM3h !== 0) && 'trip',
            ].find(Boolean);
            if (wrong) throw new Error(`${wrong} is wrong at ${each.timeS} s: ${JSON.stringify(each)}`);
          });
        }
      }),
      { numRuns: testRuns(8), seed: testSeed() },
    );
  }, 240_000);
});
