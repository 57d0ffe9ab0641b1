/**
 * A DataValue of a server → value with quality, pure. Nothing that comes from the wire is trusted to have the shape
 * that the specification gives it. Scale, range and states are profiles/values.ts's business.
 *
 * | status                                                          | quality            |
 * | Good…                                                           | that of the value  |
 * | Uncertain…                                                      | source-uncertain   |
 * | BadNoCommunication, BadNotConnected, BadConnectionClosed, BadTimeout | comm-loss     |
 * | BadWaitingForInitialData                                        | no-data            |
 * | BadSensorFailure, BadOutOfService                               | sentinel           |
 * | any other bad                                                   | device-error       |
 */
import { isBad, isGood, QUALITIES, type QualityReason } from '../../core/quality.ts';
import { bad, type Decoded, toValue, type ValueFormat } from '../../profiles/values.ts';
import { isPlausibleTime, MAX_AHEAD_MS } from '../plausible-time.ts';

/** How one point is written in the value of a node. */
export interface NodeFormat extends ValueFormat {
  /** Element of an array; null = the value is a scalar. */
  readonly index: number | null;
  /** Bit of an integer, 0 = least significant; null = the whole value. */
  readonly bit: number | null;
  /** Numbers that texts stand for. Key: text, or `true` and `false`. */
  readonly values: ReadonlyMap<string, number> | null;
  /** Raw values that mean "not available". */
  readonly sentinels: readonly number[];
  /** Only 0 and 1 are values. */
  readonly isBoolean: boolean;
}

export interface DecodedNode extends Decoded {
  /** UTC ms; NaN when the server gives none that can be believed. */
  readonly sourceMs: number;
}

/** The upper two bits of a status code are its severity (OPC 10000-4, 7.39). */
const SEVERITY_SHIFT = 30;
const GOOD_SEVERITY = 0;
const UNCERTAIN_SEVERITY = 1;

/** Key: status code without its info bits (OPC 10000-6, table A.2). */
const REASONS: ReadonlyMap<number, QualityReason> = new Map([
  [0x80310000, 'comm-loss'],
  [0x808a0000, 'comm-loss'],
  [0x80ae0000, 'comm-loss'],
  [0x800a0000, 'comm-loss'],
  [0x80320000, 'no-data'],
  [0x808c0000, 'sentinel'],
  [0x808d0000, 'sentinel'],
]);

/** BadNodeIdInvalid, BadNodeIdUnknown: the node is gone, and a server that gets it back may not tell. */
const GONE: ReadonlySet<number> = new Set([0x80330000, 0x80340000]);

/** Built-in types (OPC 10000-6, 5.1.2) by what we make of them. */
const BOOLEAN = 1;
/** Width in bits. Key: type. */
const INTEGERS: ReadonlyMap<number, number> = new Map([
  [2, 8],
  [3, 8],
  [4, 16],
  [5, 16],
  [6, 32],
  [7, 32],
]);
const INT64 = 8;
const UINT64 = 9;
const FLOATS: ReadonlySet<number> = new Set([10, 11]);
const STRING = 12;
const WIDE_BITS = 64;

const SCALAR = 0;

/** @param data what the server sent for the node @param nowMs our clock, UTC */
export function decodeNode(format: NodeFormat, data: unknown, nowMs: number): DecodedNode {
  const givenMs = toSourceMs(field(data, 'sourceTimestamp'));
  const sourceMs = isPlausibleTime(givenMs, nowMs) ? givenMs : Number.NaN;
  const status = statusOf(data);
  const severity = status >>> SEVERITY_SHIFT;
  if (severity > UNCERTAIN_SEVERITY) return { ...bad(toReason(status)), sourceMs };
  const decoded = decodeVariant(format, field(data, 'value'));
  return { ...doubt(decoded, severity, givenMs > nowMs + MAX_AHEAD_MS), sourceMs };
}

/** Whether the status says that the node does not exist (any more). */
export function isNodeGone(data: unknown): boolean {
  return GONE.has((statusOf(data) & 0xffff0000) >>> 0);
}

/** Whether it says something of the node itself: a value, or that there is no such node. Errors of reading do not. */
export function hasSubstance(data: unknown): boolean {
  const isBadStatus = statusOf(data) >>> SEVERITY_SHIFT > UNCERTAIN_SEVERITY;
  return data !== undefined && (!isBadStatus || isNodeGone(data));
}

/** A number that the server's own nodes carry (an enumeration); null for anything else. */
export function toPlainNumber(data: unknown): number | null {
  const value = field(field(data, 'value'), 'value');
  return statusOf(data) >>> SEVERITY_SHIFT === GOOD_SEVERITY && typeof value === 'number' ? value : null;
}

/** The time that a node of the server's own carries, UTC ms; null for anything else. */
export function toPlainTime(data: unknown): number | null {
  const value = field(field(data, 'value'), 'value');
  if (statusOf(data) >>> SEVERITY_SHIFT !== GOOD_SEVERITY || !(value instanceof Date)) return null;
  const ms = value.getTime();
  return Number.isNaN(ms) ? null : ms;
}

function doubt(decoded: Decoded, severity: number, isAhead: boolean): Decoded {
  if (isBad(decoded.quality)) return decoded;
  if (severity !== GOOD_SEVERITY) return { ...decoded, quality: QUALITIES['source-uncertain'].code };
  if (isAhead && isGood(decoded.quality)) return { ...decoded, quality: QUALITIES['source-time'].code };
  return decoded;
}

function toReason(status: number): QualityReason {
  return REASONS.get((status & 0xffff0000) >>> 0) ?? 'device-error';
}

/** A DataValue without a status is good (OPC 10000-6, 5.2.2.17); a status that is no number is not. */
function statusOf(data: unknown): number {
  const status = field(data, 'statusCode');
  if (status === undefined || status === null) return 0;
  const code = field(status, 'value');
  return typeof code === 'number' ? code >>> 0 : 0x80000000;
}

function decodeVariant(format: NodeFormat, variant: unknown): Decoded {
  const type = field(variant, 'dataType');
  const element = pick(format.index, field(variant, 'arrayType'), field(variant, 'value'));
  if (typeof type !== 'number' || element === undefined || element === null) return bad('decode');
  if (format.bit !== null) return decodeBit(format, format.bit, type, element);
  const raw = toNumber(format, type, element);
  if (raw === null) return bad('decode');
  if (format.sentinels.includes(raw)) return bad('sentinel');
  if (format.isBoolean && raw !== 0 && raw !== 1) return bad('decode');
  return toValue(format, raw);
}

/** The element that the point names, or the value itself; undefined where the two do not fit. */
function pick(index: number | null, arrayType: unknown, value: unknown): unknown {
  const isScalar = (arrayType ?? SCALAR) === SCALAR;
  if (index === null) return isScalar ? value : undefined;
  if (isScalar || !(Array.isArray(value) || ArrayBuffer.isView(value))) return undefined;
  return Reflect.get(value, index);
}

function decodeBit({ sentinels }: NodeFormat, bit: number, type: number, value: unknown): Decoded {
  const bits = toBits(type, value);
  if (bits === null || bit >= bits.width) return bad('decode');
  if (sentinels.includes(Number(bits.value))) return bad('sentinel');
  return { value: Number((bits.value >> BigInt(bit)) & 1n), quality: QUALITIES.good.code };
}

function toBits(type: number, value: unknown): { readonly width: number; readonly value: bigint } | null {
  if (type === INT64 || type === UINT64) {
    const wide = toWide(type, value);
    return wide === null ? null : { width: WIDE_BITS, value: wide };
  }
  const width = INTEGERS.get(type);
  if (width === undefined || typeof value !== 'number' || !Number.isInteger(value)) return null;
  return { width, value: BigInt(value) };
}

/** @returns null for what is no number */
function toNumber(format: NodeFormat, type: number, value: unknown): number | null {
  if (type === STRING || type === BOOLEAN) return toMapped(format, type, value);
  if (type === INT64 || type === UINT64) {
    const wide = toWide(type, value);
    return wide === null ? null : Number(wide);
  }
  return (INTEGERS.has(type) || FLOATS.has(type)) && typeof value === 'number' ? value : null;
}

function toMapped(format: NodeFormat, type: number, value: unknown): number | null {
  if (typeof value !== (type === STRING ? 'string' : 'boolean')) return null;
  const { values, isBoolean, states } = format;
  const mapped = values?.get(String(value));
  if (mapped !== undefined) return mapped;
  // True is no temperature: only a point of declared states takes it for one of them.
  const isState = values === null && (isBoolean || states !== null);
  return type === BOOLEAN && isState ? Number(value) : null;
}

/** The library gives integers of 64 bits as `[high, low]`, both unsigned. */
function toWide(type: number, value: unknown): bigint | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [high, low]: unknown[] = value;
  if (!isHalf(high) || !isHalf(low)) return null;
  const unsigned = (BigInt(high) << 32n) | BigInt(low);
  return type === INT64 ? BigInt.asIntN(WIDE_BITS, unsigned) : unsigned;
}

function isHalf(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32;
}

/** As given. Servers give values that never changed the time of their first start, or 1601, which stands for none. */
function toSourceMs(time: unknown): number {
  return time instanceof Date ? time.getTime() : Number.NaN;
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
