/**
 * Power of the building: loss and return of the mains with their times, as docs/register-maps.md ("Sequence") says,
 * and what goes wrong on the way. Devices are wired as in the shipped scenarios; times have ± 0.6 s, because each
 * device sees the one upstream a step later.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../simulators/scenario.ts';
import { createSimulation, type Simulation } from '../../simulators/simulation.ts';

const TOLERANCE_S = 0.6;
const POWER = ['transformer-1', 'msb-1', 'esb-1', 'generator-1', 'ups-1'];
const building = loadScenario(
  fileURLToPath(new URL('../../simulators/scenarios/quiet.yaml', import.meta.url)),
);
const scenario = { ...building, devices: building.devices.filter(({ id }) => POWER.includes(id)) };

interface Rig {
  readonly simulation: Simulation;
  /** Value of a variable, `esb-1.Source`. */
  read(path: string): boolean | number | string | undefined;
  inject(equipment: string, fault: string): void;
  clear(equipment: string, fault: string): void;
  run(seconds: number): void;
  /** Runs until `path` has `value`. @returns the time that it took, s; throws after `maxS`. */
  until(path: string, value: boolean | number, maxS: number): number;
}

function createRig(seed?: number): Rig {
  const simulation = createSimulation(scenario, seed);
  const read: Rig['read'] = (path) => {
    const [id, name = ''] = path.split('.');
    return simulation
      .objects('power-server')
      .find((each) => each.id === id)
      ?.variables.get(name)?.value;
  };
  const set = (equipment: string, fault: string, isActive: boolean): void => {
    if (!simulation.setFault(equipment, fault, isActive)) throw new Error(`no fault ${equipment} ${fault}`);
  };
  return {
    simulation,
    read,
    inject: (equipment, fault) => set(equipment, fault, true),
    clear: (equipment, fault) => set(equipment, fault, false),
    run: (seconds) => simulation.advance(seconds * 1_000),
    until(path, value, maxS) {
      for (let at = 0; at <= maxS * 10; at++) {
        if (read(path) === value) return at / 10;
        simulation.advance(100);
      }
      throw new Error(`${path} is ${read(path)}, not ${value}, after ${maxS} s`);
    },
  };
}

/** The mains fail after a minute of ordinary life. */
function loseMains(seed?: number): Rig {
  const rig = createRig(seed);
  rig.run(60);
  rig.inject('transformer-1', 'mains-lost');
  return rig;
}

function expectNear(actualS: number, expectedS: number): void {
  expect(Math.abs(actualS - expectedS)).toBeLessThanOrEqual(TOLERANCE_S);
}

describe('an ordinary day', () => {
  it('feeds everything from the mains, within the normal bands', () => {
    const rig = createRig();
    for (let hour = 0; hour < 24; hour++) {
      rig.run(600);
      const seen = Object.fromEntries(
        ['VoltageL1N', 'VoltageL2N', 'VoltageL3N', 'ActivePower'].map((name) => [
          name,
          rig.read(`msb-1.${name}`),
        ]),
      );
      for (const name of ['VoltageL1N', 'VoltageL2N', 'VoltageL3N']) {
        expect(seen[name]).toBeGreaterThan(222);
        expect(seen[name]).toBeLessThan(236);
      }
      expect(rig.read('transformer-1.LoadPercent')).toBeLessThan(80);
      expect(rig.read('transformer-1.WindingTemperature')).toBeLessThan(80);
      expect(rig.read('esb-1.Source')).toBe(1);
      expect(rig.read('generator-1.State')).toBe(0);
      expect(rig.read('ups-1.State')).toBe(1);
    }
  }, 240_000);

  it('shows what flows: the switchboard draws more than its essential section, that more than the UPS', () => {
    const rig = createRig();
    rig.run(60);
    const main = Number(rig.read('msb-1.ActivePower'));
    const essential = Number(rig.read('esb-1.ActivePower'));
    expect(main).toBeGreaterThan(essential * 2);
    expect(essential).toBeGreaterThan(40);
    expect(Number(rig.read('transformer-1.LoadPercent'))).toBeCloseTo(main / 0.93 / 10, 0);
  });

  it('is the same for the same seed and another for another', () => {
    const course = (seed: number): unknown => {
      const rig = loseMains(seed);
      rig.run(60);
      return rig.simulation.state();
    };
    expect(course(7)).toEqual(course(7));
    expect(course(7)).not.toEqual(course(8));
  });
});

describe('loss of the mains', () => {
  it('goes: dark, confirmed after 2 s, full speed after 8 s, generator takes over at 10 s', () => {
    const rig = loseMains();
    expectNear(rig.until('esb-1.BusLive', false, 2), 0.2);
    expect(rig.read('msb-1.MainsPresent')).toBe(false);
    expect(rig.read('esb-1.Source')).toBe(0);
    expectNear(rig.until('generator-1.State', 1, 5), 2);
    expect(rig.read('esb-1.MainsBreaker')).toBe(0);
    expectNear(rig.until('generator-1.State', 2, 8), 6);
    expect(rig.read('generator-1.Speed')).toBeGreaterThan(1_490);
    expectNear(rig.until('esb-1.Source', 2, 5), 2);
    expect(rig.read('esb-1.GeneratorBreaker')).toBe(1);
    expect(rig.read('esb-1.BusLive')).toBe(true);
    expectNear(rig.until('generator-1.State', 3, 2), 0.2);
    expect(rig.read('generator-1.ActivePower')).toBeGreaterThan(40);
    expect(rig.read('msb-1.ActivePower')).toBe(0);
  });

  it('the UPS carries its load without a gap and charges again afterwards', () => {
    const rig = loseMains();
    const lives: unknown[] = [];
    for (let at = 0; at < 200; at++) {
      rig.run(0.1);
      lives.push(rig.read('ups-1.OutputLive'));
    }
    expect(new Set(lives)).toEqual(new Set([true]));
    expect(rig.read('ups-1.State')).toBe(1);
    const charge = Number(rig.read('ups-1.BatteryPercent'));
    expect(charge).toBeLessThan(100);
    rig.run(900);
    expect(Number(rig.read('ups-1.BatteryPercent'))).toBeGreaterThan(charge);
  });

  it('shorter than the confirmation starts nothing', () => {
    const rig = loseMains();
    rig.run(1.5);
    rig.clear('transformer-1', 'mains-lost');
    rig.run(30);
    expect(rig.read('generator-1.Starts')).toBe(318);
    expect(rig.read('esb-1.Source')).toBe(1);
  });
});

describe('return of the mains', () => {
  for (const seed of [1, 2, 20_261_121]) {
    it(`goes: back after 10 s, cooling down without load, stop 180 s after the return (seed ${seed})`, () => {
      const rig = loseMains(seed);
      rig.run(120);
      rig.clear('transformer-1', 'mains-lost');
      expectNear(rig.until('esb-1.Source', 1, 15), 10);
      expect(rig.read('esb-1.MainsBreaker')).toBe(1);
      expect(rig.read('esb-1.GeneratorBreaker')).toBe(0);
      expectNear(rig.until('generator-1.State', 4, 2), 0.2);
      expect(rig.read('generator-1.ActivePower')).toBe(0);
      const stopS = 10 + rig.until('generator-1.State', 0, 200);
      expect(Math.abs(stopS - 180)).toBeLessThanOrEqual(4 + 2 * TOLERANCE_S);
      expect(rig.read('generator-1.Starts')).toBe(319);
      rig.run(20);
      expect(rig.read('generator-1.Speed')).toBe(0);
    });
  }

  it('does not interrupt the essential section', () => {
    const rig = loseMains();
    rig.run(60);
    rig.clear('transformer-1', 'mains-lost');
    for (let at = 0; at < 300; at++) {
      rig.run(0.1);
      expect(rig.read('esb-1.BusLive')).toBe(true);
    }
  });

  it('during the start: the generator takes the dead section, gives it back after 10 s and cools down', () => {
    const rig = loseMains();
    rig.run(5);
    rig.clear('transformer-1', 'mains-lost');
    expectNear(rig.until('esb-1.Source', 2, 8), 5);
    expectNear(rig.until('esb-1.Source', 1, 8), 5);
    rig.run(1);
    expect(rig.read('generator-1.State')).toBe(4);
    expect(Math.abs(11 + rig.until('generator-1.State', 0, 200) - 180)).toBeLessThanOrEqual(6);
  });

  it('for a moment only does not change back: the 10 s begin anew', () => {
    const rig = loseMains();
    rig.run(60);
    rig.clear('transformer-1', 'mains-lost');
    rig.run(8);
    rig.inject('transformer-1', 'mains-lost');
    rig.run(3);
    rig.clear('transformer-1', 'mains-lost');
    rig.run(8);
    expect(rig.read('esb-1.Source')).toBe(2);
    rig.run(3);
    expect(rig.read('esb-1.Source')).toBe(1);
  });

  it('and a second loss while it cools down: on load again without another start, and a whole new 180 s', () => {
    const rig = loseMains();
    rig.run(60);
    rig.clear('transformer-1', 'mains-lost');
    rig.run(100);
    expect(rig.read('generator-1.State')).toBe(4);
    rig.inject('transformer-1', 'mains-lost');
    expectNear(rig.until('esb-1.Source', 2, 12), 10);
    rig.run(1);
    expect(rig.read('generator-1.State')).toBe(3);
    expect(rig.read('generator-1.Starts')).toBe(319);
    rig.clear('transformer-1', 'mains-lost');
    rig.run(170);
    expect(rig.read('generator-1.State')).toBe(4);
    rig.run(16);
    expect(rig.read('generator-1.State')).toBe(0);
  });
});

describe('what goes wrong', () => {
  it('start-failure: three attempts, then failed; the section stays dark until the UPS is empty and dies too', () => {
    const rig = createRig();
    rig.inject('generator-1', 'start-failure');
    rig.inject('transformer-1', 'mains-lost');
    expectNear(rig.until('generator-1.State', 1, 5), 2.2);
    rig.run(3);
    expect(rig.read('generator-1.Speed')).toBe(170);
    expectNear(rig.until('generator-1.State', 6, 40), 27);
    expect(rig.read('esb-1.BusLive')).toBe(false);
    expect(rig.read('ups-1.State')).toBe(2);
    const emptyS = rig.until('ups-1.State', 4, 3_600);
    expect(emptyS).toBeGreaterThan(1_500);
    expect(emptyS).toBeLessThan(2_100);
    expect(rig.read('ups-1.OutputLive')).toBe(false);
    expect(rig.read('ups-1.BatteryPercent')).toBe(0);
    expect(rig.read('ups-1.RuntimeMinutes')).toBe(0);
  });

  it('start-failure, mended while the mains are away: starts at once and takes over', () => {
    const rig = createRig();
    rig.inject('generator-1', 'start-failure');
    rig.inject('transformer-1', 'mains-lost');
    rig.until('generator-1.State', 6, 60);
    rig.clear('generator-1', 'start-failure');
    expectNear(rig.until('esb-1.Source', 2, 15), 6.5);
    expect(rig.read('ups-1.State')).toBe(2);
    rig.run(1);
    expect(rig.read('ups-1.State')).toBe(1);
  });

  it('transfer-failure: the generator runs unloaded, the section stays dark', () => {
    const rig = createRig();
    rig.inject('esb-1', 'transfer-failure');
    rig.inject('transformer-1', 'mains-lost');
    rig.run(60);
    expect(rig.read('generator-1.State')).toBe(2);
    expect(rig.read('esb-1.BusLive')).toBe(false);
    expect(rig.read('esb-1.GeneratorBreaker')).toBe(0);
    rig.clear('esb-1', 'transfer-failure');
    rig.run(0.5);
    expect(rig.read('esb-1.Source')).toBe(2);
  });

  it('left-manual: nothing starts', () => {
    const rig = createRig();
    rig.inject('generator-1', 'left-manual');
    expect(rig.read('generator-1.Mode')).toBe(1);
    rig.inject('transformer-1', 'mains-lost');
    rig.run(60);
    expect(rig.read('generator-1.State')).toBe(0);
    expect(rig.read('esb-1.BusLive')).toBe(false);
  });

  it('no-cool-down-stop: runs on until it is mended', () => {
    const rig = loseMains();
    rig.inject('generator-1', 'no-cool-down-stop');
    rig.run(60);
    rig.clear('transformer-1', 'mains-lost');
    rig.run(400);
    expect(rig.read('generator-1.State')).toBe(4);
    rig.clear('generator-1', 'no-cool-down-stop');
    rig.run(1);
    expect(rig.read('generator-1.State')).toBe(0);
  });

  it('low-fuel and battery-low show, and mending fills and charges', () => {
    const rig = createRig();
    rig.inject('generator-1', 'low-fuel');
    rig.inject('generator-1', 'battery-low');
    rig.run(30);
    expect(rig.read('generator-1.FuelLevel')).toBeLessThanOrEqual(12);
    expect(rig.read('generator-1.BatteryVoltage')).toBe(21.6);
    rig.clear('generator-1', 'low-fuel');
    rig.clear('generator-1', 'battery-low');
    rig.run(1);
    expect(rig.read('generator-1.FuelLevel')).toBeGreaterThan(80);
    expect(rig.read('generator-1.BatteryVoltage')).toBe(27.2);
  });

  it('low-fuel on load: the tank runs dry, the generator shuts down and the section is dark', () => {
    const rig = loseMains();
    rig.inject('generator-1', 'low-fuel');
    rig.until('generator-1.State', 7, 6 * 3_600);
    rig.run(1);
    expect(rig.read('generator-1.FuelLevel')).toBe(0);
    expect(rig.read('esb-1.Source')).toBe(0);
    expect(rig.read('esb-1.GeneratorBreaker')).toBe(0);
  }, 240_000);

  it('incomer-trip: the mains are there, the board is dead, the generator takes the essential section', () => {
    const rig = createRig();
    rig.inject('msb-1', 'incomer-trip');
    expect(rig.read('msb-1.IncomerState')).toBe(2);
    rig.run(15);
    expect(rig.read('msb-1.MainsPresent')).toBe(true);
    expect(rig.read('msb-1.VoltageL1N')).toBe(0);
    expect(rig.read('generator-1.MainsPresent')).toBe(false);
    expect(rig.read('esb-1.Source')).toBe(2);
  });

  it('phase-loss: one phase dead, a third of the power gone, no transfer', () => {
    const rig = createRig();
    rig.run(10);
    const before = Number(rig.read('msb-1.ActivePower'));
    rig.inject('msb-1', 'phase-loss');
    rig.run(5);
    expect(rig.read('msb-1.VoltageL2N')).toBeLessThan(30);
    expect(rig.read('msb-1.VoltageL1N')).toBeGreaterThan(220);
    expect(rig.read('msb-1.CurrentL2')).toBe(0);
    expect(Number(rig.read('msb-1.ActivePower'))).toBeLessThan(before * 0.75);
    expect(rig.read('esb-1.Source')).toBe(1);
  });

  it('overheating: fan on, oil beyond 90 °C within two minutes, and cool again some minutes after', () => {
    const rig = createRig();
    rig.inject('transformer-1', 'overheating');
    rig.run(120);
    expect(rig.read('transformer-1.OilTemperature')).toBeGreaterThan(90);
    expect(rig.read('transformer-1.FanRunning')).toBe(true);
    rig.clear('transformer-1', 'overheating');
    rig.run(120);
    expect(rig.read('transformer-1.OilTemperature')).toBeLessThan(80);
  });

  it('battery-fault: without the mains the UPS is off at once; bypass: its output goes with its input', () => {
    const rig = createRig();
    rig.inject('ups-1', 'battery-fault');
    expect(rig.read('ups-1.BatteryFault')).toBe(true);
    expect(rig.read('ups-1.OutputLive')).toBe(true);
    rig.inject('transformer-1', 'mains-lost');
    rig.run(1);
    expect(rig.read('ups-1.State')).toBe(4);
    const other = createRig();
    other.inject('ups-1', 'bypass');
    expect(other.read('ups-1.State')).toBe(3);
    other.inject('transformer-1', 'mains-lost');
    other.run(1);
    expect(other.read('ups-1.OutputLive')).toBe(false);
  });
});
