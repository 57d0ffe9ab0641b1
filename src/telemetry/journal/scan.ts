/**
 * Walks over the bytes of a segment: finds the intact blocks, steps over damage to the next magic, and says what was
 * damaged. Pure. A damaged block costs itself only.
 */
import { type BlockHeader, decodeHeader, hasIntactColumns, MAGIC } from './format.ts';

export type Scanned =
  | { readonly type: 'block'; readonly offset: number; readonly header: BlockHeader }
  /** Bytes that belong to no intact block; `header` where at least that could be read. */
  | {
      readonly type: 'damage';
      readonly offset: number;
      readonly bytes: number;
      readonly header: BlockHeader | null;
    };

export function* scanBlocks(bytes: Buffer): Generator<Scanned> {
  let offset = 0;
  while (offset < bytes.length) {
    const header = decodeHeader(bytes, offset);
    if (header !== null && hasIntactColumns(bytes, offset, header)) {
      yield { type: 'block', offset, header };
      offset += header.bytes;
      continue;
    }
    const next = findBlock(bytes, offset + 1);
    yield { type: 'damage', offset, bytes: next - offset, header };
    offset = next;
  }
}

/** Offset of the next believable header from `from` on, or the end of the bytes. */
function findBlock(bytes: Buffer, from: number): number {
  let offset = bytes.indexOf(MAGIC, from);
  while (offset !== -1) {
    if (decodeHeader(bytes, offset) !== null) return offset;
    offset = bytes.indexOf(MAGIC, offset + 1);
  }
  return bytes.length;
}
