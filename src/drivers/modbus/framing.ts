/**
 * Modbus TCP frames: encoding of read requests, a stream parser for answers. Pure; sockets are connection.ts.
 * Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3; Application Protocol V1.1b3, 6.1–6.4.
 *
 * | byte | request                   | answer                        | exception          |
 * | 0–1  | transaction id            | the same                      | the same           |
 * | 2–3  | protocol id 0             | 0                             | 0                  |
 * | 4–5  | length from byte 6: 6     | 3 + n                         | 3                  |
 * | 6    | unit                      | unit                          | unit               |
 * | 7    | function 1–4              | function                      | function + 0x80    |
 * | 8    | first address (2 bytes)   | n: bytes that follow          | exception code     |
 * | 9…   |                           | n bytes: registers big-endian, or bits, lowest bit first |
 * | 10   | count (2 bytes)           |                               |                    |
 *
 * A stream cannot be resynchronised safely: nothing marks the start of a frame. So the first header that cannot
 * be one ends the connection; the parser never searches for the next plausible header.
 */

export const FUNCTION_CODES = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
/** Set in the function code of an exception. */
export const EXCEPTION_FLAG = 0x80;
/** A gateway's word that the device behind it did not answer it (V1.1b3, 7). */
export const GATEWAY_TARGET_SILENT = 0x0b;

const HEADER_BYTES = 7;
/** Unit, function and one byte more: the shortest answer there is (an exception). */
const MIN_LENGTH = 3;
/** Unit and the largest protocol data unit of 253 bytes. */
const MAX_LENGTH = 254;
const MAX_FRAME_BYTES = 6 + MAX_LENGTH;

export interface ReadCommand {
  readonly unit: number;
  readonly functionCode: number;
  /** As on the wire, from 0. */
  readonly address: number;
  readonly count: number;
}

/** One received frame. `body` (what follows the function code) is valid only until the callback returns. */
export interface Frame {
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly body: Buffer;
}

export function encodeRead(transaction: number, command: ReadCommand): Buffer {
  const frame = Buffer.allocUnsafe(12);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(0, 2);
  frame.writeUInt16BE(6, 4);
  frame.writeUInt8(command.unit, 6);
  frame.writeUInt8(command.functionCode, 7);
  frame.writeUInt16BE(command.address, 8);
  frame.writeUInt16BE(command.count, 10);
  return frame;
}

/** Cuts a byte stream into frames. Keeps at most one incomplete frame (260 bytes). */
export class FrameParser {
  readonly #pending = Buffer.alloc(MAX_FRAME_BYTES);
  #pendingBytes = 0;
  readonly #onFrame: (frame: Frame) => void;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  /**
   * Takes the next bytes; calls `onFrame` for each frame that they complete.
   * @returns null, or why the stream can no longer be read; the parser is then used up.
   */
  push(chunk: Buffer): string | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#pendingBytes === 0) {
        const size = frameSize(chunk, at, chunk.length - at);
        if (typeof size === 'string') return size;
        if (size <= chunk.length - at) {
          this.#onFrame(toFrame(chunk, at, size));
          at += size;
          continue;
        }
      }
      const taken = this.#keep(chunk, at);
      if (typeof taken === 'string') return taken;
      at += taken;
    }
    return null;
  }

  /** Completes the kept frame from `chunk`. @returns bytes taken, or why the header cannot be one. */
  #keep(chunk: Buffer, from: number): number | string {
    const before = this.#pendingBytes;
    const wanted = before < HEADER_BYTES ? HEADER_BYTES : frameSize(this.#pending, 0, before);
    if (typeof wanted === 'string') return wanted;
    const taken = chunk.copy(this.#pending, before, from, from + wanted - before);
    this.#pendingBytes += taken;
    const size = frameSize(this.#pending, 0, this.#pendingBytes);
    if (typeof size === 'string') return size;
    if (size === this.#pendingBytes) {
      this.#pendingBytes = 0;
      this.#onFrame(toFrame(this.#pending, 0, size));
    }
    return taken;
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

function toFrame(bytes: Buffer, at: number, size: number): Frame {
  return {
    transaction: bytes.readUInt16BE(at),
    unit: bytes.readUInt8(at + 6),
    functionCode: bytes.readUInt8(at + 7),
    body: bytes.subarray(at + 8, at + size),
  };
}
