/**
 * What a configuration says of Modbus TCP: link, equipment, profile section, point address. Defaults are written
 * here only. Checks across the properties of one address stand beside the schema; references and positions in
 * files are the loader's business.
 */
import Type, { type Static } from 'typebox';
import type { ProtocolSchema, RuleIssue } from '../../config/catalog.ts';
import { LIMITS } from '../../core/limits.ts';
import { REGISTER_TYPES, registersOf, WORD_ORDERS } from '../../profiles/decoders.ts';
import { createFiller } from '../defaults.ts';

export const TABLES = ['holding', 'input', 'coil', 'discrete'] as const;
export type Table = (typeof TABLES)[number];

const LAST_ADDRESS = 65_535;

const choice = <const T extends readonly string[]>(values: T, options: object = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...options });

const link = {
  host: Type.String({ minLength: 1, maxLength: 253, description: 'Host name or IP address' }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, default: 502 }),
  timeoutMs: Type.Integer({
    minimum: 50,
    maximum: 60_000,
    default: LIMITS.defaultTimeoutMs,
    description: 'Longest wait for one answer',
  }),
  connectTimeoutMs: Type.Integer({ minimum: 50, maximum: 60_000, default: 3_000 }),
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
    description: 'Least pause between an answer and the next request',
  }),
};

const device = {
  unit: Type.Integer({
    minimum: 0,
    maximum: 255,
    default: 1,
    description: 'Unit identifier (slave address)',
  }),
};

const profile = {
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
  addressBase: Type.Integer({
    minimum: 0,
    maximum: 1,
    default: 0,
    description: 'First address in the manual: 0 as on the wire, or 1',
  }),
};

const address = {
  table: choice(TABLES),
  address: Type.Integer({ minimum: 0, maximum: LAST_ADDRESS }),
  type: Type.Optional(choice(REGISTER_TYPES, { default: 'u16' })),
  bit: Type.Optional(Type.Integer({ minimum: 0, maximum: 15 })),
  mask: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 0xffff,
      description: 'Bit field: the value is what stands under the mask',
    }),
  ),
  wordOrder: Type.Optional(choice(WORD_ORDERS, { default: 'high-first' })),
  scale: Type.Optional(Type.Number({ default: 1 })),
  offset: Type.Optional(Type.Number({ default: 0 })),
  sentinels: Type.Optional(
    Type.Array(Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 32 - 1 }), {
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

export type ModbusLink = Static<typeof LinkSchema>;
/** Unit and the profile's limits, as they stand merged in `Equipment.device`. */
export type ModbusDevice = Static<typeof DeviceSchema>;
type Free = 'bit' | 'mask' | 'sentinelMask';
export type ModbusAddress = Required<Omit<Static<typeof AddressSchema>, Free>> &
  Pick<Static<typeof AddressSchema>, Free>;

/** Options that the loader has checked, with defaults. */
export const toModbusLink = createFiller<ModbusLink>(LinkSchema);
export const toModbusDevice = createFiller<ModbusDevice>(DeviceSchema);
export const toModbusAddress = createFiller<ModbusAddress>(AddressSchema);

/** Coils and discrete inputs are single bits; the other tables are registers of 16 bits. */
export function isBitTable(table: unknown): boolean {
  return table === 'coil' || table === 'discrete';
}

export const modbusSchema: ProtocolSchema = {
  link,
  device,
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
  const isDouble = registersOf(point.type) === 2;
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
