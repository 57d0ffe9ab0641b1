/**
 * Puts a simulation on its wires: one server per Modbus or OPC UA endpoint, the clients of each MQTT endpoint. Loads
 * the libraries of a protocol only when the scenario speaks it. When they are refreshed is main.ts.
 */
import type { Protocol } from './devices/device.ts';
import type { FrameLog } from './frame-log.ts';
import type { ModbusEndpoint } from './modbus/endpoint.ts';
import type { MqttEndpoint } from './mqtt/endpoint.ts';
import type { OpcuaServer } from './opcua/server.ts';
import type { Scenario } from './scenario.ts';
import type { EndpointDef } from './scenario-parts.ts';
import type { Simulation } from './simulation.ts';

export interface RunningEndpoint {
  readonly id: string;
  readonly protocol: Protocol;
  /** Modbus, OPC UA: what it listens on; MQTT, Modbus dial-in: what it dials into; Modbus on a serial port: 0. */
  readonly port: number;
  /** Brings the wire up to what the simulation now holds. */
  refresh(): void;
  close(): Promise<void>;
  counters(): Readonly<Record<string, number>>;
}

export type PublishResult = 'done' | 'unknown-equipment' | 'not-connected';

export interface Endpoints {
  readonly list: readonly RunningEndpoint[];
  /** Faults and ledgers of the Modbus endpoints. Key: endpoint id. */
  readonly modbus: ReadonlyMap<string, ModbusEndpoint>;
  refresh(): void;
  /** Simulated time has passed: ledgers are brought up to it. */
  record(): void;
  /** Publishes raw bytes once for an MQTT device or a part of it. */
  publish(equipment: string, topic: string, payload: string): PublishResult;
  close(): Promise<void>;
}

export interface EndpointsOptions {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  readonly log: FrameLog;
  toPort(def: EndpointDef): number;
  /** UTC ms. */
  nowMs(): number;
  /** Wraps listening, to say which endpoint cannot have its port. */
  listen(server: { listen(port: number): Promise<number> }, what: string, port: number): Promise<number>;
}

/** Starts all endpoints side by side; does not wait for MQTT connections. @throws what `listen` throws. */
export async function startEndpoints(options: EndpointsOptions): Promise<Endpoints> {
  /** Key: endpoint id. */
  const mqtt = new Map<string, MqttEndpoint>();
  /** Key: endpoint id. */
  const modbus = new Map<string, ModbusEndpoint>();
  const { scenario } = options;
  const list = await Promise.all(
    scenario.endpoints.map((def) => startEndpoint(def, options, { mqtt, modbus })),
  );
  return {
    list,
    modbus,
    record() {
      for (const endpoint of modbus.values()) endpoint.record();
    },
    refresh() {
      for (const endpoint of list) endpoint.refresh();
    },
    publish(equipment, topic, payload) {
      const def = scenario.devices.find(({ id, parts }) => id === equipment || parts.includes(equipment));
      const endpoint = def && mqtt.get(def.endpoint);
      return endpoint ? endpoint.publish(def.id, topic, payload) : 'unknown-equipment';
    },
    async close() {
      await Promise.all(list.map((endpoint) => endpoint.close()));
    },
  };
}

function startEndpoint(
  def: EndpointDef,
  options: EndpointsOptions,
  { mqtt, modbus }: Shared,
): Promise<RunningEndpoint> {
  switch (def.protocol) {
    case 'modbus':
      return startModbus(def, options, modbus);
    case 'opcua':
      return startOpcua(def, options);
    case 'mqtt':
      return startMqtt(def, options, mqtt);
    default:
      return def satisfies never;
  }
}

/** Where the endpoints of a protocol enter themselves. Key: endpoint id. */
interface Shared {
  readonly mqtt: Map<string, MqttEndpoint>;
  readonly modbus: Map<string, ModbusEndpoint>;
}

type DefOf<P extends Protocol> = Extract<EndpointDef, { readonly protocol: P }>;

async function startModbus(
  def: DefOf<'modbus'>,
  options: EndpointsOptions,
  modbus: Map<string, ModbusEndpoint>,
): Promise<RunningEndpoint> {
  const { createModbusEndpoint } = await import('./modbus/endpoint.ts');
  const { scenario, simulation, log } = options;
  const endpoint = createModbusEndpoint({
    ...def,
    units: scenario.devices.flatMap((each) =>
      each.endpoint === def.id && each.unit !== null ? [each.unit] : [],
    ),
    findUnit: (unit) => simulation.unit(def.id, unit),
    log,
    nowMs: () => options.nowMs(),
  });
  endpoint.ledger.switch(def.ledger);
  for (const { endpoint: id, unit, fault } of scenario.wireFaults) {
    if (id === def.id) endpoint.setFault(unit, fault);
  }
  modbus.set(def.id, endpoint);
  const port = await listenAs(def, endpoint, options);
  // Its line asks the simulation at every request.
  return {
    ...base(def, port),
    refresh: () => {},
    close: () => endpoint.close(),
    counters: () => endpoint.counters(),
  };
}

async function startOpcua(def: DefOf<'opcua'>, options: EndpointsOptions): Promise<RunningEndpoint> {
  const { createOpcuaServer } = await import('./opcua/server.ts');
  const { simulation, log } = options;
  const server: OpcuaServer = createOpcuaServer({
    endpoint: def.id,
    namespace: def.namespace,
    objects: () => simulation.objects(def.id),
    log,
  });
  const port = await listenAs(def, server, options);
  return {
    ...base(def, port),
    refresh: () => server.refresh(),
    close: () => server.close(),
    counters: () => server.counters(),
  };
}

async function startMqtt(
  def: DefOf<'mqtt'>,
  options: EndpointsOptions,
  mqtt: Map<string, MqttEndpoint>,
): Promise<RunningEndpoint> {
  const { createMqttEndpoint } = await import('./mqtt/endpoint.ts');
  const { simulation, log } = options;
  const port = options.toPort(def);
  const endpoint = createMqttEndpoint({
    endpoint: def.id,
    port,
    password: def.password,
    objects: () => simulation.clients(def.id),
    log,
    nowMs: () => options.nowMs(),
  });
  mqtt.set(def.id, endpoint);
  return {
    ...base(def, port),
    refresh: () => endpoint.refresh(),
    close: async () => endpoint.close(),
    counters: () => ({ ...endpoint.counters() }),
  };
}

function base(
  { id, protocol }: EndpointDef,
  port: number,
): Pick<RunningEndpoint, 'id' | 'protocol' | 'port'> {
  return { id, protocol, port };
}

function listenAs(
  def: EndpointDef,
  server: { listen(port: number): Promise<number> },
  options: EndpointsOptions,
): Promise<number> {
  const isSerial = def.protocol === 'modbus' && def.line.transport === 'serial';
  return options.listen(server, `endpoint ${def.id}`, isSerial ? 0 : options.toPort(def));
}
