/**
 * What an answer says of each point of its request. An answer that does not fit its request makes its points bad
 * (`decode`); it costs no other point anything, since the stream around it is in step.
 */
import { QUALITIES } from '../../core/quality.ts';
import { decodeBit, decodeRegisters } from '../../profiles/decoders.ts';
import type { PointSample } from '../driver.ts';
import type { ModbusItem, ModbusRequest } from './request.ts';

/**
 * Samples of an answer with the request's function code; null when its byte count is not the one asked for.
 * @param body what follows the function code: byte count, data
 */
export function decodeReply(request: ModbusRequest, body: Buffer): readonly PointSample[] | null {
  const bytes = request.isBits ? Math.ceil(request.count / 8) : request.count * 2;
  if (body[0] !== bytes || body.length !== bytes + 1) return null;
  const block = new DataView(body.buffer, body.byteOffset + 1, bytes);
  return request.items.map((item) => toSample(item, block));
}

/** All points of a request, unreadable. */
export function toUnreadable(request: ModbusRequest): readonly PointSample[] {
  const quality = QUALITIES.decode.code;
  return request.items.map(({ point }) => ({ point, value: Number.NaN, quality, sourceMs: Number.NaN }));
}

function toSample({ point, at, format }: ModbusItem, block: DataView): PointSample {
  const { value, quality } = format
    ? decodeRegisters(format, block, at * 2)
    : decodeBit(((block.getUint8(at >> 3) >> (at & 7)) & 1) === 1);
  return { point, value, quality, sourceMs: Number.NaN };
}
