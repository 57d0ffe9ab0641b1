/**
 * MBAP frames (Modbus Messaging on TCP/IP V1.0b, §3.1.3), however the segments fall.
 *
 *   0–1 transaction · 2–3 protocol = 0 · 4–5 length of what follows · 6 unit · 7… PDU
 */
import type { AnswerParts, FrameForm, Framer, Request } from './framing.ts';

const HEADER_BYTES = 7;
/** Unit and PDU: at least a function code, at most 253 bytes of PDU. */
const MIN_LENGTH = 2;
const MAX_LENGTH = 254;

export const mbap: FrameForm = { createFramer, toBytes };

/** Keeps at most one incomplete frame, so never more than 260 bytes. */
function createFramer(): Framer {
  let rest = Buffer.alloc(0);
  return {
    push(segment) {
      const requests: Request[] = [];
      let stream = rest.length === 0 ? segment : Buffer.concat([rest, segment]);
      rest = Buffer.alloc(0);
      while (stream.length >= 6) {
        const length = stream.readUInt16BE(4);
        if (stream.readUInt16BE(2) !== 0 || length < MIN_LENGTH || length > MAX_LENGTH) {
          return { requests, isBroken: true, discardedBytes: stream.length };
        }
        if (stream.length < 6 + length) break;
        requests.push(toRequest(stream.subarray(0, 6 + length)));
        stream = stream.subarray(6 + length);
      }
      // A copy, so that a large segment is not kept alive by the few bytes left of it.
      rest = Buffer.from(stream);
      return { requests, isBroken: false, discardedBytes: 0 };
    },
    silence: () => ({ requests: [], isBroken: false, discardedBytes: 0 }),
    // The length is in the header: a frame may take its time.
    isWaiting: () => false,
  };
}

function toRequest(bytes: Buffer): Request {
  return {
    transaction: bytes.readUInt16BE(0),
    unit: bytes[HEADER_BYTES - 1] ?? 0,
    pdu: bytes.subarray(HEADER_BYTES),
    bytes,
  };
}

function toBytes({ transaction, protocol, unit, pdu }: AnswerParts): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + pdu.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(protocol, 2);
  frame.writeUInt16BE(1 + pdu.length, 4);
  frame.writeUInt8(unit, 6);
  frame.set(pdu, HEADER_BYTES);
  return frame;
}
