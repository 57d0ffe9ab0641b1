/**
 * The whole demo building for end-to-end tests: simulators and gateway as processes, a wire that can be cut in front
 * of every endpoint (for MQTT between the devices and the broker), and an engineer who is logged in and listens.
 * What is done to it and what must follow is the test's business.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { AlarmView, LinkView, PointView, TicketView } from '../../src/api/schemas.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import { startSimulators } from '../../src/simulation/process.ts';
import type { ApiClient } from '../support/client.ts';
import { request } from '../support/client.ts';
import { type ChildGateway, control, PLANT_READY_MS, PROJECT, startChildGateway } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { freePorts } from '../support/ports.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import { createWire, type Wire } from '../support/wire.ts';
import { type Listener, listen } from './live.ts';

/** Endpoints of the quiet scenario and links of the demo's site. */
export const SERVERS = [
  'pump-room',
  'sump-room',
  'fire-pump-room',
  'fire-control-room',
  'lift-server',
  'power-server',
] as const;
export const BROKER = 'iot';
export type LinkName = (typeof SERVERS)[number] | typeof BROKER;

/** The database is another test's matter (influx.test.ts); here its absence would be an alarm of the gateway. */
const INFLUX = /^influx:\n(?: .*\n)+/m;
/** Many times the demo's: on a machine that does other work, too, "good all the time" must not hang on one answer. */
export const MODBUS_TIMEOUT_MS = 4_000;
/** Nothing was read yet, on two busy cores. */
const ALL_GOOD_MS = 120_000;

export interface BuildingOptions {
  /** How many times faster than life the plant runs; MQTT devices keep their beat. Default 1. */
  readonly speed?: number;
  /** Changes the demo's site file before it is used. */
  readonly site?: (text: string) => string;
  /** Broker that the devices dial into; default: the gateway's own. */
  readonly brokerPort?: number;
  /** A broker of its own that the gateway dials into through its wire; default: none, it has its own. */
  readonly gatewayBrokerPort?: number;
}

export interface Building extends AsyncDisposable {
  readonly plant: SimulatorProcess;
  readonly gateway: ChildGateway;
  readonly api: ApiClient;
  readonly live: Listener;
  readonly wires: Readonly<Record<LinkName, Wire>>;
  /** Between the MQTT devices and their broker; the wire of the link unless the gateway has a wire to that broker. */
  readonly devices: Wire;
  /** Of the gateway's own broker, without a wire. */
  readonly brokerPort: number;
  /** From the start of the gateway, ms: ready, first good reading, all points good. */
  readonly times: { readonly readyMs: number; readonly firstMs: number; readonly allGoodMs: number };
  points(): Promise<readonly PointView[]>;
  point(id: string): Promise<PointView>;
  link(id: LinkName): Promise<LinkView>;
  alarms(): Promise<readonly AlarmView[]>;
  /** Open tickets. */
  tickets(): Promise<readonly TicketView[]>;
  /** `equipment fault` to inject or clear. */
  inject(fault: string): Promise<void>;
  clear(fault: string): Promise<void>;
  control(method: string, path: string, body?: unknown): Promise<void>;
  /** Counters of an endpoint of the simulators. */
  counters(endpoint: LinkName): Promise<Readonly<Record<string, number>>>;
  /** Points of the link, those of the parts included. */
  pointsOf(link: LinkName): readonly string[];
  /** Waits until every point that may ever be good is. @returns how long it took, ms. */
  untilGood(timeoutMs: number, matches?: (point: string) => boolean): Promise<number>;
}

/** Zones 7 and 8 of the fire panel are not programmed (docs/register-maps.md). */
export const isProgrammed = (point: string): boolean => !/^fire-panel-1-zone-[78]\//.test(point);

/** Resolves when every point is good. The caller ends it. */
export async function startBuilding(options: BuildingOptions = {}): Promise<Building> {
  await using made = new AsyncDisposableStack();
  const data = made.adopt(createTemporaryDirectory(), (directory) => directory.remove());
  const [ownBrokerPort] = (await freePorts(1)) as [number];
  const devicesWire = made.use(await createWire(options.brokerPort ?? ownBrokerPort));
  const plant = made.adopt(await startPlant(options.speed ?? 1, devicesWire.port), (each) => each.stop());
  const wires: Record<string, Wire> = {};
  for (const id of SERVERS) wires[id] = made.use(await createWire(plant.ports[id] as number));
  const { gatewayBrokerPort } = options;
  wires[BROKER] =
    gatewayBrokerPort === undefined ? devicesWire : made.use(await createWire(gatewayBrokerPort));
  const brokerPort = gatewayBrokerPort === undefined ? ownBrokerPort : wires[BROKER].port;
  const config = `${data.path}/site.yaml`;
  const text = readFileSync(`${PROJECT}/config/demo.yaml`, 'utf8')
    .replace(INFLUX, '')
    .replaceAll('timeoutMs: 500', `timeoutMs: ${MODBUS_TIMEOUT_MS}`);
  writeFileSync(config, options.site?.(text) ?? text);
  const startedMs = performance.now();
  const gateway = made.use(
    await startChildGateway({
      data: `${data.path}/data`,
      config,
      pumpRoomPort: (wires['pump-room'] as Wire).port,
      sumpRoomPort: (wires['sump-room'] as Wire).port,
      env: toEnvironment(wires, brokerPort),
    }),
  );
  const readyMs = performance.now() - startedMs;
  const api = await gateway.login('engineer');
  const live = made.use(await listen(api));
  const readings = new Readings(api);
  const firstMs = await untilAny(readings, startedMs);
  await readings.untilGood(ALL_GOOD_MS);
  const allGoodMs = performance.now() - startedMs;
  const ofLink = await readLinks(api);
  const parts = made.move();
  return {
    plant,
    gateway,
    api,
    live,
    wires: wires as Record<LinkName, Wire>,
    devices: devicesWire,
    brokerPort,
    times: { readyMs, firstMs, allGoodMs },
    points: () => readings.all(),
    point: async (id) =>
      found(
        (await readings.all()).find((point) => point.id === id),
        id,
      ),
    link: async (id) =>
      found(
        (await list<LinkView>(api, '/api/v1/links')).find(({ link }) => link === id),
        id,
      ),
    alarms: () => list<AlarmView>(api, '/api/v1/alarms?state=all&limit=500'),
    tickets: () => list<TicketView>(api, '/api/v1/tickets?state=open&limit=500'),
    inject: (fault) => setFault(plant, 'POST', fault),
    clear: (fault) => setFault(plant, 'DELETE', fault),
    control: (method, path, body) => control(plant, method, path, body),
    counters: (endpoint) => readCounters(plant, endpoint),
    pointsOf: (link) => ofLink.get(link) ?? [],
    untilGood: (timeoutMs, matches) => readings.untilGood(timeoutMs, matches),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

function startPlant(speed: number, brokerPort: number): Promise<SimulatorProcess> {
  return startSimulators({
    scenario: `${PROJECT}/simulators/scenarios/quiet.yaml`,
    speed,
    isAnyPort: true,
    readyTimeoutMs: PLANT_READY_MS,
    ports: { [BROKER]: brokerPort },
  });
}

function toEnvironment(wires: Readonly<Record<string, Wire>>, brokerPort: number): Record<string, string> {
  const variable = (id: string): string => `RISER_${id.toUpperCase().replaceAll('-', '_')}_PORT`;
  const servers = SERVERS.map((id) => [variable(id), String((wires[id] as Wire).port)] as const);
  return { ...Object.fromEntries(servers), [variable(BROKER)]: String(brokerPort) };
}

async function list<T>(api: ApiClient, path: string): Promise<readonly T[]> {
  const { items } = await api.read<{ items: T[]; total?: number }>(path);
  return items;
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what}`);
  return value;
}

class Readings {
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** All points of the field; the gateway's own are another matter. */
  async all(): Promise<readonly PointView[]> {
    const points = await list<PointView>(this.#api, '/api/v1/points');
    return points.filter(({ equipment }) => !equipment.startsWith('gateway'));
  }

  async untilGood(timeoutMs: number, matches: (point: string) => boolean = () => true): Promise<number> {
    const fromMs = performance.now();
    let bad: readonly string[] = [];
    const isGood = async (): Promise<boolean> => {
      const points = (await this.all()).filter(({ id }) => isProgrammed(id) && matches(id));
      bad = points
        .filter(({ quality }) => quality !== 'good')
        .map(({ id, qualityReason }) => `${id} ${qualityReason}`);
      return points.length > 0 && bad.length === 0;
    };
    await until(isGood, { timeoutMs, what: 'all points to be good' }).catch((error: unknown) => {
      throw new Error(`not good after ${timeoutMs} ms: ${bad.join(', ')}`, { cause: error });
    });
    return performance.now() - fromMs;
  }
}

async function untilAny(readings: Readings, startedMs: number): Promise<number> {
  await until(async () => (await readings.all()).some(({ quality }) => quality === 'good'), {
    timeoutMs: ALL_GOOD_MS,
    what: 'the first good reading',
  });
  return performance.now() - startedMs;
}

interface Placed {
  readonly id: string;
  readonly link: string | null;
  readonly points: readonly string[];
}

async function readLinks(api: ApiClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const equipment = await list<Placed>(api, '/api/v1/equipment');
  const byLink = Map.groupBy(equipment, ({ link }) => link ?? '');
  return new Map([...byLink].map(([link, items]) => [link, items.flatMap(({ points }) => points)]));
}

async function setFault(plant: SimulatorProcess, method: 'POST' | 'DELETE', text: string): Promise<void> {
  const [equipment, fault] = text.split(' ');
  if (method === 'POST') await control(plant, 'POST', '/faults', { equipment, fault });
  else await control(plant, 'DELETE', `/faults/${equipment}/${fault}`);
}

async function readCounters(
  plant: SimulatorProcess,
  endpoint: LinkName,
): Promise<Readonly<Record<string, number>>> {
  const state = (await request(plant.controlUrl, 'GET', '/state')).body as {
    readonly endpoints: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
  return found(state.endpoints[endpoint], `endpoint ${endpoint}`);
}
