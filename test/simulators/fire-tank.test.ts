/** The fire water tank: quiet without faults, the course of each fault, and its registers. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ModbusDevice, NO_UPSTREAM } from '../../simulators/devices/device.ts';
import { fireTank } from '../../simulators/devices/fire-tank.ts';
import {
  createTank,
  NO_TANK_FAULT,
  stepTank,
  TANK,
  type TankInputs,
  type TankState,
  toWaterM,
} from '../../simulators/physics/fire-water-tank.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';

const DT_S = 0.1;

/** Steps for `seconds` from nine o'clock on; `look` sees every state. */
function run(
  start: TankState,
  inputs: Partial<TankInputs>,
  seconds: number,
  look: (state: TankState, atS: number) => void = () => {},
): TankState {
  let state = start;
  for (let at = 0; at < Math.round(seconds / DT_S); at++) {
    const hour = (9 + (at * DT_S) / 3600) % 24;
    state = stepTank(state, { ...NO_TANK_FAULT, hour, ...inputs }, DT_S);
    look(state, (at + 1) * DT_S);
  }
  return state;
}

/** Seconds until `isTrue`, or Infinity. */
function until(inputs: Partial<TankInputs>, isTrue: (state: TankState) => boolean): number {
  let found = Infinity;
  run(createTank(1), inputs, 200, (state, atS) => {
    if (isTrue(state)) found = Math.min(found, atS);
  });
  return found;
}

describe('a day without faults', () => {
  for (const seed of [1, 20_261_121, 4_000_000_000]) {
    it(`keeps the level in 3.3–3.6 m and makes up a few times (seed ${seed})`, () => {
      let low = Infinity;
      let high = 0;
      let switched = 0;
      let openings = 0;
      let wasOpen = false;
      let coldest = Infinity;
      let warmest = 0;
      run(createTank(seed), {}, 86_400, (state) => {
        low = Math.min(low, state.levelM);
        high = Math.max(high, state.levelM);
        coldest = Math.min(coldest, state.temperatureC);
        warmest = Math.max(warmest, state.temperatureC);
        if (state.isLow || state.isHigh) switched++;
        if (state.isMakingUp && !wasOpen) openings++;
        wasOpen = state.isMakingUp;
      });
      expect(low).toBeGreaterThan(3.3);
      expect(high).toBeLessThan(3.6);
      expect(switched).toBe(0);
      expect(openings).toBeGreaterThanOrEqual(1);
      expect(openings).toBeLessThanOrEqual(5);
      expect(coldest).toBeGreaterThan(15);
      expect(warmest).toBeLessThan(20);
    }, 240_000);
  }
});

describe('the course of a fault', () => {
  const cases: readonly (readonly [
    string,
    Partial<TankInputs>,
    (state: TankState) => boolean,
    number,
    number,
  ])[] = [
    ['a leak reaches the low level', { isLeaking: true }, ({ isLow }) => isLow, 15, 35],
    ['a leak reaches low-low', { isLeaking: true }, ({ levelM }) => levelM < 1.5, 50, 70],
    ['a leak leaves no water above the outlet', { isLeaking: true }, (s) => toWaterM(s) === 0, 80, 110],
    ['a make-up that stuck open overflows', { isMakeUpStuck: true }, ({ isHigh }) => isHigh, 20, 60],
    ['a fire pump at full flow opens the make-up', { drawnM3h: 144 }, (s) => s.isMakingUp, 30, 120],
  ];
  for (const [name, inputs, isTrue, fromS, toS] of cases) {
    it(`: ${name} after ${fromS}–${toS} s`, () => {
      const foundS = until(inputs, isTrue);
      expect(foundS).toBeGreaterThan(fromS);
      expect(foundS).toBeLessThan(toS);
    });
  }

  it('of a stuck make-up stays below the brim, shows the valve open, and is drained afterwards', () => {
    let highest = 0;
    const full = run(createTank(1), { isMakeUpStuck: true }, 600, ({ levelM }) => {
      highest = Math.max(highest, levelM);
    });
    expect(highest).toBeLessThan(TANK.brimM);
    expect(full).toMatchObject({ isHigh: true, isMakingUp: true });
    expect(full.makeUpM3h).toBeGreaterThan(20);
    expect(full.totals.spilledM3).toBeGreaterThan(10);
    const after = run(full, {}, 60);
    expect(after).toMatchObject({ isHigh: false, isMakingUp: false });
    expect(after.levelM).toBeGreaterThan(3.4);
  });

  it('of a leak is filled up again within a minute after it was mended', () => {
    const empty = run(createTank(1), { isLeaking: true }, 120);
    expect(empty.levelM).toBeCloseTo(TANK.leakToM, 1);
    const after = run(empty, {}, 60);
    expect(after.isLow).toBe(false);
    expect(after.levelM).toBeGreaterThan(3.3);
  });
});

describe('whatever happens', () => {
  const phases = fc.array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 200 }),
      isLeaking: fc.boolean(),
      isMakeUpStuck: fc.boolean(),
      drawnM3h: fc.integer({ min: -8, max: 300 }),
      hour: fc.integer({ min: 0, max: 23 }),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it('the level is what came in less what went out, between bottom and brim', () => {
    fc.assert(
      fc.property(fc.nat(), phases, (seed, course) => {
        let state = createTank(seed);
        const startM3 = state.levelM * TANK.areaM2;
        for (const { seconds, ...inputs } of course) {
          state = run(state, inputs, seconds, (each) => {
            const { inM3, drawnM3, drainedM3, spilledM3 } = each.totals;
            const heldM3 = each.levelM * TANK.areaM2;
            const wrong = [
              Math.abs(startM3 + inM3 - drawnM3 - drainedM3 - spilledM3 - heldM3) > 1e-6 && 'balance',
              !(each.levelM >= 0 && each.levelM <= TANK.brimM) && 'level',
              each.isLow && each.isHigh && 'two level switches',
            ].find(Boolean);
            if (wrong) throw new Error(`${wrong} is wrong: ${JSON.stringify(each)}`);
          });
        }
      }),
      { numRuns: testRuns(8), seed: testSeed() },
    );
  }, 240_000);
});

describe('the registers', () => {
  const create = (): ModbusDevice => {
    if (fireTank.protocol !== 'modbus') throw new Error('not Modbus');
    return fireTank.create({ id: 't', parts: [], seed: 1, startHour: 9 });
  };
  const dump = (device: ModbusDevice, ...faults: readonly string[]) => {
    const hasFault = (_: string, fault: string): boolean => faults.includes(fault);
    const { input, discrete } = device.image(hasFault);
    return {
      input: [...input],
      discrete: [...discrete.values()].join(''),
      supply: device.supply?.(hasFault),
    };
  };

  it('of a tank at rest', () => {
    expect(dump(create())).toEqual({
      input: [
        [0, 3460],
        [1, 0],
        [2, 170],
      ],
      discrete: '0001',
      supply: { waterM: 3.16 },
    });
  });

  it('show a failed transmitter as 0xFFFF, and the water is still there', () => {
    expect(dump(create(), 'sensor-fault')).toMatchObject({
      input: [
        [0, 0xffff],
        [1, 0],
        [2, 170],
      ],
      supply: { waterM: 3.16 },
    });
  });

  it('show a closed outlet valve, and downstream gets no water', () => {
    expect(dump(create(), 'outlet-valve-closed')).toMatchObject({ discrete: '0000', supply: { waterM: 0 } });
  });

  it('show the switches and the make-up of an empty and of a full tank', () => {
    const course = (fault: string): ReturnType<typeof dump> => {
      const device = create();
      for (let at = 0; at < 2_000; at++) device.step((_, each) => each === fault, DT_S, NO_UPSTREAM);
      return dump(device, fault);
    };
    expect(course('leak')).toMatchObject({ discrete: '1011', supply: { waterM: 0 } });
    expect(course('make-up-stuck-open').discrete).toBe('0111');
    expect(course('make-up-stuck-open').input[1]?.[1]).toBeGreaterThan(250);
  });
});
