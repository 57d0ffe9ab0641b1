/**
 * What a configuration says of Modbus: link, equipment, profile section, point address. Defaults are written
 * here only. Checks across the properties of one address stand in address-check.ts; references and positions in
 * files are the loader's business.
 */
import Type, { type Static, type TSchema } from 'typebox';
import Value from 'typebox/value';
import type { ProtocolSchema } from '../../config/catalog.ts';
import { LIMITS } from '../../core/limits.ts';
import { BYTE_ORDERS, REGISTER_TYPES, WORD_ORDERS } from '../../profiles/decoders.ts';
import { createFiller } from '../defaults.ts';
import { checkAddress, checkWrite, isBitTable, LAST_ADDRESS } from './address-check.ts';
import { checkAddressAreas, checkAreas } from './area-check.ts';
import { checkModbusLink, checkUnit, toModbusEndpoints, toOpening } from './link-check.ts';
import { toModbusWay } from './link-way.ts';
import { checkValue } from './value-check.ts';

export { isBitTable };

export const TABLES = ['holding', 'input', 'coil', 'discrete'] as const;
export type Table = (typeof TABLES)[number];

const TRANSPORTS = ['tcp', 'serial', 'dial-in'] as const;
const FRAMINGS = ['mbap', 'rtu', 'ascii'] as const;
export type Framing = (typeof FRAMINGS)[number];
const PARITIES = ['none', 'even', 'odd'] as const;

const choice = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });

const closed = <P extends Record<string, TSchema>>(properties: P, options: object = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

const HostName = Type.String({ minLength: 1, maxLength: 253, description: 'Host name or IP address' });
const PortNumber = Type.Integer({ minimum: 1, maximum: 65_535 });
const TimeoutMs = { minimum: 50, maximum: 60_000 };

/** Bytes as people write them down: text, or hexadecimal digits. Exactly one of the two. */
const BytesSchema = closed({
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  hex: Type.Optional(
    Type.String({ pattern: '^([0-9A-Fa-f]{2} ?){1,64}$', expected: 'hexadecimal bytes such as "01 FF"' }),
  ),
});

const link = {
  transport: choice(TRANSPORTS, {
    default: 'tcp',
    description: 'tcp: we connect to host; serial: a serial port; dial-in: a modem connects to us',
  }),
  framing: Type.Optional(
    choice(FRAMINGS, { description: 'How frames look; default mbap on tcp, rtu on serial and dial-in' }),
  ),
  host: Type.Optional(HostName),
  port: Type.Optional(Type.Integer({ ...PortNumber, default: 502 })),
  backup: Type.Optional(
    closed(
      { host: HostName, port: Type.Optional(PortNumber) },
      { description: 'Second way to the same device, tried when the first fails' },
    ),
  ),
  device: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_096,
      description: 'Serial port; a name under /dev/serial/by-id or by-path stays the same after a restart',
    }),
  ),
  baudRate: Type.Optional(
    Type.Integer({
      minimum: 300,
      maximum: 921_600,
      default: 9_600,
      description: 'Of the serial port, or of the converter behind a socket (framing rtu or ascii)',
    }),
  ),
  parity: Type.Optional(choice(PARITIES, { default: 'even' })),
  dataBits: Type.Optional(Type.Integer({ minimum: 7, maximum: 8, default: 8 })),
  stopBits: Type.Optional(Type.Integer({ minimum: 1, maximum: 2, default: 1 })),
  listen: Type.Optional(
    closed(
      {
        host: Type.String({ minLength: 1, maxLength: 253, default: '127.0.0.1' }),
        port: Type.Integer({ minimum: 0, maximum: 65_535 }),
      },
      { description: 'Where modems dial in; links may share it' },
    ),
  ),
  registration: Type.Optional(
    closed(BytesSchema.properties, { description: 'What the modem sends first: it names this link' }),
  ),
  heartbeat: Type.Optional(
    closed(BytesSchema.properties, { description: 'What the modem sends between frames' }),
  ),
  timeoutMs: Type.Integer({
    ...TimeoutMs,
    default: LIMITS.defaultTimeoutMs,
    description: 'Longest wait for one answer',
  }),
  connectTimeoutMs: Type.Integer({ ...TimeoutMs, default: 3_000 }),
  pauseAfterConnectMs: Type.Integer({
    minimum: 0,
    maximum: 60_000,
    default: 0,
    description: 'Pause between connecting and the first request',
  }),
  gapMs: Type.Integer({
    minimum: 0,
    maximum: 60_000,
    default: 0,
    description:
      'Least pause between an answer and the next request; a serial bus keeps at least 3.5 characters',
  }),
  releaseAfterMs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 3_600_000,
      description:
        'Give the connection back after so long without anything due, for devices that serve one master at a time',
    }),
  ),
};

const device = {
  unit: Type.Integer({
    minimum: 0,
    maximum: 255,
    default: 1,
    description: 'Unit identifier (slave address)',
  }),
};

/** Habits that stand in the profile and, for a single equipment, in the site file. */
const habits = {
  timeoutMs: Type.Optional(
    Type.Integer({
      ...TimeoutMs,
      description: "Longest wait for an answer of this device; default: the link's",
    }),
  ),
  retries: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 3,
      description: 'Asked again at once before silence counts; default 1 on serial framing, 0 on mbap',
    }),
  ),
  maxInFlight: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 16,
      description:
        'Requests under way at once (mbap); default 1, since some devices mishandle two frames in one segment',
    }),
  ),
};

const AreaSchema = closed({
  table: choice(TABLES),
  from: Type.Integer({ minimum: 0, maximum: LAST_ADDRESS }),
  to: Type.Integer({ minimum: 0, maximum: LAST_ADDRESS }),
});

const profile = {
  ...habits,
  maxRegisters: Type.Integer({
    minimum: 1,
    maximum: 125,
    default: 100,
    description: 'Registers of one request',
  }),
  maxBits: Type.Integer({ minimum: 1, maximum: 2_000, default: 1_000, description: 'Bits of one request' }),
  maxGapRegisters: Type.Integer({
    minimum: 0,
    maximum: 125,
    default: 8,
    description: 'Unused registers that may be read along; 0 where the device refuses holes',
  }),
  maxGapBits: Type.Integer({ minimum: 0, maximum: 2_000, default: 32 }),
  exclude: Type.Array(AreaSchema, {
    maxItems: 100,
    default: [],
    description: 'Addresses (as in the manual) that are never read along',
  }),
  blocks: Type.Array(AreaSchema, {
    maxItems: 100,
    default: [],
    description: 'Areas that the device gives only whole: any point in one reads all of it',
  }),
  addressBase: Type.Integer({
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'First address in the manual: 0 as on the wire, or 1',
  }),
  writeMultiple: Type.Boolean({
    default: false,
    description: 'Single values too are written with functions 15 and 16',
  }),
  maskWrite: Type.Boolean({
    default: false,
    description:
      'Parts of a register are written with function 22; else it is read, changed and written back',
  }),
  readWrite: Type.Boolean({ default: false, description: 'Registers are written with function 23' }),
};

const address = {
  table: choice(TABLES),
  address: Type.Integer({ minimum: 0, maximum: LAST_ADDRESS }),
  type: Type.Optional(choice(REGISTER_TYPES, { default: 'u16' })),
  length: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 125, description: 'Registers of a string (two characters each)' }),
  ),
  bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 15 })),
  mask: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 0xffff,
      description: 'Bit field: the value is what stands under the mask',
    }),
  ),
  wordOrder: Type.Optional(choice(WORD_ORDERS, { default: 'high-first' })),
  byteOrder: Type.Optional(choice(BYTE_ORDERS, { default: 'high-first' })),
  scale: Type.Optional(Type.Number({ default: 1 })),
  offset: Type.Optional(Type.Number({ default: 0 })),
  scaleRegister: Type.Optional(
    closed(
      { table: Type.Optional(choice(TABLES)), address: Type.Integer({ minimum: 0, maximum: LAST_ADDRESS }) },
      { description: 'Register (i16) that holds the exponent of ten of the scale, as SunSpec has them' },
    ),
  ),
  loop: Type.Optional(
    closed(
      {
        raw: closed({ at4: Type.Number(), at20: Type.Number() }),
        value: closed({ at4: Type.Number(), at20: Type.Number() }),
      },
      {
        description:
          'Input of a 4–20 mA transmitter: raw numbers and values at 4 and 20 mA. Below 3.6 mA the wire is broken, above 21 mA the transmitter reports a failure (NAMUR NE 43)',
      },
    ),
  ),
  sentinels: Type.Optional(
    Type.Array(Type.Integer({ minimum: -(2 ** 63), maximum: 2 ** 64 }), {
      maxItems: 16,
      default: [],
      description: 'Raw values that mean "not available"',
    }),
  ),
  sentinelMask: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 0xffff,
      description: 'What of the register is compared with the sentinels',
    }),
  ),
};

const LinkSchema = Type.Object(link);
const DeviceSchema = Type.Object({ ...device, ...profile });
const AddressSchema = Type.Object(address);

/** Options of a link with the defaults filled in; which of the optional ones are there follows from `transport`. */
export type ModbusLink = Static<typeof LinkSchema>;
/** Unit and the profile's limits, as they stand merged in `Equipment.device`. */
export type ModbusDevice = Static<typeof DeviceSchema>;
type Free = 'length' | 'bit' | 'mask' | 'sentinelMask' | 'scaleRegister' | 'loop';
export type ModbusAddress = Required<Omit<Static<typeof AddressSchema>, Free>> &
  Pick<Static<typeof AddressSchema>, Free>;
export type AddressArea = Static<typeof AreaSchema>;

/** What a link has of properties that the file does not name. */
const LINK_DEFAULTS = Value.Default(Type.Partial(LinkSchema), {}) as Partial<ModbusLink>;

/** Options that the loader has checked, with defaults. */
export const toModbusLink = createFiller<ModbusLink>(LinkSchema);
export const toModbusDevice = createFiller<ModbusDevice>(DeviceSchema);
export const toModbusAddress = createFiller<ModbusAddress>(AddressSchema);

/** The framing of a link: what it says, or what is usual on its transport. */
export function framingOf({ transport, framing }: Pick<ModbusLink, 'transport' | 'framing'>): Framing {
  return framing ?? (transport === 'tcp' ? 'mbap' : 'rtu');
}

export const modbusSchema: ProtocolSchema = {
  link,
  device: { ...device, ...habits },
  profile,
  address,
  isPolled: true,
  toDeviceName: ({ unit = 1 }) => `unit ${String(unit)}`,
  shiftAddress: (options, { by }) => {
    const scaleRegister = options['scaleRegister'] as { readonly address: number } | undefined;
    const address = Number(options['address']) + by;
    if (scaleRegister === undefined) return { ...options, address };
    return { ...options, address, scaleRegister: { ...scaleRegister, address: scaleRegister.address + by } };
  },
  checkLink: (options) => {
    const filled = toModbusLink(options);
    return checkModbusLink(filled, framingOf(filled), LINK_DEFAULTS);
  },
  toEndpoints: (options) => toModbusEndpoints(toModbusLink(options)),
  toWay: (options) => {
    const link = toModbusLink(options);
    return toModbusWay(link, framingOf(link));
  },
  toListener: (options) => {
    const link = toModbusLink(options);
    if (link.transport !== 'dial-in' || link.listen === undefined) return null;
    const opening = toOpening(link);
    return { ...link.listen, ...(opening && { opening }) };
  },
  checkDevice: (section, _addresses, options) =>
    checkUnit(Number(section['unit'] ?? 1), framingOf(toModbusLink(options))),
  checkValue: (options, value) => checkValue(toModbusAddress(options), value),
  checkProfile: (section) => checkAreas(section),
  checkAddress: (options, section) => {
    const point = toModbusAddress(options);
    const addressBase = Number(section['addressBase'] ?? 0);
    return [...checkAddress(point, addressBase), ...checkAddressAreas(point, section)];
  },
  checkWrite: (options) => checkWrite(toModbusAddress(options)),
  isText: (options) => options['type'] === 'string',
  isBoolean: (options) => isBitTable(options['table']) || options['bit'] !== undefined,
};
