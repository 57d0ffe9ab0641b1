/** Scenario files of several protocols: what is read, and what is refused at its line. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenario, parseScenario } from '../../simulators/scenario.ts';
import { createSimulation } from '../../simulators/simulation.ts';
import { DEMO_ENDPOINTS, toPortVariable } from '../../src/cli/demo-text.ts';

const folder = fileURLToPath(new URL('../../simulators/scenarios/', import.meta.url));

const GOOD = `version: 1
endpoints:
  - { id: room, port: 0 }
  - { id: power, protocol: opcua, port: 0, namespace: "urn:a:b" }
  - { id: iot, protocol: mqtt, port: 0, password: secret }
devices:
  - { id: t-1, model: generic-transformer, endpoint: power }
  - { id: m-1, model: generic-switchboard, endpoint: power, upstream: { power: t-1 } }
  - { id: g-1, model: generic-generator, endpoint: power, upstream: { power: m-1 } }
  - { id: e-1, model: generic-transfer-switchboard, endpoint: power, upstream: { power: m-1, standby: g-1 } }
  - { id: s-1, model: generic-sump-2p, endpoint: room, unit: 1, parts: [s-1-a, s-1-b], upstream: { power: e-1 } }
`;

it('keeps protocol, namespace, password and what a device hangs on', () => {
  const { endpoints, devices } = parseScenario(GOOD, 'file.yaml');
  expect(endpoints).toEqual([
    { id: 'room', protocol: 'modbus', port: 0, line: { transport: 'tcp' }, framing: 'mbap', ledger: null },
    { id: 'power', protocol: 'opcua', port: 0, namespace: 'urn:a:b' },
    { id: 'iot', protocol: 'mqtt', port: 0, password: 'secret' },
  ]);
  expect(devices[3]?.upstream).toEqual({ power: 'm-1', standby: 'g-1' });
  expect(devices.map(({ unit }) => unit)).toEqual([null, null, null, null, 1]);
});

describe('a scenario is refused at its line', () => {
  const at = (from: string, to: string): string => {
    if (!GOOD.includes(from)) throw new Error(`${from} is not in the good one`);
    return GOOD.replace(from, to);
  };
  const cases: readonly (readonly [string, string, string])[] = [
    ['an unknown protocol', at('opcua', 'bacnet'), ':4:28 endpoints[1].protocol: expected modbus, opcua'],
    ['no namespace', at(', namespace: "urn:a:b"', ''), ':4:5 endpoints[1].namespace: expected a namespace'],
    ['a namespace that is none', at('urn:a:b', 'a b'), ':4:55 endpoints[1].namespace: expected a namespace'],
    ['no password', at(', password: secret', ''), ':5:5 endpoints[2].password: expected a password'],
    [
      'a password for Modbus',
      at('room, port: 0', 'room, port: 0, password: x'),
      ':3:36 endpoints[0].password: not for modbus',
    ],
    [
      'a namespace for MQTT',
      at('password: secret', 'password: x, namespace: "urn:a"'),
      ':5:65 endpoints[2].namespace: not for mqtt',
    ],
    [
      'a unit where there is none',
      at('generic-transformer, endpoint: power', 'generic-transformer, endpoint: power, unit: 1'),
      ':7:67 devices[0].unit: only Modbus has units, the endpoint is opcua',
    ],
    [
      'no unit on Modbus',
      at(' unit: 1,', ''),
      'devices[4].unit: expected a whole number 1–247, found nothing',
    ],
    [
      'a model on an endpoint of another protocol',
      at('generic-transformer, endpoint: power', 'generic-transformer, endpoint: iot'),
      ':7:54 devices[0].endpoint: generic-transformer speaks opcua, the endpoint mqtt',
    ],
    [
      'an unknown upstream',
      at('power: t-1', 'power: t-9'),
      ':8:80 devices[1].upstream.power: no such device: t-9',
    ],
    [
      'an unknown medium',
      at('power: t-1', 'steam: t-1'),
      ':8:80 devices[1].upstream.steam: unknown field; known: power, standby, water, linkage, main',
    ],
    ['a device that hangs on itself', at('power: t-1', 'power: m-1'), 'a circle: m-1 hangs on m-1'],
    [
      'a circle over several media',
      at('upstream: { power: m-1 } }', 'upstream: { water: e-1 } }'),
      'devices[2].upstream.water: a circle: e-1 hangs on g-1',
    ],
  ];
  for (const [name, text, message] of cases) {
    it(`for ${name}`, () => {
      expect(() => parseScenario(text, 'file.yaml')).toThrow(message);
    });
  }
});

describe('the shipped scenarios', () => {
  it('have the same building; only the demonstration has faults, of three protocols', () => {
    const demo = loadScenario(`${folder}demo.yaml`);
    const quiet = loadScenario(`${folder}quiet.yaml`);
    expect({ ...demo, timeline: [] }).toEqual(quiet);
    const faults = demo.timeline.map(({ afterMs, equipment, fault }) => `${afterMs} ${equipment} ${fault}`);
    expect(faults).toEqual([
      '20000 dws-1-pump-1 trip',
      '45000 acs-1-door-3 held-open',
      '75000 lift-2 door-fault',
    ]);
  });

  it('have the endpoints and ports that the help of demo names', () => {
    const { endpoints } = loadScenario(`${folder}demo.yaml`);
    expect(DEMO_ENDPOINTS.map(({ id, port }) => [id, port])).toEqual(
      endpoints.map(({ id, port }) => [id, port]),
    );
    expect(toPortVariable('fire-pump-room')).toBe('RISER_FIRE_PUMP_ROOM_PORT');
  });

  it('show every device on its wire, and the same ones an hour later', () => {
    const scenario = loadScenario(`${folder}quiet.yaml`);
    const simulation = createSimulation(scenario);
    const look = () =>
      scenario.endpoints.map(({ id, protocol }) =>
        protocol === 'mqtt'
          ? simulation.clients(id).map((each) => [each.id, each.messages.map(({ topic }) => topic)])
          : simulation.objects(id).map((each) => [each.id, [...each.variables.keys()]]),
      );
    const before = look();
    simulation.advance(3_600_000);
    expect(look()).toEqual(before);
    const shown = before.flat().length + scenario.devices.filter(({ unit }) => unit !== null).length;
    expect(shown).toBe(scenario.devices.length);
    expect(simulation.faults().every(({ isActive }) => !isActive)).toBe(true);
  }, 240_000);
});
