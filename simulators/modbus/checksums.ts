/** The two checksums of Modbus over serial line (V1.02, §6.2): CRC-16 of RTU and LRC of ASCII. */

/** Reflected polynomial of CRC-16/MODBUS. */
const POLYNOMIAL = 0xa001;

/** @returns 16 bits; RTU sends the low byte first. */
export function toCrc(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  return crc;
}

/** @returns 8 bits: the two's complement of the sum. */
export function toLrc(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return -sum & 0xff;
}
