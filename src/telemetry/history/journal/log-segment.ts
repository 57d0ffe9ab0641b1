/**
 * One log segment as history reads it: where its blocks are, what times they span and, once a block has been decoded, which
 * points are in it; so that a second question reads only the blocks that matter. Also one that is still being written: what
 * has come since is looked at with each question.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { readBytes } from '../../journal/files.ts';
import { type BlockHeader, decodeRows } from '../../journal/format.ts';
import type { BlockRows } from '../../journal/rows.ts';
import { scanBlocks } from '../../journal/scan.ts';

export interface LogBlock {
  readonly offset: number;
  readonly header: BlockHeader;
  /** A bit for each point that is in it, low bit first; null before the first decoding. */
  points: Uint8Array | null;
}

/** Damaged bytes between two intact blocks. */
interface Hole {
  readonly offset: number;
  /** Stamps of the blocks before and behind it; −Infinity at the beginning. */
  readonly afterMs: number;
  readonly beforeMs: number;
}

export class LogSegment {
  readonly path: string;
  readonly blocks: LogBlock[] = [];
  readonly holes: Hole[] = [];
  #scannedBytes = 0;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Reads on from where it was. What is torn at the end belongs to a write under way or to one that never was durable: no
   * reading that counts is in it. @throws the error of the file system
   */
  update(): void {
    withFile(this.path, (fd) => {
      const { size } = fstatSync(fd);
      if (size <= this.#scannedBytes) return;
      this.#scan(readBytes(fd, this.#scannedBytes, size - this.#scannedBytes));
    });
  }

  /** Decodes blocks one by one, those that are not taken not at all. @throws the error of the file system */
  *rows(blocks: Iterable<LogBlock>): Generator<{ readonly block: LogBlock; readonly rows: BlockRows }> {
    const fd = openSync(this.path, 'r');
    try {
      for (const block of blocks) {
        const rows = decodeRows(readBytes(fd, block.offset, block.header.bytes), 0, block.header);
        block.points ??= toBits(rows);
        yield { block, rows };
      }
    } finally {
      closeSync(fd);
    }
  }

  #scan(bytes: Buffer): void {
    const base = this.#scannedBytes;
    let damagedAt: number | null = null;
    for (const item of scanBlocks(bytes)) {
      if (item.type === 'damage') {
        damagedAt ??= base + item.offset;
        continue;
      }
      if (damagedAt !== null) {
        const afterMs = this.blocks.at(-1)?.header.maxStampMs ?? Number.NEGATIVE_INFINITY;
        this.holes.push({ offset: damagedAt, afterMs, beforeMs: item.header.minStampMs });
      }
      damagedAt = null;
      this.blocks.push({ offset: base + item.offset, header: item.header, points: null });
    }
    this.#scannedBytes = damagedAt ?? base + bytes.length;
  }
}

/** Whether the point may be in the block. */
export function mayHold({ points }: LogBlock, point: number): boolean {
  if (points === null) return true;
  return (((points[point >>> 3] ?? 0) >>> (point & 7)) & 1) === 1;
}

function toBits(rows: BlockRows): Uint8Array {
  let last = 0;
  for (let at = 0; at < rows.count; at++) last = Math.max(last, rows.point[at] as number);
  const bits = new Uint8Array((last >>> 3) + 1);
  for (let at = 0; at < rows.count; at++) {
    const point = rows.point[at] as number;
    bits[point >>> 3] = (bits[point >>> 3] as number) | (1 << (point & 7));
  }
  return bits;
}

function withFile(path: string, act: (fd: number) => void): void {
  const fd = openSync(path, 'r');
  try {
    act(fd);
  } finally {
    closeSync(fd);
  }
}
