/**
 * Keeps packets of MQTT within a size before anybody collects their bytes: the parser of the library waits for as
 * many as a header announces, up to 256 MB for each connection. It follows the lengths in the stream (MQTT 3.1.1
 * §2.2) and knows nothing of what they enclose.
 *
 *   | type, flags | length, 1–4 bytes of 7 bits, low first | that many bytes | type, flags | …
 */
import type { Socket } from 'node:net';

export interface PacketLimits {
  /** The first packet of a connection: the peer has not said yet who it is. */
  readonly firstBytes: number;
  readonly bytes: number;
}

/** Highest value of the last byte of a length. */
const MAX_SCALE = 128 ** 3;

export class PacketWatch {
  readonly #limits: PacketLimits;
  #limitBytes: number;
  #leftBytes = 0;
  #isInLength = false;
  #length = 0;
  #scale = 1;

  constructor(limits: PacketLimits) {
    this.#limits = limits;
    this.#limitBytes = limits.firstBytes;
  }

  /** @returns announced length of a packet that is too large (Infinity: no length at all); null = all in order. */
  see(chunk: Uint8Array): number | null {
    let at = 0;
    while (at < chunk.length) {
      if (this.#leftBytes > 0) {
        const step = Math.min(this.#leftBytes, chunk.length - at);
        this.#leftBytes -= step;
        at += step;
        continue;
      }
      const tooLarge = this.#seeHeader(chunk[at++] as number);
      if (tooLarge !== null) return tooLarge;
    }
    return null;
  }

  #seeHeader(byte: number): number | null {
    if (!this.#isInLength) {
      this.#isInLength = true;
      this.#length = 0;
      this.#scale = 1;
      return null;
    }
    this.#length += (byte & 127) * this.#scale;
    if (byte > 127) {
      if (this.#scale === MAX_SCALE) return Number.POSITIVE_INFINITY;
      this.#scale *= 128;
      return null;
    }
    if (this.#length > this.#limitBytes) return this.#length;
    this.#isInLength = false;
    this.#leftBytes = this.#length;
    this.#limitBytes = this.#limits.bytes;
    return null;
  }
}

/**
 * Destroys the socket as soon as it announces a packet beyond the limits; no byte of that chunk is passed on.
 * To be called before anybody reads from the socket. `push` is where every stream takes in what has arrived.
 */
export function limitPackets(
  socket: Socket,
  limits: PacketLimits,
  onExceeded: (bytes: number) => void,
): void {
  const watch = new PacketWatch(limits);
  const push = socket.push.bind(socket);
  socket.push = (chunk: Uint8Array | null, encoding?: BufferEncoding): boolean => {
    const tooLarge = chunk === null ? null : watch.see(chunk);
    if (tooLarge === null) return push(chunk, encoding);
    onExceeded(tooLarge);
    socket.destroy();
    return false;
  };
}
