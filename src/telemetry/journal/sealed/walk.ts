/**
 * Walks over the chunks of a file without its directory: finds the intact ones, steps over damage to the next one, and says
 * how many bytes were damaged. Holds one window of the file in memory; reads only through the function it is given.
 */
import { CHUNK_MARKER, type Chunk, MIN_CHUNK_BYTES, readChunk } from './chunk.ts';
import { SEALED_LIMITS } from './limits.ts';

/** Bytes of a file from `offset` on, fewer than `length` where it ends. The result is not changed later. */
export type ReadBytes = (offset: number, length: number) => Buffer;

/** Offsets are those in the file. */
export type Walked =
  | { readonly type: 'chunk'; readonly offset: number; readonly chunk: Chunk }
  /** Bytes that belong to no intact chunk. */
  | { readonly type: 'damage'; readonly offset: number; readonly bytes: number };

export interface WalkRange {
  readonly from: number;
  /** End of the chunks; where the file ends before it, the missing bytes count as damage. */
  readonly end: number;
  /** Lowest stamp of the file. */
  readonly baseMs: number;
}

/** More than any chunk with its frame. */
const MAX_CHUNK_SPAN = SEALED_LIMITS.chunkBytes + 64;

export function* walkChunks(read: ReadBytes, range: WalkRange): Generator<Walked> {
  let { from: offset } = range;
  let window: Window = { at: offset, bytes: Buffer.alloc(0), isLast: false };
  while (offset < range.end) {
    window = slide(read, window, offset, range.end);
    const walked = walkOnce(window, offset, range);
    yield walked;
    offset += walked.type === 'chunk' ? walked.chunk.bytes : walked.bytes;
  }
}

interface Window {
  readonly at: number;
  readonly bytes: Buffer;
  /** Nothing can be read behind it. */
  readonly isLast: boolean;
}

/** The window, moved on when a chunk at `offset` might reach beyond it. */
function slide(read: ReadBytes, window: Window, offset: number, end: number): Window {
  if (window.isLast || window.at + window.bytes.length - offset > MAX_CHUNK_SPAN) return window;
  const length = Math.min(SEALED_LIMITS.windowBytes, end - offset);
  const bytes = read(offset, length);
  return { at: offset, bytes, isLast: bytes.length < length || offset + length === end };
}

function walkOnce(window: Window, offset: number, range: WalkRange): Walked {
  const { bytes } = window;
  const at = offset - window.at;
  const chunk = readChunk(bytes, at, bytes.length, range.baseMs);
  if (chunk !== null) return { type: 'chunk', offset, chunk };
  const next = findChunk(bytes, at + 1, range.baseMs);
  if (next !== null) return { type: 'damage', offset, bytes: next - at };
  // Near the end of a window that is not the last a chunk could be cut off: it is looked at again in the next one.
  const searched = window.isLast ? range.end : window.at + bytes.length - MAX_CHUNK_SPAN;
  return { type: 'damage', offset, bytes: searched - offset };
}

/** Place of the next intact chunk from `from` on, null when there is none. */
function findChunk(bytes: Buffer, from: number, baseMs: number): number | null {
  for (let at = bytes.indexOf(CHUNK_MARKER, from); at !== -1; at = bytes.indexOf(CHUNK_MARKER, at + 1)) {
    if (at + MIN_CHUNK_BYTES > bytes.length) return null;
    if (readChunk(bytes, at, bytes.length, baseMs) !== null) return at;
  }
  return null;
}
