/** Fire pump and jockey pump on one main: quiet without faults, the course of each fault, and their registers. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ModbusDevice, NO_UPSTREAM, type Surroundings } from '../../simulators/devices/device.ts';
import { firePump } from '../../simulators/devices/fire-pump.ts';
import { jockeyPump } from '../../simulators/devices/jockey-pump.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';

const DT_S = 0.1;
/** Bits of the status word. */
const POWER = 1;
const RUNNING = 2;
const AUTOMATIC = 4;
const FAULT = 8;
const COMMAND = 16;
const VALVE = 32;
const SWITCH = 64;

type Around = Partial<Surroundings>;

interface Pump {
  readonly status: number;
  readonly code: number;
  readonly kPa: number;
  readonly currentDa: number;
  readonly hours: number;
  readonly starts: number;
}

/** Both devices as a simulation joins them: each sees what the other gave in the step before. */
function createRig(seed = 1) {
  if (firePump.protocol !== 'modbus' || jockeyPump.protocol !== 'modbus') throw new Error('not Modbus');
  const options = { parts: [], seed, startHour: 9 };
  const fire: ModbusDevice = firePump.create({ ...options, id: 'fire' });
  const jockey: ModbusDevice = jockeyPump.create({ ...options, id: 'jockey' });
  const active = new Set<string>();
  const hasFault = (equipment: string, fault: string): boolean =>
    active.size > 0 && active.has(`${equipment}/${fault}`);
  const look = (device: ModbusDevice): Pump => {
    const at = (address: number): number => device.image(hasFault).holding.get(address) ?? -1;
    return {
      status: at(0),
      code: at(1),
      kPa: at(2),
      currentDa: at(3),
      hours: at(4) * 0x1_0000 + at(5),
      starts: at(6) * 0x1_0000 + at(7),
    };
  };
  const rig = {
    fire: () => look(fire),
    jockey: () => look(jockey),
    mpa: () => fire.supply?.(hasFault).pressureMpa ?? -1,
    demands: () => [fire.demand?.(hasFault), jockey.demand?.(hasFault)] as const,
    set(...changes: readonly string[]): void {
      for (const change of changes) {
        if (change.startsWith('+')) active.add(change.slice(1));
        else active.delete(change.slice(1));
        fire.settle(hasFault);
        jockey.settle(hasFault);
      }
    },
    run(seconds: number, around: Around = {}, each: () => void = () => {}): void {
      for (let at = 0; at < Math.round(seconds / DT_S); at++) {
        const base = { ...NO_UPSTREAM, waterM: 3, ...around };
        const inflowM3h = jockey.demand?.(hasFault).mainM3h ?? 0;
        const pressureMpa = fire.supply?.(hasFault).pressureMpa ?? null;
        fire.step(hasFault, DT_S, { ...base, inflowM3h });
        jockey.step(hasFault, DT_S, { ...base, isLinkage: false, pressureMpa });
        each();
      }
    },
    /** Seconds until `isTrue`, or Infinity. */
    until(limitS: number, around: Around, isTrue: () => boolean): number {
      for (let at = 1; at <= limitS / DT_S; at++) {
        rig.run(DT_S, around);
        if (isTrue()) return at * DT_S;
      }
      return Infinity;
    },
  };
  return rig;
}

function isRunning({ status }: Pump): boolean {
  return (status & RUNNING) !== 0;
}

describe('a day without faults', () => {
  for (const seed of [20_261_121, 4_000_000_000]) {
    it(`keeps 0.845–0.925 MPa with 1–8 jockey starts an hour; the fire pump rests (seed ${seed})`, () => {
      const rig = createRig(seed);
      const { starts } = rig.fire();
      let low = Infinity;
      let high = 0;
      let wrong = 0;
      let most = 0;
      let least = Infinity;
      for (let hour = 0; hour < 24; hour++) {
        const before = rig.jockey().starts;
        for (let second = 0; second < 3_600; second += 10) {
          rig.run(10, {}, () => {
            low = Math.min(low, rig.mpa());
            high = Math.max(high, rig.mpa());
          });
          const { status, code } = rig.fire();
          if (status !== POWER + AUTOMATIC + VALVE || code !== 0) wrong++;
        }
        most = Math.max(most, rig.jockey().starts - before);
        least = Math.min(least, rig.jockey().starts - before);
      }
      expect(low).toBeGreaterThan(0.845);
      expect(high).toBeLessThan(0.925);
      expect(wrong).toBe(0);
      expect(rig.fire().starts - starts).toBe(0);
      expect(most).toBeLessThanOrEqual(8);
      expect(least).toBeGreaterThanOrEqual(1);
    }, 240_000);
  }

  it('starts the jockey below 0.85 and stops it at 0.92 MPa', () => {
    const rig = createRig();
    const edges: number[] = [];
    let was = false;
    rig.run(7_200, {}, () => {
      const now = isRunning(rig.jockey());
      if (now !== was) edges.push(rig.fire().kPa);
      was = now;
    });
    expect(edges.length).toBeGreaterThan(4);
    for (const [index, kPa] of edges.entries()) {
      expect(Math.abs(kPa - (index % 2 === 0 ? 850 : 920))).toBeLessThanOrEqual(2);
    }
  });
});

describe('the registers', () => {
  it('of both pumps at rest', () => {
    const rig = createRig();
    expect(rig.fire()).toEqual({ status: 0x25, code: 0, kPa: 890, currentDa: 0, hours: 372, starts: 214 });
    expect(rig.jockey()).toEqual({
      status: 0x25,
      code: 0,
      kPa: 890,
      currentDa: 0,
      hours: 12_046,
      starts: 18_733,
    });
  });

  it('are 0–7 of the holding registers and nothing else', () => {
    for (const model of [firePump, jockeyPump]) {
      if (model.protocol !== 'modbus') throw new Error('not Modbus');
      const image = model.create({ id: 'x', parts: [], seed: 1, startHour: 9 }).image(() => false);
      expect([...image.holding.keys()]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(image.coil.size + image.discrete.size + image.input.size).toBe(0);
    }
  });

  it('of a jockey pump without a main show no pressure, and it stands', () => {
    if (jockeyPump.protocol !== 'modbus') throw new Error('not Modbus');
    const device = jockeyPump.create({ id: 'x', parts: [], seed: 1, startHour: 9 });
    for (let at = 0; at < 600; at++) device.step(() => false, DT_S, NO_UPSTREAM);
    const { holding } = device.image(() => false);
    expect([holding.get(0), holding.get(2)]).toEqual([0x25, 0xffff]);
  });
});

describe('the command of the panel', () => {
  it('starts the fire pump at once, and the relief valve holds the closed main below 1.1 MPa', () => {
    const rig = createRig();
    rig.run(0.1, { isLinkage: true });
    expect(rig.fire().status).toBe(POWER + RUNNING + AUTOMATIC + COMMAND + VALVE);
    let highest = 0;
    rig.run(600, { isLinkage: true }, () => {
      highest = Math.max(highest, rig.fire().kPa);
    });
    expect(highest).toBeLessThan(1_100);
    expect(highest).toBeGreaterThan(1_000);
    expect(rig.fire().currentDa).toBeGreaterThan(400);
    expect(rig.fire().currentDa).toBeLessThan(1_030);
    expect(rig.fire().hours).toBe(373);
    // What the relief valve lets through goes back into the tank.
    expect(rig.demands()[0]?.waterM3h).toBeLessThan(1);
    expect(rig.demands()[0]?.powerKw).toBeGreaterThan(20);
  });

  it('is over: the pump goes on until somebody stops it 40 s later', () => {
    const rig = createRig();
    rig.run(30, { isLinkage: true });
    rig.run(39, {});
    expect(isRunning(rig.fire())).toBe(true);
    expect(rig.until(5, {}, () => !isRunning(rig.fire()))).toBeLessThan(2);
    expect(rig.fire().status).toBe(POWER + AUTOMATIC + VALVE);
    expect(rig.fire().starts).toBe(215);
  });
});

describe('the course of a fault', () => {
  it('pipe-burst: pressure falls, the jockey and then the fire pump start, and they keep some pressure', () => {
    const rig = createRig();
    rig.set('+fire/pipe-burst');
    const jockeyS = rig.until(60, {}, () => isRunning(rig.jockey()));
    const fireS = jockeyS + rig.until(60, {}, () => isRunning(rig.fire()));
    expect(jockeyS).toBeLessThan(5);
    expect(fireS).toBeGreaterThan(jockeyS);
    expect(fireS).toBeLessThan(10);
    expect(rig.fire().status & SWITCH).toBe(SWITCH);
    rig.run(120);
    expect(rig.fire().kPa).toBeGreaterThan(400);
    expect(rig.fire().kPa).toBeLessThan(750);
    expect(rig.demands()[0]?.waterM3h).toBeGreaterThan(150);
    // Far beyond its rated flow it is overloaded, says so, and is not stopped.
    expect(rig.fire()).toMatchObject({ code: 48, status: 0b110_1111 });
    rig.set('-fire/pipe-burst');
    rig.run(35);
    expect(isRunning(rig.fire())).toBe(true);
    rig.run(60);
    expect(isRunning(rig.fire())).toBe(false);
    expect(isRunning(rig.jockey())).toBe(false);
    expect(rig.fire().kPa).toBeGreaterThan(850);
  });

  const starts: readonly (readonly [string, number, number, readonly [number, number]])[] = [
    // fault, status and code at once, the same 20 s after the command of the panel
    ['left-manual', POWER + VALVE, 0, [POWER + VALVE + COMMAND, 0]],
    ['phase-missing', POWER + AUTOMATIC + VALVE + FAULT, 2, [POWER + AUTOMATIC + VALVE + COMMAND + FAULT, 2]],
    ['start-failure', POWER + AUTOMATIC + VALVE, 0, [POWER + AUTOMATIC + VALVE + COMMAND + FAULT, 51]],
    ['valve-closed', POWER + AUTOMATIC, 0, [POWER + AUTOMATIC + COMMAND + RUNNING, 0]],
  ];
  for (const [fault, status, code, commanded] of starts) {
    it(`${fault}: ${fault === 'valve-closed' ? 'it runs and delivers nothing' : 'the pump does not start'}, until it is mended`, () => {
      const rig = createRig();
      rig.run(1);
      rig.set(`+fire/${fault}`);
      expect([rig.fire().status, rig.fire().code]).toEqual([status, code]);
      rig.run(20, { isLinkage: true });
      expect([rig.fire().status, rig.fire().code]).toEqual(commanded);
      expect(rig.fire().kPa).toBeLessThan(925);
      rig.set(`-fire/${fault}`);
      rig.run(20, { isLinkage: true });
      expect(rig.fire()).toMatchObject({ status: POWER + RUNNING + AUTOMATIC + COMMAND + VALVE, code: 0 });
      expect(rig.fire().kPa).toBeGreaterThan(1_000);
    });
  }

  it('start-failure is reported 8 s after the call, not before', () => {
    const rig = createRig();
    rig.set('+fire/start-failure');
    const foundS = rig.until(30, { isLinkage: true }, () => rig.fire().code === 51);
    expect(foundS).toBeGreaterThan(7.5);
    expect(foundS).toBeLessThan(8.5);
  });

  it('phase-missing stops a running fire pump at once', () => {
    const rig = createRig();
    rig.run(20, { isLinkage: true });
    rig.set('+fire/phase-missing');
    expect(rig.fire()).toMatchObject({ code: 2, currentDa: 0 });
    expect(isRunning(rig.fire())).toBe(false);
  });

  it('trip of the jockey: pressure falls by leakage alone until the fire pump starts', () => {
    const rig = createRig();
    rig.set('+jockey/trip');
    expect(rig.jockey()).toMatchObject({ status: POWER + AUTOMATIC + VALVE + FAULT, code: 48 });
    const foundS = rig.until(7_200, {}, () => isRunning(rig.fire()));
    expect(foundS).toBeGreaterThan(900);
    expect(foundS).toBeLessThan(7_200);
    expect(rig.jockey().status & SWITCH).toBe(SWITCH);
    rig.set('-jockey/trip');
    expect(rig.jockey().code).toBe(0);
  });

  it('left-manual of the jockey: it stands although the switch calls', () => {
    const rig = createRig();
    rig.set('+jockey/left-manual');
    rig.run(1_500);
    expect(rig.jockey()).toMatchObject({ status: POWER + VALVE + SWITCH, code: 0 });
  });

  it('sensor-fault of the jockey: no pressure on the wire, everything else goes on', () => {
    const blind = createRig();
    const seeing = createRig();
    blind.set('+jockey/sensor-fault');
    expect(blind.jockey().kPa).toBe(0xffff);
    blind.run(3_600);
    seeing.run(3_600);
    expect(blind.jockey()).toEqual({ ...seeing.jockey(), kPa: 0xffff });
    expect(blind.fire()).toEqual(seeing.fire());
  });

  it('frequent-starts: the jockey starts at least 30 times an hour; the fire pump is not needed', () => {
    const rig = createRig();
    rig.set('+jockey/frequent-starts');
    const before = rig.jockey().starts;
    rig.run(3_600);
    expect(rig.jockey().starts - before).toBeGreaterThan(30);
    expect(rig.jockey().starts - before).toBeLessThan(120);
    expect(rig.fire().starts).toBe(214);
  });
});

describe('without water in the tank', () => {
  it('the jockey trips with 57, pressure falls, and the fire pump runs dry without being stopped', () => {
    const rig = createRig();
    const jockeyS = rig.until(3_600, { waterM: 0 }, () => rig.jockey().code === 57);
    expect(jockeyS).toBeLessThan(3_600);
    expect(isRunning(rig.jockey())).toBe(false);
    const fireS = rig.until(7_200, { waterM: 0 }, () => isRunning(rig.fire()));
    expect(fireS).toBeLessThan(7_200);
    rig.run(600, { waterM: 0 });
    expect(rig.fire().code).toBe(57);
    expect(rig.fire().status & (RUNNING + FAULT)).toBe(RUNNING + FAULT);
    expect(rig.fire().kPa).toBeLessThan(700);
    rig.run(30, {});
    expect([rig.jockey().code, rig.fire().code]).toEqual([0, 0]);
    expect(rig.fire().kPa).toBeGreaterThan(900);
  });
});

describe('loss of power', () => {
  it('stops both pumps, control power is gone, nothing trips; on return they go on', () => {
    const rig = createRig();
    rig.set('+fire/pipe-burst');
    rig.run(30);
    rig.run(0.1, { hasPower: false });
    expect(rig.fire()).toMatchObject({ status: AUTOMATIC + VALVE + SWITCH, code: 0, currentDa: 0 });
    expect(rig.jockey()).toMatchObject({ status: AUTOMATIC + VALVE + SWITCH, code: 0, currentDa: 0 });
    expect(rig.demands().map((demand) => demand?.powerKw)).toEqual([0, 0]);
    rig.run(20, { hasPower: false });
    expect(rig.fire().kPa).toBeLessThan(50);
    rig.run(0.1);
    expect([isRunning(rig.fire()), isRunning(rig.jockey())]).toEqual([true, true]);
    rig.run(30);
    expect(rig.fire().kPa).toBeGreaterThan(400);
  });

  it('does not make a fire pump run on that nothing calls for', () => {
    const rig = createRig();
    rig.run(30, { isLinkage: true });
    rig.run(1, { hasPower: false });
    rig.run(10);
    expect(isRunning(rig.fire())).toBe(false);
  });
});

describe('whatever happens', () => {
  const FAULTS = [
    ...firePump.faults('fire', []).map(({ fault }) => `fire/${fault}`),
    ...jockeyPump.faults('jockey', []).map(({ fault }) => `jockey/${fault}`),
  ];
  const phases = fc.array(
    fc.record({
      seconds: fc.integer({ min: 1, max: 120 }),
      faults: fc.subarray(FAULTS),
      hasPower: fc.boolean(),
      isLinkage: fc.boolean(),
      waterM: fc.constantFrom(0, 0.1, 3.2),
    }),
    { minLength: 1, maxLength: 6 },
  );

  it('pressure stays in 0–1.2 MPa, and nothing runs without power or draws current while it stands', () => {
    fc.assert(
      fc.property(fc.nat(), phases, (seed, course) => {
        const rig = createRig(seed);
        for (const { seconds, faults, ...around } of course) {
          rig.set(...FAULTS.map((each) => `${faults.includes(each) ? '+' : '-'}${each}`));
          rig.run(seconds, around, () => {
            const [fire, jockey] = [rig.fire(), rig.jockey()];
            const both = [fire, jockey];
            const wrong = [
              !(fire.kPa >= 0 && fire.kPa < 1_200) && 'pressure',
              both.some((pump) => isRunning(pump) !== pump.currentDa > 0) && 'current',
              !around.hasPower && both.some(isRunning) && 'power',
              jockey.code !== 0 && isRunning(jockey) && 'trip',
              both.some((pump) => (pump.code !== 0) !== ((pump.status & FAULT) !== 0)) && 'common fault',
            ].find(Boolean);
            if (wrong) throw new Error(`${wrong} is wrong: ${JSON.stringify(both)}`);
          });
        }
      }),
      { numRuns: testRuns(8), seed: testSeed() },
    );
  }, 240_000);
});
