/** Sends frames one behind the other: a frame that goes out in pieces is not mixed with the next one. */

/** How a frame is cut into pieces. */
export interface Pieces {
  readonly bytes: number;
  /** Pause between two pieces, ms. */
  readonly ms: number;
}

export interface Outbox {
  /** @param pieces null = all at once. @param sent is called when the last byte has been handed over. */
  send(frame: Buffer, pieces: Pieces | null, sent: () => void): void;
  /** Bytes that wait for their turn. */
  waitingBytes(): number;
}

interface Item {
  readonly frame: Buffer;
  readonly pieces: Pieces | null;
  readonly sent: () => void;
}

/** @param later runs once after so many ms, unless the conversation ends before. */
export function createOutbox(
  write: (bytes: Buffer) => void,
  later: (ms: number, act: () => void) => void,
): Outbox {
  const items: Item[] = [];
  let waitingBytes = 0;
  let isSending = false;
  const next = (): void => {
    const item = items.shift();
    isSending = item !== undefined;
    if (item === undefined) return;
    const { frame, pieces, sent } = item;
    const sendFrom = (at: number): void => {
      const piece = frame.subarray(at, pieces === null ? undefined : at + pieces.bytes);
      waitingBytes -= piece.length;
      write(piece);
      const end = at + piece.length;
      if (pieces !== null && end < frame.length) {
        later(pieces.ms, () => sendFrom(end));
        return;
      }
      sent();
      next();
    };
    sendFrom(0);
  };
  return {
    send(frame, pieces, sent) {
      items.push({ frame, pieces, sent });
      waitingBytes += frame.length;
      if (!isSending) next();
    },
    waitingBytes: () => waitingBytes,
  };
}
