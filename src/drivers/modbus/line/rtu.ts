/**
 * RTU frames: unit, PDU, CRC (low byte first). Source: MODBUS over Serial Line V1.02, 2.5.1.
 *
 * Nothing in the bytes marks the start or the end of a frame, and the silence between frames is lost on the way through
 * drivers, USB and TCP. So a frame is recognised by what it can be: answers, and requests of another master, have one of
 * the lengths below; of a function that is not among them only the answer that is waited for is known. A frame of somebody
 * else is passed over whole, so that its payload is never searched for an answer.
 *
 * A right CRC alone does not tell the length: every 256th frame ends with a zero byte and has a right CRC without it, and
 * any frame has one with a zero byte after it. So the length that is waited for comes before all others, and is waited for.
 *
 * | function    | request     | answer | source: Application Protocol V1.1b3, 6 |
 * | 1–4         | 8           | 5 + n  | n = byte 2                             |
 * | 5, 6        | 8           | 8      |                                        |
 * | 15, 16      | 9 + n       | 8      | n = byte 6                             |
 * | 17          | 4           | 5 + n  | n = byte 2                             |
 * | 20, 21      | 5 + n       | 5 + n  | n = byte 2                             |
 * | 22          | 10          | 10     |                                        |
 * | 23          | 13 + n      | 5 + n  | n = byte 10; n = byte 2                |
 * | over 127    | –           | 5      | exception                              |
 */
import { EXCEPTION_FLAG } from '../framing.ts';
import { crc16 } from './crc.ts';
import type { Cut, LineFraming, Wanted } from './line-framing.ts';

/** V1.02, 2.5.1: unit, PDU of 253 bytes, CRC. */
const MAX_FRAME_BYTES = 256;
const EXCEPTION_BYTES = 5;
/** Unit and CRC around a PDU. */
const AROUND_PDU_BYTES = 3;
/** V1.02, 2.2: addresses beyond are reserved, and no frame of somebody else is expected there. */
const MAX_UNIT = 247;
/** A length whose byte has not come yet. */
const UNKNOWN = Number.POSITIVE_INFINITY;

export const rtuFraming: LineFraming = {
  maxFrameBytes: MAX_FRAME_BYTES,

  encode(unit, pdu) {
    const frame = Buffer.allocUnsafe(pdu.length + AROUND_PDU_BYTES);
    frame[0] = unit;
    pdu.copy(frame, 1);
    frame.writeUInt16LE(crc16(frame, frame.length - 2), frame.length - 2);
    return frame;
  },

  cut(bytes, wanted) {
    if (bytes.length < 2) return { kind: 'open', isOwn: bytes[0] === wanted?.unit };
    const own = ownSize(bytes, wanted);
    const sizes = sizesOf(bytes, own !== null);
    const isExpected = own !== null && (sizes.length === 0 || sizes.includes(own));
    if (isExpected && own > bytes.length) return { kind: 'open', isOwn: true };
    let isOpen = false;
    for (const size of isExpected ? [own, ...sizes] : sizes) {
      if (size > bytes.length) isOpen ||= size === UNKNOWN || size <= MAX_FRAME_BYTES;
      else if (crc16(bytes, size) === 0) return toFrame(bytes, size);
    }
    const isOwn = own !== null;
    return isOpen ? { kind: 'open', isOwn } : { kind: 'none', size: 1, isChecksum: isOwn };
  },
};

/** Size of the frame that is waited for when the bytes begin like it, else null. */
function ownSize(bytes: Buffer, wanted: Wanted | null): number | null {
  if (!wanted || bytes[0] !== wanted.unit) return null;
  if (bytes[1] === wanted.pdu[0]) return wanted.answerBytes + AROUND_PDU_BYTES;
  return bytes[1] === ((wanted.pdu[0] ?? 0) | EXCEPTION_FLAG) ? EXCEPTION_BYTES : null;
}

/** Every size that a frame with this beginning can have, the likelier first; empty when none is known. */
function sizesOf(bytes: Buffer, isOwn: boolean): readonly number[] {
  const functionCode = bytes[1] ?? 0;
  if ((bytes[0] ?? 0) > MAX_UNIT && !isOwn) return [];
  if (functionCode > EXCEPTION_FLAG) return [EXCEPTION_BYTES];
  const plus = (at: number, fixed: number) => fixed + (bytes[at] ?? UNKNOWN);
  switch (functionCode) {
    case 1:
    case 2:
    case 3:
    case 4:
      return [plus(2, 5), 8];
    case 5:
    case 6:
      return [8];
    case 15:
    case 16:
      return [8, plus(6, 9)];
    case 17:
      return [plus(2, 5), 4];
    case 20:
    case 21:
      return [plus(2, 5)];
    case 22:
      return [10];
    case 23:
      return [plus(2, 5), plus(10, 13)];
    default:
      return [];
  }
}

function toFrame(bytes: Buffer, size: number): Cut {
  return { kind: 'frame', size, unit: bytes.readUInt8(0), pdu: bytes.subarray(1, size - 2) };
}
