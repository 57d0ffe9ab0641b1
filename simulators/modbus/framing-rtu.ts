/**
 * RTU frames (Modbus over Serial Line V1.02, §2.5.1) in a stream that shows no silences, as behind a serial server:
 * a request's length follows from its function code and byte count, and its CRC says whether that was right.
 *
 *   0 unit · 1… PDU · last two: CRC, low byte first
 *
 *   function     request bytes with unit and CRC
 *   1–6          8
 *   15, 16       9 + byte count at 6
 *   22           10
 *   23           13 + byte count at 10
 *   any other    known only by the silence behind it
 */
import { toCrc } from './checksums.ts';
import type { AnswerParts, Cut, FrameForm, Framer, Request } from './framing.ts';

const CRC_BYTES = 2;
const MIN_FRAME_BYTES = 4;
const MAX_FRAME_BYTES = 256;
const NEEDS_SILENCE = 'needs-silence';

export const rtu: FrameForm = { createFramer, toBytes };

/** Keeps at most one incomplete frame, so never more than 256 bytes. */
function createFramer(): Framer {
  let rest = Buffer.alloc(0);
  const cutRest = (isSilent: boolean): Cut => {
    const { requests, left, discardedBytes } = cut(rest, isSilent);
    rest = Buffer.from(left);
    return { requests, isBroken: false, discardedBytes };
  };
  return {
    push(segment) {
      rest = Buffer.concat([rest, segment]);
      return cutRest(false);
    },
    silence: () => cutRest(true),
    isWaiting: () => rest.length > 0,
  };
}

interface Taken {
  readonly requests: readonly Request[];
  readonly left: Buffer;
  readonly discardedBytes: number;
}

/** Where no frame begins, the next byte is tried: noise costs itself, not the frame behind it. */
function cut(stream: Buffer, isSilent: boolean): Taken {
  const requests: Request[] = [];
  let discardedBytes = 0;
  let at = 0;
  while (at < stream.length) {
    const tail = stream.subarray(at);
    const length = toLength(tail);
    const bytes = length === NEEDS_SILENCE ? (isSilent ? tail.length : null) : length;
    const isIncomplete = bytes === null || bytes > tail.length;
    if (isIncomplete && !isSilent && tail.length < MAX_FRAME_BYTES) break;
    if (!isIncomplete && isWhole(tail.subarray(0, bytes))) {
      requests.push(toRequest(tail.subarray(0, bytes)));
      at += bytes;
    } else {
      discardedBytes++;
      at++;
    }
  }
  return { requests, left: stream.subarray(at), discardedBytes };
}

/** null = too little has come to say. */
function toLength(frame: Buffer): number | null | typeof NEEDS_SILENCE {
  const functionCode = frame[1];
  if (functionCode === undefined) return null;
  if (functionCode >= 1 && functionCode <= 6) return 8;
  if (functionCode === 15 || functionCode === 16) return frame[6] === undefined ? null : 9 + frame[6];
  if (functionCode === 22) return 10;
  if (functionCode === 23) return frame[10] === undefined ? null : 13 + frame[10];
  return NEEDS_SILENCE;
}

function isWhole(frame: Buffer): boolean {
  if (frame.length < MIN_FRAME_BYTES || frame.length > MAX_FRAME_BYTES) return false;
  const end = frame.length - CRC_BYTES;
  return toCrc(frame.subarray(0, end)) === frame.readUInt16LE(end);
}

function toRequest(frame: Buffer): Request {
  const bytes = Buffer.from(frame);
  return { transaction: 0, unit: bytes[0] ?? 0, pdu: bytes.subarray(1, -CRC_BYTES), bytes };
}

function toBytes({ unit, pdu, isChecksumWrong }: AnswerParts): Buffer {
  const frame = Buffer.alloc(1 + pdu.length + CRC_BYTES);
  frame.writeUInt8(unit, 0);
  frame.set(pdu, 1);
  const crc = toCrc(frame.subarray(0, -CRC_BYTES));
  frame.writeUInt16LE(isChecksumWrong ? crc ^ 0xffff : crc, 1 + pdu.length);
  return frame;
}
