/**
 * Reads what only Modbus has in a scenario: how an endpoint is reached, how large a test pattern is, and what is wrong
 * on the wire from the beginning. The rest of endpoints and devices is scenario-parts.ts.
 *
 *   transport   tcp      listens on `port` (default)
 *               serial   `path`, baudRate 9600, parity even, dataBits 8, stopBits 1
 *               dial-in  dials `port`; `registration` {text} or {hex}, `heartbeat` {text or hex, everyMs}, reconnectMs 1000
 *   framing     mbap on tcp, rtu elsewhere, unless it says otherwise
 *   ledger      true, or values kept per address
 */
import { TABLES, type TableSizes } from './devices/device.ts';
import type { Transport } from './modbus/endpoint.ts';
import { FRAMINGS, type Framing } from './modbus/framing.ts';
import { LEDGER_LIMITS } from './modbus/ledger.ts';
import { parseWireFault, toMisplacement } from './modbus/wire-fault-parse.ts';
import type { WireFault } from './modbus/wire-faults.ts';
import { type Fields, type Path, type Reader, toShown } from './yaml-reader.ts';

export interface ModbusWireDef {
  readonly line: Transport;
  readonly framing: Framing;
  /** Values kept per address; null = no ledger. */
  readonly ledger: number | null;
}

export interface WireFaultDef {
  readonly endpoint: string;
  readonly unit: number | null;
  readonly fault: WireFault;
}

const OF_SERIAL = ['path', 'baudRate', 'parity', 'dataBits', 'stopBits'] as const;
const OF_DIAL_IN = ['registration', 'heartbeat', 'reconnectMs'] as const;
/** Fields of an endpoint that only Modbus has. */
export const MODBUS_FIELDS = ['transport', 'framing', 'ledger', ...OF_SERIAL, ...OF_DIAL_IN] as const;

const TRANSPORTS = ['tcp', 'serial', 'dial-in'] as const;
const MAX_PATH_CHARS = 4_096;
const MAX_BYTES = 64;
const MAX_PAUSE_MS = 3_600_000;
/** Addresses of one table of a test pattern; those behind take writes. */
const MAX_SIZE = 10_000;

/** @param path of the endpoint. */
export function readModbusWire(reader: Reader, fields: Fields, path: Path): ModbusWireDef {
  const transport = readChoice(reader, fields['transport'] ?? 'tcp', [...path, 'transport'], TRANSPORTS);
  const usual = transport === 'tcp' ? 'mbap' : 'rtu';
  for (const [own, name] of [
    ['serial', OF_SERIAL],
    ['dial-in', OF_DIAL_IN],
  ] as const) {
    const stray = own === transport ? undefined : name.find((each) => each in fields);
    if (stray !== undefined) reader.problem([...path, stray], `not for transport ${transport}`);
  }
  return {
    line: readLine(reader, transport, fields, path),
    framing: readChoice(reader, fields['framing'] ?? usual, [...path, 'framing'], FRAMINGS),
    ledger: readLedger(reader, fields['ledger'] ?? false, [...path, 'ledger']),
  };
}

/** @returns nothing where the scenario says nothing. */
export function readSize(reader: Reader, value: unknown, path: Path): TableSizes | undefined {
  if (value === undefined) return undefined;
  const fields = reader.fields(value, path, TABLES);
  const named = TABLES.filter((table) => table in fields);
  return Object.fromEntries(
    named.map((table) => [table, reader.integer(fields[table], [...path, table], 0, MAX_SIZE)]),
  );
}

/** An endpoint, as far as faults of its wire depend on it. */
interface FaultyEndpoint extends Pick<ModbusWireDef, 'framing' | 'line'> {
  readonly units: readonly number[];
}

/** @param endpoints key: id. */
export function readWireFault(
  reader: Reader,
  item: unknown,
  path: Path,
  endpoints: ReadonlyMap<string, FaultyEndpoint>,
): readonly WireFaultDef[] {
  const fields = reader.fields(item, path, ['endpoint', 'unit', 'fault']);
  const id = reader.id(fields['endpoint'], [...path, 'endpoint']);
  const endpoint = endpoints.get(id);
  if (endpoint === undefined) {
    const known = [...endpoints.keys()].join(', ');
    reader.problem([...path, 'endpoint'], `no such Modbus endpoint; known: ${known}`);
    return [];
  }
  const unit =
    fields['unit'] === undefined ? null : reader.integer(fields['unit'], [...path, 'unit'], 1, 247);
  if (unit !== null && !endpoint.units.includes(unit)) {
    reader.problem([...path, 'unit'], `no such unit; known: ${endpoint.units.join(', ')}`);
  }
  const parsed = parseWireFault(fields['fault']);
  const place = { framing: endpoint.framing, transport: endpoint.line.transport, unit };
  const expected = parsed.isGood ? toMisplacement(parsed.fault.kind, place) : parsed.expected;
  if (expected !== null) reader.problem([...path, 'fault'], `expected ${expected}`);
  return parsed.isGood ? [{ endpoint: id, unit, fault: parsed.fault }] : [];
}

function readLine(
  reader: Reader,
  transport: (typeof TRANSPORTS)[number],
  fields: Fields,
  path: Path,
): Transport {
  const at = (name: string): Path => [...path, name];
  switch (transport) {
    case 'tcp':
      return { transport };
    case 'serial':
      return {
        transport,
        path: readPath(reader, fields['path'], at('path')),
        baudRate: reader.integer(fields['baudRate'] ?? 9_600, at('baudRate'), 300, 921_600),
        parity: readChoice(reader, fields['parity'] ?? 'even', at('parity'), ['none', 'even', 'odd']),
        dataBits: readChoice(reader, fields['dataBits'] ?? 8, at('dataBits'), [7, 8]),
        stopBits: readChoice(reader, fields['stopBits'] ?? 1, at('stopBits'), [1, 2]),
      };
    case 'dial-in':
      return {
        transport,
        registration: readBytes(reader, fields['registration'], at('registration')),
        heartbeat: readHeartbeat(reader, fields['heartbeat'], at('heartbeat')),
        reconnectMs: reader.integer(fields['reconnectMs'] ?? 1_000, at('reconnectMs'), 10, MAX_PAUSE_MS),
      };
    default:
      return transport satisfies never;
  }
}

function readHeartbeat(
  reader: Reader,
  value: unknown,
  path: Path,
): { readonly bytes: Buffer; readonly everyMs: number } | null {
  if (value === undefined) return null;
  const { everyMs, ...bytes } = reader.fields(value, path, ['text', 'hex', 'everyMs']);
  return {
    bytes: readBytes(reader, bytes, path),
    everyMs: reader.integer(everyMs, [...path, 'everyMs'], 10, MAX_PAUSE_MS),
  };
}

/** `{text: DTU0001}` or `{hex: "FE 01"}`. */
function readBytes(reader: Reader, value: unknown, path: Path): Buffer {
  const { text, hex } = reader.fields(value, path, ['text', 'hex']);
  const isHex = typeof hex === 'string' && /^([0-9A-Fa-f]{2} ?)+$/.test(hex) && text === undefined;
  const isText = typeof text === 'string' && text !== '' && hex === undefined;
  const bytes = isHex ? Buffer.from(hex.replaceAll(' ', ''), 'hex') : Buffer.from(isText ? text : '', 'utf8');
  if ((isHex || isText) && bytes.length <= MAX_BYTES) return bytes;
  reader.problem(path, `expected text or hex, 1–${MAX_BYTES} bytes, found ${toShown(value)}`);
  return bytes;
}

function readPath(reader: Reader, value: unknown, path: Path): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_PATH_CHARS) return value;
  reader.problem(path, `expected the path of a serial port, found ${toShown(value)}`);
  return '';
}

function readLedger(reader: Reader, value: unknown, path: Path): number | null {
  if (typeof value === 'boolean') return value ? LEDGER_LIMITS.size : null;
  return reader.integer(value, path, 1, LEDGER_LIMITS.maxSize);
}

function readChoice<const T extends string | number>(
  reader: Reader,
  value: unknown,
  path: Path,
  choices: readonly [T, ...T[]],
): T {
  const found = choices.find((each) => each === value);
  if (found === undefined) reader.problem(path, `expected ${choices.join(', ')}, found ${toShown(value)}`);
  return found ?? choices[0];
}
