/**
 * Modbus TCP frames around protocol data units (pdu.ts): encoding, and a parser for the stream of answers. Pure; the
 * socket and what belongs to what are mbap/transport.ts.
 * Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3.
 *
 * | byte | request                | answer                                  |
 * | 0–1  | transaction id         | the same                                |
 * | 2–3  | protocol id 0          | 0                                       |
 * | 4–5  | length from byte 6     | length from byte 6: 3–254               |
 * | 6    | unit                   | unit                                    |
 * | 7…   | protocol data unit: function code, data (at most 253 bytes)      |
 *
 * A stream cannot be resynchronised safely: nothing marks the start of a frame. So the first header that cannot
 * be one ends the connection; the parser never searches for the next plausible header.
 */

export { EXCEPTION_FLAG } from './pdu.ts';

export const HEADER_BYTES = 7;
/** Unit, function and one byte more: the shortest answer there is (an exception). */
const MIN_LENGTH = 3;
/** Unit and the largest protocol data unit of 253 bytes. */
const MAX_LENGTH = 254;
const MAX_FRAME_BYTES = 6 + MAX_LENGTH;
/** As much of a header as can be told from anything else: with its protocol id and its length. */
const PROVED_BYTES = 6;

/** Takes one received frame. `pdu` (function code and data) lies in the bytes that were pushed, or in a copy. */
export type OnFrame = (transaction: number, unit: number, pdu: Buffer) => void;

export function encodeFrame(transaction: number, unit: number, pdu: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + pdu.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(0, 2);
  frame.writeUInt16BE(1 + pdu.length, 4);
  frame.writeUInt8(unit, 6);
  pdu.copy(frame, HEADER_BYTES);
  return frame;
}

/** Cuts a byte stream into frames. Keeps at most one incomplete frame (260 bytes). */
export class FrameParser {
  readonly #pending = Buffer.alloc(MAX_FRAME_BYTES);
  #pendingBytes = 0;
  /**
   * Frames in front of a few bytes that prove nothing yet: what looks whole may be a torn answer, filled up with the head
   * of an exception, of which three bytes are left.
   */
  readonly #held: Buffer[] = [];
  readonly #onFrame: OnFrame;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }

  /**
   * Takes the next bytes, the first `size` of `buffer`, which may be overwritten afterwards; calls `onFrame` for each
   * frame that they complete, once all of them have proved to be frames: a torn frame is filled up with the head of the
   * next one, and then the rest cannot be one.
   * @returns null, or why the stream can no longer be read; the parser is then used up.
   */
  push(buffer: Buffer, size = buffer.length): string | null {
    // One whole frame, as nearly always: no view but that of its answer.
    if (this.#pendingBytes === 0 && frameSize(buffer, 0, size) === size) {
      this.#emit(buffer, size);
      return null;
    }
    const frames: Buffer[] = [];
    const problem = this.#cut(buffer.subarray(0, size), frames);
    if (problem !== null) return problem;
    if (this.#pendingBytes > 0 && this.#pendingBytes < PROVED_BYTES) {
      for (const frame of frames) this.#held.push(Buffer.from(frame));
      return null;
    }
    for (const frame of this.#held.splice(0)) this.#emit(frame, frame.length);
    for (const frame of frames) this.#emit(frame, frame.length);
    return null;
  }

  #cut(chunk: Buffer, frames: Buffer[]): string | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#pendingBytes === 0) {
        const size = frameSize(chunk, at, chunk.length - at);
        if (typeof size === 'string') return size;
        if (size <= chunk.length - at) {
          frames.push(chunk.subarray(at, at + size));
          at += size;
          continue;
        }
      }
      const taken = this.#keep(chunk, at, frames);
      if (typeof taken === 'string') return taken;
      at += taken;
    }
    return null;
  }

  /** Completes the kept frame from `chunk`. @returns bytes taken, or why the header cannot be one. */
  #keep(chunk: Buffer, from: number, frames: Buffer[]): number | string {
    const before = this.#pendingBytes;
    const wanted = before < HEADER_BYTES ? HEADER_BYTES : frameSize(this.#pending, 0, before);
    if (typeof wanted === 'string') return wanted;
    const taken = chunk.copy(this.#pending, before, from, from + wanted - before);
    this.#pendingBytes += taken;
    const size = frameSize(this.#pending, 0, this.#pendingBytes);
    if (typeof size === 'string') return size;
    if (size === this.#pendingBytes) {
      this.#pendingBytes = 0;
      // A copy: the next bytes of the same segment go into the kept frame before an awaited answer is read.
      frames.push(Buffer.from(this.#pending.subarray(0, size)));
    }
    return taken;
  }

  #emit(frame: Buffer, size: number): void {
    this.#onFrame(frame.readUInt16BE(0), frame.readUInt8(6), frame.subarray(HEADER_BYTES, size));
  }
}

/** Bytes of the frame that begins at `at`; as long as its length is not there, more than is available. */
function frameSize(bytes: Buffer, at: number, available: number): number | string {
  if (available >= 4) {
    const protocol = bytes.readUInt16BE(at + 2);
    if (protocol !== 0) return `protocol id ${protocol} instead of 0`;
  }
  if (available < 6) return MAX_FRAME_BYTES + 1;
  const length = bytes.readUInt16BE(at + 4);
  if (length < MIN_LENGTH || length > MAX_LENGTH)
    return `length ${length} outside ${MIN_LENGTH}–${MAX_LENGTH}`;
  return 6 + length;
}
