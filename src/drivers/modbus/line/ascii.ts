/**
 * ASCII frames: a colon, unit, PDU and LRC as hexadecimal digits, CR LF. Source: MODBUS over Serial Line V1.02, 2.5.2.
 * The colon begins a frame wherever it stands; what was before it and unfinished is no frame.
 */
import type { Cut, LineFraming } from './line-framing.ts';

const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;
/** V1.02, 2.5.2.1: colon, 2 × (unit, PDU of 253 bytes, LRC), CR LF. */
const MAX_FRAME_BYTES = 513;
/** Unit, function code, LRC. */
const MIN_CONTENT_BYTES = 3;

export const asciiFraming: LineFraming = {
  maxFrameBytes: MAX_FRAME_BYTES,

  encode(unit, pdu) {
    const content = Buffer.concat([Buffer.of(unit), pdu]);
    const digits = Buffer.concat([content, Buffer.of(lrc(content))])
      .toString('hex')
      .toUpperCase();
    return Buffer.from(`:${digits}\r\n`, 'latin1');
  },

  cut(bytes) {
    if (bytes[0] !== COLON) return { kind: 'none', size: 1, isChecksum: false };
    const next = bytes.indexOf(COLON, 1);
    const end = bytes.indexOf(LF);
    if (next > 0 && (end < 0 || next < end)) return { kind: 'none', size: next, isChecksum: false };
    if (end >= 0) return decode(bytes.subarray(0, end + 1));
    if (bytes.length < MAX_FRAME_BYTES) return { kind: 'open', isOwn: true };
    return { kind: 'none', size: bytes.length, isChecksum: false };
  },
};

/** Two's complement of the sum of the bytes (V1.02, 6.2.1); 0–0xFF. */
export function lrc(content: Buffer): number {
  let sum = 0;
  for (const byte of content) sum += byte;
  return -sum & 0xff;
}

/** @param line from the colon to the line feed */
function decode(line: Buffer): Cut {
  const size = line.length;
  const digits = line.toString('latin1', 1, size - 2);
  const isWhole = line[size - 2] === CR && size <= MAX_FRAME_BYTES && /^(?:[0-9A-Fa-f]{2})+$/.test(digits);
  const content = Buffer.from(isWhole ? digits : '', 'hex');
  if (content.length < MIN_CONTENT_BYTES) return { kind: 'none', size, isChecksum: false };
  const isRight = lrc(content.subarray(0, -1)) === content.at(-1);
  if (!isRight) return { kind: 'none', size, isChecksum: true };
  return { kind: 'frame', size, unit: content.readUInt8(0), pdu: content.subarray(1, -1) };
}
