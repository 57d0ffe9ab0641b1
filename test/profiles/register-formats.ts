/** Register formats for tests: name what matters, the rest is a plain u16. */
import { QUALITIES } from '../../src/core/quality.ts';
import { decodeRegisters, type RegisterFormat } from '../../src/profiles/decoders.ts';
import { type Decoded } from '../../src/profiles/values.ts';

export const PLAIN: RegisterFormat = {
  type: 'u16',
  bit: null,
  mask: null,
  wordOrder: 'high-first',
  byteOrder: 'high-first',
  length: 0,
  loop: null,
  scale: 1,
  offset: 0,
  sentinels: [],
  sentinelMask: null,
  range: null,
  states: null,
};

/** @param hex registers as on the wire, blanks between them @param at byte of the value */
export function decode(hex: string, format: Partial<RegisterFormat> = {}, at = 0): Decoded {
  const bytes = Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  return decodeRegisters({ ...PLAIN, ...format }, new DataView(bytes.buffer), at);
}

export function good(value: number): Decoded {
  return { value, quality: QUALITIES.good.code };
}

export function bad(reason: keyof typeof QUALITIES): Decoded {
  return { value: Number.NaN, quality: QUALITIES[reason].code };
}
