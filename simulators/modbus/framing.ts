/**
 * Cuts a TCP stream into MBAP frames (Modbus Messaging on TCP/IP V1.0b, §3.1.3), however the segments fall.
 *
 *   0–1 transaction · 2–3 protocol = 0 · 4–5 length of what follows · 6 unit · 7… PDU
 */

export const HEADER_BYTES = 7;
/** Unit and PDU: at least a function code, at most 253 bytes of PDU. */
const MIN_LENGTH = 2;
const MAX_LENGTH = 254;
export const MAX_FRAME_BYTES = 6 + MAX_LENGTH;

export interface Cut {
  /** Complete frames, in order. */
  readonly frames: readonly Buffer[];
  /** The stream is not Modbus: there is no way to find the next frame, the connection must end. */
  readonly isBroken: boolean;
}

export interface Framer {
  push(segment: Buffer): Cut;
}

/** Keeps at most one incomplete frame, so never more than MAX_FRAME_BYTES. */
export function createFramer(): Framer {
  let rest = Buffer.alloc(0);
  return {
    push(segment) {
      const frames: Buffer[] = [];
      let stream = rest.length === 0 ? segment : Buffer.concat([rest, segment]);
      rest = Buffer.alloc(0);
      while (stream.length >= 6) {
        const length = stream.readUInt16BE(4);
        if (stream.readUInt16BE(2) !== 0 || length < MIN_LENGTH || length > MAX_LENGTH) {
          return { frames, isBroken: true };
        }
        if (stream.length < 6 + length) break;
        frames.push(stream.subarray(0, 6 + length));
        stream = stream.subarray(6 + length);
      }
      // A copy, so that a large segment is not kept alive by the few bytes left of it.
      rest = Buffer.from(stream);
      return { frames, isBroken: false };
    },
  };
}

/** The answer's frame: the request's transaction, protocol and unit with another PDU. */
export function toFrame(request: Buffer, pdu: Uint8Array): Buffer {
  const frame = Buffer.alloc(HEADER_BYTES + pdu.length);
  request.copy(frame, 0, 0, HEADER_BYTES);
  frame.writeUInt16BE(1 + pdu.length, 4);
  frame.set(pdu, HEADER_BYTES);
  return frame;
}
