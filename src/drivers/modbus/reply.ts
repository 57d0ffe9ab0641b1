/**
 * What an answer says of each point of its request. An answer that does not fit its request makes its points bad
 * (`decode`); it costs no other point anything, since the stream around it is in step.
 *
 * Scale registers are read before the points, so that value and exponent of one answer belong together; an exponent
 * that stands in another request is the one that was read last.
 */
import { QUALITIES } from '../../core/quality.ts';
import {
  compileDecoder,
  decodeBit,
  type RegisterDecoder,
  type RegisterFormat,
} from '../../profiles/decoders.ts';
import { bad, type Decoded } from '../../profiles/values.ts';
import type { PointSample } from '../driver.ts';
import type { ModbusItem, ModbusRequest } from './request.ts';

/** SunSpec's "not implemented" of a scale factor (Device Information Model Specification V1.1, sunssf). */
const NOT_IMPLEMENTED = -0x8000;
/** Exponents that SunSpec allows: −10 to 10. */
const MAX_EXPONENT = 10;

/** Key: `ModbusScale.key`; value: the register as it was read last (i16), judged where it is used. */
export type Scales = Map<string, number>;

/**
 * Samples of an answer with the request's function code; null when its byte count is not the one asked for.
 * @param body what follows the function code: byte count, data
 * @param scales exponents known on this connection: those of the answer are added, then all are used
 */
export function decodeReply(
  request: ModbusRequest,
  body: Buffer,
  scales: Scales,
): readonly PointSample[] | null {
  const bytes = request.isBits ? Math.ceil(request.count / 8) : request.count * 2;
  if (body[0] !== bytes || body.length !== bytes + 1) return null;
  const block = new DataView(body.buffer, body.byteOffset + 1, bytes);
  for (const { key, at } of request.scales) scales.set(key, block.getInt16(at * 2));
  return decodersOf(request).map(({ point, at, decode }) => toSample(point, decode(block, at, scales)));
}

/** All points of a request, unreadable. */
export function toUnreadable(request: ModbusRequest): readonly PointSample[] {
  const quality = QUALITIES.decode.code;
  return request.items.map(({ point }) => ({ point, value: Number.NaN, quality, sourceMs: Number.NaN }));
}

function toSample(point: number, { value, quality, text }: Decoded): PointSample {
  if (text === undefined) return { point, value, quality, sourceMs: Number.NaN };
  return { point, value, quality, sourceMs: Number.NaN, text };
}

interface ItemDecoder {
  readonly point: number;
  /** Byte of the data; of a bit, the bit. */
  readonly at: number;
  readonly decode: (block: DataView, at: number, scales: Scales) => Decoded;
}

/** Compiled once: a request of the plan is answered again and again. */
const compiled = new WeakMap<ModbusRequest, readonly ItemDecoder[]>();

function decodersOf(request: ModbusRequest): readonly ItemDecoder[] {
  const known = compiled.get(request);
  if (known) return known;
  const made = request.items.map(toItemDecoder);
  compiled.set(request, made);
  return made;
}

function toItemDecoder({ point, at, format, scale }: ModbusItem): ItemDecoder {
  if (format === null) return { point, at, decode: decodeBitAt };
  return {
    point,
    at: at * 2,
    decode: scale === null ? compileDecoder(format) : compileScaled(format, scale),
  };
}

function decodeBitAt(block: DataView, at: number): Decoded {
  return decodeBit(((block.getUint8(at >> 3) >> (at & 7)) & 1) === 1);
}

function compileScaled(format: RegisterFormat, key: string): ItemDecoder['decode'] {
  /** Key: exponent. */
  const decoders = new Map<number, RegisterDecoder>();
  return (block, at, scales) => {
    const exponent = scales.get(key);
    if (exponent === NOT_IMPLEMENTED) return bad('sentinel');
    if (exponent === undefined || Math.abs(exponent) > MAX_EXPONENT) return bad('decode');
    const decode = decoders.get(exponent) ?? compileDecoder(format, exponent);
    decoders.set(exponent, decode);
    return decode(block, at);
  };
}
