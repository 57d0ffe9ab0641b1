/** Reads one endpoint and one device of a scenario, and checks that they fit together. The file is scenario.ts. */
import { type DeviceModel, PROTOCOLS, type Protocol, type TableSizes } from './devices/device.ts';
import { DEVICE_MODELS } from './devices/index.ts';
import { MODBUS_FIELDS, type ModbusWireDef, readModbusWire, readSize } from './scenario-modbus.ts';
import { type Path, type Reader, toShown } from './yaml-reader.ts';

interface EndpointBase {
  readonly id: string;
  /**
   * Modbus, OPC UA: TCP port on 127.0.0.1 that the endpoint listens on; 0 = any free one. MQTT and Modbus dial-in: port
   * on 127.0.0.1 that the devices dial into; 0 = there is none, they stay silent. Modbus on a serial port: 0.
   */
  readonly port: number;
}

export interface ModbusEndpointDef extends EndpointBase, ModbusWireDef {
  readonly protocol: 'modbus';
}

export interface OpcuaEndpointDef extends EndpointBase {
  readonly protocol: 'opcua';
  /** Namespace URI of its nodes. */
  readonly namespace: string;
}

export interface MqttEndpointDef extends EndpointBase {
  readonly protocol: 'mqtt';
  /** Of every device; the user is the device's id. */
  readonly password: string;
}

export type EndpointDef = ModbusEndpointDef | OpcuaEndpointDef | MqttEndpointDef;

export interface DeviceDef {
  readonly id: string;
  /** Key into devices/index.ts. */
  readonly model: string;
  readonly endpoint: string;
  /** Modbus unit, 1–247; null on other protocols. */
  readonly unit: number | null;
  readonly parts: readonly string[];
  /** Only for models that ask for it. */
  readonly size?: TableSizes;
  /** Ids of the devices that it hangs on. */
  readonly upstream: Partial<Readonly<Record<Medium, string>>>;
}

/** What a device hangs on: `standby` is a second source of power, `main` a water main that it pumps into. */
export const MEDIA = ['power', 'standby', 'water', 'linkage', 'main'] as const;
export type Medium = (typeof MEDIA)[number];

const NAMESPACE = /^urn:[a-z0-9:-]{1,120}$/;
const MAX_PASSWORD_CHARS = 64;
const MAX_PORT = 65_535;

export function readEndpoint(reader: Reader, item: unknown, at: number): EndpointDef {
  const path = ['endpoints', at];
  const known = ['id', 'protocol', 'port', 'namespace', 'password', ...MODBUS_FIELDS];
  const fields = reader.fields(item, path, known);
  const isSerial = fields['transport'] === 'serial';
  if (isSerial && 'port' in fields) reader.problem([...path, 'port'], 'not for transport serial');
  const base = {
    id: reader.id(fields['id'], [...path, 'id']),
    port: isSerial ? 0 : reader.integer(fields['port'], [...path, 'port'], 0, MAX_PORT),
  };
  const protocol = readProtocol(reader, fields['protocol'] ?? 'modbus', [...path, 'protocol']);
  const refuse = (key: string): void => {
    if (key in fields) reader.problem([...path, key], `not for ${protocol}`);
  };
  if (protocol !== 'opcua') refuse('namespace');
  if (protocol !== 'mqtt') refuse('password');
  if (protocol !== 'modbus') for (const field of MODBUS_FIELDS) refuse(field);
  switch (protocol) {
    case 'modbus':
      return { ...base, protocol, ...readModbusWire(reader, fields, path) };
    case 'opcua': {
      const namespace = readNamespace(reader, fields['namespace'], [...path, 'namespace']);
      return { ...base, protocol, namespace };
    }
    case 'mqtt': {
      const password = readPassword(reader, fields['password'], [...path, 'password']);
      return { ...base, protocol, password };
    }
    default:
      return protocol satisfies never;
  }
}

export function readDevice(
  reader: Reader,
  item: unknown,
  at: number,
  endpoints: readonly EndpointDef[],
): DeviceDef {
  const path = ['devices', at];
  const fields = reader.fields(item, path, ['id', 'model', 'endpoint', 'unit', 'parts', 'size', 'upstream']);
  const endpointId = reader.id(fields['endpoint'], [...path, 'endpoint']);
  const endpoint = endpoints.find(({ id }) => id === endpointId);
  if (!endpoint) {
    const known = endpoints.map(({ id }) => id).join(', ');
    reader.problem([...path, 'endpoint'], `no such endpoint; known: ${known}`);
  }
  const size = readSize(reader, fields['size'], [...path, 'size']);
  const device = {
    ...(size === undefined ? {} : { size }),
    id: reader.id(fields['id'], [...path, 'id']),
    model: reader.id(fields['model'], [...path, 'model']),
    endpoint: endpointId,
    unit: readUnit(reader, fields, path, endpoint?.protocol ?? 'modbus'),
    parts: reader
      .list(fields['parts'] ?? [], [...path, 'parts'])
      .map((part, index) => reader.id(part, [...path, 'parts', index])),
    upstream: readUpstream(reader, fields['upstream'] ?? {}, [...path, 'upstream']),
  };
  checkModel(reader, path, device, endpoint?.protocol);
  return device;
}

/** @param devices of the whole scenario. */
export function refuseDoubles(
  reader: Reader,
  endpoints: readonly EndpointDef[],
  devices: readonly DeviceDef[],
): void {
  const seen = new Set<string>();
  const once = (key: string, path: Path): void => {
    if (seen.has(key)) reader.problem(path, `${key} is there twice`);
    seen.add(key);
  };
  for (const [at, endpoint] of endpoints.entries()) {
    const { id, port } = endpoint;
    once(`endpoint ${id}`, ['endpoints', at, 'id']);
    if (port !== 0 && !isDialling(endpoint)) once(`port ${port}`, ['endpoints', at, 'port']);
  }
  for (const [at, device] of devices.entries()) {
    once(`equipment ${device.id}`, ['devices', at, 'id']);
    if (device.unit !== null) once(`unit ${device.unit} of ${device.endpoint}`, ['devices', at, 'unit']);
    for (const [index, part] of device.parts.entries())
      once(`equipment ${part}`, ['devices', at, 'parts', index]);
  }
}

/** Modems may dial into one port; what listens may not share it. */
function isDialling(endpoint: EndpointDef): boolean {
  return endpoint.protocol === 'modbus' && endpoint.line.transport === 'dial-in';
}

/** Every upstream must be a device, and nothing may hang on itself by way of others. */
export function refuseCircles(reader: Reader, devices: readonly DeviceDef[]): void {
  const byId = new Map(devices.map((device) => [device.id, device]));
  for (const [at, device] of devices.entries()) {
    for (const medium of MEDIA) {
      const id = device.upstream[medium];
      if (id === undefined) continue;
      const path = ['devices', at, 'upstream', medium];
      if (!byId.has(id)) reader.problem(path, `no such device: ${id}`);
      else if (reaches(byId, id, device.id)) reader.problem(path, `a circle: ${id} hangs on ${device.id}`);
    }
  }
}

/** Whether `target` is met on the way up from `from`. */
function reaches(byId: ReadonlyMap<string, DeviceDef>, from: string, target: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === target) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...Object.values(byId.get(id)?.upstream ?? {}));
  }
  return false;
}

function readProtocol(reader: Reader, value: unknown, path: Path): Protocol {
  const found = PROTOCOLS.find((each) => each === value);
  if (found === undefined) reader.problem(path, `expected ${PROTOCOLS.join(', ')}, found ${toShown(value)}`);
  return found ?? 'modbus';
}

function readNamespace(reader: Reader, value: unknown, path: Path): string {
  if (typeof value === 'string' && NAMESPACE.test(value)) return value;
  reader.problem(path, `expected a namespace like urn:riser:demo:lifts, found ${toShown(value)}`);
  return '';
}

function readPassword(reader: Reader, value: unknown, path: Path): string {
  if (typeof value === 'string' && value.length > 0 && value.length <= MAX_PASSWORD_CHARS) return value;
  reader.problem(path, `expected a password of 1–${MAX_PASSWORD_CHARS} characters`);
  return '';
}

function readUnit(
  reader: Reader,
  fields: Readonly<Record<string, unknown>>,
  path: Path,
  protocol: Protocol,
): number | null {
  if (protocol === 'modbus') return reader.integer(fields['unit'], [...path, 'unit'], 1, 247);
  if ('unit' in fields)
    reader.problem([...path, 'unit'], `only Modbus has units, the endpoint is ${protocol}`);
  return null;
}

function readUpstream(reader: Reader, value: unknown, path: Path): DeviceDef['upstream'] {
  const fields = reader.fields(value, path, MEDIA);
  const named = MEDIA.filter((medium) => medium in fields);
  return Object.fromEntries(named.map((medium) => [medium, reader.id(fields[medium], [...path, medium])]));
}

function checkModel(reader: Reader, path: Path, device: DeviceDef, protocol: Protocol | undefined): void {
  const model: DeviceModel | undefined = DEVICE_MODELS.get(device.model);
  if (!model) {
    reader.problem([...path, 'model'], `no such model; known: ${[...DEVICE_MODELS.keys()].join(', ')}`);
    return;
  }
  if (device.parts.length !== model.partCount) {
    const found = `expected ${model.partCount} parts, found ${device.parts.length}`;
    reader.problem([...path, 'parts'], found);
  }
  if (device.size !== undefined && !(model.protocol === 'modbus' && model.hasSize === true)) {
    reader.problem([...path, 'size'], `${device.model} has a map of its own`);
  }
  if (protocol !== undefined && protocol !== model.protocol) {
    reader.problem(
      [...path, 'endpoint'],
      `${device.model} speaks ${model.protocol}, the endpoint ${protocol}`,
    );
  }
}
