/**
 * What a configuration says of Modbus: link, equipment, profile section, point address. Defaults are written
 * here only. Checks across the properties of one address stand beside the schema; references and positions in
 * files are the loader's business.
 */
import Type, { type Static, type TSchema } from 'typebox';
import type { ProtocolSchema, RuleIssue } from '../../config/catalog.ts';
import { LIMITS } from '../../core/limits.ts';
import { BYTE_ORDERS, REGISTER_TYPES, registersOf, WORD_ORDERS } from '../../profiles/decoders.ts';
import { createFiller } from '../defaults.ts';

export const TABLES = ['holding', 'input', 'coil', 'discrete'] as const;
export type Table = (typeof TABLES)[number];

export const TRANSPORTS = ['tcp', 'serial', 'dial-in'] as const;
export const FRAMINGS = ['mbap', 'rtu', 'ascii'] as const;
export type Framing = (typeof FRAMINGS)[number];
export const PARITIES = ['none', 'even', 'odd'] as const;

const LAST_ADDRESS = 65_535;

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
  baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 921_600, default: 9_600 })),
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
    Type.Array(Type.Integer({ minimum: -(2 ** 53), maximum: 2 ** 53 }), {
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

/** Options that the loader has checked, with defaults. */
export const toModbusLink = createFiller<ModbusLink>(LinkSchema);
export const toModbusDevice = createFiller<ModbusDevice>(DeviceSchema);
export const toModbusAddress = createFiller<ModbusAddress>(AddressSchema);

/** The framing of a link: what it says, or what is usual on its transport. */
export function framingOf({ transport, framing }: Pick<ModbusLink, 'transport' | 'framing'>): Framing {
  return framing ?? (transport === 'tcp' ? 'mbap' : 'rtu');
}

/** Coils and discrete inputs are single bits; the other tables are registers of 16 bits. */
export function isBitTable(table: unknown): boolean {
  return table === 'coil' || table === 'discrete';
}

export const modbusSchema: ProtocolSchema = {
  link,
  device: { ...device, ...habits },
  profile,
  address,
  isPolled: true,
  shiftAddress: (options, { by }) => ({ ...options, address: Number(options['address']) + by }),
  checkAddress: (options, section) => {
    const point = toModbusAddress(options);
    const isBelowBase = point.address < Number(section['addressBase'] ?? 0);
    const expected = 'at least 1 (addressBase is 1)';
    return [
      ...(isBelowBase ? [{ path: 'address', expected, found: String(point.address) }] : []),
      ...(isBitTable(point.table) ? checkBit(point) : checkRegister(point)),
    ];
  },
  isBoolean: (options) => isBitTable(options['table']) || options['bit'] !== undefined,
};

function checkBit(point: ModbusAddress): RuleIssue[] {
  const issues: RuleIssue[] = [];
  const refuse = (path: string, found: unknown) =>
    issues.push({ path, expected: `no ${path} for table ${point.table}`, found: JSON.stringify(found) });
  if (point.bit !== undefined) refuse('bit', point.bit);
  if (point.mask !== undefined) refuse('mask', point.mask);
  if (point.sentinelMask !== undefined) refuse('sentinelMask', point.sentinelMask);
  if (point.type !== 'u16') refuse('type', point.type);
  if (point.wordOrder !== 'high-first') refuse('wordOrder', point.wordOrder);
  if (point.scale !== 1) refuse('scale', point.scale);
  if (point.offset !== 0) refuse('offset', point.offset);
  if (point.sentinels.length > 0) refuse('sentinels', point.sentinels);
  return issues;
}

function checkRegister(point: ModbusAddress): RuleIssue[] {
  const issues: RuleIssue[] = [];
  const isDouble = registersOf(point.type, point.length) > 1;
  const report = (path: string, expected: string, found: unknown) =>
    issues.push({ path, expected, found: JSON.stringify(found) });
  if (point.bit !== undefined && point.type !== 'u16') report('bit', 'type u16 beside bit', point.type);
  if (point.bit !== undefined && point.scale !== 1) report('scale', 'no scale beside bit', point.scale);
  if (point.bit !== undefined && point.offset !== 0) report('offset', 'no offset beside bit', point.offset);
  if (point.mask !== undefined && point.type !== 'u16') report('mask', 'type u16 beside mask', point.type);
  if (point.mask !== undefined && point.bit !== undefined) report('mask', 'bit or mask', point.mask);
  if (point.sentinelMask !== undefined && (isDouble || point.sentinels.length === 0)) {
    report('sentinelMask', 'sentinels of a single register beside it', point.sentinelMask);
  }
  if (point.scale === 0) report('scale', 'a number other than 0', point.scale);
  if (!isDouble && point.wordOrder !== 'high-first') {
    report('wordOrder', 'a type of two registers (u32, i32, f32)', point.type);
  }
  if (isDouble && point.address >= LAST_ADDRESS) {
    report('address', `at most ${LAST_ADDRESS - 1} for a value of two registers`, point.address);
  }
  if (!isDouble) checkSentinels(point, report);
  return issues;
}

function checkSentinels(
  point: ModbusAddress,
  report: (path: string, expected: string, found: unknown) => void,
): void {
  /** −1: all bits, negative numbers included. */
  const mask = point.sentinelMask ?? -1;
  point.sentinels.forEach((sentinel, at) => {
    const path = `sentinels[${at}]`;
    if (sentinel < -32_768 || sentinel > 65_535) report(path, 'a value of 16 bits', sentinel);
    // It would never be met, and the device's "not available" would pass for a value.
    else if ((sentinel & mask) !== sentinel) report(path, 'only bits that stand in sentinelMask', sentinel);
  });
}
