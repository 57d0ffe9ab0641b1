/** The address of a point as the format in which its value is written. What is read is decoded by reply.ts. */
import type { RegisterFormat } from '../../profiles/decoders.ts';
import type { ModbusAddress } from './schema.ts';

/** Limits and states are those of writing, and judged before. */
export function toFormat(address: ModbusAddress): RegisterFormat {
  const { type, wordOrder, byteOrder, scale, offset, sentinels } = address;
  const { bit = null, mask = null, sentinelMask = null, length = 0, loop = null } = address;
  const order = { wordOrder, byteOrder };
  const part = { bit, mask, sentinels, sentinelMask };
  return { type, ...order, ...part, length, loop, scale, offset, range: null, states: null };
}
