/** The lift: safe at every instant whatever happens, quiet without faults, and the course of each fault. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpcuaDevice, Variable } from '../../simulators/devices/device.ts';
import { lift } from '../../simulators/devices/lift.ts';
import { LIFT } from '../../simulators/physics/lift.ts';
import { MOTION } from '../../simulators/physics/lift-motion.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { createRig, type Rig, STEP_S, secondsUntil, valueOf } from './device-rig.ts';

const NAMES = [
  'CarPosition',
  'Direction',
  'DoorStatus',
  'Mode',
  'DriveStatus',
  'Load',
  'Speed',
  'AtLanding',
  'PassengerAlarm',
  'FaultCode',
  'PowerPresent',
  'MachineRoomTemperature',
  'Trips',
  'RunningHours',
];
const DOOR = { closed: 0, open: 1, fault: 3 } as const;
const DIRECTION = { none: 1, stopped: 2, up: 3, down: 4 } as const;
const DRIVE = { stationary: 1, braking: 2 } as const;
const MODE = { normal: 1, homing: 3, rescue: 7, inspection: 8, recalled: 11 } as const;
const FAULTS = lift.faults('lift-1', []).map(({ fault }) => fault);

function createLiftRig(seed?: number): Rig<OpcuaDevice> {
  return createRig(lift, { id: 'lift-1', ...(seed === undefined ? {} : { seed }) });
}

function at(rig: Rig<OpcuaDevice>, name: string, value: boolean | number): () => boolean {
  return () => valueOf(rig, name) === value;
}

/** A lift with somebody in it, on its way at full speed. */
function createMoving(): Rig<OpcuaDevice> {
  const rig = createLiftRig();
  const isRiding = (): boolean => Number(valueOf(rig, 'Speed')) > 1.7 && Number(valueOf(rig, 'Load')) > 0;
  expect(secondsUntil(rig, 3600, isRiding)).toBeLessThan(3600);
  return rig;
}

/** Names what is impossible in what the lift shows; empty when all is well. */
function toImpossible(variables: ReadonlyMap<string, Variable>): readonly string[] {
  const value = (name: string): unknown => variables.get(name)?.value;
  const isMoving = Number(value('Speed')) > 0;
  const direction = Number(value('Direction'));
  const checks: Readonly<Record<string, boolean>> = {
    'moves with a door not shut': isMoving && value('DoorStatus') !== DOOR.closed,
    'door not shut between floors': value('DoorStatus') !== DOOR.closed && value('AtLanding') !== true,
    'moves without direction': isMoving && direction !== DIRECTION.up && direction !== DIRECTION.down,
    'moves while stationary': isMoving && value('DriveStatus') === DRIVE.stationary,
    'at a landing at speed': Number(value('Speed')) > 0.36 && value('AtLanding') === true,
    'no such floor': value('CarPosition') === 0,
    'too fast': Number(value('Speed')) > MOTION.ratedMs + 0.01,
    'wrong names': [...variables.keys()].join() !== NAMES.join(),
  };
  return Object.keys(checks).filter((name) => checks[name]);
}

describe('whatever happens to a lift', () => {
  it('moves only with its doors shut, opens only at a floor, and never shows an impossible state', () => {
    const event = fc.record({
      fault: fc.constantFrom(...FAULTS.filter((fault) => fault !== 'controller-silent')),
      isActive: fc.boolean(),
      hasPower: fc.boolean(),
      isLinkage: fc.boolean(),
      seconds: fc.integer({ min: 1, max: 25 }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.array(event, { maxLength: 20 }),
        (seed, events) => {
          const rig = createLiftRig(seed);
          let lastM = heightOf(rig);
          for (const { fault, isActive, seconds, ...around } of events) {
            if (isActive) rig.faults.add(`lift-1/${fault}`);
            else rig.faults.delete(`lift-1/${fault}`);
            rig.surround(around);
            rig.run(seconds, () => {
              expect(toImpossible(rig.device.variables(rig.hasFault))).toEqual([]);
              const heightM = heightOf(rig);
              expect(heightM).toBeGreaterThanOrEqual(0);
              expect(heightM).toBeLessThanOrEqual(13 * MOTION.floorM);
              const offsetM = Math.abs(heightM - Math.round(heightM / MOTION.floorM) * MOTION.floorM);
              if (valueOf(rig, 'AtLanding') === true) expect(offsetM).toBeLessThanOrEqual(MOTION.doorZoneM);
              // No jump: the way of a step is what the speed allows.
              expect(Math.abs(heightM - lastM)).toBeLessThanOrEqual(MOTION.ratedMs * STEP_S + 0.01);
              if (Math.abs(heightM - lastM) > 1e-9) expect(valueOf(rig, 'DoorStatus')).toBe(DOOR.closed);
              lastM = heightM;
            });
          }
        },
      ),
      { seed: testSeed(), numRuns: testRuns(15) },
    );
  }, 240_000);

  it('carries passengers again a few minutes after the last fault is gone', () => {
    for (const fault of FAULTS) {
      const rig = createLiftRig();
      rig.faults.add(`lift-1/${fault}`);
      rig.run(120);
      rig.faults.clear();
      rig.run(180);
      const before = Number(valueOf(rig, 'Trips'));
      rig.run(1800);
      expect([fault, valueOf(rig, 'Mode'), valueOf(rig, 'FaultCode')]).toEqual([fault, MODE.normal, -1]);
      expect([fault, Number(valueOf(rig, 'Trips')) > before + 2]).toEqual([fault, true]);
    }
  }, 240_000);
});

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`shows no fault, no alarm, a cool machine room and some hundred trips (seed ${seed})`, () => {
      const rig = createLiftRig(seed);
      const before = Number(valueOf(rig, 'Trips'));
      let hottest = 0;
      let stoodBetweenFloors = 0;
      const seen = new Set<unknown>();
      // Every half second: no state that a rule waits for is shorter.
      rig.run(86_400, (atS) => {
        if (Math.round(atS / STEP_S) % 5 !== 0) return;
        const variables = rig.device.variables(rig.hasFault);
        for (const name of ['Mode', 'FaultCode', 'PassengerAlarm', 'PowerPresent']) {
          seen.add(`${name} ${variables.get(name)?.value}`);
        }
        hottest = Math.max(hottest, Number(variables.get('MachineRoomTemperature')?.value));
        const isStationary = variables.get('DriveStatus')?.value === DRIVE.stationary;
        if (isStationary && variables.get('AtLanding')?.value === false) stoodBetweenFloors++;
      });
      expect(seen).toEqual(new Set(['Mode 1', 'FaultCode -1', 'PassengerAlarm false', 'PowerPresent true']));
      expect(hottest).toBeLessThan(32);
      expect(stoodBetweenFloors).toBe(0);
      const trips = Number(valueOf(rig, 'Trips')) - before;
      expect(trips).toBeGreaterThan(250);
      expect(trips).toBeLessThan(1500);
    }, 240_000);
  }

  it('is the same day for the same seed and another one for another', () => {
    const day = (seed: number): string => {
      const rig = createLiftRig(seed);
      rig.run(1800);
      return JSON.stringify(rig.device.state());
    };
    expect(day(5)).toBe(day(5));
    expect(day(5)).not.toBe(day(6));
  });

  it('travels with 1.75 m/s, 3 m a floor, and takes its load in only with open doors', () => {
    const rig = createLiftRig();
    let fastest = 0;
    let load = 0;
    const floors = new Set<unknown>();
    rig.run(3600, () => {
      const now = Number(valueOf(rig, 'Load'));
      if (now !== load) expect(valueOf(rig, 'DoorStatus')).toBe(DOOR.open);
      load = now;
      fastest = Math.max(fastest, Number(valueOf(rig, 'Speed')));
      floors.add(valueOf(rig, 'CarPosition'));
    });
    expect(fastest).toBe(1.75);
    expect([...floors].every((floor) => Number(floor) >= -2 && Number(floor) <= 12)).toBe(true);
    expect(floors.size).toBeGreaterThan(8);
  });
});

describe('what the wire shows', () => {
  it('has the names and types of the map', () => {
    const types = [...createLiftRig().device.variables(() => false)].map(
      ([name, { type, value }]) => `${name} ${type} ${typeof value}`,
    );
    expect(types).toEqual([
      'CarPosition Int32 number',
      'Direction Int32 number',
      'DoorStatus Int32 number',
      'Mode Int32 number',
      'DriveStatus Int32 number',
      'Load Double number',
      'Speed Double number',
      'AtLanding Boolean boolean',
      'PassengerAlarm Boolean boolean',
      'FaultCode Int32 number',
      'PowerPresent Boolean boolean',
      'MachineRoomTemperature Double number',
      'Trips Int32 number',
      'RunningHours Double number',
    ]);
  });

  it('spells a standing lift and a lift on its way as in the map', () => {
    const rig = createLiftRig();
    const show = (): readonly unknown[] => NAMES.slice(0, 11).map((name) => valueOf(rig, name));
    const floor = valueOf(rig, 'CarPosition');
    expect(show()).toEqual([floor, 1, 0, 1, 1, 0, 0, true, false, -1, true]);
    secondsUntil(rig, 3600, () => valueOf(rig, 'DriveStatus') === 5);
    expect(show().slice(2, 5)).toEqual([0, 1, 5]);
    expect(show().slice(6)).toEqual([1.75, false, false, -1, true]);
    expect([3, 4]).toContain(valueOf(rig, 'Direction'));
  });
});

describe('fire and power', () => {
  it('goes home in mode 3, opens its doors at floor 1, stays in mode 11, and is back 10 s after the fire', () => {
    const rig = createMoving();
    rig.surround({ isLinkage: true });
    rig.run(STEP_S);
    expect(valueOf(rig, 'Mode')).toBe(MODE.homing);
    // The longest way: on to the next floor, back over the whole shaft, doors.
    expect(secondsUntil(rig, 60, at(rig, 'Mode', MODE.recalled))).toBeLessThan(60);
    expect([valueOf(rig, 'CarPosition'), valueOf(rig, 'AtLanding')]).toEqual([1, true]);
    rig.run(300, () => expect([valueOf(rig, 'Mode'), valueOf(rig, 'DoorStatus')]).toEqual([11, DOOR.open]));
    expect([valueOf(rig, 'FaultCode'), valueOf(rig, 'Load')]).toEqual([-1, 0]);
    rig.surround({ isLinkage: false });
    expect(secondsUntil(rig, 30, at(rig, 'Mode', MODE.normal))).toBeCloseTo(LIFT.recallHoldS, 0);
    expect(secondsUntil(rig, 600, () => Number(valueOf(rig, 'Speed')) > 0)).toBeLessThan(600);
  });

  it('stays recalled when the fire also takes its power', () => {
    const rig = createLiftRig();
    rig.surround({ isLinkage: true });
    secondsUntil(rig, 90, at(rig, 'Mode', MODE.recalled));
    rig.surround({ hasPower: false });
    rig.run(30);
    expect([valueOf(rig, 'Mode'), valueOf(rig, 'DoorStatus'), valueOf(rig, 'PowerPresent')]).toEqual([
      11,
      DOOR.open,
      false,
    ]);
  });

  it('is brought to the nearest floor at 0.2 m/s when power fails on the way, and opens there', () => {
    const rig = createMoving();
    rig.surround({ hasPower: false });
    rig.run(STEP_S);
    expect([valueOf(rig, 'PowerPresent'), valueOf(rig, 'FaultCode'), valueOf(rig, 'Mode')]).toEqual([
      false,
      4,
      7,
    ]);
    expect(valueOf(rig, 'DriveStatus')).toBe(DRIVE.braking);
    expect(secondsUntil(rig, 2, at(rig, 'Speed', 0))).toBeLessThan(1);
    let fastest = 0;
    rig.run(20, () => {
      fastest = Math.max(fastest, Number(valueOf(rig, 'Speed')));
    });
    expect(fastest).toBe(0.2);
    expect([valueOf(rig, 'DoorStatus'), valueOf(rig, 'AtLanding'), valueOf(rig, 'Load')]).toEqual([
      1,
      true,
      0,
    ]);
    rig.run(60, () => expect([valueOf(rig, 'Speed'), valueOf(rig, 'DoorStatus')]).toEqual([0, DOOR.open]));
    rig.surround({ hasPower: true });
    rig.run(STEP_S);
    expect([valueOf(rig, 'PowerPresent'), valueOf(rig, 'FaultCode')]).toEqual([true, -1]);
    expect(secondsUntil(rig, 20, at(rig, 'Mode', MODE.normal))).toBeCloseTo(4.9, 0);
  });
});

describe('the course of a fault', () => {
  it('entrapment: stops between floors with somebody in it, doors shut, and the button is pressed after 6 s', () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const rig = createLiftRig(seed);
      rig.run(seed * 37);
      rig.faults.add('lift-1/entrapment');
      const isTrapped = at(rig, 'FaultCode', 8);
      expect([seed, secondsUntil(rig, 60, isTrapped) < 60]).toEqual([seed, true]);
      const show = (): readonly unknown[] =>
        ['Mode', 'DriveStatus', 'DoorStatus', 'AtLanding', 'Speed'].map((name) => valueOf(rig, name));
      expect(show()).toEqual([MODE.normal, DRIVE.stationary, DOOR.closed, false, 0]);
      expect(Number(valueOf(rig, 'Load'))).toBeGreaterThan(0);
      expect(secondsUntil(rig, 20, at(rig, 'PassengerAlarm', true))).toBeCloseTo(LIFT.alarmAfterS, 0);
      rig.run(120);
      expect(show()).toEqual([MODE.normal, DRIVE.stationary, DOOR.closed, false, 0]);
      rig.faults.clear();
      expect(secondsUntil(rig, 30, at(rig, 'DoorStatus', DOOR.open))).toBeLessThan(20);
      expect([valueOf(rig, 'PassengerAlarm'), valueOf(rig, 'FaultCode')]).toEqual([false, -1]);
    }
  });

  it('entrapment: neither fire nor loss of power moves a car whose safety circuit is open', () => {
    const rig = createMoving();
    rig.faults.add('lift-1/entrapment');
    secondsUntil(rig, 60, at(rig, 'PassengerAlarm', true));
    rig.surround({ isLinkage: true, hasPower: false });
    rig.run(60);
    expect([valueOf(rig, 'Speed'), valueOf(rig, 'AtLanding'), valueOf(rig, 'PassengerAlarm')]).toEqual([
      0,
      false,
      true,
    ]);
    expect([valueOf(rig, 'Mode'), valueOf(rig, 'FaultCode'), valueOf(rig, 'PowerPresent')]).toEqual([
      1,
      8,
      false,
    ]);
  });

  it('door-fault: three attempts to close, then door status 3 and fault code 6, and closes when it is free', () => {
    const rig = createLiftRig();
    rig.faults.add('lift-1/door-fault');
    let attempts = 0;
    let last: unknown = null;
    const isFaulty = (): boolean => {
      const door = valueOf(rig, 'DoorStatus');
      if (door === 6 && last !== 6) attempts++;
      last = door;
      return door === DOOR.fault;
    };
    expect(secondsUntil(rig, 60, isFaulty)).toBeLessThan(60);
    expect([attempts, valueOf(rig, 'FaultCode'), valueOf(rig, 'AtLanding')]).toEqual([3, 6, true]);
    rig.run(120, () => expect(valueOf(rig, 'DoorStatus')).toBe(DOOR.fault));
    rig.faults.clear();
    expect(secondsUntil(rig, 10, at(rig, 'DoorStatus', DOOR.closed))).toBeLessThan(5);
    expect(valueOf(rig, 'FaultCode')).toBe(-1);
  });

  it('drive-overheat: above 40 °C within a minute, then fault code 15 and no trip more', () => {
    const rig = createLiftRig();
    rig.faults.add('lift-1/drive-overheat');
    const isHot = (): boolean => Number(valueOf(rig, 'MachineRoomTemperature')) > 40;
    expect(secondsUntil(rig, 90, isHot)).toBeLessThan(60);
    expect(secondsUntil(rig, 90, at(rig, 'FaultCode', 15))).toBeLessThan(60);
    rig.run(120);
    const trips = valueOf(rig, 'Trips');
    rig.run(300, () => expect([valueOf(rig, 'Speed'), valueOf(rig, 'AtLanding')]).toEqual([0, true]));
    expect([valueOf(rig, 'Trips'), valueOf(rig, 'Load')]).toEqual([trips, 0]);
    rig.faults.clear();
    expect(secondsUntil(rig, 600, at(rig, 'FaultCode', -1))).toBeLessThan(300);
  });

  it('inspection: lets people out first, then mode 8 in slow short runs without any fault code', () => {
    const rig = createMoving();
    rig.faults.add('lift-1/inspection');
    expect(secondsUntil(rig, 60, at(rig, 'Mode', MODE.inspection))).toBeLessThan(60);
    expect(valueOf(rig, 'Load')).toBe(0);
    const speeds = new Set<number>();
    rig.run(120, () => {
      speeds.add(Number(valueOf(rig, 'Speed')));
      expect([valueOf(rig, 'Mode'), valueOf(rig, 'DoorStatus'), valueOf(rig, 'FaultCode')]).toEqual([
        8, 0, -1,
      ]);
    });
    expect([Math.min(...speeds), Math.max(...speeds)]).toEqual([0, 0.3]);
    rig.faults.clear();
    expect(secondsUntil(rig, 30, at(rig, 'Mode', MODE.normal))).toBeLessThan(15);
    expect(valueOf(rig, 'AtLanding')).toBe(true);
  });

  it('alarm-button-stuck: the alarm is there at a landing, and the lift goes on serving', () => {
    const rig = createLiftRig();
    rig.faults.add('lift-1/alarm-button-stuck');
    expect([valueOf(rig, 'PassengerAlarm'), valueOf(rig, 'AtLanding')]).toEqual([true, true]);
    const trips = Number(valueOf(rig, 'Trips'));
    let likeEntrapment = 0;
    rig.run(3600, () => {
      const isStanding = valueOf(rig, 'DriveStatus') === DRIVE.stationary && valueOf(rig, 'DoorStatus') === 0;
      if (isStanding && valueOf(rig, 'AtLanding') === false) likeEntrapment++;
    });
    expect(likeEntrapment).toBe(0);
    expect(Number(valueOf(rig, 'Trips'))).toBeGreaterThan(trips + 5);
  });

  it('position-lost: fault code 14, an uncertain position, and the lift stands at a floor', () => {
    const rig = createMoving();
    rig.faults.add('lift-1/position-lost');
    rig.run(30);
    expect(rig.device.variables(rig.hasFault).get('CarPosition')?.status).toBe('UncertainLastUsableValue');
    expect([valueOf(rig, 'FaultCode'), valueOf(rig, 'Speed'), valueOf(rig, 'AtLanding')]).toEqual([
      14,
      0,
      true,
    ]);
    rig.faults.clear();
    expect(rig.device.variables(rig.hasFault).get('CarPosition')?.status).toBeUndefined();
  });

  it('sensor-fault: only the machine-room temperature is bad', () => {
    const rig = createLiftRig();
    rig.faults.add('lift-1/sensor-fault');
    const bad = [...rig.device.variables(rig.hasFault)].filter(([, { status }]) => status !== undefined);
    expect(bad.map(([name, { status }]) => `${name} ${status}`)).toEqual([
      'MachineRoomTemperature BadSensorFailure',
    ]);
  });

  it('controller-silent: every variable is bad and keeps what was heard last', () => {
    const rig = createMoving();
    const heard = [...rig.device.variables(rig.hasFault)].map(([name, { value }]) => [name, value]);
    rig.faults.add('lift-1/controller-silent');
    rig.device.settle(rig.hasFault);
    rig.run(60);
    const silent = [...rig.device.variables(rig.hasFault)];
    expect(new Set(silent.map(([, { status }]) => status))).toEqual(new Set(['BadNoCommunication']));
    expect(silent.map(([name, { value }]) => [name, value])).toEqual(heard);
    rig.faults.clear();
    rig.device.settle(rig.hasFault);
    const fresh = [...rig.device.variables(rig.hasFault)];
    expect(fresh.every(([, { status }]) => status === undefined)).toBe(true);
    expect(fresh.map(([name, { value }]) => [name, value])).not.toEqual(heard);
  });
});

/** Height of the car above the lowest floor, m. */
function heightOf(rig: Rig<OpcuaDevice>): number {
  const car = rig.device.state()['car'];
  return typeof car === 'object' && car !== null && 'positionM' in car ? Number(car.positionM) : Number.NaN;
}
