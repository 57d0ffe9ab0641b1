/**
 * What an answer says of each point of its request. An answer that does not fit its request makes its points bad
 * (`decode`); it costs no other point anything, since the stream around it is in step.
 *
 * Scale registers are read before the points, so that value and exponent of one answer belong together; an exponent
 * that stands in another request is the one that was read last.
 *
 * A request is compiled once and answered again and again, into the same columns, so that a value makes no object. Numbers
 * of one format are decoded together: what is known of them is small enough to stay in the processor's cache while
 * hundreds of requests take turns.
 */
import { QUALITIES } from '../../core/quality.ts';
import {
  type CompiledNumber,
  compileDecoder,
  compileNumber,
  decodeBit,
  decodeNumber,
  type RegisterDecoder,
  type RegisterFormat,
} from '../../profiles/decoders.ts';
import { setBad, type ValueColumns } from '../../profiles/values.ts';
import type { SampleColumns } from '../driver.ts';
import type { ModbusItem, ModbusRequest, ModbusScale } from './request.ts';

/** SunSpec's "not implemented" of a scale factor (Device Information Model Specification V1.1, sunssf). */
const NOT_IMPLEMENTED = -0x8000;
/** Exponents that SunSpec allows: −10 to 10. */
const MAX_EXPONENT = 10;
/** In front of the data of an answer: function code, byte count. */
const HEAD_BYTES = 2;
/** A Float64, a Uint32, a Uint8. */
const BYTES_PER_ROW = 13;

/** Key: `ModbusScale.key`; value: the register as it was read last (i16), judged where it is used. */
export type Scales = Map<string, number>;

/** A request as its answers are read. */
export interface Reply {
  /** Bytes of data in an answer. */
  readonly bytes: number;
  /** In the order of the items; overwritten by every answer. */
  readonly columns: SampleColumns & ValueColumns;
  readonly scales: readonly ModbusScale[];
  readonly bits: readonly Bit[];
  readonly numbers: readonly Numbers[];
  readonly others: readonly Other[];
}

/** A coil or discrete input. */
interface Bit {
  readonly row: number;
  /** Which bit of the data it is. */
  readonly at: number;
}

/** All numbers of one format. */
interface Numbers {
  readonly number: CompiledNumber;
  readonly rows: readonly number[];
  /** Byte of the data at which each begins. */
  readonly ats: readonly number[];
}

/** A text, or a number with a scale register. Begins at byte `at` of the data. */
interface Other {
  readonly row: number;
  readonly at: number;
  readonly decode: ScaledDecoder;
}

type ScaledDecoder = (block: DataView, at: number, to: ValueColumns, row: number, scales: Scales) => void;

export function compileReply({ items, scales, isBits, count }: ModbusRequest): Reply {
  const bits: Bit[] = [];
  const numbers: NumberItem[] = [];
  const others: Other[] = [];
  for (const [row, { at, format, scale }] of items.entries()) {
    if (format === null) bits.push({ row, at });
    else if (scale !== null) others.push({ row, at: at * 2, decode: compileScaled(format, scale) });
    else if (format.type === 'string') others.push({ row, at: at * 2, decode: compileDecoder(format) });
    else numbers.push({ row, at: at * 2, format });
  }
  const bytes = isBits ? Math.ceil(count / 8) : count * 2;
  return { bytes, columns: createColumns(items), scales, bits, numbers: toNumbers(numbers), others };
}

/**
 * Samples of an answer with the request's function code, in the columns of the reply; null when its byte count is not
 * the one asked for.
 * @param answer function code, byte count, data
 * @param scales exponents known on this connection: those of the answer are added, then all are used
 */
export function decodeReply(reply: Reply, answer: Buffer, scales: Scales): SampleColumns | null {
  const { bytes, columns } = reply;
  if (answer[1] !== bytes || answer.length !== bytes + HEAD_BYTES) return null;
  const block = new DataView(answer.buffer, answer.byteOffset + HEAD_BYTES, bytes);
  for (const { key, at } of reply.scales) scales.set(key, block.getInt16(at * 2));
  for (const numbers of reply.numbers) decodeNumbers(numbers, block, columns);
  for (const { at, row } of reply.bits)
    decodeBit(((block.getUint8(at >> 3) >> (at & 7)) & 1) === 1, columns, row);
  for (const { decode, at, row } of reply.others) decode(block, at, columns, row, scales);
  return columns;
}

/** All points of a request, unreadable. */
export function toUnreadable({ columns }: Reply): SampleColumns {
  columns.value.fill(Number.NaN);
  columns.quality.fill(QUALITIES.decode.code);
  columns.text?.fill(undefined);
  return columns;
}

function decodeNumbers({ number, rows, ats }: Numbers, block: DataView, to: ValueColumns): void {
  for (let index = 0; index < rows.length; index++)
    decodeNumber(number, block, ats[index] as number, to, rows[index] as number);
}

interface NumberItem {
  readonly row: number;
  readonly at: number;
  readonly format: RegisterFormat;
}

function toNumbers(items: readonly NumberItem[]): readonly Numbers[] {
  const groups = [...Map.groupBy(items, ({ format }) => toKey(format)).values()];
  return groups.map((group) => ({
    number: compileNumber((group[0] as NumberItem).format),
    rows: group.map(({ row }) => row),
    ats: group.map(({ at }) => at),
  }));
}

/** The same for equal formats, and only for them: JSON holds neither sets nor infinite limits. */
function toKey(format: RegisterFormat): string {
  const { range, states } = format;
  const limits = range === null ? '' : `${range.min} ${range.max}`;
  return `${JSON.stringify(format)} ${limits} ${states === null ? '' : [...states].join()}`;
}

function createColumns(items: readonly ModbusItem[]): Reply['columns'] {
  const count = items.length;
  // One piece of memory for all columns, the widest first: three would cost more than what stands in them.
  const memory = new ArrayBuffer(BYTES_PER_ROW * count);
  const point = new Uint32Array(memory, 8 * count, count);
  for (const [row, item] of items.entries()) point[row] = item.point;
  return {
    count,
    point,
    value: new Float64Array(memory, 0, count),
    quality: new Uint8Array(memory, 12 * count, count),
    sourceMs: null,
    text: items.some(({ format }) => format?.type === 'string')
      ? Array.from({ length: count }, () => undefined)
      : null,
  };
}

function compileScaled(format: RegisterFormat, key: string): ScaledDecoder {
  /** Key: exponent. */
  const decoders = new Map<number, RegisterDecoder>();
  return (block, at, to, row, scales) => {
    const exponent = scales.get(key);
    if (exponent === NOT_IMPLEMENTED) return setBad(to, row, QUALITIES.sentinel.code);
    if (exponent === undefined || Math.abs(exponent) > MAX_EXPONENT)
      return setBad(to, row, QUALITIES.decode.code);
    const decode = decoders.get(exponent) ?? compileDecoder(format, exponent);
    decoders.set(exponent, decode);
    decode(block, at, to, row);
  };
}
