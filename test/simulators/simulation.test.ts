/** The running plant: determinism, timeline, faults, pinned registers. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenario, parseScenario } from '../../simulators/scenario.ts';
import { createSimulation, type Simulation } from '../../simulators/simulation.ts';

const folder = fileURLToPath(new URL('../../simulators/scenarios/', import.meta.url));
const quiet = loadScenario(`${folder}quiet.yaml`);
const demo = loadScenario(`${folder}demo.yaml`);

/** All raw values of both devices. */
function dump(simulation: Simulation): unknown {
  return ['pump-room', 'sump-room'].map((endpoint) => {
    const image = simulation.unit(endpoint, 1)?.image;
    return image && Object.entries(image).map(([table, values]) => [table, [...values]]);
  });
}

function pressure(simulation: Simulation): number | undefined {
  return simulation.unit('pump-room', 1)?.image.holding.get(0);
}

function tripCode(simulation: Simulation): number | undefined {
  return simulation.unit('pump-room', 1)?.image.holding.get(21);
}

describe('the same seed', () => {
  it('gives the same registers, however time is cut into pieces', () => {
    const whole = createSimulation(demo, 42);
    const pieces = createSimulation(demo, 42);
    whole.advance(600_000);
    for (let at = 0; at < 600_000 / 37.5; at++) pieces.advance(37.5);
    expect(dump(pieces)).toEqual(dump(whole));
  });

  it('and another seed gives others', () => {
    const one = createSimulation(quiet, 1);
    const other = createSimulation(quiet, 2);
    one.advance(600_000);
    other.advance(600_000);
    expect(dump(one)).not.toEqual(dump(other));
  });

  it('means the scenario seed when none is given', () => {
    const own = createSimulation(quiet);
    const same = createSimulation(quiet, quiet.seed);
    own.advance(60_000);
    same.advance(60_000);
    expect(dump(own)).toEqual(dump(same));
  });
});

describe('registers', () => {
  it('are exactly those of docs/register-maps.md', () => {
    const simulation = createSimulation(quiet);
    const addresses = (endpoint: string) =>
      Object.fromEntries(
        Object.entries(simulation.unit(endpoint, 1)?.image ?? {}).map(([table, values]) => [
          table,
          [...values.keys()].toSorted((left, right) => left - right).join(' '),
        ]),
      );
    expect(addresses('pump-room')).toEqual({
      coil: '',
      discrete: '',
      input: '',
      holding: '0 1 2 3 4 5 6 7 20 21 22 23 24 25 26 27 28 29 40 41 42 43 44 45 46 47 48 49',
    });
    expect(addresses('sump-room')).toEqual({
      coil: '0',
      discrete: '0 1 2 3',
      input: '0',
      holding: '40 41 42 43 44 45 46 50 51 52 53 54 55 56',
    });
  });

  it('start at the set-point with pump 1 on duty', () => {
    const simulation = createSimulation(quiet);
    expect(pressure(simulation)).toBe(450);
    const holding = simulation.unit('pump-room', 1)?.image.holding;
    expect(holding?.get(20)).toBe(0b10_0000_0011);
    expect(holding?.get(40)).toBe(0b10_0000_0001);
  });

  it('have no unit beside the scenario', () => {
    const simulation = createSimulation(quiet);
    expect(simulation.unit('pump-room', 2)).toBeUndefined();
    expect(simulation.unit('nowhere', 1)).toBeUndefined();
  });
});

describe('the timeline', () => {
  it('of the demonstration trips the pump on duty after 20 s, not before; the standby restores pressure', () => {
    const simulation = createSimulation(demo);
    simulation.advance(19_900);
    expect(tripCode(simulation)).toBe(0);
    simulation.advance(100);
    expect(tripCode(simulation)).toBe(49);
    simulation.advance(4_000);
    expect(pressure(simulation)).toBeLessThan(380);
    simulation.advance(16_000);
    expect(pressure(simulation)).toBeGreaterThan(430);
  });

  it('can clear what it has injected', () => {
    const inject = { equipment: 'dws-1-pump-1', fault: 'trip' };
    const simulation = createSimulation({
      ...quiet,
      timeline: [
        { afterMs: 0, action: 'inject', ...inject },
        { afterMs: 5_000, action: 'clear', ...inject },
      ],
    });
    simulation.advance(4_900);
    expect(tripCode(simulation)).toBe(49);
    simulation.advance(100);
    expect(tripCode(simulation)).toBe(0);
  });
});

describe('faults', () => {
  it('are listed with both languages and whether they are active', () => {
    const simulation = createSimulation(quiet);
    simulation.setFault('sump-1', 'overflow', true);
    const list = simulation.faults();
    const water = list.filter(({ equipment }) => /^(dws|sump)-1/.test(equipment));
    expect(water.map(({ equipment, fault }) => `${equipment} ${fault}`)).toEqual([
      'dws-1 dry-running',
      'dws-1 sensor-fault',
      'dws-1-pump-1 trip',
      'dws-1-pump-2 trip',
      'sump-1 overflow',
      'sump-1 sensor-fault',
      'sump-1-pump-1 trip',
      'sump-1-pump-2 trip',
    ]);
    expect(list.filter(({ isActive }) => isActive).map(({ fault }) => fault)).toEqual(['overflow']);
    for (const { text } of list) {
      expect(text.zh).toMatch(/\p{Script=Han}/u);
      expect(text.en).toMatch(/^[A-Z][ -~]+$/);
    }
  });

  it('that nobody knows change nothing', () => {
    const simulation = createSimulation(quiet);
    const before = dump(simulation);
    expect(simulation.setFault('dws-1', 'trip', true)).toBe(false);
    expect(simulation.setFault('nowhere', 'trip', true)).toBe(false);
    expect(dump(simulation)).toEqual(before);
  });

  it('of sensors touch only what the gateway sees', () => {
    const lost = createSimulation(quiet);
    const seeing = createSimulation(quiet);
    lost.setFault('sump-1', 'sensor-fault', true);
    lost.advance(600_000);
    seeing.advance(600_000);
    expect(lost.unit('sump-room', 1)?.image.input.get(0)).toBe(0xffff);
    lost.setFault('sump-1', 'sensor-fault', false);
    expect(dump(lost)).toEqual(dump(seeing));
  });
});

describe('pinned registers', () => {
  it('hold against the physics until they are let go', () => {
    const simulation = createSimulation(quiet);
    expect(simulation.pin('dws-1-pump-1', 'holding', 0, 999)).toBe('done');
    simulation.advance(1_000);
    expect(pressure(simulation)).toBe(999);
    simulation.pin('dws-1', 'holding', 0, null);
    expect(pressure(simulation)).toBeLessThan(480);
  });

  it('exist only where the map has one, on equipment that is there', () => {
    const simulation = createSimulation(quiet);
    expect(simulation.pin('dws-1', 'holding', 8, 1)).toBe('unknown-register');
    expect(simulation.pin('dws-1', 'coil', 0, 1)).toBe('unknown-register');
    expect(simulation.pin('nowhere', 'holding', 0, 1)).toBe('unknown-equipment');
  });
});

describe('a scenario file', () => {
  const good = `version: 1
endpoints:
  - { id: room, port: 0 }
devices:
  - { id: s-1, model: generic-sump-2p, endpoint: room, unit: 1, parts: [s-1-a, s-1-b] }
`;
  const cases: readonly (readonly [string, string, string])[] = [
    ['an unknown field', `${good}speed: 3\n`, 'file.yaml:6:8 speed: unknown field'],
    [
      'another version',
      good.replace('version: 1', 'version: 2'),
      'file.yaml:1:10 version: expected 1, found 2',
    ],
    [
      'an impossible port',
      good.replace('port: 0', 'port: 70000'),
      'file.yaml:3:23 endpoints[0].port: expected',
    ],
    [
      'an unknown model',
      good.replace('generic-sump-2p', 'pump'),
      'file.yaml:5:23 devices[0].model: no such model',
    ],
    [
      'an unknown endpoint',
      good.replace('endpoint: room', 'endpoint: hall'),
      'devices[0].endpoint: no such endpoint',
    ],
    ['a missing part', good.replace(', s-1-b', ''), 'devices[0].parts: expected 2 parts, found 1'],
    ['one id twice', good.replace('s-1-b', 's-1-a'), 'devices[0].parts[1]: equipment s-1-a is there twice'],
    [
      'a fault that is not known',
      `${good}timeline:\n  - { afterMs: 1, inject: { equipment: s-1, fault: fire } }\n`,
      'file.yaml:7:27 timeline[0].inject: no such fault; known: s-1 overflow',
    ],
    ['broken YAML', 'version: [1\n', 'file.yaml:2:1 '],
    ['nothing', '', 'file.yaml:1:1 (file): expected a map'],
  ];
  it('that is right is read', () => {
    expect(parseScenario(good, 'file.yaml')).toMatchObject({ startHour: 9, timeline: [] });
  });
  for (const [name, text, message] of cases) {
    it(`with ${name} is refused at its line`, () => {
      expect(() => parseScenario(text, 'file.yaml')).toThrow(message);
    });
  }
  it('with several problems names all of them', () => {
    expect(() => parseScenario(good.replace('unit: 1', 'unit: 300').replace('version: 1', ''), 'f')).toThrow(
      /version: [^]*unit: /,
    );
  });
  it('that is not there is refused', () => {
    expect(() => loadScenario(`${folder}missing.yaml`)).toThrow(/missing\.yaml: cannot be read/);
  });
});
