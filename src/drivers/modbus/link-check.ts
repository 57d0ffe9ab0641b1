/**
 * Problems across the properties of one Modbus link: which belong to its transport and framing, and which two links must
 * not share. Properties that have a default are judged by whether they differ from it, because the loader has filled them
 * in by then. The properties themselves are schema.ts's.
 *
 * | transport | wanted                 | refused beside it                                       |
 * | tcp       | host                   | device, listen, registration, heartbeat                 |
 * | serial    | device                 | host, port, backup, listen, registration, heartbeat, framing mbap |
 * | dial-in   | listen, registration   | host, port, backup, device                              |
 *
 * baudRate, parity, dataBits and stopBits belong to framings of a bus (rtu, ascii): over a socket they say what the
 * converter at its end is set to, and are reckoned with.
 */
import { isAbsolute, normalize } from 'node:path';
import type { ListenPlace, RuleIssue } from '../../config/catalog.ts';
import { toCommonHost } from '../../config/listeners.ts';
import type { Framing, ModbusLink } from './schema.ts';
import { toBytes } from './wires/marks.ts';

type Key = keyof ModbusLink;

interface Belongings {
  readonly wanted: readonly Key[];
  readonly refused: readonly Key[];
}

const OF_TRANSPORT: Readonly<Record<ModbusLink['transport'], Belongings>> = {
  tcp: { wanted: ['host'], refused: ['device', 'listen', 'registration', 'heartbeat'] },
  serial: {
    wanted: ['device'],
    refused: ['host', 'port', 'backup', 'listen', 'registration', 'heartbeat'],
  },
  'dial-in': { wanted: ['listen', 'registration'], refused: ['host', 'port', 'backup', 'device'] },
};
const OF_BUS: readonly Key[] = ['baudRate', 'parity', 'dataBits', 'stopBits'];

const DEFAULT_PORT = 502;

/** @param defaults of the schema's properties */
export function checkModbusLink(
  link: ModbusLink,
  framing: Framing,
  defaults: Readonly<Partial<Record<Key, unknown>>>,
): readonly RuleIssue[] {
  const { wanted, refused } = OF_TRANSPORT[link.transport];
  const isGiven = (key: Key): boolean => link[key] !== undefined && link[key] !== defaults[key];
  const missing = wanted.filter((key) => link[key] === undefined);
  const strange = refused.filter(isGiven);
  const ofBus = framing === 'mbap' ? OF_BUS.filter(isGiven) : [];
  return [
    ...missing.map((path) => ({
      path,
      expected: `${path} for transport ${link.transport}`,
      found: 'nothing',
    })),
    ...strange.map((path) => toRefusal(link, path, `no ${path} for transport ${link.transport}`)),
    ...ofBus.map((path) => toRefusal(link, path, `no ${path} for framing mbap`)),
    ...checkFraming(link, framing),
    ...checkBytes(link),
    ...checkHeartbeat(link),
    ...checkDevice(link),
    ...checkBackup(link),
  ];
}

function toRefusal(link: ModbusLink, path: Key, expected: string): RuleIssue {
  const value = link[path];
  return { path, expected, found: typeof value === 'object' ? 'a mapping' : JSON.stringify(value) };
}

function checkFraming({ transport, dataBits }: ModbusLink, framing: Framing): readonly RuleIssue[] {
  if (framing === 'mbap' && transport === 'serial')
    return [{ path: 'framing', expected: 'rtu or ascii for transport serial', found: '"mbap"' }];
  // Bytes of a frame use all eight bits (MODBUS over Serial Line V1.02, 2.5.1).
  if (framing === 'rtu' && dataBits === 7)
    return [{ path: 'dataBits', expected: '8 for framing rtu', found: '7' }];
  return [];
}

function checkBytes(link: ModbusLink): readonly RuleIssue[] {
  return (['registration', 'heartbeat'] as const).flatMap((path) => {
    const bytes = link[path];
    if (bytes === undefined || (bytes.text === undefined) !== (bytes.hex === undefined)) return [];
    return [{ path, expected: 'text or hex', found: bytes.text === undefined ? 'neither' : 'both' }];
  });
}

/**
 * What of the two is longer would be taken for the shorter one and a rest that is no frame. Equal ones are no matter: a
 * registration that comes again is passed over like a heartbeat.
 */
function checkHeartbeat({ transport, registration, heartbeat }: ModbusLink): readonly RuleIssue[] {
  if (transport !== 'dial-in' || registration === undefined || heartbeat === undefined) return [];
  const [name, beat] = [toLatin(registration), toLatin(heartbeat)];
  const isApart =
    name === '' || beat === '' || name === beat || !(name.startsWith(beat) || beat.startsWith(name));
  if (isApart) return [];
  const expected = 'a heartbeat that does not begin with the registration, nor is the beginning of it';
  return [{ path: 'heartbeat', expected, found: JSON.stringify(heartbeat.text ?? heartbeat.hex) }];
}

/** What a relative path means depends on where the gateway was started. */
function checkDevice({ transport, device }: ModbusLink): readonly RuleIssue[] {
  if (transport !== 'serial' || device === undefined || isAbsolute(device)) return [];
  const expected = 'the whole path of the port, such as /dev/serial/by-id/… or /dev/ttyUSB0';
  return [{ path: 'device', expected, found: JSON.stringify(device) }];
}

function checkBackup(link: ModbusLink): readonly RuleIssue[] {
  const [first, second] = toModbusEndpoints(link);
  if (link.transport !== 'tcp' || second === undefined || first !== second) return [];
  return [{ path: 'backup', expected: 'another way to the device than host and port', found: 'the same' }];
}

/** Unit 0 of a bus is everybody on it: nobody answers, and a write would reach all of them. */
export function checkUnit(unit: number, framing: Framing): readonly RuleIssue[] {
  if (unit !== 0 || framing === 'mbap') return [];
  return [{ path: 'unit', expected: '1 to 255 on a bus (0 is all devices at once)', found: '0' }];
}

/**
 * Where the link ends: `tcp host:port` (and that of its backup), `serial /dev/…`, `dial-in host:port registration`. Links
 * may share a place to dial in, but not a registration.
 */
export function toModbusEndpoints(link: ModbusLink): readonly string[] {
  const { transport, host, port, backup, device, listen } = link;
  if (transport === 'tcp') {
    const ways = [...(host === undefined ? [] : [{ host, port }]), ...(backup === undefined ? [] : [backup])];
    return ways.map((way) => `tcp ${toPlace(way.host, way.port ?? DEFAULT_PORT)}`);
  }
  if (transport === 'serial') return device === undefined ? [] : [`serial ${normalize(device)}`];
  if (listen === undefined) return [];
  return [`dial-in ${toPlace(listen.host, listen.port)} ${toRegistration(link)}`];
}

/** By what a modem is told from others that dial in at the same port; left out where it is missing. */
export function toOpening({ registration }: ModbusLink): ListenPlace['opening'] {
  const bytes = toLatin(registration);
  return bytes === '' ? undefined : { key: 'registration', bytes };
}

function toPlace(host: string, port: number): string {
  return `${toCommonHost(host)}:${port}`;
}

/** The same bytes in the same words, whether they were written as text or as hexadecimal digits. */
function toRegistration({ registration }: ModbusLink): string {
  const bytes = Buffer.from(toLatin(registration), 'latin1');
  const isPlain = bytes.length > 0 && bytes.every((byte) => byte > 0x20 && byte < 0x7f);
  return isPlain ? bytes.toString('latin1') : bytes.toString('hex').toUpperCase();
}

/** Bytes as characters of Latin-1; empty where neither text nor digits are given, which is reported elsewhere. */
function toLatin(bytes: ModbusLink['registration']): string {
  const isGiven = bytes?.text !== undefined || bytes?.hex !== undefined;
  return isGiven ? toBytes(bytes).toString('latin1') : '';
}
