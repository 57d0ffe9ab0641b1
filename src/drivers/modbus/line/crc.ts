/**
 * CRC-16 of RTU frames: polynomial 0xA001 (reflected), start 0xFFFF, sent low byte first.
 * Source: MODBUS over Serial Line V1.02, 6.2.2.
 */

const POLYNOMIAL = 0xa001;
const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
  return crc;
});

/** Of the first `size` bytes; 0–0xFFFF. Over a frame and its own CRC it is 0. */
export function crc16(bytes: Buffer, size = bytes.length): number {
  let crc = 0xffff;
  for (let at = 0; at < size; at++) crc = (crc >> 8) ^ (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return crc;
}
