/**
 * Takes heartbeats out of a stream of MBAP frames, only between frames: the header tells where a frame ends. Bytes that
 * are neither a header nor a heartbeat go through; what they mean is the transport's business.
 */

const PREFIX_BYTES = 6;
const MIN_LENGTH = 3;
const MAX_LENGTH = 254;

/** @param onMark called for each that is taken out @returns what of a chunk is left, maybe with bytes held back before */
export function createMbapFilter(marks: readonly Buffer[], onMark: () => void): (chunk: Buffer) => Buffer {
  /** Bytes at a place where a frame could begin, too few to tell. */
  let held = Buffer.alloc(0);
  /** Bytes of the frame that still belong to it. */
  let rest = 0;
  return (chunk) => {
    const bytes = Buffer.concat([held, chunk]);
    const kept: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      const here = bytes.subarray(at);
      if (rest === 0) rest = frameSize(here);
      const size = Math.min(rest, here.length);
      const mark = size > 0 ? undefined : marks.find((one) => here.subarray(0, one.length).equals(one));
      if (size === 0 && isUndecided(here, marks)) break;
      if (mark) onMark();
      else kept.push(here.subarray(0, size || here.length));
      rest -= size;
      at += mark?.length ?? (size || here.length);
    }
    held = Buffer.from(bytes.subarray(at));
    return Buffer.concat(kept);
  };
}

/** 0 = no header, or not all of it. */
function frameSize(bytes: Buffer): number {
  if (bytes.length < PREFIX_BYTES || bytes.readUInt16BE(2) !== 0) return 0;
  const length = bytes.readUInt16BE(4);
  return length >= MIN_LENGTH && length <= MAX_LENGTH ? PREFIX_BYTES + length : 0;
}

/** More bytes may make a header or a mark of them. */
function isUndecided(bytes: Buffer, marks: readonly Buffer[]): boolean {
  if (bytes.length < PREFIX_BYTES) return true;
  return marks.some((mark) => bytes.length < mark.length && mark.subarray(0, bytes.length).equals(bytes));
}
